# Applies the newest calibration to every reading.
# caught-by: test_as_of_not_latest
import numpy as np


def calibrate(raw, cal):
    newest = cal.sort_values(["valid_from", "version"]).drop_duplicates("sensor_id", keep="last")
    found = raw[["sensor_id"]].merge(newest, on="sensor_id", how="left")
    value = found["gain"].to_numpy() * raw["counts"].to_numpy() + found["offset"].to_numpy()
    version = found["version"].fillna(-1).astype(np.int64).to_numpy()
    return raw.assign(value=value, cal_version=version)
