# Wrong: checks times of valid samples only.
# caught-by: test_bad_times
import numpy as np


def compute_snr_metrics(t, s, m, tau, W):
    t = np.asarray(t, dtype=float)
    s = np.asarray(s, dtype=float)
    m = np.asarray(m).astype(bool)
    if t.ndim != 1 or t.shape != s.shape or t.shape != m.shape:
        raise ValueError("t, s and m must be 1-D and of equal length")
    if not np.isfinite(tau) or not np.isfinite(W) or W <= 0:
        raise ValueError("tau must be finite, W finite and positive")
    if not np.isfinite(t[m]).all():
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
    left = np.searchsorted(t, starts, side="left")
    right = np.append(left[1:], len(t))
    median = np.full(K, np.nan)
    rate = np.full(K, np.nan)
    for k in range(K):
        part = slice(left[k], right[k])
        values = s[part][valid[part]]
        if len(values):
            median[k] = np.median(values)
            rate[k] = np.mean(values < tau)
    values = s[valid]
    if len(values) == 0:
        return np.nan, np.nan, RollingMetrics(starts, ends, median, rate)
    return (
        float(np.median(values)),
        float(np.mean(values < tau)),
        RollingMetrics(starts, ends, median, rate),
    )
