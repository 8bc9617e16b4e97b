"""`orbitlab audit`: every answer of every bank against its exercise's tests (DESIGN section 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orbitlab.editions import Exercise, chosen_exercises, read_chapter
from orbitlab.grading.bank import BankAnswer, do_nothing, read_bank
from orbitlab.grading.judge import Case, Judge, Judged
from orbitlab.grading.local import LocalJudge

MIN_WRONG, MIN_RIGHT = 5, 2
STUB, REFERENCE, NOTHING = "stub", "reference", "do-nothing"


@dataclass
class ExerciseAudit:
    """One exercise's bank as judged; `problems` holds one sentence per miss."""

    exercise: Exercise
    outcomes: dict[str, Judged] = field(default_factory=dict)
    answers: list[BankAnswer] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def of(self, kind: str) -> list[tuple[BankAnswer, Judged]]:
        """Return the bank's answers of one kind with their outcomes."""
        return [(a, self.outcomes[a.name]) for a in self.answers if a.kind == kind]


@dataclass(frozen=True)
class AuditReport:
    """All audited exercises in chapter order."""

    exercises: tuple[ExerciseAudit, ...]

    @property
    def ok(self) -> bool:
        """Whether no exercise has a problem."""
        return not any(e.problems for e in self.exercises)

    @property
    def kill_rate(self) -> float:
        """Share of wrong answers that at least one test rejects (1.0 when there are none)."""
        wrong = [judged for e in self.exercises for _, judged in e.of("wrong")]
        return sum(not judged.full for judged in wrong) / len(wrong) if wrong else 1.0

    @property
    def false_rejects(self) -> int:
        """Number of right answers that do not get full points."""
        return sum(not judged.full for e in self.exercises for _, judged in e.of("right"))

    def lines(self) -> list[str]:
        """Return one line per exercise, then every problem."""
        rows = []
        for e in self.exercises:
            wrong, right = e.of("wrong"), e.of("right")
            caught = sum(not judged.full for _, judged in wrong)
            full = sum(judged.full for _, judged in right)
            mark = "✘" if e.problems else "✔"
            name = e.exercise.id
            rows.append(f"{mark} {name:<20} wrong {caught}/{len(wrong)}  right {full}/{len(right)}")
        rows += [f"{e.exercise.id}: {p}" for e in self.exercises for p in e.problems]
        tail = f"kill rate {self.kill_rate:.0%}, false rejects {self.false_rejects}"
        return [*rows, f"{len(self.exercises)} exercises, {tail}"]

    def as_json(self) -> dict[str, Any]:
        """Return the document of `orbitlab audit --json` (DESIGN section 8)."""
        return {
            "ok": self.ok,
            "kill_rate": self.kill_rate,
            "false_rejects": self.false_rejects,
            "exercises": [_as_json(e) for e in self.exercises],
        }


def audit(
    home: Path,
    exercises: list[str] | None,
    bank: Path | None = None,
    judge: Judge | None = None,
    heard: Callable[[int, int, str], None] | None = None,
) -> AuditReport:
    """Judge stub, do-nothing answer, reference and bank of the given exercises (None: all).

    `bank` takes another folder of the same form; it may hold few answers and no `# caught-by:`.
    `heard` is told after each answer how many are judged, of how many, and which was the last.

    Raises
    ------
    UnknownNameError
        For an exercise that does not exist.
    """
    chosen = [e for e in chosen_exercises(home, exercises) if e.check]
    own = bank is None
    folder = bank if bank is not None else home / "autograde" / "banks"
    setups = {name: read_chapter(home, name).setup for name in {e.chapter for e in chosen}}
    audits = {e.id: ExerciseAudit(e, answers=read_bank(folder, e.id)) for e in chosen}
    labels: list[tuple[ExerciseAudit, str]] = []
    cases: list[Case] = []
    for one in audits.values():
        made = {STUB: one.exercise.stub, REFERENCE: one.exercise.reference}
        made[NOTHING] = do_nothing(one.exercise)
        for name, text in [*made.items(), *((a.name, a.text) for a in one.answers)]:
            labels.append((one, name))
            cases.append(Case(one.exercise, setups[one.exercise.chapter], text))
    for done, (index, judged) in enumerate((judge or LocalJudge()).judge(cases), start=1):
        one, name = labels[index]
        one.outcomes[name] = judged
        if heard is not None:
            heard(done, len(cases), f"{one.exercise.id} {name}")
    for one in audits.values():
        one.problems = _problems(one, own)
    return AuditReport(tuple(audits.values()))


def _problems(one: ExerciseAudit, own: bool) -> list[str]:
    stub, nothing, reference = (one.outcomes[name] for name in (STUB, NOTHING, REFERENCE))
    problems = []
    if stub.attempted or stub.score:
        problems.append(f"the stub counts as an attempt and scores {stub.score:g}")
    if nothing.score:
        problems.append(f"a do-nothing answer scores {nothing.score:g}")
    if not reference.full:
        problems.append(f"the reference fails: {_why(reference)}")
    for answer, judged in one.of("right"):
        if not judged.full:
            problems.append(f"{answer.name} is right but fails: {_why(judged)}")
    for answer, judged in one.of("wrong"):
        if judged.full:
            problems.append(f"{answer.name} is wrong but no test rejects it")
        elif answer.caught_by and answer.caught_by not in {f.name for f in judged.failed}:
            got = ", ".join(f.name for f in judged.failed) or judged.note or "not attempted"
            problems.append(f"{answer.name} passes {answer.caught_by}; what fails is {got}")
        elif own and not answer.caught_by:
            problems.append(f"{answer.name} has no `# caught-by:` line")
    if own:
        problems += [
            f"{answer.name} does not say in a comment on its first line what it is"
            for answer in one.answers
            if not answer.text.startswith("# ")
        ]
        for kind, least in (("wrong", MIN_WRONG), ("right", MIN_RIGHT)):
            if len(one.of(kind)) < least:
                problems.append(f"its bank has fewer than {least} {kind} answers")
    return problems


def _why(judged: Judged) -> str:
    if judged.note:
        return judged.note
    if not judged.attempted:
        return "it counts as not attempted"
    return "; ".join(f"{f.name}: {f.sentence}" for f in judged.failed)


def _as_json(one: ExerciseAudit) -> dict[str, Any]:
    return {
        "id": one.exercise.id,
        "max": float(one.exercise.points),
        "stub": {"score": one.outcomes[STUB].score, "attempted": one.outcomes[STUB].attempted},
        "do_nothing": {"score": one.outcomes[NOTHING].score},
        "reference": {"score": one.outcomes[REFERENCE].score},
        "right": [{"name": a.name, "score": j.score} for a, j in one.of("right")],
        "wrong": [
            {
                "name": a.name,
                "score": j.score,
                "caught": not j.full,
                "by": [f.sentence for f in j.failed] or [_why(j)],
            }
            for a, j in one.of("wrong")
        ],
        "problems": one.problems,
    }
