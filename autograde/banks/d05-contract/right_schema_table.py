# Right: a schema table of types and predicates; NaN by isfinite.
import math


def _text(v):
    return len(v) > 0


def _any(v):
    return True


SCHEMA = [
    ("gateway_id", {str}, _text),
    ("sat_id", {str}, _text),
    ("seq", {int}, lambda v: v >= 0),
    ("event_ts", {int}, _any),
    ("arrival_ts", {int}, _any),
    ("snr_db", {int, float}, lambda v: math.isfinite(v) and not (v < -30 or v > 60)),
    ("schema", {int}, {1, 2}.__contains__),
]


def check_event(e, now):
    if type(e) is not dict:
        return ("TYPE:event",)
    verdicts = {}
    for name, types, fine in SCHEMA:
        if name not in e:
            verdicts[name] = "MISSING:" + name
        elif type(e[name]) not in types:
            verdicts[name] = "TYPE:" + name
        elif not fine(e[name]):
            verdicts[name] = "RANGE:" + name
    result = list(verdicts.values())
    if "event_ts" not in verdicts:
        if "arrival_ts" not in verdicts and e["event_ts"] - e["arrival_ts"] >= 6:
            result.append("FUTURE")
        if e["event_ts"] < now - 3600:
            result.append("STALE")
    return result
