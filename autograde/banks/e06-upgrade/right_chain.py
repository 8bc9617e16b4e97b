# Upgrades one step at a time, 1 to 2 to 3.
def _one_to_two(rec):
    old = {"schema", "sat", "ts", "temp_f", "tput_kbps"}
    new = {key: value for key, value in rec.items() if key not in old}
    f, kbps = rec["temp_f"], rec["tput_kbps"]
    new["schema"] = 2
    new["sat_id"] = rec["sat"]
    new["ts_ms"] = round(rec["ts"] * 1000)
    new["temp_k"] = None if f is None else (f + 459.67) * 5 / 9
    new["tput_mbps"] = None if kbps is None else kbps / 1000
    return new


def _two_to_three(rec):
    old = {"schema", "sat_id", "ts_ms", "temp_k", "tput_mbps"}
    k = rec["temp_k"]
    return {
        "schema": 3,
        "sat_id": rec["sat_id"],
        "event_ts_ms": rec["ts_ms"],
        "temp_c": None if k is None else k - 273.15,
        "downlink_mbps": rec["tput_mbps"],
        "tags": {key: value for key, value in rec.items() if key not in old},
    }


def upgrade(rec):
    version = rec.get("schema", 1)
    if version not in (1, 2, 3):
        raise ValueError(f"schema {version}")
    if version == 1:
        rec = _one_to_two(rec)
    if version in (1, 2):
        return _two_to_three(rec)
    return {key: dict(value) if key == "tags" else value for key, value in rec.items()}
