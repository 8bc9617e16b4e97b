"""Admitting seeds of Sim A: only such as the reference detectors master with time to spare.

The detectors stand in the bank of d05-alerter and nowhere in the package, so that no answer
can be imported; admitted seeds are stored with the exercise's hidden tests.
"""

from __future__ import annotations

import ast
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orbitlab.checks import split_header
from orbitlab.editions import chosen_exercises
from orbitlab.errors import OrbitlabError
from orbitlab.world import stream

EXERCISE = "d05-alerter"
DETECTORS = ("right_votes", "right_cusum", "right_median")
SEED_BITS = 128
# Three seconds below the 60 s of the promise: another right answer may be a little slower.
SLOWEST_S = 57
MOST_FALSE = 0.001
MOST_TRIES = 50

Detector = Callable[[dict[str, str]], Any]


class DetectorMissing(OrbitlabError):
    """A reference detector that is not in the bank, or defines no GatewayAlerter."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return (
            f"{self.path} holds no reference detector (a class GatewayAlerter); "
            "restore it from git before seeds are admitted."
        )


class TooFewSeeds(OrbitlabError):
    """A scenario for which not enough drawn seeds were admitted."""

    def __init__(self, scenario: str, tried: int, admitted: int) -> None:
        super().__init__(scenario, tried, admitted)
        self.scenario, self.tried, self.admitted = scenario, tried, admitted

    def __str__(self) -> str:
        return (
            f"Only {self.admitted} of {self.tried} seeds of {self.scenario} were admitted; "
            f"see what the detectors in autograde/banks/{EXERCISE} miss there."
        )


@dataclass(frozen=True)
class Admission:
    """How the detectors did on one seed.

    Attributes
    ----------
    scenario, seed
        what was played.
    latency_s
        {detector: worst latency over the incidents in s, None when one was never alerted}.
    problems
        one sentence per broken promise; empty means admitted.
    """

    scenario: str
    seed: int
    latency_s: dict[str, int | None] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def admitted(self) -> bool:
        """Whether every detector kept every promise."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """Return a JSON-able dict; the seed is a text, since JSON numbers end at 53 bits."""
        return {
            "scenario": self.scenario,
            "seed": str(self.seed),
            "admitted": self.admitted,
            "latency_s": self.latency_s,
            "problems": list(self.problems),
        }


@dataclass(frozen=True)
class SeedReport:
    """All admissions that were looked at, in the order of the scenarios."""

    admissions: tuple[Admission, ...]
    wanted: Mapping[str, Sequence[int]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether every seed that was handed in is admitted."""
        return all(a.admitted for a in self.admissions if a.seed in self.wanted.get(a.scenario, ()))

    @property
    def seeds(self) -> dict[str, list[int]]:
        """{scenario: admitted seeds}."""
        found: dict[str, list[int]] = {}
        for a in self.admissions:
            if a.admitted:
                found.setdefault(a.scenario, []).append(a.seed)
        return found

    def lines(self) -> list[str]:
        """Return one line per seed; seeds are shortened, since they belong to hidden tests."""
        return [
            f"{'✔' if a.admitted else '✘'} {a.scenario} {a.seed % 10_000:04d}…  "
            + "  ".join(f"{name} {latency} s" for name, latency in a.latency_s.items())
            + "".join(f"; {p}" for p in a.problems)
            for a in self.admissions
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the report as one JSON document."""
        return {"ok": self.ok, "admissions": [a.as_json() for a in self.admissions]}


def read_detectors(home: Path) -> dict[str, Detector]:
    """Return the three reference detectors of the bank, by name.

    Raises
    ------
    DetectorMissing
        a file is absent or defines no GatewayAlerter.
    """
    found: dict[str, Detector] = {}
    for name in DETECTORS:
        path = home / "autograde" / "banks" / EXERCISE / f"{name}.py"
        if not path.is_file():
            raise DetectorMissing(path)
        names: dict[str, Any] = {"__name__": name}
        # Our own bank, in git: as trusted as this module.
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)  # noqa: S102
        if "GatewayAlerter" not in names:
            raise DetectorMissing(path)
        found[name] = names["GatewayAlerter"]
    return found


def admit(scenario_name: str, seed: int, detectors: Mapping[str, Detector]) -> Admission:
    """Play one seed to every detector and say whether it may become a hidden seed.

    It may when each detector alerts every incident within 57 s, with a false rate below
    0.001 and neither spam nor stale alerts.
    """
    played = stream.generate(stream.scenario(scenario_name, seed))
    latency: dict[str, int | None] = {}
    problems: list[str] = []
    for name, make in detectors.items():
        result = stream.score(played, stream.run(make(dict(played.gateways)), played))
        latency[name] = result.worst_latency_s
        problems += [f"{name} {what}" for what in _broken(result)]
    return Admission(scenario_name, seed, latency, tuple(problems))


def admit_seeds(
    home: Path,
    candidates: Mapping[str, Sequence[int]] | None = None,
    per_scenario: int = 3,
) -> SeedReport:
    """Judge candidate seeds, or draw 128-bit ones until each scenario has enough.

    Parameters
    ----------
    home
        the course, with autograde/banks/d05-alerter.
    candidates
        {scenario: seeds} to judge again; None draws new ones, rejected ones are reported too.
    per_scenario
        how many admitted seeds to draw for each scenario.

    Raises
    ------
    DetectorMissing
        the bank lacks a detector.
    TooFewSeeds
        fifty draws were not enough for a scenario.
    """
    detectors = read_detectors(home)
    if candidates is not None:
        judged = tuple(
            admit(name, seed, detectors) for name, seeds in candidates.items() for seed in seeds
        )
        return SeedReport(judged, candidates)
    drawn = (a for name in stream.SCENARIO_NAMES for a in _drawn(name, detectors, per_scenario))
    return SeedReport(tuple(drawn))


def stored_seeds(home: Path) -> dict[str, list[int]]:
    """Return the hidden seeds of d05-alerter, {scenario: seeds}, as its check cell declares them.

    Raises
    ------
    UnknownNameError
        If the course has no such exercise.
    OrbitlabError
        If its check cell declares no SEEDS.
    """
    check = chosen_exercises(home, [EXERCISE])[0].check
    for node in ast.parse(split_header(check)[2]).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SEEDS":
            return {name: list(seeds) for name, seeds in ast.literal_eval(node.value).items()}
    raise OrbitlabError(f"The check of {EXERCISE} declares no SEEDS: put its hidden seeds back.")


def _drawn(name: str, detectors: Mapping[str, Detector], wanted: int) -> Iterator[Admission]:
    admitted = 0
    for tried in range(MOST_TRIES):
        if admitted == wanted:
            return
        admission = admit(name, secrets.randbits(SEED_BITS), detectors)
        admitted += admission.admitted
        yield admission
        if tried == MOST_TRIES - 1 and admitted < wanted:
            raise TooFewSeeds(name, MOST_TRIES, admitted)


def _broken(result: stream.Score) -> Iterator[str]:
    worst = result.worst_latency_s
    if worst is None:
        yield "misses an incident"
    elif worst > SLOWEST_S:
        yield f"needs {worst} s, more than {SLOWEST_S}"
    if result.false_rate >= MOST_FALSE:
        yield f"has {result.false_alerts} false alerts"
    if result.spam:
        yield f"has {result.spam} spam alerts"
    if result.stale:
        yield f"judges {result.stale} stale alerts"
