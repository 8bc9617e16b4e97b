# Right: one list of (state, who, from) and complete logs, bisected.
from bisect import bisect_right


class AlertBreaker:
    suppressed = 0

    def __init__(self, limit, window_s, cooldown_s, region_frac):
        self.limit, self.window_s = limit, window_s
        self.cooldown_s, self.region_frac = cooldown_s, region_frac
        self.times, self.who, self.page_times, self.silences = [], [], [], []

    def offer(self, now, region, gateway, n_in_region):
        if self.times and self.times[-1] > now:
            raise ValueError("time runs forwards")
        self.times.append(now)
        self.who.append((region, gateway))
        if any(begin <= now < end and whom in (None, region) for begin, end, whom in self.silences):
            self.suppressed = self.suppressed + 1
            return []
        old = now - self.window_s
        pages = len(self.page_times) - bisect_right(self.page_times, old)
        gateways = {g for r, g in self.who[bisect_right(self.times, old) :] if r == region}
        self.page_times.append(now)
        if pages >= self.limit:
            self.suppressed = self.suppressed + 1
            self.silences.append((now, now + self.cooldown_s, None))
            return [["degraded", "*"]]
        if len(gateways) > 1 and len(gateways) >= self.region_frac * n_in_region:
            self.silences.append((now, now + self.cooldown_s, region))
            return [["region", region]]
        return [["gateway", gateway]]
