# Before the first calibration position −1 is the last one.
# caught-by: test_before_the_first
import numpy as np
import pandas as pd


def calibrate(raw: pd.DataFrame, cal: pd.DataFrame) -> pd.DataFrame:
    """Return `raw` with value and cal_version of the calibration that was valid at event_ts."""
    # Sorted by version within an instant, the position right of equals is the highest version.
    ordered = cal.sort_values(["valid_from", "version"])
    ts, counts = raw["event_ts"].to_numpy(), raw["counts"].to_numpy(dtype=np.float64)
    value = np.full(len(raw), np.nan)
    version = np.full(len(raw), -1, dtype=np.int64)
    sensor_of = raw["sensor_id"].to_numpy()
    for sensor, own in ordered.groupby("sensor_id"):
        rows = np.flatnonzero(sensor_of == sensor)
        at = np.searchsorted(own["valid_from"].to_numpy(), ts[rows], side="right") - 1
        gain, offset = own["gain"].to_numpy()[at], own["offset"].to_numpy()[at]
        value[rows] = gain * counts[rows] + offset
        version[rows] = own["version"].to_numpy()[at]
    # Assigned by position, so that order and index of raw stay as they are.
    return raw.assign(value=value, cal_version=version)
