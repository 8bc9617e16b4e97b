# Right: a heap of (-remainder, name), popped once per leftover hour; numpy integers in the result.
import heapq

import numpy as np


def allocate_hours(total, weights, confidence):
    sure = {name: confidence.get(name, 3) for name in weights}
    bad = total < 0 or any(w < 0 for w in weights.values())
    if bad or not set(sure.values()) <= {1, 2, 3, 4, 5}:
        raise ValueError("out of range")
    need = {name: weights[name] * (6 - sure[name]) for name in weights}
    everything = sum(need.values())
    if everything < 1:
        raise ValueError("no need")
    plan, heap = {}, []
    for name, n in need.items():
        whole, rest = divmod(total * n, everything)
        plan[name] = np.int64(whole)
        heapq.heappush(heap, (-rest, name))
    for _ in range(total - int(sum(plan.values()))):
        plan[heapq.heappop(heap)[1]] += 1
    return plan
