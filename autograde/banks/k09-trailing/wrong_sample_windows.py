# Wrong: takes the last k samples, k from the median spacing.
# caught-by: test_windows_are_time_windows
from collections import deque

import numpy as np


def trailing_metrics(t, s, m, tau, W):
    t = np.asarray(t, dtype=float)
    s = np.asarray(s, dtype=float)
    m = np.asarray(m).astype(bool)
    if t.ndim != 1 or t.shape != s.shape or t.shape != m.shape:
        raise ValueError("t, s and m must be 1-D and of equal length")
    if not np.isfinite(tau) or not np.isfinite(W) or W <= 0:
        raise ValueError("tau must be finite, W finite and positive")
    if not np.isfinite(t).all():
        raise ValueError("t must be finite")
    N = len(t)
    order = np.argsort(t, kind="stable")
    ts = t[order]
    ss = s[order]
    valid = (m & np.isfinite(s))[order]
    step = np.median(np.diff(ts)) if N > 1 else W
    k = max(int(W // step), 1) if step > 0 else 1
    first = np.maximum(np.arange(N) - k + 1, 0)
    last = np.searchsorted(ts, ts, side="right")
    n_valid = np.zeros(N, dtype=int)
    rate = np.full(N, np.nan)
    low = np.full(N, np.nan)
    good = np.append(0, np.cumsum(valid))
    bad = np.append(0, np.cumsum(valid & (ss < tau)))
    queue = deque()
    j = 0
    for i in range(N):
        while j < last[i]:
            if valid[j]:
                while queue and ss[queue[-1]] >= ss[j]:
                    queue.pop()
                queue.append(j)
            j += 1
        while queue and queue[0] < first[i]:
            queue.popleft()
        n = good[last[i]] - good[first[i]]
        n_valid[order[i]] = n
        if n:
            rate[order[i]] = (bad[last[i]] - bad[first[i]]) / n
            low[order[i]] = ss[queue[0]]
    return n_valid, rate, low
