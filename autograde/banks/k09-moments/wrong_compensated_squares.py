# Wrong: sums squares with compensation, though each square is rounded already.
# caught-by: test_large_values
import math


def two_sum(a, b):
    s = a + b
    c = s - a
    return s, (a - (s - c)) + (b - c)


class Moments:
    def __init__(self):
        self.n = 0
        self.total = self.rest = self.squares = self.squares_rest = 0.0

    def _grow(self, total, squares):
        self.total, e = two_sum(self.total, total)
        self.rest += e
        self.squares, e = two_sum(self.squares, squares)
        self.squares_rest += e

    @property
    def mean(self):
        return (self.total + self.rest) / self.n if self.n else math.nan

    @property
    def var(self):
        if not self.n:
            return math.nan
        return (self.squares + self.squares_rest) / self.n - self.mean**2

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        self.n += 1
        self._grow(x, x * x)

    def merge(self, other):
        new = Moments()
        new.n = self.n + other.n
        for part in (self, other):
            new._grow(part.total, part.squares)
            new.rest += part.rest
            new.squares_rest += part.squares_rest
        return new
