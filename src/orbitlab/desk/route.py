"""Three ways through the course for three amounts of time."""

from __future__ import annotations

from collections.abc import Iterable

from orbitlab.errors import UsageError

HOURS = (5, 15, 36)
# Title, then minutes in the routes of 5, 15 and 36 hours; 0 leaves a chapter out. The minutes of a
# chapter are those of its first exercises, so that a learner works from its top and stops when they
# are used up. Five hours hold the first exercise of six of the seven areas; cloud, the smallest,
# waits.
_STOPS: tuple[tuple[str, int, int, int], ...] = (
    ("Start here", 15, 15, 15),
    ("The role at a glance", 0, 15, 15),
    ("The role", 0, 85, 185),
    ("Levels and compensation", 0, 0, 60),
    ("The interview process", 15, 40, 85),
    ("ML system design", 15, 115, 230),
    ("Data pipelines", 75, 95, 165),
    ("Applied ML and geospatial modelling", 35, 105, 225),
    ("Production engineering", 50, 100, 160),
    ("ML coding", 35, 110, 180),
    ("SQL and databases", 30, 80, 145),
    ("Cloud and MLOps", 0, 55, 185),
    ("Know the business", 0, 0, 65),
    ("Coding round", 30, 85, 205),
    ("Test your readiness", 0, 0, 135),
    ("FAQ and behavioural", 0, 0, 105),
)


class UnknownRoute(UsageError):
    """There is no route of that length; fields `hours` and `known`."""

    def __init__(self, hours: object, known: Iterable[int] = HOURS) -> None:
        super().__init__(hours)
        self.hours = hours
        self.known = tuple(known)

    def __str__(self) -> str:
        lengths = ", ".join(f"{n} h" for n in self.known)
        return f"There is no route of {self.hours} hours; there are {lengths}."


def route(hours: int) -> list[tuple[str, int]]:
    """Return the stops of a route in order: chapter title and minutes of exercise time.

    Parameters
    ----------
    hours: int
        5, 15 or 36.

    Raises
    ------
    UnknownRoute
        For any other length.
    """
    if hours not in HOURS:
        raise UnknownRoute(hours)
    column = 1 + HOURS.index(hours)
    minutes = [(str(stop[0]), int(stop[column])) for stop in _STOPS]
    return [(title, spent) for title, spent in minutes if spent]
