# Wrong: sums of squares, which cancel at 1e9.
# caught-by: test_large_values
import math


class Moments:
    def __init__(self):
        self.n, self.total, self.squares = 0, 0.0, 0.0

    @property
    def mean(self):
        return self.total / self.n if self.n else math.nan

    @property
    def var(self):
        if not self.n:
            return math.nan
        return self.squares / self.n - (self.total / self.n) ** 2

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        self.n += 1
        self.total += x
        self.squares += x * x

    def merge(self, other):
        new = Moments()
        new.n = self.n + other.n
        new.total = self.total + other.total
        new.squares = self.squares + other.squares
        return new
