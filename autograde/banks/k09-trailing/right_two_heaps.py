# Right: sweeps in groups of equal times, heap with lazy deletion, floats for counts.
import heapq
import math

import numpy as np


def trailing_metrics(t, s, m, tau, W):
    if any(np.ndim(x) != 1 for x in (t, s, m)) or len({len(t), len(s), len(m)}) != 1:
        raise ValueError("t, s and m must be 1-D and of equal length")
    if not math.isfinite(tau) or not math.isfinite(W) or W <= 0:
        raise ValueError("bad tau or W")
    if not all(math.isfinite(x) for x in t):
        raise ValueError("a time is not finite")
    times, values = [float(x) for x in t], [float(x) for x in s]
    valid = [bool(flag) and math.isfinite(v) for flag, v in zip(m, values)]
    order = sorted(range(len(times)), key=times.__getitem__)
    counts, rates, minima = np.zeros(len(t)), np.full(len(t), np.nan), np.full(len(t), np.nan)
    smallest, leaving = [], []  # (value, index) and (time, index); gone once too old
    seen = down = 0
    at = 0
    while at < len(order):
        now = times[order[at]]
        group = []
        while at < len(order) and times[order[at]] == now:
            group.append(order[at])
            at += 1
        for i in group:
            if valid[i]:
                heapq.heappush(smallest, (values[i], i))
                heapq.heappush(leaving, (times[i], i))
                seen += 1
                down += values[i] < tau
        while leaving and leaving[0][0] <= now - W:
            _, old = heapq.heappop(leaving)
            seen -= 1
            down -= values[old] < tau
        while smallest and times[smallest[0][1]] <= now - W:
            heapq.heappop(smallest)
        for i in group:
            counts[i] = seen
            if seen:
                rates[i] = down / seen
                minima[i] = smallest[0][0]
    return [counts, rates, minima]
