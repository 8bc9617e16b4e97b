"""SQL answers by rule G9: one statement on a seeded in-memory DuckDB, with a diagnosis."""

from __future__ import annotations

import re
import threading
import types
import warnings
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from orbitlab.checks.equality import Tolerance, difference
from orbitlab.checks.operations import shorten
from orbitlab.checks.verdicts import Mismatch, OverLimit

MEMORY_LIMIT = "1GB"
LIMIT_S = 10.0
# These say what the statement is, not what the data is, so they may be shown for hidden fixtures.
_ABOUT_THE_TEXT = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


class Database:
    """A throwaway DuckDB that runs one learner statement at a time (rule G9).

    Parameters
    ----------
    schema: str
        CREATE TABLE statements, with constraints where the contract names them.
    rows: mapping of table name to DataFrame
        The fixture; columns are matched by name.

    It has no file, network, extension or Python access, a memory limit and a locked
    configuration; the time zone is UTC and `date_bin(step, ts, origin)` is defined.
    """

    def __init__(self, schema: str, rows: Mapping[str, pd.DataFrame]) -> None:
        self._con = duckdb.connect(
            ":memory:", config={"memory_limit": MEMORY_LIMIT, "threads": "1"}
        )
        self._con.execute("SET TimeZone='UTC'")
        self._con.execute("CREATE MACRO date_bin(s,t,o) AS time_bucket(s,t,o)")
        self._con.execute(schema)
        for table, frame in rows.items():
            self.replace(table, frame)
        for setting in ("enable_external_access", "python_enable_replacements"):
            self._con.execute(f"SET {setting}=false")
        self._con.execute("SET lock_configuration=true")

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        self._con.close()

    def replace(self, table: str, frame: pd.DataFrame) -> None:
        """Put the rows of `frame` in place of those of `table`."""
        self._con.execute(f'DELETE FROM "{table}"')
        if frame.empty:
            return
        names = ", ".join(f'"{c}"' for c in frame.columns)
        self._con.register("incoming", frame)
        self._con.execute(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM incoming')
        self._con.unregister("incoming")

    def read(self, table: str) -> pd.DataFrame:
        """Return all rows of `table`, ordered by all columns."""
        return self._fetched(self._con.execute(f'SELECT * FROM "{table}" ORDER BY ALL'))

    def run(self, sql: Any, as_of: datetime | None = None) -> pd.DataFrame:
        """Run the answer's one statement, `$as_of` bound if given, and return its rows.

        Raises
        ------
        Mismatch
            If it is no str, not one statement, not valid SQL here, does not use `$as_of` though
            one is given, or uses another parameter.
        OverLimit
            After 10 s.
        """
        statement = self._one_statement(sql)
        wanted = set() if as_of is None else {"as_of"}
        used = set(statement.named_parameters)
        if wanted - used:
            raise Mismatch("the statement does not use $as_of")
        if used - wanted:
            raise Mismatch(
                f"the statement uses a parameter that is not given: ${min(used - wanted)}"
            )
        parameters = {"as_of": as_of} if as_of is not None else {}
        watchdog = threading.Timer(LIMIT_S, self._con.interrupt)
        watchdog.start()
        try:
            return self._fetched(self._con.execute(statement, parameters))
        except duckdb.InterruptException as error:
            raise OverLimit(LIMIT_S) from error
        except _ABOUT_THE_TEXT as error:
            raise Mismatch(_diagnosis(error, sql)) from error
        except duckdb.Error as error:
            finding = f"the statement stopped with a {type(error).__name__}"
            raise Mismatch(finding, got=str(error)) from error
        finally:
            watchdog.cancel()

    def _one_statement(self, sql: Any) -> Any:
        if not isinstance(sql, str):
            kind = type(sql).__name__
            raise Mismatch(f"{kind} where a str with one SQL statement is expected")
        try:
            statements = self._con.extract_statements(sql)
        except duckdb.Error as error:
            raise Mismatch(_diagnosis(error, sql)) from error
        if len(statements) != 1:
            raise Mismatch(f"{len(statements)} statements where exactly one is expected")
        return statements[0]

    def _fetched(self, result: Any) -> pd.DataFrame:
        columns = result.description or []
        with warnings.catch_warnings():
            # duckdb 2 builds frames in a way that pandas 3 announces to change.
            warnings.simplefilter("ignore")
            frame: pd.DataFrame = result.df()
        for i, (name, kind, *_) in enumerate(columns):
            # A sum of integers is a HUGEINT, which arrives as float though it is an int.
            if str(kind) == "HUGEINT" and not frame[name].isna().any():
                frame.isetitem(i, frame[name].astype(np.int64))
        return frame


def expect_rows(
    sql: Any,
    schema: str,
    rows: Mapping[str, pd.DataFrame],
    expected: pd.DataFrame,
    *,
    as_of: datetime | None = None,
    tolerance: Tolerance | None = None,
) -> None:
    """Run `sql` on a fresh `Database` and compare its rows with `expected` in order.

    Raises
    ------
    Mismatch
        With a diagnosis: missing or surplus column, column order, number of rows, right rows in
        the wrong order, dtype family, values.
    """
    with Database(schema, rows) as database:
        got = database.run(sql, as_of)
    found = difference(expected, got, tolerance)
    if found:
        call = "\n\n".join(f"{name}:\n{shorten(frame)}" for name, frame in rows.items())
        if as_of is not None:
            call += f"\n\n$as_of = {as_of.isoformat()}"
        raise Mismatch(found.finding, call=call, expected=shorten(expected), got=shorten(got))


def _diagnosis(error: duckdb.Error, sql: str) -> str:
    text = str(error)
    first = text.splitlines()[0]
    near = re.search(r'at or near "(.*?)"', first)
    line = re.search(r"^LINE (\d+): (.*)$", text, re.MULTILINE)
    caret = re.search(r"^( *)\^", text, re.MULTILINE)
    if line is None or caret is None:
        return first
    shown = line.group(0)
    column = len(caret.group(1)) - (len(shown) - len(line.group(2))) + 1
    source = sql.splitlines()[int(line.group(1)) - 1]
    if line.group(2).startswith("...") and near:
        column = source.find(near.group(1)) + 1
    return f"{first} (line {line.group(1)}, column {max(column, 1)})"
