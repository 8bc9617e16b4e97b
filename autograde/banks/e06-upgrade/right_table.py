# A table of converters, and exact decimals for the time.
from copy import deepcopy
from decimal import ROUND_HALF_EVEN, Decimal

PLANS = {
    1: {
        "sat_id": ("sat", lambda v: v),
        "event_ts_ms": (
            "ts",
            lambda v: int((Decimal(v) * 1000).to_integral_value(ROUND_HALF_EVEN)),
        ),
        "temp_c": ("temp_f", lambda v: (v - 32) / 1.8),
        "downlink_mbps": ("tput_kbps", lambda v: v * 1e-3),
    },
    2: {
        "sat_id": ("sat_id", lambda v: v),
        "event_ts_ms": ("ts_ms", lambda v: v),
        "temp_c": ("temp_k", lambda v: v - 273.15),
        "downlink_mbps": ("tput_mbps", lambda v: v),
    },
}


def upgrade(rec):
    version = rec["schema"] if "schema" in rec else 1
    if version == 3:
        return deepcopy(rec)
    plan = PLANS.get(version)
    if plan is None:
        raise ValueError(version)
    tags = dict(rec)
    tags.pop("schema", None)
    out = {"schema": 3, "tags": tags}
    for name, (source, convert) in plan.items():
        value = tags.pop(source)
        out[name] = None if value is None else convert(value)
    return out
