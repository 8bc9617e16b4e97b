"""Building data/: the tables of the world, their dictionary and the list of checksums."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .catalogue import ASSETS, RECIPES, assets, built_files, tables
from .checksums import SUMS_NAME, sha256_of, sums_text
from .dictionary import dictionary_text
from .errors import RESTORE_COMMAND
from .home import home as find_home
from .parquet import connect, write_table
from .real.files import real_files

DICTIONARY_NAME = "README.md"
STAGING_PREFIX = ".building-"


@dataclass(frozen=True)
class BuildReport:
    """What a build did.

    Attributes
    ----------
    files
        paths relative to data/ that were built, in order.
    problems
        one sentence each; empty when all is well.
    """

    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found wanting."""
        return not self.problems


def real_problems(data: Path) -> list[str]:
    """Return one sentence per file of data/real that is absent or not the published one."""
    problems: list[str] = []
    for relative, digest in real_files():
        path = data / relative
        if not path.is_file():
            problems.append(f"data/{relative} is missing; run `{RESTORE_COMMAND}`.")
        elif sha256_of(path) != digest:
            problems.append(f"data/{relative} is not the published file; run `{RESTORE_COMMAND}`.")
    return problems


def _fill(staging: Path) -> list[str]:
    """Write everything that is built into staging; return paths relative to it, in order."""
    with connect() as connection:
        for recipe in RECIPES:
            write_table(connection, recipe.spec, recipe.make(), staging)
    for asset in ASSETS:
        content = asset.make()
        for name, relative in zip(asset.spec.files, asset.spec.relatives, strict=True):
            path = staging / relative
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content[name])
    text = dictionary_text(tables(), assets())
    (staging / DICTIONARY_NAME).write_bytes(text.encode())
    sums = {relative: sha256_of(staging / relative) for relative in built_files()}
    (staging / SUMS_NAME).write_bytes(sums_text(sums | dict(real_files())).encode())
    # The list comes last: until it is in place, verify says that a build was cut short.
    return [*built_files(), DICTIONARY_NAME, SUMS_NAME]


def build_data(home: Path | None = None) -> BuildReport:
    """Build data/world, data/README.md and data/SHA256SUMS; the same bytes on every run.

    Everything is made in a temporary folder inside data/ and then moved into place file
    by file, so a file is never half written. Files of data/real are compared with the
    published checksums and never changed.

    Parameters
    ----------
    home
        folder that holds data/; found by `home()` when None.

    Raises
    ------
    HomeNotFound
        home is None and the folder of the course was not found.
    """
    data = (home or find_home()) / "data"
    staging: Path | None = None
    try:
        (data / "world").mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=data))
        built = _fill(staging)
        for relative in built:
            (data / relative).parent.mkdir(parents=True, exist_ok=True)
            (staging / relative).replace(data / relative)
    except OSError as error:
        reason = error.strerror or str(error)
        return BuildReport(
            problems=[f"{data} cannot be written ({reason}); make it writable or free space."]
        )
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
    return BuildReport(files=built, problems=real_problems(data))
