"""The five named scenarios, drawn from a seed of any size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .. import dice
from ..constellation import GATEWAY_IDS, REGIONS, region_of
from .scenarios import GRACE_S, QUIET_START_S, Anomaly, Backlog, BadScenario, Outage, Scenario
from .scenarios import conflict as conflict_of

SCENARIO_NAMES = ("S1", "S2", "S3", "S4", "S5")
_MOST_WORDS = 20_000


def scenario(name: str, seed: int) -> Scenario:
    """Return a named scenario with 7 to 10 incidents at places drawn from the seed.

    S1 clean: nothing lost, late, repeated or NaN. S2: 5 % late, 3 % twice, two backlogs.
    S3: 10 % lost. S4: two outages, one of all four gateways of a region and one of three.
    S5: all SNR drifts by −1 dB/h, clocks are off by up to 3 s. The other knobs keep
    their defaults.

    Raises
    ------
    BadScenario
        no scenario has that name.
    """
    if name not in SCENARIO_NAMES:
        raise BadScenario("name", f"there is no {name!r}, only {', '.join(SCENARIO_NAMES)}")
    draw = _Draw(name, seed)
    count = draw.between(7, 10)
    base = Scenario(seed=seed, name=name)
    if name == "S1":
        base = replace(base, loss=0.0, dup=0.0, late_frac=0.0, nan_frac=0.0)
    elif name == "S2":
        base = replace(base, late_frac=0.05, dup=0.03, backlogs=_backlogs(draw, base))
    elif name == "S3":
        base = replace(base, loss=0.10)
    elif name == "S4":
        base = replace(base, outages=_outages(draw, base))
    else:
        base = replace(base, drift_db_per_h=-1.0, skew_s=3)
    return replace(base, anomalies=_anomalies(draw, base, count - len(base.outages)))


class _Draw:
    """Integers from a seed, one after another."""

    def __init__(self, name: str, seed: int) -> None:
        self._words: Iterator[int] = iter(
            dice.words(f"scenario/{name}", _MOST_WORDS, seed).tolist()
        )

    def between(self, low: int, high: int) -> int:
        """Return an integer of the closed range."""
        return low + (next(self._words) >> 32) * (high - low + 1) // 2**32

    def start(self, duration_s: int, dur_s: int) -> int:
        """Return a start that keeps the quiet beginning and leaves time at the end."""
        return self.between(QUIET_START_S, duration_s - dur_s - 2 * GRACE_S)


def _backlogs(draw: _Draw, base: Scenario) -> tuple[Backlog, ...]:
    # In two regions, so that only one gateway of a region is ever held back.
    regions = list(REGIONS)
    first = draw.between(0, 2)
    second = (first + draw.between(1, 2)) % 3
    found = []
    for region in (regions[first], regions[second]):
        gateway = f"{REGIONS[region]}{draw.between(0, 3)}"
        dur = draw.between(600, 900)
        drop = draw.between(500, 800) / 100
        found.append(Backlog(gateway, draw.start(base.duration_s, dur + 600), dur, drop))
    return tuple(found)


def _outages(draw: _Draw, base: Scenario) -> tuple[Outage, ...]:
    regions = list(REGIONS)
    first = draw.between(0, 2)
    second = (first + draw.between(1, 2)) % 3
    found = []
    for region, silent in ((regions[first], 4), (regions[second], 3)):
        dur = draw.between(300, 500)
        found.append(Outage(region, draw.start(base.duration_s, dur), dur, silent))
    return tuple(found)


def _anomalies(draw: _Draw, base: Scenario, count: int) -> tuple[Anomaly, ...]:
    found: list[Anomaly] = []
    while len(found) < count:
        gateway = GATEWAY_IDS[draw.between(0, len(GATEWAY_IDS) - 1)]
        dur = draw.between(180, 420)
        start = draw.start(base.duration_s, dur)
        anomaly = Anomaly(gateway, start, dur, draw.between(500, 800) / 100)
        if not conflict_of(anomaly, found, base.outages, base.backlogs):
            found.append(anomaly)
    return tuple(sorted(found, key=lambda a: (a.start_s, region_of(a.gateway), a.gateway)))
