# Right: last time per gateway instead of a log of offers, pages in a pruned list.
from collections import defaultdict


class AlertBreaker:
    def __init__(self, limit, window_s, cooldown_s, region_frac):
        self.args = limit, window_s, cooldown_s, region_frac
        self.suppressed, self.clock = 0, float("-inf")
        self.until = defaultdict(lambda: float("-inf"))
        self.seen, self.paged = defaultdict(dict), []

    def offer(self, now, region, gateway, n_in_region):
        limit, window, cooldown, frac = self.args
        if now < self.clock:
            raise ValueError(f"{now} is before {self.clock}")
        self.clock = self.seen[region][gateway] = now
        self.paged = [t for t in self.paged if now - t < window]
        if now < max(self.until["*", "open"], self.until[region, "muted"]):
            self.suppressed += 1
            return ()
        near = sum(now - t < window for t in self.seen[region].values())
        if len(self.paged) >= limit:
            self.until["*", "open"] = now + cooldown
            self.suppressed += 1
            page = ("degraded", "*")
        elif near >= max(2, frac * n_in_region):
            self.until[region, "muted"] = now + cooldown
            page = ("region", region)
        else:
            page = ("gateway", gateway)
        self.paged.append(now)
        return (page,)
