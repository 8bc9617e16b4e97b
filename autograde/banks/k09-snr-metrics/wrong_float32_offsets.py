# Wrong: assigns windows by offsets in float32.
# caught-by: test_epoch_times
import numpy as np


def compute_snr_metrics(t, s, m, tau, W):
    t, s, m = np.asarray(t), np.asarray(s), np.asarray(m)
    if not (np.isfinite(tau) and np.isfinite(W) and W > 0):
        raise ValueError("tau, W")
    if not (t.ndim == s.ndim == m.ndim == 1 and t.size == s.size == m.size):
        raise ValueError("shapes")
    if not np.isfinite(t).all():
        raise ValueError("times")
    t, s = t.astype(float), s.astype(float)
    if t.size == 0:
        return np.nan, np.nan, RollingMetrics(*np.empty((4, 0)))
    low, high = t.min(), t.max()
    if (high - low) / W >= 10_000_000:
        raise ValueError("windows")
    K = int(np.floor((high - low) / W)) + 1
    starts = low + W * np.arange(K)
    valid = m.astype(bool) & np.isfinite(s)
    owner = (
        np.searchsorted((starts - low).astype("f4"), (t[valid] - low).astype("f4"), side="right")
        - 1
    )
    x = s[valid]
    order = np.argsort(owner, kind="stable")
    x, owner = x[order], owner[order]
    median, rate = np.full(K, np.nan), np.full(K, np.nan)
    used, first = np.unique(owner, return_index=True)
    for k, part in zip(used, np.split(x, first[1:])):
        median[k] = np.median(part)
        rate[k] = np.mean(part < tau)
    whole = (float(np.median(x)), float(np.mean(x < tau))) if x.size else (np.nan, np.nan)
    return whole[0], whole[1], RollingMetrics(starts, starts + W, median, rate)
