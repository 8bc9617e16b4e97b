# Wrong: stable while adding, but merges through sums of squares.
# caught-by: test_merge_order_is_free
import math


class Moments:
    def __init__(self):
        self.n = 0
        self._m = 0.0
        self._q = 0.0

    @property
    def mean(self):
        return self._m if self.n else math.nan

    @property
    def var(self):
        return self._q / self.n if self.n else math.nan

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        self.n += 1
        gap = x - self._m
        self._m += gap / self.n
        self._q += gap * (x - self._m)

    def merge(self, other):
        new = Moments()
        new.n = self.n + other.n
        if new.n:
            gap = other._m - self._m
            if not self.n:
                new._m = other._m
            elif not other.n:
                new._m = self._m
            else:
                new._m = self._m + gap * other.n / new.n
            new._q = (
                self._q + self.n * self._m**2 + other._q + other.n * other._m**2 - new.n * new._m**2
            )
        return new
