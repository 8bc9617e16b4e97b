# Right: lists of (id, value) per key and window number, scanned on every event.
import math
import statistics


class TumblingWindows:
    def __init__(self, width_s, lateness_s, max_jump_s):
        for bad in (width_s <= 0, lateness_s < 0, max_jump_s <= 0):
            if bad:
                raise ValueError("setting")
        self.args = width_s, lateness_s, max_jump_s
        self.watermark, self.dropped = None, dict.fromkeys(("duplicate", "late", "rejected"), 0)
        self.live = {}

    def add(self, key, event_id, event_ts, value):
        if self.live is None:
            raise RuntimeError
        width, lateness, jump = self.args
        top = None if self.watermark is None else self.watermark + lateness
        k = math.floor(event_ts / width)
        if value != value or abs(value) == math.inf or (top is not None and event_ts > top + jump):
            self.dropped["rejected"] += 1
        elif top is not None and (k + 1) * width <= self.watermark:
            self.dropped["late"] += 1
        elif event_id in [i for rows in self.live.get(key, {}).values() for i, _ in rows]:
            self.dropped["duplicate"] += 1
        else:
            self.live.setdefault(key, {}).setdefault(k, []).append((event_id, value))
            self.watermark = (event_ts if top is None else max(top, event_ts)) - lateness
            return self._take(self.watermark)
        return []

    def _take(self, until):
        width = self.args[0]
        ripe = [(k, key) for key in self.live for k in self.live[key] if (k + 1) * width <= until]
        rows = []
        for k, key in sorted(ripe):
            values = [v for _, v in self.live[key].pop(k)]
            rows.append((key, k * width, len(values), statistics.fmean(values)))
        return rows

    def flush(self):
        rows = self._take(math.inf)
        self.live = None
        return rows

    def state_size(self):
        return sum(1 + len(rows) for windows in self.live.values() for rows in windows.values())
