"""Both engines give the same rows to the same SQL text, and the server leaves nothing behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jupytext
import numpy as np
import pandas as pd
import pytest

from orbitlab.checks import Database, difference
from orbitlab.checks import postgres as module
from orbitlab.checks.postgres import Postgres, PostgresFailed, PostgresMissing

CHAPTER = "10_sql_and_databases"
AS_OF = datetime(2026, 1, 5, 14, 7, 30, tzinfo=UTC)
VERSION = """terminal_id BIGINT NOT NULL, sample_ts TIMESTAMPTZ NOT NULL,
    ingested_at TIMESTAMPTZ NOT NULL, ingest_id BIGINT NOT NULL, downlink_mbps DOUBLE PRECISION"""
TELEMETRY = f"CREATE TABLE terminal_telemetry ({VERSION})"
HEARTBEATS = "CREATE TABLE heartbeats (gateway_id TEXT NOT NULL, beat_ts TIMESTAMPTZ NOT NULL)"
UPSERT = f"""CREATE TABLE latest ({VERSION}, PRIMARY KEY (terminal_id, sample_ts));
CREATE TABLE staging ({VERSION})"""
THINGS = """CREATE TABLE things (i INTEGER, b BIGINT, f DOUBLE PRECISION, t TIMESTAMPTZ,
    s TEXT, yes BOOLEAN)"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """One server with all tables; a test that reads a table first replaces its rows."""
    require_server()
    with Postgres(f"{TELEMETRY}; {HEARTBEATS}; {UPSERT}; {THINGS}", {}) as running:
        yield running


def require_server() -> None:
    if Postgres.available():
        return
    if os.environ.get("ORBITLAB_REQUIRE") == "all":
        pytest.fail("PostgreSQL is not installed, and ORBITLAB_REQUIRE=all allows no skip")
    pytest.skip("PostgreSQL is not installed")


def reference(repository: Path, exercise: str, name: str) -> str:
    """Return the reference statement of an exercise, read from its master."""
    notebook = jupytext.read(repository / "source" / CHAPTER / f"{CHAPTER}.py")
    cell = next(
        c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == exercise
    )
    names: dict[str, object] = {}
    exec(cell.source, names)
    return str(names[name])


def telemetry(seed: int, rows: int = 3000) -> pd.DataFrame:
    """Return messages around AS_OF with repeats, ties, retractions, late and future rows."""
    dice = np.random.default_rng(seed)
    sample = pd.Timestamp(AS_OF) + pd.to_timedelta(10 * dice.integers(-400, 40, rows), unit="s")
    delay = dice.choice([0, 1, 1, 60, 1800, -900], rows)
    value = dice.integers(0, 3000, rows) / 10
    value[dice.random(rows) < 0.15] = np.nan
    return pd.DataFrame(
        {
            "terminal_id": dice.choice([7, 101, 1001, 1002], rows),
            "sample_ts": sample.as_unit("us"),
            "ingested_at": (sample + pd.to_timedelta(delay, unit="s")).as_unit("us"),
            "ingest_id": dice.permutation(rows) + 1,
            "downlink_mbps": value,
        }
    )


def beats(seed: int) -> pd.DataFrame:
    """Return heartbeats around AS_OF with repeats, losses, a dead tail and future beats."""
    dice = np.random.default_rng(seed)
    parts = []
    for number, gateway in enumerate(["NO0", "SO0", "IS0", "IS10"]):
        steps = dice.choice([30, 30, 30, 30, 60, 90, 91, 120, 400], 120)
        seconds = np.cumsum(steps) - 5000 if number else np.cumsum(steps[:40]) - 5000
        moments = pd.Timestamp(AS_OF) + pd.to_timedelta(seconds, unit="s")
        parts.append(pd.DataFrame({"gateway_id": gateway, "beat_ts": moments.as_unit("us")}))
    frame = pd.concat([*parts, parts[1].iloc[::3]], ignore_index=True)
    return frame.sample(frac=1.0, random_state=seed, ignore_index=True)


@pytest.mark.parametrize("seed", [1, 2])
def test_engines_agree_on_p95(repository: Path, server: Postgres, seed: int) -> None:
    sql = reference(repository, "q10-dedupe-p95", "P95_SQL")
    rows = {"terminal_telemetry": telemetry(seed)}
    server.replace("terminal_telemetry", rows["terminal_telemetry"])
    with Database(TELEMETRY, rows) as duck:
        expected, got = duck.run(sql, AS_OF), server.run(sql, AS_OF)
    assert len(expected) > 40
    assert difference(expected, got) is None


@pytest.mark.parametrize("seed", [1, 2])
def test_engines_agree_on_outages(repository: Path, server: Postgres, seed: int) -> None:
    sql = reference(repository, "q10-outages", "OUTAGES_SQL")
    rows = {"heartbeats": beats(seed)}
    server.replace("heartbeats", rows["heartbeats"])
    with Database(HEARTBEATS, rows) as duck:
        expected, got = duck.run(sql, AS_OF), server.run(sql, AS_OF)
    assert len(expected) > 10
    assert expected["outage_end"].isna().any()
    assert difference(expected, got) is None


@pytest.mark.parametrize("seed", [1, 2])
def test_engines_agree_on_upsert(repository: Path, server: Postgres, seed: int) -> None:
    sql = reference(repository, "q10-upsert", "UPSERT_SQL")
    versions = telemetry(seed, rows=600)
    versions["sample_ts"] = versions["sample_ts"].dt.floor("10min")
    batches = [versions.iloc[i : i + 150] for i in (450, 0, 300, 150, 0)]
    server.replace("latest", versions.iloc[:0])
    with Database(UPSERT, {}) as duck:
        for batch in batches:
            for engine in (duck, server):
                engine.replace("staging", batch)
                engine.run(sql)
        expected, got = duck.read("latest"), server.read("latest")
    assert 20 < len(expected) < 600
    assert difference(expected, got) is None


def test_postgres_refuses_what_duckdb_swallows(server: Postgres) -> None:
    twice = telemetry(3, rows=2).assign(terminal_id=7, sample_ts=pd.Timestamp(AS_OF))
    naive = """INSERT INTO latest SELECT * FROM staging
        ON CONFLICT (terminal_id, sample_ts) DO UPDATE SET downlink_mbps = excluded.downlink_mbps"""
    with Database(UPSERT, {"staging": twice}) as duck:
        duck.run(naive)
        assert len(duck.read("latest")) == 1
    server.replace("staging", twice)
    server.replace("latest", twice.iloc[:0])
    with pytest.raises(PostgresFailed, match="affect row a second time") as refused:
        server.run(naive)
    assert refused.value.step == "run the statement"
    assert server.read("latest").empty


# Measured on PostgreSQL 15.18; each pair is a statement and what it gives.
FACTS = [
    (
        "SELECT date_bin('15 min', timestamp '2022-03-24 04:30:00', "
        "timestamp '2022-03-24 05:15:00') AS x",
        pd.Timestamp("2022-03-24 04:30:00"),
    ),
    (
        "SELECT date_bin('5 minutes', timestamptz '2026-03-29 01:59:59+01', "
        "timestamptz '1970-01-01 00:00:00+00') AS x",
        pd.Timestamp("2026-03-29 00:55:00+00"),
    ),
    (
        "SELECT date_bin('5 minutes', timestamp '1969-12-31 23:57:30', "
        "timestamp '1970-01-01') AS x",
        pd.Timestamp("1969-12-31 23:55:00"),
    ),
    ("SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY a) AS x FROM {1, 3, 5, 7}", 6.7),
    ("SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY a) AS x FROM {1, 3, 5, 7}", 7.0),
    ("SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY a) AS x FROM {1, NULL, 5, 7}", 6.8),
    ("SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) AS x FROM {NULL}", None),
]


def test_facts_hold_on_both_engines(server: Postgres) -> None:
    with Database(THINGS, {}) as duck:
        for text, expected in FACTS:
            head, _, values = text.partition("{")
            rows = ", ".join(f"({v}::double precision)" for v in values.rstrip("}").split(", "))
            sql = f"{head}(VALUES {rows}) AS t(a)" if values else text
            for engine in (duck, server):
                got = engine.run(sql)["x"].iloc[0]
                if expected is None:
                    assert pd.isna(got), text
                elif isinstance(expected, float):
                    assert got == pytest.approx(expected, abs=1e-12), text
                else:
                    assert got == expected, text


def test_percentiles_do_not_skip_nan(server: Postgres) -> None:
    sql = """SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY a) AS x
        FROM (VALUES (1::double precision), (3), (5), (7), ('NaN'::double precision)) AS t(a)"""
    assert np.isnan(server.run(sql)["x"].iloc[0])


def test_as_of_is_bound_and_nothing_else_is_touched(server: Postgres) -> None:
    sql = """-- $as_of in a comment
        /* and $as_of here */
        SELECT '$as_of; it''s text' AS quoted, 1 AS "$as_of", $as_of - INTERVAL '1 hour' AS earlier,
               $as_of = $as_of AS same, $as_of_too AS other"""
    got = server.run(sql.replace(", $as_of_too AS other", "") + ";", AS_OF)
    with pytest.raises(PostgresFailed):
        server.run(sql, AS_OF)
    assert got.iloc[0].tolist() == ["$as_of; it's text", 1, AS_OF - timedelta(hours=1), True]


def test_rows_arrive_as_duckdb_gives_them(server: Postgres) -> None:
    moment = pd.Timestamp("2026-01-05 12:00:00.123456+00")
    things = pd.DataFrame(
        {
            "i": [1, 2],
            "b": [2**60 + 1, -1],
            "f": [0.1 + 0.2, None],
            "t": [moment, pd.NaT],
            "s": ['comma, "quote"\nand line', ""],
            "yes": [True, False],
        }
    )
    server.replace("things", things)
    with Database(THINGS, {"things": things}) as duck:
        expected, got = duck.read("things"), server.read("things")
    assert difference(expected, got) is None
    assert got["b"].tolist() == [2**60 + 1, -1]
    assert server.run("SELECT s FROM things ORDER BY i")["s"].tolist() == things["s"].tolist()
    none = server.run("SELECT * FROM things WHERE i > 5")
    assert none.empty
    assert list(none.columns) == list(things.columns)
    assert "Scan" in server.run("EXPLAIN SELECT * FROM things").iloc[0, 0]
    server.replace("things", things.iloc[:0])
    assert server.read("things").empty


def test_errors_are_one_sentence(server: Postgres) -> None:
    with pytest.raises(PostgresFailed) as refused:
        server.run("SELECT z FROM things")
    assert str(refused.value) == 'PostgreSQL could not run the statement: column "z" does not exist'
    with pytest.raises(PostgresFailed, match="syntax error"):
        server.run("\\! exit 0")
    with pytest.raises(PostgresFailed, match="could not create the tables"):
        Postgres("CREATE TABLE nothing (a NOSUCHTYPE)", {})


def test_nothing_listens_and_nothing_stays() -> None:
    require_server()
    with Postgres("CREATE TABLE nothing (a BIGINT)", {}) as server:
        folder, process = server._folder, server._process
        assert server.run("SHOW listen_addresses").iloc[0, 0] == ""
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert int(server.version.split(".")[0]) >= 14
        if os.geteuid() == 0:
            assert Path(f"/proc/{process.pid}").stat().st_uid != 0
    assert process.poll() is not None
    assert not folder.exists()
    server.close()


def test_a_forgotten_server_goes_with_python() -> None:
    require_server()
    script = (
        "from orbitlab.checks.postgres import Postgres\n"
        "server = Postgres('CREATE TABLE t (a BIGINT)', {})\n"
        "print(server._process.pid, server._folder)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    pid, folder = done.stdout.split()
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_missing_server_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda tool, path: None)
    assert not Postgres.available()
    with pytest.raises(PostgresMissing, match="initdb was not found") as missing:
        Postgres("CREATE TABLE nothing (a BIGINT)", {})
    assert missing.value.tool == "initdb"
