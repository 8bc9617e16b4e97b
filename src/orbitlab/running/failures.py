"""One sentence for whatever went wrong in an executed notebook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

RESULT_MIME = "application/vnd.orbitlab.check+json"
_LONGEST = 160
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def cell_name(cells: Sequence[Mapping[str, Any]], index: int) -> str:
    """Name a cell so that a person finds it: its number, its id and its first line."""
    cell = cells[index]
    metadata = cell.get("metadata", {})
    name = metadata.get("nbgrader", {}).get("grade_id") or cell.get("id") or "no id"
    first = next((line for line in str(cell["source"]).splitlines() if line.strip()), "")
    return f"cell {index + 1} ({name}: {shorten(first.strip(), 60)})"


def shorten(text: str, limit: int = _LONGEST) -> str:
    """Return `text` in one line of at most `limit` characters, without terminal colours."""
    line = " ".join(_COLOURS.sub("", text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def shortfalls(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say which checks of an executed source edition are not full.

    The source edition holds the reference answers, so a check that gives less than its maximum,
    or that says nothing at all, is wrong itself or shows a wrong reference.
    """
    found = []
    for index, cell in enumerate(cells):
        if cell["cell_type"] != "code" or not str(cell["source"]).startswith("%%check"):
            continue
        results = list(_results(cell))
        if not results:
            found.append(f"{cell_name(cells, index)} published no result")
        for result in results:
            # Sums of points are rounded to 1e-6.
            if abs(result["score"] - result["max"]) > 1e-6:
                failed = "; ".join(result.get("failed", []))
                found.append(
                    f"{result['exercise']} gives its reference answer {result['score']:g} of "
                    f"{result['max']:g} points" + (f" ({shorten(failed)})" if failed else "")
                )
    return found


def last_words(cells: Sequence[Mapping[str, Any]]) -> str:
    """Return the last line on stderr of the cell that failed without raising (a magic's way)."""
    for cell in cells:
        if cell.get("metadata", {}).get("papermill", {}).get("exception"):
            said = "".join(
                "".join(output["text"])
                for output in cell.get("outputs", [])
                if output.get("name") == "stderr"
            )
            return said.strip().rpartition("\n")[2]
    return ""


def _results(cell: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    bundles = [output.get("data", {}) for output in cell.get("outputs", [])]
    return [bundle[RESULT_MIME] for bundle in bundles if RESULT_MIME in bundle]
