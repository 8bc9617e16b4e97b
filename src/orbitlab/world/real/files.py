"""The published files under data/real, each with its SHA-256.

The list stands beside this module and not only in data/SHA256SUMS, so that building the data
never blesses a file that was altered.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

LIST_NAME = "published.sha256"


@cache
def real_files() -> tuple[tuple[str, str], ...]:
    """Return (path relative to data/, SHA-256 in hex) of every published file, sorted."""
    text = files(__package__).joinpath(LIST_NAME).read_text(encoding="utf-8")
    lines = (line.split("  ", 1) for line in text.splitlines())
    return tuple((path, digest) for digest, path in lines)
