"""Proving data/: checksums, schemas, row counts, and that every defect is really there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import yaml

from .build import DICTIONARY_NAME, STAGING_PREFIX, real_problems
from .catalogue import ASSETS, assets, built_files, tables
from .checksums import SUMS_NAME, read_sums, sha256_of
from .dictionary import dictionary_text
from .errors import BUILD_COMMAND, DataMissing
from .home import home as find_home
from .parquet import connect, read_frame, read_parts, read_schema
from .real.files import real_files
from .spec import AssetRecipe, Defect, TableSpec
from .story_checks import story_problems

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


def _shape_problems(spec: TableSpec, thing: str, found: list[tuple[str, str]]) -> list[str]:
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
    thing = spec.thing
    problems: list[str] = []
    if len(frame) != spec.rows:
        problems.append(f"{thing} has {len(frame):,} rows instead of {spec.rows:,}; {_WAY_OUT}.")
    for column in spec.columns:
        nulls = int(frame[column.name].isna().sum())
        if nulls and not (column.nullable or column.nan):
            problems.append(f"{thing} has {nulls:,} NULL in {column.name}; {_WAY_OUT}.")
    return problems + _defect_problems(thing, spec.defects, frame)


def _defect_problems(thing: str, defects: tuple[Defect, ...], loaded: Any) -> list[str]:
    problems: list[str] = []
    for defect in defects:
        try:
            count = defect.count(loaded)
        except (LookupError, ValueError, TypeError, AttributeError):
            # Content so odd that it cannot be counted is a finding, not a crash.
            problems.append(
                f"{thing} is not such that the injected defect '{defect.name}' could be "
                f"counted; {_WAY_OUT}."
            )
            continue
        if not defect.least <= count <= defect.most:
            problems.append(
                f"{thing} has {count:,} of the injected defect '{defect.name}' instead of "
                f"{defect.expected}; {_WAY_OUT}."
            )
    return problems


def _file_problems(relatives: tuple[str, ...], data: Path, sums: dict[str, str]) -> list[str]:
    """Return what is wrong with the files as such: absent, or not the listed ones."""
    problems: list[str] = []
    for relative in relatives:
        path, thing = data / relative, f"data/{relative}"
        if not path.is_file():
            problems.append(f"{thing} is missing; {_WAY_OUT}.")
        elif sums and sha256_of(path) != sums.get(relative):
            problems.append(f"{thing} is not the file listed in data/{SUMS_NAME}; {_WAY_OUT}.")
    return problems


def table_problems(
    connection: Any, spec: TableSpec, data: Path, sums: dict[str, str], loaded: dict[str, Any]
) -> list[str]:
    """Return what is wrong with a table; put it into `loaded` when its shape is right."""
    problems = _file_problems(spec.relatives, data, sums)
    paths = [data / relative for relative in spec.relatives]
    if not all(path.is_file() for path in paths):
        return problems
    wrong_shape: list[str] = []
    for path, relative in zip(paths, spec.relatives, strict=True):
        try:
            found = read_schema(connection, path)
        except duckdb.Error:
            return [*problems, f"data/{relative} cannot be read as Parquet; {_WAY_OUT}."]
        wrong_shape += _shape_problems(spec, f"data/{relative}", found)
    if wrong_shape:
        return problems + wrong_shape
    try:
        many = bool(spec.parts)
        frame = read_parts(connection, paths) if many else read_frame(connection, paths[0])
    except duckdb.Error:
        return [*problems, f"{spec.thing} cannot be read as Parquet; {_WAY_OUT}."]
    loaded[spec.name] = frame
    return problems + _content_problems(spec, frame)


def _asset_problems(
    recipe: AssetRecipe, data: Path, sums: dict[str, str], loaded: dict[str, Any]
) -> list[str]:
    """Return what is wrong with data that is no table; put it into `loaded` when it reads."""
    spec = recipe.spec
    problems = _file_problems(spec.relatives, data, sums)
    paths = [data / relative for relative in spec.relatives]
    if not all(path.is_file() for path in paths):
        return problems
    thing = f"data/{spec.relatives[0]}" if len(paths) == 1 else f"data/world/{spec.name}"
    files = {name: path.read_bytes() for name, path in zip(spec.files, paths, strict=True)}
    try:
        found = recipe.load(files)
        entries = recipe.count(found)
        defects = _defect_problems(thing, spec.defects, found)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, yaml.YAMLError):
        return [*problems, f"{thing} cannot be read; {_WAY_OUT}."]
    loaded[spec.name] = found
    if entries != spec.entries:
        problems.append(f"{thing} has {entries:,} entries instead of {spec.entries:,}; {_WAY_OUT}.")
    return problems + defects


def _list_problems(data: Path, sums: dict[str, str]) -> list[str]:
    """Return what is wrong with the list itself, the dictionary, and stray files."""
    problems: list[str] = []
    listed = set(sums) - set(built_files()) - dict(real_files()).keys()
    problems += [
        f"data/{SUMS_NAME} lists {name}, which is no data file of the course; {_WAY_OUT}."
        for name in sorted(listed)
    ]
    problems += [
        f"data/{SUMS_NAME} does not list data/{name} with its published sum; {_WAY_OUT}."
        for name, digest in real_files()
        if sums and sums.get(name) != digest
    ]
    known = set(built_files())
    present = (p for p in (data / "world").rglob("*") if not p.is_dir())
    problems += [
        f"data/{stray} is no table of the world; delete it."
        for stray in sorted(p.relative_to(data).as_posix() for p in present)
        if stray not in known
    ]
    problems += [
        f"data/{rest.name} was left by a build that was cut short; delete it."
        for rest in sorted(data.glob(f"{STAGING_PREFIX}*"))
    ]
    page = data / DICTIONARY_NAME
    right = dictionary_text(tables(), assets()).encode()
    if not page.is_file() or page.read_bytes() != right:
        problems.append(f"data/{DICTIONARY_NAME} does not match the declarations; {_WAY_OUT}.")
    return problems


def verify_data(home: Path | None = None) -> VerifyReport:
    """Compare data/ with its checksums and declarations; nothing is changed.

    Looked at are: each table's file, checksum, columns and types, rows, NULLs and the
    count of every injected defect; whether the tables show what `incidents` tells; each
    file of data/real against its published sum; the list data/SHA256SUMS and the
    dictionary data/README.md.

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
    loaded: dict[str, Any] = {}
    with connect() as connection:
        for spec in tables():
            problems += table_problems(connection, spec, data, sums, loaded)
    for recipe in ASSETS:
        problems += _asset_problems(recipe, data, sums, loaded)
    # The story is told of sound tables only: one thing is not reported twice.
    if not problems:
        problems += story_problems(loaded)
    problems += real_problems(data)
    problems += _list_problems(data, sums)
    files = [*built_files(), *(name for name, _ in real_files())]
    return VerifyReport(files=files, problems=problems)
