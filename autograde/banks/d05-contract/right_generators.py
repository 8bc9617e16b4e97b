# Right: one generator of findings; errors of comparison are caught, not avoided.
def check_event(e, now):
    return list(_findings(e, now))


def _findings(e, now):
    if not isinstance(e, dict):
        yield "TYPE:event"
        return
    clean = {}
    for f in "gateway_id sat_id seq event_ts arrival_ts snr_db schema".split():
        try:
            v = e[f]
        except KeyError:
            yield f"MISSING:{f}"
            continue
        allowed = str if f.endswith("_id") else (int, float) if f == "snr_db" else int
        if v is True or v is False or not isinstance(v, allowed):
            yield f"TYPE:{f}"
            continue
        ok = {
            "gateway_id": lambda: v,
            "sat_id": lambda: v,
            "seq": lambda: v > -1,
            "snr_db": lambda: abs(v - 15) <= 45,
            "schema": lambda: v == 1 or v == 2,
        }.get(f, lambda: True)()
        if ok:
            clean[f] = v
        else:
            yield f"RANGE:{f}"
    try:
        if clean["event_ts"] > clean["arrival_ts"] + 5:
            yield "FUTURE"
    except KeyError:
        pass
    if "event_ts" in clean and now > clean["event_ts"] + 3600:
        yield "STALE"
