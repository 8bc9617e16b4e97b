# Right: pandas groups by the window number and reindexes to all windows.
import numpy as np
import pandas as pd


def compute_snr_metrics(t, s, m, tau, W):
    t, s, m = np.asarray(t, float), np.asarray(s, float), np.asarray(m).astype(bool)
    if not (t.ndim == s.ndim == m.ndim == 1) or not (len(t) == len(s) == len(m)):
        raise ValueError("shapes")
    if not np.isfinite([tau, W]).all() or W <= 0:
        raise ValueError("parameters")
    if not np.isfinite(t).all():
        raise ValueError("times")
    if t.size == 0:
        return np.nan, np.nan, RollingMetrics(*np.empty((4, 0)))
    K = np.floor((t.max() - t.min()) / W) + 1
    if K > 1e7:
        raise ValueError("too many windows")
    K = int(K)
    frame = pd.DataFrame({"k": np.floor((t - t.min()) / W).astype(int), "snr": s})
    frame = frame[m & np.isfinite(s)]
    frame["low"] = (frame.snr < tau).astype(float)
    groups = frame.groupby("k")
    starts = t.min() + W * np.arange(K)
    return (
        frame.snr.median(),
        frame.low.mean(),
        RollingMetrics(
            window_starts=starts,
            window_ends=starts + W,
            median_snr=groups.snr.median().reindex(range(K)).to_numpy(dtype=float),
            outage_rate=groups.low.mean().reindex(range(K)).to_numpy(dtype=float),
        ),
    )
