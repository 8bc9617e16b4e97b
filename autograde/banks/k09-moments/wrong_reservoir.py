# Wrong: keeps 100 values and extrapolates from them.
# caught-by: test_large_values
import math


class Moments:
    def __init__(self):
        self.n, self.kept = 0, []

    @property
    def mean(self):
        return sum(self.kept) / len(self.kept) if self.kept else math.nan

    @property
    def var(self):
        mean = self.mean
        return sum((x - mean) ** 2 for x in self.kept) / len(self.kept) if self.kept else math.nan

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        self.n += 1
        if len(self.kept) < 100:
            self.kept.append(x)

    def merge(self, other):
        new = Moments()
        new.n = self.n + other.n
        new.kept = (self.kept + other.kept)[:100]
        return new
