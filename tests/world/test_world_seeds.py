"""Seeds of Sim A are admitted only when the bank's three detectors master them in time."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from orbitlab.grading import seeds
from orbitlab.world import stream

REPO = Path(__file__).resolve().parents[2]
SEED = 2**127 + 9


class Silent:
    def __init__(self, gateways: dict[str, str]) -> None:
        self.gateways = gateways

    def on_event(self, e: stream.Event, now: int) -> list[dict[str, Any]]:
        return []

    def on_tick(self, now: int) -> list[dict[str, Any]]:
        return []


class Noisy(Silent):
    def on_tick(self, now: int) -> list[dict[str, Any]]:
        return [{"kind": "gateway", "target": "NO0"}] if now % 600 == 0 else []


@pytest.fixture(scope="module")
def detectors() -> dict[str, seeds.Detector]:
    return seeds.read_detectors(REPO)


def test_the_detectors_stand_in_the_bank(detectors: dict[str, seeds.Detector]) -> None:
    assert list(detectors) == ["right_votes", "right_cusum", "right_median"]


@pytest.mark.parametrize(
    ("name", "detector"), [("S2", "right_votes"), ("S4", "right_cusum"), ("S5", "right_median")]
)
def test_the_detectors_keep_the_contract(
    name: str, detector: str, detectors: dict[str, seeds.Detector]
) -> None:
    """Audit, replay and doubled delivery, as the exercise demands them."""
    played = stream.generate(stream.scenario(name, SEED))
    delivered: dict[str, str] = {
        e.event_id: e.gateway_id for e in played.events if e.arrival_ts <= played.end_ts
    }
    make: Any = detectors[detector]
    alerter = make(dict(played.gateways))
    alerts = stream.run(alerter, played)
    fired = [r for r in alerter.audit if r["fired"]]
    assert [(r["kind"], r["target"], r["score"], r["reason"]) for r in fired] == [
        (a.kind, a.target, a.alert["score"], a.alert["reason"]) for a in alerts
    ]
    assert all(
        set(a.alert) == {"kind", "target", "reason", "score", "confidence"}
        and 0 <= a.alert["confidence"] <= 1
        for a in alerts
    )
    for record in json.loads(json.dumps(alerter.audit)):
        again = make.decide(record["kind"], record["features"], record["params"])
        assert again == (record["fired"], record["score"], record["reason"])
        if record["kind"] == "gateway" and record["fired"]:
            assert record["event_ids"]
            assert {delivered[i] for i in record["event_ids"]} == {record["target"]}
    unfired = Counter(r["target"] for r in alerter.audit if not r["fired"])
    assert all(unfired[g] >= 5 for g in played.gateways)
    twice = make(dict(played.gateways))
    doubled = stream.run(twice, stream.repeat_events(played))
    assert [(a.kind, a.target, a.raised_at) for a in doubled] == [
        (a.kind, a.target, a.raised_at) for a in alerts
    ]


def test_a_seed_is_admitted_with_its_latencies(detectors: dict[str, seeds.Detector]) -> None:
    for name in ("S1", "S3"):
        admission = seeds.admit(name, SEED, detectors)
        assert admission.problems == ()
        assert all(0 < s <= 57 for s in admission.latency_s.values() if s is not None)
        assert len(admission.latency_s) == 3
        assert json.loads(json.dumps(admission.as_json()))["seed"] == str(SEED)


def test_a_seed_is_refused_for_each_broken_promise(
    monkeypatch: pytest.MonkeyPatch, detectors: dict[str, seeds.Detector]
) -> None:
    refused = seeds.admit("S1", SEED, {"silent": Silent})
    assert not refused.admitted
    assert refused.latency_s == {"silent": None}
    assert refused.problems == ("silent misses an incident",)
    assert any("false alerts" in p for p in seeds.admit("S1", SEED, {"noisy": Noisy}).problems)
    monkeypatch.setattr(seeds, "SLOWEST_S", 10)
    slow = seeds.admit("S1", SEED, {"votes": detectors["right_votes"]})
    assert any("more than 10" in p for p in slow.problems)


def test_candidates_are_judged_and_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seeds, "DETECTORS", ("right_median",))
    report = seeds.admit_seeds(REPO, {"S1": [SEED]})
    assert report.ok
    assert report.seeds == {"S1": [SEED]}
    assert str(SEED) not in "".join(report.lines())
    with monkeypatch.context() as strict:
        strict.setattr(seeds, "MOST_FALSE", 0.0)
        assert not seeds.admit_seeds(REPO, {"S1": [SEED]}).ok
    monkeypatch.setattr(stream, "SCENARIO_NAMES", ("S1", "S4"))
    drawn = seeds.admit_seeds(REPO, per_scenario=1)
    assert {name: len(found) for name, found in drawn.seeds.items()} == {"S1": 1, "S4": 1}
    assert all(2**64 < a.seed < 2**128 for a in drawn.admissions)
    monkeypatch.setattr(seeds, "MOST_FALSE", 0.0)
    monkeypatch.setattr(seeds, "MOST_TRIES", 1)
    with pytest.raises(seeds.TooFewSeeds) as caught:
        seeds.admit_seeds(REPO, per_scenario=1)
    assert (caught.value.scenario, caught.value.tried) == ("S1", 1)


def test_a_bank_without_detectors_is_named(tmp_path: Path) -> None:
    bank = tmp_path / "autograde" / "banks" / "d05-alerter"
    bank.mkdir(parents=True)
    with pytest.raises(seeds.DetectorMissing) as caught:
        seeds.read_detectors(tmp_path)
    assert caught.value.path == bank / "right_votes.py"
    (bank / "right_votes.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(seeds.DetectorMissing, match="right_votes"):
        seeds.read_detectors(tmp_path)
