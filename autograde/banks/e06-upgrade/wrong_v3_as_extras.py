# Treats schema 3 like the others and wraps what it does not know in tags.
# caught-by: test_upgrade_twice
def upgrade(rec):
    rec = dict(rec)
    version = rec.pop("schema", 1)
    if version == 1:
        f, kbps = rec.pop("temp_f"), rec.pop("tput_kbps")
        out = {"sat_id": rec.pop("sat"), "event_ts_ms": round(rec.pop("ts") * 1000)}
        out["temp_c"] = None if f is None else (f - 32) / 1.8
        out["downlink_mbps"] = None if kbps is None else kbps / 1000
    elif version == 2:
        k = rec.pop("temp_k")
        out = {"sat_id": rec.pop("sat_id"), "event_ts_ms": rec.pop("ts_ms")}
        out["temp_c"] = None if k is None else k - 273.15
        out["downlink_mbps"] = rec.pop("tput_mbps")
    elif version == 3:
        names = ("sat_id", "event_ts_ms", "temp_c", "downlink_mbps")
        out = {name: rec.pop(name) for name in names}
    else:
        raise ValueError(version)
    return {"schema": 3, **out, "tags": rec}
