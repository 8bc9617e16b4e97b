# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 10 · SQL and databases
#
# Throughput per terminal looks different on every rerun. Nobody changed the query. The table
# changed under it: messages came late, came twice, and some took back what they had said.
#
# So the chapter fixes meaning first: known as of when, latest version of what, retracted or not,
# and who wins a tie. Then outages out of heartbeats, and merges that survive late and repeated
# batches. Only then speed: what an index can seek, what it merely orders, what a plan really
# spent, and how the table should be cut into partitions.
#
# The guide says (March 2026) that a candidate should expect telemetry with duplicate uplinks, a
# p95 per terminal and five minutes, and one index to go with it. Its own query asks the wall
# clock; ours is told the time, so that a rerun tomorrow gives today's answer.
#
# SQL runs on DuckDB inside this notebook. `date_bin` is defined as in PostgreSQL.

# %% nbgrader={"grade": false, "grade_id": "setup-chapter", "locked": true, "schema_version": 3, "solution": false, "task": false}
# %load_ext orbitlab.checks

# %% nbgrader={"grade": false, "grade_id": "setup-tools", "locked": true, "schema_version": 3, "solution": false, "task": false}
import warnings
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime

import duckdb
import numpy as np
import pandas as pd
from matplotlib import colormaps

from orbitlab.checks import predicted, try_it, your_turn
from orbitlab.desk import COLOURS, canvas, picture
from orbitlab.world import table


def ask(query, as_of=None, **tables):
    """Run one SELECT on DataFrames, named like tables; `$as_of` is bound if it is given."""
    with duckdb.connect() as con, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # duckdb 2 builds frames in a way pandas 3 will change
        con.execute("SET TimeZone='UTC'")
        con.execute("CREATE MACRO date_bin(s, t, o) AS time_bucket(s, t, o)")
        for name, frame in tables.items():
            con.register(name, frame)
        return con.execute(query, None if as_of is None else {"as_of": as_of}).df()


def at(clock):
    """Return a time of day of 2026-01-05 in UTC."""
    return datetime.fromisoformat(f"2026-01-05T{clock}+00:00")


def rows_of(text):
    """Read a table written as text; columns named *_ts or *_at hold times of 2026-01-05, UTC."""
    names, *lines = [line.split() for line in text.strip().splitlines()]
    frame = pd.DataFrame(lines, columns=names).replace("NULL", None)
    for name in names:
        if name.endswith(("_ts", "_at")):
            frame[name] = pd.to_datetime("2026-01-05 " + frame[name], utc=True)
        else:
            frame[name] = pd.to_numeric(frame[name])
    return frame


# %% [markdown]
# ## One table, two numbers
#
# The telemetry of the week holds 2 % resent messages; three in five of them carry a corrected
# value. Below, the p95 of every quarter of an hour is taken twice: over all rows, and over the
# last row of each sample. Few rows differ. Many answers do.

# %%
telemetry = table("terminal_telemetry")
last_rows = telemetry.sort_values(["ingested_at", "ingest_id"]).drop_duplicates(
    ["terminal_id", "sample_ts"], keep="last"
)
QUARTERS = """
SELECT terminal_id, date_bin(INTERVAL '15 minutes', sample_ts, TIMESTAMPTZ '1970-01-01') AS quarter,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95
FROM messages GROUP BY 1, 2 ORDER BY 1, 2"""
both = ask(QUARTERS, messages=telemetry).merge(
    ask(QUARTERS, messages=last_rows), on=["terminal_id", "quarter"], suffixes=("_all", "_last")
)
shift = (both["p95_all"] - both["p95_last"]).fillna(0.0)
changed = shift.abs() > 1e-9
print(f"{len(telemetry):,} rows, {len(last_rows):,} samples")
print(
    f"{changed.mean():.0%} of {len(both):,} quarters change; the worst by {shift.abs().max():.1f} Mbps"
)

# %%
fig, ax = canvas(7, 3)
ax.hist(shift[changed], bins=np.arange(-6, 27, 0.5), color=COLOURS["vermilion"])
ax.set_yscale("log")
ax.set_xlabel("p95 of all rows − p95 of latest rows [Mbps]")
ax.set_ylabel("terminal quarters")
ax.set_title("Two per cent of resent rows move every second p95")
picture(
    fig,
    alt="Histogram on a log scale of how far the p95 of a quarter of an hour moves when resent rows "
    "count twice. Most of the 3,452 changes are below 1 Mbps, a tail reaches 26 Mbps upwards.",
)

# %% [markdown]
# ## What was known, and when
#
# Each message has two times: when it was measured, and when it was stored. A question about the
# past therefore has two edges. `$as_of` closes both: no sample at or after it, no message stored
# later than it. Move it, and rows appear whose samples are hours old.

# %%
few = telemetry[telemetry["terminal_id"].between(1001, 1012)].copy()
midnight = pd.Timestamp("2026-01-05", tz="UTC")
few["measured"] = (few["sample_ts"] - midnight).dt.total_seconds() / 3600
few["stored"] = (few["ingested_at"] - midnight).dt.total_seconds() / 3600

fig, axes = canvas(8.4, 3.2, cols=3)
for ax, hour in zip(axes, (8, 11, 14), strict=True):
    near = few[few["measured"].between(5, 14) & few["stored"].between(5, 17)]
    known = (near["measured"] < hour) & (near["stored"] <= hour)
    for part, colour in ((near[~known], "#D0D0D0"), (near[known], COLOURS["blue"])):
        ax.plot(part["measured"], part["stored"], ".", ms=3, color=colour)
    ax.plot([5, hour, hour], [hour, hour, 5], color=COLOURS["vermilion"], lw=1.2)
    waiting = ((near["measured"] < 8) & (near["stored"] > hour)).sum()
    ax.set_title(f"as of {hour:02d}:00Z")
    ax.text(
        5.1, 16.2, f"{waiting} rows about samples\nbefore 08:00Z unknown", fontsize=8, va="center"
    )
    ax.set_xlabel("measured [h UTC]")
axes[0].set_ylabel("stored [h UTC]")
picture(
    fig,
    alt="Three scatter plots of measured against stored time for 12 terminals. Most rows lie on the "
    "diagonal, late ones above it. As $as_of moves from 08 to 11 to 14 hours, its corner takes in "
    "more of the late rows about the same old samples.",
)

# %% [markdown]
# ## One question, two spellings
#
# An interviewer may say PostgreSQL; this notebook runs DuckDB. Both texts below ask for the last
# known row of each terminal. What runs in both is worth learning first: window functions,
# `percentile_cont`, `EXTRACT`, `COALESCE`, `FILTER`.
#
# | step | PostgreSQL | DuckDB also has |
# |---|---|---|
# | first row of a group | `DISTINCT ON`, `ROW_NUMBER()` | `QUALIFY`, `arg_max` |
# | bucket of time | `date_bin(step, ts, origin)` | `time_bucket(step, ts)` |
# | percentile | `percentile_cont(p) WITHIN GROUP (ORDER BY x)` | `quantile_cont(x, p)` |
# | seconds between | `EXTRACT(EPOCH FROM b - a)` | `date_diff('second', a, b)` |
# | parameter | `$1` | `$as_of` |

# %%
POSTGRES_SPELLING = """
SELECT DISTINCT ON (terminal_id) terminal_id, sample_ts, ingest_id
FROM telemetry WHERE ingested_at <= $as_of
ORDER BY terminal_id, sample_ts DESC, ingest_id DESC"""
DUCKDB_SPELLING = """
SELECT terminal_id, sample_ts, ingest_id
FROM telemetry WHERE ingested_at <= $as_of
QUALIFY row_number() OVER (PARTITION BY terminal_id ORDER BY sample_ts DESC, ingest_id DESC) = 1
ORDER BY terminal_id"""
one = ask(POSTGRES_SPELLING, at("12:00:00"), telemetry=telemetry)
two = ask(DUCKDB_SPELLING, at("12:00:00"), telemetry=telemetry)
print(f"{len(one)} terminals, equal: {one.equals(two)}")

# %% [markdown] orbitlab={"part": "latest-version", "card": {"prompt": "Which four steps does a deduplicated percentile need, and in which order?", "answer": "Known as of a time, latest version with a total order, retractions removed, then aggregate. Filtering NULL before the dedupe brings old values back.", "topic": "late data", "exercises": ["q10-dedupe-p95"]}}
# ## Five colleagues, eight rows
#
# **Question.** Eight messages about four samples of one terminal, asked at 12:05. What is the p95?

# %%
eight = rows_of("""
sample_ts  ingested_at  ingest_id  mbps
12:00:30   12:00:40             1    30
12:00:30   12:00:40             2    40
12:01:00   12:01:05             3    88
12:01:00   12:02:00             4    50
12:01:30   12:01:35             5    20
12:02:00   12:02:05             6   100
12:02:00   12:03:00             7  NULL
12:01:30   12:09:00             8    90
""")
eight

# %% [markdown]
# **Predict.** A NULL takes its sample back. Which three values are left, and what is 95 % of the
# way up, linearly?

# %%
PREDICT = ...

# %% [markdown]
# **Run.** Five colleagues, one query; each swaps one step.

# %%
NEWEST, KNOWN = "ingested_at DESC, ingest_id DESC", "ingested_at <= $as_of"
COLLEAGUES = {  # order of versions, rows before the dedupe, rows after it
    "no dedupe": (NEWEST, KNOWN, "TRUE"),
    "NULL filtered first": (NEWEST, f"{KNOWN} AND mbps IS NOT NULL", "version = 1"),
    "no as-of": (NEWEST, "$as_of IS NOT NULL", "version = 1"),
    "wrong tie": ("ingested_at DESC, ingest_id", KNOWN, "version = 1"),
    "right": (NEWEST, KNOWN, "version = 1"),
}
p95 = {}
for name, (order, before, after) in COLLEAGUES.items():
    query = f"""SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY mbps) AS p95 FROM (
        SELECT *, ROW_NUMBER() OVER (PARTITION BY sample_ts ORDER BY {order}) AS version
        FROM eight WHERE {before}) AS ranked WHERE {after}"""
    p95[name] = round(float(ask(query, at("12:05:00"), eight=eight)["p95"].iloc[0]), 9)
predicted(PREDICT, p95["right"], "Mbps")

# %%
fig, ax = canvas(7, 2.6)
names = list(p95)[::-1]
colours = [COLOURS["green"] if name == "right" else COLOURS["vermilion"] for name in names]
ax.barh(names, [p95[name] for name in names], color=colours, height=0.6)
for place, name in enumerate(names):
    ax.text(p95[name] + 1, place, f"{p95[name]:.1f}", va="center")
ax.set_xlim(0, 110)
ax.set_xlabel("p95 [Mbps]")
ax.set_title("One swapped step moves the answer from 49 up to 97 Mbps")
picture(
    fig, alt="Bars of five answers: " + ", ".join(f"{k} {v:.1f}" for k, v in p95.items()) + " Mbps."
)

# %% [markdown]
# **Why.** The misconception is that these steps commute. Filtering NULL before the dedupe makes an
# older value the latest. Without as-of a correction from 12:09 answers a question of 12:05. A tie
# without `ingest_id` is decided by whoever stored first today.
#
# **Worked example.** The strongest gust per site, corrections included:
#
# 1. Rank versions of one reading in a total order: `stored_at`, then `row_id`.
# 2. Keep the first, then drop withdrawn readings.
# 3. Only now aggregate.

# %%
gusts = rows_of("""
site  read_at   stored_at  row_id  gust
   1  09:00:00  09:00:05        1    12
   1  09:00:00  09:04:00        2  NULL
   1  09:10:00  09:10:05        3     9
   2  09:00:00  09:00:05        4     7
   2  09:00:00  09:00:05        5    11
""")
GUSTS = """SELECT site, MAX(gust) AS strongest FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY site, read_at ORDER BY {order}) AS version
    FROM gusts) AS ranked WHERE {keep} GROUP BY site ORDER BY site"""
ask(
    GUSTS.format(order="stored_at DESC, row_id DESC", keep="version = 1 AND gust IS NOT NULL"),
    gusts=gusts,
)

# %% [markdown]
# **Your turn.** The rule changes: the *first* report of a reading counts, ties go to the smaller
# `row_id`. Fill both holes.

# %%
ORDER = ...  # a str: the order that puts the version that counts first
KEEP = ...  # a str: which ranked rows are aggregated
your_turn(
    lambda: ask(GUSTS.format(order=ORDER, keep=KEEP), gusts=gusts)["strongest"].tolist(),
    [12, 7],
    "First stored means ascending; the tie-break must be there too.",
    ORDER,
    KEEP,
)

# %% [markdown]
# **Say it.** "I fix as-of, order versions totally, remove retractions after the dedupe, and only
# then take the percentile."

# %% [markdown] nbgrader={"grade": false, "grade_id": "q10-dedupe-p95-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "q10-dedupe-p95", "title": "Dedupe, bucket, p95", "section": "anchor", "difficulty": "medium", "minutes": 30, "points": 8, "rounds": ["coding"], "topics": ["sql", "window functions", "late data", "percentiles"]}
# ### Dedupe, bucket, p95
#
# `q10-dedupe-p95` · 30 min · 8 points · asked in the coding round
#
# **Situation.** The dashboard of the last 24 hours changes on every rerun. Messages arrive late,
# twice, and some take their sample back.
#
# **Task.** Write one statement `P95_SQL`: the p95 of downlink per terminal and five minutes, as
# known at `$as_of`.
#
# **Signature.**
#
# ```sql
# CREATE TABLE terminal_telemetry (
#     terminal_id   BIGINT      NOT NULL,
#     sample_ts     TIMESTAMPTZ NOT NULL,   -- when it was measured
#     ingested_at   TIMESTAMPTZ NOT NULL,   -- when the message was stored
#     ingest_id     BIGINT      NOT NULL,   -- unique
#     downlink_mbps DOUBLE PRECISION);      -- NULL takes the sample back
# -- $as_of is a TIMESTAMPTZ
# ```
#
# ```
# terminal_id  sample_ts  ingested_at  ingest_id  downlink_mbps
#        1001   11:57:00     11:57:02          1           80.0
#        1001   11:58:00     11:58:05          2          400.0
#        1001   11:58:00     11:59:30          3          120.0
#        1001   12:00:00     12:00:01          4          200.0
#        1001   12:00:00     12:07:00          5          250.0
# ```
#
# **Example.** At `$as_of` 12:06:00 on that day:
#
# ```
# terminal_id              bucket_5m  p95_downlink_mbps  samples
#        1001  2026-01-05 12:00 +00             200.0        1
#        1001  2026-01-05 11:55 +00             118.0        2
# ```
#
# **Rules.**
#
# - Use only what was known at `$as_of`, never the clock.
# - One version per sample: the latest; ties go to `ingest_id`.
# - A latest version without a value removes the sample.
# - The percentile interpolates between samples.
# - Newest bucket first, then `terminal_id`.
#
# **Target.** One pass to sort versions, one to aggregate.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | window | `sample_ts` in [`$as_of` − 24 h, `$as_of`) | kept; any other row does not exist |
# | R2 | knowledge | `ingested_at` ≤ `$as_of` | kept; a later row does not exist, whatever it says |
# | R3 | versions | rows of one `terminal_id` and `sample_ts` | the largest `ingested_at` wins as a whole row |
# | R4 | tie | equal `ingested_at` | the largest `ingest_id` wins; ids are unique, and need not follow time |
# | R5 | retraction | the winner's `downlink_mbps` is NULL | the sample counts nowhere; no older version stands in |
# | R6 | bucket | `bucket_5m`, TIMESTAMPTZ | start of the five UTC minutes counted from 1970; a sample on an edge opens the later bucket |
# | R7 | percentile | samples of one terminal and bucket | continuous (linear between neighbours), to 1e-9; `samples` is their number |
# | R8 | nothing left | a bucket without a counted sample | no row |
# | R9 | output | columns in this order: `terminal_id`, `bucket_5m`, `p95_downlink_mbps`, `samples` | by `bucket_5m` descending, then `terminal_id` ascending |
# | R10 | statement | one statement, a final `;` allowed | reads `$as_of`; gives the same rows at any wall-clock time |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Four steps, in this order: what is known, which version wins, what was taken back, what to
# aggregate. Each misconception swaps two of them. `date_bin` is there as in PostgreSQL.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```sql
# WITH ranked AS (SELECT *, ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) AS version
#                 FROM terminal_telemetry WHERE … )
# SELECT terminal_id, date_bin(INTERVAL '5 minutes', …) AS bucket_5m, …
# FROM ranked WHERE version = 1 AND …
# GROUP BY … ORDER BY …
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "q10-dedupe-p95", "locked": false, "schema_version": 3, "solution": true, "task": false}
P95_SQL = ...  # a str that holds one statement
### BEGIN SOLUTION
P95_SQL = """
WITH ranked AS (
    SELECT terminal_id, sample_ts, downlink_mbps,
           ROW_NUMBER() OVER (
               PARTITION BY terminal_id, sample_ts
               ORDER BY ingested_at DESC, ingest_id DESC
           ) AS version
    FROM terminal_telemetry
    WHERE sample_ts >= $as_of - INTERVAL '24 hours'   -- the day is half-open
      AND sample_ts < $as_of
      AND ingested_at <= $as_of                       -- what nobody knew yet
)
SELECT terminal_id,
       date_bin(INTERVAL '5 minutes', sample_ts,
                TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY downlink_mbps) AS p95_downlink_mbps,
       COUNT(*) AS samples
FROM ranked
WHERE version = 1
  AND downlink_mbps IS NOT NULL                       -- after the dedupe: no fallback
GROUP BY terminal_id, bucket_5m
ORDER BY bucket_5m DESC, terminal_id
"""
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "q10-dedupe-p95-check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
# %%check q10-dedupe-p95 --points 8
from datetime import UTC, datetime

import pandas as pd

from orbitlab.checks import expect_rows

SCHEMA = """CREATE TABLE terminal_telemetry (
    terminal_id BIGINT NOT NULL, sample_ts TIMESTAMPTZ NOT NULL, ingested_at TIMESTAMPTZ NOT NULL,
    ingest_id BIGINT NOT NULL, downlink_mbps DOUBLE PRECISION)"""
COLUMNS = ["terminal_id", "sample_ts", "ingested_at", "ingest_id", "downlink_mbps"]
RESULT = ["terminal_id", "bucket_5m", "p95_downlink_mbps", "samples"]


def moment(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def telemetry(*rows):
    rows = [
        (who, moment(when), moment(came), number, mbps) for who, when, came, number, mbps in rows
    ]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"downlink_mbps": "float64"})


def answer_rows(*rows):
    frame = pd.DataFrame(rows, columns=RESULT)
    frame["bucket_5m"] = pd.to_datetime(frame["bucket_5m"], utc=True)
    kinds = {"terminal_id": "int64", "p95_downlink_mbps": "float64", "samples": "int64"}
    return frame.astype(kinds)


def check_rows(sql, table, as_of, *rows):
    rows = [(who, moment(bucket), p95, n) for who, bucket, p95, n in rows]
    given = {"terminal_telemetry": table}
    expect_rows(sql, SCHEMA, given, answer_rows(*rows), as_of=moment(as_of))


FIVE = telemetry(
    (1001, "01-05 11:57:00", "01-05 11:57:02", 1, 80.0),
    (1001, "01-05 11:58:00", "01-05 11:58:05", 2, 400.0),
    (1001, "01-05 11:58:00", "01-05 11:59:30", 3, 120.0),
    (1001, "01-05 12:00:00", "01-05 12:00:01", 4, 200.0),
    (1001, "01-05 12:00:00", "01-05 12:07:00", 5, 250.0),
)


def test_example(P95_SQL):
    """R3, R7, R9: The example of the prompt comes out: no version counts twice."""
    check_rows(
        P95_SQL,
        FIVE,
        "01-05 12:06:00",
        (1001, "01-05 12:00:00", 200.0, 1),
        (1001, "01-05 11:55:00", 118.0, 2),
    )


def test_as_of_moves(P95_SQL):
    """R10, R2: The same rows give another answer at another $as_of; the clock plays no part."""
    check_rows(P95_SQL, FIVE, "01-05 11:59:00", (1001, "01-05 11:55:00", 384.0, 2))


def test_day_is_half_open(P95_SQL):
    """R1: A sample 24 h before $as_of counts, a sample exactly at $as_of does not."""
    table = telemetry(
        (1001, "01-04 12:00:00", "01-04 12:00:01", 1, 10.0),
        (1001, "01-04 11:59:59", "01-04 12:00:01", 2, 70.0),
        (1001, "01-05 11:59:59", "01-05 12:00:00", 3, 20.0),
        (1001, "01-05 12:00:00", "01-05 12:00:00", 4, 90.0),
    )
    check_rows(
        P95_SQL,
        table,
        "01-05 12:00:00",
        (1001, "01-05 11:55:00", 20.0, 1),
        (1001, "01-04 12:00:00", 10.0, 1),
    )


### BEGIN HIDDEN TESTS
import random
from datetime import timedelta
from itertools import permutations


def oracle(table, as_of):
    """The contract in plain Python, one row after the other."""
    best = {}
    for who, when, came, number, mbps in table.itertuples(index=False):
        if when < as_of - timedelta(hours=24) or when >= as_of or came > as_of:
            continue
        if (who, when) not in best or (came, number) > best[who, when][:2]:
            best[who, when] = (came, number, mbps)
    buckets = {}
    for (who, when), (_, _, mbps) in best.items():
        if mbps == mbps:
            start = int(when.timestamp()) // 300 * 300
            buckets.setdefault((-start, who), []).append(mbps)
    rows = []
    for (negative, who), values in sorted(buckets.items()):
        values.sort()
        place = 0.95 * (len(values) - 1)
        low = int(place)
        high = min(low + 1, len(values) - 1)
        p95 = values[low] + (place - low) * (values[high] - values[low])
        rows.append((who, datetime.fromtimestamp(-negative, UTC), p95, len(values)))
    return answer_rows(*rows)


def seeded(seed, as_of):
    """Some 900 rows around `as_of`: repeats, ties, retractions, late and future ones."""
    dice = random.Random(seed)
    rows = []
    for who in (7, 101, 1001):
        offsets = [-86_400, -86_410, -86_390, -10, 0, 10]
        offsets += [10 * dice.randrange(-8_700, 60) for _ in range(70)]
        offsets += [10 * dice.randrange(-500, 30) for _ in range(110)]
        for offset in sorted(set(offsets)):
            when = as_of + timedelta(seconds=offset)
            came = when + timedelta(seconds=dice.choice([1, 2, 5, 40, 3_600, 21_600, -4_000]))
            for _ in range(dice.choice([1, 1, 1, 2, 2, 3])):
                mbps = None if dice.random() < 0.15 else round(dice.uniform(0.0, 300.0), 1)
                rows.append((who, when, came, mbps))
                came += timedelta(seconds=dice.choice([0, 0, 60, -60, 900]))
    dice.shuffle(rows)
    numbers = list(range(1, len(rows) + 1))
    dice.shuffle(numbers)
    rows = [(a, b, c, n, v) for (a, b, c, v), n in zip(rows, numbers, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"downlink_mbps": "float64"})


def check_seeded(sql, seed, as_of):
    table = seeded(seed, as_of)
    expect_rows(sql, SCHEMA, {"terminal_telemetry": table}, oracle(table, as_of), as_of=as_of)


def check_any_order(sql, versions, winner):
    """Give each terminal the same versions of one sample, in another order of arrival each."""
    rows, expected = [], []
    for who, order in enumerate(permutations(versions), start=1001):
        for came, number, mbps in order:
            rows.append((who, "01-05 12:01:00", came, 100 * who + number, mbps))
        expected.append((who, "01-05 12:00:00", winner, 1))
    check_rows(sql, telemetry(*rows), "01-05 12:04:00", *expected)


def test_tie_on_ingested_at(P95_SQL):
    """R4: Two versions stored at the same instant: the larger ingest_id decides, not chance."""
    same = "01-05 12:01:09"
    check_any_order(P95_SQL, [(same, 11, 60.0), (same, 12, 30.0), (same, 9, 45.0)], 30.0)


def test_time_before_id(P95_SQL):
    """R3: The later ingested_at wins even with the smaller ingest_id or the smaller value."""
    check_any_order(P95_SQL, [("01-05 12:01:09", 12, 60.0), ("01-05 12:01:10", 11, 30.0)], 30.0)


def test_times_within_one_second(P95_SQL):
    """R3: `ingested_at` has microseconds: a later fraction of the same second is later, no tie."""
    parts = [("01-05 12:01:09.250", 12, 60.0), ("01-05 12:01:09.750", 11, 30.0)]
    check_any_order(P95_SQL, parts, 30.0)


def test_equal_values_are_not_duplicates(P95_SQL):
    """R3: A duplicate is the same terminal and sample_ts; equal values of two samples both count."""
    table = telemetry(
        (1001, "01-05 12:01:00", "01-05 12:01:09", 1, 50.0),
        (1001, "01-05 12:01:30", "01-05 12:01:39", 2, 50.0),
        (1002, "01-05 12:01:00", "01-05 12:01:09", 3, 50.0),
        (1001, "01-05 12:02:00", "01-05 12:02:09", 4, 10.0),
        (1001, "01-05 12:02:00", "01-05 12:02:19", 5, 90.0),
        (1001, "01-05 12:02:00", "01-05 12:02:29", 6, 20.0),
    )
    check_rows(
        P95_SQL,
        table,
        "01-05 12:04:00",
        (1001, "01-05 12:00:00", 50.0, 3),
        (1002, "01-05 12:00:00", 50.0, 1),
    )


def test_retraction_has_no_fallback(P95_SQL):
    """R5: A latest NULL takes the sample back; filtering NULL first would bring the old one back."""
    table = telemetry(
        (1001, "01-05 12:01:00", "01-05 12:01:09", 1, 90.0),
        (1001, "01-05 12:01:00", "01-05 12:02:09", 2, None),
        (1001, "01-05 12:01:30", "01-05 12:01:39", 4, 40.0),
        (1001, "01-05 12:02:00", "01-05 12:02:09", 6, 80.0),
        (1001, "01-05 12:02:00", "01-05 12:02:09", 7, None),
    )
    check_rows(P95_SQL, table, "01-05 12:04:00", (1001, "01-05 12:00:00", 40.0, 1))


def test_zero_is_a_value(P95_SQL):
    """R5: Only NULL takes a sample back; 0 Mbps is a measurement and counts."""
    table = telemetry(
        (1001, "01-05 12:01:00", "01-05 12:01:09", 1, 10.0),
        (1001, "01-05 12:01:30", "01-05 12:01:39", 2, 0.0),
        (1002, "01-05 12:01:00", "01-05 12:01:09", 3, 0.0),
    )
    check_rows(
        P95_SQL,
        table,
        "01-05 12:04:00",
        (1001, "01-05 12:00:00", 9.5, 2),
        (1002, "01-05 12:00:00", 0.0, 1),
    )


def test_retraction_can_be_restated(P95_SQL):
    """R5: Only the latest version may retract: a NULL with a later value behind it does nothing."""
    table = telemetry(
        (1001, "01-05 12:01:00", "01-05 12:01:09", 3, None),
        (1001, "01-05 12:01:00", "01-05 12:01:19", 1, 70.0),
        (1001, "01-05 12:02:00", "01-05 12:02:09", 4, None),
        (1001, "01-05 12:02:00", "01-05 12:02:09", 5, 30.0),
    )
    check_rows(P95_SQL, table, "01-05 12:04:00", (1001, "01-05 12:00:00", 68.0, 2))


def test_late_knowledge(P95_SQL):
    """R2: A row stored after $as_of, value or NULL, was not known; one stored at $as_of was."""
    table = telemetry(
        (1001, "01-05 11:50:00", "01-05 11:50:09", 1, 10.0),
        (1001, "01-05 11:50:00", "01-05 12:00:01", 2, 99.0),
        (1001, "01-05 11:51:00", "01-05 11:51:09", 3, 20.0),
        (1001, "01-05 11:51:00", "01-05 12:00:01", 4, None),
        (1001, "01-05 11:52:00", "01-05 11:52:09", 5, 80.0),
        (1001, "01-05 11:52:00", "01-05 12:00:00", 6, 30.0),
        (1001, "01-05 11:53:00", "01-05 12:00:01", 7, 99.0),
        (1002, "01-05 11:53:00", "01-05 15:00:00", 8, 99.0),
    )
    check_rows(P95_SQL, table, "01-05 12:00:00", (1001, "01-05 11:50:00", 29.0, 3))


def test_samples_from_the_future(P95_SQL):
    """R1: A sample dated at or after $as_of by a fast clock is outside the day, though known."""
    table = telemetry(
        (1001, "01-05 12:00:00", "01-05 11:59:00", 1, 99.0),
        (1001, "01-05 12:03:00", "01-05 11:59:00", 2, 98.0),
        (1001, "01-06 09:00:00", "01-05 11:59:00", 3, 97.0),
        (1001, "01-05 11:59:30", "01-05 11:59:00", 4, 10.0),
    )
    check_rows(P95_SQL, table, "01-05 12:00:00", (1001, "01-05 11:55:00", 10.0, 1))


def test_buckets_stand_on_the_epoch(P95_SQL):
    """R6: Buckets start at :00, :05, … UTC, not at $as_of; the edge belongs to the later one."""
    table = telemetry(
        (1001, "01-05 11:59:59", "01-05 12:00:09", 1, 10.0),
        (1001, "01-05 12:00:00", "01-05 12:00:09", 2, 20.0),
        (1001, "01-05 12:02:19", "01-05 12:02:29", 3, 30.0),
        (1001, "01-05 12:04:59", "01-05 12:05:09", 4, 40.0),
        (1001, "01-05 12:05:00", "01-05 12:05:09", 5, 50.0),
        (1001, "01-04 12:07:20", "01-04 12:07:30", 6, 60.0),
        (1001, "01-04 12:07:19", "01-04 12:07:30", 7, 70.0),
    )
    check_rows(
        P95_SQL,
        table,
        "01-05 12:07:20",
        (1001, "01-05 12:05:00", 50.0, 1),
        (1001, "01-05 12:00:00", 39.0, 3),
        (1001, "01-05 11:55:00", 10.0, 1),
        (1001, "01-04 12:05:00", 60.0, 1),
    )


def test_percentile_is_continuous(P95_SQL):
    """R7: The p95 interpolates between samples; it is no sample, no mean and no maximum."""
    values = [3.0, 7.0, 8.0, 15.0, 100.0, 1.0]
    rows = [
        (1001, f"01-05 12:0{i // 2}:{i % 2 * 30:02d}", "01-05 12:04:00", i + 1, value)
        for i, value in enumerate(values)
    ]
    check_rows(P95_SQL, telemetry(*rows), "01-05 12:04:00", (1001, "01-05 12:00:00", 78.75, 6))


def test_order_of_rows(P95_SQL):
    """R9: Newest bucket first; inside a bucket terminals by number, not as text."""
    terminals = [1001, 9, 101]
    rows = [
        (who, f"01-05 12:0{minute}:00", "01-05 12:08:00", 10 * minute + i, 5.0 + i)
        for minute in (6, 1, 4)
        for i, who in enumerate(terminals)
    ]
    check_rows(
        P95_SQL,
        telemetry(*rows),
        "01-05 12:08:00",
        (9, "01-05 12:05:00", 6.0, 1),
        (101, "01-05 12:05:00", 7.0, 1),
        (1001, "01-05 12:05:00", 5.0, 1),
        (9, "01-05 12:00:00", 6.0, 2),
        (101, "01-05 12:00:00", 7.0, 2),
        (1001, "01-05 12:00:00", 5.0, 2),
    )


def test_no_empty_buckets(P95_SQL):
    """R8: A bucket whose samples are all taken back has no row, and no table gives no row."""
    table = telemetry(
        (1001, "01-05 12:01:00", "01-05 12:01:09", 1, 60.0),
        (1001, "01-05 12:01:00", "01-05 12:02:09", 2, None),
        (1002, "01-05 12:01:00", "01-05 12:01:09", 3, None),
        (1001, "01-05 12:11:00", "01-05 12:11:09", 4, 60.0),
    )
    check_rows(P95_SQL, table, "01-05 12:14:00", (1001, "01-05 12:10:00", 60.0, 1))
    check_rows(P95_SQL, telemetry(), "01-05 12:14:00")


def test_seeded_past(P95_SQL):
    """R1, R2, R3, R4, R5, R6, R7, R8: A whole seeded day far in the past agrees with a row-by-row count."""
    check_seeded(P95_SQL, 20260316, datetime(2019, 3, 10, 7, 3, 20, tzinfo=UTC))


def test_seeded_future(P95_SQL):
    """R1, R2, R3, R4, R5, R6, R7, R8: A whole seeded day far in the future agrees too: the wall clock is not asked."""
    check_seeded(P95_SQL, 7, datetime(2041, 10, 27, 1, 0, 0, tzinfo=UTC))


### END HIDDEN TESTS

# %% tags=["try-it"]
AS_OF = datetime(2026, 1, 6, 6, tzinfo=UTC)


def weather_map():
    day = ask(P95_SQL, AS_OF, terminal_telemetry=table("terminal_telemetry"))
    regions = table("terminals").sort_values(["region", "terminal_id"], ignore_index=True)
    grid = day.pivot(index="terminal_id", columns="bucket_5m", values="p95_downlink_mbps")
    grid = grid.loc[regions["terminal_id"]]
    relative = grid.div(grid.median(axis=1), axis=0)
    fig, ax = canvas(8, 3.6)
    shown = ax.imshow(relative, aspect="auto", cmap="cividis", vmin=0.3, vmax=1.3)
    fig.colorbar(shown, label="p95 / terminal's median")
    edges = regions.groupby("region", sort=False).size()
    ax.set_yticks(edges.cumsum() - edges / 2, edges.index)
    hours = range(0, grid.shape[1], 48)
    ax.set_xticks(hours, [f"{grid.columns[i]:%d. %Hh}" for i in hours])
    ax.set_xlabel("bucket [UTC, January 2026]")
    ax.grid(visible=False)
    ax.set_title("For 25 minutes the whole south falls to a third")
    picture(
        fig,
        alt="Map of p95 by terminal and five-minute bucket over 24 hours. All terminals dim a little "
        "around 20:00; those of the south turn dark between 14:00 and 14:25 UTC.",
    )
    return day.head(3)


try_it(weather_map, P95_SQL)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** A sample is (terminal, time); its latest version is total by (`ingested_at`,
# `ingest_id`). Known rows first, then dedupe, then retractions, then percentile. One sort,
# O(n log n).
#
# **Code.**
#
# <!-- answer: q10-dedupe-p95 -->
#
# **Walk-through.**
#
# - R1 and R2 stand in the innermost WHERE: what is unknown must not win a contest (R3).
# - R4 needs `ingest_id DESC`; without it two reruns may disagree.
# - R5 is the filter *after* `version = 1`; one line higher it would mean something else.
# - R6: `date_bin` has a fixed origin, so buckets do not move with `$as_of`.
# - R9: bucket and terminal together are unique, so the order is total.
#
# **Rejected.**
#
# - `arg_max(downlink_mbps, …)`: skips NULL. Versions 90, then NULL: it answers 90. Fails "R5: A
#   latest NULL takes the sample back".
# - `ORDER BY ingested_at DESC` alone: two versions stored in one instant, 60 and 30: it may answer
#   either. Fails "R4: Two versions stored at the same instant".
#
# **Cost.** One sort of the day, n log n; memory of the day. On PostgreSQL an index on
# (`sample_ts`) seeks the day; one that leads with `terminal_id` only spares the sort. At billions
# of rows, keep a table of latest versions (`q10-upsert`).
#
# **Tests.**
#
# - Two versions in one instant, stored in both orders.
# - A value, then NULL; and NULL, then a value.
# - A row stored one second after `$as_of`.
#
# **Follow-up.** "The dashboard asks every minute; can it be incremental?" Recompute only buckets
# that a newly stored row touches, from the table of latest versions. A late row reopens an old
# bucket, so the result must be replaced, not added to.
#
# </details>

# %% [markdown] orbitlab={"part": "phone-book", "card": {"prompt": "The index is (terminal_id, sample_ts), the query filters on sample_ts alone. What does the index do?", "answer": "It seeks on 0 columns, because its leading column is not bound. It may still cover the query and deliver its order.", "topic": "indexes", "exercises": ["q10-index-fit"]}}
# ## The phone-book game: how far can you seek?
#
# **Question.** "There is an index on (terminal, minute). Your query wants the last ten minutes of
# every terminal. How much of the index does it read?"
#
# **Predict.** A B-tree is a phone book: one sorted list. Eight terminals sent a row a minute for an
# hour, so the book has 480 entries. How many are read for `minute >= 50`?

# %%
PREDICT = ...  # entries read, of 480

# %% [markdown]
# **Run.** You open the book at a *prefix* of its sort key and read until that prefix ends.

# %%
TOP = (float("inf"),)


def stretch(book, low, high):
    """Return positions [start, stop) of the entries between two prefixes of the sort key."""
    return bisect_left(book, low), bisect_right(book, high + TOP)


by_terminal = [(terminal, minute) for terminal in range(8) for minute in range(60)]
by_minute = [(minute, terminal) for minute in range(60) for terminal in range(8)]
late, late3 = "minute ≥ 50", "minute ≥ 50, terminal = 3"
walks = [  # name, sorted book, prefix to start at and to end at (empty: nothing is bound), filter
    (f"(terminal, minute)\n{late}", by_terminal, (), (), lambda t, m: m >= 50),
    (f"(minute, terminal)\n{late}", by_minute, (50,), (), lambda m, t: m >= 50),
    (f"(terminal, minute)\n{late3}", by_terminal, (3, 50), (3,), lambda t, m: t == 3 and m >= 50),
    (f"(minute, terminal)\n{late3}", by_minute, (50,), (), lambda m, t: t == 3 and m >= 50),
]

# %%
predicted(PREDICT, len(range(*stretch(by_terminal, (), ()))), "entries")
fig, ax = canvas(7.5, 3.2)
for row, (_, book, low, high, wants) in enumerate(walks):
    start, stop = stretch(book, low, high)
    hits = [i for i, entry in enumerate(book) if wants(*entry)]
    ax.barh(row, 480, color="#EEEEEE")
    ax.barh(row, stop - start, left=start, color=COLOURS["sky"])
    ax.barh([row] * len(hits), 1, left=hits, color=COLOURS["vermilion"])
    ax.text(488, row, f"reads {stop - start}\nwants {len(hits)}", va="center")
ax.set(yticks=range(4), yticklabels=[w[0] for w in walks], xlim=(0, 570), ylim=(3.6, -0.6))
ax.set_xlabel("position in the index (entries; blue: read, red: wanted)")
ax.set_title("The leading column decides: 480 entries read, or 80")
words = "Four strips of 480 entries: read in blue, wanted in red. Late minutes of all terminals: "
words += "480 read with terminal leading, 80 with minute leading. Of terminal 3 alone: 10 and 80."
picture(fig, words)

# %% [markdown]
# **Why.** "The column is in the index, so the index seeks" is the misconception: only a prefix of
# the key can be opened. The guide (March 2026) pairs a time filter with (terminal_id, sample_ts,
# ingested_at DESC) INCLUDE (downlink_mbps). That index seeks on 0 columns. It is still useful: it
# covers the query, and it arrives sorted for the dedupe. (Newer PostgreSQL may skip from terminal
# to terminal; grade the classic walk.)
#
# **Worked example.** Key (terminal, minute, seq), query `terminal = 3 AND minute >= 50 AND seq = 1`.

# %%
book = [(t, m, s) for t in range(8) for m in range(60) for s in range(4)]
# 1. terminal is bound by "=": one contiguous stretch, so go on to the next column.
start, stop = stretch(book, (3,), (3,))
print("terminal        ", stop - start)
# 2. minute is bound by a range: the stretch shrinks once more …
start, stop = stretch(book, (3, 50), (3,))
print("terminal, minute", stop - start)
# 3. … and ends here: inside it, seq = 1 comes back every minute. It filters, it cannot seek.
wanted = [i for i in range(start, stop) if book[i][2] == 1]
print("wanted          ", len(wanted), "at", wanted[:3], "…")

# %% [markdown]
# **Your turn.** Find the two prefixes for `terminal = 5 AND minute BETWEEN 10 AND 19`.

# %%
LOW = ...  # a tuple, as (3, 50) above
HIGH = ...
hint = "Both ends bind the terminal; each binds one end of the range as well."
your_turn(lambda: stretch(by_terminal, LOW, HIGH), (310, 320), hint, LOW, HIGH)

# %% [markdown]
# **Say it.** "An index seeks along its leading equalities and one range; everything behind that
# only filters, orders or covers."

# %% [markdown] nbgrader={"grade": false, "grade_id": "q10-index-fit-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "q10-index-fit", "title": "Which index helps?", "section": "SQL & Databases", "difficulty": "medium", "minutes": 25, "points": 5, "rounds": ["Deep dive (inferred)"], "topics": ["indexes", "sql"]}
# ### Which index helps?
#
# `q10-index-fit` · 25 min · 5 points · asked in the deep dive (inferred)
#
# **Situation.** The p95 query crawls, and five indexes are proposed. Every index that is kept makes
# every insert slower.
#
# **Task.** Write `index_fit`, which says what one B-tree index does for one query.
#
# **Signature.**
# ```python
# def index_fit(
#     index: list[str],     # key columns in order, each "c" or "c DESC"
#     include: set[str],    # columns stored beside the key
#     eq: set[str],         # columns that the query compares with "="
#     rng: str | None,      # the column it compares with a range
#     order_by: list[str],  # each "c" or "c DESC"
#     needed: set[str],     # every column that it reads
# ) -> dict[str, int | bool]
# ```
#
# **Example.**
# ```python
# index_fit(["a", "b DESC", "c"], set(), {"a"}, "c", ["b"], {"a", "b", "c"})
# # {"seek": 1, "covering": True, "presorted": True}
# ```
#
# **Rules.**
# - `seek`: leading `=` columns, plus the next if it is the range.
# - `covering`: key and included columns hold all needed ones.
# - `presorted`: drop `=` columns from both lists, then look for a prefix.
# - A scan runs forwards or backwards: all directions equal or all reversed.
# - The classic walk counts; no skip scan.
#
# **Target.** O(number of columns).
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | leading equalities | index columns from the first on, as long as they are in `eq` | each adds 1 to `seek`; the first one outside `eq` ends it |
# | R2 | the range | the column that ended it is `rng` | adds 1 more; nothing behind it counts |
# | R3 | included columns | a column of `include` in `eq`, `rng` or `order_by` | adds nothing to `seek` and gives no order |
# | R4 | covering | `needed` ⊆ columns of `index` ∪ `include` | True, else False; `eq`, `rng` and `order_by` do not matter |
# | R5 | suffix | `"c DESC"` in `index` | is column `c` for `seek` and `covering`; only a final ` DESC` is a direction, a name may hold these letters |
# | R6 | equalities and order | columns of `eq` in `index` or `order_by`, at any place | are removed from both before the order is compared; a range column stays |
# | R7 | order | the rest of `order_by` against the rest of `index` | `presorted` is True if it is a prefix by name and all its directions equal the index's, or all are reversed |
# | R8 | no order left | nothing remains of `order_by` | `presorted` is True |
# | R9 | result | any | exactly the keys `seek` (int), `covering`, `presorted` (bool); inputs stay unchanged |
#
# `eq`, `include` and `needed` are sets, `rng` is not in `eq`, no column stands twice in `index` or
# in `order_by`, and `"c ASC"` does not occur.
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# The three answers are independent. Split every item into name and direction first. For the order,
# a column that is bound by `=` has one value in the whole stretch, so it cannot disturb any order.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# keys = [parse(item) for item in index]  # (name, is_desc)
# while seek < len(keys) and keys[seek][0] in eq: ...
# have = [k for k in keys if k[0] not in eq]
# want = [...]
# flips = {h[1] != w[1] for h, w in zip(have, want)}
# presorted = ...  # names agree, and len(flips) <= 1
# ```
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q10-index-fit", "locked": false, "schema_version": 3, "solution": true, "task": false}
def index_fit(
    index: list[str],
    include: set[str],
    eq: set[str],
    rng: str | None,
    order_by: list[str],
    needed: set[str],
) -> dict[str, int | bool]:
    """Say what a B-tree index does for a query: how far it seeks, whether it covers and sorts."""
    ### BEGIN SOLUTION
    keys = [(item.removesuffix(" DESC"), item.endswith(" DESC")) for item in index]
    order = [(item.removesuffix(" DESC"), item.endswith(" DESC")) for item in order_by]
    seek = 0
    while seek < len(keys) and keys[seek][0] in eq:
        seek += 1
    if seek < len(keys) and keys[seek][0] == rng:
        seek += 1  # one range narrows the stretch, then its entries are sorted by the range first
    covering = needed <= include | {name for name, _ in keys}
    # A column bound by "=" is constant along the stretch: it neither helps nor disturbs an order.
    have = [key for key in keys if key[0] not in eq]
    want = [item for item in order if item[0] not in eq]
    prefix = [name for name, _ in want] == [name for name, _ in have[: len(want)]]
    flips = {h[1] != w[1] for h, w in zip(have, want, strict=False)}
    return {"seek": seek, "covering": covering, "presorted": prefix and len(flips) <= 1}
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "q10-index-fit-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# %%check q10-index-fit --points 5
import itertools
import random

from orbitlab.checks import Mismatch, difference, expect


def fit(seek, covering, presorted):
    return {"seek": seek, "covering": covering, "presorted": presorted}


def test_example(index_fit):
    """R1, R6, R7: The example of the prompt comes out."""
    args = (["a", "b DESC", "c"], set(), {"a"}, "c", ["b"], {"a", "b", "c"})
    expect(index_fit, args, fit(1, True, True))


def test_the_guides_index(index_fit):
    """R1, R4, R7: The guide's index seeks nothing for its query, yet it covers and sorts."""
    index = ["terminal_id", "sample_ts", "ingested_at DESC"]
    needed = {"terminal_id", "sample_ts", "ingested_at", "downlink_mbps"}
    args = (index, {"downlink_mbps"}, set(), "sample_ts", list(index), needed)
    expect(index_fit, args, fit(0, True, True))


def test_no_order_asked(index_fit):
    """R8: A query without an order, or with only `=` columns in it, is always presorted."""
    expect(index_fit, (["a"], set(), set(), "a", [], {"a", "z"}), fit(1, False, True))
    expect(index_fit, (["a"], set(), {"z"}, None, ["z DESC"], {"a"}), fit(0, True, True))


### BEGIN HIDDEN TESTS
def expect_part(answer, key, expected, index, include, eq, rng, order_by, needed):
    """Compare one key of the result, so that each test speaks of one rule."""
    got = answer(index, include, eq, rng, order_by, needed)
    try:
        part = got[key]
    except (TypeError, KeyError) as error:
        raise Mismatch(f"the result has no key {key}") from error
    found = difference(expected, part)
    if found:
        raise Mismatch(f"{key}: {found.finding}")


def test_only_leading_columns_seek(index_fit):
    """R1: Only leading columns seek; one behind a gap cannot, although it is in the index."""
    cases = [
        (["a", "b", "c"], {"b", "c"}, None, 0),
        (["a", "b", "c"], {"a", "c"}, None, 1),
        (["a", "b", "c"], {"c", "b", "a", "z"}, None, 3),
        (["a", "b", "c", "d"], {"d", "a", "b"}, None, 2),
        (["a"], {"b"}, None, 0),
        ([], {"a"}, None, 0),
        (["b", "a"], {"a", "b"}, None, 2),
    ]
    for index, eq, rng, seek in cases:
        expect_part(index_fit, "seek", seek, index, set(), eq, rng, [], {"a"})


def test_the_range_is_the_last_to_seek(index_fit):
    """R2: A range seeks only right behind the leading `=` columns, and nothing behind it seeks."""
    cases = [
        (["a", "b", "c"], {"b", "c"}, "a", 1),
        (["a", "b", "c"], {"a", "c"}, "b", 2),
        (["a", "b", "c"], {"a"}, "c", 1),
        (["a", "b", "c"], set(), "b", 0),
        (["a", "b", "c"], {"a", "b"}, "c", 3),
        (["a", "b"], {"a", "b"}, "c", 2),
        (["a", "b", "c", "d"], {"b", "c", "d"}, "a", 1),
        ([], set(), "a", 0),
    ]
    for index, eq, rng, seek in cases:
        expect_part(index_fit, "seek", seek, index, set(), eq, rng, [], {"a"})


def test_included_columns_are_no_keys(index_fit):
    """R3: Included columns are no keys: they neither seek nor give an order."""
    expect_part(index_fit, "seek", 1, ["a"], {"b"}, {"a", "b"}, None, [], {"a"})
    expect_part(index_fit, "seek", 1, ["a"], {"b"}, {"a"}, "b", [], {"a"})
    expect_part(index_fit, "seek", 0, [], {"b"}, {"b"}, None, [], {"b"})
    expect_part(index_fit, "presorted", False, ["a"], {"b"}, set(), None, ["a", "b"], {"a"})
    expect_part(index_fit, "presorted", False, ["a"], {"b"}, {"a"}, None, ["b"], {"a"})


def test_covering_counts_keys_and_included(index_fit):
    """R4: Covering asks for every needed column among keys and included ones, and for no more."""
    cases = [
        (["a", "b"], {"c"}, {"a", "b", "c"}, True),
        (["a", "b"], {"c"}, {"c"}, True),
        (["a", "b"], {"c"}, {"b"}, True),
        (["a", "b"], {"c"}, {"a", "d"}, False),
        (["a", "b"], set(), {"a", "b"}, True),
        ([], {"a"}, {"a"}, True),
        (["a"], set(), set(), True),
    ]
    for index, include, needed, covering in cases:
        expect_part(index_fit, "covering", covering, index, include, {"d"}, "c", ["d"], needed)
    expect_part(index_fit, "covering", True, ["a"], set(), {"x"}, "y", ["z"], {"a"})


def test_desc_is_no_part_of_the_name(index_fit):
    """R5: `c DESC` is the column c: it seeks and covers like any other."""
    expect_part(index_fit, "seek", 2, ["a DESC", "b DESC"], set(), {"a"}, "b", [], {"a"})
    expect_part(index_fit, "seek", 2, ["ab DESC", "b DESC"], set(), {"ab", "b"}, None, [], {"a"})
    expect_part(index_fit, "covering", True, ["a DESC", "b"], set(), set(), None, [], {"a", "b"})


def test_only_the_suffix_is_a_direction(index_fit):
    """R5, R7: Only a final ` DESC` is a direction; the same letters inside a name are the name."""
    expect_part(index_fit, "seek", 2, ["CODES DESC", "b"], set(), {"CODES"}, "b", [], {"b"})
    expect_part(index_fit, "covering", True, ["SEED DESC"], set(), {"b"}, None, [], {"SEED"})
    args = (["CODES DESC", "b"], set(), {"CODES"}, None, ["b"], {"b"})
    expect_part(index_fit, "presorted", True, *args)
    key = ["DESCENT", "b"]
    for order_by, presorted in [(["DESCENT DESC", "b"], False), (["DESCENT", "b"], True)]:
        expect_part(index_fit, "presorted", presorted, key, set(), set(), None, order_by, {"b"})


def test_equal_columns_do_not_block_the_order(index_fit):
    """R6: Columns bound by `=` leave both lists; a range column stays and does block."""
    cases = [
        (["a", "b"], {"a"}, None, ["b"], True),
        (["a", "b", "c"], {"b"}, None, ["a", "c"], True),
        (["a", "b"], {"a"}, None, ["b", "a"], True),
        (["a", "b"], {"z"}, None, ["z", "a", "b"], True),
        (["a DESC", "b"], {"a"}, None, ["a", "b"], True),
        (["a", "b", "c"], {"b"}, None, ["a", "b DESC", "c"], True),
        (["a", "b"], set(), "a", ["b"], False),
        (["a", "b"], set(), "a", ["a", "b"], True),
        (["a", "b", "c"], {"a"}, "b", ["c"], False),
    ]
    for index, eq, rng, order_by, presorted in cases:
        expect_part(index_fit, "presorted", presorted, index, set(), eq, rng, order_by, {"a"})


def test_directions_agree_or_are_all_reversed(index_fit):
    """R7: A scan runs one way: all directions equal or all reversed, never some of each."""
    cases = [
        (["a", "b"], ["a", "b"], True),
        (["a", "b"], ["a DESC", "b DESC"], True),
        (["a", "b"], ["a", "b DESC"], False),
        (["a", "b"], ["a DESC", "b"], False),
        (["a", "b DESC"], ["a", "b DESC"], True),
        (["a", "b DESC"], ["a DESC", "b"], True),
        (["a", "b DESC"], ["a", "b"], False),
        (["a DESC", "b DESC"], ["a", "b"], True),
        (["a", "b", "c DESC"], ["a DESC", "b DESC"], True),
        (["a", "b", "c"], ["a DESC", "b DESC", "c"], False),
        (["a DESC"], ["a"], True),
    ]
    for index, order_by, presorted in cases:
        expect_part(index_fit, "presorted", presorted, index, set(), set(), None, order_by, {"a"})


def test_the_order_is_a_prefix(index_fit):
    """R7: The order must be a prefix of the key: no gap, no other sequence, nothing beyond it."""
    cases = [
        (["a", "b", "c"], ["a", "b"], True),
        (["a", "b", "c"], ["b"], False),
        (["a", "b", "c"], ["a", "c"], False),
        (["a", "b", "c"], ["b", "a"], False),
        (["a", "b"], ["a", "b", "c"], False),
        ([], ["a"], False),
        (["a"], ["b"], False),
    ]
    for index, order_by, presorted in cases:
        expect_part(index_fit, "presorted", presorted, index, set(), set(), None, order_by, {"a"})


def truth(index, include, eq, rng, order_by, needed):
    """Find seek by trying every length, and presorted by scanning a table of all 0/1 rows."""
    names = [item.split()[0] for item in index]
    lengths = range(len(names) + 1)
    # The last of k columns may be the range, every one before it must be bound by "=".
    seek = max(
        k
        for k in lengths
        if eq.issuperset(names[:k]) or (eq.issuperset(names[: k - 1]) and names[k - 1] == rng)
    )
    columns = sorted(({*names} | {item.split()[0] for item in order_by}) - eq)
    rows = [
        dict(zip(columns, bits, strict=True))
        for bits in itertools.product((0, 1), repeat=len(columns))
    ]

    def key(row, items):
        signed = [(item.split()[0], -1 if item.endswith(" DESC") else 1) for item in items]
        return [row[name] * sign for name, sign in signed if name not in eq]

    keyed = [(key(row, index), key(row, order_by)) for row in rows]
    # Rows with equal keys come in any order, so each of them may come first.
    steps = [(x[1], y[1]) for x in keyed for y in keyed if x[0] <= y[0]]
    presorted = all(a <= b for a, b in steps) or all(a >= b for a, b in steps)
    return fit(seek, all(n in names or n in include for n in needed), presorted)


def test_random_queries(index_fit):
    """R1, R2, R3, R4, R5, R6, R7, R8, R9: Random indexes agree with a scan of a small table."""
    rng = random.Random(20260316)
    for _ in range(250):
        columns = list("abcde")
        index = rng.sample(columns, rng.randint(0, 4))
        rest = [c for c in columns if c not in index]
        include = set(rng.sample(rest, rng.randint(0, len(rest))))
        eq = {c for c in columns if rng.random() < 0.35}
        ranged = rng.choice([None, *(c for c in columns if c not in eq)])
        free = [c for c in index if c not in eq]
        order = free[: rng.randint(0, len(free))] if rng.random() < 0.7 else rng.sample(columns, 2)
        order += [c for c in eq if c not in order and rng.random() < 0.2]
        keys = [c + rng.choice(["", " DESC"]) for c in index]
        flip = rng.choice([None, False, True])
        given = {k.split()[0]: k.endswith(" DESC") for k in keys}
        down = [rng.random() < 0.5 if flip is None else given.get(c, False) != flip for c in order]
        order_by = [c + " DESC" * d for c, d in zip(order, down, strict=True)]
        pool = [*index, *include] if rng.random() < 0.6 else columns
        needed = set(rng.sample(pool, rng.randint(0, len(pool))))
        args = (keys, include, eq, ranged, order_by, needed)
        expect(index_fit, args, truth(*args))


def test_result_and_inputs(index_fit):
    """R9: The result has three keys, `seek` is a count and no truth value, inputs stay as given."""
    expect(index_fit, (["a", "b"], {"c"}, {"a"}, "b", ["a"], {"c"}), fit(2, True, True))
    expect(index_fit, (["a", "b DESC"], set(), set(), "b", ["b"], {"c"}), fit(0, False, False))


### END HIDDEN TESTS


# %% tags=["try-it"]
def compare_indexes():
    """Four candidates for the p95 query of the guide, and what each does for it."""
    order = ["terminal_id", "sample_ts", "ingested_at DESC"]
    value = {"downlink_mbps"}
    needed = {"terminal_id", "sample_ts", "ingested_at", "downlink_mbps"}
    candidates = {
        "the guide's": (order, value),
        "the same without INCLUDE": (order, set()),
        "time first": (["sample_ts", "terminal_id", "ingested_at DESC"], value),
        "time alone": (["sample_ts"], set()),
    }
    rows = {
        name: index_fit(index, include, set(), "sample_ts", order, needed)
        for name, (index, include) in candidates.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index")


try_it(compare_indexes, index_fit)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** An index is one sorted list. I open it at a prefix of equalities and one range, walk
# it either way, and skip the table if it holds every column. Linear in the columns.
#
# **Code.**
#
# <!-- answer: q10-index-fit -->
#
# **Walk-through.**
# - R1, R2: the loop stops at the first column that is not an equality; a range may follow, once.
# - R4, R5: names without their direction, plus the included ones, must contain what is needed.
# - R6: equalities leave both lists; a range does not, because its values differ along the stretch.
# - R7: a set of flips has one element when the scan runs one way, two when it cannot.
# - R8: no remaining order makes the prefix and the set empty, so the result is True.
#
# **Rejected.**
# - `sum(name in eq or name == rng for name in names)`: with key (a, b), `b = 1` says 1, although
#   the book cannot be opened at b. Fails with "Only leading columns seek; one behind a gap cannot".
# - Comparing names only: key (a, b) for `ORDER BY a, b DESC` looks presorted and needs a sort.
#   Fails with "A scan runs one way: all directions equal or all reversed".
#
# **Cost.** O(columns) time and memory. It stops being right where the engine knows more: skip
# scans, incremental sort on a prefix, an `IN` list, statistics that make a full scan cheaper.
#
# **Tests.**
# - A gap in the equalities, and a range before an equality.
# - `ORDER BY` with all directions reversed, and with one of two.
# - An included column in the filter and in the order.
#
# **Follow-up.** "Which one index would you keep for the guide's query?" Time first with terminal_id
# behind it reads only the last day, and pays with a sort; the guide's order reads everything and
# sorts nothing. With daily partitions the planner has already dropped the old days, so the guide's
# order wins.
#
# </details>

# %% [markdown] orbitlab={"part": "next-beat", "card": {"prompt": "What does LEAD give for the last row, and what does a comparison with it do?", "answer": "NULL; a comparison with NULL is not true, so the row vanishes. COALESCE it with $as_of, after future rows are filtered out.", "topic": "gaps and islands", "exercises": ["q10-outages"]}}
# ## The door that stayed shut
#
# **Question.** A sensor writes a row whenever a door opens. It is 09:00. Which shut spells lasted
# more than 30 minutes?

# %%
doors = rows_of("""
door  open_ts
   1  08:00:00
   1  08:05:00
   1  08:20:00
   1  09:30:00
""")
doors

# %% [markdown]
# The clock of the sensor runs ahead sometimes: the last row has not happened yet.
#
# **Predict.** How many minutes has the door been shut at 09:00?

# %%
PREDICT = ...

# %% [markdown]
# **Run.** Three readings of "the next row".

# %%
SPELLS = """SELECT open_ts, {stop} AS stop_ts,
    EXTRACT(EPOCH FROM {stop} - open_ts) / 60 AS minutes
FROM (SELECT open_ts, LEAD(open_ts) OVER (ORDER BY open_ts) AS next_ts FROM doors
      WHERE {known}) AS steps
WHERE {stop} - open_ts > INTERVAL '30 minutes' AND open_ts <= $as_of"""
READINGS = {
    "future row left in": {"stop": "next_ts", "known": "TRUE"},
    "tail forgotten": {"stop": "next_ts", "known": "open_ts <= $as_of"},
    "as of 09:00": {"stop": "COALESCE(next_ts, $as_of)", "known": "open_ts <= $as_of"},
}
found = {name: ask(SPELLS.format(**r), at("09:00:00"), doors=doors) for name, r in READINGS.items()}
predicted(PREDICT, float(found["as of 09:00"]["minutes"].iloc[0]), "min")

# %%
fig, ax = canvas(7, 2.4)
for place, (name, spells) in enumerate(found.items()):
    colour = COLOURS["green" if name == "as of 09:00" else "vermilion"]
    for start, minutes in zip(spells["open_ts"], spells["minutes"], strict=True):
        ax.barh(place, minutes, left=start.hour * 60 + start.minute, height=0.5, color=colour)
ax.set_yticks(range(len(found)), [f"{name}: {len(spells)}" for name, spells in found.items()])
ax.vlines(540, -0.5, 2.5, color=COLOURS["black"], linestyle="--")
ax.plot([480, 485, 500, 570], [2.7] * 4, "o", color=COLOURS["blue"])
ax.set_xticks([480, 510, 540, 570], ["08:00", "08:30", "09:00, now", "09:30"])
ax.set_title("A row from the future ends a spell that is still going on")
picture(
    fig,
    alt="Timeline: future row left in, 70 min to 09:30; tail forgotten, no spell; right, 40 min.",
)

# %% [markdown]
# **Why.** The misconception is that LEAD knows the present. It looks at the next *row*: one from
# the future ends the spell early in the report, and none at all is NULL. A comparison with NULL
# is not true, so the spell that matters now vanishes.
#
# **Worked example.** The longest quiet spell of one door:
#
# 1. Throw away what has not happened, before LEAD.
# 2. Let `$as_of` stand in for the missing next row.
# 3. Take the maximum.

# %%
LONGEST = """SELECT MAX(COALESCE(next_ts, $as_of) - open_ts) AS longest
FROM (SELECT open_ts, LEAD(open_ts) OVER (ORDER BY open_ts) AS next_ts
      FROM doors WHERE open_ts <= $as_of) AS steps"""
ask(LONGEST, at("09:00:00"), doors=doors)

# %% [markdown]
# **Your turn.** Look back instead: how long was the door shut *before* each opening? The day began
# at 07:30.

# %%
STAND_IN = ...  # a str: what stands in for the opening before the first one
BEFORE = """SELECT EXTRACT(EPOCH FROM open_ts - COALESCE(LAG(open_ts) OVER (ORDER BY open_ts), {x})) / 60
FROM doors WHERE open_ts <= $as_of ORDER BY open_ts"""
your_turn(
    lambda: ask(BEFORE.format(x=STAND_IN), at("09:00:00"), doors=doors).iloc[:, 0].tolist(),
    [30.0, 5.0, 15.0],
    "A time literal: TIMESTAMPTZ '2026-01-05 …+00'.",
    STAND_IN,
)

# %% [markdown]
# **Say it.** "I drop future rows before LEAD, and `$as_of` stands in for the row that is missing."

# %% [markdown] nbgrader={"grade": false, "grade_id": "q10-outages-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "q10-outages", "title": "Gaps and islands", "section": "time windows", "difficulty": "medium", "minutes": 25, "points": 5, "rounds": ["coding"], "topics": ["sql", "window functions", "gaps and islands"]}
# ### Gaps and islands
#
# `q10-outages` · 25 min · 5 points · asked in the coding round
#
# **Situation.** Gateways beat every 30 s, and silence is the only sign of an outage. The report
# misses the outage that is still going on.
#
# **Task.** Write one statement `OUTAGES_SQL` that lists every outage known at `$as_of`.
#
# **Signature.**
#
# ```sql
# CREATE TABLE heartbeats (
#     gateway_id TEXT        NOT NULL,
#     beat_ts    TIMESTAMPTZ NOT NULL);   -- whole seconds; beats may be repeated
# -- $as_of is a TIMESTAMPTZ, whole seconds
# ```
#
# ```
# gateway_id   beat_ts
# NO0         12:00:00
# NO0         12:00:30
# NO0         12:02:30
# NO0         12:02:30
# NO0         12:06:00
# ```
#
# **Example.** At `$as_of` 12:05:00 on that day:
#
# ```
# gateway_id         outage_start           outage_end  seconds
# NO0         2026-01-05 12:00:30  2026-01-05 12:02:30      120
# NO0         2026-01-05 12:02:30                 NULL      150
# ```
#
# **Rules.**
#
# - A gap counts only above 90 s, from beat to next beat.
# - Silence since the last beat counts too, without an end.
# - A beat after `$as_of` has not happened.
# - A repeated beat is one beat.
#
# **Target.** One sort per gateway.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | known beats | `beat_ts` ≤ `$as_of` | a later beat does not exist and closes nothing |
# | R2 | repeats | equal `gateway_id` and `beat_ts` | one beat |
# | R3 | gap | more than 90 s to the gateway's next beat | one row: `outage_start` the beat before the gap, `outage_end` the next beat |
# | R4 | edge | exactly 90 s, to a beat or to `$as_of` | no outage |
# | R5 | tail | more than 90 s from the last beat to `$as_of` | one row, `outage_end` NULL |
# | R6 | `seconds` | BIGINT | end − start in whole seconds; an open outage counts until `$as_of` |
# | R7 | gateways | each for itself | another gateway's beats change nothing; without a known beat: no row |
# | R8 | output | columns in this order: `gateway_id`, `outage_start`, `outage_end`, `seconds` | by `gateway_id`, then `outage_start` |
# | R9 | statement | one statement, a final `;` allowed | reads `$as_of`; gives the same rows at any wall-clock time |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Put each beat beside the next one of its gateway. The last beat has none: what stands in for it
# when you measure, and what do you print as its end?
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```sql
# WITH steps AS (SELECT gateway_id, beat_ts, LEAD(beat_ts) OVER (…) AS next_beat
#                FROM (SELECT DISTINCT … FROM heartbeats WHERE …) AS beats)
# SELECT …, COALESCE(next_beat, …) …
# FROM steps WHERE … > INTERVAL '90 seconds'
# ORDER BY …
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "q10-outages", "locked": false, "schema_version": 3, "solution": true, "task": false}
OUTAGES_SQL = ...  # a str that holds one statement
### BEGIN SOLUTION
OUTAGES_SQL = """
WITH beats AS (
    SELECT DISTINCT gateway_id, beat_ts
    FROM heartbeats
    WHERE beat_ts <= $as_of                  -- before LEAD, or a future beat closes a gap
), steps AS (
    SELECT gateway_id, beat_ts,
           LEAD(beat_ts) OVER (PARTITION BY gateway_id ORDER BY beat_ts) AS next_beat
    FROM beats
)
SELECT gateway_id,
       beat_ts AS outage_start,
       next_beat AS outage_end,              -- NULL: still going on
       CAST(EXTRACT(EPOCH FROM COALESCE(next_beat, $as_of) - beat_ts) AS BIGINT) AS seconds
FROM steps
WHERE COALESCE(next_beat, $as_of) - beat_ts > INTERVAL '90 seconds'
ORDER BY gateway_id, outage_start
"""
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "q10-outages-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# %%check q10-outages --points 5
from datetime import UTC, datetime

import pandas as pd

from orbitlab.checks import expect_rows

SCHEMA = "CREATE TABLE heartbeats (gateway_id TEXT NOT NULL, beat_ts TIMESTAMPTZ NOT NULL)"
RESULT = ["gateway_id", "outage_start", "outage_end", "seconds"]


def moment(text):
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)


def heartbeats(**beats):
    rows = [(who, moment(when)) for who, whens in beats.items() for when in whens]
    frame = pd.DataFrame(rows, columns=["gateway_id", "beat_ts"])
    return frame.astype({"gateway_id": "str", "beat_ts": "datetime64[us, UTC]"})


def outages(*rows):
    times = "datetime64[us, UTC]"
    kinds = {"gateway_id": "str", "outage_start": times, "outage_end": times, "seconds": "int64"}
    return pd.DataFrame(rows, columns=RESULT).astype(kinds)


def check_rows(sql, table, as_of, *rows):
    rows = [(who, moment(a), b and moment(b), seconds) for who, a, b, seconds in rows]
    expect_rows(sql, SCHEMA, {"heartbeats": table}, outages(*rows), as_of=moment(as_of))


def test_example(OUTAGES_SQL):
    """R3, R5, R8: The example of the prompt comes out, the open outage included."""
    beats = ["01-05 12:00:00", "01-05 12:00:30", "01-05 12:02:30", "01-05 12:02:30"]
    check_rows(
        OUTAGES_SQL,
        heartbeats(NO0=[*beats, "01-05 12:06:00"]),
        "01-05 12:05:00",
        ("NO0", "01-05 12:00:30", "01-05 12:02:30", 120),
        ("NO0", "01-05 12:02:30", None, 150),
    )


def test_ninety_is_no_outage(OUTAGES_SQL):
    """R4: A gap of exactly 90 s is none, 91 s is one; the same holds up to $as_of."""
    table = heartbeats(
        NO0=["01-05 12:00:00", "01-05 12:01:30", "01-05 12:03:01"],
        NO1=["01-05 12:03:00"],
    )
    gap = ("NO0", "01-05 12:01:30", "01-05 12:03:01", 91)
    check_rows(OUTAGES_SQL, table, "01-05 12:04:30", gap)
    check_rows(OUTAGES_SQL, table, "01-05 12:04:31", gap, ("NO1", "01-05 12:03:00", None, 91))


### BEGIN HIDDEN TESTS
import random
from datetime import timedelta


def oracle(table, as_of):
    """The contract in plain Python, one beat after the other."""
    beats = {}
    for who, when in table.itertuples(index=False):
        if when <= as_of:
            beats.setdefault(who, set()).add(when)
    rows = []
    for who in sorted(beats):
        times = sorted(beats[who])
        for this, following in zip(times, [*times[1:], None], strict=True):
            seconds = int(((following or as_of) - this).total_seconds())
            if seconds > 90:
                rows.append((who, this, following, seconds))
    return outages(*rows)


def seeded(seed, as_of):
    """Some 900 beats of nine gateways: repeats, losses, dead tails, beats at and after `as_of`."""
    dice = random.Random(seed)
    rows = []
    for i, who in enumerate(["NO0", "NO1", "NO2", "SO0", "SO1", "SO2", "IS0", "IS1", "IS10"]):
        second = -2_500 + dice.randrange(30)
        end = 300 if i % 3 else -dice.choice([89, 90, 91, 92, 400])
        while second <= end:
            rows += [(who, as_of + timedelta(seconds=second))] * dice.choice([1, 1, 1, 1, 2, 3])
            second += dice.choice([30] * 30 + [60, 89, 90, 91, 92, 119, 120, 121, 400])
        if i % 3 == 0:
            rows.append((who, as_of + timedelta(seconds=end)))
            rows.append((who, as_of + timedelta(seconds=dice.choice([0, 1, 5, 95]))))
    rows.append(("XX0", as_of + timedelta(seconds=3)))
    dice.shuffle(rows)
    frame = pd.DataFrame(rows, columns=["gateway_id", "beat_ts"])
    return frame.astype({"gateway_id": "str", "beat_ts": "datetime64[us, UTC]"})


def check_seeded(sql, seed, as_of):
    table = seeded(seed, as_of)
    expect_rows(sql, SCHEMA, {"heartbeats": table}, oracle(table, as_of), as_of=as_of)


def test_repeated_beats(OUTAGES_SQL):
    """R2: A beat received twice, before a gap, behind it or last of all, gives no second row."""
    twice = ["01-05 12:00:00", "01-05 12:04:00", "01-05 12:08:00"]
    check_rows(
        OUTAGES_SQL,
        heartbeats(SO1=twice + twice + twice[:1]),
        "01-05 12:10:00",
        ("SO1", "01-05 12:00:00", "01-05 12:04:00", 240),
        ("SO1", "01-05 12:04:00", "01-05 12:08:00", 240),
        ("SO1", "01-05 12:08:00", None, 120),
    )


def test_future_beat_closes_nothing(OUTAGES_SQL):
    """R1: A beat after $as_of closes no outage and starts none; a beat at $as_of does count."""
    table = heartbeats(
        SO0=["01-05 12:00:00", "01-05 12:05:01", "01-05 12:30:00"],
        SO1=["01-05 12:00:00", "01-05 12:05:00", "01-05 12:30:00"],
        SO2=["01-05 12:05:01", "01-05 12:30:00"],
    )
    check_rows(
        OUTAGES_SQL,
        table,
        "01-05 12:05:00",
        ("SO0", "01-05 12:00:00", None, 300),
        ("SO1", "01-05 12:00:00", "01-05 12:05:00", 300),
    )


def test_open_tail(OUTAGES_SQL):
    """R5: Silence after the last beat is an outage without an end, for a lone beat as well."""
    table = heartbeats(
        IS0=["01-05 12:00:00"],
        IS1=["01-05 12:00:00", "01-05 12:00:30", "01-05 12:01:00"],
        IS2=["01-05 12:00:00", "01-05 12:01:00", "01-05 12:02:00"],
    )
    check_rows(
        OUTAGES_SQL,
        table,
        "01-05 12:03:00",
        ("IS0", "01-05 12:00:00", None, 180),
        ("IS1", "01-05 12:01:00", None, 120),
    )


def test_whole_seconds(OUTAGES_SQL):
    """R3, R6: The rule counts seconds, not minutes, and a gap of days is counted in full."""
    table = heartbeats(
        NO2=[
            "01-01 00:00:59",
            "01-01 00:02:20",
            "01-01 00:03:59",
            "01-01 00:05:58",
            "01-04 03:25:43",
        ]
    )
    check_rows(
        OUTAGES_SQL,
        table,
        "01-04 03:26:00",
        ("NO2", "01-01 00:02:20", "01-01 00:03:59", 99),
        ("NO2", "01-01 00:03:59", "01-01 00:05:58", 119),
        ("NO2", "01-01 00:05:58", "01-04 03:25:43", 271_185),
    )


def test_gateways_apart(OUTAGES_SQL):
    """R7, R8: Beats of another gateway fill no gap; rows go by gateway, then by start."""
    table = heartbeats(
        SO0=["01-05 12:00:30", "01-05 12:02:30", "01-05 12:05:00"],
        IS0=["01-05 12:01:30", "01-05 12:03:30", "01-05 12:05:00"],
        NO0=["01-05 12:00:00", "01-05 12:02:00", "01-05 12:03:30", "01-05 12:05:00"],
    )
    check_rows(
        OUTAGES_SQL,
        table,
        "01-05 12:05:30",
        ("IS0", "01-05 12:01:30", "01-05 12:03:30", 120),
        ("NO0", "01-05 12:00:00", "01-05 12:02:00", 120),
        ("SO0", "01-05 12:00:30", "01-05 12:02:30", 120),
        ("SO0", "01-05 12:02:30", "01-05 12:05:00", 150),
    )


def test_seeded_past(OUTAGES_SQL):
    """R1, R2, R3, R4, R5, R6, R7, R8, R9: Seeded heartbeats far in the past agree with a beat-by-beat count."""
    check_seeded(OUTAGES_SQL, 20260316, datetime(2018, 6, 1, 0, 0, 10, tzinfo=UTC))


def test_seeded_future(OUTAGES_SQL):
    """R1, R2, R3, R4, R5, R6, R7, R8, R9: Seeded heartbeats far in the future agree too: the wall clock is not asked."""
    check_seeded(OUTAGES_SQL, 5, datetime(2043, 12, 31, 23, 59, 0, tzinfo=UTC))


### END HIDDEN TESTS

# %% tags=["try-it"]
NOW = datetime(2026, 1, 7, tzinfo=UTC)


def outage_strips():
    found = ask(OUTAGES_SQL, NOW, heartbeats=table("heartbeats"))
    gateways = sorted(table("gateways")["gateway_id"])[::-1]
    start = (found["outage_start"] - pd.Timestamp("2026-01-05", tz="UTC")).dt.total_seconds() / 3600
    fig, ax = canvas(8, 3.2)
    for i, row in found.iterrows():
        still_open = pd.isna(row["outage_end"])
        colour = COLOURS["vermilion" if still_open else "orange"]
        place = gateways.index(row["gateway_id"])
        ax.barh(place, row["seconds"] / 3600, left=start[i], height=0.8, color=colour)
        ax.text(
            start[i] - 0.3,
            place,
            f"{row['seconds'] // 60} min",
            ha="right",
            va="center",
            fontsize=8,
        )
    ax.set_yticks(range(len(gateways)), gateways)
    ax.set_xlim(0, 48)
    ax.set_xlabel("hours since 2026-01-05 00:00 UTC")
    ax.set_title("Three southern gateways fall silent together; IS3 still is")
    picture(
        fig,
        alt="Strips of silence per gateway over 48 hours: SO0, SO1 and SO3 for 25 minutes at 14:00, NO3 "
        "at 21:10, IS2 on the second day at 03:40, and IS3 from 19:30 on without an end.",
    )
    return found


try_it(outage_strips, OUTAGES_SQL)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Known, distinct beats; each beside its gateway's next; `$as_of` stands in for the
# missing one. Strictly more than 90 s. One sort, O(n log n).
#
# **Code.**
#
# <!-- answer: q10-outages -->
#
# **Walk-through.**
#
# - R1 is filtered before LEAD: afterwards a future beat would already have closed the gap.
# - R2: DISTINCT makes a repeated beat one; LEAD alone survives repeats, a self-join does not.
# - R5 and R6 share one expression: `COALESCE(next_beat, $as_of)` measures, `next_beat` is printed.
# - R4: the interval is compared with `>`; in whole seconds 90 is no outage, 91 is.
#
# **Rejected.**
#
# - `WHERE next_beat - beat_ts > …` without COALESCE: the last beat's NULL is not true. A lone beat
#   three minutes ago gives no row. Fails "R5: Silence after the last beat is an outage".
# - `date_diff('minute', …) > 1`: counts minute boundaries. 00:00:59 to 00:02:20 is 81 s and crosses
#   two of them. Fails "R3, R6: The rule counts seconds".
#
# **Cost.** One sort per gateway, n log n; an index on (`gateway_id`, `beat_ts`) hands the rows over
# in order. A self-join is quadratic per gateway without one.
#
# **Tests.**
#
# - Gaps of 90 and 91 s, to a beat and to `$as_of`.
# - A beat one second after `$as_of`.
# - A gateway with a single beat, repeated.
#
# **Follow-up.** "Region outages?" Overlap the gateways' outages per region: +1 at each start, −1 at
# each end, a running sum, and keep where three of four are silent. Open ends count as `$as_of`.
#
# </details>

# %% [markdown] orbitlab={"part": "twice-in-a-batch", "card": {"prompt": "Two rows of one key in one INSERT … ON CONFLICT DO UPDATE: what do DuckDB and PostgreSQL do?", "answer": "DuckDB keeps the first row without a word, PostgreSQL stops with an error. Dedupe the batch first, by the same order that decides the conflict.", "topic": "idempotent writes", "exercises": ["q10-upsert"]}}
# ## Same rows, another table
#
# **Question.** A batch holds a sample twice: 30 stored at 12:01, corrected to 90 at 12:02. What does
# a plain upsert into an empty table leave?

# %%
corrected_first = rows_of("""
sample_ts  stored_at  mbps
12:00:00   12:02:00     90
12:00:00   12:01:00     30
""")
correction_last = corrected_first[::-1]

# %% [markdown]
# **Predict.** The correction arrives last in the batch. What is in the table?

# %%
PREDICT = ...

# %% [markdown]
# **Run.** The same two rows, in both orders. `merged` starts from an empty table each time.


# %%
def merged(statement, *batches):
    """Return what DuckDB's table `kept` holds after one statement per batch."""
    with duckdb.connect() as con:
        con.execute(
            "CREATE TABLE kept (sample_ts TIMESTAMPTZ PRIMARY KEY, stored_at TIMESTAMPTZ, mbps DOUBLE)"
        )
        for batch in batches:
            con.register("batch", batch)
            con.execute(statement)
        return [
            row[0] for row in con.execute("SELECT mbps FROM kept ORDER BY sample_ts").fetchall()
        ]


# %%
NAIVE = """INSERT INTO kept SELECT * FROM batch ON CONFLICT (sample_ts) DO UPDATE
SET stored_at = excluded.stored_at, mbps = excluded.mbps WHERE excluded.stored_at > kept.stored_at"""
after = {
    "90, then 30": merged(NAIVE, corrected_first),
    "30, then 90": merged(NAIVE, correction_last),
}
predicted(PREDICT, after["30, then 90"][0], "Mbps")

# %%
fig, ax = canvas(7, 2.2)
colours = [COLOURS["green"], COLOURS["vermilion"]]
ax.barh(list(after), [values[0] for values in after.values()], color=colours, height=0.55)
ax.invert_yaxis()
ax.set_xlabel("value in the table [Mbps]")
ax.set_ylabel("rows in the batch")
ax.set_title("The order inside one batch decides what DuckDB keeps")
picture(fig, alt=f"Bars of what is kept: {after}. The first row of the batch stays in both cases.")

# %% [markdown]
# **Why.** The misconception is that ON CONFLICT sees every row of the batch. It compares a batch
# with the *table*. DuckDB keeps the first row of a key and says nothing; PostgreSQL stops: a row
# cannot be affected twice. The guard in WHERE looks right and never runs.
#
# **Worked example.** The same batch, in both orders; no two of its times are equal:
#
# 1. Rank the batch per key, newest first.
# 2. Send only the winners.
# 3. Let ON CONFLICT decide between winner and table.

# %%
RANKED = """INSERT INTO kept SELECT sample_ts, stored_at, mbps
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY sample_ts ORDER BY {order}) AS n FROM batch) AS r
WHERE n = 1 ON CONFLICT (sample_ts) DO UPDATE
SET stored_at = excluded.stored_at, mbps = excluded.mbps WHERE {guard}"""
newest = {"order": "stored_at DESC", "guard": "excluded.stored_at > kept.stored_at"}
print(
    merged(RANKED.format(**newest), corrected_first),
    merged(RANKED.format(**newest), correction_last),
)

# %% [markdown]
# **Your turn.** Another table keeps the *peak* per sample, whatever its time. Fill both holes.

# %%
PEAK_ORDER = ...  # a str: who wins inside the batch
PEAK_GUARD = ...  # a str: when the winner replaces the row that is there
quiet = correction_last.assign(mbps=[20.0, 10.0])
your_turn(
    lambda: merged(RANKED.format(order=PEAK_ORDER, guard=PEAK_GUARD), correction_last, quiet),
    [90.0],
    "Both contests are about mbps now.",
    PEAK_ORDER,
    PEAK_GUARD,
)

# %% [markdown]
# **Say it.** "Two contests, one order: I dedupe the batch, then guard the update with the same pair."

# %% [markdown] nbgrader={"grade": false, "grade_id": "q10-upsert-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "q10-upsert", "title": "Late and twice", "section": "idempotent writes", "difficulty": "medium", "minutes": 25, "points": 5, "rounds": ["coding"], "topics": ["sql", "idempotency", "upsert"]}
# ### Late and twice
#
# `q10-upsert` · 25 min · 5 points · asked in the coding round
#
# **Situation.** A loader fills `staging` and merges it into `latest`. It retries, and batches
# overtake each other, so the table depends on luck.
#
# **Task.** Write one statement `UPSERT_SQL` that merges `staging` into `latest`.
#
# **Signature.**
#
# ```sql
# CREATE TABLE latest (
#     terminal_id   BIGINT      NOT NULL,
#     sample_ts     TIMESTAMPTZ NOT NULL,
#     ingested_at   TIMESTAMPTZ NOT NULL,
#     ingest_id     BIGINT      NOT NULL,   -- unique per version
#     downlink_mbps DOUBLE PRECISION,       -- NULL takes the sample back
#     PRIMARY KEY (terminal_id, sample_ts));
# -- staging has the same columns and no key; there is no parameter
# ```
#
# ```
# staging: terminal_id  sample_ts  ingested_at  ingest_id  downlink_mbps
#                 1001   12:00:00     12:00:09         12           90.0
#                 1001   12:00:00     12:00:02         11           30.0
#                 1001   12:00:30     12:01:00         13           NULL
#                 1002   12:00:00     12:00:02          8           70.0
#                 1002   12:00:30     12:00:31          9           75.0
# ```
#
# **Example.** `latest` knows (1001, 12:00:30, 12:00:35, 10, 55.0) and
# (1002, 12:00:00, 12:00:05, 7, 60.0). Afterwards:
#
# ```
# terminal_id  sample_ts  ingested_at  ingest_id  downlink_mbps
#        1001   12:00:00     12:00:09         12           90.0
#        1001   12:00:30     12:01:00         13           NULL
#        1002   12:00:00     12:00:05          7           60.0
#        1002   12:00:30     12:00:31          9           75.0
# ```
#
# **Rules.**
#
# - The version with the larger (`ingested_at`, `ingest_id`) wins.
# - It wins as a whole row, NULL included.
# - The same holds among rows of one batch.
# - Any order and any repetition of batches ends alike.
#
# **Target.** One statement, one sort of the batch.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | new key | (`terminal_id`, `sample_ts`) not in `latest` | inserted with all five columns |
# | R2 | known key | staging's (`ingested_at`, `ingest_id`) is larger: time first, the id only on equal times | all columns are replaced |
# | R3 | older | it is smaller | the row of `latest` stays as it is |
# | R4 | NULL | the winner's `downlink_mbps` is NULL | NULL is stored; no older value is kept |
# | R5 | in-batch duplicates | several rows of one key in `staging`, in any order | the one with the largest pair takes part |
# | R6 | batches | any order, any repetition, any split of the same rows | the same table |
# | R7 | equal | the same version again | nothing changes |
# | R8 | bystanders | keys of `latest` that `staging` lacks; an empty `staging` | stay; `staging` itself stays as it was |
# | R9 | statement | one statement, a final `;` allowed, no parameter | no second statement cleans up |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Two contests decide: first among the rows of the batch, then between its winner and the row that
# is there already. Both are decided by the same pair.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```sql
# INSERT INTO latest
# SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps
# FROM (SELECT *, ROW_NUMBER() OVER (…) AS version FROM staging) AS ranked WHERE …
# ON CONFLICT (terminal_id, sample_ts) DO UPDATE SET …
# WHERE (…) > (…)
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "q10-upsert", "locked": false, "schema_version": 3, "solution": true, "task": false}
UPSERT_SQL = ...  # a str that holds one statement
### BEGIN SOLUTION
UPSERT_SQL = """
INSERT INTO latest (terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps)
SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps
FROM (
    SELECT terminal_id, sample_ts, ingested_at, ingest_id, downlink_mbps,
           ROW_NUMBER() OVER (
               PARTITION BY terminal_id, sample_ts
               ORDER BY ingested_at DESC, ingest_id DESC
           ) AS version
    FROM staging
) AS ranked
WHERE version = 1                       -- the contest inside the batch
ON CONFLICT (terminal_id, sample_ts) DO UPDATE
SET ingested_at = excluded.ingested_at,
    ingest_id = excluded.ingest_id,
    downlink_mbps = excluded.downlink_mbps
WHERE (excluded.ingested_at, excluded.ingest_id)
    > (latest.ingested_at, latest.ingest_id)  -- the contest with what is there
"""
### END SOLUTION

# %% nbgrader={"grade": true, "grade_id": "q10-upsert-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# %%check q10-upsert --points 5
from datetime import UTC, datetime

import pandas as pd

from orbitlab.checks import Database, Mismatch, difference

COLUMNS = ["terminal_id", "sample_ts", "ingested_at", "ingest_id", "downlink_mbps"]
TYPES = """terminal_id BIGINT NOT NULL, sample_ts TIMESTAMPTZ NOT NULL,
    ingested_at TIMESTAMPTZ NOT NULL, ingest_id BIGINT NOT NULL, downlink_mbps DOUBLE PRECISION"""
SCHEMA = f"""CREATE TABLE latest ({TYPES}, PRIMARY KEY (terminal_id, sample_ts));
CREATE TABLE staging ({TYPES})"""


def moment(text):
    return datetime.fromisoformat(f"2026-01-05 {text}").replace(tzinfo=UTC)


def table(*rows):
    rows = [
        (who, *(moment(t) if isinstance(t, str) else t for t in (when, came)), number, mbps)
        for who, when, came, number, mbps in rows
    ]
    times = "datetime64[us, UTC]"
    kinds = {"sample_ts": times, "ingested_at": times, "downlink_mbps": "float64"}
    kinds |= {"terminal_id": "int64", "ingest_id": "int64"}
    return pd.DataFrame(rows, columns=COLUMNS).astype(kinds)


def check_merge(sql, latest, batches, expected):
    """Merge the batches one after the other and compare `latest` with the expected rows."""
    with Database(SCHEMA, {"latest": latest}) as database:
        for batch in batches:
            database.replace("staging", batch)
            database.run(sql)
        staging, got = database.read("staging"), database.read("latest")
    if difference(batches[-1].sort_values(COLUMNS), staging):
        raise Mismatch("staging was changed")
    found = difference(expected, got)
    if found:
        parts = {"latest": latest} | {f"batch {i}": b for i, b in enumerate(batches, start=1)}
        call = "\n\n".join(f"{name}:\n{part.to_string(max_rows=8)}" for name, part in parts.items())
        shown = {"expected": expected.to_string(max_rows=8), "got": got.to_string(max_rows=8)}
        raise Mismatch(f"{found.finding} in latest", call=call, **shown)


def test_example(UPSERT_SQL):
    """R1, R2, R3, R4, R5: The example of the prompt comes out: in a batch, too, the newer version wins."""
    latest = table(
        (1001, "12:00:30", "12:00:35", 10, 55.0), (1002, "12:00:00", "12:00:05", 7, 60.0)
    )
    staging = table(
        (1001, "12:00:00", "12:00:09", 12, 90.0),
        (1001, "12:00:00", "12:00:02", 11, 30.0),
        (1001, "12:00:30", "12:01:00", 13, None),
        (1002, "12:00:00", "12:00:02", 8, 70.0),
        (1002, "12:00:30", "12:00:31", 9, 75.0),
    )
    expected = table(
        (1001, "12:00:00", "12:00:09", 12, 90.0),
        (1001, "12:00:30", "12:01:00", 13, None),
        (1002, "12:00:00", "12:00:05", 7, 60.0),
        (1002, "12:00:30", "12:00:31", 9, 75.0),
    )
    check_merge(UPSERT_SQL, latest, [staging], expected)


def test_batches_in_both_orders(UPSERT_SQL):
    """R3, R6: An older batch that arrives last, or again, takes nothing back."""
    old = table((1001, "12:00:00", "12:00:02", 1, 30.0))
    new = table((1001, "12:00:00", "12:00:09", 2, 90.0))
    check_merge(UPSERT_SQL, table(), [old, new, old, new], new)
    check_merge(UPSERT_SQL, table(), [new, old], new)


### BEGIN HIDDEN TESTS
import random
from datetime import timedelta
from itertools import permutations


def oracle(*tables):
    """The contract in plain Python: of every key the row with the largest pair."""
    best = {}
    for each in tables:
        for row in each.itertuples(index=False):
            key, pair = (row[0], row[1]), (row[2], row[3])
            if key not in best or pair > best[key][0]:
                best[key] = (pair, row)
    return table(*(tuple(best[key][1]) for key in sorted(best)))


def versions(seed):
    """Some 240 versions of 40 samples: ties, ids against time, NULL values."""
    dice = random.Random(seed)
    numbers = list(range(1, 241))
    dice.shuffle(numbers)
    rows = []
    for number in numbers:
        who, slot = dice.choice([7, 1001, 1002, 1003]), dice.randrange(10)
        came = moment("13:00:00") + timedelta(seconds=dice.choice([0, 0, 5, 10, 10, 600]))
        mbps = None if dice.random() < 0.3 else round(dice.uniform(0, 200), 1)
        rows.append((who, moment("12:00:00") + timedelta(seconds=30 * slot), came, number, mbps))
    return rows


def check_seeded(sql, seed):
    dice = random.Random(seed + 1)
    rows = versions(seed)
    latest = oracle(table(*rows[:30]))
    batches = [table(*rows[i : i + 70]) for i in range(30, len(rows), 70)]
    expected = oracle(latest, *batches)
    order = batches + dice.choices(batches, k=2)
    dice.shuffle(order)
    check_merge(sql, latest, order, expected)
    check_merge(sql, latest, [table(*reversed(rows[30:]))], expected)


def cases(*stories):
    """Give each story (rows there, rows of the batch, winner) a terminal of its own.

    A row is (ingested_at, ingest_id, downlink_mbps), always of the sample at 12:00:00.
    """
    parts = [], [], []
    for who, story in enumerate(stories, start=1001):
        for part, rows in zip(parts, story, strict=True):
            for came, number, mbps in rows:
                part.append((who, "12:00:00", f"12:00:{came:02d}", 100 * who + number, mbps))
    latest, staging, expected = (table(*part) for part in parts)
    return latest, [staging], expected


def test_in_batch_duplicates(UPSERT_SQL):
    """R5: Several versions in one batch: the newest takes part, whatever their order."""
    rows = [(5, 21, 50.0), (9, 20, 90.0), (2, 22, 30.0)]
    there = [(1, 3, 10.0)]
    stories = [(base, order, [rows[1]]) for order in permutations(rows) for base in ([], there)]
    check_merge(UPSERT_SQL, *cases(*stories))


def test_in_batch_ties(UPSERT_SQL):
    """R5: Versions of one batch stored at the same instant: the larger ingest_id decides."""
    rows = [(5, 31, 50.0), (5, 32, 20.0), (5, 30, 90.0)]
    stories = [([], order, [rows[1]]) for order in permutations(rows)]
    check_merge(UPSERT_SQL, *cases(*stories))


def test_time_before_id(UPSERT_SQL):
    """R2: The pair is compared time first: a larger ingest_id alone does not win."""
    early, late = [(5, 41, 50.0)], [(9, 40, 90.0)]
    stories = [(early, late, late), (late, early, late), ([], early + late, late)]
    check_merge(UPSERT_SQL, *cases(*stories, ([], late + early, late)))


def test_times_within_one_second(UPSERT_SQL):
    """R2, R5: A later fraction of the same second is later, no tie, in a batch and against latest."""
    early, late = ("12:00:05.250", 46, 50.0), ("12:00:05.750", 45, 90.0)
    there = [(1001, early), (1002, late)]
    batch = [(1001, late), (1002, early), (1003, early), (1003, late), (1004, late), (1004, early)]
    winners = [(who, late) for who in (1001, 1002, 1003, 1004)]
    latest, staging, expected = (
        table(*((who, "12:00:00", *version) for who, version in part))
        for part in (there, batch, winners)
    )
    check_merge(UPSERT_SQL, latest, [staging], expected)


def test_tie_with_latest(UPSERT_SQL):
    """R2, R3: On equal ingested_at the ingest_id decides, and only the larger one replaces."""
    small, large = [(5, 50, 50.0)], [(5, 51, 20.0)]
    check_merge(UPSERT_SQL, *cases((small, large, large), (large, small, large)))


def test_null_wins_like_a_value(UPSERT_SQL):
    """R4: A newer NULL overwrites the value, an older NULL does not, and a value follows a NULL."""
    value, gone, back = [(5, 60, 50.0)], [(6, 61, None)], [(7, 62, 40.0)]
    stories = [(value, gone, gone), (gone, value, gone), (gone, back, back), (back, gone, back)]
    stories += [([], value + gone, gone), ([], gone + value, gone), ([], gone + back, back)]
    check_merge(UPSERT_SQL, *cases(*stories))


def test_whole_row_is_replaced(UPSERT_SQL):
    """R2: The winner replaces every column; a kept old time or id decides the next batch wrongly."""
    first = table((1001, "12:00:00", "12:00:05", 70, 50.0))
    third = table((1001, "12:00:00", "12:00:09", 72, 90.0))
    second = table((1001, "12:00:00", "12:00:07", 71, 10.0))
    check_merge(UPSERT_SQL, first, [third, second], third)


def test_bystanders_stay(UPSERT_SQL):
    """R7, R8: Other keys, an empty batch and the same version again change nothing."""
    here = (1001, "12:00:00", "12:00:05", 80, 50.0)
    same_time = (1002, "12:00:00", "12:00:05", 81, None)
    new = (1001, "12:00:30", "12:00:35", 82, 60.0)
    latest = table(here, same_time)
    expected = table(here, new, same_time)
    check_merge(UPSERT_SQL, latest, [table(new), table(), table(here), table(new)], expected)


def test_seeded_batches(UPSERT_SQL):
    """R1, R2, R3, R4, R5, R6, R7, R8, R9: Seeded batches in any order, repeated or merged into one, end in the same table."""
    check_seeded(UPSERT_SQL, 20260316)


def test_seeded_again(UPSERT_SQL):
    """R1, R2, R3, R4, R5, R6, R7, R8, R9: Another seeded history converges as well, in every order of its batches."""
    check_seeded(UPSERT_SQL, 11)


### END HIDDEN TESTS

# %% tags=["try-it"]
LATEST = """CREATE TABLE latest (terminal_id BIGINT, sample_ts TIMESTAMPTZ, ingested_at TIMESTAMPTZ,
    ingest_id BIGINT, downlink_mbps DOUBLE, PRIMARY KEY (terminal_id, sample_ts))"""


def replay(batches):
    """Merge the batches in this order; return each step's table."""
    steps = []
    with duckdb.connect() as con:
        con.execute(LATEST)
        con.execute("CREATE TABLE staging AS FROM latest")
        for batch in batches:
            con.register("batch", batch)
            con.execute("DELETE FROM staging")
            con.execute("INSERT INTO staging SELECT * FROM batch")
            con.execute(UPSERT_SQL)
            found = con.execute("SELECT ingest_id FROM latest").fetchall()
            steps.append({row[0] for row in found})
    return steps


def three_orders():
    rows = table("terminal_telemetry").query("terminal_id <= 1003")
    batches = [rows.iloc[i : i + 500] for i in range(0, len(rows), 500)]
    dice = np.random.default_rng(3)
    mixed = [batches[i] for i in dice.permutation(np.repeat(np.arange(len(batches)), 2))]
    orders = {"in order": batches, "backwards": batches[::-1], "shuffled, each twice": mixed}
    runs = {name: replay(order) for name, order in orders.items()}
    final = runs["in order"][-1]
    fig, ax = canvas(7.5, 3)
    for name, steps in runs.items():
        ax.plot(range(1, len(steps) + 1), [len(final - s) for s in steps], ".-", label=name)
    ax.set_xlabel("batches merged")
    ax.set_ylabel("rows of the final table missing")
    ax.legend()
    ax.set_title("Any order, any repetition: every replay ends in the same table")
    picture(
        fig, alt="Three falling lines, one per order of batches, that all end at zero missing rows."
    )
    return {name: steps[-1] == final for name, steps in runs.items()}


try_it(three_orders, UPSERT_SQL)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Keeping the maximum of a total order is commutative, associative and idempotent, so
# batches converge. The order is (`ingested_at`, `ingest_id`), in the batch and against the table.
#
# **Code.**
#
# <!-- answer: q10-upsert -->
#
# **Walk-through.**
#
# - R5: ROW_NUMBER leaves one row per key, so ON CONFLICT meets each key once.
# - R2 and R3: a row comparison in WHERE looks at the time first and at the id only on a tie.
# - R4: the value is assigned, not coalesced; a NULL is news like any other.
# - R6 and R7 follow: a maximum does not care about order, and equal pairs are not larger.
#
# **Rejected.**
#
# - `COALESCE(excluded.downlink_mbps, latest.downlink_mbps)`: a newer NULL after 50 leaves 50. Fails
#   "R4: A newer NULL overwrites the value".
# - Updating the value only: after versions of 12:05 and 12:09 the row still says 12:05, so one of
#   12:07 wins later. Fails "R2: The winner replaces every column".
#
# **Cost.** One sort of the batch, one probe of the key per row. It stops being right when two
# versions share the whole pair: then nothing says which is newer.
#
# **Tests.**
#
# - One batch in all orders of three versions.
# - Two batches in both orders, one of them twice.
# - A NULL before and after a value.
#
# **Follow-up.** "And deletes?" Treat a delete as a version: a row with NULL, as here. Really deleting
# the row forgets its time, so an older batch would bring it back.
#
# </details>

# %% [markdown] orbitlab={"part": "annotated-plan", "card": {"prompt": "An inner index scan prints 0.064 ms and loops=1500. What did it cost, and what did its parent spend itself?", "answer": "96 ms: printed times are means per loop. The parent's own time is its printed time times its loops, minus that of its direct children.", "topic": "query plans", "exercises": ["q10-plan"]}}
# ## One annotated plan
#
# **Question.** "This query takes 120 ms. Which line of its plan do you fix?"
#
# ```text
# Sort                          120.000 ms  loops=1
#   Nested Loop                 108.000 ms  loops=1
#     Seq Scan on passes          4.000 ms  loops=1      rows=1500
#     Index Scan on heartbeats    0.064 ms  loops=1500   rows=1
# ```
#
# **Predict.** How many milliseconds did the Nested Loop spend itself, without its children?

# %%
PREDICT = ...  # ms

# %% [markdown]
# **Run.** Times in a plan are *means per loop* and *include the children*. Undo both.

# %%
nodes = pd.DataFrame(
    [
        ("Sort", None, 120.0, 1, 1, 0),
        ("Nested Loop", "Sort", 108.0, 1, 1, 1),
        ("Seq Scan\npasses", "Nested Loop", 4.0, 1, 0, 2),
        ("Index Scan\nheartbeats", "Nested Loop", 0.064, 1500, 2, 2),
    ],
    columns=["node", "parent", "printed_ms", "loops", "x", "depth"],
).set_index("node")
nodes["inclusive_ms"] = nodes.printed_ms * nodes.loops
children_ms = nodes.groupby("parent").inclusive_ms.sum()
nodes["self_ms"] = nodes.inclusive_ms - children_ms.reindex(nodes.index, fill_value=0.0)
predicted(PREDICT, round(nodes.self_ms["Nested Loop"], 3), "ms")
nodes.drop(columns=["x", "depth"]).round(3)

# %%
fig, ax = canvas(7.5, 3.4)
for name, node in nodes.iterrows():
    if node.depth:
        up = nodes.loc[node.parent]
        ax.plot([node.x, up.x], [node.depth, up.depth], color=COLOURS["grey"], zorder=1)
    shade = colormaps["OrRd"](0.05 + 0.6 * node.self_ms / nodes.self_ms.sum())
    label = f"{name}\n{node.printed_ms:g} ms × {node.loops}\nself {node.self_ms:.0f} ms"
    box = {"facecolor": shade, "edgecolor": COLOURS["grey"], "boxstyle": "round,pad=0.5"}
    ax.text(node.x, node.depth, label, ha="center", va="center", bbox=box)
ax.set(xlim=(-0.5, 2.5), ylim=(2.45, -0.45))
ax.axis("off")
ax.set_title("The smallest printed time, 0.064 ms, hides 80 % of the work")
words = "A tree of four nodes, darker for more time of their own: Sort 12 ms, below it Nested Loop "
words += "8 ms, below that Seq Scan 4 ms and, darkest, Index Scan 96 ms."
picture(fig, words)

# %% [markdown]
# **Why.** The misconception is to read a plan like an invoice, with the largest printed number as
# the culprit. The root always prints the largest time, because every line contains its children.
# And a loop hides: 0.064 ms looks free until you multiply by 1,500. The same holds for rows:
# estimated and actual rows are both per loop, so they compare as printed.
#
# **Worked example.** A Hash Join over a Seq Scan and a Hash, which has a Seq Scan of its own.

# %%
# 1. Inclusive time: printed ms times loops, node by node.
join, scan, hash_side, scan_below_hash = 80.0 * 1, 30.0 * 1, 20.0 * 1, 15.0 * 1
# 2. Subtract direct children only: the scan below the hash is inside the hash's 20 ms already.
print("join itself", join - scan - hash_side, "ms, hash itself", hash_side - scan_below_hash, "ms")
# 3. A wrong estimate counts in both directions, so take the larger quotient.
planned_rows, actual_rows = 10, 2000
print("estimate wrong by", max(actual_rows / planned_rows, planned_rows / actual_rows))
# 4. Zero rows would divide by zero: count at least one.
planned_rows, actual_rows = 50, 0
print(
    "estimate wrong by", max(max(actual_rows, 1) / planned_rows, planned_rows / max(actual_rows, 1))
)

# %% [markdown]
# **Your turn.** A Nested Loop prints 0.5 ms with loops=40. Its children are an Index Scan (0.1 ms,
# loops=40) and a Materialize (0.02 ms, loops=400). Fill in its two times.

# %%
INCLUSIVE = ...  # ms, with children
OWN = ...  # ms, without
hint = "Multiply every node by its own loops before you subtract."
your_turn(lambda: (INCLUSIVE, OWN), (20.0, 8.0), hint, INCLUSIVE, OWN)

# %% [markdown]
# **Say it.** "I multiply by loops, subtract the direct children, and only then look for the
# largest number."

# %% [markdown] nbgrader={"grade": false, "grade_id": "q10-plan-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "q10-plan", "title": "Read the plan, fix the table", "section": "SQL & Databases", "difficulty": "hard", "minutes": 40, "points": [5, 6], "rounds": ["Deep dive (inferred)"], "topics": ["query plans", "partitioning", "postgresql"]}
# ### Read the plan, fix the table
#
# `q10-plan` · 40 min · 5 points + 6 written points · asked in the deep dive (inferred)
#
# **Situation.** Four slow queries came in overnight, with plans of 60 lines each. Nobody should read
# them twice.
#
# **Task.** Write `plan_findings`, which names the hotspot, the worst estimate and the red flags of
# one PostgreSQL plan.
#
# **Signature.**
# ```python
# def plan_findings(
#     plan: dict,      # the "Plan" of EXPLAIN (ANALYZE, FORMAT JSON); children under "Plans"
#     max_parts: int,  # more children of an Append than this are too many
# ) -> dict            # {"hotspot": (label, self_ms), "worst": (label, ratio), "flags": [...]}
#                      # label = (node type, relation name or None)
# ```
#
# **Example.**
# ```python
# plan = {"Node Type": "Nested Loop", "Actual Total Time": 9.0, "Actual Loops": 1,
#         "Plan Rows": 4, "Actual Rows": 4, "Plans": [
#     {"Node Type": "Seq Scan", "Relation Name": "gateways", "Actual Total Time": 1.0,
#      "Actual Loops": 1, "Plan Rows": 4, "Actual Rows": 4, "Rows Removed by Filter": 40},
#     {"Node Type": "Index Scan", "Relation Name": "beats", "Actual Total Time": 1.5,
#      "Actual Loops": 4, "Plan Rows": 1, "Actual Rows": 2}]}
# plan_findings(plan, 8)
# # {"hotspot": (("Index Scan", "beats"), 6.0), "worst": (("Index Scan", "beats"), 2.0),
# #  "flags": [("SEQ_DISCARD", "gateways")]}
# ```
#
# **Rules.**
# - Self time: total · loops, minus that of the direct children.
# - Ratio: actual to planned rows or its inverse, the larger.
# - Ties: the node that comes first in pre-order.
# - Flags: a sorted list without repeats.
#
# **Target.** O(nodes).
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | labels | node with or without `Relation Name` | `(Node Type, Relation Name)`, without one `(Node Type, None)` |
# | R2 | hotspot | every node, own and children's `Actual Total Time` × `Actual Loops` | the largest self_ms = own − Σ direct children (all entries of `Plans`) |
# | R3 | ties | equal self_ms, or equal ratio | the first in pre-order (parent, then its children in order) |
# | R4 | worst | a = `Actual Rows`, p = `Plan Rows`, both as printed and each at least 1 | the largest max(a/p, p/a) |
# | R5 | never executed | `Actual Loops` is 0 (never at the root) | is skipped for `worst` |
# | R6 | ("SEQ_DISCARD", relation) | Seq Scan, `Rows Removed by Filter` (missing: 0) | flag if removed ≥ 10 · max(`Actual Rows`, 1) |
# | R7 | ("SPILL", node type) | `Sort Space Type` is "Disk", or `Hash Batches` > 1 | flag |
# | R8 | ("NO_PRUNE", "Append") | Append with more than `max_parts` children | flag; other node types never |
# | R9 | ("LOOP_BOMB", node type) | `Actual Loops` > 1000, any node | flag |
# | R10 | flags, inputs | any | `flags` is sorted and holds each pair once; the plan stays unchanged |
#
# A node without children has no `Plans` or an empty list. Every Seq Scan has a `Relation Name`.
# There are no parallel nodes.
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Turn the tree into a list of nodes in pre-order first. Then each of the three answers is one loop
# over that list, and `max` keeps the first of equals.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# def walk(node):
#     yield node
#     for child in node.get("Plans", []):
#         yield from walk(child)
# nodes = list(walk(plan))
# hotspot = max(nodes, key=self_ms)
# ```
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "q10-plan", "locked": false, "schema_version": 3, "solution": true, "task": false}
def plan_findings(plan: dict, max_parts: int) -> dict:
    """Return hotspot, worst estimate and red flags of a PostgreSQL plan (times in ms)."""

    ### BEGIN SOLUTION
    def walk(node):
        yield node
        for child in node.get("Plans", []):
            yield from walk(child)

    def label(node):
        return (node["Node Type"], node.get("Relation Name"))

    def inclusive(node):
        return node["Actual Total Time"] * node["Actual Loops"]  # printed per loop

    def self_ms(node):
        return inclusive(node) - sum(inclusive(child) for child in node.get("Plans", []))

    def ratio(node):
        actual, planned = max(node["Actual Rows"], 1), max(node["Plan Rows"], 1)
        return max(actual / planned, planned / actual)

    def flags(node):
        kind = node["Node Type"]
        kept, removed = node["Actual Rows"], node.get("Rows Removed by Filter", 0)
        if kind == "Seq Scan" and removed >= 10 * max(kept, 1):
            yield ("SEQ_DISCARD", node["Relation Name"])
        if node.get("Sort Space Type") == "Disk" or node.get("Hash Batches", 1) > 1:
            yield ("SPILL", kind)
        if kind == "Append" and len(node.get("Plans", [])) > max_parts:
            yield ("NO_PRUNE", kind)
        if node["Actual Loops"] > 1000:
            yield ("LOOP_BOMB", kind)

    nodes = list(walk(plan))
    hot = max(nodes, key=self_ms)  # max keeps the first of equals: pre-order
    worst = max((node for node in nodes if node["Actual Loops"]), key=ratio)
    return {
        "hotspot": (label(hot), self_ms(hot)),
        "worst": (label(worst), ratio(worst)),
        "flags": sorted({flag for node in nodes for flag in flags(node)}),
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "q10-plan-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# %%check q10-plan --points 5
import random
from fractions import Fraction

from orbitlab.checks import Mismatch, difference, expect


def node(kind, relation=None, ms=1.0, loops=1, planned=1, actual=1, plans=None, **more):
    """Return one node as EXPLAIN prints it; keys of `more` have _ for blanks."""
    made = {"Node Type": kind, "Parallel Aware": False, "Startup Cost": 0.0, "Total Cost": 99.5}
    if relation:
        made |= {"Relation Name": relation, "Alias": relation[0]}
    made |= {"Plan Rows": planned, "Plan Width": 24, "Actual Startup Time": 0.125}
    made |= {"Actual Total Time": ms, "Actual Rows": actual, "Actual Loops": loops}
    made |= {key.replace("_", " "): value for key, value in more.items()}
    return made | ({"Plans": plans} if plans is not None else {})


def test_example(plan_findings):
    """R1, R2, R4, R6: The example of the prompt comes out."""
    scan = node("Seq Scan", "gateways", 1.0, 1, 4, 4, Rows_Removed_by_Filter=40)
    probe = node("Index Scan", "beats", 1.5, 4, 1, 2)
    plan = node("Nested Loop", None, 9.0, 1, 4, 4, [scan, probe])
    hot = ("Index Scan", "beats")
    expected = {"hotspot": (hot, 6.0), "worst": (hot, 2.0), "flags": [("SEQ_DISCARD", "gateways")]}
    expect(plan_findings, (plan, 8), expected)


def test_one_node_without_rows(plan_findings):
    """R1, R2, R4: A plan of one node that returns nothing: its time is its own, no rows count as 1."""
    plan = node("Seq Scan", "passes", 2.5, 1, 40, 0)
    seen = ("Seq Scan", "passes")
    expect(plan_findings, (plan, 8), {"hotspot": (seen, 2.5), "worst": (seen, 40.0), "flags": []})


def test_at_the_limits(plan_findings):
    """R8, R9: `max_parts` children and 1000 loops are still allowed, one more is not."""
    top = ("Append", None)
    parts = [node("Index Scan", f"day_{k}", 0.25, 1000) for k in range(3)]
    plan = node("Append", None, 2.0, 1000, plans=parts)
    quiet = {"hotspot": (top, 1250.0), "worst": (top, 1.0), "flags": []}
    expect(plan_findings, (plan, 3), quiet)
    parts = [node("Index Scan", f"day_{k}", 0.25, 1001) for k in range(4)]
    plan = node("Append", None, 4.0, 1, plans=parts)
    flags = [("LOOP_BOMB", "Index Scan"), ("NO_PRUNE", "Append")]
    hot = ("Index Scan", "day_0")
    expect(
        plan_findings, (plan, 3), {"hotspot": (hot, 250.25), "worst": (top, 1.0), "flags": flags}
    )


### BEGIN HIDDEN TESTS
def expect_part(answer, key, expected, plan, max_parts=8):
    """Compare one key of the result, so that each test speaks of one rule."""
    got = answer(plan, max_parts)
    try:
        part = got[key]
    except (TypeError, KeyError) as error:
        raise Mismatch(f"the result has no key {key}") from error
    found = difference(expected, part)
    if found:
        raise Mismatch(f"{key}: {found.finding}")


def test_labels(plan_findings):
    """R1: A label is node type and relation name; without a relation its second part is None."""
    scan = node("Index Only Scan", "terminals", 6.0, 1, 1, 8)
    plan = node("Limit", None, 9.0, plans=[scan])
    expect_part(plan_findings, "hotspot", (("Index Only Scan", "terminals"), 6.0), plan)
    expect_part(plan_findings, "worst", (("Index Only Scan", "terminals"), 8.0), plan)
    plan = node("Sort", None, 9.0, 1, 4, 1, [node("Seq Scan", "terminals", 1.0)])
    expect_part(plan_findings, "hotspot", (("Sort", None), 8.0), plan)
    expect_part(plan_findings, "worst", (("Sort", None), 4.0), plan)


def test_parents_do_not_own_their_childrens_time(plan_findings):
    """R2: A printed time includes the children; the hotspot has the most time of its own."""
    scan = node("Seq Scan", "beats", 70.0)
    plan = node("Sort", None, 100.0, plans=[node("Aggregate", None, 90.0, plans=[scan])])
    expect_part(plan_findings, "hotspot", (("Seq Scan", "beats"), 70.0), plan)
    pair = [node("Seq Scan", "beats", 15.0), node("Hash", None, 10.0, plans=[])]
    plan = node("Hash Join", None, 100.0, plans=pair)
    expect_part(plan_findings, "hotspot", (("Hash Join", None), 75.0), plan)


def test_times_are_per_loop(plan_findings):
    """R2: Times are printed per loop: multiply a node and each child by their own loops."""
    probe = node("Index Scan", "beats", 0.0625, 1024)
    plan = node("Nested Loop", None, 80.0, plans=[node("Seq Scan", "passes", 10.0), probe])
    expect_part(plan_findings, "hotspot", (("Index Scan", "beats"), 64.0), plan)
    scan = node("Seq Scan", "passes", 20.0)
    probe = node("Index Scan", "beats", 0.5, 160)
    plan = node("Nested Loop", None, 112.0, plans=[scan, probe])
    expect_part(plan_findings, "hotspot", (("Index Scan", "beats"), 80.0), plan)
    inner = node("Hash Join", None, 8.0, 5, plans=[node("Seq Scan", "beats", 3.0, 5)])
    expect_part(
        plan_findings,
        "hotspot",
        (("Hash Join", None), 25.0),
        node("Limit", None, 41.0, plans=[inner]),
    )
    once = node("Materialize", None, 0.25, 200, plans=[node("Seq Scan", "beats", 40.0)])
    plan = node("Nested Loop", None, 60.0, plans=[once])
    expect_part(plan_findings, "hotspot", (("Seq Scan", "beats"), 40.0), plan)


def test_grandchildren_are_not_subtracted_twice(plan_findings):
    """R2: A child's time includes the grandchildren's: subtract direct children only."""
    scan = node("Seq Scan", "beats", 30.0)
    plan = node("Sort", None, 100.0, plans=[node("Hash", None, 40.0, plans=[scan])])
    expect_part(plan_findings, "hotspot", (("Sort", None), 60.0), plan)
    deep = node("Seq Scan", "beats", 1.0)
    for ms in (2.0, 3.0, 4.0, 5.0):
        deep = node("Subquery Scan", None, ms, plans=[deep])
    expect_part(
        plan_findings, "hotspot", (("Sort", None), 7.0), node("Sort", None, 12.0, plans=[deep])
    )


def test_init_plans_are_children_too(plan_findings):
    """R2: Every entry of `Plans` is a child, an InitPlan or SubPlan like any other."""
    first = node("Aggregate", None, 60.0, Parent_Relationship="InitPlan", Subplan_Name="InitPlan 1")
    scan = node("Seq Scan", "beats", 10.0, Parent_Relationship="Outer")
    again = node("Index Scan", "passes", 0.5, 40, Parent_Relationship="SubPlan")
    plan = node("Sort", None, 100.0, plans=[first, scan, again])
    expect_part(plan_findings, "hotspot", (("Aggregate", None), 60.0), plan)


def test_no_time_at_all(plan_findings):
    """R2, R3: A plan so short that all times print as 0 has a hotspot too: its first node."""
    plan = node("Limit", None, 0.0, plans=[node("Result", None, 0.0)])
    expect_part(plan_findings, "hotspot", (("Limit", None), 0.0), plan)


def test_the_first_in_pre_order_wins_a_tie(plan_findings):
    """R3: Of equals the first in pre-order wins: a parent before its children, left before right."""
    pair = [node("Seq Scan", "a", 2.0, 1, 1, 4), node("Seq Scan", "b", 2.0, 1, 4, 1)]
    plan = node("Hash Join", None, 6.0, 1, 1, 1, pair)
    expect_part(plan_findings, "hotspot", (("Hash Join", None), 2.0), plan)
    expect_part(plan_findings, "worst", (("Seq Scan", "a"), 4.0), plan)
    deep = node("Sort", None, 4.0, 1, 1, 1, [node("Seq Scan", "c", 3.0, 1, 8, 1)])
    plan = node("Hash Join", None, 8.0, 1, 1, 1, [deep, node("Seq Scan", "d", 3.0, 1, 1, 8)])
    expect_part(plan_findings, "hotspot", (("Seq Scan", "c"), 3.0), plan)
    expect_part(plan_findings, "worst", (("Seq Scan", "c"), 8.0), plan)
    pair = [node("Seq Scan", "z", 4.0, 1, 1, 4), node("Index Scan", "a", 4.0, 1, 1, 4)]
    plan = node("Hash Join", None, 9.0, 1, 1, 1, pair)
    expect_part(plan_findings, "hotspot", (("Seq Scan", "z"), 4.0), plan)
    expect_part(plan_findings, "worst", (("Seq Scan", "z"), 4.0), plan)
    top = node("Limit", None, 6.0, 1, 2, 1, [node("Sort", None, 3.0, 1, 1, 2)])
    expect_part(plan_findings, "hotspot", (("Limit", None), 3.0), top)
    expect_part(plan_findings, "worst", (("Limit", None), 2.0), top)


def test_estimates_err_both_ways(plan_findings):
    """R4: An estimate can be too low or too high: take the larger of a/p and p/a."""
    pair = [node("Seq Scan", "low", 1.0, 1, 10, 500), node("Seq Scan", "high", 1.0, 1, 900, 10)]
    plan = node("Hash Join", None, 6.0, 1, 30, 30, pair)
    expect_part(plan_findings, "worst", (("Seq Scan", "high"), 90.0), plan)
    pair[1] = node("Seq Scan", "high", 1.0, 1, 300, 10)
    plan = node("Hash Join", None, 6.0, 1, 30, 30, pair)
    expect_part(plan_findings, "worst", (("Seq Scan", "low"), 50.0), plan)
    pair = [node("Seq Scan", "many", 1.0, 1, 1000, 2000), node("Seq Scan", "few", 1.0, 1, 1, 40)]
    plan = node("Hash Join", None, 6.0, 1, 30, 30, pair)
    expect_part(plan_findings, "worst", (("Seq Scan", "few"), 40.0), plan)
    exact = node("Seq Scan", "exact", 1.0, 1, 700, 700)
    expect_part(plan_findings, "worst", (("Seq Scan", "exact"), 1.0), exact)


def test_no_rows_count_as_one(plan_findings):
    """R4: Zero rows count as one row, before the quotient is taken."""
    pair = [node("Seq Scan", "none", 1.0, 1, 48, 0), node("Seq Scan", "some", 1.0, 1, 80, 2)]
    plan = node("Hash Join", None, 6.0, 1, 1, 0, pair)
    expect_part(plan_findings, "worst", (("Seq Scan", "none"), 48.0), plan)
    plan = node("Hash Join", None, 6.0, 1, 0, 24, [node("Seq Scan", "some", 1.0, 1, 16, 1)])
    expect_part(plan_findings, "worst", (("Hash Join", None), 24.0), plan)
    nothing = node("Seq Scan", "none", 1.0, 1, 0, 0)
    expect_part(plan_findings, "worst", (("Seq Scan", "none"), 1.0), nothing)


def test_rows_are_compared_as_printed(plan_findings):
    """R4: Planned and actual rows are both per loop: do not multiply the actual ones."""
    probe = node("Index Scan", "beats", 0.125, 64, 3, 3)
    plan = node("Nested Loop", None, 20.0, 1, 100, 192, [node("Seq Scan", "passes"), probe])
    expect_part(plan_findings, "worst", (("Nested Loop", None), 1.92), plan)


def test_never_executed_nodes_are_skipped(plan_findings):
    """R5: A node with loops 0 never ran, so its zero rows say nothing about the estimate."""
    never = node("Index Scan", "beats", 0.0, 0, 5000, 0)
    plan = node(
        "Nested Loop", None, 2.0, 1, 10, 1, [node("Seq Scan", "passes", 1.0, 1, 4, 1), never]
    )
    expect_part(plan_findings, "worst", (("Nested Loop", None), 10.0), plan)
    plan = node("Result", None, 2.0, 1, 1, 1, [never])
    expect_part(plan_findings, "worst", (("Result", None), 1.0), plan)
    expect_part(plan_findings, "hotspot", (("Result", None), 2.0), plan)


def test_discarding_scans(plan_findings):
    """R6: A Seq Scan that discards at least 10 rows per kept one, no kept row counting as one."""

    def flags_of(kind, kept, **more):
        return node("Limit", None, 2.0, plans=[node(kind, "beats", 1.0, 1, 1, kept, **more)])

    flag = [("SEQ_DISCARD", "beats")]
    for kept, removed, expected in [
        (7, 70, flag),
        (7, 69, []),
        (7, 71, flag),
        (0, 10, flag),
        (0, 9, []),
        (1, 10, flag),
        (5, 0, []),
    ]:
        plan = flags_of("Seq Scan", kept, Rows_Removed_by_Filter=removed)
        expect_part(plan_findings, "flags", expected, plan)
    expect_part(plan_findings, "flags", [], flags_of("Seq Scan", 0))
    for kind in ("Index Scan", "Bitmap Heap Scan"):
        plan = flags_of(kind, 1, Rows_Removed_by_Filter=5000)
        expect_part(plan_findings, "flags", [], plan)


def test_spills(plan_findings):
    """R7: A sort on disk spills, and so does a hash with more than one batch."""
    disk = {"Sort_Method": "external merge", "Sort_Space_Type": "Disk", "Sort_Space_Used": 9000}
    memory = {"Sort_Method": "quicksort", "Sort_Space_Type": "Memory", "Sort_Space_Used": 9000}
    batches = {"Hash_Buckets": 1024, "Original_Hash_Batches": 1, "Peak_Memory_Usage": 4000}
    for kind, more, expected in [
        ("Sort", disk, [("SPILL", "Sort")]),
        ("Sort", memory, []),
        ("Hash", batches | {"Hash_Batches": 4}, [("SPILL", "Hash")]),
        ("Hash", batches | {"Hash_Batches": 2}, [("SPILL", "Hash")]),
        ("Hash", batches | {"Hash_Batches": 1}, []),
    ]:
        plan = node("Limit", None, 2.0, plans=[node(kind, **more)])
        expect_part(plan_findings, "flags", expected, plan)


def test_appends_that_prune_nothing(plan_findings):
    """R8: Only an Append is flagged, and only with more children than `max_parts`."""
    for count, allowed, expected in [(5, 4, True), (5, 5, False), (1, 0, True), (9, 8, True)]:
        parts = [node("Index Scan", f"day_{k}") for k in range(count)]
        plan = node("Sort", None, 99.0, plans=[node("Append", None, 50.0, plans=parts)])
        flags = [("NO_PRUNE", "Append")] if expected else []
        expect_part(plan_findings, "flags", flags, plan, allowed)
    pair = [node("Index Scan", "a"), node("Index Scan", "b")]
    expect_part(plan_findings, "flags", [], node("Nested Loop", None, 9.0, plans=pair), 1)
    expect_part(plan_findings, "flags", [], node("Merge Append", None, 9.0, plans=pair), 1)
    inner = [node("Append", None, 2.0, plans=pair), node("Append", None, 2.0, plans=pair)]
    expect_part(plan_findings, "flags", [], node("Append", None, 9.0, plans=inner), 2)


def test_loop_bombs(plan_findings):
    """R9: Any node with more than 1000 loops is flagged by its node type."""
    for loops, expected in [(1001, True), (1000, False), (50_000, True)]:
        inner = node("Materialize", None, 0.125, loops)
        flags = [("LOOP_BOMB", "Materialize")] if expected else []
        expect_part(plan_findings, "flags", flags, node("Nested Loop", None, 9e5, plans=[inner]))
    inner = node("Index Scan", "beats", 0.125, 1001)
    flags = [("LOOP_BOMB", "Index Scan")]
    expect_part(plan_findings, "flags", flags, node("Nested Loop", None, 900.0, plans=[inner]))


def test_flags_come_sorted_and_once(plan_findings):
    """R10: Flags are sorted and each pair stands once, however many nodes give rise to it."""
    scans = [
        node("Seq Scan", name, 1.0, 2000, 1, 1, Rows_Removed_by_Filter=10)
        for name in ("passes", "beats", "passes")
    ]
    spilled = node("Sort", None, 9.0, plans=[node("Append", None, 8.0, plans=scans)])
    spilled["Sort Space Type"] = "Disk"
    expected = [
        ("LOOP_BOMB", "Seq Scan"),
        ("NO_PRUNE", "Append"),
        ("SEQ_DISCARD", "beats"),
        ("SEQ_DISCARD", "passes"),
        ("SPILL", "Sort"),
    ]
    expect_part(plan_findings, "flags", expected, spilled, 2)


def test_the_plan_stays_as_given(plan_findings):
    """R10: The plan is read only: nothing is written into its nodes and no child is taken out."""
    scan = node("Seq Scan", "beats", 3.0, 1, 4, 4, plans=[])
    plan = node("Sort", None, 8.0, 1, 4, 4, [scan])
    expected = {"hotspot": (("Sort", None), 5.0), "worst": (("Sort", None), 1.0), "flags": []}
    expect(plan_findings, (plan, 8), expected)


def truth(plan, max_parts):
    """Number the nodes in pre-order, hold times as fractions, and rank by (value, -number)."""
    rows, stack = [], [(plan, None)]
    while stack:
        one, parent = stack.pop()
        rows.append([one, Fraction(one["Actual Total Time"]) * one["Actual Loops"], parent])
        stack += [(child, len(rows) - 1) for child in reversed(one.get("Plans", []))]
    own = [total for _, total, _ in rows]
    for _, total, parent in rows:
        if parent is not None:
            own[parent] -= total
    ratios = {}
    for number, (one, _, _) in enumerate(rows):
        low, high = sorted((max(one["Actual Rows"], 1), max(one["Plan Rows"], 1)))
        if one["Actual Loops"]:
            ratios[number] = Fraction(high, low)
    hot = min(range(len(rows)), key=lambda k: (-own[k], k))
    worst = min(ratios, key=lambda k: (-ratios[k], k))
    flags = set()
    for one, _, _ in rows:
        kind, kept = one["Node Type"], max(one["Actual Rows"], 1)
        if kind == "Seq Scan" and one.get("Rows Removed by Filter", 0) / kept >= 10:
            flags.add(("SEQ_DISCARD", one["Relation Name"]))
        if one.get("Sort Space Type", "") == "Disk" or one.get("Hash Batches", 0) >= 2:
            flags.add(("SPILL", kind))
        if kind == "Append" and len(one.get("Plans", [])) > max_parts:
            flags.add(("NO_PRUNE", kind))
        if one["Actual Loops"] >= 1001:
            flags.add(("LOOP_BOMB", kind))

    def label(number):
        return rows[number][0]["Node Type"], rows[number][0].get("Relation Name")

    return {
        "hotspot": (label(hot), float(own[hot])),
        "worst": (label(worst), float(ratios[worst])),
        "flags": sorted(flags),
    }


def grow(rng, depth, loops):
    """Return a random plan; times are multiples of 1/8 ms and rows powers of two, so ties are exact."""
    inner = ["Append", "Hash Join", "Nested Loop", "Sort", "Hash", "Aggregate"]
    kind = rng.choice(inner if depth else ["Seq Scan", "Index Scan", "Bitmap Heap Scan"])
    count = {"Append": rng.randint(1, 5), "Hash Join": 2, "Nested Loop": 2}.get(kind, 1)
    below = loops * rng.choice([1, 1, 20, 400]) if kind == "Nested Loop" else loops
    depths = [rng.randint(0, depth - 1) for _ in range(count)] if depth else []
    # Some leaves never run, as the inner side of a join whose outer side is empty.
    plans = [grow(rng, d, 0 if not d and rng.random() < 0.1 else below) for d in depths]
    children = sum(c["Actual Total Time"] * c["Actual Loops"] for c in plans)
    ms = -(-children * 8 // max(loops, 1)) / 8 + rng.randint(0, 24) / 8 if loops else 0.0
    actual = rng.choice([0, 1, 2, 4, 8, 64]) if loops else 0
    more = {}
    if kind == "Sort":
        more["Sort_Space_Type"] = rng.choice(["Disk", "Memory", "Memory"])
    elif kind == "Hash":
        more["Hash_Batches"] = rng.choice([1, 1, 2, 8])
    elif not depth and rng.random() < 0.5:
        more["Rows_Removed_by_Filter"] = rng.choice([0, 9, 10, 79, 80, 640])
    relation = rng.choice(["beats", "passes", "terminals"]) if not depth else None
    planned = rng.choice([0, 1, 2, 4, 16, 32])
    return node(kind, relation, ms, loops, planned, actual, plans or None, **more)


def test_random_plans(plan_findings):
    """R1, R2, R3, R4, R5, R6, R7, R8, R9, R10: Random trees agree with exact arithmetic."""
    rng = random.Random(20260316)
    for _ in range(200):
        plan = grow(rng, rng.randint(0, 4), 1)
        args = (plan, rng.randint(3, 6))
        expect(plan_findings, args, truth(*args))


### END HIDDEN TESTS


# %% tags=["try-it"]
def step(kind, ms, rows, planned, plans=(), **more):
    """Return a plan node that ran once; underscores of `more` stand for blanks."""
    node = {"Node Type": kind, "Actual Total Time": ms, "Actual Loops": 1, "Plans": list(plans)}
    node |= {"Actual Rows": rows, "Plan Rows": planned}
    return node | {key.replace("_", " "): value for key, value in more.items()}


def tuning_story():
    """One p95 query in three states of its table: as it was, with an index, with partitions."""
    table, days = "terminal_telemetry", 90
    scan = step("Seq Scan", 21e3, 17e4, 9e3, Relation_Name=table, Rows_Removed_by_Filter=16_000_000)
    old = step("Sort", 38e3, 17e4, 9e3, [scan], Sort_Space_Type="Disk")
    parts = [
        step(
            "Index Scan",
            9.0 + 400.0 * (k >= days - 2),
            85e3 * (k >= days - 2),
            900,
            Relation_Name=f"day_{k}",
        )
        for k in range(days)
    ]
    unpruned = step("Append", 1700.0, 17e4, 9e3, parts)
    pruned = step("Append", 840.0, 17e4, 16e4, parts[-2:])
    plans = {
        "as it was": step("Aggregate", 40e3, 17_280, 200, [old]),
        "90 partitions, filter wrapped in a cast": step("Aggregate", 2e3, 17_280, 200, [unpruned]),
        "plain filter, fresh statistics": step("Aggregate", 1e3, 17_280, 16_000, [pruned]),
    }
    rows = {}
    for name, plan in plans.items():
        found = plan_findings(plan, 8)
        (kind, relation), self_ms = found["hotspot"]
        rows[name] = {
            "total s": plan["Actual Total Time"] / 1000,
            "hotspot": f"{kind} {relation or ''}".strip(),
            "self s": self_ms / 1000,
            "worst estimate": f"{found['worst'][1]:.0f}×",
            "flags": ", ".join(flag for flag, _ in found["flags"]),
        }
    return pd.DataFrame.from_dict(rows, orient="index").round(2)


try_it(tuning_story, plan_findings)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Printed times are means per loop and include children, so I multiply, then subtract
# direct children. Rows stay as printed. One pre-order list of nodes serves all three answers, in
# linear time.
#
# **Code.**
#
# <!-- answer: q10-plan -->
#
# **Walk-through.**
# - R2: every node is multiplied by its own loops before its parent subtracts it.
# - R3: the list is in pre-order and `max` keeps the first of equals, so ties need no code.
# - R4, R5: rows are floored at 1 before dividing; nodes that never ran are left out.
# - R6 to R9: each flag looks at one node alone.
# - R10: a set removes repeats, `sorted` orders by flag and then by name.
#
# **Rejected.**
# - The node with the largest printed time: that is the root of every plan. For the example it
#   returns the Nested Loop with 9 ms. Fails with "A printed time includes the children".
# - Subtracting all descendants: in Sort 100 → Hash 40 → Seq Scan 30 the Sort keeps 60, not 30.
#   Fails with "A child's time includes the grandchildren's: subtract direct children only".
#
# **Cost.** O(n log n) for n nodes because of the sorted flags, memory O(n). It stops being right
# for parallel plans, where workers are counted as loops, and for init plans, which are listed as
# children of a node that may never have waited for them.
#
# **Tests.**
# - A cheap inner scan with many loops beats an expensive outer one.
# - An estimate of 900 for 10 rows and one of 10 for 500: both directions.
# - Exactly 1000 loops, exactly 10 discarded rows for none kept.
#
# **Follow-up.** "The hotspot is a Seq Scan that keeps most of its rows. What do you do?" No index
# helps there; reading less is the only way. Partition so that whole days drop out, or store the
# 5-minute aggregate.
#
# </details>

# %% [markdown] nbgrader={"grade": false, "grade_id": "q10-plan-written-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ### Partition the telemetry table
#
# `q10-plan` · written part · 6 points
#
# **Task.** In at most 250 words, lay out `terminal_telemetry` in PostgreSQL: 17 million rows a day,
# kept for 90 days, rows up to 6 hours late, queries for the last 24 hours and for one terminal.
#
# **Rubric.** Each bullet is met or not met.
# - Daily range partitions on `sample_ts`, with the reason: the filter and the retention use it (1)
# - Uniqueness: a unique key must include the partition key, and what that leaves open (1)
# - One index per access path, named with its columns and the query that it serves (1)
# - Late rows and rows outside all partitions: a default partition or a refusal, and who watches it (1)
# - Retention by dropping (or detaching) a partition, not by deleting rows (1)
# - Statistics and vacuum, and how you would verify the gain in a plan (1)
#
# **Example.** "We partition by day on sample_ts because both the 24-hour filter and the 90-day
# retention cut along it, and delete old rows every night." First bullet met, with its reason. Fifth
# bullet not met: it deletes rows. 1 of 6.

# %% [markdown] nbgrader={"grade": true, "grade_id": "q10-plan-written", "locked": false, "points": 6, "schema_version": 3, "solution": true, "task": false}
# The strong excerpt of the sample answer below is a full answer.

# %% [markdown] tags=["sample-answer"]
# Score the weak excerpt yourself before you open its score, then go on.
#
# <details><summary>Weak excerpt</summary>
#
# "I would partition the table by date so that queries get faster. I would add indexes on
# terminal_id, sample_ts and ingested_at. Old data is deleted by a nightly job. We should also run
# VACUUM regularly."
#
# </details>
#
# <details><summary>Its score: 0 of 6</summary>
#
# - Range partitions: **0**. Not which column, and no reason beyond "faster".
# - Uniqueness: **0**. Not mentioned.
# - Index per access path: **0**. Three columns, no query.
# - Late rows: **0**. Not mentioned.
# - Retention: **0**. A nightly DELETE leaves dead rows and a vacuum debt.
# - Statistics and verification: **0**. Vacuum is named, but no statistics and nothing that would
#   show a gain.
#
# </details>
#
# <details><summary>Middle excerpt</summary>
#
# "Daily range partitions on sample_ts, since the queries filter on it and we forget by day. The key
# (terminal_id, sample_ts, ingest_id) contains sample_ts, as it must; ingest_id alone is then not
# unique across days, so the loader has to see to that. An index on terminal_id. After 90 days a
# partition is dropped. Late rows go to the right partition by themselves. We run ANALYZE."
#
# </details>
#
# <details><summary>Its score: 3 of 6</summary>
#
# - Range partitions: **1**. Column and reason.
# - Uniqueness: **1**. The rule, and what it leaves open.
# - Index per access path: **0**. One column, and not which query it serves.
# - Late rows: **0**. Nothing is said about a row that no partition takes.
# - Retention: **1**. Dropped, not deleted.
# - Statistics and verification: **0**. ANALYZE, but nothing that would show a gain.
#
# </details>
#
# <details><summary>Strong excerpt</summary>
#
# "Daily range partitions on sample_ts, in UTC: the 24-hour filter prunes to two of them, and
# retention cuts along the same line. Primary key (terminal_id, sample_ts, ingest_id): it has to
# contain sample_ts, so ingest_id is unique within a key only, and the loader answers for the rest.
# Last 24 hours: pruning is enough, no index on sample_ts alone. One terminal, and the dedupe:
# (terminal_id, sample_ts, ingested_at DESC) INCLUDE (downlink_mbps), created on the parent.
# Partitions are made a week ahead; yesterday's stays open for rows 6 hours late. Clocks far off land
# in a default partition, and a row there pages us: it blocks the creation of its own partition, and
# a default partition rules out DETACH CONCURRENTLY. Day 91 is detached and dropped; nothing is
# deleted, so no dead rows. Autovacuum never analyses the parent, so a job does after each new day;
# each day is vacuumed once it is complete, or the covering index still visits the table. Proof:
# EXPLAIN (ANALYZE, BUFFERS) before and after; two partitions under the Append, estimates within 10
# times, heap fetches near 0, fewer buffers."
#
# </details>
#
# <details><summary>Its score: 6 of 6</summary>
#
# - Range partitions: **1**. Column, and filter and retention as reasons.
# - Uniqueness: **1**. The rule, its gap, and who closes it.
# - Index per access path: **1**. Each of the two queries has its path; one needs no index.
# - Late rows: **1**. Yesterday stays open, the default partition is watched, its price is known.
# - Retention: **1**. Detach and drop.
# - Statistics and verification: **1**. The parent is analysed, and four numbers in a plan decide.
#
# </details>

# %% [markdown] orbitlab={"lab": "moving-dish"}
# ## Field lab: a dish on the motorway
#
# On 19 April 2024 a car with a Starlink dish drove from Osnabrück to Bunde and logged throughput
# second by second (*Starlink on the Autobahn*, Laniewski, Lanfer and Aschenbruck, CC BY-SA 4.0). The second set, *Starlink on the Road*, is the same group's logs from
# around Osnabrück, January to March 2024.
#
# What it is not: one car, one dish, one day, one motorway is no coverage map. That dips and bridges
# go together is no proof of what else stood there. Positions are good to about 5 m. The road set
# has no positions at all.
#
# The SQL below is plain enough for both engines: the same text runs on DuckDB and, where one is
# installed, on a throwaway PostgreSQL.

# %%
from orbitlab.checks import Postgres
from orbitlab.world import real

drive = real.starlink_autobahn().throughput
dish_log = pd.DataFrame(
    {
        "row_no": np.arange(len(drive)),
        "second_ts": drive["timestamp_start_dl"].dt.tz_localize("UTC").dt.as_unit("us"),
        "mbps": drive["download_mbps"],
        "bridge_m": drive["nearest_bridge_line_distance_m"],
    }
)
DISH_SCHEMA = """CREATE TABLE dish_log (row_no BIGINT, second_ts TIMESTAMPTZ,
    mbps DOUBLE PRECISION, bridge_m DOUBLE PRECISION)"""
print(f"{len(dish_log):,} rows, download median {dish_log['mbps'].median():.0f} Mbps")

# %% [markdown]
# Five questions to the log. The repeated second is why the first one reads DISTINCT rows.

# %%
LAB_SQL = {
    "p95": """
SELECT date_bin(INTERVAL '5 minutes', second_ts, TIMESTAMPTZ '1970-01-01 00:00:00+00') AS bucket_5m,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY mbps) AS p95, COUNT(*) AS seconds
FROM (SELECT DISTINCT second_ts, mbps FROM dish_log) AS once
GROUP BY bucket_5m ORDER BY bucket_5m""",
    "bridges": """
SELECT bridge_m < 30 AS near_bridge, COUNT(*) AS seconds,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY mbps) AS median_mbps
FROM dish_log GROUP BY bridge_m < 30 ORDER BY near_bridge""",
    "gaps": """
SELECT second_ts AS last_row, next_ts AS next_row,
       CAST(EXTRACT(EPOCH FROM next_ts - second_ts) AS DOUBLE PRECISION) AS gap_s
FROM (SELECT second_ts, LEAD(second_ts) OVER (ORDER BY row_no) AS next_ts FROM dish_log) AS steps
WHERE next_ts - second_ts > INTERVAL '2 seconds' ORDER BY last_row""",
    "repeats": """
SELECT second_ts, COUNT(*) AS times FROM dish_log
GROUP BY second_ts HAVING COUNT(*) > 1 ORDER BY second_ts""",
    "runs": """
SELECT MIN(second_ts) AS first_row, COUNT(*) AS seconds, MIN(mbps) AS lowest
FROM (SELECT *, row_no - ROW_NUMBER() OVER (ORDER BY row_no) AS island
      FROM dish_log WHERE mbps < 5) AS low
GROUP BY island ORDER BY first_row""",
}
lab = {name: ask(query, dish_log=dish_log) for name, query in LAB_SQL.items()}

# %% [markdown]
# `runs` is gaps and islands with integers: among the low rows, row number minus rank stays constant
# as long as the rows are neighbours, and jumps when one is missing.

# %%
far, near = lab["bridges"]["median_mbps"]
print(f"median within 30 m of a bridge {near:.0f} Mbps, elsewhere {far:.0f} Mbps")
print(f"{len(lab['runs'])} runs below 5 Mbps, the longest {lab['runs']['seconds'].max()} s")
print(f"{len(lab['gaps'])} gaps above 2 s, the longest {lab['gaps']['gap_s'].max() / 60:.0f} min")
print(f"{len(lab['repeats'])} second that is there twice")

# %%
fig, axes = canvas(8.4, 5.2, rows=2)
top, below = axes
minutes = (dish_log["second_ts"] - dish_log["second_ts"].iloc[0]).dt.total_seconds() / 60
top.plot(minutes, dish_log["mbps"], ".", ms=1.5, color=COLOURS["sky"], label="one second")
left = (lab["p95"]["bucket_5m"] - dish_log["second_ts"].iloc[0]).dt.total_seconds() / 60
top.hlines(
    lab["p95"]["p95"], left, left + 5, color=COLOURS["black"], lw=2, label="p95 of 5 minutes"
)
low = minutes[dish_log["mbps"] < 5]
top.plot(low, np.zeros(len(low)), "|", ms=12, color=COLOURS["vermilion"], label="below 5 Mbps")
stop = lab["gaps"].sort_values("gap_s").iloc[-1]
away = (stop["last_row"] - dish_log["second_ts"].iloc[0]).total_seconds() / 60
top.axvspan(away, away + stop["gap_s"] / 60, color="#EEEEEE")
top.text(away + stop["gap_s"] / 120, 200, "44 minutes\nnot logged", ha="center")
top.set_xlabel("minutes since 16:23 UTC")
top.set_ylabel("download [Mbps]")
top.legend(ncols=3, loc="upper right", fontsize=8)
top.set_title("The p95 stays above 300 Mbps while single seconds fall to nothing")
steps = np.arange(0, 160, 10)
by_distance = dish_log.groupby(pd.cut(dish_log["bridge_m"], steps), observed=True)["mbps"]
below.bar(steps[:-1] + 5, by_distance.median(), width=9, color=COLOURS["blue"])
below.bar([5, 15, 25], by_distance.median().iloc[:3], width=9, color=COLOURS["orange"])
below.axhline(far, color=COLOURS["grey"], linestyle="--")
below.set_xlabel("distance to the nearest bridge [m]")
below.set_ylabel("median download [Mbps]")
below.set_title("Within 30 m of a bridge the median falls from 221 to 132 Mbps")
picture(
    fig,
    alt="Above: download second by second over 141 minutes with the p95 of every 5 minutes, which stays "
    "between 309 and 470 Mbps, and red marks where a second fell below 5. Below: median download by "
    "distance to the nearest bridge, about 110 to 155 Mbps within 30 m and about 200 beyond.",
)

# %% [markdown]
# The same text on the second engine. Nothing is translated.

# %%
if Postgres.available():
    with Postgres(DISH_SCHEMA, {"dish_log": dish_log}) as server:
        other = {name: server.run(query) for name, query in LAB_SQL.items()}
    for name, rows in lab.items():
        pd.testing.assert_frame_equal(rows, other[name], check_dtype=False, rtol=1e-9)
    print(f"{len(LAB_SQL)} statements, same rows on DuckDB and PostgreSQL.")
else:
    print("PostgreSQL is not installed: the second engine is skipped, DuckDB's rows stand alone.")

# %% [markdown]
# And your own `OUTAGES_SQL`, on a real log: each second is a heartbeat, and the question is asked
# three minutes after the last row.

# %%
beats = pd.DataFrame({"gateway_id": "dish", "beat_ts": dish_log["second_ts"].dt.floor("s")})
asked_at = beats["beat_ts"].max() + pd.Timedelta(minutes=3)
try_it(lambda: ask(OUTAGES_SQL, asked_at, heartbeats=beats), OUTAGES_SQL)

# %% [markdown]
# The road set holds 15 days of driving and parking in town. One query, one figure a speed band:

# %%
road = real.starlink_road().iperf.dropna(subset=["download_mbps", "average_speed_kmh"])
SPEED_SQL = """
SELECT CASE WHEN average_speed_kmh < 1 THEN '0 parked'
            WHEN average_speed_kmh < 30 THEN '1 below 30 km/h' ELSE '2 faster' END AS band,
       COUNT(*) AS seconds,
       percentile_cont(0.05) WITHIN GROUP (ORDER BY download_mbps) AS p5,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY download_mbps) AS p50,
       percentile_cont(0.95) WITHIN GROUP (ORDER BY download_mbps) AS p95
FROM road GROUP BY band ORDER BY band"""
ask(SPEED_SQL, road=road).round(1)

# %% [markdown]
# **Open questions.**
#
# 1. A five-minute p95 hides every outage of a second. Which two figures would you put beside it?
# 2. The log has no row while nothing was measured. When is a gap an outage of the link, and when
#    one of the logger? What would the table need so that SQL can tell?
# 3. The 171 seconds near a bridge are few passages of several seconds each. Would you count
#    passages or seconds, and what does that do to the error bar of 132?

# %% [markdown]
# ## Say it aloud
#
# 1. "First I fix what was known when: a half-open day of samples, and nothing stored after `$as_of`."
# 2. "Latest is a total order: `ingested_at`, then `ingest_id`; a latest NULL retracts, without a
#    fallback."
# 3. "An outage is a gap to the next known beat; `$as_of` stands in for the beat that is missing."
# 4. "An upsert keeps a maximum, so batches may come late, twice and in any order."
# 5. "An index seeks on leading equalities and one range; the rest it can order or cover, and the
#    plan, self time times loops, says what was really spent."
