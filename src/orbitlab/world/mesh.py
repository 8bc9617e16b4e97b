"""The laser links between the satellites."""

from __future__ import annotations

from typing import Any

import pandas as pd

from .constellation import PLANES, SLOTS
from .spec import Column, Defect, Recipe, TableSpec

SELF_LOOPS = 1
PARALLEL = 3


def _name(plane: int, slot: int) -> str:
    return f"K-{plane % PLANES * SLOTS + slot % SLOTS + 1:02d}"


def _links() -> list[tuple[str, str, str]]:
    """Return (end, end, kind): rings along the planes, rungs and diagonals between them."""
    places = [(p, s) for p in range(PLANES) for s in range(SLOTS)]
    ring = [(_name(p, s), _name(p, s + 1), "ring") for p, s in places]
    rung = [(_name(p, s), _name(p + 1, s), "rung") for p, s in places]
    diagonal = [(_name(p, s), _name(p + 1, s + 1), "diagonal") for p, s in places[::3]]
    # A second terminal on three pairs, and one entry that somebody typed wrong.
    spare = [(b, a, "spare") for a, b, _ in (ring[4], rung[9], rung[20])]
    return [*ring, *rung, *diagonal, *spare, ("K-17", "K-17", "ring")]


ROWS = PLANES * SLOTS * 2 + PLANES * SLOTS // 3 + PARALLEL + SELF_LOOPS


def _make() -> dict[str, Any]:
    a, b, kind = zip(*_links(), strict=True)
    return {
        "link_id": [f"L{i:02d}" for i in range(len(a))],
        "sat_a": list(a),
        "sat_b": list(b),
        "kind": list(kind),
    }


def _parallel(t: pd.DataFrame) -> int:
    ends = pd.Series([frozenset(pair) for pair in zip(t["sat_a"], t["sat_b"], strict=True)])
    return int(ends.duplicated().sum())


RECIPES = (
    Recipe(
        TableSpec(
            name="isl_links",
            grain="one laser link between two satellites",
            rows=ROWS,
            order="link_id",
            columns=(
                Column("link_id", "VARCHAR", "L00 …", "link"),
                Column("sat_a", "VARCHAR", "K-01 … K-24", "one end"),
                Column("sat_b", "VARCHAR", "K-01 … K-24", "the other; a link has no direction"),
                Column("kind", "VARCHAR", "ring, rung, diagonal, spare", "along or across planes"),
            ),
            defects=(
                Defect(
                    "parallel links",
                    "links between two satellites that have one already",
                    _parallel,
                    PARALLEL,
                    PARALLEL,
                ),
                Defect(
                    "self-loop",
                    "a link from a satellite to itself",
                    lambda t: int((t["sat_a"] == t["sat_b"]).sum()),
                    SELF_LOOPS,
                    SELF_LOOPS,
                ),
            ),
        ),
        _make,
    ),
)
