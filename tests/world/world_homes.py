"""Homes with data, and ways to spoil them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa

from orbitlab.world.checksums import read_sums, sha256_of, sums_text

REPO = Path(__file__).resolve().parents[2]


def _copy(source: str, target: str) -> str:
    # Hundreds of pictures that no test changes: links cost nothing.
    if source.endswith(".jpg"):
        try:
            os.link(source, target)
        except OSError:
            return str(shutil.copy2(source, target))
        return target
    return str(shutil.copy2(source, target))


def copy_home(source: Path, target: Path) -> None:
    """Copy a home, or a part of one, for a test to spoil."""
    shutil.copytree(source, target, copy_function=_copy)


def new_home(folder: Path) -> Path:
    """Make a home whose data/real is the repository's and whose data/world is not built."""
    copy_home(REPO / "data" / "real", folder / "data" / "real")
    return folder


def relist(home: Path, relative: str) -> None:
    """List the file as it now is, so that only its content can be found wanting."""
    data = home / "data"
    sums = read_sums(data)
    sums[relative] = sha256_of(data / relative)
    (data / "SHA256SUMS").write_text(sums_text(sums), encoding="utf-8")


def doctor(home: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    """Replace a table by a changed version of itself and list it as if it were right."""
    path = home / "data" / "world" / f"{name}.parquet"
    with duckdb.connect() as con:
        con.execute("SET TimeZone='UTC'")
        frame = con.execute(f"SELECT * FROM read_parquet('{path}')").df()
        con.register("changed", pa.Table.from_pandas(change(frame), preserve_index=False))
        con.execute(f"COPY changed TO '{path}' (FORMAT parquet)")
    relist(home, f"world/{name}.parquet")
