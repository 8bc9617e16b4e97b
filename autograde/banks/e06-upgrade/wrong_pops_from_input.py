# Takes the keys out of the record that it was given.
# caught-by: test_random_records
def upgrade(rec):
    version = rec.get("schema", 1)
    if version == 3:
        return {**rec, "tags": {**rec["tags"]}}
    if version not in (1, 2):
        raise ValueError(f"unknown schema {version}")
    rec.pop("schema", None)
    if version == 1:
        sat, ms = rec.pop("sat"), round(rec.pop("ts") * 1000)
        t, mbps = rec.pop("temp_f"), rec.pop("tput_kbps")
        t = None if t is None else (t - 32) * 5 / 9
        mbps = None if mbps is None else mbps / 1000
    else:
        sat, ms = rec.pop("sat_id"), rec.pop("ts_ms")
        t, mbps = rec.pop("temp_k"), rec.pop("tput_mbps")
        t = None if t is None else t - 273.15
    new = {"schema": 3, "sat_id": sat, "event_ts_ms": ms, "temp_c": t}
    return {**new, "downlink_mbps": mbps, "tags": dict(rec)}
