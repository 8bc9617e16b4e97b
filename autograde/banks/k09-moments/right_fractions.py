# Right: exact sums as fractions, rounded only when read.
import math
from fractions import Fraction


class Moments:
    def __init__(self, n=0, total=Fraction(0), squares=Fraction(0)):
        self.n = n
        self.total = total
        self.squares = squares

    def add(self, x):
        if not math.isfinite(x):
            raise ValueError(f"{x} is not finite")
        exact = Fraction(x)
        self.n += 1
        self.total += exact
        self.squares += exact * exact

    def merge(self, other):
        return Moments(self.n + other.n, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self):
        return float(self.total / self.n) if self.n else math.nan

    @property
    def var(self):
        return float(self.squares / self.n - (self.total / self.n) ** 2) if self.n else math.nan
