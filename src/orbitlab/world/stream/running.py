"""Playing a stream to an alerter, with the clock in the simulator's hands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ..errors import WorldError
from .events import Event
from .generating import Stream

Calls = Sequence[tuple[str, Sequence[Any]]]


class Alerter(Protocol):
    """What is played to: both methods return a list of alert dicts, often empty."""

    def on_event(self, e: Event, now: int, /) -> list[dict[str, Any]]:
        """Take one message at its arrival."""

    def on_tick(self, now: int, /) -> list[dict[str, Any]]:
        """Take notice that time passed."""


class BadReply(WorldError):
    """An alerter that answered with something else than a list of alert dicts.

    Attributes
    ----------
    method
        on_event or on_tick.
    got
        the type's name, or what the alert lacks.
    """

    def __init__(self, method: str, got: str) -> None:
        self.method, self.got = method, got
        super().__init__(f"{method} must return a list of alert dicts; it returned {got}.")


@dataclass(frozen=True)
class RaisedAlert:
    """One alert with the time that the simulator stamped on it.

    Attributes
    ----------
    kind, target
        as the alert says.
    raised_at
        the `now` of the call that returned it, s UTC.
    alert
        a copy of the dict as returned.
    """

    kind: str
    target: str
    raised_at: int
    alert: dict[str, Any]


def steps(
    alerter: Alerter,
    stream: Stream,
    tick_s: int = 5,
    drive: Callable[[Any, Calls], Sequence[Any]] | None = None,
) -> Iterator[tuple[int, list[RaisedAlert]]]:
    """Play the stream tick by tick; yield (T, alerts raised since the last tick).

    For T = start, start + tick_s, … end: first on_event(e, e.arrival_ts) for every message
    not yet delivered with arrival_ts ≤ T, in the stream's order, then on_tick(T). Messages
    that would arrive after the end are never delivered.

    Parameters
    ----------
    alerter
        what is played to; nothing of the stream's truth reaches it.
    tick_s
        seconds between two ticks, 1 or more.
    drive
        makes all calls of one tick, given as [(method, args), …], and returns their
        results; None calls one after another. For alerters that live elsewhere.

    Raises
    ------
    BadReply
        a result is no list of dicts with the texts kind and target.
    ValueError
        tick_s is below 1.
    """
    if tick_s < 1:
        raise ValueError("tick_s must be 1 or more")
    make = drive or _call_all
    events, at, total = stream.events, 0, len(stream.events)
    for now in range(stream.start_ts, stream.end_ts + 1, tick_s):
        calls: list[tuple[str, tuple[Any, ...]]] = []
        while at < total and events[at].arrival_ts <= now:
            calls.append(("on_event", (events[at], events[at].arrival_ts)))
            at += 1
        calls.append(("on_tick", (now,)))
        alerts: list[RaisedAlert] = []
        for (method, args), reply in zip(calls, make(alerter, calls), strict=True):
            if reply or type(reply) is not list:
                alerts += _stamped(method, reply, args[-1])
        yield now, alerts


def run(
    alerter: Alerter,
    stream: Stream,
    tick_s: int = 5,
    drive: Callable[[Any, Calls], Sequence[Any]] | None = None,
) -> list[RaisedAlert]:
    """Play the whole stream as `steps` does; return all alerts in the order they were raised."""
    return [alert for _, new in steps(alerter, stream, tick_s, drive) for alert in new]


def _call_all(alerter: Any, calls: Calls) -> list[Any]:
    return [getattr(alerter, method)(*args) for method, args in calls]


def _stamped(method: str, reply: Any, now: int) -> list[RaisedAlert]:
    if not isinstance(reply, (list, tuple)):
        raise BadReply(method, f"a {type(reply).__name__}")
    found = []
    for alert in reply:
        if not isinstance(alert, dict):
            raise BadReply(method, f"a list that holds a {type(alert).__name__}")
        for key in ("kind", "target"):
            if not isinstance(alert.get(key), str):
                raise BadReply(method, f"an alert whose {key!r} is no text")
        found.append(RaisedAlert(alert["kind"], alert["target"], now, dict(alert)))
    return found
