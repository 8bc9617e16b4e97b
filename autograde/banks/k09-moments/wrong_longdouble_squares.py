# Wrong: sums of squares in a wider float, which only moves the cliff.
# caught-by: test_large_values
import math

import numpy as np


class Moments:
    def __init__(self):
        self.n, self.total, self.squares = 0, np.longdouble(0), np.longdouble(0)

    @property
    def mean(self):
        return float(self.total / self.n) if self.n else math.nan

    @property
    def var(self):
        if not self.n:
            return math.nan
        return float(self.squares / self.n - (self.total / self.n) ** 2)

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        self.n += 1
        self.total += x
        self.squares += np.longdouble(x) * x

    def merge(self, other):
        new = Moments()
        new.n = self.n + other.n
        new.total = self.total + other.total
        new.squares = self.squares + other.squares
        return new
