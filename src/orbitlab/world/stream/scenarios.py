"""The knobs of a simulated stream, and the promises that every setting of them keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from ..constellation import GATEWAY_IDS, region_of
from ..errors import WorldError
from ..story import at

QUIET_START_S = 2400
SPACING_S = 700
OUTAGE_DISTANCE_S = 900
GRACE_S = 60
_FRACTIONS = ("glitch_frac", "nan_frac", "loss", "dup", "late_frac")


class BadScenario(WorldError, ValueError):
    """A setting that breaks a promise of the simulator.

    Attributes
    ----------
    knob
        the setting.
    reason
        what is wrong with it, without a full stop.
    """

    def __init__(self, knob: str, reason: str) -> None:
        self.knob, self.reason = knob, reason
        super().__init__(f"Scenario {knob}: {reason}.")


@dataclass(frozen=True)
class Anomaly:
    """One gateway's SNR falls by drop_db over [start_s, start_s + dur_s) of the stream."""

    gateway: str
    start_s: int
    dur_s: int
    drop_db: float


@dataclass(frozen=True)
class Outage:
    """n_silent gateways of a region send nothing over [start_s, start_s + dur_s)."""

    region: str
    start_s: int
    dur_s: int
    n_silent: int
    silent: tuple[str, ...] = ()


@dataclass(frozen=True)
class Backlog:
    """A gateway's messages of [start_s, start_s + dur_s) are held and arrive at its end.

    An old dip of old_drop_db (0 for none) lies well inside and is over when they arrive.
    """

    gateway: str
    start_s: int
    dur_s: int
    old_drop_db: float


@dataclass(frozen=True)
class Scenario:
    """One setting of all knobs; times in seconds from the start of the stream.

    Attributes
    ----------
    seed
        any integer; equal scenarios give equal streams on every machine.
    name
        a label, no knob.
    duration_s, cadence_s
        length, and time between two messages of a gateway, s.
    start_ts
        s UTC of the stream's start.
    noise_db, diurnal_db
        standard deviation of the noise; amplitude over the day.
    glitch_frac
        share of samples that fall by 8 to 12 dB, never two in a row.
    nan_frac, loss, dup, late_frac
        shares of messages without a value, never received, received twice, and
        received 60 to 600 s late (others: 1 to 4 s).
    skew_s
        each gateway's clock is off by a whole number of seconds up to this.
    drift_db_per_h
        slow change of the SNR of the gateways in `drifting` (None: all).
    anomalies, outages, backlogs
        what happens, and when.

    Raises
    ------
    BadScenario
        a share outside [0, 0.5], an anomaly outside 180 to 420 s or 5 to 8 dB, an
        unknown gateway or region, or a promise broken: no incident in the first
        40 min; all over, with 60 s to spare, before the end; incidents of one gateway
        at least 700 s apart and as far from its backlog, and none within 900 s of an
        outage of its region; at least 75 % of a region silent in an outage; at most one
        backlog of a region at a time.
    """

    seed: int
    name: str = "custom"
    duration_s: int = 21_600
    cadence_s: int = 10
    start_ts: int = at(0, 12)
    noise_db: float = 0.8
    diurnal_db: float = 1.0
    glitch_frac: float = 0.004
    nan_frac: float = 0.002
    loss: float = 0.02
    dup: float = 0.01
    late_frac: float = 0.01
    skew_s: int = 0
    drift_db_per_h: float = 0.0
    drifting: tuple[str, ...] | None = None
    anomalies: tuple[Anomaly, ...] = ()
    outages: tuple[Outage, ...] = ()
    backlogs: tuple[Backlog, ...] = ()

    def __post_init__(self) -> None:
        for knob, reason in _problems(self):
            raise BadScenario(knob, reason)


def gateways() -> dict[str, str]:
    """Return {gateway id: region} of the twelve gateways, in their order."""
    return {g: region_of(g) for g in GATEWAY_IDS}


def apart(a_start: int, a_dur: int, b_start: int, b_dur: int) -> int:
    """Return the seconds between two intervals, negative when they overlap."""
    return max(a_start, b_start) - min(a_start + a_dur, b_start + b_dur)


def conflict(
    anomaly: Anomaly,
    anomalies: Iterable[Anomaly],
    outages: Iterable[Outage],
    backlogs: Iterable[Backlog],
) -> str:
    """Return why the anomaly cannot stand beside the others, or an empty text."""
    mine = (anomaly.start_s, anomaly.dur_s)
    for other in anomalies:
        near = apart(*mine, other.start_s, other.dur_s) < SPACING_S
        if near and other.gateway == anomaly.gateway:
            return f"two anomalies of {anomaly.gateway} are less than {SPACING_S} s apart"
    for log in backlogs:
        near = apart(*mine, log.start_s, log.dur_s) < SPACING_S
        if near and log.gateway == anomaly.gateway:
            return f"an anomaly of {anomaly.gateway} is less than {SPACING_S} s from its backlog"
    for outage in outages:
        near = apart(*mine, outage.start_s, outage.dur_s) < OUTAGE_DISTANCE_S
        if near and region_of(anomaly.gateway) == outage.region:
            return f"an anomaly of {anomaly.gateway} is within 900 s of its region's outage"
    return ""


def _problems(s: Scenario) -> Iterator[tuple[str, str]]:
    if s.duration_s < s.cadence_s or s.cadence_s < 1:
        yield "duration_s", "the stream must hold at least one message"
    for knob in _FRACTIONS:
        if not 0 <= getattr(s, knob) <= 0.5:
            yield knob, "the share must lie in [0, 0.5]"
    if s.noise_db < 0 or s.diurnal_db < 0 or s.skew_s < 0:
        yield "noise_db, diurnal_db, skew_s", "must not be negative"
    yield from _unknown(s)
    for knob, items in _timed(s).items():
        for start, dur in items:
            if start < QUIET_START_S:
                yield knob, "nothing may happen in the first 40 min"
            if dur < 1 or start + dur + GRACE_S > s.duration_s:
                yield knob, "everything must be over 60 s before the end"
    yield from _sizes(s)
    yield from _clashes(s)


def _timed(s: Scenario) -> dict[str, list[tuple[int, int]]]:
    return {
        "anomalies": [(a.start_s, a.dur_s) for a in s.anomalies],
        "outages": [(o.start_s, o.dur_s) for o in s.outages],
        "backlogs": [(b.start_s, b.dur_s) for b in s.backlogs],
    }


def _unknown(s: Scenario) -> Iterator[tuple[str, str]]:
    regions = set(gateways().values())
    named = [("anomalies", a.gateway) for a in s.anomalies]
    named += [("backlogs", b.gateway) for b in s.backlogs]
    named += [("drifting", g) for g in s.drifting or ()]
    named += [("outages", g) for o in s.outages for g in o.silent]
    yield from ((knob, f"there is no gateway {g!r}") for knob, g in named if g not in GATEWAY_IDS)
    for o in s.outages:
        if o.region not in regions:
            yield "outages", f"there is no region {o.region!r}"


def _sizes(s: Scenario) -> Iterator[tuple[str, str]]:
    for a in s.anomalies:
        if not (180 <= a.dur_s <= 420 and 5 <= a.drop_db <= 8):
            yield "anomalies", "an anomaly lasts 180 to 420 s and drops 5 to 8 dB"
    for o in s.outages:
        size = sum(r == o.region for r in gateways().values())
        if not 0.75 * size <= o.n_silent <= size:
            yield "outages", "at least 75 % of the region must be silent"
        inside = len(set(o.silent)) == o.n_silent and all(
            region_of(g) == o.region for g in o.silent
        )
        if o.silent and not inside:
            yield "outages", "silent must name n_silent gateways of the region"
    for b in s.backlogs:
        if b.dur_s < 400 or not 0 <= b.old_drop_db <= 8:
            yield "backlogs", "a backlog lasts 400 s or more and its old dip is at most 8 dB"


def _clashes(s: Scenario) -> Iterator[tuple[str, str]]:
    for i, anomaly in enumerate(s.anomalies):
        reason = conflict(anomaly, s.anomalies[:i], s.outages, s.backlogs)
        if reason:
            yield "anomalies", reason
    for x, y in combinations(s.outages, 2):
        if x.region == y.region and apart(x.start_s, x.dur_s, y.start_s, y.dur_s) < 900:
            yield "outages", f"two outages of {x.region} are less than 900 s apart"
    for p, q in combinations(s.backlogs, 2):
        same = region_of(p.gateway) == region_of(q.gateway)
        if same and apart(p.start_s, p.dur_s, q.start_s, q.dur_s) < SPACING_S:
            yield "backlogs", "two backlogs of a region are less than 700 s apart"
    for b in s.backlogs:
        for o in s.outages:
            near = apart(b.start_s, b.dur_s, o.start_s, o.dur_s) < OUTAGE_DISTANCE_S
            if near and region_of(b.gateway) == o.region:
                yield "backlogs", f"a backlog of {b.gateway} is within 900 s of its region's outage"
