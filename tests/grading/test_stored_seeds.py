"""The hidden seeds of the alerter are ones that all three reference detectors master."""

from __future__ import annotations

import pytest

from orbitlab.grading import admit_seeds, stored_seeds
from orbitlab.world import stream


@pytest.mark.slow
def test_the_stored_seeds_are_admitted(repository):
    seeds = stored_seeds(repository)
    assert set(seeds) == set(stream.SCENARIO_NAMES)
    assert all(len(chosen) == 3 for chosen in seeds.values())
    assert min(seed for chosen in seeds.values() for seed in chosen) > 2**64
    report = admit_seeds(repository, seeds)
    assert report.ok, "\n".join(report.lines())
