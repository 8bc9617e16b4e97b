# Right: sums around the first value, re-centred when parts merge; slots, plain attributes.
import math


class Moments:
    __slots__ = ("n", "mean", "var", "pivot", "one", "two")

    def __init__(self):
        self.n, self.mean, self.var = 0, math.nan, math.nan
        self.pivot = self.one = self.two = 0.0

    def _read(self):
        if self.n:
            self.mean = self.pivot + self.one / self.n
            self.var = max(self.two / self.n - (self.one / self.n) ** 2, 0.0)

    def add(self, x):
        if x != x or x in (math.inf, -math.inf):
            raise ValueError("only finite values")
        if not self.n:
            self.pivot = x
        self.n += 1
        self.one += x - self.pivot
        self.two += (x - self.pivot) ** 2
        self._read()

    def merge(self, other):
        new = Moments()
        base, rest = (self, other) if self.n else (other, self)
        d = rest.pivot - base.pivot if rest.n else 0.0
        new.n, new.pivot = base.n + rest.n, base.pivot
        new.one = base.one + rest.one + rest.n * d
        new.two = base.two + rest.two + 2 * d * rest.one + rest.n * d * d
        new._read()
        return new
