"""`%%check` in a real kernel: the panel, the grade, and silence on stderr."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

from orbitlab.checks import RESULT_MIME

CHECK = '''%%check demo --points 4
from orbitlab.checks import expect, worth


@worth(3)
def test_example(double):
    """R1: Two comes out as four."""
    expect(double, (2,), 4)


def test_zero(double):
    """R2: Zero stays zero."""
    expect(double, (0,), 0)
'''
NOISY = """import logging, os, sys, warnings
def double(x):
    logging.basicConfig()
    logging.warning("from a handler")
    os.write(2, b"from descriptor 2")
    print("from print", file=sys.stderr)
    warnings.warn("from a warning")
    return 2 * x
"""


def executed(answer: str, *cells: str):
    """Run the answer and the check in one kernel; return the outputs of the last cell."""
    sources = ["%load_ext orbitlab.checks", answer, *cells, CHECK]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    return notebook.cells[-1].outputs


def the_grade(outputs) -> list[str]:
    return [o.data["text/plain"] for o in outputs if o.output_type == "execute_result"]


def panel(outputs):
    return next(o.data for o in outputs if o.output_type == "display_data")


@pytest.mark.slow
def test_grading_sees_a_plain_decimal_and_nothing_on_stderr(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    outputs = executed(
        NOISY, "%precision 0", "import numpy as np; np.set_printoptions(precision=0)"
    )
    assert the_grade(outputs) == ["4"]
    assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"]
    half = executed("def double(x):\n    return 4")
    assert the_grade(half) == ["3"]


@pytest.mark.slow
def test_a_learner_sees_a_panel_and_no_number():
    outputs = executed("def double(x):\n    return 5")
    assert the_grade(outputs) == []
    shown = panel(outputs)
    assert shown[RESULT_MIME]["score"] == 0
    assert "orbitlab-wrong" in shown["text/html"]
    assert "expected: 4" in shown["text/plain"]


@pytest.mark.slow
def test_a_stub_is_not_attempted_and_run_all_goes_on():
    outputs = executed("def double(x):\n    # YOUR CODE HERE\n    pass")
    assert panel(outputs)[RESULT_MIME] == {
        "exercise": "demo",
        "score": 0.0,
        "max": 4.0,
        "attempted": False,
        "failed": [],
    }
