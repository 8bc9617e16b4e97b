"""The fixed table of chapters and exercises that prompts must agree with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml


@dataclass(frozen=True)
class Planned:
    """What the SYLLABUS fixes of an exercise; `points` are (auto, written)."""

    id: str
    title: str
    difficulty: str
    minutes: int
    points: tuple[int, int]


@cache
def planned() -> dict[str, Planned]:
    """Return all exercises of the course by id."""
    text = resources.files(__package__).joinpath("syllabus.yaml").read_text(encoding="utf-8")
    found = {}
    for chapter in yaml.safe_load(text)["chapters"]:
        for one in chapter["exercises"]:
            points = one["points"]
            if isinstance(points, int):
                points = [points, 0] if one["kind"] == "auto" else [0, points]
            found[one["id"]] = Planned(
                one["id"], one["title"], one["difficulty"], one["minutes"], tuple(points)
            )
    return found
