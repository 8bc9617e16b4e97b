# Wrong: is no longer last good at exactly max_age_s.
# caught-by: test_last_good_limit
import math


class ThresholdSource:
    def __init__(self, fetch, ttl_s, max_age_s, default):
        self.fetch = fetch
        self.ttl = ttl_s
        self.max_age = max_age_s
        self.default = default
        self.good = {}

    def get(self, gateway, now):
        try:
            reply = self.fetch(gateway)
        except Exception:
            reply = None
        if reply is not None:
            value, as_of = reply
            if math.isfinite(value) and as_of <= now and now - as_of <= self.ttl:
                self.good[gateway] = (value, as_of)
                return value, "live"
        if gateway in self.good:
            value, as_of = self.good[gateway]
            if now - as_of < self.max_age:
                return value, "last_good"
        return self.default, "default"
