"""A throwaway PostgreSQL, where one is installed: the same SQL text on a second engine."""

from __future__ import annotations

import io
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import weakref
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from orbitlab.errors import OrbitlabError

START_S = 30.0
STOP_S = 10.0
LIMIT = "10s"
ROLE = "orbitlab"
_NULL = "\\N"
_MARK = "-- rows --"
_PREPARABLE = {"SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE"}
# What must be left alone when $as_of is bound: strings, quoted names and comments.
_OPAQUE = r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/"
_AS_OF = re.compile(rf"({_OPAQUE})|\$as_of\b", re.DOTALL)
_FIRST_WORD = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(\w+).*", re.DOTALL)


class PostgresMissing(OrbitlabError):
    """No PostgreSQL server is installed here; `tool` is the program that was not found."""

    def __init__(self, tool: str) -> None:
        super().__init__(tool)
        self.tool = tool

    def __str__(self) -> str:
        return (
            f"PostgreSQL is not installed here ({self.tool} was not found); install it "
            "(Debian: apt install postgresql) to run the same SQL on a second engine."
        )


class PostgresFailed(OrbitlabError):
    """PostgreSQL refused something; `step` is what was asked, `message` its own first words."""

    def __init__(self, step: str, output: str) -> None:
        found = re.search(r"(?:ERROR|FATAL|error):\s*(.*)", output)
        self.step = step
        self.message = found[1].strip() if found else (output.strip().splitlines() or [""])[-1]
        super().__init__(step, self.message)

    def __str__(self) -> str:
        return f"PostgreSQL could not {self.step}: {self.message}"


class Postgres:
    """A PostgreSQL of its own with the same verbs as `Database`; nothing is translated.

    Parameters
    ----------
    schema: str
        CREATE TABLE statements.
    rows: mapping of table name to DataFrame
        Rows to start with; columns are matched by name, NaN and NaT become NULL.

    It lives in a temporary folder, listens on a unix socket in there and nowhere else, runs as an
    unprivileged user when started by root, and is stopped and removed on leaving the `with` block,
    when the object goes, or when Python exits. The time zone is UTC, the collation C.

    Attributes
    ----------
    version: str
        As the server prints it, such as "15.18".

    Raises
    ------
    PostgresMissing
        If no server is installed; `Postgres.available()` asks first.
    PostgresFailed
        If the server does not start, or refuses the schema or the rows.
    """

    def __init__(self, schema: str, rows: Mapping[str, pd.DataFrame]) -> None:
        self._tools = _find()
        self._server_user, self._server_group = _unprivileged()
        # The path of a unix socket holds about 100 bytes, and the server's user must reach it.
        parent = "/tmp" if self._server_user else None
        self._folder = Path(tempfile.mkdtemp(prefix="orbitlab-pg-", dir=parent))
        self._finish = weakref.finalize(self, _discard, self._folder)
        try:
            self._start()
            self._psql(["-c", schema], "create the tables")
            for table, frame in rows.items():
                self.replace(table, frame)
            self.version = str(self.run("SHOW server_version").iloc[0, 0]).split()[0]
        except BaseException:
            self.close()
            raise

    @staticmethod
    def available() -> bool:
        """Return whether a server and its client are installed."""
        try:
            return bool(_find())
        except PostgresMissing:
            return False

    def __enter__(self) -> Postgres:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server and remove its folder; closing twice does no harm."""
        self._finish()

    def replace(self, table: str, frame: pd.DataFrame) -> None:
        """Put the rows of `frame` in place of those of `table`."""
        self._psql(["-c", f'TRUNCATE "{table}"'], f"empty {table}")
        if frame.empty:
            return
        names = ", ".join(f'"{c}"' for c in frame.columns)
        copy = f"COPY \"{table}\" ({names}) FROM STDIN (FORMAT csv, NULL '{_NULL}')"
        text = frame.to_csv(index=False, header=False, na_rep=_NULL)
        self._psql(["-c", copy], f"load {table}", text)

    def read(self, table: str) -> pd.DataFrame:
        """Return all rows of `table`, ordered by all columns."""
        width = self.run(f'SELECT * FROM "{table}" LIMIT 0').shape[1]
        places = ", ".join(str(i) for i in range(1, width + 1))
        return self.run(f'SELECT * FROM "{table}" ORDER BY {places}')

    def run(self, sql: str, as_of: datetime | None = None) -> pd.DataFrame:
        """Run one statement, `$as_of` bound if given, and return its rows.

        Integers, floats, booleans, times and text come back as `Database.run` gives them; other
        types, and what cannot be prepared (EXPLAIN, SHOW), come back as text.

        Raises
        ------
        PostgresFailed
            With the server's own message.
        """
        statement = sql.strip().removesuffix(";")
        if _FIRST_WORD.sub(r"\1", statement, count=1).upper() not in _PREPARABLE:
            return _frame(self._psql(["-c", f"\n{statement}"], "run the statement"), {})
        bound = _AS_OF.sub(lambda m: m[1] or "$1", statement)
        given = "" if as_of is None else "(timestamptz)"
        value = "" if as_of is None else f"('{as_of.isoformat()}')"
        # The statement goes in by -c, where psql reads no backslash and no variable of its own.
        execute = f"EXECUTE answer{value}"
        script = f"{execute} \\gdesc\n\\echo '{_MARK}'\n{execute};\n"
        prepare = f"PREPARE answer{given} AS {bound}"
        output = self._psql(["-c", prepare, "-f", "-"], "run the statement", script)
        described, _, rows = output.partition(f"{_MARK}\n")
        return _frame(rows, _types(described))

    def _start(self) -> None:
        data = self._folder / "data"
        if self._server_user:
            shutil.chown(self._folder, self._server_user)
        options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        command = [self._tools["initdb"], "-D", str(data), "-U", ROLE, *options]
        made = subprocess.run(
            command, capture_output=True, text=True, check=False, **self._as_server()
        )
        if made.returncode:
            raise PostgresFailed("set up its folder", made.stderr)
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "timezone": "UTC",
            "fsync": "off",
            "statement_timeout": LIMIT,
        }
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = self._folder / "log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [self._tools["postgres"], "-D", str(data), *flags],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,  # so that Ctrl-C in the notebook does not reach it
                **self._as_server(),
            )
        self._finish.detach()
        self._finish = weakref.finalize(self, _discard, self._folder, self._process)
        deadline = time.monotonic() + START_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PostgresFailed("start", log.read_text(errors="replace"))
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return bool(self._psql(["-c", "SELECT 1"], "answer"))
        except PostgresFailed:
            return False

    def _as_server(self) -> dict[str, Any]:
        env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        where: dict[str, Any] = {"env": env, "cwd": self._folder}
        if self._server_user:
            where |= {"user": self._server_user, "group": self._server_group, "extra_groups": []}
        return where

    def _psql(self, arguments: Sequence[str], step: str, given: str = "") -> str:
        command = [self._tools["psql"], "-X", "-q", "--csv", "-v", "ON_ERROR_STOP=1"]
        command += ["-P", f"null={_NULL}", "-h", str(self._folder), "-U", ROLE, "-d", "postgres"]
        done = subprocess.run(
            [*command, *arguments],
            input=given,
            capture_output=True,
            encoding="utf-8",
            check=False,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGTZ": "UTC"},
        )
        if done.returncode:
            raise PostgresFailed(step, done.stderr)
        return done.stdout


def _find() -> dict[str, str]:
    def version(folder: Path) -> int:
        return int(folder.parent.name) if folder.parent.name.isdigit() else 0

    homes = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    path = os.pathsep.join([*map(str, homes), os.environ.get("PATH", os.defpath)])
    found: dict[str, str] = {}
    for tool in ("initdb", "postgres", "psql"):
        place = shutil.which(tool, path=path)
        if place is None:
            raise PostgresMissing(tool)
        found[tool] = place
    return found


def _unprivileged() -> tuple[str | None, int | None]:
    """Return user and group that the server runs as when root starts it; it refuses root itself."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None, None
    import pwd  # here, for Windows has none

    users = {user.pw_name: user.pw_gid for user in pwd.getpwall()}
    name = "postgres" if "postgres" in users else "nobody"
    return name, users[name]


def _discard(folder: Path, process: subprocess.Popen[bytes] | None = None) -> None:
    if process is not None and process.poll() is None:
        process.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait(STOP_S)
    shutil.rmtree(folder, ignore_errors=True)


def _types(described: str) -> dict[str, str]:
    if not described.startswith("Column,"):
        return {}
    table = pd.read_csv(io.StringIO(described), dtype="str", keep_default_na=False)
    return dict(zip(table["Column"], table["Type"], strict=True))


def _frame(rows: str, kinds: Mapping[str, str]) -> pd.DataFrame:
    if not rows.strip():
        return pd.DataFrame()
    # A row of one empty text is a blank line.
    options: Any = {"keep_default_na": False, "na_values": [_NULL], "skip_blank_lines": False}
    frame = pd.read_csv(io.StringIO(rows), dtype="str", **options)
    for name, kind in kinds.items():
        frame[name] = _column(frame[name], kind)
    return frame


def _column(text: pd.Series, kind: str) -> pd.Series:
    if kind in ("smallint", "integer", "bigint"):
        return text.astype("float64" if text.isna().any() else "int64")
    if kind.startswith(("real", "double precision", "numeric")):
        return text.astype("float64")
    if kind == "boolean":
        return text.map({"t": True, "f": False}).astype("object" if text.isna().any() else "bool")
    if kind.startswith("timestamp"):
        utc = kind.endswith("with time zone")
        return pd.to_datetime(text, format="ISO8601", utc=utc).dt.as_unit("us")
    return text
