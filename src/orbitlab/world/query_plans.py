"""Four query plans of PostgreSQL, as EXPLAIN (ANALYZE, FORMAT JSON) prints them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from .spec import AssetRecipe, AssetSpec, Column, Defect

FILE = "plans.json"


def _node(kind: str, rows: tuple[float, float], ms: float, **more: Any) -> dict[str, Any]:
    """Return one plan node: (planned, actual) rows a loop and total ms a loop."""
    loops = more.pop("loops", 1)
    return {
        "Node Type": kind,
        "Plan Rows": int(rows[0]),
        "Actual Rows": int(rows[1]),
        "Actual Total Time": ms,
        "Actual Loops": loops,
        **{name.replace("_", " "): value for name, value in more.items()},
    }


def _discard() -> dict[str, Any]:
    scan = _node(
        "Seq Scan",
        (220_000, 3_600),
        1_890.412,
        Relation_Name="terminal_telemetry",
        Filter="(sample_ts >= $1)",
        Rows_Removed_by_Filter=1_912_400,
    )
    sort = _node("Sort", (220_000, 3_600), 1_896.020, Sort_Space_Type="Memory", Plans=[scan])
    return _node("GroupAggregate", (60, 60), 1_899.771, Plans=[sort])


def _spill() -> dict[str, Any]:
    scan = _node("Index Scan", (216_000, 220_824), 212.650, Relation_Name="terminal_telemetry")
    sort = _node(
        "Sort",
        (216_000, 220_824),
        1_480.113,
        Sort_Method="external merge",
        Sort_Space_Type="Disk",
        Sort_Space_Used=18_432,
        Plans=[scan],
    )
    return _node("WindowAgg", (216_000, 220_824), 1_702.008, Plans=[sort])


def _no_prune() -> dict[str, Any]:
    parts = [
        _node(
            "Index Scan",
            (40, 36 if day >= 364 else 0),
            2.105 if day >= 364 else 0.914,
            Relation_Name=f"terminal_telemetry_d{day:03d}",
        )
        for day in range(366)
    ]
    append = _node("Append", (14_640, 72), 341.300, Plans=parts)
    return _node("Aggregate", (1, 1), 341.518, Plans=[append])


def _loop_bomb() -> dict[str, Any]:
    outer = _node("Index Scan", (12, 68_686), 44.902, Relation_Name="heartbeats")
    inner = _node("Index Scan", (1, 1), 0.021, Relation_Name="gateways", loops=68_686)
    return _node("Nested Loop", (12, 68_686), 1_611.774, Plans=[outer, inner])


def _make() -> dict[str, bytes]:
    plans = {
        "p95_last_day": _discard(),
        "dedupe_window": _spill(),
        "one_terminal": _no_prune(),
        "beats_by_region": _loop_bomb(),
    }
    printed = {
        name: [
            {
                "Plan": plan,
                "Planning Time": 0.84,
                "Execution Time": plan["Actual Total Time"] + 0.35,
            }
        ]
        for name, plan in plans.items()
    }
    return {FILE: (json.dumps(printed, indent=1) + "\n").encode()}


def _load(files: dict[str, bytes]) -> dict[str, dict[str, Any]]:
    return {name: printed[0]["Plan"] for name, printed in json.loads(files[FILE]).items()}


def _nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    found = [plan]
    for node in found:
        found += node.get("Plans", [])
    return found


def _plans_with(sign: Callable[[dict[str, Any]], bool]) -> Callable[[Any], int]:
    return lambda plans: sum(any(sign(n) for n in _nodes(plan)) for plan in plans.values())


RECIPES = (
    AssetRecipe(
        AssetSpec(
            name="plans",
            grain="one query plan: the Plan of EXPLAIN (ANALYZE, FORMAT JSON)",
            entries=4,
            files=(FILE,),
            columns=(
                Column("Node Type", "text", "as PostgreSQL 15 names it", "step"),
                Column("Plan Rows, Actual Rows", "number", "rows a loop", "expected and seen"),
                Column("Actual Total Time", "number", "ms a loop", "children included"),
                Column("Actual Loops", "number", "count", "how often the step ran"),
                Column("Plans", "list", "nodes", "children"),
            ),
            defects=(
                Defect(
                    "thrown away",
                    "plans that read far more rows than they keep",
                    _plans_with(lambda n: n.get("Rows Removed by Filter", 0) > 1_000_000),
                    1,
                    1,
                ),
                Defect(
                    "spill",
                    "plans that sort on disk",
                    _plans_with(lambda n: n.get("Sort Space Type") == "Disk"),
                    1,
                    1,
                ),
                Defect(
                    "no pruning",
                    "plans that open a whole year of partitions",
                    _plans_with(lambda n: len(n.get("Plans", [])) > 300),
                    1,
                    1,
                ),
                Defect(
                    "loops",
                    "plans that run a step tens of thousands of times",
                    _plans_with(lambda n: n["Actual Loops"] > 10_000),
                    1,
                    1,
                ),
            ),
            notes=("Each plan has one cause.",),
        ),
        _make,
        _load,
    ),
)
