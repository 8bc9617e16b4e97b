# Wrong: counts windows from the first event.
# caught-by: test_windows_count_from_the_epoch
import math


class TumblingWindows:
    def __init__(self, width_s, lateness_s, max_jump_s):
        if width_s <= 0 or lateness_s < 0 or max_jump_s <= 0:
            raise ValueError("bad setting")
        self.width, self.lateness, self.jump = width_s, lateness_s, max_jump_s
        self.newest = None
        self.watermark = None
        self.dropped = {"rejected": 0, "late": 0, "duplicate": 0}
        self.buckets = {}
        self.ids = {}
        self.done = False

    def add(self, key, event_id, event_ts, value):
        if self.done:
            raise RuntimeError("flushed")
        if not math.isfinite(value):
            return self.drop("rejected")
        if self.newest is not None and event_ts > self.newest + self.jump:
            return self.drop("rejected")
        self.zero = getattr(self, "zero", event_ts)
        start = (event_ts - self.zero) // self.width * self.width + self.zero
        if self.watermark is not None and start + self.width <= self.watermark:
            return self.drop("late")
        if any(event_id in self.ids[w] for w in self.buckets if w[1] == key):
            return self.drop("duplicate")
        n, total = self.buckets.get((start, key), (0, 0.0))
        self.buckets[start, key] = (n + 1, total + value)
        self.ids.setdefault((start, key), set()).add(event_id)
        if self.newest is None or event_ts > self.newest:
            self.newest = event_ts
        self.watermark = self.newest - self.lateness
        return self.emit([w for w in self.buckets if w[0] + self.width <= self.watermark])

    def drop(self, why):
        self.dropped[why] += 1
        return []

    def emit(self, windows):
        out = []
        for w in sorted(windows):
            n, total = self.buckets.pop(w)
            del self.ids[w]
            out.append((w[1], w[0], n, total / n))
        return out

    def flush(self):
        self.done = True
        return self.emit(list(self.buckets))

    def state_size(self):
        return len(self.buckets) + sum(len(s) for s in self.ids.values())
