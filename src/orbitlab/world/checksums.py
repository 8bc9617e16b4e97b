"""SHA-256 of data files, and the list data/SHA256SUMS in the format of sha256sum."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from .errors import BUILD_COMMAND, DataAltered, DataMissing

SUMS_NAME = "SHA256SUMS"


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sums_text(sums: Mapping[str, str]) -> str:
    """Return the list as text; keys are paths relative to data/, sorted."""
    return "".join(f"{sums[key]}  {key}\n" for key in sorted(sums))


def read_sums(data: Path) -> dict[str, str]:
    """Read data/SHA256SUMS as {path relative to data/: hex}.

    Lines of another form are left out: the file they were about then counts as unlisted.

    Raises
    ------
    DataMissing
        the list itself is absent.
    """
    path = data / SUMS_NAME
    if not path.is_file():
        raise DataMissing(f"data/{SUMS_NAME}", path, BUILD_COMMAND)
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    pairs = (line.split("  ", 1) for line in lines if "  " in line)
    return {name: digest for digest, name in pairs}


def checked_path(data: Path, relative: str, name: str, command: str) -> Path:
    """Return data/<relative> after its checksum was compared with the list.

    Raises
    ------
    DataMissing
        the file or the list is absent.
    DataAltered
        the file is not the listed one.
    """
    path = data / relative
    if not path.is_file():
        raise DataMissing(name, path, command)
    listed = read_sums(data).get(relative, "unlisted")
    actual = sha256_of(path)
    if actual != listed:
        raise DataAltered(name, listed, actual, command)
    return path
