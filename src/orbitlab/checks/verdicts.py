"""What a test can come out as, and the record of one check (DESIGN sections 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction


class Verdict(StrEnum):
    """Outcome of one test; only `PASS` earns its points."""

    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"
    TIMEOUT = "timeout"


class Mismatch(AssertionError):
    """An answer gave something other than its contract says.

    Fields
    ------
    finding: str
        What kind of difference it is, free of any value of the test ("wrong number of rows"):
        safe to show for hidden tests.
    where: str
        The path into the result at which it differs; shown for visible tests only.
    call: str
        The call with its inputs; shown for visible tests only.
    expected, got: str
        The two values; shown for visible tests only.
    """

    def __init__(
        self,
        finding: str,
        *,
        where: str = "",
        call: str = "",
        expected: str = "",
        got: str = "",
    ) -> None:
        super().__init__(finding)
        self.finding = finding
        self.where = where
        self.call = call
        self.expected = expected
        self.got = got


class OverLimit(BaseException):
    """A test ran over its limit; a BaseException, so that answers do not swallow it by habit.

    Field `seconds` is the limit in CPU seconds.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(f"took longer than {seconds:g} s")
        self.seconds = seconds


class CheckCellError(Exception):
    """A check cell breaks a rule of DESIGN section 4; fields `exercise` and `reason`."""

    def __init__(self, exercise: str, reason: str) -> None:
        super().__init__(f"The check of {exercise} cannot run: {reason}")
        self.exercise = exercise
        self.reason = reason


@dataclass(frozen=True)
class TestResult:
    """One test's outcome.

    `sentence` is the test's docstring, `worth` its share of the points (exact), `finding` what
    differed in words without values; `where`, `call`, `expected`, `got` and `printed` are empty
    for hidden tests.
    """

    __test__ = False

    name: str
    sentence: str
    hidden: bool
    verdict: Verdict
    worth: Fraction
    gate: bool = False
    finding: str = ""
    where: str = ""
    call: str = ""
    expected: str = ""
    got: str = ""
    printed: str = ""


@dataclass(frozen=True)
class CheckResult:
    """All tests of one exercise against one answer.

    `attempted` is False when the answer equals its stub or a named answer is missing; then no
    test ran and `score` is 0. `missing` names the answers that are not there at all.
    """

    exercise: str
    maximum: Fraction
    attempted: bool
    tests: tuple[TestResult, ...] = ()
    missing: tuple[str, ...] = field(default=())

    @property
    def score(self) -> float:
        """Points, rounded to 1e-6 and never above the maximum."""
        if any(t.gate and t.verdict is not Verdict.PASS for t in self.tests):
            return 0.0
        earned = sum((t.worth for t in self.tests if t.verdict is Verdict.PASS), Fraction(0))
        return round(float(min(earned, self.maximum)), 6)

    @property
    def full(self) -> bool:
        """Whether every test passed (worthless ones included) on a real attempt."""
        return self.attempted and all(t.verdict is Verdict.PASS for t in self.tests)

    @property
    def failed(self) -> tuple[TestResult, ...]:
        """The tests that did not pass, in order."""
        return tuple(t for t in self.tests if t.verdict is not Verdict.PASS)
