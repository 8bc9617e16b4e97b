# Right, but passes over all calibrations for every reading.
# caught-by: test_no_search_per_row
import numpy as np


def calibrate(raw, cal):
    cal = cal.sort_values(["valid_from", "version"])
    code = {name: i for i, name in enumerate(cal["sensor_id"].unique())}
    sensor = cal["sensor_id"].map(code).to_numpy()
    start, number = cal["valid_from"].to_numpy(), cal["version"].to_numpy()
    gain, offset = cal["gain"].to_numpy(), cal["offset"].to_numpy()
    value, version = [], []
    for name, ts, counts in raw[["sensor_id", "event_ts", "counts"]].itertuples(index=False):
        at = np.flatnonzero((sensor == code.get(name, -1)) & (start <= ts))
        value.append(gain[at[-1]] * counts + offset[at[-1]] if at.size else np.nan)
        version.append(int(number[at[-1]]) if at.size else -1)
    return raw.assign(value=value, cal_version=version)
