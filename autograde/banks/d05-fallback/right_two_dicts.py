# Right: one dict of values, one of times; numpy floats out.
from contextlib import suppress

import numpy as np


class ThresholdSource:
    def __init__(self, fetch, ttl_s, max_age_s, default):
        self.fetch, self.ttl_s, self.max_age_s, self.default = fetch, ttl_s, max_age_s, default
        self.value, self.made = {}, {}

    def get(self, gateway, now):
        value, as_of = np.nan, now
        with suppress(Exception):
            value, as_of = self.fetch(gateway)  # None cannot be unpacked, which is suppressed too
        age = now - as_of
        if np.isfinite(value) and not age < 0 and not age > self.ttl_s:
            self.value[gateway], self.made[gateway] = np.float64(value), as_of
            return np.float64(value), "live"
        if now - self.made.get(gateway, -np.inf) <= self.max_age_s:
            return self.value[gateway], "last_good"
        return np.float64(self.default), "default"
