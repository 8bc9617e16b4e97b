# Right: two pointers walk once through the sorted samples, in plain Python.
import math
from statistics import median

import numpy as np


def compute_snr_metrics(t, s, m, tau, W):
    for column in (t, s, m):
        if np.ndim(column) != 1:
            raise ValueError("1-D arrays only")
    if len(t) != len(s) or len(t) != len(m):
        raise ValueError("lengths differ")
    if not (math.isfinite(tau) and math.isfinite(W)) or W <= 0:
        raise ValueError("bad parameters")
    if not all(map(math.isfinite, t)):
        raise ValueError("a timestamp is not finite")
    nan = math.nan
    if len(t) == 0:
        return nan, nan, RollingMetrics(*(np.array([], dtype=float) for _ in range(4)))
    first, last = float(min(t)), float(max(t))
    windows = math.floor((last - first) / W) + 1
    if windows > 10**7:
        raise ValueError("too many windows")
    samples = sorted(
        (float(at), float(snr))
        for at, snr, flag in zip(t, s, m)
        if bool(flag) and math.isfinite(snr)
    )

    def summary(values):
        if not values:
            return nan, nan
        return median(values), sum(1 for v in values if v < tau) / len(values)

    starts, ends, medians, rates = [], [], [], []
    lo = 0
    for k in range(windows):
        start = first + W * k
        end = start + W
        hi = lo
        while hi < len(samples) and samples[hi][0] < end:
            hi += 1
        a, b = summary([v for _, v in samples[lo:hi]])
        starts.append(start)
        ends.append(end)
        medians.append(a)
        rates.append(b)
        lo = hi
    whole = summary([v for _, v in samples])
    fields = (np.array(column, dtype=float) for column in (starts, ends, medians, rates))
    return whole[0], whole[1], RollingMetrics(*fields)
