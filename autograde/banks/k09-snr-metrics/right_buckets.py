# Right: a dict of lists per window, medians by numpy; numpy scalars come back.
import numpy as np


def compute_snr_metrics(t, s, m, tau, W):
    t = np.asarray(t, dtype=float)
    s = np.asarray(s, dtype=float)
    m = np.asarray(m).astype(bool)
    if t.ndim != 1 or t.shape != s.shape or t.shape != m.shape:
        raise ValueError("t, s and m must be 1-D and of equal length")
    if not np.isfinite(tau) or not np.isfinite(W) or W <= 0:
        raise ValueError("tau must be finite, W finite and positive")
    if not np.isfinite(t).all():
        raise ValueError("t must be finite")
    if len(t) == 0:
        return np.nan, np.nan, RollingMetrics(np.empty(0), np.empty(0), np.empty(0), np.empty(0))
    order = np.argsort(t, kind="stable")
    t, s, m = t[order], s[order], m[order]
    valid = m & np.isfinite(s)
    K = int(np.floor((t[-1] - t[0]) / W)) + 1
    if K > 10_000_000:
        raise ValueError("too many windows")
    starts = t[0] + W * np.arange(K)
    ends = starts + W
    buckets = {}
    for at, value, good in zip(t, s, valid):
        if good:
            buckets.setdefault(int((at - t[0]) // W), []).append(value)
    median = np.full(K, np.nan)
    rate = np.full(K, np.nan)
    for k, values in buckets.items():
        median[k] = np.median(values)
        rate[k] = np.count_nonzero(np.array(values) < tau) / len(values)
    values = s[valid]
    if len(values) == 0:
        return np.nan, np.nan, RollingMetrics(starts, ends, median, rate)
    return (
        np.median(values),
        np.mean(values < tau),
        RollingMetrics(starts, ends, median, rate),
    )
