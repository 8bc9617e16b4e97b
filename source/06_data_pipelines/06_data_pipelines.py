# ---
# jupyter:
#   jupytext:
#     notebook_metadata_filter: kernelspec,-all
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 06 · Data pipelines
#
# A day of health files, aggregated every night. Rerun the job: do the totals double? Crash it between two writes: does
# half a file vanish? Feed it a late file: are other windows touched?
#
# You write the job that survives all three. Then you repair what feeds it: calibration as of a reading's time, records
# of three generations, a gate that blocks or warns, and a backfill that computes again what has to be, and no more.
#
# The guide says (March 2026) that this part of the interview is about idempotency, backfills, schemas and quality gates,
# not about moving data around, and that candidates are asked for concrete keys and write paths. So every sample answer
# names them.

# %% nbgrader={"grade": false, "grade_id": "setup-chapter", "locked": true, "schema_version": 3, "solution": false, "task": false}
# %load_ext orbitlab.checks
import numpy as np
import pandas as pd

from orbitlab.checks import predicted, try_it, your_turn
from orbitlab.desk import COLOURS, canvas, picture
from orbitlab.world import raw_health
from orbitlab.world import store as sim
from orbitlab.world import table as world_table

# %% [markdown]
# `sim.Store` stands in for object storage. An object is put as a whole or not at all; there is no append and no rename.
# `s.crash_at = 3` lets the process die at the third put from now: `sim.StoreCrash`, which no `except Exception` catches.

# %% [markdown] orbitlab={"part": "append-or-replace", "card": {"prompt": "A job counts three files of 100 readings, dies after the second and is run again. What do appending and replacing give?", "answer": "Appending adds 200 and then 300: 500. Replacing puts each file's count under its own key again: 300, however often it runs.", "topic": "idempotency", "exercises": ["e06-idempotent-agg"]}}
# ## Append or replace?
#
# **Question.** "The nightly job died, and on call ran it again. Is yesterday's total still right?"
#
# **Predict.** Three files of 100 readings. The job adds each file's count to a total. It dies after the second file and
# is run again from the start. What is the total?

# %%
PREDICT = ...  # readings

# %% [markdown]
# **Run.** The same night with two write paths.


# %%
def append(store, number):
    before = store.get_json("count/all") if store.exists("count/all") else 0
    store.put_json("count/all", before + 100)


def replace(store, number):
    store.put_json(f"count/file {number}", 100)  # the name says what it is, not when it was made


def run(store, write, totals):
    for number in range(3):
        write(store, number)
        totals.append(sum(store.get_json(key) for key in store.list("count/")))


# %%
history = {}
for write in (append, replace):
    s, totals = sim.Store(), []
    s.crash_at = 3  # the third file of the first night
    try:
        run(s, write, totals)
    except sim.StoreCrash:
        totals.append(totals[-1])
    run(s, write, totals)
    run(s, write, totals)  # and once more, by mistake
    history[write.__name__] = totals
predicted(PREDICT, history["append"][5], "readings")

# %%
fig, ax = canvas(7, 2.8)
for name, colour in (("append", "vermilion"), ("replace", "blue")):
    ax.step(range(1, 10), history[name], where="mid", color=COLOURS[colour], label=name)
for x, words in ((0.6, "first night, dies"), (3.6, "rerun"), (6.6, "one more rerun")):
    ax.axvline(x - 0.1, color=COLOURS["grey"], linewidth=0.8)
    ax.text(x, 830, words)
ax.set(xlabel="file (three in each run)", ylabel="total (readings)", ylim=(0, 920))
ax.set_xticks(range(1, 10), [1, 2, "†", 1, 2, 3, 1, 2, 3])
ax.set_title("Appending counts every attempt, replacing counts every file")
ax.legend(loc="center right")
words = (
    "Total after each file of three runs. Appending: 200 at the crash, 500 after the rerun, 800 "
)
picture(fig, words + "after one more. Replacing: 200 at the crash, then 300 and 300.")

# %% [markdown]
# **Why.** An append remembers how often the job ran. "Clean up before the rerun" is the misconception: after a crash
# nobody knows what to clean. A name made of satellite, window and version, computed from all inputs and put as a whole,
# makes the second run a repetition of the first.
#
# **Worked example.** The day's peak rate, published once per content.
#
# 1. A file is its content, not its name.
# 2. The same contents as last time: nothing to do.
# 3. The result comes from all files, never from a delta.
# 4. It replaces what was there.
# 5. Last, note what it was made of.

# %%
import hashlib


def publish(store, day, files):
    """Replace one day's peak; files is {name: list of Mbps}, a file never spans two days."""
    hashes = {hashlib.sha256(repr(v).encode()).hexdigest() for v in files.values()}  # 1
    made_of = sorted(hashes)
    if store.exists(f"made of/{day}") and store.get_json(f"made of/{day}") == made_of:
        return "nothing new"  # 2
    peak = max(mbps for values in files.values() for mbps in values)  # 3
    store.put_json(f"peak/{day}", peak)  # 4
    store.put_json(f"made of/{day}", made_of)  # 5
    return f"peak {peak}"


# %%
s, monday = sim.Store(), {"a": [90, 80], "b": [85]}
with_copy, with_late = monday | {"copy of b": [85]}, monday | {"late": [95]}
[publish(s, "Mon", files) for files in (monday, monday, with_copy, with_late)]

# %% [markdown]
# **Your turn.** Two satellites, two days, three runs: four objects, not twelve. Choose the name.

# %%
NAME = ...  # text with some of {sat}, {day}, {run}, {now}
nights = [
    (sat, day, run) for sat in ("K-01", "K-02") for day in ("Mon", "Tue") for run in (1, 2, 3)
]


def objects():
    return len({NAME.format(sat=s, day=d, run=r, now=7200 + 60 * r) for s, d, r in nights})


your_turn(objects, 4, "Only what the result is about belongs into its name, not the attempt.", NAME)

# %% [markdown]
# **Say it.** "The output's key is satellite, window and metric version; late data recomputes the window from all its
# files and replaces it."

# %% [markdown] orbitlab={"part": "where-may-it-crash", "card": {"prompt": "A file spans two windows. It counts as known once any window's manifest names it. Where may the job crash?", "answer": "Not between the first manifest and the second output: the rerun then skips the file, and half of it is lost. A file marker put after all of its windows has no such point.", "topic": "commit order", "exercises": ["e06-idempotent-agg"]}}
# ## Where may it crash?
#
# **Question.** "You keep a manifest of inputs per window. Your job dies between two puts. What does the rerun lose?"
#
# **Predict.** A file holds 100 readings in each of two windows. Puts: output 0, manifest 0, output 1, manifest 1. A rerun
# skips a file that any manifest names. How many of the 200 readings are lost, at worst?

# %%
PREDICT = ...  # readings

# %% [markdown]
# **Run.** Three write paths, a crash behind every number of puts, one rerun.

# %%
windows = ["out 0", "manifest 0", "out 1", "manifest 1"]
PATHS = {  # what is put in which order, and what makes the file known
    "file marker first": (["marker", *windows], "marker"),
    "any manifest": (windows, "manifest"),
    "file marker last": ([*windows, "marker"], "marker"),
}


def night(store, puts, known_by):
    if not store.list(known_by):
        for key in puts:
            store.put_json(key, 100)


# %%
def lost(puts, known_by, done):
    """Return the readings missing after a crash behind `done` puts and a rerun."""
    s = sim.Store(crash_at=done + 1)
    try:
        night(s, puts, known_by)
    except sim.StoreCrash:
        night(s, puts, known_by)
    return 200 - sum(s.get_json(key) for key in s.list("out"))


losses = [[lost(*path, done) for done in range(6)] for path in PATHS.values()]
predicted(PREDICT, max(losses[1]), "readings")

# %%
fig, ax = canvas(7, 2.3)
ax.pcolormesh(losses, cmap="Reds", vmin=0, vmax=300, edgecolors="white", linewidth=2)
for y, row in enumerate(losses):
    for x, missing in enumerate(row):
        ax.text(x + 0.5, y + 0.5, missing, ha="center", va="center")
ax.set(xticks=np.arange(6) + 0.5, xticklabels=range(6), xlabel="puts before the crash")
ax.set(yticks=np.arange(3) + 0.5, yticklabels=PATHS, ylim=(3, 0))
ax.grid(False)
ax.set_title("Readings lost after a rerun: none if the marker comes last")
words = (
    "Readings lost by number of puts before the crash. Marker first: 0, 200, 100, 100, 0, 0. Any "
)
picture(fig, words + "manifest: 0, 0, 100, 0, 0, 0. Marker last: always 0.")

# %% [markdown]
# **Why.** One manifest per window says what went into that window. It does not say that a *file* is finished. Reading
# "seen in a manifest" as "done" is the misconception; the guide's manifest is needed, and not enough. The state that lets
# a rerun skip work is put last.
#
# **Worked example.** Two thumbnails and an index of finished albums.
#
# 1. Write the puts down, in order.
# 2. Each prefix is a crash.
# 3. What does the rerun believe?
# 4. "skips" must never meet "incomplete".

# %%
puts = ["thumb a", "thumb b", "index"]  # 1
for done in range(len(puts) + 1):  # 2
    there = set(puts[:done])
    belief = "skips" if "index" in there else "repeats"  # 3
    truth = "complete" if {"thumb a", "thumb b"} <= there else "incomplete"
    print(f"{done} puts: the album is {truth}, the rerun {belief} it")  # 4

# %% [markdown]
# **Your turn.** Three windows now. Fill both holes, so that no crash loses anything.

# %%
PUT_LAST = ...  # one of the seven keys
KNOWN_BY = ...  # the key that lets a rerun skip the file
keys = ["marker", *(f"{kind} {w}" for w in range(3) for kind in ("out", "manifest"))]


def losses_of_three():
    plan = [key for key in keys if key != PUT_LAST] + [PUT_LAST]
    return [100 + lost(plan, KNOWN_BY, done) for done in range(8)]  # 300 readings, not 200


your_turn(
    losses_of_three, [0] * 8, "The rerun may skip only on what came last.", PUT_LAST, KNOWN_BY
)

# %% [markdown]
# **Say it.** "I commit the file last; a crash before that costs a repetition, never a reading."

# %% [markdown]
# ### Which files does a window need?
#
# Kestrel's day: 56 files of 80 minutes each, three sensors. Files and hours do not line up, so every file reaches into
# two windows. One file came twice, one was partly resent, three came five hours late.

# %%
files = raw_health()
names = sorted(files, key=lambda key: (key.split("_")[1].removesuffix(".parquet"), key))
day = min(rows["event_ts"].min() for rows in files.values()) // 86_400 * 86_400
counts = np.zeros((len(names), 24))
for y, key in enumerate(names):
    hour = (files[key]["event_ts"] - day) // 3600
    counts[y] = np.bincount(hour, minlength=24)
wait = [files[k]["ingested_at"].min() - files[k]["event_ts"].max() > 3600 for k in names]
odd = {"_1": "copy", "_resend": "resend"}

fig, ax = canvas(7, 5)
shown = ax.pcolormesh(np.where(counts, counts, np.nan), cmap="Blues", vmin=0, vmax=1500)
fig.colorbar(shown, ax=ax, label="readings of the file in the hour")
for y, key in enumerate(names):
    note = "late" if wait[y] else next((w for end, w in odd.items() if end in key), "")
    if note:
        last = np.flatnonzero(counts[y])[-1]
        ax.text(last + 1.3, y + 0.5, note, va="bottom", color=COLOURS["vermilion"], fontsize=9)
middle = [
    np.mean([y for y, key in enumerate(names) if f"_{s}" in key]) + 0.5
    for s in ("power", "rf", "temp")
]
ax.set(xlabel="hour of the day (UTC)", ylabel="56 raw files, by sensor", xlim=(0, 27), ylim=(56, 0))
ax.set(yticks=middle, yticklabels=["power", "rf", "temp"], xticks=range(0, 25, 3))
ax.grid(False)
ax.set_title("Every file touches two of 24 windows, a window needs three to seven files")
words = (
    "Matrix of 56 raw files by 24 hours, coloured by readings. Each file fills two neighbouring "
)
words += "hours, so three diagonals appear, one per sensor. Marked are one copy, one resend and three late files."
picture(fig, words)
# %% [markdown] nbgrader={"grade": false, "grade_id": "e06-idempotent-agg-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "e06-idempotent-agg", "title": "Rerun-safe aggregation", "section": "Data pipelines", "difficulty": "hard", "minutes": 75, "points": 12, "rounds": ["ML system design (inferred)"], "topics": ["idempotency", "commit order", "late data"]}
# ### Rerun-safe aggregation
#
# `e06-idempotent-agg` · 75 min · 12 points · asked in ML system design (inferred)
#
# **Situation.** Raw health files arrive in object storage, some late, some twice. The nightly job is rerun after every
# crash, and its totals have doubled before.
#
# **Task.** Write `aggregate`, which brings all outputs up to date with the raw files.
#
# **Signature.**
#
# ```python
# def aggregate(store, metric_version: str, width_s: int = 3600) -> dict: ...  # result is free
#
# store.list("raw/")                  # sorted keys
# store.exists(key), store.etag(key)  # etag: SHA-256 of the content
# store.get_table(key), store.get_json(key)
# store.put_table(key, df), store.put_json(key, obj)  # both return the etag
# # raw files: sat_id, sensor_id, event_ts (s), seq, value, ingested_at (s)
# ```
#
# **Example.**
#
# ```python
# # raw/a: K-01 temp event_ts 3599 seq 1 value 4.0 ingested_at 5000
# #        K-01 temp event_ts 3600 seq 2 value 8.0 ingested_at 5000
# # raw/b: K-01 temp event_ts 3599 seq 1 value 6.0 ingested_at 9000
# aggregate(store, "1")
# # agg/v=1/w=0.parquet:      K-01, 0, 3600, "1", 1, 6.0, 6.0
# # agg/v=1/w=3600.parquet:   K-01, 3600, 7200, "1", 1, 8.0, 8.0
# # manifest/v=1/w=0.json:    inputs: the etags of a and b
# # manifest/v=1/w=3600.json: inputs: the etag of a
# aggregate(store, "1")       # no put, no raw read
# ```
#
# **Rules.**
#
# - A reading counts once, across all files.
# - A file is its content, not its name.
# - Late file: compute its windows again, leave the others alone.
# - Any put may crash; the next run that succeeds is right.
# - Your own notes live under `state/`.
#
# **Target.** Work for what is new, not for what is stored.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | raw | all keys under `raw/`, in any folder, with any name; written once, never changed | files with equal etags are one file |
# | R2 | cleaning | NaN and ±inf go first; then equal (sat_id, sensor_id, event_ts, seq), over all files, are one reading | the greatest ingested_at wins, then the larger value; all times are ints |
# | R3 | output | every window [start, start + width_s) with a finite reading, start a multiple of width_s | `agg/v={version}/w={start}.parquet`: sat_id, window_start, window_end, metric_version, n, mean, max over all sensors; one row per satellite, sorted by sat_id |
# | R4 | manifest | the same windows | `manifest/v={version}/w={start}.json`: exactly window_start, inputs (sorted etags of raw files with a finite row in the window, also if another row wins), output_etag (that of the output) |
# | R5 | nothing finite | a window · a file | no objects · it is in no manifest, and still known |
# | R6 | nothing new | a rerun, also with new keys of known content | no put at all, no `get_table` under `raw/` |
# | R7 | late file | after a successful call | in `agg/` only windows of its readings are put; under `raw/` only it and files of those windows are read, one key of identical copies; outputs as if computed at once |
# | R8 | StoreCrash | before or after any put, in several runs, with files arriving in between | it comes out of `aggregate`; after the next successful call everything is right |
# | R9 | versions | several, each always with its own width_s | never change or put each other's objects; what one has done is not done for another |
# | R10 | names | of raw files, order of arrival, own notes | do not matter; puts only to `agg/`, `manifest/`, `state/` |
#
# Every raw file has rows. "Right" means: `agg/` and `manifest/` of the version hold what R1 to R5 say, nothing else.
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Separate three questions: which contents are new, which windows do they touch, which files do those windows need? For
# the third you must remember the windows of old files. Then write the puts down in order and ask of each prefix what a
# rerun would believe.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# known = ...                                      # state/: {etag: its windows}
# fresh = {store.etag(k): k for k in store.list("raw/")}.keys() - known.keys()
# touched = ...                                    # windows of fresh files
# for start in touched:                            # all files of the window, old and new
#     ...                                          # output, then its manifest
# ...                                              # only now: fresh files become known
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "e06-idempotent-agg", "locked": false, "schema_version": 3, "solution": true, "task": false}
import numpy as np
import pandas as pd


def aggregate(store, metric_version: str, width_s: int = 3600) -> dict:
    """Bring agg/ and manifest/ of one version up to date with raw/, whatever happened before."""
    ### BEGIN SOLUTION
    journal = f"state/v={metric_version}.json"  # {etag: windows of its finite rows}
    known = store.get_json(journal) if store.exists(journal) else {}
    keys = {store.etag(key): key for key in store.list("raw/")}  # copies share one etag
    fresh = keys.keys() - known.keys()
    if not fresh:
        return {"windows": []}
    rows = {etag: _finite_rows(store.get_table(keys[etag]), width_s) for etag in fresh}
    windows = known | {etag: sorted(set(rows[etag]["window_start"].tolist())) for etag in fresh}
    touched = sorted({start for etag in fresh for start in windows[etag]})
    for start in touched:
        inputs = sorted(etag for etag in windows if start in windows[etag])
        for etag in inputs:
            if etag not in rows:
                rows[etag] = _finite_rows(store.get_table(keys[etag]), width_s)
        parts = [rows[etag][rows[etag]["window_start"] == start] for etag in inputs]
        result = _statistics(pd.concat(parts), metric_version, width_s)
        output = store.put_table(f"agg/v={metric_version}/w={start}.parquet", result)
        manifest = {"window_start": start, "inputs": inputs, "output_etag": output}
        store.put_json(f"manifest/v={metric_version}/w={start}.json", manifest)
    store.put_json(journal, windows)  # last: until here a rerun takes every fresh file again
    return {"windows": touched}


def _finite_rows(table: pd.DataFrame, width_s: int) -> pd.DataFrame:
    kept = table[np.isfinite(table["value"])]
    return kept.assign(window_start=kept["event_ts"] // width_s * width_s)


def _statistics(rows: pd.DataFrame, metric_version: str, width_s: int) -> pd.DataFrame:
    # Sorted by what decides, the last row of a reading is the one that counts.
    reading = ["sat_id", "sensor_id", "event_ts", "seq"]
    latest = rows.sort_values(["ingested_at", "value"]).drop_duplicates(reading, keep="last")
    by_sat = latest.groupby(["sat_id", "window_start"], as_index=False)["value"]
    result = by_sat.agg(n="count", mean="mean", max="max").sort_values("sat_id")
    result.insert(2, "window_end", result["window_start"] + width_s)
    result.insert(3, "metric_version", metric_version)
    return result
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "e06-idempotent-agg-check", "locked": true, "points": 12, "schema_version": 3, "solution": false, "task": false}
# %%check e06-idempotent-agg --points 12
import math

import pandas as pd

from orbitlab.checks import Mismatch, Raised, difference, raises
from orbitlab.world import store as sim_b

COLUMNS = ["sat_id", "sensor_id", "event_ts", "seq", "value", "ingested_at"]
OUTPUT = ["sat_id", "window_start", "window_end", "metric_version", "n", "mean", "max"]


def file(*readings):
    """Return a raw file with one row per (sat_id, sensor_id, event_ts, seq, value, ingested_at)."""
    return pd.DataFrame(readings, columns=COLUMNS).astype({"value": "float64"})


def truth(store, version, width):
    """Return every object that agg/ and manifest/ must hold, in plain Python from raw/ alone."""
    best, inputs = {}, {}
    quiet = store.copy()  # reading here leaves no trace in the logs
    for etag, key in {store.etag(key): key for key in store.list("raw/")}.items():
        for sat, sensor, ts, seq, value, came in quiet.get_table(key)[COLUMNS].itertuples(
            index=False
        ):
            if math.isfinite(value):
                start = ts // width * width
                inputs.setdefault(start, set()).add(etag)
                reading, rank = (start, sat, sensor, ts, seq), (came, value)
                best[reading] = max(rank, best.get(reading, rank))
    groups = {}
    for (start, sat, *_), (_, value) in best.items():
        groups.setdefault(start, {}).setdefault(sat, []).append(value)
    tables = {}
    for start, sats in groups.items():
        lines = [
            (sat, start, start + width, version, len(v), math.fsum(v) / len(v), max(v))
            for sat, v in sorted(sats.items())
        ]
        tables[start] = pd.DataFrame(lines, columns=OUTPUT)
    return tables, {start: sorted(etags) for start, etags in inputs.items()}


def expect_outputs(store, version="1", width=3600):
    """Compare agg/ and manifest/ of a version with the truth and with each other."""
    tables, inputs = truth(store, version, width)
    agg, manifest = f"agg/v={version}/", f"manifest/v={version}/"
    for prefix, suffix in ((agg, ".parquet"), (manifest, ".json")):
        wanted = sorted(f"{prefix}w={start}{suffix}" for start in tables)
        found = difference(wanted, store.list(prefix))
        if found:
            what = f"{prefix.split('/')[0]}/ of the version does not hold one object per window"
            raise Mismatch(what, expected=str(wanted), got=str(store.list(prefix)))
    quiet = store.copy()
    for start, table in tables.items():
        key = f"{agg}w={start}.parquet"
        got = quiet.get_table(key)
        found = difference(table, got)
        if found:
            shown = {"expected": table.to_string(), "got": got.to_string()}
            raise Mismatch(f"an output is wrong: {found.finding}", call=key, **shown)
        key = f"{manifest}w={start}.json"
        want = {"window_start": start, "inputs": inputs[start]}
        want["output_etag"] = store.etag(f"{agg}w={start}.parquet")
        got = quiet.get_json(key)
        found = difference(want, got)
        if found:
            what = f"a manifest is wrong{found.where}: {found.finding}"
            raise Mismatch(what, call=key, expected=str(want), got=str(got))


def run(aggregate, store, version="1", width=3600):
    """Call the answer with empty logs and no crash set."""
    store.crash_at = None
    store.clear_logs()
    try:
        aggregate(store, version, width)
    except Exception as error:
        raise Raised(error, call=f"aggregate(store, {version!r}, {width})") from error
    except sim_b.StoreCrash as error:
        raise Mismatch("StoreCrash came out of a call in which nothing crashed") from error


def raw_reads(store):
    return [key for key in store.reads if key.startswith("raw/")]


def expect_idle(store):
    """The last run must have had nothing to do."""
    if store.puts:
        raise Mismatch("there were puts though nothing was new", got=str(store.puts))
    if raw_reads(store):
        raise Mismatch("raw files were read though nothing was new", got=str(raw_reads(store)))


def two_files():
    a = file(("K-01", "temp", 3599, 1, 4.0, 5000), ("K-01", "temp", 3600, 2, 8.0, 5000))
    return {"raw/a.parquet": a, "raw/b.parquet": file(("K-01", "temp", 3599, 1, 6.0, 9000))}


def test_example(aggregate):
    """R3, R4: The example comes out: one output and one manifest per window, from raw files alone."""
    store = sim_b.Store.holding(two_files())
    try:
        aggregate(store, "1")
    except Exception as error:
        raise Raised(error, call="aggregate(store, '1')") from error
    expect_outputs(store)


def test_rerun_is_free(aggregate):
    """R6: A rerun with nothing new puts nothing and reads nothing under raw/; totals do not grow."""
    store = sim_b.Store.holding(two_files())
    run(aggregate, store)
    expect_outputs(store)
    for _ in range(2):
        store = store.copy()  # another process: nothing but the store remembers
        run(aggregate, store)
        expect_outputs(store)
        expect_idle(store)


def test_crash_is_not_swallowed(aggregate):
    """R8: StoreCrash is the process dying: an answer that swallows it reports success for half a job."""
    for after in (False, True):
        store = sim_b.Store.holding(two_files())
        store.crash_at, store.crash_after = 1, after
        with raises("StoreCrash"):
            aggregate(store, "1")
        run(aggregate, store)
        expect_outputs(store)


### BEGIN HIDDEN TESTS
import random


def scattered(rng, files, windows, width=3600, sats=("K-01", "K-02", "K-10")):
    """Return raw files of random readings, many of them sent again, with ties and no value."""
    tables, pool = {}, []
    for number in range(files):
        readings = []
        for _ in range(rng.randint(3, 9)):
            if pool and rng.random() < 0.4:
                reading = rng.choice(pool)
            else:
                ts = 36_000 * 49 + rng.randrange(windows * width)
                reading = (rng.choice(sats), rng.choice(["temp", "rf"]), ts, rng.randint(0, 2))
                pool.append(reading)
            value = rng.choice([rng.randint(-40, 40) / 8] * 9 + [math.nan, math.inf, -math.inf])
            readings.append((*reading, value, 2_000_000 + rng.randint(0, 3)))
        tables[f"raw/{rng.randrange(10**6):06d}-{number}.parquet"] = file(*readings)
    return tables


def base_and_late():
    """Return three windows of raw files, and a late file that spans the last two."""
    first = file(("K-01", "temp", 100, 1, 4.0, 9000), ("K-02", "rf", 200, 1, 7.0, 9000))
    second = file(("K-01", "temp", 3700, 2, 5.0, 9000), ("K-02", "rf", 3800, 2, 9.5, 9000))
    third = file(("K-01", "temp", 7300, 3, 6.0, 9000))
    late = file(
        ("K-01", "rf", 7199, 9, 1.0, 20_000),
        ("K-02", "rf", 3800, 2, 2.5, 20_000),
        ("K-02", "temp", 7200, 9, 3.0, 20_000),
    )
    return {"raw/1": first, "raw/2": second, "raw/3": third}, late


def test_random_days(aggregate):
    """R1, R2, R3, R4: Random files with resends, ties and gaps agree with a pure function of raw/."""
    rng = random.Random(6101)
    for width, version in ((3600, "1"), (900, "2026-03"), (3600, "7"), (60, "x")):
        tables = scattered(rng, rng.randint(2, 6), 3, width)
        store = sim_b.Store.holding(tables)
        run(aggregate, store, version, width)
        expect_outputs(store, version, width)


def test_only_keys_under_raw(aggregate):
    """R1: Raw files are what lies under raw/, in any folder and with any name, and nothing else."""
    tables = {
        "raw/2026/01/x.parquet": file(("K-01", "temp", 10, 1, 1.0, 50)),
        "raw/2026/02/x.parquet": file(("K-01", "temp", 20, 2, 5.0, 50)),
        "raw/no suffix": file(("K-01", "temp", 30, 3, 3.0, 50)),
        "raw_old/y.parquet": file(("K-01", "temp", 40, 4, 99.0, 50)),
        "rawer": file(("K-01", "temp", 50, 5, 99.0, 50)),
    }
    store = sim_b.Store.holding(tables)
    run(aggregate, store)
    expect_outputs(store)


def test_drop_before_dedupe(aggregate):
    """R2: NaN and infinities go first: one that came later does not wipe out a good reading."""
    for bad in (math.nan, math.inf, -math.inf):
        a = file(("K-01", "temp", 10, 1, 2.0, 50), ("K-01", "temp", 70, 2, 4.0, 50))
        b = file(("K-01", "temp", 10, 1, bad, 90), ("K-02", "temp", 80, 3, bad, 90))
        store = sim_b.Store.holding({"raw/a": a, "raw/b": b, "raw/c": b.assign(seq=4)})
        run(aggregate, store)
        expect_outputs(store)


def test_last_ingested_wins_across_files(aggregate):
    """R2: A reading that was sent again counts once, across files, and the last ingested value counts."""
    for first, second in (("raw/a", "raw/b"), ("raw/b", "raw/a")):
        old = file(("K-01", "temp", 10, 1, 9.0, 50), ("K-01", "temp", 70, 2, 4.0, 50))
        new = file(("K-01", "temp", 10, 1, 2.0, 51), ("K-01", "temp", 10, 1, 3.0, 49))
        store = sim_b.Store.holding({first: old, second: new})
        run(aggregate, store)
        expect_outputs(store)


def test_tie_takes_the_larger_value(aggregate):
    """R2: Equal ingested_at: the larger value wins, not the one that was read first or last."""
    rows = [("K-01", "temp", 10, 1, v, 50) for v in (3.0, 8.0, 5.0)]
    for order in ((0, 1, 2), (1, 0, 2), (2, 0, 1)):
        store = sim_b.Store.holding({f"raw/{i}": file(rows[k]) for i, k in enumerate(order)})
        run(aggregate, store)
        expect_outputs(store)
        inside = sim_b.Store.holding({"raw/one": file(*(rows[k] for k in order))})
        run(aggregate, inside)
        expect_outputs(inside)


def test_reading_has_four_keys(aggregate):
    """R2: Satellite, sensor, time and sequence number make a reading; differing in one is another."""
    readings = [
        ("K-01", "temp", 10, 1, 1.0, 50),
        ("K-02", "temp", 10, 1, 2.0, 50),
        ("K-01", "rf", 10, 1, 4.0, 50),
        ("K-01", "temp", 11, 1, 8.0, 50),
        ("K-01", "temp", 10, 2, 16.0, 50),
    ]
    store = sim_b.Store.holding({"raw/a": file(*readings[:3]), "raw/b": file(*readings[3:])})
    run(aggregate, store)
    expect_outputs(store)


def test_windows_are_half_open(aggregate):
    """R3: A window starts at a multiple of width_s and ends before the next; sats stand in order."""
    for width in (900, 3600):
        times = [7200, 7200 + width - 1, 7200 + width, 7200 + 3 * width]
        sats = ["K-10", "K-02", "K-10", "K-02"]
        rows = [(s, "rf", ts, 1, float(ts), 9) for ts in times for s in (*sats[:2], "K-01")]
        store = sim_b.Store.holding({"raw/a": file(*rows)})
        run(aggregate, store, "1", width)
        expect_outputs(store, "1", width)


def test_copies_are_one_file(aggregate):
    """R1, R6: A file is its content: a copy under another key is no new file, before or after a run."""
    one, other = two_files().values()
    store = sim_b.Store.holding({"raw/a": one, "raw/a copy": one, "raw/b": other})
    run(aggregate, store)
    expect_outputs(store)
    store.put_table("raw/0 sorts first", one)
    store.put_table("raw/z/a", other)
    run(aggregate, store)
    expect_outputs(store)
    expect_idle(store)


def test_nothing_finite(aggregate):
    """R5: No finite reading, no objects; yet such a file is known, and a rerun leaves it alone."""
    empty = file(("K-01", "temp", 3700, 1, math.nan, 50), ("K-02", "temp", 7300, 1, math.inf, 50))
    store = sim_b.Store.holding({"raw/a": empty, "raw/b": file(("K-01", "rf", 10, 1, 2.0, 5))})
    run(aggregate, store)
    expect_outputs(store)
    run(aggregate, store)
    expect_outputs(store)
    expect_idle(store)
    store.put_table("raw/c", file(("K-03", "temp", 10, 1, math.nan, 60)))
    run(aggregate, store)
    expect_outputs(store)
    run(aggregate, store)
    expect_idle(store)


def test_late_file_replaces_its_windows(aggregate):
    """R7: A late file's windows are computed again from all their files; adding a delta counts twice."""
    tables, late = base_and_late()
    store = sim_b.Store.holding(tables)
    run(aggregate, store)
    for key, table in (
        ("raw/0", late),
        ("raw/9", late.assign(value=[0.5, 0.25, 12.0], seq=[9, 2, 8])),
    ):
        store.put_table(key, table)
        run(aggregate, store)
        expect_outputs(store)


def late_run(aggregate):
    """Return a store after a run, a late file, and another run; with the allowed keys and etags."""
    tables, late = base_and_late()
    tables["raw/2 copy"] = tables["raw/2"]
    store = sim_b.Store.holding(tables)
    run(aggregate, store)
    store.put_table("raw/late", late)
    store.put_table("raw/late copy", late)
    run(aggregate, store)
    expect_outputs(store)
    return store


def test_late_file_writes_only_its_windows(aggregate):
    """R7: A late file rewrites the outputs of its own windows only, not those of every window."""
    store = late_run(aggregate)
    allowed = {"agg/v=1/w=3600.parquet", "agg/v=1/w=7200.parquet"}
    if {key for key in store.puts if key.startswith("agg/")} - allowed:
        raise Mismatch("an output of a window that the late file does not touch was written again")


def test_late_file_reads_only_its_windows(aggregate):
    """R7: For a late file only it and the files of its windows are read, one of identical copies."""
    store = late_run(aggregate)
    read = set(raw_reads(store))
    if "raw/1" in read:
        raise Mismatch("a raw file of a window that the late file does not touch was read")
    if len({store.etag(key) for key in read}) < len(read):
        raise Mismatch("two identical copies of a raw file were both read")


def crash_points(aggregate, store, version="1"):
    """Yield copies of the store after a call that crashed before, and after, each of its puts."""
    rehearsal = store.copy()
    run(aggregate, rehearsal, version)
    expect_outputs(rehearsal, version)
    for n in range(1, len(rehearsal.puts) + 1):
        for after in (False, True):
            crashed = store.copy()
            crashed.crash_at, crashed.crash_after = n, after
            try:
                aggregate(crashed, version, 3600)
            except sim_b.StoreCrash:
                pass
            except Exception as error:
                raise Raised(error) from error
            yield crashed.copy()  # the rerun is another process


def test_crash_in_the_first_run(aggregate):
    """R8: A crash at any put of the first run, then a rerun: neither a marker nor a manifest may vouch for an output that was never written."""
    first = file(("K-01", "temp", 100, 1, 4.0, 9000), ("K-02", "rf", 3700, 1, 7.0, 9000))
    store = sim_b.Store.holding({"raw/a": first, "raw/b": file(("K-01", "rf", 3601, 5, 1.0, 9))})
    for crashed in crash_points(aggregate, store):
        run(aggregate, crashed)
        expect_outputs(crashed)


def test_crash_with_a_late_file(aggregate):
    """R8: A file that spans two windows is done when both are written; seen in one manifest is not done, and half of it is lost."""
    tables, late = base_and_late()
    store = sim_b.Store.holding(tables)
    run(aggregate, store)
    expect_outputs(store)
    store.put_table("raw/late", late)
    for crashed in crash_points(aggregate, store):
        run(aggregate, crashed)
        expect_outputs(crashed)
        run(aggregate, crashed)
        expect_idle(crashed)


def test_crash_of_the_rerun(aggregate):
    """R8: Reruns may crash as well, and files may arrive in between; the first success is right."""
    rng = random.Random(6102)
    for _ in range(8):
        store = sim_b.Store.holding(scattered(rng, 2, 2))
        for number in range(rng.randint(2, 4)):
            store.crash_at = None  # a rerun may need fewer puts than were counted on
            if rng.random() < 0.4:
                (table,) = scattered(rng, 1, 2).values()
                store.put_table(f"raw/more {number}", table)
            store.crash_at, store.crash_after = rng.randint(1, 6), rng.random() < 0.5
            try:
                aggregate(store, "1", 3600)
            except sim_b.StoreCrash:
                pass
            except Exception as error:
                raise Raised(error) from error
            store = store.copy()
        run(aggregate, store)
        expect_outputs(store)


def test_versions_live_apart(aggregate):
    """R9: A version has outputs and bookkeeping of its own: what one has done is not done for another."""
    tables, late = base_and_late()
    store = sim_b.Store.holding(tables)
    widths = {"1": 3600, "10": 900, "2": 3600}
    for version, width in widths.items():
        before = {key: store.etag(key) for key in store.list() if key.startswith(("agg", "mani"))}
        run(aggregate, store, version, width)
        expect_outputs(store, version, width)
        if any(store.etag(key) != etag for key, etag in before.items()):
            raise Mismatch("an object of another version was changed")
        if any(key in before for key in store.puts):
            raise Mismatch("an object of another version was written again")
    store.put_table("raw/late", late)
    for version in ("10", "1", "2"):
        run(aggregate, store, version, widths[version])
        expect_outputs(store, version, widths[version])
    for version in ("1", "2", "10"):
        run(aggregate, store, version, widths[version])
        expect_outputs(store, version, widths[version])
        expect_idle(store)


def test_names_and_arrival_do_not_matter(aggregate):
    """R10: Names of raw files and the order in which they arrive, all at once or one by one, change nothing."""
    rng = random.Random(6103)
    for _ in range(3):
        tables = list(scattered(rng, 4, 2).values())
        rng.shuffle(tables)
        store = sim_b.Store()
        for table in tables:
            store.put_table(f"raw/{rng.choice('abc')}/{rng.randrange(10**9)}", table)
            if rng.random() < 0.7:
                run(aggregate, store)
                expect_outputs(store)
        run(aggregate, store)
        expect_outputs(store)


def test_bookkeeping_lies_under_state(aggregate):
    """R10: What you note for yourself lies under state/; agg/ and manifest/ hold only what is asked, raw/ only raw files."""
    tables, late = base_and_late()
    store = sim_b.Store.holding(tables)
    for key, table in (("raw/late", late), ("raw/none", late.assign(value=math.nan, seq=77))):
        run(aggregate, store)
        wrong = [k for k in store.puts if not k.startswith(("agg/v=1/", "manifest/v=1/", "state/"))]
        if wrong:
            raise Mismatch("something was put outside agg/, manifest/ and state/")
        store.put_table(key, table)
    run(aggregate, store)
    expect_outputs(store)
    known = {*store.list("agg/v=1/"), *store.list("manifest/v=1/"), *store.list("state/")}
    if known | {*tables, "raw/late", "raw/none"} != set(store.list()):
        raise Mismatch("something was put outside agg/, manifest/ and state/")


### END HIDDEN TESTS
# %% tags=["try-it"]
# Kestrel's own day, as it arrived: the late files, the copy and the resend come after the night.
def one_day():
    files = raw_health()
    late = {k: f for k, f in files.items() if f["ingested_at"].max() - f["event_ts"].max() > 3600}
    again = {key: files[key] for key in files if "_1" in key}
    s = sim.Store.holding({k: f for k, f in files.items() if k not in late | again})
    rows = {}
    for step, more in (
        ("the night", {}),
        ("rerun", {}),
        ("a copy", again),
        ("late files", late),
        ("rerun again", {}),
    ):
        for key, frame in more.items():
            s.put_table(key, frame)
        s.clear_logs()
        aggregate(s, "1")
        put = [
            sum(key.startswith(kind) for key in s.puts) for kind in ("agg/", "manifest/", "state/")
        ]
        outputs = pd.concat([s.copy().get_table(key) for key in s.list("agg/v=1/")])
        rows[step] = [len(set(s.reads)), *put, int(outputs["n"].sum())]
    names = ["raw files read", "agg puts", "manifest puts", "state puts", "readings counted"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=names)


try_it(one_day, aggregate)

# %% tags=["try-it"]
# One raw file that spans two hours, and a crash behind every number of puts, in the run and in its rerun. Left: a job
# that takes a file for known once any manifest names it. Right: yours.
import contextlib


def counting_job(s, version):
    """Count readings per hour; known is what a manifest names."""
    named = {e for key in s.list("manifest/") for e in s.get_json(key)["inputs"]}
    for key in s.list("raw/"):
        if s.etag(key) not in named:
            rows = s.get_table(key).dropna()
            for start, part in rows.groupby(rows["event_ts"] // 3600 * 3600):
                s.put_json(f"agg/{start}", len(part))
                s.put_json(f"manifest/{start}", {"inputs": [s.etag(key)]})


def counted(s):
    """Return readings per window, whichever job made them."""
    made = {key: s.get_json(key) for key in s.list("agg/") if not key.startswith("agg/v=")}
    return made | {key: int(s.get_table(key)["n"].sum()) for key in s.list("agg/v=1/")}


def final_error(job, raw, crashes):
    """Return readings missing or too many after crashed runs and one that goes through."""
    s, undisturbed = sim.Store.holding(raw), sim.Store.holding(raw)
    for puts in crashes:
        s.crash_at = puts + 1
        with contextlib.suppress(sim.StoreCrash):  # it must not end the notebook
            job(s, "1")
    s.crash_at = None
    job(s, "1")
    job(undisturbed, "1")
    want, got = counted(undisturbed), counted(s)
    return sum(abs(want.get(key, 0) - got.get(key, 0)) for key in want | got)


def crash_map():
    key, rows = next(iter(raw_health().items()))
    raw = {key: rows[rows["sat_id"] < "K-09"]}
    points = range(6)
    fig, axes = canvas(7.5, 3.6, cols=2)
    for ax, job, whose in zip(
        axes, (counting_job, aggregate), ("Known by manifest", "Yours"), strict=True
    ):
        grid = [[final_error(job, raw, (first, second)) for first in points] for second in points]
        ax.pcolormesh(grid, cmap="Reds", vmin=0, vmax=300, edgecolors="white", linewidth=1.5)
        for y, line in enumerate(grid):
            for x, error in enumerate(line):
                ax.text(x + 0.5, y + 0.5, error, ha="center", va="center", fontsize=9)
        ax.set(
            xticks=np.arange(6) + 0.5,
            xticklabels=points,
            yticks=np.arange(6) + 0.5,
            yticklabels=points,
        )
        ax.set(xlabel="puts before the first crash", ylabel="puts of the rerun before its crash")
        ax.grid(False)
        bad = sum(error > 0 for line in grid for error in line)
        ax.set_title(f"{whose}: wrong at {bad} of 36")
    words = "Two heat maps of final error in readings, by puts before the first crash and before the crash of the "
    words += "rerun. Left, a job that knows files by manifests: errors wherever one of the crashes came behind two puts. "
    picture(
        fig,
        words
        + "Right, your job: the final error at each of the 36 points; 0 everywhere when it is right.",
    )


try_it(crash_map, aggregate)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Outputs are a pure function of raw contents, one object per version and window, replaced as a whole. A
# journal remembers each file's windows and is put last. Work is proportional to the touched windows.
#
# **Code.**
#
# <!-- answer: e06-idempotent-agg -->
#
# **Walk-through.**
#
# - R1, R6: files are compared by etag, so copies, names and reruns cost nothing: no fresh etag, no put.
# - R2: non-finite values go first; sorting by ingested_at, then value, makes the last row the one that counts.
# - R5, R7: the journal holds the windows of every file, an empty list too, so only files of touched windows are read.
# - R8: output, then manifest, then, after all windows, the journal. A crash before it makes a rerun repeat, never skip.
# - R9, R10: version and window stand in every key; the journal is one exact key per version, so 1 and 10 do not mix.
#
# **Rejected.**
#
# - A file is known once a manifest names it. A file in hours 0 and 1 and a crash behind hour 0's manifest: hour 1 never
#   sees it. Fails with "seen in one manifest is not done, and half of it is lost."
# - Adding a new file's figures to the old ones. A resend of the same reading with n = 1 gives n = 2. Fails with "adding
#   a delta counts twice."
#
# **Cost.** O(rows of the files of touched windows), plus one listing. The journal grows with the number of files and is
# written whole; at millions of files use one marker per file or per day. It is right for one writer at a time: two runs
# at once need a lock or a conditional put.
#
# **Tests.**
#
# - Crash before and after every put, rerun, compare with the pure function of raw.
# - Run, put a late file, run: which keys were put, which were read?
# - The same content under a new name: no put.
#
# **Follow-up.** "A raw file turns out to be corrupt and must go." Then raw is no longer write-once: I would put a
# tombstone file that names its etag, treat that as late data for the same windows, and recompute them without it.
#
# </details>

# %% [markdown] nbgrader={"grade": false, "grade_id": "e06-idempotent-agg-written-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false}
# ### Keys and write path, in words
#
# `e06-idempotent-agg` · written part · 4 points
#
# **Task.** In at most 200 words, answer the guide's question for the job you wrote: how do reruns and late files not
# count twice? Name concrete keys and the order of writes.
#
# **Rubric.** Each bullet is met or not met.
#
# - Keys: the output's key (satellite, window, metric version) and the reading's key, written out (1)
# - Write path: the partition that is replaced as a whole, from which inputs, and what a late file touches (1)
# - Why the file marker comes last: a crash point that would lose readings otherwise (1)
# - Exactly once at the record level: dedupe across files, with the tie-break, before aggregation (1)
#
# **Example.** "Outputs are keyed by satellite and day and overwritten. We keep a manifest so that nothing is counted
# twice." First bullet not met: no metric version, no key of a reading. Second not met: overwritten from which inputs?
# Third and fourth not met. 0 of 4.

# %% [markdown] nbgrader={"grade": true, "grade_id": "e06-idempotent-agg-written", "locked": false, "points": 4, "schema_version": 3, "solution": true, "task": false}
# The strong excerpt of the sample answer below is a full answer.

# %% [markdown] tags=["sample-answer"]
# Score the weak excerpt yourself before you open its score, then go on.
#
# <details><summary>Weak excerpt</summary>
#
# "I would make the job idempotent with upserts, so reruns overwrite the old values. Each run gets a run id, and we store
# which files it has processed at the start, so that no file is processed twice. Late files are added to the totals when
# they come. Duplicates are removed with drop_duplicates."
#
# </details>
#
# <details><summary>Its score: 0 of 4</summary>
#
# - Keys: **0**. Upserts on what? A run id would even make reruns different.
# - Write path: **0**. Late files are added: a delta, so a resend counts twice.
# - Marker last: **0**. Files are marked at the start; a crash after that loses them.
# - Record level: **0**. drop_duplicates within one file, without a key or a tie-break.
#
# </details>
#
# <details><summary>Middle excerpt</summary>
#
# "One object per metric version and hour, agg/v=2/w=1767571200.parquet, a row per satellite with window start and end.
# A late file is mapped to its hours; each of them is computed again from all raw files that reach into it and replaced
# as a whole. A reading is (sat_id, sensor_id, event_ts, seq). The manifest of each hour lists the content hashes of its
# inputs, so a file that is in a manifest is never processed again."
#
# </details>
#
# <details><summary>Its score: 2 of 4</summary>
#
# - Keys: **1**. Output key and reading key are both written out.
# - Write path: **1**. The hour is replaced, from all its files; a late file touches its own hours.
# - Marker last: **0**. "In a manifest" counts as processed: a crash after the first of two hours loses the other.
# - Record level: **0**. The key is there, but nothing says when it is deduped or which of two values wins.
#
# </details>
#
# <details><summary>Strong excerpt</summary>
#
# "Output: agg/v={version}/w={start}, one row per (sat_id, window_start, window_end, metric_version). Reading: (sat_id,
# sensor_id, event_ts, seq). A run lists raw/, takes contents whose hash is not in state/, maps them to their windows, and
# computes each of these windows again from all files that reach into it, old and new. NaN goes first; then, across
# files, one row per reading: the greatest ingested_at, then the larger value. That makes a retry harmless at the record
# level. Each window is put as a whole: output, then a manifest with input hashes and the output's hash. Only when all
# windows are written does a file enter state/. If it entered earlier, or if a manifest were enough, a crash between the
# two windows of one file would make the rerun skip it, and the second window would lack its readings. So a crash costs a
# repetition. A rerun without news puts nothing. A new metric is a new version with its own keys and state."
#
# </details>
#
# <details><summary>Its score: 4 of 4</summary>
#
# - Keys: **1**. Both, in full.
# - Write path: **1**. Window replaced from all its files; late files touch their own windows.
# - Marker last: **1**. With the crash point that would lose half a file.
# - Record level: **1**. Across files, before aggregation, with the tie-break.
#
# </details>

# %% [markdown] orbitlab={"part": "as-of", "card": {"prompt": "Two calibrations of a sensor start at 06:00:00, versions 2 and 3. Which holds for a reading at exactly 06:00:00, and for one at 05:59:59?", "answer": "Version 3 at 06:00:00: valid_from is included and the higher version wins the tie. At 05:59:59 the one before, version 1.", "topic": "as-of joins", "exercises": ["e06-calibrate"]}}
# ## Which calibration holds?
#
# **Question.** "Calibrations changed last week. You reprocess last month. Which gain do you multiply with?"
#
# **Predict.** The rf sensor has version 1 for weeks. Versions 2 and 3 both become valid on 5 January at 06:00:00. Which
# version holds for a reading at exactly 06:00:00?

# %%
PREDICT = ...  # a version number

# %% [markdown]
# **Run.** The same 4,300 counts, all week.

# %%
rf = world_table("calibration").query("sensor_id == 'rf'")
six = 1_767_592_800  # 2026-01-05 06:00:00 UTC
valid = rf[rf["valid_from"] <= six].sort_values(["valid_from", "version"])
predicted(PREDICT, int(valid["version"].iloc[-1]))

# %%
steps = rf.sort_values("version").drop_duplicates("valid_from", keep="last")
day = (steps["valid_from"].to_numpy() - six) / 86_400 + 0.25  # days of January, from the 5th
value = (steps["gain"] * 4300 + steps["offset"]).to_numpy()
fig, ax = canvas(7, 2.8)
x, y = np.append(np.clip(day, -1, 4), 4), np.append(value, value[-1])
ax.step(x, y, where="post", color=COLOURS["blue"], label="as of the reading")
ax.axhline(value[-1], color=COLOURS["vermilion"], linestyle="--", label="latest for all")
for at, level, version in zip(x[:-1], value, steps["version"], strict=True):
    ax.text(at + 0.05, level + 0.08, f"v{version}")
ax.set(xlabel="January 2026", ylabel="4,300 counts (dBHz)", xlim=(-1, 4), ylim=(42.4, 45.4))
ax.set_xticks(range(-1, 5), range(4, 10))
ax.set_title("The latest calibration rewrites what was measured before it")
ax.legend(loc="upper right")
words = "Value of 4,300 counts: 43.0 dBHz until 5 January 06:00, then 44.6, 44.4 from 14:25, 42.8 from the 7th. "
picture(fig, words + "A dashed line holds the last value for all times, up to 1.8 dB off.")

# %% [markdown]
# **Why.** "Join the latest" is the misconception. It is right for the reading that came last and for no other, and a
# reprocessed month changes without anybody touching it. As-of means: the newest row that was valid *then*. That needs
# two decisions spelt out: is the boundary included, and who wins a tie.
#
# **Worked example.** Which firmware did a gateway run?
#
# 1. Sort once by the time it became valid.
# 2. "Right" counts the boundary itself as valid.
# 3. One step back is the row that holds.
# 4. Position −1 is nobody, not the last.

# %%
since, firmware = np.array([100, 250, 400]), ["fw6", "fw7", "fw8"]  # 1
for asked in (99, 100, 249, 9999):
    at = np.searchsorted(since, asked, side="right") - 1  # 2, 3
    print(asked, firmware[at] if at >= 0 else None)  # 4

# %% [markdown]
# **Your turn.** Prices per gigabyte hold from their second on. Fill both holes.

# %%
SIDE = ...  # "left" or "right"
NOBODY = ...  # what a search gives that found no price
price_from, price = np.array([10, 20]), np.array([5.0, 7.0])


def prices(asked=(9, 10, 19, 20)):
    at = np.searchsorted(price_from, asked, side=SIDE) - 1
    return np.where(at == NOBODY, np.nan, price[at])


hint = "At 10 the price is 5 already; before 10 there is none."
your_turn(prices, np.array([np.nan, 5.0, 5.0, 7.0]), hint, SIDE, NOBODY)

# %% [markdown]
# **Say it.** "I join as of the event time, boundary included, highest version on a tie, and I store which version I used."

# %% [markdown] nbgrader={"grade": false, "grade_id": "e06-calibrate-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "e06-calibrate", "title": "As-of calibration", "section": "Data pipelines", "difficulty": "medium", "minutes": 20, "points": 4, "rounds": ["ML system design (inferred)"], "topics": ["as-of joins", "calibration", "pandas"]}
# ### As-of calibration
#
# `e06-calibrate` · 20 min · 4 points · asked in ML system design (inferred)
#
# **Situation.** Sensors send counts; gain and offset change over time. Last month was reprocessed with today's
# calibration, and the alarms of that month are gone.
#
# **Task.** Write `calibrate`, which gives each reading the value and version that held at its time.
#
# **Signature.**
#
# ```python
# def calibrate(
#     raw: pd.DataFrame,  # sensor_id, event_ts (s), counts; unsorted
#     cal: pd.DataFrame,  # sensor_id, valid_from (s), gain, offset, version
# ) -> pd.DataFrame: ...  # raw's columns, then value, cal_version (int)
# ```
#
# **Example.**
#
# ```python
# # cal: temp from 0: gain 1, offset 0, version 1 · temp from 100: 2, 5, version 2
# #      rf from 50: 0.5, 0, version 1
# # raw, index 7 3 5: temp 100 10 · rf 40 10 · temp 99 10   (counts 10 each)
# calibrate(raw, cal)
# # value 25.0, NaN, 10.0 · cal_version 2, -1, 1 · index 7 3 5
# ```
#
# **Rules.**
#
# - The row with the greatest `valid_from` ≤ `event_ts` holds.
# - Ties: the highest version.
# - value = gain · counts + offset.
# - No row: NaN and version −1.
# - Row order and index stay.
#
# **Target.** O((N + M) log M) for N readings and M calibrations.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | as of | the sensor's row with the greatest valid_from ≤ event_ts | value = gain · counts + offset, cal_version = its version |
# | R2 | boundary | event_ts equal to valid_from | that row holds already |
# | R3 | tie | equal sensor and valid_from | the highest version; elsewhere versions decide nothing. (sensor_id, valid_from, version) is unique, cal in any order |
# | R4 | none | no such row, or a sensor that cal does not know | value NaN, cal_version −1 |
# | R5 | sensors | rows of other sensors | never count, however near |
# | R6 | no counts | counts NaN | value NaN, cal_version as in R1 |
# | R7 | form | raw unsorted, index of any kind, labels may repeat | columns sensor_id, event_ts, counts, value, cal_version (int); rows and index as in raw; inputs unchanged |
# | R8 | size | many readings, many calibrations of a few sensors | near-linear time |
#
# Both tables have rows; event_ts, valid_from and version are ints.
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Sorted by valid_from and version, a sensor's calibrations are a staircase. A reading needs the last step that is not to
# its right. `merge_asof` climbs it as well, but wants raw sorted: note where each row came from.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# for sensor, own in cal.sort_values([...]).groupby("sensor_id"):
#     rows = np.flatnonzero(raw["sensor_id"].to_numpy() == sensor)
#     at = np.searchsorted(own["valid_from"], ts[rows], side=...) - 1
#     ...                          # some of them are -1
#     value[rows] = ...
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "e06-calibrate", "locked": false, "schema_version": 3, "solution": true, "task": false}
import numpy as np
import pandas as pd


def calibrate(raw: pd.DataFrame, cal: pd.DataFrame) -> pd.DataFrame:
    """Return `raw` with value and cal_version of the calibration that was valid at event_ts."""
    ### BEGIN SOLUTION
    # Sorted by version within an instant, the position right of equals is the highest version.
    ordered = cal.sort_values(["valid_from", "version"])
    ts, counts = raw["event_ts"].to_numpy(), raw["counts"].to_numpy(dtype=np.float64)
    value = np.full(len(raw), np.nan)
    version = np.full(len(raw), -1, dtype=np.int64)
    sensor_of = raw["sensor_id"].to_numpy()
    for sensor, own in ordered.groupby("sensor_id"):
        rows = np.flatnonzero(sensor_of == sensor)
        at = np.searchsorted(own["valid_from"].to_numpy(), ts[rows], side="right") - 1
        rows, at = rows[at >= 0], at[at >= 0]  # -1 would be the last one, from the future
        gain, offset = own["gain"].to_numpy()[at], own["offset"].to_numpy()[at]
        value[rows] = gain * counts[rows] + offset
        version[rows] = own["version"].to_numpy()[at]
    # Assigned by position, so that order and index of raw stay as they are.
    return raw.assign(value=value, cal_version=version)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "e06-calibrate-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# %%check e06-calibrate --points 4
import pandas as pd

from orbitlab.checks import Mismatch, expect

NAN = float("nan")


def readings(*rows, index=None):
    frame = pd.DataFrame(rows, columns=["sensor_id", "event_ts", "counts"], index=index)
    return frame.astype({"counts": "float64"})


def versions(*rows):
    names = ["sensor_id", "valid_from", "gain", "offset", "version"]
    return pd.DataFrame(rows, columns=names).astype({"gain": "float64", "offset": "float64"})


def compare(calibrate, raw, cal, value, version):
    """Expect raw's columns, rows and index, plus the two new columns."""
    expected = raw.assign(value=value, cal_version=version)
    got = expect(calibrate, (raw, cal), expected)
    if list(got.index) != list(raw.index):
        shown = {"expected": str(list(raw.index)), "got": str(list(got.index))}
        raise Mismatch("the index of raw is not kept", **shown)


CAL = versions(("temp", 0, 1.0, 0.0, 1), ("temp", 100, 2.0, 5.0, 2), ("rf", 50, 0.5, 0.0, 1))


def test_example(calibrate):
    """R1: The example comes out: each reading takes the calibration that was valid then, not the latest."""
    raw = readings(("temp", 100, 10), ("rf", 40, 10), ("temp", 99, 10), index=[7, 3, 5])
    compare(calibrate, raw, CAL, [25.0, NAN, 10.0], [2, -1, 1])


def test_from_the_first_second(calibrate):
    """R2: A calibration holds from its valid_from on, that second included."""
    raw = readings(("rf", 50, 8), ("rf", 49, 8), ("rf", 51, 8))
    compare(calibrate, raw, CAL, [4.0, NAN, 4.0], [1, -1, 1])


def test_unknown_sensor(calibrate):
    """R4: A sensor without any calibration gets NaN and −1, not an error and not a lost row."""
    raw = readings(("power", 100, 8), ("temp", 5, 8))
    compare(calibrate, raw, CAL, [NAN, 8.0], [-1, 1])


### BEGIN HIDDEN TESTS
import bisect
import random

from orbitlab.checks import expect_scaling, limit


def by_hand(raw, cal):
    """Every reading looks at every calibration."""
    value, version = [], []
    table = list(cal.itertuples(index=False, name=None))
    for sensor, ts, counts in raw.itertuples(index=False, name=None):
        valid = [(c[1], c[4], c[2], c[3]) for c in table if c[0] == sensor and c[1] <= ts]
        _, best, gain, offset = max(valid, default=(0, -1, NAN, NAN))
        value.append(gain * counts + offset)
        version.append(best)
    return value, version


def test_as_of_not_latest(calibrate):
    """R1: Old readings keep the calibration of their time; neither the latest nor the nearest is theirs."""
    cal = versions(("t", 0, 1.0, 0.0, 1), ("t", 100, 2.0, 0.0, 2), ("t", 200, 4.0, 0.0, 3))
    raw = readings(*(("t", ts, 1) for ts in (10, 90, 110, 190, 210, 10_000)))
    compare(calibrate, raw, cal, [1.0, 1.0, 2.0, 2.0, 4.0, 4.0], [1, 1, 2, 2, 3, 3])


def test_valid_from_is_included(calibrate):
    """R2: At exactly valid_from the new calibration holds: the comparison is not strict."""
    cal = versions(("t", 100, 1.0, 0.0, 1), ("t", 200, 2.0, 0.0, 2))
    raw = readings(("t", 200, 3), ("t", 199, 3), ("t", 100, 3), ("t", 201, 3))
    compare(calibrate, raw, cal, [6.0, 3.0, 3.0, 6.0], [2, 1, 1, 2])


def test_highest_version_on_a_tie(calibrate):
    """R3: Several versions from one instant: the highest holds, wherever it stands in the table."""
    rows = [("t", 100, 2.0, 1.0, 9), ("t", 100, 4.0, 1.0, 10), ("t", 100, 8.0, 1.0, 2)]
    raw = readings(("t", 100, 1), ("t", 150, 1), ("t", 99, 1))
    for order in ((0, 1, 2), (1, 0, 2), (2, 1, 0), (1, 2, 0)):
        compare(calibrate, raw, versions(*(rows[k] for k in order)), [5.0, 5.0, NAN], [10, 10, -1])


def test_lower_version_later(calibrate):
    """R3: A version number decides ties only; a later valid_from wins with a lower number too."""
    cal = versions(("t", 100, 2.0, 0.0, 7), ("t", 200, 4.0, 0.0, 3))
    compare(calibrate, readings(("t", 250, 1), ("t", 150, 1)), cal, [4.0, 2.0], [3, 7])


def test_before_the_first(calibrate):
    """R4: Before a sensor's first calibration there is none: NaN and −1, not the first and not the last."""
    cal = versions(("a", 100, 2.0, 0.0, 1), ("b", 0, 3.0, 0.0, 4), ("a", 200, 5.0, 0.0, 2))
    raw = readings(("a", 99, 1), ("b", 99, 1), ("a", 0, 1), ("b", -1, 1), ("c", 500, 1))
    compare(calibrate, raw, cal, [NAN, 3.0, NAN, NAN, NAN], [-1, 4, -1, -1, -1])


def test_own_sensor_only(calibrate):
    """R5: A calibration belongs to one sensor; another sensor's, though nearer in time, does not count."""
    cal = versions(("a", 0, 2.0, 0.0, 1), ("b", 90, 3.0, 0.0, 2), ("ab", 95, 7.0, 0.0, 3))
    raw = readings(("a", 100, 1), ("b", 100, 1), ("ab", 100, 1), ("a", 10, 1), ("ab", 94, 1))
    compare(calibrate, raw, cal, [2.0, 3.0, 7.0, 2.0, NAN], [1, 2, 3, 1, -1])


def test_no_counts(calibrate):
    """R6: A reading without counts has value NaN, yet its version is set."""
    raw = readings(("temp", 150, NAN), ("temp", 50, NAN), ("rf", 0, NAN), ("temp", 150, 0))
    compare(calibrate, raw, CAL, [NAN, NAN, NAN, 5.0], [2, 1, -1, 2])


def test_order_and_index_stay(calibrate):
    """R7: The result has raw's rows in raw's order under raw's index, however unsorted or repeated."""
    rows = [("temp", ts, c) for ts, c in ((300, 1), (10, 2), (100, 3), (10, 4), (99, 5))]
    for index in ([4, 2, 0, 3, 1], [9, 9, 1, 1, 9], list("edcba")):
        raw = readings(*rows, index=index)
        compare(calibrate, raw, CAL, [7.0, 2.0, 11.0, 4.0, 5.0], [2, 1, 2, 1, 1])


def test_random_tables(calibrate):
    """R1, R2, R3, R4, R5, R6, R7: Random tables with ties agree with a search of every row."""
    rng = random.Random(6201)
    for _ in range(12):
        seen = set()
        for _ in range(rng.randint(1, 12)):
            seen.add((rng.choice("abc"), rng.randint(0, 6) * 10, rng.randint(1, 4)))
        shuffled = rng.sample(sorted(seen), len(seen))
        cal = versions(
            *((s, at, rng.randint(1, 9) / 4, rng.randint(-9, 9) / 2, v) for s, at, v in shuffled)
        )
        n = rng.randint(1, 30)
        rows = [
            (
                rng.choice("abcd"),
                rng.randint(-1, 7) * 10 + rng.choice([0, 0, 3]),
                rng.choice([NAN, 1, 5, 8]),
            )
            for _ in range(n)
        ]
        raw = readings(*rows, index=rng.sample(range(100), n))
        compare(calibrate, raw, cal, *by_hand(raw, cal))


def searched(raw, cal):
    """A right answer in linear-logarithmic time, with bisect."""
    tables = {}
    for sensor, at, gain, offset, version in sorted(
        cal.itertuples(index=False, name=None), key=lambda c: (c[1], c[4])
    ):
        tables.setdefault(sensor, ([], []))[0].append(at)
        tables[sensor][1].append((gain, offset, version))
    value, number = [], []
    for sensor, ts, counts in raw.itertuples(index=False, name=None):
        starts, rest = tables[sensor]
        k = bisect.bisect_right(starts, ts) - 1
        gain, offset, version = rest[k] if k >= 0 else (NAN, NAN, -1)
        value.append(gain * counts + offset)
        number.append(version)
    return raw.assign(value=value, cal_version=number)


def large(n, seed):
    rng = random.Random(seed)
    cal = versions(*(("abcd"[i % 4], rng.randrange(10**6), 2.0, i / 2, i) for i in range(n)))
    raw = readings(
        *((rng.choice("abcd"), rng.randrange(10**6), rng.randrange(256)) for _ in range(n))
    )
    return raw, cal


@limit(20)
def test_no_search_per_row(calibrate):
    """R8: Sort once, then search: no pass over all calibrations for every reading."""
    expect_scaling(calibrate, large, 10_000, searched)


### END HIDDEN TESTS
# %% tags=["try-it"]
# A reference source on board sends the same counts every ten minutes. Watch it through Kestrel's calibrations.
def week_of_references():
    cal = world_table("calibration")
    start = 1_767_571_200  # 2026-01-05 00:00 UTC
    ts = np.arange(start, start + 4 * 86_400, 600)
    fig, axes = canvas(7, 4.6, rows=3)
    settings = (("temp", 976, "°C"), ("power", 5700, "V"), ("rf", 4300, "dBHz"))
    for ax, (sensor, counts, unit) in zip(axes, settings, strict=True):
        raw = pd.DataFrame({"sensor_id": sensor, "event_ts": ts, "counts": float(counts)})
        got = calibrate(raw.sample(frac=1, random_state=6), cal).sort_index()
        last = cal[cal["sensor_id"] == sensor].sort_values(["valid_from", "version"]).iloc[-1]
        ax.plot(
            (ts - start) / 86_400 + 5, got["value"], color=COLOURS["blue"], drawstyle="steps-post"
        )
        ax.axhline(
            last["gain"] * counts + last["offset"], color=COLOURS["vermilion"], linestyle="--"
        )
        ax.set(ylabel=f"{sensor} ({unit})", xlim=(5, 9), xticks=range(5, 10))
        if sensor == "temp":
            ax.set_title("Constant counts, changing values: nothing is known of temp before 01:30")
    axes[-1].set_xlabel("January 2026 (blue: as of the reading, dashed: latest for all)")
    words = "Three staircases of calibrated values of constant counts over four days, for temp, power and rf, each with "
    picture(
        fig,
        words
        + "a dashed line at the latest calibration. The temp line starts at 01:30 on 5 January.",
    )


try_it(week_of_references, calibrate)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Per sensor I sort calibrations by valid_from and version, binary-search each reading with the boundary
# included, and write results back by position. N log M; a reading before the first calibration gets NaN and −1.
#
# **Code.**
#
# <!-- answer: e06-calibrate -->
#
# **Walk-through.**
#
# - R1, R2: `side="right"` minus one is the last row that is not later than the reading.
# - R3: version is the second sort key, so the last of equal times is the highest.
# - R4: position −1 is filtered out; numpy would take it for the last calibration, which lies in the future.
# - R5: only the sensor's own rows are searched.
# - R7: arrays in raw's order are assigned, so no index is consulted and none is lost.
#
# **Rejected.**
#
# - `merge_asof` alone. Readings at 100, 99 come back as 99, 100 under a new index. Fails with "The result has raw's rows
#   in raw's order under raw's index."
# - The latest calibration for all. A reading from before a change gets the gain from after it. Fails with "Old readings
#   keep the calibration of their time."
#
# **Cost.** O((N + M) log M) time, O(N + M) memory. It is right for calibrations that never change after the fact; a
# corrected row is a new version, and everything after its valid_from must be computed again.
#
# **Tests.**
#
# - A reading at exactly valid_from, and one second before.
# - A sensor whose first calibration comes later.
# - Shuffled rows under a repeated index.
#
# **Follow-up.** "A calibration for last Tuesday arrives today." I insert it with its valid_from, find the readings from
# there to the next calibration, and backfill the windows they touch. The stored cal_version shows which rows are stale.
#
# </details>

# %% [markdown] nbgrader={"grade": false, "grade_id": "e06-upgrade-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "e06-upgrade", "title": "Read three schemas", "section": "Data pipelines", "difficulty": "easy", "minutes": 20, "points": 4, "rounds": ["ML system design (inferred)"], "topics": ["schema versions", "units"]}
# ### Read three schemas
#
# `e06-upgrade` · 20 min · 4 points · asked in ML system design (inferred)
#
# **Situation.** Three firmware generations write health records, each with its own names and units. A reader that guesses
# has put a satellite into January 1970.
#
# **Task.** Write `upgrade`, which returns any record in schema 3.
#
# **Signature.**
#
# ```python
# def upgrade(rec: dict) -> dict: ...
# # 1: sat, ts (s), temp_f (°F), tput_kbps; schema is 1 or missing
# # 2: schema, sat_id, ts_ms (int), temp_k (K), tput_mbps
# # 3: schema, sat_id, event_ts_ms (int), temp_c (°C), downlink_mbps, tags (dict)
# ```
#
# **Example.**
#
# ```python
# upgrade({"sat": "K-07", "ts": 1767571200, "temp_f": 68.0, "tput_kbps": 2500, "fw": "fw7"})
# # {"schema": 3, "sat_id": "K-07", "event_ts_ms": 1767571200000, "temp_c": 20.0,
# #  "downlink_mbps": 2.5, "tags": {"fw": "fw7"}}
# ```
#
# **Rules.**
#
# - Keys that schema 1 or 2 does not know go to tags.
# - Measurements that are None stay None.
# - A missing required key is a KeyError.
# - An unknown schema is a ValueError.
# - Schema 3 comes back as an equal copy.
#
# **Target.** O(number of keys).
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | schema 1 | schema missing or 1 | sat_id = sat; temp_c from °F; downlink_mbps = tput_kbps / 1000; schema is 3 and no tag |
# | R2 | time of schema 1 | ts in s, int or float | event_ts_ms = round(ts · 1000), an int; never near a half |
# | R3 | schema 2 | schema 2 | event_ts_ms = ts_ms; temp_c = temp_k − 273.15; downlink_mbps = tput_mbps |
# | R4 | extra keys | any other key of schema 1 or 2, never "tags" and never a field of another schema | in tags with its value; exactly six keys at the top |
# | R5 | not measured | temperature or throughput None | None; 0 is a value |
# | R6 | missing | one of the four fields of schema 1 or 2 besides schema | KeyError |
# | R7 | other schema | schema an int, not 1, 2 or 3 | ValueError, whatever the other keys |
# | R8 | schema 3 | all six keys, perhaps more | equal, extra keys too; a new dict with a new tags dict |
# | R9 | form | any | temperatures and rates within 1e-9; the record is unchanged |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Decide by the schema number first, before any field is read. Then name the fields that a schema owns: everything else
# is a tag. Whether you go from 1 to 3 directly or by way of 2 does not matter.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# version = rec.get("schema", 1)
# if version == 3:
#     return ...                 # a copy, and a copy of its tags
# own = {1: {...}, 2: {...}}     # fields of each schema
# tags = {k: v for k, v in rec.items() if k not in own[version]}
# ```
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "e06-upgrade", "locked": false, "schema_version": 3, "solution": true, "task": false}
def upgrade(rec: dict) -> dict:
    """Return a record of schema 1, 2 or 3 as a new record of schema 3."""
    ### BEGIN SOLUTION
    version = rec.get("schema", 1)
    if version == 3:
        return {**rec, "tags": dict(rec["tags"])}
    if version == 1:
        own = {"schema", "sat", "ts", "temp_f", "tput_kbps"}
        sat, ms = rec["sat"], round(rec["ts"] * 1000)
        temp_c = _if_measured(lambda f: (f - 32) * 5 / 9, rec["temp_f"])
        mbps = _if_measured(lambda kbps: kbps / 1000, rec["tput_kbps"])
    elif version == 2:
        own = {"schema", "sat_id", "ts_ms", "temp_k", "tput_mbps"}
        sat, ms, mbps = rec["sat_id"], rec["ts_ms"], rec["tput_mbps"]
        temp_c = _if_measured(lambda kelvin: kelvin - 273.15, rec["temp_k"])
    else:
        raise ValueError(f"schema {version} is unknown")
    return {
        "schema": 3,
        "sat_id": sat,
        "event_ts_ms": ms,
        "temp_c": temp_c,
        "downlink_mbps": mbps,
        "tags": {key: value for key, value in rec.items() if key not in own},
    }


def _if_measured(convert, value):
    return None if value is None else convert(value)  # 0 is a measurement
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "e06-upgrade-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# %%check e06-upgrade --points 4
import numbers

from orbitlab.checks import Mismatch, Tolerance, expect, raises

CLOSE = Tolerance(rtol=1e-9, atol=1e-9)


def v1(**more):
    return {"sat": "K-07", "ts": 1767571200, "temp_f": 68.0, "tput_kbps": 2500, **more}


def v2(**more):
    return {
        "schema": 2,
        "sat_id": "K-07",
        "ts_ms": 1767571200250,
        "temp_k": 300.0,
        "tput_mbps": 2.5,
    } | more


def v3(ms, temp_c, mbps, **tags):
    new = {"schema": 3, "sat_id": "K-07", "event_ts_ms": ms, "temp_c": temp_c}
    return new | {"downlink_mbps": mbps, "tags": tags}


def compare(upgrade, rec, expected):
    got = expect(upgrade, (rec,), expected, tolerance=CLOSE)
    if not isinstance(got["event_ts_ms"], numbers.Integral):
        raise Mismatch("event_ts_ms is not an int")
    return got


def test_example(upgrade):
    """R1: The example comes out: seconds become milliseconds, °F become °C, kbps become Mbps."""
    compare(upgrade, v1(fw="fw7"), v3(1767571200000, 20.0, 2.5, fw="fw7"))


def test_not_measured(upgrade):
    """R5: What was not measured stays None; there is no arithmetic with None and no 0 instead."""
    compare(upgrade, v1(temp_f=None), v3(1767571200000, None, 2.5))
    compare(upgrade, v2(tput_mbps=None), v3(1767571200250, 26.85, None))


def test_unknown_schema(upgrade):
    """R7: A schema that is not 1, 2 or 3 is a ValueError, not a guess."""
    expect(upgrade, (v2(schema=4),), raises(ValueError))


### BEGIN HIDDEN TESTS
import copy
import random

from orbitlab.checks import same_object


def test_first_schema_with_and_without_its_number(upgrade):
    """R1: Schema 1 says so or says nothing; its number is no extra key and no tag."""
    for rec in (v1(), v1(schema=1)):
        compare(upgrade, rec, v3(1767571200000, 20.0, 2.5))
    compare(upgrade, v1(temp_f=-40.0, tput_kbps=1), v3(1767571200000, -40.0, 0.001))
    compare(upgrade, v1(temp_f=212, tput_kbps=0.5), v3(1767571200000, 100.0, 0.0005))


def test_milliseconds_are_rounded(upgrade):
    """R2: ts·1000 is rounded to the nearest int: seconds are no milliseconds, and cutting off is not rounding."""
    for ts, ms in ((1.0016, 1002), (1.0014, 1001), (0.0009, 1), (1767571200.9996, 1767571201000)):
        compare(upgrade, v1(ts=ts), v3(ms, 20.0, 2.5))
    compare(upgrade, v1(ts=0), v3(0, 20.0, 2.5))
    compare(upgrade, v1(ts=12.0), v3(12000, 20.0, 2.5))


def test_second_schema(upgrade):
    """R3: Schema 2 holds milliseconds, kelvin and Mbps; only the temperature has to be converted."""
    compare(upgrade, v2(), v3(1767571200250, 26.85, 2.5))
    compare(upgrade, v2(ts_ms=1, temp_k=0.0, tput_mbps=800), v3(1, -273.15, 800))


def test_extra_keys_become_tags(upgrade):
    """R4: Keys that a schema does not know are kept, in tags, and nowhere else."""
    extra = {"fw": "fw8", "beam": 3, "note": None, "nested": {"a": [1, 2]}}
    compare(upgrade, v1(**extra), v3(1767571200000, 20.0, 2.5, **extra))
    compare(upgrade, v1(schema=1, **extra), v3(1767571200000, 20.0, 2.5, **extra))
    compare(upgrade, v2(**extra), v3(1767571200250, 26.85, 2.5, **extra))


def test_none_and_zero(upgrade):
    """R5: None stays None, and 0 is a measurement like any other."""
    compare(upgrade, v1(temp_f=None, tput_kbps=None), v3(1767571200000, None, None))
    compare(upgrade, v2(temp_k=None, tput_mbps=None), v3(1767571200250, None, None))
    compare(upgrade, v1(temp_f=0, tput_kbps=0), v3(1767571200000, -160 / 9, 0.0))
    compare(upgrade, v1(temp_f=32.0), v3(1767571200000, 0.0, 2.5))
    compare(upgrade, v2(temp_k=0, tput_mbps=0.0), v3(1767571200250, -273.15, 0.0))


def test_missing_key(upgrade):
    """R6: A required key that is missing is a KeyError; it is not None and not filled in."""
    for make in (v1, v2):
        for key in set(make()) - {"schema"}:
            rec = make(extra=1)
            del rec[key]
            expect(upgrade, (rec,), raises(KeyError))


def test_other_schemas(upgrade):
    """R7: Any other number is a ValueError, whatever keys the record has."""
    for number in (0, 4, -1, 30, 12):
        for rec in (v1(schema=number), v2(schema=number), v3(1, 2.0, 3.0) | {"schema": number}):
            expect(upgrade, (rec,), raises(ValueError))
        expect(upgrade, ({"schema": number},), raises(ValueError))


def test_third_schema_is_copied(upgrade):
    """R8: A record of schema 3 comes back equal, extra keys too, as a copy whose tags are a copy."""
    for rec in (
        v3(5, 1.5, None, fw="fw8"),
        v3(0, None, 0.0) | {"beam": 3, "sat": "x", "temp_f": 1},
    ):
        got = compare(upgrade, rec, copy.deepcopy(rec))
        if same_object(got, rec):
            raise Mismatch("the record itself came back, not a copy")
        if same_object(got["tags"], rec["tags"]):
            raise Mismatch("the copy shares its tags with the record")


def test_upgrade_twice(upgrade):
    """R8: Upgrading what was upgraded changes nothing: tags are not wrapped or lost on the way."""
    for rec in (v1(fw="fw7", beam=2), v2(fw="fw8"), v2(temp_k=None)):
        once = upgrade(rec)
        compare(upgrade, copy.deepcopy(once), once)
    compare(upgrade, upgrade(v1(fw="fw7")), v3(1767571200000, 20.0, 2.5, fw="fw7"))


def test_random_records(upgrade):
    """R1, R2, R3, R4, R5, R9: Random records of schemas 1 and 2 come out whole, and inputs stay as they were."""
    rng = random.Random(6301)
    for _ in range(60):
        tags = {key: rng.randint(0, 9) for key in "pqrs" if rng.random() < 0.4}
        ms = rng.randrange(1, 2 * 10**12)
        t = rng.choice([None, rng.randint(-800, 1600) / 8])
        down = rng.choice([None, rng.randint(0, 80_000)])
        mbps = None if down is None else down / 1000
        rec = v1(ts=ms / 1000, temp_f=t, tput_kbps=down, **tags)
        celsius = None if t is None else (t - 32) / 1.8
        compare(upgrade, rec, v3(ms, celsius, mbps, **tags))
        celsius = None if t is None else t - 273.15
        compare(
            upgrade, v2(ts_ms=ms, temp_k=t, tput_mbps=mbps, **tags), v3(ms, celsius, mbps, **tags)
        )


### END HIDDEN TESTS
# %% tags=["try-it"]
# One table out of three generations.
def one_table():
    records = [
        {"sat": "K-01", "ts": 1767571200.25, "temp_f": 71.6, "tput_kbps": 91_500, "fw": "fw6"},
        {"schema": 1, "sat": "K-02", "ts": 1767571201, "temp_f": None, "tput_kbps": 0},
        {
            "schema": 2,
            "sat_id": "K-03",
            "ts_ms": 1767571202500,
            "temp_k": 295.15,
            "tput_mbps": 88.0,
            "beam": 4,
        },
        {
            "schema": 3,
            "sat_id": "K-04",
            "event_ts_ms": 1767571203000,
            "temp_c": 22.5,
            "downlink_mbps": None,
            "tags": {},
        },
    ]
    frame = pd.DataFrame([upgrade(rec) for rec in records])
    return frame.assign(when=pd.to_datetime(frame["event_ts_ms"], unit="ms"))


try_it(one_table, upgrade)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** The schema number decides before any field is read. Each schema owns named fields with units; the rest
# becomes tags. Nothing is guessed: unknown numbers and missing fields are errors.
#
# **Code.**
#
# <!-- answer: e06-upgrade -->
#
# **Walk-through.**
#
# - R1, R3: each branch reads its own names; units change once, at the border.
# - R2: round, not int, so 1.0016 s is 1002 ms.
# - R4: tags are what the schema does not own, schema included in what it owns.
# - R5: the test is `is None`, because 0 °F is a cold satellite and not a missing value.
# - R8: two copies, one of the record and one of its tags.
#
# **Rejected.**
#
# - `rec.get("temp_f")`. A record without a temperature looks like one that measured None. Fails with "it is not None and
#   not filled in."
# - `dict(rec)` for schema 3. The copy shares its tags, so a tag added later changes the original. Fails with "as a copy
#   whose tags are a copy."
#
# **Cost.** O(keys) time and memory. It is right while tags hold plain values; nested ones are still shared.
#
# **Tests.**
#
# - Upgrade twice equals upgrade once.
# - Zero and None in every measurement.
# - Schema 4 with the fields of schema 2.
#
# **Follow-up.** "When do you rewrite old files in schema 3?" Never in place: raw stays as it came, readers upgrade on
# the way in, and a new metric version computes from both. The upgrade function is then part of that version.
#
# </details>

# %% [markdown] orbitlab={"part": "which-denominator", "card": {"prompt": "Eight readings, two null, one of 99 °C. Which fraction lies outside 0 to 50 °C?", "answer": "One of six: nulls are neither inside nor outside. The null fraction, two of eight, is another rule's business.", "topic": "quality gates", "exercises": ["e06-gate"]}}
# ## A fraction of what?
#
# **Question.** "Your gate lets through at most 15 % implausible values. A batch has eight readings, two of them null, one
# of 99 °C. Does it pass?"
#
# **Predict.** What percentage of the readings is outside 0 to 50 °C?

# %%
PREDICT = ...  # %

# %% [markdown]
# **Run.** One bad value among eight readings, and more and more nulls.

# %%
batch = pd.Series([20.0, 99.0, 21.0, 19.5, np.nan, 20.5, np.nan, 22.0])
outside = batch.notna() & ~batch.between(0, 50)
predicted(PREDICT, round(100 * outside.sum() / batch.notna().sum(), 1), "%")

# %%
nulls = np.arange(8)
fig, ax = canvas(7, 2.8)
ax.plot(nulls, 100 / (8 - nulls), "o-", color=COLOURS["blue"], label="of what was measured")
ax.plot(nulls, np.full(8, 100 / 8), "s-", color=COLOURS["vermilion"], label="of all rows")
ax.axhline(15, color=COLOURS["grey"], linestyle="--", label="limit, 15 %")
ax.set(xlabel="nulls among eight readings", ylabel="outside (%)", ylim=(0, 105))
ax.set_title("Divided by all rows, silence hides a broken sensor")
ax.legend(loc="upper left")
words = "Percentage outside by number of nulls among eight readings with one bad value. Of measured values it rises "
picture(
    fig,
    words
    + "from 12.5 to 100 %, above the limit of 15 % from two nulls on. Of all rows it stays at 12.5 %.",
)

# %% [markdown]
# **Why.** Dividing by all rows is the misconception: it dilutes what was measured with what was not, and the sicker the
# sensor, the healthier it looks. One rule asks how much is missing, another whether the rest is plausible. Each needs
# its denominator, its boundary, and an answer for an empty batch.
#
# **Worked example.** A rule that this course does not ask for: sequence numbers must not run backwards.
#
# 1. Denominator: steps between rows, one fewer than rows.
# 2. No steps, nothing wrong.
# 3. "At most": the limit itself passes.
# 4. Positions, since labels may repeat.

# %%
seq = pd.Series([3, 4, 2, 5, 5], index=[9, 9, 9, 8, 8])
step = np.diff(seq.to_numpy())  # 1
share = (step < 0).sum() / step.size if step.size else 0.0  # 2
fails = share > 0.25  # 3
where = (np.flatnonzero(step < 0) + 1).tolist()  # 4
print(f"{share:.0%} of the steps run backwards, fails: {fails}, rows {where}")

# %% [markdown]
# **Your turn.** Three batches; the worst word of each decides. Fill the hole.

# %%
RANK = ...  # a dict that ranks "pass", "warn" and "block"
batches = [["pass", "warn"], ["block", "warn"], ["warn", "block", "pass"]]
hint = "The last word does not decide; give the worst word the largest number."
your_turn(lambda: [max(b, key=RANK.get) for b in batches], ["warn", "block", "block"], hint, RANK)

# %% [markdown]
# **Say it.** "Every rule of my gate names its denominator, its boundary, its empty case and what happens when it fails."

# %% [markdown] nbgrader={"grade": false, "grade_id": "e06-gate-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "e06-gate", "title": "Quality gate", "section": "Data pipelines", "difficulty": "medium", "minutes": 20, "points": 4, "rounds": ["ML system design (inferred)", "Take-home"], "topics": ["quality gates", "nulls", "pandas"]}
# ### Quality gate
#
# `e06-gate` · 20 min · 4 points · asked in ML system design (inferred) and Take-home
#
# **Situation.** A batch of health readings must be judged before it is published. Too strict stops the fleet's reports,
# too lax publishes nonsense.
#
# **Task.** Write `quality_gate`, which applies rules to a batch and says pass, warn or block.
#
# **Signature.**
#
# ```python
# def quality_gate(df: pd.DataFrame, rules: list[dict], now: int) -> dict: ...
# # a rule: name, severity ("warn" or "block"), kind, and for that kind:
# #   null_frac: column, max                 range: column, lo, hi, max_frac
# #   unique: columns                        min_rows: n
# #   freshness: column (s), max_age_s
# ```
#
# **Example.**
#
# ```python
# # df: x = 20, 99, NaN, 21 · rules: "plausible" warn, range 0..50, max_frac 0.25
# #                                  "complete" block, null_frac, max 0.25
# quality_gate(df, rules, now=0)
# # {"status": "warn", "failed": ["plausible"], "quarantine": [1]}
# ```
#
# **Rules.**
#
# - A fraction fails only above its limit.
# - range: outside / non-null, ends inside.
# - A missing column fails its rule.
# - The worst failed severity is the status.
# - Quarantine: positions outside any range, also of passing rules.
#
# **Target.** One vectorised pass a rule.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | null_frac | NaN and None are null | fails if nulls / rows > max; equal passes |
# | R2 | range | closed [lo, hi], infinities are outside, nulls do not count at all | fails if outside / non-null > max_frac; no non-null value: passes |
# | R3 | unique | tuples over columns, nulls equal | fails if one repeats anywhere |
# | R4 | freshness | newest non-null value | fails if now − newest > max_age_s, or if there is no value |
# | R5 | min_rows | n | fails if there are fewer than n rows |
# | R6 | missing or empty | a column is not there, in an empty df too · df without rows | the rule fails · null_frac, range, unique pass, the others as above |
# | R7 | status, failed | any rules, none too | "block" if a block rule failed, else "warn" if any failed, else "pass"; names of failed rules in the order of the rules |
# | R8 | quarantine | every range rule whose column is there | sorted row positions (0 …), once each, whatever the index and the verdict |
# | R9 | unknown kind | anywhere among the rules | ValueError |
#
# The result has exactly the three keys; inputs stay unchanged.
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Write one small judge per kind that says "failed or not", and let one place combine them. Before each division ask what
# the denominator is and what happens when it is 0. Keep rows as a boolean array: positions come last.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# for rule in rules:
#     fails, outside = judge(df, rule, now)  # bool, bool array of len(df)
#     suspicious |= outside
#     if fails:
#         ...                                # name and severity
# status = ...                               # worst, not last
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "e06-gate", "locked": false, "schema_version": 3, "solution": true, "task": false}
import numpy as np
import pandas as pd


def quality_gate(df: pd.DataFrame, rules: list[dict], now: int) -> dict:
    """Judge a batch by its rules: status, names of failed rules, positions to quarantine."""
    ### BEGIN SOLUTION
    known = {"null_frac", "range", "unique", "freshness", "min_rows"}
    if any(rule["kind"] not in known for rule in rules):
        raise ValueError("a rule has an unknown kind")
    failed, severities = [], set()
    outside_any = np.zeros(len(df), dtype=bool)
    for rule in rules:
        wrong, outside = _judge(df, rule, now)
        outside_any |= outside  # also of a rule that passes
        if wrong:
            failed.append(rule["name"])
            severities.add(rule["severity"])
    status = "block" if "block" in severities else "warn" if severities else "pass"
    quarantine = np.flatnonzero(outside_any).tolist()
    return {"status": status, "failed": failed, "quarantine": quarantine}


def _judge(df: pd.DataFrame, rule: dict, now: int) -> tuple[bool, np.ndarray]:
    """Return whether one rule fails, and which rows lie outside its range."""
    nowhere = np.zeros(len(df), dtype=bool)
    if rule["kind"] == "min_rows":
        return len(df) < rule["n"], nowhere
    columns = rule["columns"] if rule["kind"] == "unique" else [rule["column"]]
    if not set(columns) <= set(df.columns):
        return True, nowhere
    if rule["kind"] == "unique":
        return bool(df.duplicated(columns).any()), nowhere
    column = df[columns[0]]
    present = column.notna().to_numpy()
    if rule["kind"] == "null_frac":
        return len(df) > 0 and (~present).sum() / len(df) > rule["max"], nowhere
    if rule["kind"] == "freshness":
        return not present.any() or now - column.max() > rule["max_age_s"], nowhere
    outside = present & ~column.between(rule["lo"], rule["hi"]).to_numpy(dtype=bool)
    return bool(present.any()) and outside.sum() / present.sum() > rule["max_frac"], outside
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "e06-gate-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# %%check e06-gate --points 4
import pandas as pd

from orbitlab.checks import expect, raises

NAN = float("nan")


def rule(kind, severity="block", name=None, **more):
    return {"name": name or kind, "kind": kind, "severity": severity, **more}


def verdict(status, failed=(), quarantine=()):
    return {"status": status, "failed": list(failed), "quarantine": list(quarantine)}


def within(lo, hi, max_frac, column="x", **more):
    return rule("range", column=column, lo=lo, hi=hi, max_frac=max_frac, **more)


def test_example(quality_gate):
    """R2, R8: The example comes out: a fraction of non-null values, and positions instead of labels."""
    df = pd.DataFrame({"x": [20.0, 99.0, NAN, 21.0]}, index=[7, 8, 9, 10])
    rules = [
        within(0, 50, 0.25, name="plausible", severity="warn"),
        rule("null_frac", name="complete", column="x", max=0.25),
    ]
    expect(quality_gate, (df, rules, 0), verdict("warn", ["plausible"], [1]))


def test_limit_itself_passes(quality_gate):
    """R1: A fraction equal to its limit passes; only more than the limit fails."""
    df = pd.DataFrame({"x": [1.0, NAN, NAN, 1.0]})
    expect(quality_gate, (df, [rule("null_frac", column="x", max=0.5)], 0), verdict("pass"))
    got = verdict("block", ["null_frac"])
    expect(quality_gate, (df, [rule("null_frac", column="x", max=0.25)], 0), got)


def test_unknown_kind(quality_gate):
    """R9: A rule of unknown kind is a ValueError; a gate that skips it lets everything through."""
    df = pd.DataFrame({"x": [1.0]})
    expect(quality_gate, (df, [rule("maximum", column="x", max=3)], 0), raises(ValueError))


### BEGIN HIDDEN TESTS
import random


def test_null_fraction(quality_gate):
    """R1: Nulls are NaN and None, their fraction is of all rows, and equality with the limit passes."""
    numbers, texts = [NAN, 1.0, NAN, 2.0, 3.0, 4.0, 5.0, 6.0], [None, "a", "b", None] + ["c"] * 4
    df = pd.DataFrame({"x": numbers, "s": pd.Series(texts, dtype=object)})
    for column in ("x", "s"):
        for most, failed in ((0.25, []), (0.125, ["r"]), (0.5, []), (0.0, ["r"]), (1.0, [])):
            rules = [rule("null_frac", name="r", column=column, max=most)]
            expect(quality_gate, (df, rules, 0), verdict("block" if failed else "pass", failed))


def test_range_ignores_nulls(quality_gate):
    """R2: Nulls count neither as outside a range nor in the number it is divided by."""
    df = pd.DataFrame({"x": [1.0, 9.0, NAN, NAN, NAN, NAN, NAN, NAN]})
    expect(quality_gate, (df, [within(0, 5, 0.5)], 0), verdict("pass", [], [1]))
    expect(quality_gate, (df, [within(0, 5, 0.25)], 0), verdict("block", ["range"], [1]))
    expect(quality_gate, (df, [within(2, 5, 0.75)], 0), verdict("block", ["range"], [0, 1]))
    expect(quality_gate, (df, [within(0, 10, 0.0)], 0), verdict("pass"))


def test_range_is_closed(quality_gate):
    """R2: Both ends of a range belong to it; infinities are values outside."""
    df = pd.DataFrame({"x": [0.0, 5.0, 4.0, 5.125], "n": [0, 5, 6, -1]})
    expect(quality_gate, (df, [within(0, 5, 0.25)], 0), verdict("pass", [], [3]))
    expect(quality_gate, (df, [within(0, 5, 0.5, "n")], 0), verdict("pass", [], [2, 3]))
    wild = pd.DataFrame({"x": [float("inf"), 1.0, float("-inf"), NAN]})
    expect(quality_gate, (wild, [within(0, 5, 0.5)], 0), verdict("block", ["range"], [0, 2]))


def test_range_without_values(quality_gate):
    """R2: A range over nulls alone has nothing outside and passes; it is no division by zero."""
    df = pd.DataFrame({"x": [NAN, NAN, NAN]})
    expect(quality_gate, (df, [within(0, 5, 0.0)], 0), verdict("pass"))


def test_unique_tuples(quality_gate):
    """R3: Unique is about the whole tuple: each column may repeat, the combination may not."""
    df = pd.DataFrame({"a": [1, 1, 2, 2], "b": ["x", "y", "x", "y"], "c": [1, 2, 3, 1]})
    cases = [(["a", "b"], True), (["a"], False), (["b", "a", "c"], True), (["c"], False)]
    for columns, passes in cases:
        want = verdict("pass") if passes else verdict("block", ["unique"])
        expect(quality_gate, (df, [rule("unique", columns=columns)], 0), want)
    far = pd.DataFrame({"a": [1, 2, 3, 1], "b": [5, 5, 5, 5]})
    expect(
        quality_gate, (far, [rule("unique", columns=["a", "b"])], 0), verdict("block", ["unique"])
    )


def test_unique_takes_nulls_as_equal(quality_gate):
    """R3: Two nulls are equal here, so a tuple with a null can repeat as well."""
    df = pd.DataFrame({"a": [1, 1, 2], "b": [NAN, NAN, NAN]})
    rules = [rule("unique", "warn", columns=["a", "b"])]
    expect(quality_gate, (df, rules, 0), verdict("warn", ["unique"]))
    expect(quality_gate, (df.iloc[1:], rules, 0), verdict("pass"))


def test_freshness(quality_gate):
    """R4: Age is now minus the newest value; the age allowed passes, and no value at all fails."""
    df = pd.DataFrame({"ts": [100.0, NAN, 160.0, 130.0]})
    for now, failed in ((220, []), (221, ["freshness"]), (160, []), (100, [])):
        rules = [rule("freshness", "warn", column="ts", max_age_s=60)]
        expect(quality_gate, (df, rules, now), verdict("warn" if failed else "pass", failed))
    rules = [rule("freshness", column="ts", max_age_s=10**9)]
    none = pd.DataFrame({"ts": [NAN, NAN]})
    expect(quality_gate, (none, rules, 0), verdict("block", ["freshness"]))
    ints = pd.DataFrame({"ts": [1_767_571_200, 1_767_571_260]})
    rules = [rule("freshness", column="ts", max_age_s=40)]
    expect(quality_gate, (ints, rules, 1_767_571_300), verdict("pass"))
    expect(quality_gate, (ints, rules, 1_767_571_301), verdict("block", ["freshness"]))


def test_min_rows(quality_gate):
    """R5: min_rows asks for at least n rows; exactly n is enough, and nulls are rows."""
    df = pd.DataFrame({"x": [NAN, 1.0, NAN]})
    for n, failed in ((3, []), (4, ["min_rows"]), (0, [])):
        want = verdict("block" if failed else "pass", failed)
        expect(quality_gate, (df, [rule("min_rows", n=n)], 0), want)


ON_GONE = [
    within(0, 1, 1.0, "gone", name="b"),
    rule("null_frac", name="a", column="gone", max=1.0),
    rule("unique", name="d", columns=["x", "gone"]),
    rule("freshness", name="c", column="gone", max_age_s=10**12),
]


def test_missing_column_fails(quality_gate):
    """R6: A rule about a column that is not there fails; it neither passes nor raises."""
    for df in (
        pd.DataFrame({"x": [1.0, 2.0]}),
        pd.DataFrame({"x": pd.Series([], dtype="float64")}),
    ):
        expect(quality_gate, (df, ON_GONE, 0), verdict("block", ["b", "a", "d", "c"]))


def test_empty_batch(quality_gate):
    """R6: In an empty batch fractions and uniqueness pass, while freshness and min_rows have their say."""
    df = pd.DataFrame({"x": pd.Series([], dtype="float64"), "ts": pd.Series([], dtype="int64")})
    calm = [
        rule("null_frac", column="x", max=0.0),
        within(0, 1, 0.0),
        rule("unique", columns=["x"]),
    ]
    expect(quality_gate, (df, calm, 0), verdict("pass"))
    expect(quality_gate, (df, [rule("min_rows", n=0)], 0), verdict("pass"))
    loud = [rule("min_rows", "warn", n=1), rule("freshness", "warn", column="ts", max_age_s=9)]
    expect(quality_gate, (df, [*calm, *loud], 0), verdict("warn", ["min_rows", "freshness"]))


def test_worst_severity_wins(quality_gate):
    """R7: One failed block rule blocks, wherever it stands; the last failed rule does not decide."""
    df = pd.DataFrame({"x": [NAN]})
    for order in (["block", "warn"], ["warn", "block"], ["warn", "block", "warn"]):
        rules = [rule("min_rows", s, f"{s} {i}", n=5) for i, s in enumerate(order)]
        expect(quality_gate, (df, rules, 0), verdict("block", [r["name"] for r in rules]))
    quiet = [rule("min_rows", "block", n=1), rule("null_frac", "warn", column="x", max=0.5)]
    expect(quality_gate, (df, quiet, 0), verdict("warn", ["null_frac"]))
    expect(quality_gate, (df, [], 0), verdict("pass"))


def test_failed_in_order_of_rules(quality_gate):
    """R7: Failed rules are named in the order of the rules, not by name and not by severity."""
    df = pd.DataFrame({"x": [9.0, 9.0], "ts": [0, 0]})
    rules = [
        rule("unique", "warn", "zeta", columns=["x"]),
        rule("min_rows", "block", "mid", n=2),
        within(0, 1, 0.5, name="alpha"),
        rule("freshness", "warn", "beta", column="ts", max_age_s=1),
    ]
    expect(quality_gate, (df, rules, 9), verdict("block", ["zeta", "alpha", "beta"], [0, 1]))


def test_quarantine_holds_positions(quality_gate):
    """R8: Quarantine holds row positions, counted from 0, not labels of the index."""
    for index in ([5, 6, 7, 8], [3, 2, 1, 0], [1, 1, 1, 1], list("abcd")):
        df = pd.DataFrame({"x": [1.0, 9.0, 2.0, -9.0]}, index=index)
        expect(quality_gate, (df, [within(0, 5, 0.25)], 0), verdict("block", ["range"], [1, 3]))


def test_passing_range_quarantines_too(quality_gate):
    """R8: Rows outside a range are set aside even if the rule passes, once each, sorted."""
    df = pd.DataFrame({"x": [1.0, 9.0, 2.0, 9.0], "y": [7.0, 7.0, 0.0, 0.0]})
    rules = [within(0, 5, 1.0), within(0, 5, 1.0, "y"), within(0, 5, 1.0, "gone", severity="warn")]
    expect(quality_gate, (df, rules[:2], 0), verdict("pass", [], [0, 1, 3]))
    expect(quality_gate, (df, rules, 0), verdict("warn", ["range"], [0, 1, 3]))


def test_unknown_kind_anywhere(quality_gate):
    """R9: An unknown kind is a ValueError wherever the rule stands, also behind a rule that blocks."""
    for df in (pd.DataFrame({"x": [1.0]}), pd.DataFrame({"x": pd.Series([], dtype="float64")})):
        for kind in ("Range", "max_rows", "", "null"):
            rules = [rule("min_rows", n=9), rule(kind, "warn", "odd", column="x", max=1, n=1)]
            expect(quality_gate, (df, rules, 0), raises(ValueError))
            expect(quality_gate, (df, rules[::-1], 0), raises(ValueError))


def by_hand(df, rules, now):
    """Judge row by row, in plain Python."""
    status, failed, aside = "pass", [], set()
    for r in rules:
        names = r.get("columns") or [r["column"]] if "n" not in r else []
        if any(name not in df.columns for name in names):
            bad = True
        elif r["kind"] == "min_rows":
            bad = len(df) < r["n"]
        elif r["kind"] == "unique":
            rows = [tuple(None if v != v else v for v in row) for row in df[names].values.tolist()]
            bad = len(set(rows)) < len(rows)
        else:
            cells = df[names[0]].tolist()
            present = [(i, v) for i, v in enumerate(cells) if v == v]
            if r["kind"] == "null_frac":
                bad = len(cells) - len(present) > r["max"] * len(cells)
            elif r["kind"] == "freshness":
                bad = not present or now - max(v for _, v in present) > r["max_age_s"]
            else:
                out = [i for i, v in present if not r["lo"] <= v <= r["hi"]]
                aside.update(out)
                bad = len(out) > r["max_frac"] * len(present)
        if bad:
            failed.append(r["name"])
            status = "block" if "block" in (status, r["severity"]) else "warn"
    return verdict(status, failed, sorted(aside))


def test_random_batches(quality_gate):
    """R1, R2, R3, R4, R5, R6, R7, R8: Random batches and rules agree with a judge who goes row by row."""
    rng = random.Random(6401)
    for _ in range(60):
        n = rng.choice([1, 2, 4, 8, 16])
        cells = {c: [rng.choice([NAN, *range(5)]) for _ in range(n)] for c in "xyz"}
        df = pd.DataFrame(cells, dtype="float64", index=rng.sample(range(99), n))
        rules = []
        for number in range(rng.randint(0, 5)):
            column, severity, name = (
                rng.choice("xyzw"),
                rng.choice(["warn", "block"]),
                f"r{9 - number}",
            )
            part = rng.randint(0, 8) / 8
            rules.append(
                rng.choice(
                    [
                        rule("null_frac", severity, name, column=column, max=part),
                        within(1, 3, part, column, name=name, severity=severity),
                        rule(
                            "unique", severity, name, columns=rng.sample("xyz", rng.randint(1, 3))
                        ),
                        rule(
                            "freshness", severity, name, column=column, max_age_s=rng.randint(0, 4)
                        ),
                        rule("min_rows", severity, name, n=rng.randint(1, 9)),
                    ]
                )
            )
        now = rng.randint(2, 8)
        expect(quality_gate, (df, rules, now), by_hand(df, rules, now))


### END HIDDEN TESTS
# %% tags=["try-it"]
# Every raw file of Kestrel's day before your gate, judged when it came in.
from matplotlib.colors import ListedColormap


def gate_of_the_day():
    own = ["sat_id", "sensor_id", "event_ts", "seq"]
    rules = [
        {
            "name": "nulls ≤ 0.5 %",
            "kind": "null_frac",
            "severity": "warn",
            "column": "value",
            "max": 0.005,
        },
        {
            "name": "plausible",
            "kind": "range",
            "severity": "block",
            "column": "value",
            "lo": 0,
            "hi": 60,
            "max_frac": 0.01,
        },
        {"name": "no repeats", "kind": "unique", "severity": "block", "columns": own},
        {
            "name": "1 h fresh",
            "kind": "freshness",
            "severity": "warn",
            "column": "event_ts",
            "max_age_s": 3600,
        },
        {"name": "1,800 rows", "kind": "min_rows", "severity": "block", "n": 1800},
    ]
    files = raw_health()
    level = {"pass": 0, "warn": 1, "block": 2}
    seen = np.zeros((len(rules) + 1, len(files)))
    for x, frame in enumerate(files.values()):
        now = int(frame["ingested_at"].max())
        found = quality_gate(frame, rules, now)
        seen[-1, x] = level[found["status"]]
        for y, rule in enumerate(rules):
            seen[y, x] = level[rule["severity"]] * (rule["name"] in found["failed"])
    fig, ax = canvas(7.5, 2.9)
    shades = ListedColormap([COLOURS["sky"], COLOURS["orange"], COLOURS["vermilion"]])
    ax.pcolormesh(seen, cmap=shades, vmin=-0.5, vmax=2.5, edgecolors="white", linewidth=0.8)
    rows = [rule["name"] for rule in rules] + ["status"]
    ax.set(yticks=np.arange(6) + 0.5, yticklabels=rows, ylim=(6, 0), xlabel="raw file, by name")
    ax.grid(False)
    counts = [int((seen[-1] == v).sum()) for v in range(3)]
    ax.set_title(
        f"Of 56 files {counts[0]} pass, {counts[1]} warn (orange), {counts[2]} blocked (red)"
    )
    words = f"Five rules and the status of 56 files: {counts[0]} pass, {counts[1]} warn, {counts[2]} blocked. "
    picture(
        fig,
        words
        + "The three late files warn by freshness, the short resend is blocked by its number of rows.",
    )


try_it(gate_of_the_day, quality_gate)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Each kind is a small judge with its own denominator; severities combine by the worst. Quarantine is a
# boolean row mask over all range rules, turned into positions at the end. One vectorised pass a rule.
#
# **Code.**
#
# <!-- answer: e06-gate -->
#
# **Walk-through.**
#
# - R1, R2: `>` lets the limit pass; the range divides by what was measured.
# - R6: missing columns come before emptiness, so a schema change is seen in an empty batch too.
# - R7: severities are a set; "block" in it decides, wherever it came from.
# - R8: the mask collects before the verdict, and `flatnonzero` gives positions whatever the index.
# - R9: kinds are checked before anything is judged.
#
# **Rejected.**
#
# - `~df[c].between(lo, hi)`. It is True for NaN as well: one bad and six null of eight become seven outside. Fails with
#   "Nulls count neither as outside a range nor in the number it is divided by."
# - `df.index[mask]`. After a filter the labels are 7, 8, 9, and quarantine takes other rows. Fails with "Quarantine holds
#   row positions, counted from 0."
#
# **Cost.** O(rows) a rule, O(rows) memory for the mask; unique hashes the tuples. It judges one batch: drift across
# batches needs a comparison with yesterday.
#
# **Tests.**
#
# - A fraction exactly at its limit.
# - A column of nulls, an empty batch, a missing column.
# - warn after block, and block after warn.
#
# **Follow-up.** "The gate blocks at 3 a.m.; what happens?" The last good batch stays published with its age shown, the
# bad one is kept with the verdict beside it, and a person is paged only if the age passes its own limit.
#
# </details>

# %% [markdown] orbitlab={"part": "who-reads-it", "card": {"prompt": "Window k of a table reads windows k−2 to k of its parent. Parent window j was late. Which windows must be computed again?", "answer": "j, j+1 and j+2: whoever looks back two windows reaches j from there. Not j−2 to j.", "topic": "backfills", "exercises": ["e06-backfill"]}}
# ## Who read it?
#
# **Question.** "An hour of raw data came late. What do you compute again?"
#
# **Predict.** `hourly` reads its own hour. `trend` reads the hour and the two before it. Raw hour 3 came late. How many
# windows of `trend` are wrong now?

# %%
PREDICT = ...  # windows

# %% [markdown]
# **Run.** A window is wrong if it reads a wrong one.

# %%
hours = range(8)
wrong = {"raw": {3}}
wrong["hourly"] = {k for k in hours if k in wrong["raw"]}
wrong["trend"] = {k for k in hours if wrong["hourly"] & {k - 2, k - 1, k}}
predicted(PREDICT, len(wrong["trend"]), "windows")

# %%
fig, ax = canvas(7, 2.5)
for y, name in enumerate(wrong):
    shades = [COLOURS["vermilion" if k in wrong[name] else "sky"] for k in hours]
    ax.scatter(hours, [y] * 8, s=260, c=shades, zorder=3)
ax.plot([hours, hours], [[0] * 8, [1] * 8], color=COLOURS["grey"], linewidth=0.8)
for k in hours:
    for j in range(max(k - 2, 0), k + 1):
        ax.plot([j, k], [1, 2], color=COLOURS["vermilion" if j == 3 else "grey"], linewidth=0.9)
ax.set(yticks=range(3), yticklabels=wrong, ylim=(2.5, -0.5), xlabel="hour", xticks=hours)
ax.set_title("Looking back two hours spreads one late hour over three later windows")
words = "Three rows of eight hours: raw, hourly and trend, with lines to what each reads. Raw hour 3 is late; "
picture(fig, words + "hourly 3 and trend 3, 4 and 5 are wrong.")

# %% [markdown]
# **Why.** The lookback says what a window *reads*. Going back by it from the late hour is the misconception: what is
# wrong lies ahead. "Everything downstream" is right too, and costs a day instead of three hours; the guide says
# (March 2026) recompute only affected windows.
#
# **Worked example.** The mirror image: a smoother that reads its hour and the two *after* it.
#
# 1. Write down what window k reads.
# 2. Ask each window whether it reads hour 3.
# 3. Only then look for the formula.

# %%
reads = {k: {k, k + 1, k + 2} for k in hours}  # 1
touched = [k for k, own in reads.items() if 3 in own]  # 2
print(touched, touched == list(range(3 - 2, 3 + 1)))  # 3: ahead of it, not behind

# %% [markdown]
# **Your turn.** `alarm` reads `trend` k−1 to k, and `trend` reads as above. Raw hour 3 is late. First and last wrong
# window of `alarm`?

# %%
FIRST = ...
LAST = ...
your_turn(lambda: (FIRST, LAST), (3, 6), "Two hours ahead in trend, then one more.", FIRST, LAST)

# %% [markdown]
# **Say it.** "A late window j touches j to j plus lookback of every child, level by level, parents first."

# %% [markdown] nbgrader={"grade": false, "grade_id": "e06-backfill-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "e06-backfill", "title": "Minimal backfill", "section": "Data pipelines", "difficulty": "hard", "minutes": 30, "points": 6, "rounds": ["ML system design (inferred)"], "topics": ["backfills", "graphs", "intervals"]}
# ### Minimal backfill
#
# `e06-backfill` · 30 min · 6 points · asked in ML system design (inferred)
#
# **Situation.** Late raw data makes derived tables wrong, level by level. Recomputing the whole month takes two days.
#
# **Task.** Write `plan_backfill`, which lists the windows to compute again, parents first.
#
# **Signature.**
#
# ```python
# def plan_backfill(
#     late: list[tuple[int, int]],      # closed spans (first s, last s) of raw
#     width_s: int,                     # every table has windows of this width
#     deps: dict[str, dict[str, int]],  # table -> {parent: lookback in windows}
#     horizon_ts: int,                  # s; later windows do not exist yet
# ) -> list[tuple[str, int]]: ...       # (table, window start in s)
# ```
#
# **Example.**
#
# ```python
# deps = {"trend": {"hourly": 2}, "hourly": {"raw": 0}}
# plan_backfill([(3600, 7200)], 3600, deps, horizon_ts=14400)
# # hourly 3600, hourly 7200, trend 3600, trend 7200, trend 10800
# ```
#
# **Rules.**
#
# - Spans include their last second.
# - Window k reads parent windows k − lookback to k.
# - Keep windows that start before the horizon.
# - Order: depth (longest path from raw), table, start.
# - Each window once; untouched ones not at all.
#
# **Target.** Proportional to tables, edges and touched windows.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | late spans | closed, may overlap or repeat | raw windows from floor(min / width_s) to floor(max / width_s) are touched, all between them too |
# | R2 | lookback L ≥ 0 | a touched window j of a parent, raw or table | touches windows j to j + L of the child |
# | R3 | minimal | several spans, parents or ways | every touched window once, no other |
# | R4 | order | depth 0 is raw; a table's is 1 + that of its deepest parent | by (depth, table, start), whatever the order of deps |
# | R5 | horizon | at every level | windows with start < horizon_ts only |
# | R6 | absent | raw; tables without touched windows; nothing late | not listed; [] if nothing is |
# | R7 | circle | tables that depend on themselves, directly or not, touched or not | ValueError, also if nothing is late; two ways to one table are no circle |
# | R8 | unknown parent | neither "raw" nor a key of deps | KeyError, also if nothing is late |
#
# Every table has a parent, "raw" is no key of deps, no case has both an unknown parent and a circle; inputs stay
# unchanged.
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Two separate problems. First the order: a table is ready when all its parents are; that also finds circles and the
# longest path. Then, in that order, sets of window numbers flow from parents to children.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# depth = {"raw": 0}
# while waiting:
#     ready = {t for t in waiting if ...}  # none: a circle
#     ...                                  # depth from the deepest parent
# touched = {"raw": {...}}
# for table in ...: touched[table] = {...}
# ```
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "e06-backfill", "locked": false, "schema_version": 3, "solution": true, "task": false}
def plan_backfill(
    late: list[tuple[int, int]],
    width_s: int,
    deps: dict[str, dict[str, int]],
    horizon_ts: int,
) -> list[tuple[str, int]]:
    """Return the (table, window start) pairs to compute again, parents before children."""
    ### BEGIN SOLUTION
    for parents in deps.values():
        for parent in parents:
            if parent != "raw" and parent not in deps:
                raise KeyError(parent)
    depth = {"raw": 0}  # a dict keeps the order in which tables become ready
    waiting = set(deps)
    while waiting:
        ready = {table for table in waiting if deps[table].keys() <= depth.keys()}
        if not ready:
            raise ValueError("the tables depend on each other in a circle")
        for table in ready:
            depth[table] = 1 + max(depth[parent] for parent in deps[table])
        waiting -= ready
    windows = -(-horizon_ts // width_s)  # numbers below this one start before the horizon
    spans = [range(lo // width_s, hi // width_s + 1) for lo, hi in late]  # closed at both ends
    touched = {"raw": {k for span in spans for k in span if k < windows}}
    for table in list(depth)[1:]:
        touched[table] = {
            k
            for parent, lookback in deps[table].items()
            for j in touched[parent]
            for k in range(
                j, min(j + lookback + 1, windows)
            )  # window k looks back, so j reaches on
        }
    plan = [(depth[t], t, k * width_s) for t in deps for k in touched[t]]
    return [(table, start) for _, table, start in sorted(plan)]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "e06-backfill-check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
# %%check e06-backfill --points 6
from orbitlab.checks import expect, raises


def plan(**starts):
    """Return a plan from table=[starts], in the order in which the tables are given."""
    return [(table, start) for table, own in starts.items() for start in own]


def test_example(plan_backfill):
    """R1, R2: The example comes out: a closed span, and a lookback that reaches into later windows."""
    deps = {"trend": {"hourly": 2}, "hourly": {"raw": 0}}
    want = plan(hourly=[3600, 7200], trend=[3600, 7200, 10800])
    expect(plan_backfill, ([(3600, 7200)], 3600, deps, 14400), want)


def test_nothing_late(plan_backfill):
    """R6: Nothing late, nothing to compute again; tables that are not touched are not listed."""
    expect(plan_backfill, ([], 3600, {"hourly": {"raw": 0}}, 14400), [])


def test_circle(plan_backfill):
    """R7: Tables that depend on each other in a circle have no order: ValueError, not an endless loop."""
    deps = {"a": {"raw": 0, "b": 0}, "b": {"a": 0}}
    expect(plan_backfill, ([(0, 9)], 10, deps, 100), raises(ValueError))


### BEGIN HIDDEN TESTS
import random


def test_spans_are_closed(plan_backfill):
    """R1: A span holds its last second: ending on a window's first second it touches that window."""
    deps = {"t": {"raw": 0}}
    cases = [
        ([(0, 100)], [0, 100]),
        ([(0, 99)], [0]),
        ([(99, 100)], [0, 100]),
        ([(150, 150)], [100]),
        ([(200, 200)], [200]),
        ([(50, 420)], [0, 100, 200, 300, 400]),
    ]
    for late, starts in cases:
        expect(plan_backfill, (late, 100, deps, 10_000), plan(t=starts))


def test_lookback_reaches_forward(plan_backfill):
    """R2: Window k reads k−L to k, so a late window j touches j to j+L: later ones, not earlier ones."""
    for lookback in (0, 1, 3):
        starts = [500 + 100 * i for i in range(lookback + 1)]
        args = ([(500, 510)], 100, {"t": {"raw": lookback}}, 10_000)
        expect(plan_backfill, args, plan(t=starts))


def test_lookbacks_add_up(plan_backfill):
    """R2: Along a chain lookbacks add up; a parent's window counts once it is touched itself."""
    deps = {"c": {"b": 3}, "a": {"raw": 1}, "b": {"a": 2}}
    want = plan(a=[300, 400], b=[300, 400, 500, 600], c=[300 + 100 * i for i in range(7)])
    expect(plan_backfill, ([(300, 399)], 100, deps, 10_000), want)
    mixed = {"a": {"raw": 0}, "b": {"a": 2, "raw": 0}}
    want = plan(a=[0, 700], b=[0, 100, 200, 700, 800, 900])
    expect(plan_backfill, ([(0, 0), (700, 700)], 100, mixed, 10_000), want)


def test_diamonds_give_no_duplicates(plan_backfill):
    """R3: A window that is touched on two ways, or by two spans, is computed once, not twice."""
    deps = {"a": {"raw": 1}, "b": {"raw": 2}, "c": {"a": 1, "b": 0}}
    late = [(100, 150), (120, 130), (100, 150), (110, 250)]
    want = plan(a=[100, 200, 300], b=[100, 200, 300, 400], c=[100, 200, 300, 400])
    expect(plan_backfill, (late, 100, deps, 10_000), want)


def test_only_what_is_touched(plan_backfill):
    """R3: Only touched windows are computed again: not everything downstream, and not what lies between."""
    deps = {"a": {"raw": 1}, "b": {"a": 0}, "c": {"b": 0, "raw": 0}}
    want = plan(a=[0, 100, 900, 1000], b=[0, 100, 900, 1000], c=[0, 100, 900, 1000])
    expect(plan_backfill, ([(950, 960), (10, 20)], 100, deps, 10_000), want)


def test_order_by_longest_path(plan_backfill):
    """R4: Depth is the longest way from raw: a table that also reads raw still waits for its deepest parent."""
    deps = {"a": {"raw": 0, "z": 0}, "z": {"y": 0}, "y": {"raw": 0}, "m": {"raw": 0}}
    want = plan(m=[0], y=[0], z=[0], a=[0])
    expect(plan_backfill, ([(0, 9)], 10, deps, 100), want)
    deps = {
        "b": {"c": 0, "a": 0},
        "c": {"raw": 0},
        "a": {"c": 1, "raw": 0},
        "d": {"raw": 0, "b": 0},
    }
    want = plan(c=[0], a=[0, 10], b=[0, 10], d=[0, 10])
    expect(plan_backfill, ([(0, 9)], 10, deps, 100), want)


def test_order_within_a_depth(plan_backfill):
    """R4: Within one depth tables stand by name, within a table windows by start, as numbers."""
    deps = {"b": {"raw": 0}, "a10": {"raw": 1}, "a2": {"raw": 0}}
    late = [(1000, 1000), (200, 200), (90, 90)]
    want = plan(a10=[0, 100, 200, 300, 1000, 1100], a2=[0, 200, 1000], b=[0, 200, 1000])
    expect(plan_backfill, (late, 100, deps, 10_000), want)


def test_horizon(plan_backfill):
    """R5: Windows that start at the horizon or later are left out at every level; one that reaches across stays."""
    deps = {"a": {"raw": 1}, "b": {"a": 2}}
    want = plan(a=[200, 300], b=[200, 300])
    expect(plan_backfill, ([(200, 299)], 100, deps, 400), want)
    expect(plan_backfill, ([(200, 299)], 100, deps, 301), want)
    expect(plan_backfill, ([(200, 299)], 100, deps, 300), plan(a=[200], b=[200]))
    expect(plan_backfill, ([(200, 299)], 100, deps, 200), [])
    expect(
        plan_backfill, ([(250, 900)], 100, deps, 401), plan(a=[200, 300, 400], b=[200, 300, 400])
    )


def test_raw_and_untouched_tables_are_absent(plan_backfill):
    """R6: raw is never computed, and a table without a touched window is not listed."""
    deps = {"a": {"raw": 0}, "b": {"a": 0}}
    expect(plan_backfill, ([(500, 700)], 100, deps, 500), [])
    expect(plan_backfill, ([(0, 0)], 100, deps, 500), plan(a=[0], b=[0]))
    expect(plan_backfill, ([(0, 0)], 100, {}, 500), [])


def test_circles_anywhere(plan_backfill):
    """R7: A circle is an error wherever it is, touched or not, long or of one table."""
    circles = [
        {"a": {"a": 0}},
        {"a": {"raw": 0}, "b": {"c": 0}, "c": {"b": 1}},
        {"a": {"raw": 0, "c": 0}, "b": {"a": 0}, "c": {"b": 0}, "d": {"c": 0}},
        {"t": {"raw": 0, "t": 2}},
    ]
    for deps in circles:
        expect(plan_backfill, ([(0, 5)], 10, deps, 100), raises(ValueError))
        expect(plan_backfill, ([], 10, deps, 100), raises(ValueError))


def test_diamond_is_no_circle(plan_backfill):
    """R7: A table that is reached on two ways is no circle."""
    deps = {"d": {"b": 0, "c": 0}, "b": {"a": 0}, "c": {"a": 0}, "a": {"raw": 0}}
    want = plan(a=[0], b=[0], c=[0], d=[0])
    expect(plan_backfill, ([(0, 5)], 10, deps, 100), want)


def test_unknown_parent(plan_backfill):
    """R8: A parent that nobody defines is a KeyError, not a table without windows."""
    for deps in ({"a": {"b": 0}}, {"a": {"raw": 0}, "b": {"a": 0, "x": 1}}, {"a": {"Raw": 0}}):
        expect(plan_backfill, ([(0, 5)], 10, deps, 100), raises(KeyError))
        expect(plan_backfill, ([], 10, deps, 100), raises(KeyError))


def by_hand(late, width, deps, horizon):
    """Ask every window of every table whether any window that it reads was touched."""

    def depth(table):
        return 0 if table == "raw" else 1 + max(depth(parent) for parent in deps[table])

    def touched(table, k):
        if (table, k) not in memory:
            start, end = k * width, (k + 1) * width
            memory[table, k] = (
                any(lo < end and start <= hi for lo, hi in late)
                if table == "raw"
                else any(
                    touched(parent, j)
                    for parent, back in deps[table].items()
                    for j in range(k - back, k + 1)
                )
            )
        return memory[table, k]

    memory = {}
    first, last = min(lo for lo, _ in late) // width, -(-horizon // width)
    found = [(depth(t), t, k * width) for t in deps for k in range(first, last) if touched(t, k)]
    return [(table, start) for _, table, start in sorted(found)]


def test_random_graphs(plan_backfill):
    """R1, R2, R3, R4, R5, R6: Random graphs agree with asking every window what it reads; inputs stay."""
    rng = random.Random(6501)
    for _ in range(80):
        names = rng.sample(["a", "b", "c", "d", "e", "f", "g"], rng.randint(1, 6))
        deps = {}
        for i, name in enumerate(names):
            pool = ["raw", *names[:i]]
            parents = rng.sample(pool, rng.randint(1, min(3, len(pool))))
            deps[name] = {parent: rng.choice([0, 0, 1, 2, 4]) for parent in parents}
        deps = {name: deps[name] for name in rng.sample(names, len(names))}
        width = rng.choice([1, 7, 60])
        late = []
        for _ in range(rng.randint(1, 3)):
            lo = rng.randrange(30 * width)
            late.append((lo, lo + rng.choice([0, width - 1, width, rng.randrange(4 * width)])))
        horizon = rng.randint(0, 40 * width)
        expect(plan_backfill, (late, width, deps, horizon), by_hand(late, width, deps, horizon))


### END HIDDEN TESTS
# %% tags=["try-it"]
# Kestrel's tables after two late files, one of them just before the horizon.
def backfill_picture():
    deps = {
        "hourly": {"raw": 0},
        "calibrated": {"raw": 1},
        "trend": {"hourly": 2},
        "baseline": {"hourly": 6, "calibrated": 0},
        "alarms": {"trend": 0, "baseline": 1},
    }
    width, hours = 3600, 24
    late = [(4 * width, 5 * width - 1), (20 * width + 600, 21 * width)]
    plan = plan_backfill(late, width, deps, hours * width)
    tables = ["raw", *dict.fromkeys(table for table, _ in plan)]
    cells = {(t, s // width) for t, s in plan} | {("raw", k) for k in (4, 20, 21)}
    fig, (graph, ax) = canvas(7.5, 3.4, cols=2)
    graph.get_subplotspec().get_gridspec().set_width_ratios([1, 2.2])
    where = {
        "raw": (0, 0),
        "calibrated": (0.8, 1),
        "hourly": (-0.8, 1),
        "baseline": (0.8, 2),
        "trend": (-0.8, 2),
        "alarms": (0, 3),
    }
    for child, parents in deps.items():
        for parent, lookback in parents.items():
            (x0, y0), (x1, y1) = where[parent], where[child]
            graph.annotate(
                "",
                (x1, y1),
                (x0, y0),
                arrowprops={
                    "arrowstyle": "->",
                    "color": COLOURS["grey"],
                    "shrinkA": 9,
                    "shrinkB": 9,
                },
            )
            graph.text(
                (x0 + x1) / 2,
                (y0 + y1) / 2,
                lookback,
                color=COLOURS["vermilion"],
                ha="center",
                va="center",
                backgroundcolor="white",
                fontsize=8,
            )
    for name, (x, y) in where.items():
        graph.text(x, y, name, ha="center", va="center", fontsize=9)
    graph.set(xlim=(-1.6, 1.6), ylim=(3.4, -0.4), xticks=[], yticks=[])
    graph.set_axis_off()
    graph.set_title("Lookbacks in windows")
    for y, name in enumerate(tables):
        ax.barh([y] * hours, 0.9, left=np.arange(hours) + 0.05, height=0.8, color="#EEEEEE")
        own = [k for t, k in cells if t == name]
        ax.barh(
            [y] * len(own),
            0.9,
            left=np.array(own) + 0.05,
            height=0.8,
            color=COLOURS["orange" if y == 0 else "vermilion"],
        )
    ax.set(
        yticks=range(len(tables)), yticklabels=tables, ylim=(len(tables) - 0.4, -0.6), xlim=(0, 24)
    )
    ax.set(xlabel="hour", xticks=range(0, 25, 6))
    ax.grid(False)
    ax.set_title(f"{len(plan)} of {5 * hours} windows, parents first")
    words = "Left, a graph: hourly and calibrated read raw, trend reads hourly, baseline reads both, alarms reads trend "
    words += f"and baseline, with lookbacks on the edges. Right, 24 hours of each table: {len(plan)} of 120 windows are "
    picture(
        fig,
        words
        + "to be computed again, in two stretches that widen from level to level; the second ends at the horizon.",
    )


try_it(backfill_picture, plan_backfill)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Peel tables whose parents are all placed: that gives depth and finds circles. Then sets of window
# numbers flow down; parent window j touches child windows j to j + L. Proportional to what is touched.
#
# **Code.**
#
# <!-- answer: e06-backfill -->
#
# **Walk-through.**
#
# - R1: window numbers by floor division at both ends, plus one, because the span is closed.
# - R2: the range starts at j and reaches L further, since child windows look back.
# - R3: sets, so that a second way adds nothing.
# - R4, R7: a table is placed after its last parent, so its depth is the longest path; nothing ready is a circle.
# - R5: the ceiling of horizon over width is the first number that is left out.
#
# **Rejected.**
#
# - `range(j - L, j + 1)`. With lookback 2 and late window 3 it repairs 1 to 3 and leaves 4 and 5 wrong. Fails with "later
#   ones, not earlier ones."
# - Breadth-first depth. A table that reads raw and a table of depth 2 gets depth 1 and runs before its parent. Fails
#   with "Depth is the longest way from raw."
#
# **Cost.** O(tables² + edges) for the order as written, O(Σ touched · lookback) for the windows; intervals instead of
# sets save memory when spans are months. It is wrong as soon as a table has windows of another width.
#
# **Tests.**
#
# - A span that ends on the first second of a window.
# - A diamond with different lookbacks on its sides.
# - A circle that no late data touches.
#
# **Follow-up.** "The backfill runs for two hours while the hourly job goes on." Both are the same rerun-safe job with
# the same keys, so order does not matter for a window; I cap the backfill's share of workers and run newest windows first.
#
# </details>

# %% [markdown] orbitlab={"lab": "daily-element-sets"}
# ## Field lab: 240 mornings of Starlink
#
# In Kestrel's world every fault was put there on purpose. Here nobody did: a public archive that fetched the orbits of
# all Starlink satellites once a day, from September 2025 to May 2026, as two-line element sets. You ingest it into DuckDB
# as you would a colleague's bucket: in a way that may be run twice.
#
# **What it is not.** The 240 satellites kept here are no random sample: 40 that decayed, 40 that were raised since their
# launch, and 40 from each of four inclinations that were there throughout. An element set is a fit by the US Space Force,
# hours old when it is fetched; it is neither a position report nor an operator's own data. Source: the archive of the
# Horizon project (GPL-3.0), which took it from CelesTrak, described in `data/SOURCES.md`.

# %%
import hashlib

import duckdb

from orbitlab.world import real

tle = real.starlink_tle()
mornings = dict(list(tle.history.groupby("snapshot_date")))
print(
    f"{len(mornings)} snapshots, {len(tle.history):,} rows of {tle.history['norad_id'].nunique()} satellites"
)

db = duckdb.connect(config={"threads": "1"})
db.execute("CREATE TABLE appended (day DATE, norad_id TEXT, line1 TEXT, line2 TEXT)")
db.execute(
    "CREATE TABLE elements (day DATE, norad_id TEXT, line1 TEXT, line2 TEXT, PRIMARY KEY (day, norad_id))"
)
db.execute("CREATE TABLE ingested (day DATE PRIMARY KEY, content TEXT)")
tle.history.head(2)

# %% [markdown]
# ### Ingest, rerun, crash, rerun
#
# One day is one partition. It is replaced as a whole, and the marker that says so is committed in the same transaction;
# DuckDB has what object storage lacks. `appended` is the write path that you would be asked about.


# %%
def content_of(rows):
    """Return a hash of what a snapshot says: satellites and elements, whatever the line ends."""
    lines = rows.sort_values("norad_id")[["norad_id", "line1", "line2"]].to_csv(index=False)
    return hashlib.sha256(lines.encode()).hexdigest()


def ingest(day, rows, die=False):
    """Replace one day unless its content is there already; return whether anything was written."""
    content = content_of(rows)
    if db.execute(
        "SELECT 1 FROM ingested WHERE day = ? AND content = ?", [day, content]
    ).fetchone():
        return False
    db.begin()
    db.execute("DELETE FROM elements WHERE day = ?", [day])
    db.execute("INSERT INTO elements SELECT snapshot_date::DATE, norad_id, line1, line2 FROM rows")
    if die:
        db.rollback()  # what the database does when the process is gone
        raise sim.StoreCrash(str(day), after=False)
    db.execute("INSERT OR REPLACE INTO ingested VALUES (?, ?)", [day, content])
    db.commit()
    return True


# %%
def night(die_at=None):
    """Ingest every morning, both ways; the 101st may be the last."""
    written = 0
    for number, (day, rows) in enumerate(mornings.items()):
        db.execute(
            "INSERT INTO appended SELECT snapshot_date::DATE, norad_id, line1, line2 FROM rows"
        )
        written += ingest(day.date(), rows, die=number == die_at)
    return written


log = []
for label, die_at in (("dies on morning 101", 100), ("rerun", None), ("rerun again", None)):
    try:
        written = night(die_at)
    except sim.StoreCrash:
        written = None
    count = [
        db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
        for name in ("elements", "appended")
    ]
    log.append([label, "died" if written is None else written, *count])
ledger = pd.DataFrame(log, columns=["run", "days written", "rows, replaced", "rows, appended"])
ledger

# %% [markdown]
# 47,507 rows, once, and a third run that writes nothing. Appending has counted every attempt.
#
# ### The mornings that are missing, and the bytes that changed
#
# Ask for the calendar, not for the files: only then does what is absent show up.

# %%
manifest = tle.manifest.set_index("snapshot_date")
calendar = pd.date_range(manifest.index.min(), manifest.index.max())
missing = calendar.difference(manifest.index)
flips = manifest.index[
    manifest["crlf"].ne(manifest["crlf"].shift(fill_value=manifest["crlf"].iloc[0]))
]
print("missing:", ", ".join(f"{day:%Y-%m-%d}" for day in missing))
print("line ends flip on:", ", ".join(f"{day:%Y-%m-%d}" for day in flips))

a_satellite = manifest["size_bytes"] / manifest["satellites"]
fig, ax = canvas(7, 2.7)
ax.plot(a_satellite.reindex(calendar), color=COLOURS["blue"], linewidth=2)
for day in missing:
    ax.axvline(day, color=COLOURS["vermilion"], linewidth=1.2)
ax.text(pd.Timestamp("2025-09-25"), 167.2, "CRLF", color=COLOURS["blue"])
ax.text(pd.Timestamp("2026-02-20"), 165.3, "LF", color=COLOURS["blue"])
ax.set(ylabel="bytes per satellite", ylim=(164.5, 171.5), yticks=range(165, 172, 3))
ax.set_title("One byte a line: line ends flipped and flipped back (red: no file)")
words = "Bytes per satellite in each daily file: 168 until 20 December 2025, 165 until 8 May 2026, then 168 again; 171 on "
words += "27 September, 18 and 19 October and 11 December. "
picture(fig, words + "Four days without a file are marked: 20 and 21 November, 7 December, 14 May.")

# %% [markdown]
# Three lines a satellite, so CRLF costs three bytes more than LF. On four days it is six: one more byte a line, as if a
# file had been converted twice. Those files are not kept here, so that stays a guess.
#
# If a file is its bytes, the 21st of December is a new world. Take that day's file as it is, give it the line ends of the
# day before, and ask two hashes whether it is the same.

# %%
plain = real.starlink_snapshot("2025-12-21")
windows_like = plain.replace(b"\n", b"\r\n")


def canonical(raw):
    """Return the hash of a file's lines, without line ends and trailing blanks."""
    return hashlib.sha256("\n".join(line.rstrip() for line in raw.decode().splitlines()).encode())


print("same bytes:", hashlib.sha256(plain).digest() == hashlib.sha256(windows_like).digest())
print("same content:", canonical(plain).digest() == canonical(windows_like).digest())
print("the day before ends its lines with", real.starlink_snapshot("2025-12-20")[24:26])

# %% [markdown]
# Sim B's etags are hashes of bytes, as in real object storage. They are right for "is this the object I read?" and too
# strict for "does it say anything new?". Which question your manifest answers is a decision.
#
# ### Repeated and stale elements
#
# A new file does not mean new orbits. Age is counted at 15:00 UTC, about when the archive fetched.

# %%
history = tle.history.sort_values(["norad_id", "snapshot_date"])
elements = real.orbital_elements(history)
same = history.duplicated(["norad_id", "line1", "line2"])
fetched = history["snapshot_date"] + pd.Timedelta(hours=15)
age_h = (fetched - elements["epoch"]).dt.total_seconds() / 3600
print(f"{same.sum():,} rows repeat an element set that an earlier snapshot had ({same.mean():.1%})")
a_day = same.groupby(history["snapshot_date"]).mean()
print(
    "most of them on",
    ", ".join(f"{day:%Y-%m-%d} ({part:.0%})" for day, part in a_day.nlargest(2).items()),
)
print("files equal to the one before, byte for byte:", manifest["same_bytes_as_previous"].sum())
print(
    f"age: median {age_h.median():.0f} h, more than a day in {(age_h > 24).mean():.1%}, worst {age_h.max() / 24:.1f} days"
)

# %%
altitude = elements["altitude_km"].set_axis(
    pd.MultiIndex.from_frame(history[["norad_id", "snapshot_date"]])
)
grid = altitude.unstack().reindex(columns=calendar)
first, last = grid.bfill(axis=1).iloc[:, 0], grid.ffill(axis=1).iloc[:, -1]
present = grid.notna().sum(axis=1)
order = pd.DataFrame({"gone": present < 200, "last": last, "first": first}).sort_values(
    ["gone", "last", "first"]
)
fig, ax = canvas(7.5, 4.6)
shown = ax.pcolormesh(grid.loc[order.index], cmap="viridis", vmin=250, vmax=580, rasterized=True)
fig.colorbar(shown, ax=ax, label="mean altitude (km)")
months = pd.date_range("2025-10-01", "2026-05-01", freq="MS")
ax.set_xticks([calendar.get_loc(m) for m in months], [f"{m:%b}" for m in months])
ax.set(xlabel="October 2025 to May 2026", ylabel="240 satellites", yticks=[])
ax.grid(False)
ax.set_title("Shells sink, newcomers climb, others end; white stripes are missing mornings")
words = "One row per satellite, one column per day from 20 September 2025 to 21 May 2026, coloured by altitude. Most rows "
words += "stay between 475 and 570 km, some sink from March on, one band stays near 350 km. On top a block that starts late and "
words += "climbs, below it one that ends in the dark blue of low altitudes, followed by white. "
picture(fig, words + "White columns run through all rows on four missing days.")

# %% [markdown]
# **Your own gate and plan on the archive.** Every morning is judged by your `quality_gate`. And if the four missing files
# turned up tomorrow, your `plan_backfill` says what a weekly trend of altitudes would have to compute again.

# %% tags=["try-it"]
EPOCH = pd.Timestamp("1970-01-01")


def judged():
    rows = history.assign(
        epoch_ts=(elements["epoch"] - EPOCH).dt.total_seconds(), km=elements["altitude_km"]
    )
    rows["age_h"] = age_h
    rules = [
        {"name": "160 satellites", "kind": "min_rows", "severity": "block", "n": 160},
        {
            "name": "one set a satellite",
            "kind": "unique",
            "severity": "block",
            "columns": ["norad_id"],
        },
        {
            "name": "newest within 12 h",
            "kind": "freshness",
            "severity": "warn",
            "column": "epoch_ts",
            "max_age_s": 43_200,
        },
        {
            "name": "1 % older than 36 h",
            "kind": "range",
            "severity": "warn",
            "column": "age_h",
            "lo": -24,
            "hi": 36,
            "max_frac": 0.01,
        },
        {
            "name": "in orbit",
            "kind": "range",
            "severity": "block",
            "column": "km",
            "lo": 100,
            "hi": 600,
            "max_frac": 0.0,
        },
    ]
    verdicts = []
    for day, morning in rows.groupby("snapshot_date"):
        now = int((day - EPOCH).total_seconds()) + 15 * 3600
        found = quality_gate(morning, rules, now)
        verdicts.append(
            [day, found["status"], len(found["quarantine"]), ", ".join(found["failed"])]
        )
    table = pd.DataFrame(verdicts, columns=["day", "status", "rows set aside", "failed"])
    print(table["status"].value_counts().to_string())
    return table[table["status"] != "pass"].nlargest(8, "rows set aside").sort_values("day")


try_it(judged, quality_gate)


# %% tags=["try-it"]
def repaired():
    day_s = 86_400
    late = [(int((day - EPOCH).total_seconds()),) * 2 for day in missing]
    horizon = int((calendar[-1] - EPOCH).total_seconds()) + day_s
    plan = plan_backfill(
        late, day_s, {"altitude": {"raw": 0}, "weekly trend": {"altitude": 6}}, horizon
    )
    frame = pd.DataFrame(plan, columns=["table", "start"])
    frame["start"] = EPOCH + pd.to_timedelta(frame["start"], unit="s")
    print(f"{len(frame)} of {2 * len(calendar)} windows")
    return frame.groupby("table", sort=False)["start"].agg(["count", "min", "max"])


try_it(repaired, plan_backfill)

# %% [markdown]
# **Open questions**
#
# 1. The archive names files by day and overwrites nothing. What would you ask its owner before you trust that a day's file
#    will never change?
# 2. Content hashes let you skip a morning that says nothing new. When is "nothing new" itself the news, and which rule of
#    your gate would see it?
# 3. In October two satellites, 52089 and 63482, kept one element set for ten days; both were gone some weeks later. Is
#    that a fault of the pipeline, or what a satellite looks like that nobody tracks well? Which table would tell?

# %% [markdown]
# ## Say it aloud
#
# 1. My outputs are keyed by satellite, window and metric version, and late data replaces a window; nothing is appended.
# 2. A file becomes known after all of its windows are written; a crash costs a repetition, never a reading.
# 3. Calibration is joined as of the event time, boundary included, and its version is stored with the value.
# 4. Every gate rule names its denominator, its boundary and its empty case, and the worst severity decides.
# 5. A late window touches the windows that look back at it; I plan level by level, parents first, up to the horizon.
