"""Facts of the guide as tables: NULL where it is silent, its conflicts kept.

Wording is the course's; a source names the part of the guide, never its sentences. What the
course assumes beside the guide is marked so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from .spec import Column, Defect, Recipe, TableSpec

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

_PAY = "FAQ, total compensation"
# level_no, title, total_k, lo_k, hi_k, base_k, stock_k, bonus_k, years_lo, years_hi, part
_LEVELS: tuple[tuple[Any, ...], ...] = (
    (1, "junior", 155, 120, 200, 140, 0, 15, 0, 2, f"{_PAY}; levels, entry of Level 1"),
    (2, "mid-level", 165, None, None, None, None, None, 2, 5, _PAY),
    (3, "senior", 245, None, 320, None, None, None, 4, 9, _PAY),
    (4, "staff", 350, None, 500, None, None, None, 8, 15, _PAY),
    (5, "principal", 420, None, 600, 235, None, None, None, None, _PAY),
)

_PROCESS = "interview process"
# round_no, stage, title, inferred_title, minutes, form, part
_ROUNDS: tuple[tuple[Any, ...], ...] = (
    (1, "initial screen", "recruiter screen", None, 30, "phone", f"{_PROCESS}, round 1"),
    (2, "initial screen", None, "hiring manager screen", None, None, f"{_PROCESS}, body absent"),
    (3, "take home", "take-home assignment", None, 180, "take-home", f"{_PROCESS}, round 3"),
    (4, "onsite", "coding and algorithms", None, 60, "live", f"{_PROCESS}, round 4"),
    (5, "onsite", None, "ML system design", None, None, f"{_PROCESS}, body absent"),
    (6, "onsite", None, "deep dive and behavioural", None, None, f"{_PROCESS}, body absent"),
)

# topic, section, lo, hi, unit
_CLAIMS: tuple[tuple[str, str, int, int, str], ...] = (
    ("rounds", "at a glance", 6, 6, "rounds"),
    ("rounds", "interview process, rounds with a body", 3, 3, "rounds"),
    ("weeks", "interview process", 4, 4, "weeks"),
    ("weeks", "FAQ, how long it takes", 4, 8, "weeks"),
    ("weeks", "FAQ, how long it takes", 3, 3, "weeks"),
    ("degree", "at a glance", 3, 3, "1 BS, 2 MS, 3 PhD"),
    ("degree", "FAQ, education", 1, 1, "1 BS, 2 MS, 3 PhD"),
    ("total_k", "at a glance", 155, 420, "thousand USD a year"),
    ("total_k", _PAY, 120, 600, "thousand USD a year"),
    ("junior_total_k", "levels, entry of Level 1", 155, 155, "thousand USD a year"),
    ("junior_total_k", _PAY, 155, 155, "thousand USD a year"),
    ("senior_total_k", _PAY, 245, 245, "thousand USD a year"),
    ("base_k", _PAY, 140, 235, "thousand USD a year"),
    ("takehome_min", "interview process, round 3", 180, 180, "minutes"),
    ("live_coding_min", "interview process, round 4", 60, 60, "minutes"),
    ("story_min", "FAQ, behavioural answers", 2, 2, "minutes"),
    ("quarter_2026", "date of the page", 1, 1, "quarter of 2026"),
    ("quarter_2026", "know the business, last funding round", 2, 2, "quarter of 2026"),
)


def _source(part: str) -> str:
    return f"{GUIDE}: {part}"


def _nullable(values: Sequence[int | None]) -> Any:
    """Return whole numbers with None as masked elements."""
    return np.ma.MaskedArray(
        np.array([0 if v is None else v for v in values]), mask=[v is None for v in values]
    )


def _question_mix() -> dict[str, Any]:
    area, percent, source = zip(*_MIX, strict=True)
    return {"area": list(area), "percent": list(percent), "source": list(source)}


_NUMBERS = ("total_k", "lo_k", "hi_k", "base_k", "stock_k", "bonus_k", "years_lo", "years_hi")


def _compensation() -> dict[str, Any]:
    level, title, *numbers, part = zip(*_LEVELS, strict=True)
    columns = {n: _nullable(v) for n, v in zip(_NUMBERS, numbers, strict=True)}
    return {
        "level_no": list(level),
        "title": list(title),
        **columns,
        "source": [_source(p) for p in part],
    }


def _rounds() -> dict[str, Any]:
    number, stage, title, inferred, minutes, form, part = zip(*_ROUNDS, strict=True)
    return {
        "round_no": list(number),
        "stage": list(stage),
        "title": list(title),
        "inferred_title": list(inferred),
        "minutes": _nullable(minutes),
        "form": list(form),
        "source": [_source(p) for p in part],
    }


def _claims() -> dict[str, Any]:
    topic, section, lo, hi, unit = zip(*_CLAIMS, strict=True)
    return {
        "topic": list(topic),
        "section": list(section),
        "lo": list(lo),
        "hi": list(hi),
        "unit": list(unit),
        "source": [_source(s) for s in section],
    }


def _conflicts(t: pd.DataFrame) -> int:
    """Count topics on which two claims have no value in common."""
    ends = t.groupby("topic").agg(lo=("lo", "max"), hi=("hi", "min"))
    return int((ends["lo"] > ends["hi"]).sum())


def _null_totals(t: pd.DataFrame) -> int:
    return int(t[["lo_k", "hi_k", "base_k", "stock_k", "bonus_k"]].isna().sum().sum())


_SOURCE = Column("source", "VARCHAR", f"{GUIDE}: part", "where the guide says it")


def _usd(name: str, meaning: str, nullable: bool = True) -> Column:
    return Column(name, "INTEGER", "thousand USD a year", meaning, nullable=nullable)


RECIPES = (
    Recipe(
        TableSpec(
            name="guide_compensation",
            grain="one level",
            rows=len(_LEVELS),
            order="level_no",
            columns=(
                Column("level_no", "INTEGER", "1 … 5", "level"),
                Column("title", "VARCHAR", "text", "what the guide calls people there"),
                _usd("total_k", "usual total compensation", nullable=False),
                _usd("lo_k", "low end of the total"),
                _usd("hi_k", "high end of the total"),
                _usd("base_k", "base salary"),
                _usd("stock_k", "stock a year"),
                _usd("bonus_k", "bonus"),
                Column("years_lo", "INTEGER", "years", "experience from", nullable=True),
                Column("years_hi", "INTEGER", "years", "experience to", nullable=True),
                _SOURCE,
            ),
            defects=(
                Defect("silence", "amounts that the guide does not give", _null_totals, 16, 16),
            ),
            notes=(
                "That the five titles are the levels 1 to 5 in this order is read from the "
                "guide's order, which says it of Level 1 alone.",
            ),
        ),
        _compensation,
    ),
    Recipe(
        TableSpec(
            name="guide_rounds",
            grain="one round of interviews",
            rows=len(_ROUNDS),
            order="round_no",
            columns=(
                Column("round_no", "INTEGER", "1 … 6", "round"),
                Column("stage", "VARCHAR", "initial screen, take home, onsite", "part of the loop"),
                Column("title", "VARCHAR", "text", "its name in the guide", nullable=True),
                Column(
                    "inferred_title",
                    "VARCHAR",
                    "text",
                    "what this course takes it to be, where the guide is silent",
                    nullable=True,
                ),
                Column("minutes", "INTEGER", "min", "length", nullable=True),
                Column(
                    "form", "VARCHAR", "phone, take-home, live", "how it is held", nullable=True
                ),
                _SOURCE,
            ),
            defects=(
                Defect(
                    "absent rounds",
                    "rounds that are counted but not described",
                    lambda t: int(t["title"].isna().sum()),
                    3,
                    3,
                ),
            ),
        ),
        _rounds,
    ),
    Recipe(
        TableSpec(
            name="guide_claims",
            grain="one claim: a closed interval on one topic in one part of the guide",
            rows=len(_CLAIMS),
            order="topic as the course meets it, then as the guide tells it",
            columns=(
                Column("topic", "VARCHAR", "text", "what is claimed"),
                Column("section", "VARCHAR", "text", "part of the guide"),
                Column("lo", "BIGINT", "unit", "smallest value that fits the claim"),
                Column("hi", "BIGINT", "unit", "largest value that fits the claim"),
                Column("unit", "VARCHAR", "text", "unit of lo and hi"),
                _SOURCE,
            ),
            defects=(
                Defect(
                    "conflicts", "topics on which the guide contradicts itself", _conflicts, 4, 4
                ),
            ),
        ),
        _claims,
    ),
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
