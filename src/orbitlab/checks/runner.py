"""Running a check: tests against answers, in this process."""

from __future__ import annotations

import contextlib
import io
import traceback
from collections.abc import Iterator, Mapping
from typing import Any

from orbitlab.checks.attempts import is_stub
from orbitlab.checks.cells import Test, read_check
from orbitlab.checks.limits import limit
from orbitlab.checks.operations import Raised, shorten
from orbitlab.checks.verdicts import CheckResult, Mismatch, OverLimit, TestResult, Verdict


def run_check(cell: str, answers: Mapping[str, Any], answer_source: str | None) -> CheckResult:
    """Run the check cell `cell` on the objects in `answers` and return what came out.

    Parameters
    ----------
    cell: str
        The whole check cell, from its `%%check` line on.
    answers: mapping
        Name to object; only the names that the tests take are read.
    answer_source: str or None
        Text of the answer cell if it is known: an untouched stub is "not attempted".

    Raises
    ------
    CheckCellError
        If the cell breaks a rule (never because of an answer).
    """
    check = read_check(cell)
    missing = tuple(name for name in check.needs if name not in answers)
    untouched = answer_source is not None and is_stub(answer_source)
    if missing or untouched or any(answers[name] is Ellipsis for name in check.needs):
        return CheckResult(check.exercise, check.maximum, attempted=False, missing=missing)
    results = tuple(_run(test, answers) for test in check.tests)
    return CheckResult(check.exercise, check.maximum, attempted=True, tests=results)


def _run(test: Test, answers: Mapping[str, Any]) -> TestResult:
    verdict, details = Verdict.PASS, Mismatch("")
    with _quiet() as printed:
        try:
            with limit(test.limit):
                test.function(*(answers[name] for name in test.needs))
        except OverLimit as over:
            verdict, details = Verdict.TIMEOUT, Mismatch(str(over))
        except Raised as raised:
            verdict, details = Verdict.ERROR, raised
        except Mismatch as found:
            verdict, details = Verdict.FAIL, found
        except AssertionError as error:
            verdict, details = Verdict.FAIL, Mismatch(str(error) if not test.hidden else "")
        except KeyboardInterrupt:
            # The person at the keyboard, or nbclient's limit, ends the whole check.
            raise
        except BaseException as error:  # noqa: BLE001  (an answer may raise anything)
            verdict, details = Verdict.ERROR, Raised(error)
    shown = not test.hidden
    if shown and isinstance(details, Raised):
        details.got += _place(details)
    return TestResult(
        name=test.name,
        sentence=test.sentence,
        hidden=test.hidden,
        verdict=verdict,
        worth=test.worth,
        gate=test.gate,
        finding=details.finding,
        where=details.where if shown else "",
        call=details.call if shown else "",
        expected=details.expected if shown else "",
        got=details.got if shown else "",
        printed=shorten_text(printed.getvalue()) if shown else "",
    )


def shorten_text(text: str, lines: int = 20) -> str:
    """Return the first `lines` lines of `text`, each at most 200 characters."""
    kept = [line if len(line) <= 200 else shorten(line, 200) for line in text.splitlines()]
    return "\n".join(kept[:lines] + (["…"] if len(kept) > lines else []))


def _place(raised: Raised) -> str:
    # The learner's own line is what helps; frames of the check and of orbitlab are noise.
    cause = raised.__cause__ if raised.__cause__ is not None else raised
    frames = traceback.extract_tb(cause.__traceback__)
    own = [f for f in frames if "/orbitlab/" not in f.filename and "<check " not in f.filename]
    last = next((f for f in reversed(own) if f.line), None)
    return f"\n  in your line: {last.line}" if last else ""


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    # What an answer prints belongs into the panel, never on stderr, where nbgrader scores it 0.
    buffer = io.StringIO()
    with contextlib.redirect_stdout(buffer), contextlib.redirect_stderr(buffer):
        yield buffer
