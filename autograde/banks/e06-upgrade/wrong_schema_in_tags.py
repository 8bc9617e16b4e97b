# Takes the schema number of schema 1 for an extra key.
# caught-by: test_first_schema_with_and_without_its_number
def upgrade(rec: dict) -> dict:
    """Return a record of schema 1, 2 or 3 as a new record of schema 3."""
    version = rec.get("schema", 1)
    if version == 3:
        return {**rec, "tags": dict(rec["tags"])}
    if version == 1:
        own = {"sat", "ts", "temp_f", "tput_kbps"}
        sat, ms = rec["sat"], round(rec["ts"] * 1000)
        temp_c = _if_measured(lambda f: (f - 32) * 5 / 9, rec["temp_f"])
        mbps = _if_measured(lambda kbps: kbps / 1000, rec["tput_kbps"])
    elif version == 2:
        own = {"schema", "sat_id", "ts_ms", "temp_k", "tput_mbps"}
        sat, ms, mbps = rec["sat_id"], rec["ts_ms"], rec["tput_mbps"]
        temp_c = _if_measured(lambda kelvin: kelvin - 273.15, rec["temp_k"])
    else:
        raise ValueError(f"schema {version} is unknown")
    return {
        "schema": 3,
        "sat_id": sat,
        "event_ts_ms": ms,
        "temp_c": temp_c,
        "downlink_mbps": mbps,
        "tags": {key: value for key, value in rec.items() if key not in own},
    }


def _if_measured(convert, value):
    return None if value is None else convert(value)  # 0 is a measurement
