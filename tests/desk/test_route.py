"""The three routes: they fill their hours and end where an exercise ends."""

from __future__ import annotations

from importlib import resources
from itertools import accumulate

import pytest
import yaml

from orbitlab.desk.route import HOURS, UnknownRoute, route


def planned() -> dict[str, list[int]]:
    """Chapter title → minutes of its exercises in order."""
    text = resources.files("orbitlab.editions").joinpath("syllabus.yaml").read_text("utf-8")
    chapters = yaml.safe_load(text)["chapters"]
    return {c["title"]: [e["minutes"] for e in c["exercises"]] for c in chapters}


@pytest.mark.parametrize("hours", HOURS)
def test_a_route_fills_its_hours(hours: int) -> None:
    assert sum(minutes for _, minutes in route(hours)) == hours * 60


@pytest.mark.parametrize("hours", HOURS)
def test_stops_come_in_the_order_of_the_chapters(hours: int) -> None:
    titles = [title for title, _ in route(hours)]
    assert titles == [title for title in planned() if title in titles]


@pytest.mark.parametrize("hours", HOURS)
def test_minutes_are_those_of_a_chapters_first_exercises(hours: int) -> None:
    for title, minutes in route(hours):
        assert minutes in accumulate(planned()[title]), title


def test_the_longest_route_is_the_whole_course() -> None:
    assert route(36) == [(title, sum(minutes)) for title, minutes in planned().items()]


def test_a_longer_route_leaves_nothing_out_that_a_shorter_one_has() -> None:
    short, middle, full = (dict(route(hours)) for hours in HOURS)
    for title, minutes in short.items():
        assert minutes <= middle[title] <= full[title]


@pytest.mark.parametrize("hours", [0, 6, -5, "5"])
def test_another_length_is_refused_in_one_sentence(hours: object) -> None:
    with pytest.raises(UnknownRoute, match="there are 5 h, 15 h, 36 h") as caught:
        route(hours)  # type: ignore[arg-type]
    assert caught.value.hours == hours
