"""Rounding that cannot come out differently on another processor."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from .dice import Ints

# Sines and roots differ between processors by a few units of the last place; this is a
# million times more than that for every number that is stored.
_MARGIN = 1e-6


def settled(values: ArrayLike, steps_per_unit: int) -> Ints:
    """Return values in whole steps, rounded; steps_per_unit of them make one unit.

    Raises
    ------
    ValueError
        a value lies so near to the middle between two steps that another processor could
        round it the other way: the recipe has to be changed.
    """
    scaled = np.asarray(values, float) * steps_per_unit
    below = np.floor(scaled + 0.5)
    if np.any(np.abs(scaled + 0.5 - np.round(scaled + 0.5)) < _MARGIN):
        raise ValueError("a stored value is not settled; change the recipe's seed or resolution")
    return below.astype(np.int64)
