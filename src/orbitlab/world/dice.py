"""Random numbers that are the same on every machine and under every library version.

numpy promises no stable stream across versions, and the last bit of exp or sin differs
between processors. So the world is drawn with SplitMix64 (Steele, Lea and Flood 2014)
in integer arithmetic: equal seeds give equal bytes everywhere.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

SEED = 20260316

Ints = NDArray[np.int64]


def splitmix64(key: int, n: int) -> NDArray[np.uint64]:
    """Return the first n words of SplitMix64 started at key, shape (n,)."""
    steps = np.arange(1, n + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = np.uint64(key) + steps
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def words(name: str, n: int, seed: int = SEED) -> NDArray[np.uint64]:
    """Return n random 64-bit words of the stream called name, shape (n,); any integer seeds it."""
    digest = hashlib.sha256(f"{seed}/{name}".encode()).digest()
    return splitmix64(int.from_bytes(digest[:8], "big"), n)


def integers(name: str, n: int, low: int, high: int, seed: int = SEED) -> Ints:
    """Return n integers, uniform in the closed range [low, high], shape (n,)."""
    span = np.uint64(high - low + 1)
    top = words(name, n, seed) >> np.uint64(32)
    return low + ((top * span) >> np.uint64(32)).astype(np.int64)


def bell(name: str, n: int, sd: int, seed: int = SEED) -> Ints:
    """Return n integers, near-normal around 0 with standard deviation sd, shape (n,).

    A sum of twelve uniforms (Irwin-Hall): no logarithm, no root, so no last-bit luck.
    """
    total = np.zeros(n, dtype=np.int64)
    for part in range(3):
        w = words(f"{name}/{part}", n, seed)
        for shift in (0, 16, 32, 48):
            total += ((w >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.int64)
    return (total - 6 * 65535) * sd // 65536


def choose(name: str, n: int, k: int, seed: int = SEED) -> Ints:
    """Return k distinct indices out of range(n), ascending, shape (k,)."""
    order = np.argsort(words(name, n, seed), kind="stable")
    return np.sort(order[:k]).astype(np.int64)
