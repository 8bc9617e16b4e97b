"""The `%%check` cell magic: a panel for the learner, a plain decimal for nbgrader."""

from __future__ import annotations

import os
import sys
from typing import Any

from IPython.display import publish_display_data

from orbitlab.checks.attempts import defined_names
from orbitlab.checks.cells import read_check
from orbitlab.checks.panel import as_html, as_text
from orbitlab.checks.runner import run_check
from orbitlab.checks.verdicts import CheckResult

RESULT_MIME = "application/vnd.orbitlab.check+json"


class Grade:
    """A score whose repr is the plain decimal that nbgrader parses.

    A float would follow `%precision` and numpy's scalars print their type, and nbgrader gives
    full points for whatever it cannot parse.
    """

    def __init__(self, score: float) -> None:
        self._text = f"{score:.6f}".rstrip("0").rstrip(".")

    def __repr__(self) -> str:
        return self._text


def load_ipython_extension(shell: Any) -> None:
    """Register `%%check` (`%load_ext orbitlab.checks` in a chapter's first code cell)."""

    def check(line: str, cell: str) -> Grade | None:
        return _check(shell, f"%%check {line}\n{cell}")

    shell.register_magic_function(check, magic_kind="cell", magic_name="check")


def _check(shell: Any, cell: str) -> Grade | None:
    grading = "NBGRADER_EXECUTION" in os.environ
    if grading:
        _divert_stderr()
    names = read_check(cell).needs
    result = run_check(cell, shell.user_ns, answer_text(shell.user_ns.get("In", []), names))
    bundle = {
        "text/plain": as_text(result),
        "text/html": as_html(result),
        RESULT_MIME: summary(result),
    }
    publish_display_data(bundle)
    return Grade(result.score) if grading else None


def answer_text(history: list[str], names: tuple[str, ...]) -> str | None:
    """Return the last executed cell that binds one of `names`, or None.

    `history` is IPython's list of executed inputs; the check cell itself is its last item.
    """
    for source in reversed(history):
        if not source.startswith("get_ipython().run_cell_magic") and defined_names(source) & set(
            names
        ):
            return source
    return None


def summary(result: CheckResult) -> dict[str, Any]:
    """Return the machine-readable part of a check: exercise, score, max, attempted, failed."""
    return {
        "exercise": result.exercise,
        "score": result.score,
        "max": float(result.maximum),
        "attempted": result.attempted,
        "failed": [t.sentence for t in result.failed],
    }


def _divert_stderr() -> None:
    # nbgrader scores a cell 0 for anything on the stream named stderr. Whatever still reaches
    # the kernel's own stream (logging handlers, descriptor 2) therefore goes out as stdout.
    stream: Any = sys.stderr
    if hasattr(stream, "topic"):
        stream.flush()
        stream.name = "stdout"
        stream.topic = b"stream.stdout"
