# On one instant the row that stands last in the table holds.
# caught-by: test_highest_version_on_a_tie
import numpy as np
import pandas as pd


def calibrate(raw, cal):
    left = raw.assign(_row=np.arange(len(raw))).sort_values("event_ts", kind="stable")
    right = cal.sort_values("valid_from", kind="stable")
    found = pd.merge_asof(
        left, right, left_on="event_ts", right_on="valid_from", by="sensor_id"
    ).sort_values("_row")
    value = found["gain"].to_numpy() * found["counts"].to_numpy() + found["offset"].to_numpy()
    version = found["version"].fillna(-1).astype("int64").to_numpy()
    return raw.assign(value=value, cal_version=version)
