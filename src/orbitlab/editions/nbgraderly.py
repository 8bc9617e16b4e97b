"""The course's nbgrader configuration and what of nbgrader an edition needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode


def course_config(home: Path) -> Any:
    """Return the traitlets config of `nbgrader_config.py` at the root of the course."""
    from traitlets.config.loader import PyFileConfigLoader

    return PyFileConfigLoader("nbgrader_config.py", path=str(home)).load_config()


def stub_of(cell: NotebookNode, config: Any) -> str:
    """Return what `ClearSolutions` leaves of an answer cell."""
    from nbgrader.preprocessors import ClearSolutions

    copy = NotebookNode(**cell)
    cleared, _ = ClearSolutions(config=config).preprocess_cell(copy, {"language": "python"}, 0)
    return str(cleared.source)


def grade_id(cell: NotebookNode) -> str | None:
    """Return the nbgrader grade_id of a cell, or None."""
    found = cell.metadata.get("nbgrader", {}).get("grade_id")
    return str(found) if found else None
