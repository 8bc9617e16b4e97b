"""Scaling checks by rule G6: a ratio of times, never seconds."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from typing import Any

from orbitlab.checks.equality import difference
from orbitlab.checks.operations import Raised
from orbitlab.checks.verdicts import Mismatch

STEP = 8
MAX_RATIO = 32.0
ATTEMPTS = 3
MAX_SLOWDOWN = 500.0


def expect_scaling(
    answer: Callable[..., Any],
    make: Callable[[int, int], Sequence[Any]],
    n: int,
    reference: Callable[..., Any],
) -> None:
    """Require near-linear growth: T(8n)/T(n) < 32, and T(n) <= 500 times the reference's.

    Parameters
    ----------
    make: callable
        `make(n, seed)` returns the arguments of one call on n items; every timed call gets a
        fresh input, so that caching gains nothing.
    n: int
        Chosen so that the reference needs at least 20 ms.
    reference: callable
        A right answer; the result on n items must equal its, so that a lazy or padded one fails.

    Times are CPU times of this process with the garbage collector off. One pair of timings
    first, then up to two more while the ratio is not below 32.

    Raises
    ------
    Mismatch
        Naming which of the three conditions broke, without any input.
    """
    args = make(n, 0)
    first, got = _timed(answer, args)
    allowed, expected = _timed(reference, args)
    if difference(expected, got):
        raise Mismatch("a wrong result on a large input")
    if first > MAX_SLOWDOWN * allowed:
        raise Mismatch("far too slow already on the smaller input")
    for attempt in range(ATTEMPTS):
        if attempt:
            first, _ = _timed(answer, make(n, 2 * attempt))
        last, _ = _timed(answer, make(STEP * n, 2 * attempt + 1))
        if last < MAX_RATIO * max(first, 1e-9):
            return
    raise Mismatch("too slow as the input grows: eight times the data took over 32 times as long")


def _timed(call: Callable[..., Any], args: Sequence[Any]) -> tuple[float, Any]:
    collecting = gc.isenabled()
    gc.disable()
    start = time.process_time()
    try:
        result = call(*args)
    except Exception as error:
        raise Raised(error) from error
    finally:
        seconds = time.process_time() - start
        if collecting:
            gc.enable()
    return seconds, result
