# Wrong: its pickle comes back empty.
# caught-by: test_the_pickle_is_the_state
import math


class Moments:
    def __init__(self):
        self.n = 0
        self._mean = 0.0
        self._ss = 0.0

    def __reduce__(self):
        return (Moments, ())

    @property
    def mean(self):
        return self._mean if self.n else math.nan

    @property
    def var(self):
        return self._ss / self.n if self.n else math.nan

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError("not finite")
        self.n += 1
        gap = x - self._mean
        self._mean += gap / self.n
        self._ss += gap * (x - self._mean)

    def merge(self, other):
        new = Moments()
        new.n = self.n + other.n
        if new.n:
            gap = other._mean - self._mean
            new._mean = self._mean + gap * other.n / new.n
            new._ss = self._ss + other._ss + gap * gap * self.n * other.n / new.n
        return new
