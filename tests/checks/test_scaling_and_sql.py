"""G6 and G9: growth as a ratio, SQL with a diagnosis."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from orbitlab.checks import Database, Mismatch, expect_rows, expect_scaling
from orbitlab.checks.verdicts import OverLimit

SCHEMA = "CREATE TABLE t (k BIGINT, seen TIMESTAMPTZ, v DOUBLE)"
ROWS = pd.DataFrame(
    {
        "k": [1, 2, 2],
        "seen": pd.to_datetime(["2026-01-05", "2026-01-06", "2026-01-07"], utc=True),
        "v": [1.0, 2.0, None],
    }
)
AS_OF = datetime(2026, 1, 6, 12, tzinfo=UTC)
EXPECTED = pd.DataFrame({"k": [1, 2], "n": [1, 1]})
RIGHT = "SELECT k, count(*) AS n FROM t WHERE seen <= $as_of GROUP BY k ORDER BY k;"


def finding(sql):
    with pytest.raises(Mismatch) as caught:
        expect_rows(sql, SCHEMA, {"t": ROWS}, EXPECTED, as_of=AS_OF)
    return caught.value.finding


def test_a_right_statement_passes():
    expect_rows(RIGHT, SCHEMA, {"t": ROWS}, EXPECTED, as_of=AS_OF)


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        (RIGHT.replace(" AS n", " AS m"), "column n is missing"),
        (RIGHT.replace("ORDER BY k", "ORDER BY k DESC"), "the right rows in the wrong order"),
        (RIGHT.replace("<= $as_of", "< $as_of AND k = 1"), "too few rows"),
        (RIGHT.replace("count(*)", "count(*)::DOUBLE"), "column n is float, not int"),
        (RIGHT.replace("$as_of", "now()"), "the statement does not use $as_of"),
        (RIGHT.replace("$as_of", "$as_of AND $b"), "a parameter that is not given: $b"),
        (RIGHT + "SELECT 1", "2 statements where exactly one is expected"),
        ("", "0 statements"),
        ("SELECT k FROM t WHERE seen <= $as_of ORDER k", "syntax error"),
        ("SELECT nope FROM t WHERE seen <= $as_of", '"nope" not found'),
        (None, "NoneType where a str"),
        ("SELECT * FROM read_csv('/etc/passwd') WHERE $as_of IS NULL", "stopped with"),
    ],
)
def test_a_wrong_statement_gets_a_diagnosis(sql, words):
    assert words in finding(sql)


def test_a_syntax_error_comes_with_its_position():
    sql = "SELECT k,\n  count(*)\nFRO t WHERE seen <= $as_of"
    assert "(line 3, column 5)" in finding(sql)


def test_python_objects_are_out_of_reach():
    secret = pd.DataFrame({"k": [1]})
    with Database(SCHEMA, {"t": ROWS}) as db, pytest.raises(Mismatch):
        db.run("SELECT * FROM secret")
    assert len(secret) == 1


def test_a_database_is_refilled_and_read():
    with Database(SCHEMA, {"t": ROWS}) as db:
        db.run("DELETE FROM t WHERE k = 2")
        assert len(db.read("t")) == 1
        db.replace("t", ROWS.iloc[1:])
        assert list(db.read("t").k) == [2, 2]
        db.replace("t", ROWS.iloc[:0])
        assert db.read("t").empty


def test_sums_of_integers_are_integers():
    with Database(SCHEMA, {"t": ROWS}) as db:
        assert db.run("SELECT sum(k) AS s FROM t").s.dtype == np.int64


def test_date_bin_and_utc_are_there():
    with Database(SCHEMA, {"t": ROWS}) as db:
        origin = "TIMESTAMPTZ '1970-01-01 00:00:00+00'"
        sql = f"SELECT date_bin(INTERVAL '1 day', seen, {origin}) AS d FROM t"
        assert str(db.run(sql).d.dtype).endswith("UTC]")


def test_an_endless_statement_is_stopped(monkeypatch):
    monkeypatch.setattr("orbitlab.checks.sql.LIMIT_S", 0.3)
    sql = "SELECT count(*) FROM range(10000000) a, range(10000000) b"
    with Database(SCHEMA, {"t": ROWS}) as db, pytest.raises(OverLimit):
        db.run(sql)


def make(n, seed):
    return (np.random.default_rng(seed).integers(0, 10, n).tolist(),)


def linear(items):
    total = 0
    for x in items:
        total += x
    return total


def quadratic(items):
    total = 0
    for i in range(len(items)):
        for j in range(len(items)):
            total += i == j
    return sum(items) + total - len(items)


def test_linear_growth_passes():
    expect_scaling(linear, make, 200_000, sum)


def test_quadratic_growth_fails():
    with pytest.raises(Mismatch, match="slow"):
        expect_scaling(quadratic, make, 300, linear)


def test_a_wrong_result_on_a_large_input_fails():
    with pytest.raises(Mismatch, match="wrong result"):
        expect_scaling(lambda items: 0, make, 1000, sum)
