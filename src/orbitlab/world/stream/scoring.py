"""What an alerter's alerts are worth against the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .events import Incident
from .generating import Stream
from .running import RaisedAlert
from .scenarios import GRACE_S

IN_TIME_S = 60
REPEAT_S = 600
STALE_S = 180


@dataclass(frozen=True)
class IncidentScore:
    """How one incident was met.

    Attributes
    ----------
    incident
        the truth.
    latency_s
        raised_at − start of its first alert, None without one.
    """

    incident: Incident
    latency_s: int | None

    @property
    def in_time(self) -> bool:
        """Whether it was alerted within 60 s of its onset."""
        return self.latency_s is not None and self.latency_s <= IN_TIME_S


@dataclass(frozen=True)
class Score:
    """The result of one run.

    Attributes
    ----------
    incidents
        one entry per judged incident, by start.
    alerts
        (alert, verdict) in the order raised; the verdict is "match" (first alert of its
        incident), "repeat" (a later one, 600 s or more after the target's last), "spam"
        or "false".
    stale
        alerts without incident on a gateway, within 180 s after its backlog was flushed;
        each is false or spam as well.
    healthy_minutes
        gateway-minutes outside incidents and the 60 s after them.
    """

    incidents: tuple[IncidentScore, ...]
    alerts: tuple[tuple[RaisedAlert, str], ...]
    stale: int
    healthy_minutes: float

    @property
    def missed(self) -> tuple[Incident, ...]:
        """Incidents that were not alerted in time, late ones included."""
        return tuple(i.incident for i in self.incidents if not i.in_time)

    @property
    def spam(self) -> int:
        """Number of alerts that told again what was known."""
        return sum(verdict == "spam" for _, verdict in self.alerts)

    @property
    def false_alerts(self) -> int:
        """Number of alerts about nothing."""
        return sum(verdict == "false" for _, verdict in self.alerts)

    @property
    def false_rate(self) -> float:
        """False alerts per healthy gateway-minute."""
        return self.false_alerts / self.healthy_minutes

    @property
    def worst_latency_s(self) -> int | None:
        """Largest latency of the judged incidents, None when one was never alerted."""
        found = [i.latency_s for i in self.incidents]
        known = [x for x in found if x is not None]
        return max(known, default=0) if len(known) == len(found) else None


def score(stream: Stream, alerts: Iterable[RaisedAlert], now: int | None = None) -> Score:
    """Compare alerts, in the order raised, with the truth of their stream.

    An alert matches an incident if kind and target agree and start ≤ raised_at < end + 60.
    The first match gives the latency. A later match less than 600 s after the previous alert
    of that target, and a gateway alert inside its region's incident (with the same 60 s), is
    spam. Everything else without a match is false.

    Parameters
    ----------
    now
        for a run that is still going on: incidents that can still be met in time at `now`
        and are not yet alerted are left out of the judgement.
    """
    latency: dict[Incident, int] = {}
    previous: dict[str, int] = {}
    judged: list[tuple[RaisedAlert, str]] = []
    stale = 0
    for alert in alerts:
        hit = next((i for i in stream.incidents if _matches(i, alert)), None)
        last = previous.get(alert.target)
        if hit is not None and hit not in latency:
            latency[hit] = alert.raised_at - hit.start_ts
            verdict = "match"
        elif hit is not None:
            soon = last is not None and alert.raised_at - last < REPEAT_S
            verdict = "spam" if soon else "repeat"
        else:
            verdict = "spam" if _inside_region(stream, alert) else "false"
            stale += _after_flush(stream, alert)
        previous[alert.target] = alert.raised_at
        judged.append((alert, verdict))
    due = [
        i for i in stream.incidents if now is None or i in latency or now > i.start_ts + IN_TIME_S
    ]
    return Score(
        incidents=tuple(IncidentScore(i, latency.get(i)) for i in due),
        alerts=tuple(judged),
        stale=stale,
        healthy_minutes=_healthy_minutes(stream),
    )


def _covers(incident: Incident, ts: int) -> bool:
    return incident.start_ts <= ts < incident.end_ts + GRACE_S


def _matches(incident: Incident, alert: RaisedAlert) -> bool:
    same = incident.kind == alert.kind and incident.target == alert.target
    return same and _covers(incident, alert.raised_at)


def _inside_region(stream: Stream, alert: RaisedAlert) -> bool:
    region = stream.gateways.get(alert.target)
    return alert.kind == "gateway" and any(
        i.kind == "region" and i.target == region and _covers(i, alert.raised_at)
        for i in stream.incidents
    )


def _after_flush(stream: Stream, alert: RaisedAlert) -> bool:
    return alert.kind == "gateway" and any(
        f.gateway_id == alert.target and 0 <= alert.raised_at - f.flush_ts <= STALE_S
        for f in stream.flushes
    )


def _healthy_minutes(stream: Stream) -> float:
    total = len(stream.gateways) * (stream.end_ts - stream.start_ts)
    for i in stream.incidents:
        members = [i.target] if i.kind == "gateway" else _members(stream, i.target)
        total -= len(members) * (min(i.end_ts + GRACE_S, stream.end_ts) - i.start_ts)
    return total / 60


def _members(stream: Stream, region: str) -> list[str]:
    return [g for g, r in stream.gateways.items() if r == region]
