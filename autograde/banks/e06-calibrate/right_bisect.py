# One sorted list per sensor and bisect, row by row.
from bisect import bisect_right


def calibrate(raw, cal):
    steps = {}
    for row in sorted(cal.to_dict("records"), key=lambda c: (c["valid_from"], c["version"])):
        steps.setdefault(row["sensor_id"], []).append(row)
    starts = {name: [row["valid_from"] for row in rows] for name, rows in steps.items()}
    values, versions = [], []
    for name, ts, counts in zip(raw["sensor_id"], raw["event_ts"], raw["counts"], strict=True):
        k = bisect_right(starts.get(name, []), ts)
        row = steps[name][k - 1] if k else None
        values.append(row["gain"] * counts + row["offset"] if row else float("nan"))
        versions.append(row["version"] if row else -1)
    out = raw.copy()
    out["value"] = values
    out["cal_version"] = versions
    return out
