"""Proving data/: checksums, schemas, row counts, and that every defect is really there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from .build import DICTIONARY_NAME, STAGING_PREFIX, real_problems
from .catalogue import tables
from .checksums import SUMS_NAME, read_sums, sha256_of
from .dictionary import dictionary_text
from .errors import BUILD_COMMAND, DataMissing
from .home import home as find_home
from .parquet import connect, read_frame, read_schema
from .real.files import REAL_FILES
from .spec import TableSpec

_WAY_OUT = f"run `{BUILD_COMMAND}`"


@dataclass(frozen=True)
class VerifyReport:
    """What a verification found.

    Attributes
    ----------
    files
        paths relative to data/ that were looked at.
    problems
        one sentence each, naming the thing and the way out.
    """

    files: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether nothing was found wanting."""
        return not self.problems


def _shape_problems(spec: TableSpec, found: list[tuple[str, str]]) -> list[str]:
    thing = f"data/{spec.relative}"
    declared = [(c.name, c.type) for c in spec.columns]
    if found == declared:
        return []
    missing = [name for name, _ in declared if name not in dict(found)]
    extra = [name for name, _ in found if name not in dict(declared)]
    types = [
        f"{name} is {dict(found)[name]}, not {kind}"
        for name, kind in declared
        if dict(found).get(name, kind) != kind
    ]
    what = [f"lacks {name}" for name in missing] + [f"has {name} too much" for name in extra]
    detail = "; ".join(what + types) or "has its columns in another order"
    return [f"{thing} does not have its declared columns ({detail}); {_WAY_OUT}."]


def _content_problems(spec: TableSpec, frame: pd.DataFrame) -> list[str]:
    thing = f"data/{spec.relative}"
    problems: list[str] = []
    if len(frame) != spec.rows:
        problems.append(f"{thing} has {len(frame):,} rows instead of {spec.rows:,}; {_WAY_OUT}.")
    for column in spec.columns:
        nulls = int(frame[column.name].isna().sum())
        if nulls and not column.nullable:
            problems.append(f"{thing} has {nulls:,} NULL in {column.name}; {_WAY_OUT}.")
    for defect in spec.defects:
        count = defect.count(frame)
        if not defect.least <= count <= defect.most:
            problems.append(
                f"{thing} has {count:,} of the injected defect '{defect.name}' instead of "
                f"{defect.expected}; {_WAY_OUT}."
            )
    return problems


def _table_problems(
    connection: Any, spec: TableSpec, data: Path, sums: dict[str, str]
) -> list[str]:
    path, thing = data / spec.relative, f"data/{spec.relative}"
    if not path.is_file():
        return [f"{thing} is missing; {_WAY_OUT}."]
    problems: list[str] = []
    if sums and sha256_of(path) != sums.get(spec.relative):
        problems.append(f"{thing} is not the file listed in data/{SUMS_NAME}; {_WAY_OUT}.")
    try:
        wrong_shape = _shape_problems(spec, read_schema(connection, path))
        problems += wrong_shape or _content_problems(spec, read_frame(connection, path))
    except duckdb.Error:
        problems.append(f"{thing} cannot be read as Parquet; {_WAY_OUT}.")
    return problems


def _list_problems(data: Path, sums: dict[str, str]) -> list[str]:
    """Return what is wrong with the list itself, the dictionary, and stray files."""
    problems: list[str] = []
    listed = set(sums) - {spec.relative for spec in tables()} - dict(REAL_FILES).keys()
    problems += [
        f"data/{SUMS_NAME} lists {name}, which is no data file of the course; {_WAY_OUT}."
        for name in sorted(listed)
    ]
    problems += [
        f"data/{SUMS_NAME} does not list data/{name} with its published sum; {_WAY_OUT}."
        for name, digest in REAL_FILES
        if sums and sums.get(name) != digest
    ]
    known = {spec.relative for spec in tables()}
    problems += [
        f"data/{stray} is no table of the world; delete it."
        for stray in sorted(p.relative_to(data).as_posix() for p in (data / "world").glob("*"))
        if stray not in known
    ]
    problems += [
        f"data/{rest.name} was left by a build that was cut short; delete it."
        for rest in sorted(data.glob(f"{STAGING_PREFIX}*"))
    ]
    page = data / DICTIONARY_NAME
    if not page.is_file() or page.read_text(encoding="utf-8") != dictionary_text(tables()):
        problems.append(f"data/{DICTIONARY_NAME} does not match the declarations; {_WAY_OUT}.")
    return problems


def verify_data(home: Path | None = None) -> VerifyReport:
    """Compare data/ with its checksums and declarations; nothing is changed.

    Looked at are: each table's file, checksum, columns and types, rows, NULLs and the
    count of every injected defect; each file of data/real against its published sum; the
    list data/SHA256SUMS and the dictionary data/README.md.

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
    problems: list[str] = []
    try:
        sums = read_sums(data)
    except DataMissing as error:
        sums = {}
        problems.append(str(error))
    with connect() as connection:
        for spec in tables():
            problems += _table_problems(connection, spec, data, sums)
    problems += real_problems(data)
    problems += _list_problems(data, sums)
    files = [spec.relative for spec in tables()] + [name for name, _ in REAL_FILES]
    return VerifyReport(files=files, problems=problems)
