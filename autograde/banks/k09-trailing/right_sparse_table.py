# Right: range minimum by a sparse table, all of it vectorised; integer counts.
import numpy as np


def trailing_metrics(t, s, m, tau, W):
    t, s, m = np.asarray(t, float), np.asarray(s, float), np.asarray(m).astype(bool)
    if not (t.ndim == s.ndim == m.ndim == 1 and t.size == s.size == m.size):
        raise ValueError("shapes")
    if not np.all(np.isfinite([tau, W])) or not W > 0:
        raise ValueError("parameters")
    if not np.all(np.isfinite(t)):
        raise ValueError("times")
    N = t.size
    if N == 0:
        return np.zeros(0, dtype=int), np.zeros(0), np.zeros(0)
    order = np.argsort(t)
    t = t[order]
    ok = m[order] & np.isfinite(s[order])
    v = np.where(ok, s[order], np.inf)
    a = np.searchsorted(t, t - W, side="right")
    b = np.searchsorted(t, t, side="right")
    c = np.r_[0, np.cumsum(ok)]
    d = np.r_[0, np.cumsum(v < tau)]
    table = [v]
    while 2 ** len(table) <= N:
        half = 2 ** (len(table) - 1)
        table.append(np.minimum(table[-1][:-half], table[-1][half:]))
    level = np.floor(np.log2(b - a)).astype(int)
    low = np.empty(N)
    for k in range(len(table)):
        at = level == k
        low[at] = np.minimum(table[k][a[at]], table[k][b[at] - 2**k])
    n = c[b] - c[a]
    with np.errstate(invalid="ignore"):
        rate = (d[b] - d[a]) / n
    low[n == 0] = np.nan
    out = np.empty((3, N))
    out[:, order] = n, rate, low
    return out[0].astype(int), out[1], out[2]
