"""Loading one table of the world, or one of the things that are no table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from .catalogue import ASSETS, tables
from .checksums import checked_path
from .errors import BUILD_COMMAND, UnknownTable
from .home import home
from .parquet import connect, read_frame, read_parts
from .scene_arrays import Scenes


def table(name: str) -> pd.DataFrame:
    """Return a table of the world as a fresh DataFrame, rows in file order.

    Times come as datetime64[us, UTC], NULL as NaN, text as str. A table in several files
    (raw_health) has their names in front, as the column file.

    Raises
    ------
    UnknownTable
        no table has that name.
    DataMissing
        data/world/<name>.parquet or data/SHA256SUMS is absent.
    DataAltered
        the file is not the one listed in data/SHA256SUMS.
    HomeNotFound
        the folder of the course was not found.
    """
    known = {spec.name: spec for spec in tables()}
    if name not in known:
        raise UnknownTable(name, sorted(known))
    paths = [_checked(relative) for relative in known[name].relatives]
    with connect() as connection:
        if known[name].parts:
            return read_parts(connection, paths)
        return read_frame(connection, paths[0])


def raw_health() -> dict[str, pd.DataFrame]:
    """Return the 56 files of the table raw_health as {"raw/<file>": fresh DataFrame}.

    The keys are those of an object store (`store.Store.holding` takes them as they are),
    sorted. Two of the files are the same byte for byte.

    Raises
    ------
    DataMissing, DataAltered, HomeNotFound
        as for `table`.
    """
    spec = next(spec for spec in tables() if spec.name == "raw_health")
    with connect() as connection:
        return {
            f"raw/{part}": read_frame(connection, _checked(relative))
            for part, relative in sorted(zip(spec.parts, spec.relatives, strict=True))
        }


def scenes() -> Scenes:
    """Return the twelve labelled scenes as arrays; see `Scenes`.

    Raises
    ------
    DataMissing, DataAltered, HomeNotFound
        as for `table`.
    """
    found: Scenes = _asset("scenes")
    return found


def host_bundles() -> dict[str, dict[str, str]]:
    """Return what was captured over SSH: {host: {df_P, df_Pi, dmesg, chronyc, fd: text}}.

    Raises
    ------
    DataMissing, DataAltered, HomeNotFound
        as for `table`.
    """
    found: dict[str, dict[str, str]] = _asset("host_bundles")
    return found


def plans() -> dict[str, dict[str, Any]]:
    """Return four query plans: {name: the "Plan" of EXPLAIN (ANALYZE, FORMAT JSON)}.

    Raises
    ------
    DataMissing, DataAltered, HomeNotFound
        as for `table`.
    """
    found: dict[str, dict[str, Any]] = _asset("plans")
    return found


def manifests() -> dict[str, str]:
    """Return six Kubernetes manifests under review: {name: YAML text of several documents}.

    Raises
    ------
    DataMissing, DataAltered, HomeNotFound
        as for `table`.
    """
    found: dict[str, str] = _asset("manifests")
    return found


def _checked(relative: str) -> Path:
    return checked_path(home() / "data", relative, f"data/{relative}", BUILD_COMMAND)


def _asset(name: str) -> Any:
    recipe = next(recipe for recipe in ASSETS if recipe.spec.name == name)
    files = zip(recipe.spec.files, recipe.spec.relatives, strict=True)
    return recipe.load({file: _checked(relative).read_bytes() for file, relative in files})
