"""Reading and writing Parquet through DuckDB, always in UTC and on one thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from .spec import TableSpec

# Fixed by hand, so that a new default of DuckDB does not change the bytes.
_COPY_OPTIONS = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 9, ROW_GROUP_SIZE 122880"


def connect() -> Any:
    """Return a fresh in-memory DuckDB connection: one thread, time zone UTC.

    Opening one costs about as much as reading a table, so callers keep it for a while.
    """
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("SET TimeZone='UTC'")
    connection.execute("SET preserve_insertion_order=true")
    return connection


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _arrow(values: Any) -> Any:
    """Return one column as an Arrow array; masked elements become NULL."""
    if isinstance(values, np.ma.MaskedArray):
        return pa.array(values.data, mask=np.ma.getmaskarray(values))
    return pa.array(values)


def write_table(connection: Any, spec: TableSpec, values: dict[str, Any], data: Path) -> None:
    """Write the columns of a table as Parquet to its file or files, in the order given.

    Parameters
    ----------
    connection
        from `connect`.
    spec
        names and types; TIMESTAMPTZ columns are given as seconds since 1970.
    values
        {column: array or list of length rows}; with a column file for a table in parts.
    data
        the folder data/; an existing file is replaced.
    """
    source = pa.table({c.name: _arrow(values[c.name]) for c in spec.columns})
    casts = [
        f'to_timestamp("{c.name}") AS "{c.name}"'
        if c.type == "TIMESTAMP WITH TIME ZONE"
        else f'"{c.name}"::{c.type} AS "{c.name}"'
        for c in spec.columns
    ]
    query = f"SELECT {', '.join(casts)} FROM source"
    for relative, rows in _shares(spec, values):
        connection.register("source", source if rows is None else source.take(rows))
        path = data / relative
        path.parent.mkdir(parents=True, exist_ok=True)
        connection.execute(f"COPY ({query}) TO {_quoted(path)} ({_COPY_OPTIONS})")
        connection.unregister("source")


def _shares(spec: TableSpec, values: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield (path, row numbers) of every file; None means all rows."""
    if not spec.parts:
        yield spec.relatives[0], None
        return
    file = np.asarray(values["file"])
    for part, relative in zip(spec.parts, spec.relatives, strict=True):
        yield relative, pa.array(np.flatnonzero(file == part))


def read_frame(connection: Any, path: Path) -> pd.DataFrame:
    """Return a Parquet file as a DataFrame, rows in file order, times in UTC."""
    rows = connection.execute(f"SELECT * FROM read_parquet({_quoted(path)})")
    frame: pd.DataFrame = rows.df()
    return frame


def read_parts(connection: Any, paths: Sequence[Path]) -> pd.DataFrame:
    """Return several Parquet files as one DataFrame, their names in front as the column file."""
    frames = [read_frame(connection, path) for path in paths]
    names = [path.name for path in paths]
    whole = pd.concat(frames, ignore_index=True)
    file = np.repeat(np.array(names), [len(frame) for frame in frames])
    whole.insert(0, "file", pd.Series(file, dtype="str"))
    return whole


def read_schema(connection: Any, path: Path) -> list[tuple[str, str]]:
    """Return (column, DuckDB type) of a Parquet file, in file order."""
    query = f"DESCRIBE SELECT * FROM read_parquet({_quoted(path)})"
    return [(str(row[0]), str(row[1])) for row in connection.execute(query).fetchall()]
