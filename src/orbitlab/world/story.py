"""The week the south lied: what truly happened, and when."""

from __future__ import annotations

from typing import Any, NamedTuple

from .spec import Column, Recipe, TableSpec

DAY = 86_400
# 2026-01-05T00:00:00Z, a Monday: the first second of the story.
WEEK_START = 1_767_571_200
WEEK_END = WEEK_START + 7 * DAY


def at(day: int, hour: int, minute: int = 0) -> int:
    """Return the second (UTC since 1970) of a time in the story's week; day 0 is Monday."""
    return WEEK_START + day * DAY + hour * 3600 + minute * 60


class Incident(NamedTuple):
    """One true event; the interval [start_ts, end_ts) is in seconds UTC since 1970."""

    kind: str
    target: str
    start_ts: int
    end_ts: int


INCIDENTS: tuple[Incident, ...] = (
    Incident("contractor_shift", "C2", WEEK_START, WEEK_END),
    Incident("firmware", "south", at(0, 6), WEEK_END),
    Incident("mislabel", "SO2", at(0, 6), WEEK_END),
    Incident("drift", "NO1", at(0, 12), at(0, 18)),
    Incident("region_outage", "south", at(0, 14), at(0, 14, 25)),
    Incident("backlog", "IS1", at(0, 15, 30), at(0, 15, 50)),
    Incident("gateway_outage", "NO3", at(0, 21, 10), at(0, 21, 22)),
    Incident("gateway_outage", "IS2", at(1, 3, 40), at(1, 4, 5)),
    Incident("gateway_outage", "IS3", at(1, 19, 30), at(2, 9)),
)

# In the partial outage three of four southern gateways fall silent. SO2 keeps talking:
# it is the one that lies.
SILENT_IN_SOUTH = ("SO0", "SO1", "SO3")


def silences() -> tuple[tuple[str, int, int], ...]:
    """Return (gateway_id, start_ts, end_ts) of every time a gateway sent nothing."""
    found: list[tuple[str, int, int]] = []
    for event in INCIDENTS:
        if event.kind == "region_outage":
            found += [(g, event.start_ts, event.end_ts) for g in SILENT_IN_SOUTH]
        elif event.kind == "gateway_outage":
            found.append((event.target, event.start_ts, event.end_ts))
    return tuple(found)


def _make() -> dict[str, Any]:
    return {
        "kind": [e.kind for e in INCIDENTS],
        "target": [e.target for e in INCIDENTS],
        "start_ts": [e.start_ts for e in INCIDENTS],
        "end_ts": [e.end_ts for e in INCIDENTS],
    }


RECIPES = (
    Recipe(
        TableSpec(
            name="incidents",
            grain="one true event of the story",
            rows=len(INCIDENTS),
            order="start_ts, then as the story tells it",
            columns=(
                Column(
                    "kind",
                    "VARCHAR",
                    "contractor_shift, firmware, mislabel, drift, region_outage, backlog, "
                    "gateway_outage",
                    "what happened",
                ),
                Column("target", "VARCHAR", "id", "the contractor, region or gateway it hit"),
                Column("start_ts", "BIGINT", "s UTC since 1970", "first second of the event"),
                Column("end_ts", "BIGINT", "s UTC since 1970", "first second after the event"),
            ),
            notes=(
                "This is the truth that the operator did not have; no other table reads it.",
                "In the region outage of the south SO0, SO1 and SO3 are silent and SO2 is not.",
                "IS3 falls silent on 2026-01-06 at 19:30Z and returns after heartbeats ends.",
                "IS1's backlog withholds messages but loses none, so heartbeats shows no gap.",
            ),
        ),
        _make,
    ),
)
