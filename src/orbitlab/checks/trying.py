"""What a lesson part offers between reading and graded work: predict, fill a hole, try it out."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from orbitlab.checks.attempts import is_stub
from orbitlab.checks.equality import Tolerance, difference
from orbitlab.checks.limits import limit
from orbitlab.checks.operations import shorten
from orbitlab.checks.verdicts import OverLimit

# Numbers that a person types by hand are rounded.
BY_HAND = Tolerance(rtol=5e-3, atol=5e-3)
# An answer that hangs must not hold up Run All; the longest try-it cell needs about a tenth.
TRY_S = 60.0


def predicted(guess: Any, truth: Any, unit: str = "") -> None:
    """Print the learner's prediction beside the truth.

    Without a prediction the truth is not given away: notebooks come executed.
    """
    tail = f" {unit}" if unit else ""
    if guess is Ellipsis:
        _say("No prediction yet: type one above, run that cell, then this one.")
    elif difference(truth, guess, BY_HAND) is None:
        _say(f"You predicted {shorten(guess)}{tail}, and so it is.")
    else:
        _say(f"You predicted {shorten(guess)}{tail}. It is {shorten(truth)}{tail}.")


def your_turn(run: Callable[[], Any], expected: Any, hint: str, *holes: Any) -> None:
    """Mark the 0-point exercise of a lesson part at once.

    While one of `holes` is still `...` only a reminder is printed; otherwise `run()` must equal
    `expected`, and `hint` is what is said if it does not.
    """
    if any(hole is Ellipsis for hole in holes):
        _say("Fill in each `...` above, then run this cell again.")
        return
    try:
        got = run()
    except Exception as error:  # noqa: BLE001  (whatever fills the hole may raise anything)
        _say(f"✘ Not yet: it raised {type(error).__name__}: {error}. {hint}")
        return
    if difference(expected, got, BY_HAND) is None:
        _say(f"✔ Right: {shorten(got)}.")
    else:
        _say(f"✘ Not yet: you get {shorten(got)}. {hint}")


def try_it(show: Callable[[], Any], *answers: Any) -> Any:
    """Call `show()` and return its result if every one of `answers` was attempted.

    Lesson cells never depend on an answer: for a stub, and for an answer that raises or takes
    longer than `TRY_S` seconds, one line is printed instead and None returned.
    """
    if any(_untouched(answer) for answer in answers):
        _say("Not solved yet. Come back to this cell when your check is green.")
        return None
    try:
        with limit(TRY_S):
            return show()
    except OverLimit as over:
        _say(f"Your answer {over} here.")
        return None
    except Exception as error:  # noqa: BLE001  (a learner's answer may raise anything)
        _say(f"Your answer raised {type(error).__name__} here: {error}")
        return None


def _say(text: str) -> None:
    print(text)  # noqa: T201  (this is what the learner reads below the cell)


def _untouched(answer: Any) -> bool:
    if answer is Ellipsis or answer is None:
        return True
    if isinstance(answer, type):
        return all(_untouched(m) for m in vars(answer).values() if inspect.isfunction(m))
    if not inspect.isfunction(answer):
        return False
    try:
        return is_stub(inspect.cleandoc("\n" + inspect.getsource(answer)))
    except (OSError, TypeError):
        return False
