"""Sim C: faults act where their predicate says, in their stage and nowhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orbitlab.world import frames
from orbitlab.world.frames import Fault, Frame, where

seeds = st.integers(0, 2**64)
some = settings(max_examples=15, deadline=None)
STAGE_OF = {
    "endian": "ingest",
    "drop_last": "ingest",
    "crash": "preprocess",
    "stale_cal": "preprocess",
    "old_weights": "infer",
    "label_swap": "postprocess",
}


def chain(pipeline: frames.Pipeline, frame: Frame) -> list[Any]:
    outputs: list[Any] = []
    x: Any = None
    for stage in pipeline.STAGES:
        x = pipeline.call(stage, x, frame)
        outputs.append(x)
    return outputs


def gap(a: Any, b: Any) -> float:
    if isinstance(a, dict):
        assert set(a) == set(b) == {"label", "confidence"}
        return float("inf") if a["label"] != b["label"] else abs(a["confidence"] - b["confidence"])
    return float("inf") if a.shape != b.shape else float(np.abs(a - b).max())


@some
@given(seeds)
def test_offline_outputs_have_their_shapes_and_production_differs_benignly(seed: int) -> None:
    offline, production = frames.offline(), frames.production()
    assert frames.STAGES == ("ingest", "preprocess", "infer", "postprocess")
    for frame in frames.sample_frames(8, seed):
        right, live = chain(offline, frame), chain(production, frame)
        assert [x.shape for x in right[:3]] == [(64,), (64,), (4,)]
        assert all(x.dtype == np.float64 for x in right[:3])
        assert all(x.dtype == np.float32 for x in live[:3])
        assert right[3]["label"] in frames.LABELS
        assert 0.25 <= right[3]["confidence"] <= 1
        assert max(gap(a, b) for a, b in zip(right, live, strict=True)) <= 1e-5


@some
@given(seeds, st.sampled_from(frames.FAULT_NAMES))
def test_a_fault_acts_on_its_frames_in_its_stage_only(seed: int, name: str) -> None:
    fault = Fault(name, where(station="SO2", firmware="fw8"))
    assert fault.stage == STAGE_OF[name]
    offline, faulty = frames.offline(), frames.production([fault])
    hit = 0
    for frame in frames.sample_frames(12, seed, stations=("SO1", "SO2")):
        x: Any = None
        for stage in frames.STAGES:
            right = offline.call(stage, x, frame)
            due = stage == fault.stage and frame.station == "SO2" and frame.firmware == "fw8"
            if due and name == "crash":
                with pytest.raises(frames.FrameRejected) as caught:
                    faulty.call(stage, x, frame)
                assert (caught.value.frame_id, caught.value.stage) == (frame.frame_id, stage)
            elif due and name == "label_swap":
                live = faulty.call(stage, x, frame)
                swap = {"clear": "rain", "rain": "clear"}
                assert live["label"] == swap.get(right["label"], right["label"])
            elif due:
                assert gap(right, faulty.call(stage, x, frame)) > 2e-3
            else:
                assert gap(right, faulty.call(stage, x, frame)) <= 1e-5
            hit += due
            x = right
    assert hit or not any(
        f.station == "SO2" and f.firmware == "fw8"
        for f in frames.sample_frames(12, seed, stations=("SO1", "SO2"))
    )


def test_each_fault_is_of_its_own_kind() -> None:
    """Some show in the label and some do not; some raise, and later stages take it all."""
    sample = frames.sample_frames(120, 9)
    flips = {}
    for name in set(frames.FAULT_NAMES) - {"crash"}:
        faulty = frames.production([Fault(name, where())])
        labels = [chain(faulty, f)[3]["label"] for f in sample]
        right = [chain(frames.offline(), f)[3]["label"] for f in sample]
        flips[name] = sum(a != b for a, b in zip(labels, right, strict=True))
    assert flips["stale_cal"] == flips["drop_last"] == 0
    assert 0 < flips["old_weights"] < 60
    assert flips["endian"] > 60
    assert 30 < flips["label_swap"] < 90


@some
@given(seeds)
def test_calls_are_pure(seed: int) -> None:
    faults = [Fault(n, where(one_in=2)) for n in frames.FAULT_NAMES if n != "crash"]
    pipeline = frames.production(faults)
    (frame,) = frames.sample_frames(1, seed)
    x: Any = None
    for stage in frames.STAGES:
        before = None if x is None else np.array(x, copy=True)
        first = pipeline.call(stage, x, frame)
        again = frames.production(faults).call(stage, x, frame)
        assert gap(first, again) == 0
        assert x is None or np.array_equal(x, before)
        if isinstance(first, np.ndarray):
            kept = first.copy()
            first[:] = 0
            assert np.array_equal(pipeline.call(stage, x, frame), kept)
            first = kept
        x = first


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({}, True),
        ({"station": "SO2"}, True),
        ({"station": "SO1"}, False),
        ({"station": "SO2", "firmware": "fw7"}, False),
        ({"from_ts": 120}, True),
        ({"from_ts": 121}, False),
        ({"one_in": 60}, True),
        ({"one_in": 7}, False),
    ],
)
def test_where(conditions: dict[str, Any], expected: bool) -> None:
    assert where(**conditions)(Frame("F", "SO2", "fw8", 120, b"")) is expected


def test_frames_come_from_their_seed() -> None:
    assert frames.sample_frames(20, 1) == frames.sample_frames(20, 1)
    assert frames.sample_frames(20, 1) != frames.sample_frames(20, 2)
    assert len({f.frame_id for f in frames.sample_frames(20, 1)}) == 20
    (frame,) = frames.sample_frames(1, 1)
    assert len(frame.payload) == 128
    samples = np.frombuffer(frame.payload, ">i2") / 8192
    assert np.array_equal(frames.offline().call("ingest", None, frame), samples)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(ValueError, match="endian"):
        Fault("gremlin", where())
    (frame,) = frames.sample_frames(1, 1)
    with pytest.raises(ValueError, match="ingest"):
        frames.offline().call("train", None, frame)
