# Right: a heap of (start, key), ids per key with a count per window, numpy floor.
import heapq
from collections import Counter, defaultdict

import numpy as np


class TumblingWindows:
    def __init__(self, width_s, lateness_s, max_jump_s):
        if min(width_s, max_jump_s) <= 0:
            raise ValueError("width and jump")
        if lateness_s < 0:
            raise ValueError("lateness")
        self._w, self._l, self._j = width_s, lateness_s, max_jump_s
        self._heap = []
        self._sum = {}
        self._ids = defaultdict(dict)
        self._max = None
        self._drop = Counter(rejected=0, late=0, duplicate=0)
        self._over = False

    @property
    def watermark(self):
        return None if self._max is None else self._max - self._l

    @property
    def dropped(self):
        return dict(self._drop)

    def add(self, key, event_id, event_ts, value):
        if self._over:
            raise RuntimeError("already flushed")
        start = int(np.floor_divide(event_ts, self._w)) * self._w
        why = None
        if not np.isfinite(value):
            why = "rejected"
        elif self._max is not None:
            if event_ts - self._max > self._j:
                why = "rejected"
            elif start + self._w <= self.watermark:
                why = "late"
            elif event_id in self._ids[key]:
                why = "duplicate"
        if why:
            self._drop[why] += 1
            return []
        if (start, key) not in self._sum:
            heapq.heappush(self._heap, (start, key))
            self._sum[start, key] = [0, 0.0]
        cell = self._sum[start, key]
        cell[0] += 1
        cell[1] += value
        self._ids[key][event_id] = start
        self._max = event_ts if self._max is None else max(event_ts, self._max)
        return self._pop(self.watermark - self._w)

    def _pop(self, last):
        out = []
        while self._heap and (last is None or self._heap[0][0] <= last):
            start, key = heapq.heappop(self._heap)
            n, total = self._sum.pop((start, key))
            self._ids[key] = {i: s for i, s in self._ids[key].items() if s != start}
            out.append([key, start, n, np.float64(total / n)])
        return out

    def flush(self):
        self._over = True
        return self._pop(None)

    def state_size(self):
        return len(self._sum) + sum(map(len, self._ids.values()))
