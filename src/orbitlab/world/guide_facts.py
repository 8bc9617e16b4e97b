"""Facts of the guide as tables; what the course assumes beside them is marked so."""

from __future__ import annotations

from typing import Any

from .spec import Column, Recipe, TableSpec

GUIDE = "the guide says (March 2026)"
ASSUMED = "assumption of this course"

_MIX: tuple[tuple[str, int, str], ...] = (
    ("design", 20, ASSUMED),
    ("pipelines", 16, ASSUMED),
    ("applied", 18, GUIDE),
    ("production", 16, ASSUMED),
    ("ml_coding", 12, ASSUMED),
    ("sql", 10, ASSUMED),
    ("cloud", 8, ASSUMED),
)


def _question_mix() -> dict[str, Any]:
    area, percent, source = zip(*_MIX, strict=True)
    return {"area": list(area), "percent": list(percent), "source": list(source)}


RECIPES = (
    Recipe(
        TableSpec(
            name="question_mix",
            grain="one area of interview questions",
            rows=len(_MIX),
            order="the order of the guide's sections",
            columns=(
                Column(
                    "area",
                    "VARCHAR",
                    "design, pipelines, applied, production, ml_coding, sql, cloud",
                    "area of questions",
                ),
                Column("percent", "BIGINT", "%", "share of all questions; the sum is 100"),
                Column("source", "VARCHAR", f"{GUIDE}; {ASSUMED}", "where the share comes from"),
            ),
            notes=("Only the share of applied work (computer vision, geospatial) is the guide's.",),
        ),
        _question_mix,
    ),
)
