"""Tests of an answer: verdicts, points, limits, and what a learner gets to see."""

from __future__ import annotations

import logging
import signal
import time
import warnings

import pytest

from orbitlab.checks import CheckCellError, Mismatch, Verdict, expect, is_stub, run_check
from orbitlab.checks.magic import Grade, answer_text
from orbitlab.checks.panel import as_html, as_text, headline

CELL = '''%%check demo --points 4
from orbitlab.checks import expect, gate, limit, raises, worth


def test_example(f):
    """R1: The example comes out."""
    expect(f, (2, [1]), {"n": 4})


@worth(1)
def test_error(f):
    """R2: A negative number is refused."""
    expect(f, (-1, []), raises(ValueError))


### BEGIN HIDDEN TESTS
@limit(0.3)
def test_secret(f):
    """R3: It ends."""
    expect(f, (987654, []), {"n": 1975308})


### END HIDDEN TESTS
'''


def right(n, items):
    if n < 0:
        raise ValueError("negative")
    return {"n": 2 * n}


def verdicts(answer):
    return [t.verdict for t in run_check(CELL, {"f": answer}, None).tests]


def test_a_right_answer_gets_all_points():
    result = run_check(CELL, {"f": right}, None)
    assert result.full
    assert result.score == 4.0
    assert [t.hidden for t in result.tests] == [False, False, True]
    assert [float(t.worth) for t in result.tests] == [1.5, 1.0, 1.5]


def test_a_missing_answer_is_not_attempted_and_says_so():
    result = run_check(CELL, {}, None)
    assert (result.attempted, result.score, result.missing) == (False, 0.0, ("f",))
    assert "f is not defined" in headline(result)


def test_ellipsis_and_stub_are_not_attempted():
    assert not run_check(CELL, {"f": ...}, None).attempted
    stub = "def f(n, items):\n    '''Doc.'''\n    # YOUR CODE HERE\n    ..."
    assert not run_check(CELL, {"f": right}, stub).attempted


def test_an_unexpected_exception_is_an_error_with_the_learners_line():
    def broken(n, items):
        return items[99]

    result = run_check(CELL, {"f": broken}, None)
    assert result.tests[0].verdict is Verdict.ERROR
    assert "IndexError" in result.tests[0].got
    assert "return items[99]" in result.tests[0].got


def test_an_endless_loop_costs_its_own_test_only():
    def loops(n, items):
        while n == 987654:
            pass
        return right(n, items)

    begun = time.monotonic()
    assert verdicts(loops) == [Verdict.PASS, Verdict.PASS, Verdict.TIMEOUT]
    assert time.monotonic() - begun < 5


def test_a_loop_that_swallows_everything_still_ends():
    def stubborn(n, items):
        tries = 0
        while n == 987654 and tries < 3:
            try:
                while True:
                    pass
            except BaseException:  # noqa: BLE001
                tries += 1
        return right(n, items)

    begun = time.monotonic()
    verdicts(stubborn)
    assert time.monotonic() - begun < 5


def test_sleeping_forever_is_ended_by_the_wall_clock():
    def sleeps(n, items):
        if n == 987654:
            time.sleep(60)
        return right(n, items)

    begun = time.monotonic()
    assert verdicts(sleeps)[2] is Verdict.TIMEOUT
    assert time.monotonic() - begun < 10


def test_changing_an_input_is_a_failure():
    def greedy(n, items):
        items.append(n)
        return right(n, items)

    result = run_check(CELL, {"f": greedy}, None)
    assert result.tests[0].verdict is Verdict.FAIL
    assert "never mutated" in result.tests[0].finding


def test_changing_what_a_tuple_holds_is_a_failure_and_generators_are_let_through():
    def greedy(pair):
        pair[0].append(1)
        return 0

    with pytest.raises(Mismatch, match="never mutated"):
        expect(greedy, (([], 2),), 0)
    expect(lambda items: len(items), ([iter([1]), (n for n in ())],), 2)


class Crash(BaseException):
    """Neither an Exception nor the person at the keyboard."""


@pytest.mark.parametrize("kind", [SystemExit, Crash, GeneratorExit])
def test_leaving_by_any_door_is_an_error(kind):
    def leaves(n, items):
        raise kind

    assert verdicts(leaves)[0] is Verdict.ERROR


def test_an_interrupt_ends_the_check():
    def interrupted(n, items):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_check(CELL, {"f": interrupted}, None)


def test_hidden_tests_show_neither_input_nor_values():
    def wrong(n, items):
        print("peek", n)
        return {"n": 0} if n > 1000 else right(n, items)

    result = run_check(CELL, {"f": wrong}, None)
    hidden = result.tests[2]
    assert (hidden.call, hidden.expected, hidden.got, hidden.printed) == ("", "", "", "")
    for text in (as_text(result), as_html(result)):
        assert "987654" not in text
        assert "1975308" not in text
        assert "R3: It ends." in text


def test_visible_tests_show_input_expected_got_and_prints():
    def wrong(n, items):
        print("debugging")
        return {"n": 5}

    text = as_text(run_check(CELL, {"f": wrong}, None))
    for part in ("wrong(2, [1])", "{'n': 4}", "{'n': 5}", "debugging"):
        assert part in text


def test_html_is_escaped():
    def wrong(n, items):
        return "<script>alert(1)</script>"

    assert "<script>" not in as_html(run_check(CELL, {"f": wrong}, None))


def test_nothing_reaches_stderr(capfd):
    def noisy(n, items):
        warnings.warn("careful", stacklevel=1)
        logging.basicConfig()
        logging.warning("loud")
        return right(n, items)

    assert run_check(CELL, {"f": noisy}, None).full
    assert capfd.readouterr().err == ""


def test_a_failing_gate_costs_everything():
    gated = CELL.replace("@worth(1)", "@gate\n@worth(1)")
    assert run_check(gated, {"f": lambda n, items: {"n": 2 * n}}, None).score == 0.0
    assert run_check(gated, {"f": right}, None).score == 4.0


def test_thirds_add_up_to_the_maximum_exactly():
    cell = "%%check demo --points 1\n" + "".join(
        f'def test_{i}(f):\n    """R{i}: x."""\n' for i in range(3)
    )
    assert run_check(cell, {"f": right}, None).score == 1.0


@pytest.mark.parametrize(
    "cell",
    [
        "%%check demo\ndef test_a(f): ...",
        "%%check demo --points 1\nx = 1",
        "%%check demo --points 1\nfrom orbitlab.checks import worth\n@worth(2)\ndef test_a(f): ...",
        "%%check demo --points 2\nfrom orbitlab.checks import worth\n### BEGIN HIDDEN TESTS\n"
        "@worth(1)\ndef test_a(f): ...\n### END HIDDEN TESTS",
        "%%check demo --points 1\ndef test_a(f): ...\ndef test_a(f): ...",
    ],
)
def test_a_malformed_check_cell_says_why(cell):
    with pytest.raises(CheckCellError):
        run_check(cell, {"f": right}, None)


def test_visible_tests_alone_need_not_hand_out_all_points():
    cell = "%%check demo --points 2\nfrom orbitlab.checks import worth\n"
    result = run_check(cell + '@worth(0)\ndef test_a(f):\n    """R1: x."""', {"f": right}, None)
    assert (result.full, result.score) == (True, 0.0)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(x):\n    ...", True),
        ("# note\n\nQ = ...\n# YOUR CODE HERE\npass", True),
        ("import numpy as np\n\n\nclass M:\n    '''Doc.'''\n    ...", True),
        ("class M:\n    def add(self, x):\n        ...", True),
        ("def f(x):\n    return None", False),
        ("Q = 'select 1'", False),
        ("def f(x:\n", False),
    ],
)
def test_a_stub_is_recognised(source, expected):
    assert is_stub(source) is expected


def test_the_grade_prints_as_a_plain_decimal():
    assert [repr(Grade(s)) for s in (0.0, 4.0, 1.333333, 0.5)] == ["0", "4", "1.333333", "0.5"]


def test_the_answer_is_found_in_the_history():
    history = [
        "",
        "def f(): ...",
        "x = 1",
        "def f(): return 1",
        "get_ipython().run_cell_magic('check', '', 'f')",
    ]
    assert answer_text(history, ("f",)) == "def f(): return 1"
    assert answer_text(history, ("g",)) is None


def test_limits_leave_no_timer_behind():
    run_check(CELL, {"f": right}, None)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getitimer(signal.ITIMER_PROF) == (0.0, 0.0)
