"""Which messages reach the collector, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import dice
from ..constellation import GATEWAY_IDS, REGIONS, region_of
from .scenarios import Outage, Scenario

Bools = NDArray[np.bool_]
SILENT_S = 30
# One tick: what an alerter cannot tell apart counts as one.
_MARGIN_S = 5


@dataclass(frozen=True)
class Received:
    """What the collector gets, both of shape (gateways, N).

    Attributes
    ----------
    kept
        whether the message arrives at all.
    arrival
        seconds from the stream's start by the collector's clock.
    """

    kept: Bools
    arrival: dice.Ints


def received(s: Scenario, sent: dice.Ints) -> Received:
    """Return what happens on the way to messages sent at `sent` (seconds from the start)."""
    shape = sent.shape
    n = sent.size

    def chance(name: str, share: float) -> Bools:
        drawn = dice.integers(f"stream/{name}", n, 0, 999_999, s.seed)
        return (drawn < round(share * 1_000_000)).reshape(shape)

    lost, late = chance("loss", s.loss), chance("late", s.late_frac)
    silent = _silent(s, sent)
    held = np.zeros(shape, dtype=bool)
    for b in s.backlogs:
        row = GATEWAY_IDS.index(b.gateway)
        held[row] = (sent[row] >= b.start_s) & (sent[row] < b.start_s + b.dur_s)
    delay = dice.integers("stream/delay", n, 1, 4, s.seed).reshape(shape)
    _restore(s, sent + delay, lost, late, silent, held)

    late_by = dice.integers("stream/late_by", n, 60, 600, s.seed).reshape(shape)
    arrival = sent + np.where(late, late_by, delay)
    for b in s.backlogs:
        row = GATEWAY_IDS.index(b.gateway)
        # One burst, a second after the end of the gap, in the order of sending.
        arrival[row, held[row]] = b.start_s + b.dur_s + 1
    return Received(kept=~lost & ~silent, arrival=arrival)


def silent_gateways(s: Scenario, outage: Outage) -> tuple[str, ...]:
    """Return the gateways that an outage silences: those it names, else drawn."""
    if outage.silent:
        return outage.silent
    members = [g for g in GATEWAY_IDS if region_of(g) == outage.region]
    name = f"stream/silent/{outage.region}/{outage.start_s}"
    picked = dice.choose(name, len(members), outage.n_silent, s.seed)
    return tuple(members[i] for i in picked.tolist())


def _silent(s: Scenario, sent: dice.Ints) -> Bools:
    silent = np.zeros(sent.shape, dtype=bool)
    for outage in s.outages:
        for gateway in silent_gateways(s, outage):
            row = GATEWAY_IDS.index(gateway)
            silent[row] |= (sent[row] >= outage.start_s) & (
                sent[row] < outage.start_s + outage.dur_s
            )
    return silent


def _restore(
    s: Scenario, on_time: dice.Ints, lost: Bools, late: Bools, silent: Bools, held: Bools
) -> None:
    """Give back messages so that chance never silences two gateways of a region at once.

    Outside outages at most one gateway of a region may be silent for more than 30 s. Of two
    such silences that meet, one is undone: never a backlog's, else the later one.
    """
    missing = (lost | late | held) & ~silent
    for prefix in REGIONS.values():
        rows = [i for i, g in enumerate(GATEWAY_IDS) if g.startswith(prefix)]
        found = [
            (bool(held[row, first:end].any()), start, stop, row, first, end)
            for row in rows
            for start, stop, first, end in _silences(s, on_time[row], missing[row])
        ]
        found.sort(key=lambda silence: (not silence[0], *silence[1:]))
        taken: list[tuple[int, int, int]] = []
        for _, start, stop, row, first, end in found:
            if all(r == row or stop + _MARGIN_S < a or b + _MARGIN_S < start for a, b, r in taken):
                taken.append((start, stop, row))
            else:
                lost[row, first:end] = late[row, first:end] = False


def _silences(
    s: Scenario, on_time: dice.Ints, missing: Bools
) -> Iterator[tuple[int, int, int, int]]:
    """Yield (from, to, first, end): silent from 30 s after the last message to the next.

    first and end say which messages are missing in between. Silence counts from the
    stream's start and to its end.
    """
    there = np.flatnonzero(~missing)
    index = np.concatenate([[-1], there, [missing.size]])
    heard = np.concatenate([[0], on_time[there], [s.duration_s]])
    for i in np.flatnonzero(np.diff(heard) > SILENT_S).tolist():
        yield int(heard[i]) + SILENT_S, int(heard[i + 1]), int(index[i]) + 1, int(index[i + 1])
