"""How an answer is tested (DESIGN section 4): tests, verdicts, equality, scaling, SQL, `%%check`.

A check cell imports what its tests need from here; `%load_ext orbitlab.checks` brings the magic.
"""

from orbitlab.checks.attempts import defined_names, imported_modules, is_stub
from orbitlab.checks.cells import BEGIN_HIDDEN, END_HIDDEN, read_check, split_header
from orbitlab.checks.equality import Difference, Tolerance, difference, record
from orbitlab.checks.magic import RESULT_MIME, load_ipython_extension
from orbitlab.checks.marks import gate, limit, worth
from orbitlab.checks.operations import (
    Raised,
    drive,
    expect,
    pickled,
    raises,
    same_object,
    warns,
)
from orbitlab.checks.postgres import Postgres, PostgresFailed, PostgresMissing
from orbitlab.checks.runner import run_check
from orbitlab.checks.scaling import expect_scaling
from orbitlab.checks.sql import Database, expect_rows
from orbitlab.checks.trying import predicted, try_it, your_turn
from orbitlab.checks.verdicts import CheckCellError, CheckResult, Mismatch, TestResult, Verdict

__all__ = [
    "BEGIN_HIDDEN",
    "END_HIDDEN",
    "RESULT_MIME",
    "CheckCellError",
    "CheckResult",
    "Database",
    "Difference",
    "Mismatch",
    "Postgres",
    "PostgresFailed",
    "PostgresMissing",
    "Raised",
    "TestResult",
    "Tolerance",
    "Verdict",
    "defined_names",
    "difference",
    "drive",
    "expect",
    "expect_rows",
    "expect_scaling",
    "gate",
    "imported_modules",
    "is_stub",
    "limit",
    "load_ipython_extension",
    "pickled",
    "predicted",
    "raises",
    "read_check",
    "record",
    "run_check",
    "same_object",
    "split_header",
    "try_it",
    "warns",
    "worth",
    "your_turn",
]
