"""From a scenario to its messages: vectorised, in integers, the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .. import dice
from ..constellation import GATEWAY_IDS, region_of
from .events import Event, Flush, Incident
from .reception import received
from .scenarios import Scenario, gateways

Bools = NDArray[np.bool_]
DAY_S = 86_400
GLITCH_CDB = (800, 1200)
BASELINE_CDB = (900, 1400)


@dataclass(frozen=True)
class Stream:
    """The messages of one scenario, and the truth behind them.

    Attributes
    ----------
    scenario
        the knobs.
    gateways
        {gateway id: region}.
    events
        in order of (arrival_ts, gateway_id, seq).
    incidents
        what should be alerted, by start.
    flushes
        when withheld messages came in.
    start_ts, end_ts
        s UTC; messages are sent in [start_ts, end_ts), some arrive later.
    """

    scenario: Scenario
    gateways: dict[str, str]
    events: tuple[Event, ...]
    incidents: tuple[Incident, ...]
    flushes: tuple[Flush, ...]
    start_ts: int
    end_ts: int

    def frame(self) -> pd.DataFrame:
        """Return the events as a fresh table, one row each, in their order."""
        names = ("event_id", "gateway_id", "region", "seq", "event_ts", "arrival_ts", "snr_db")
        return pd.DataFrame({n: [getattr(e, n) for e in self.events] for n in names})


def generate(scenario: Scenario) -> Stream:
    """Return the stream of a scenario; equal scenarios give equal streams everywhere.

    A gateway sends every cadence_s at its own second of the cadence. Its SNR is an unknown
    level of 9 to 14 dB plus the day's course, drift, noise and what the scenario does to
    it, in steps of 0.01 dB.
    """
    sent = _true_times(scenario)
    cdb = _snr_cdb(scenario, sent)
    got = received(scenario, sent)
    gateway, k = np.nonzero(got.kept)
    nan = _chance(scenario, "nan", scenario.nan_frac, sent.shape)[gateway, k]
    snr = np.where(nan, np.nan, cdb[gateway, k] / 100)
    skew = dice.integers("stream/skew", len(sent), -scenario.skew_s, scenario.skew_s, scenario.seed)
    event_ts = scenario.start_ts + sent[gateway, k] + skew[gateway]
    arrival = scenario.start_ts + got.arrival[gateway, k]

    # The second copy of a message is the same message: only its arrival differs.
    again = np.flatnonzero(_chance(scenario, "dup", scenario.dup, sent.shape)[gateway, k])
    wait = dice.integers("stream/dup_wait", again.size, 1, 30, scenario.seed)
    rows = np.concatenate([np.arange(gateway.size), again])
    when = np.concatenate([arrival, arrival[again] + wait])
    rank = np.argsort(np.argsort(np.array(GATEWAY_IDS)))
    order = np.lexsort((k[rows], rank[gateway[rows]], when))
    rows, when = rows[order], when[order]
    events = tuple(
        Event(f"{GATEWAY_IDS[g]}-{i:06d}", GATEWAY_IDS[g], region_of(GATEWAY_IDS[g]), i, e, a, s)
        for g, i, e, a, s in zip(
            gateway[rows].tolist(),
            k[rows].tolist(),
            event_ts[rows].tolist(),
            when.tolist(),
            snr[rows].tolist(),
            strict=True,
        )
    )
    return Stream(
        scenario=scenario,
        gateways=gateways(),
        events=events,
        incidents=_incidents(scenario),
        flushes=tuple(
            Flush(b.gateway, scenario.start_ts + b.start_s + b.dur_s) for b in scenario.backlogs
        ),
        start_ts=scenario.start_ts,
        end_ts=scenario.start_ts + scenario.duration_s,
    )


def repeat_events(stream: Stream) -> Stream:
    """Return the stream with every message delivered twice at once: for tests of replay."""
    return replace(stream, events=tuple(e for event in stream.events for e in (event, event)))


def _true_times(s: Scenario) -> dice.Ints:
    """Return the seconds from the start at which messages are sent, shape (gateways, N)."""
    phase = dice.integers("stream/phase", len(GATEWAY_IDS), 0, s.cadence_s - 1, s.seed)
    steps = np.arange(s.duration_s // s.cadence_s) * s.cadence_s
    return phase[:, None] + steps[None, :]


def _chance(s: Scenario, name: str, share: float, shape: tuple[int, ...]) -> Bools:
    """Return which messages something happens to, each with the given chance."""
    n = int(np.prod(shape))
    hit = dice.integers(f"stream/{name}", n, 0, 999_999, s.seed) < round(share * 1_000_000)
    return hit.reshape(shape)


def _snr_cdb(s: Scenario, sent: dice.Ints) -> dice.Ints:
    """Return the true SNR in 0.01 dB, shape of sent."""
    count, n = sent.shape
    level = dice.integers("stream/baseline", count, *BASELINE_CDB, s.seed)[:, None]
    noise = dice.bell("stream/noise", count * n, round(s.noise_db * 100), s.seed)
    cdb = level + noise.reshape(count, n) + _day_course(s, sent)
    drifting = [s.drifting is None or g in s.drifting for g in GATEWAY_IDS]
    drift = round(s.drift_db_per_h * 100) * sent // 3600
    cdb += np.where(np.array(drifting)[:, None], drift, 0)
    glitch = _chance(s, "glitch", s.glitch_frac, sent.shape)
    glitch[:, 1:] &= ~glitch[:, :-1]
    depth = dice.integers("stream/glitch_depth", count * n, *GLITCH_CDB, s.seed)
    cdb -= np.where(glitch, depth.reshape(count, n), 0)
    for a in s.anomalies:
        row = GATEWAY_IDS.index(a.gateway)
        inside = (sent[row] >= a.start_s) & (sent[row] < a.start_s + a.dur_s)
        cdb[row] -= np.where(inside, round(a.drop_db * 100), 0)
    for b in s.backlogs:
        # Well inside: what comes last out of the backlog is healthy again.
        row, first, last = GATEWAY_IDS.index(b.gateway), b.start_s + 60, b.start_s + b.dur_s - 120
        inside = (sent[row] >= first) & (sent[row] < min(first + 300, last))
        cdb[row] -= np.where(inside, round(b.old_drop_db * 100), 0)
    return cdb


def _day_course(s: Scenario, sent: dice.Ints) -> dice.Ints:
    """Return the course over the day in 0.01 dB: two parabolas, close to a sine."""
    offset = dice.integers("stream/day", len(sent), 0, DAY_S - 1, s.seed)[:, None]
    x = (s.start_ts + sent + offset) % DAY_S * 2000 // DAY_S - 1000
    course: dice.Ints = round(s.diurnal_db * 100) * 4 * x * (1000 - np.abs(x)) // 1_000_000
    return course


def _incidents(s: Scenario) -> tuple[Incident, ...]:
    found = [
        Incident("gateway", a.gateway, s.start_ts + a.start_s, s.start_ts + a.start_s + a.dur_s)
        for a in s.anomalies
    ]
    found += [
        Incident("region", o.region, s.start_ts + o.start_s, s.start_ts + o.start_s + o.dur_s)
        for o in s.outages
    ]
    return tuple(sorted(found, key=lambda i: (i.start_ts, i.kind, i.target)))
