"""What can go wrong when data is looked up, as exceptions that carry fields."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orbitlab.errors import OrbitlabError

BUILD_COMMAND = "orbitlab data build"
RESTORE_COMMAND = "git checkout -- data/real"


class WorldError(OrbitlabError):
    """Base of all errors of this room; its text is one sentence for the user."""


class HomeNotFound(WorldError):
    """No folder of the course was found.

    Attributes
    ----------
    tried
        the folders that were looked at, nearest first.
    """

    def __init__(self, tried: Sequence[Path]) -> None:
        self.tried = tuple(tried)
        where = str(self.tried[0]) if self.tried else "nowhere"
        super().__init__(
            f"The folder of the course was not found (looked from {where} upwards); "
            "set ORBITLAB_HOME to the folder that holds data/ and pyproject.toml."
        )


class DataMissing(WorldError):
    """A data file is absent.

    Attributes
    ----------
    name
        the table or file by the name it was asked for.
    path
        where the file should be.
    command
        what brings it back.
    """

    def __init__(self, name: str, path: Path, command: str) -> None:
        self.name, self.path, self.command = name, path, command
        super().__init__(f"{name} is missing: there is no file {path}; run `{command}`.")


class DataAltered(WorldError):
    """A data file is not the one that data/SHA256SUMS lists.

    Attributes
    ----------
    name
        the table or file by the name it was asked for.
    expected
        SHA-256 in hex as listed.
    actual
        SHA-256 in hex of the file on disk.
    command
        what brings the right file back.
    """

    def __init__(self, name: str, expected: str, actual: str, command: str) -> None:
        self.name, self.expected, self.actual = name, expected, actual
        self.command = command
        super().__init__(
            f"{name} was altered (SHA-256 {actual[:12]}…, listed {expected[:12]}…); "
            f"run `{command}`."
        )


class UnknownTable(WorldError):
    """The world has no table of that name.

    Attributes
    ----------
    name
        the name that was asked for.
    known
        the names that exist.
    """

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"There is no table {name!r}; the world has {', '.join(self.known)}.")
