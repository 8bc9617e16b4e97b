# Leaves the rows in the order that merge_asof needs.
# caught-by: test_order_and_index_stay
import pandas as pd


def calibrate(raw, cal):
    left = raw.sort_values("event_ts")
    right = cal.sort_values(["valid_from", "version"])
    found = pd.merge_asof(left, right, left_on="event_ts", right_on="valid_from", by="sensor_id")
    found["value"] = found["gain"] * found["counts"] + found["offset"]
    found["cal_version"] = found["version"].fillna(-1).astype("int64")
    return found[["sensor_id", "event_ts", "counts", "value", "cal_version"]]
