# Wrong: stores every value.
# caught-by: test_small_pickle
import math


class Moments:
    def __init__(self):
        self.values = []

    @property
    def n(self):
        return len(self.values)

    @property
    def mean(self):
        return math.fsum(self.values) / self.n if self.n else math.nan

    @property
    def var(self):
        mean = self.mean
        return math.fsum((x - mean) ** 2 for x in self.values) / self.n if self.n else math.nan

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        self.values.append(x)

    def merge(self, other):
        new = Moments()
        new.values = self.values + other.values
        return new
