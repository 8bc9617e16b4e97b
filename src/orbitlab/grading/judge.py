"""What a judge is: something that turns a submitted answer into a verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from orbitlab.editions import Exercise


@dataclass(frozen=True)
class Failed:
    """A test that did not pass: its name and the sentence that the learner reads."""

    name: str
    sentence: str


@dataclass(frozen=True)
class Judged:
    """What came out for one answer.

    `note` is empty, or says why no test could run to its end ("the process died").
    """

    score: float
    maximum: float
    attempted: bool
    failed: tuple[Failed, ...] = ()
    note: str = ""

    @property
    def full(self) -> bool:
        """Whether every test passed."""
        return self.attempted and not self.failed and not self.note


@dataclass(frozen=True)
class Case:
    """One answer to be judged: the exercise, the chapter's setup cells, the answer's text."""

    exercise: Exercise
    setup: tuple[str, ...]
    answer: str


class Judge(Protocol):
    """The interface behind which answers are run and judged."""

    def judge(self, cases: Sequence[Case]) -> Iterator[tuple[int, Judged]]:
        """Yield `(index, outcome)` for every case, in the order in which they finish."""
        ...
