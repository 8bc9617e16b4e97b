"""Predict, fill a hole, try it out: what a lesson part says and what it keeps quiet about."""

from __future__ import annotations

import pytest

from orbitlab.checks import predicted, try_it, your_turn


def test_without_a_prediction_the_truth_is_not_given_away(capsys):
    predicted(..., 49.0, "Mbps")
    assert "49" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("guess", "words"), [(49, "and so it is"), (48.9, "and so it is"), (97, "It is 49.0 Mbps")]
)
def test_a_prediction_stands_beside_the_truth(capsys, guess, words):
    predicted(guess, 49.0, "Mbps")
    assert words in capsys.readouterr().out


def test_an_open_hole_is_only_reminded_of(capsys):
    your_turn(lambda: 1 / 0, 1, "hint", ...)
    assert capsys.readouterr().out == "Fill in each `...` above, then run this cell again.\n"


@pytest.mark.parametrize(
    ("run", "words"),
    [(lambda: 3, "✔ Right"), (lambda: 4, "you get 4. Count again."), (lambda: 1 / 0, "ZeroDiv")],
)
def test_a_filled_hole_is_marked_at_once(capsys, run, words):
    your_turn(run, 3, "Count again.", 7)
    assert words in capsys.readouterr().out


def stub(x):
    """Do nothing yet."""
    ...


class StubClass:
    def add(self, x): ...


@pytest.mark.parametrize("answer", [..., None, stub, StubClass])
def test_an_unsolved_answer_is_not_tried(capsys, answer):
    assert try_it(lambda: pytest.fail("tried"), answer) is None
    assert "Not solved yet" in capsys.readouterr().out


def test_an_answer_that_hangs_is_ended(capsys, monkeypatch):
    monkeypatch.setattr("orbitlab.checks.trying.TRY_S", 0.2)

    def hangs():
        while True:
            pass

    assert try_it(hangs, len) is None
    assert "took longer than 0.2 s" in capsys.readouterr().out


def test_a_solved_answer_is_tried_and_may_raise(capsys):
    assert try_it(lambda: len("abc"), len) == 3
    assert try_it(lambda: 1 / 0, len) is None
    assert "ZeroDivisionError" in capsys.readouterr().out
