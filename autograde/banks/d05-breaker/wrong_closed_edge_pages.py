# Wrong: counts pages that are exactly window_s old.
# caught-by: test_window_edge
class AlertBreaker:
    def __init__(self, limit, window_s, cooldown_s, region_frac):
        self.limit = limit
        self.window = window_s
        self.cooldown = cooldown_s
        self.frac = region_frac
        self.suppressed = 0
        self.last = None
        self.open_until = None
        self.muted_until = {}
        self.offers = []
        self.pages = []

    def offer(self, now, region, gateway, n_in_region):
        if self.last is not None and now < self.last:
            raise ValueError("backwards")
        self.last = now
        self.offers.append((now, region, gateway))
        if self.open_until is not None and now < self.open_until:
            self.suppressed += 1
            return []
        if region in self.muted_until and now < self.muted_until[region]:
            self.suppressed += 1
            return []
        if sum(t >= now - self.window for t in self.pages) >= self.limit:
            self.open_until = now + self.cooldown
            self.suppressed += 1
            self.pages.append(now)
            return [("degraded", "*")]
        seen = {g for t, r, g in self.offers if r == region and t > now - self.window}
        if len(seen) >= 2 and len(seen) / n_in_region >= self.frac:
            self.muted_until[region] = now + self.cooldown
            self.pages.append(now)
            return [("region", region)]
        self.pages.append(now)
        return [("gateway", gateway)]
