"""A judge that runs answers and tests together, each answer in a process of its own.

It trusts the answers: for banks, not for submissions.
"""

from __future__ import annotations

import contextlib
import linecache
import multiprocessing
import os
import random
import sys
import time
import types
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np

from orbitlab.checks import CheckResult, run_check
from orbitlab.grading.judge import Case, Failed, Judged

# The sum of the tests' own limits is far below this; it only ends what escapes them.
DEADLINE_S = 240.0


class LocalJudge:
    """Judge up to `workers` answers at a time in forked processes (None: one per core)."""

    def __init__(self, workers: int | None = None) -> None:
        self.workers = workers or len(os.sched_getaffinity(0))

    def judge(self, cases: Sequence[Case]) -> Iterator[tuple[int, Judged]]:
        """Yield `(index, outcome)` for every case, in the order in which they finish."""
        fork = multiprocessing.get_context("fork")
        todo = list(enumerate(cases))
        running: dict[Any, tuple[int, Any, float]] = {}
        while todo or running:
            while todo and len(running) < self.workers:
                index, case = todo.pop(0)
                ours, theirs = fork.Pipe(duplex=False)
                process = fork.Process(target=_serve, args=(theirs, case), daemon=True)
                process.start()
                theirs.close()
                running[ours] = (index, process, time.monotonic() + DEADLINE_S)
            for connection in wait(list(running), timeout=1.0):
                index, process, _ = running.pop(connection)
                yield index, _received(connection, cases[index])
                process.join()
            for connection, (index, process, deadline) in list(running.items()):
                if time.monotonic() > deadline:
                    del running[connection]
                    process.kill()
                    process.join()
                    yield index, _lost(cases[index], "it ran past every limit")


def judge_here(case: Case) -> CheckResult:
    """Run setup cells, the answer and its tests in this process, as a kernel would."""
    main = types.ModuleType("__main__")
    # Classes of the answer must be found where their `__module__` says, or they cannot pickle.
    sys.modules["__main__"] = main
    for name, source in [*((f"<setup {i}>", s) for i, s in enumerate(case.setup))]:
        _run_cell(name, source, vars(main))
    # An answer that raises leaves its names undefined; that is what the check then sees.
    with contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _run_cell(f"<answer {case.exercise.id}>", case.answer, vars(main))
    return run_check(case.exercise.check, vars(main), case.answer)


def _run_cell(filename: str, source: str, namespace: dict[str, Any]) -> None:
    lines = source.splitlines(keepends=True)
    text = "".join("\n" if line.lstrip().startswith("%") else line for line in lines)
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    exec(compile(text, filename, "exec"), namespace)  # noqa: S102  (a cell is code)


def _serve(connection: Connection, case: Case) -> None:
    random.seed()
    np.random.seed()
    # What a bank answer prints is nobody's business here.
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123  (devnull is no file of ours)
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        result = judge_here(case)
        failed = tuple(Failed(t.name, t.sentence) for t in result.failed)
        connection.send(Judged(result.score, float(result.maximum), result.attempted, failed))
        connection.close()
        os._exit(0)


def _received(connection: Any, case: Case) -> Judged:
    try:
        judged: Judged = connection.recv()
    except EOFError:
        return _lost(case, "its process died")
    finally:
        connection.close()
    return judged


def _lost(case: Case, note: str) -> Judged:
    return Judged(0.0, float(case.exercise.points), attempted=True, note=note)
