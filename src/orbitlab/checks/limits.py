"""Time limits for single tests, inside one process."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import threading
from collections.abc import Iterator
from types import FrameType

from orbitlab.checks.verdicts import OverLimit

# A neighbour that keeps the processor busy must flip no verdict, so the limit counts CPU time;
# an answer that sleeps uses none, so the wall clock ends it at this multiple.
WALL_FACTOR = 3.0
# An answer may swallow the first interruption (`except: pass` in a loop), so it is repeated.
REPEAT_S = 0.2


@contextlib.contextmanager
def limit(seconds: float) -> Iterator[None]:
    """Run the body for at most `seconds` of CPU time (three times that of wall time).

    Raises
    ------
    OverLimit
        In the body, when the limit is reached.
    """
    posix = hasattr(signal, "setitimer")
    if posix and threading.current_thread() is threading.main_thread():
        with _by_signal(seconds):
            yield
    else:
        with _by_thread(seconds):
            yield


@contextlib.contextmanager
def _by_signal(seconds: float) -> Iterator[None]:
    def stop(signum: int, frame: FrameType | None) -> None:
        raise OverLimit(seconds)

    timers = [
        (signal.ITIMER_PROF, signal.SIGPROF, 1.0),
        (signal.ITIMER_REAL, signal.SIGALRM, WALL_FACTOR),
    ]
    before = [signal.signal(number, stop) for _, number, _ in timers]
    try:
        for timer, _, factor in timers:
            signal.setitimer(timer, seconds * factor, REPEAT_S)
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0.0)
            signal.signal(number, handler)


@contextlib.contextmanager
def _by_thread(seconds: float) -> Iterator[None]:
    # Windows has no interval timers: an exception is set in the test's own thread instead.
    target = threading.get_ident()
    done = threading.Event()

    def watch() -> None:
        if not done.wait(seconds * WALL_FACTOR):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(target), ctypes.py_object(_bound(seconds))
            )

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _bound(seconds: float) -> type[OverLimit]:
    # The interpreter raises a class without arguments, so the limit is bound into one.
    class Bound(OverLimit):
        def __init__(self) -> None:
            super().__init__(seconds)

    return Bound
