"""The errors a person may see: fields to look at, one sentence to read.

Every room raises subclasses of :class:`OrbitlabError`; the command line prints ``str(error)`` to
stderr and exits with ``error.exit_code`` (1: something was found wanting, 2: wrong usage).
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from typing import ClassVar

_NEAREST = 3


class OrbitlabError(Exception):
    """Base of all errors that carry one sentence for the person at the keyboard.

    Subclasses set their fields in ``__init__`` and say the sentence in ``__str__``; a plain
    ``OrbitlabError("…")`` carries the sentence itself.
    """

    exit_code: ClassVar[int] = 1


class UsageError(OrbitlabError):
    """The command was asked for something that cannot be asked."""

    exit_code: ClassVar[int] = 2


class UnknownNameError(UsageError):
    """A chapter or exercise id that does not exist; `nearest` holds up to three likely ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(kind, name)
        self.kind = kind
        self.name = name
        self.known = tuple(sorted(set(known)))
        self.nearest = nearest_names(name, self.known)

    def __str__(self) -> str:
        if self.nearest:
            return f"There is no {self.kind} {self.name!r}; did you mean {_either(self.nearest)}?"
        if self.known:
            return f"There is no {self.kind} {self.name!r}; there are {', '.join(self.known)}."
        return (
            f"There is no {self.kind} {self.name!r}: no {self.kind} was found at all; "
            "run `orbitlab build` first."
        )


class NotACourseError(UsageError):
    """The folder that should hold the course does not."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.home = home

    def __str__(self) -> str:
        return (
            f"{self.home} is not an Orbitlab folder (it has no source/); "
            "set ORBITLAB_HOME to your copy of the repository."
        )


class BrokenNotebookError(OrbitlabError):
    """A notebook file that is not a notebook: not JSON, or JSON of another shape."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"{self.path} is not a notebook ({self.reason}); "
            "restore it from git or from a backup, or delete it to get a fresh copy."
        )


class MissingNotebookError(OrbitlabError):
    """A notebook that should be there; `remedy` says how to get it."""

    def __init__(self, path: Path, remedy: str) -> None:
        super().__init__(path, remedy)
        self.path = path
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.path} is missing; {self.remedy}."


class UnwritableError(OrbitlabError):
    """A folder or file that cannot be written."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(path, reason)
        self.path = path
        self.reason = reason

    def __str__(self) -> str:
        return (
            f"Cannot write to {self.path} ({self.reason}); "
            "give yourself write permission there or use a copy in a folder of your own."
        )


def nearest_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Return up to three of `known` that `name` most likely meant, the likeliest first.

    A part of an id counts as meant in full: ``09`` means ``09_ml_coding``.
    """
    names = sorted(set(known))
    wanted = name.lower()
    partial = [each for each in names if wanted and wanted in each.lower()]
    similar = get_close_matches(wanted, names, n=_NEAREST, cutoff=0.5)
    return tuple(dict.fromkeys([*partial, *similar]))[:_NEAREST]


def _either(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} or {names[-1]}"
