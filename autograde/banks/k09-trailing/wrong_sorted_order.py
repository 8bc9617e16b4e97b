# Wrong: returns the results in order of time.
# caught-by: test_results_in_input_order
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
    first = np.searchsorted(ts, ts - W, side="right")
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
        n_valid[i] = n
        if n:
            rate[i] = (bad[last[i]] - bad[first[i]]) / n
            low[i] = ss[queue[0]]
    return n_valid, rate, low
