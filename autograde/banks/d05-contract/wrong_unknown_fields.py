# Wrong: reports fields that the contract does not name.
# caught-by: test_further_fields
import math

FIELDS = ("gateway_id", "sat_id", "seq", "event_ts", "arrival_ts", "snr_db", "schema")


def check_event(e, now):
    if not isinstance(e, dict):
        return ["TYPE:event"]
    out = []
    bad = set()
    for f in FIELDS:
        finding = problem(f, e)
        if finding:
            bad.add(f)
            out.append(f"{finding}:{f}")
    if "event_ts" not in bad and "arrival_ts" not in bad and e["event_ts"] > e["arrival_ts"] + 5:
        out.append("FUTURE")
    if "event_ts" not in bad and now - e["event_ts"] > 3600:
        out.append("STALE")
    return out + [f"TYPE:{f}" for f in e if f not in FIELDS]


def problem(f, e):
    if f not in e:
        return "MISSING"
    v = e[f]
    if f in ("gateway_id", "sat_id"):
        if not isinstance(v, str):
            return "TYPE"
        return "RANGE" if v == "" else None
    if isinstance(v, bool):
        return "TYPE"
    if f == "snr_db":
        if not isinstance(v, (int, float)):
            return "TYPE"
        return None if -30 <= v <= 60 else "RANGE"
    if not isinstance(v, int):
        return "TYPE"
    if f == "seq" and v < 0:
        return "RANGE"
    if f == "schema" and v not in (1, 2):
        return "RANGE"
    return None
