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
# # Start here
#
# It is Monday, and your interview is close. You have just joined *Kestrel Orbital*, a satellite
# operator that exists only in this course. Every section of the guide is a chapter. Every question
# it poses is an exercise that you answer in code and have checked at once.
#
# Run each cell with **Shift + Enter**.

# %% nbgrader={"grade": false, "grade_id": "setup-chapter", "locked": true, "schema_version": 3, "solution": false, "task": false}
# %load_ext orbitlab.checks
import random
from datetime import date

import duckdb
import pandas as pd

from orbitlab.checks import predicted, try_it
from orbitlab.desk import COLOURS, canvas, picture, route
from orbitlab.world import table

# %% [markdown]
# ## Minute 0: sixty seconds
#
# The guide asks (March 2026) for a pipeline that pages the engineer on call within 60 seconds of a
# gateway anomaly, and stays below 0.1 % false alerts a day.
#
# Here is one gateway. It sends its signal-to-noise ratio every 10 s, and a sample needs 3 s to reach
# you. At 305 s it loses 6 dB. The sample of 320 s gets lost. Your rule pages when three of the last
# five samples *that arrived* are below 8 dB.
#
# **Predict.** How many seconds after the onset does it page?

# %%
PREDICT = ...  # seconds; a guess is enough

# %%
noise = random.Random(16)
samples = []  # (second at the gateway, SNR in dB)
for second in range(10, 451, 10):
    fault = 6 * (second >= 305) + 7 * (second == 120)  # the dip, and a glitch of one sample
    snr_db = 11 + noise.gauss(0, 0.6) - fault
    if second != 320:  # this packet is lost
        samples.append((second, snr_db))
low = [snr_db < 8 for _, snr_db in samples]
page = next(samples[k][0] + 3 for k in range(len(low)) if sum(low[max(0, k - 4) : k + 1]) >= 3)
predicted(PREDICT, page - 305, "s")

# %%
fig, ax = canvas(7.5, 3.4)
ax.axvspan(305, 365, color=COLOURS["sky"], alpha=0.2)
ax.axhline(8, color=COLOURS["grey"], linestyle="--")
ax.plot(*zip(*samples, strict=True), "o", color=COLOURS["blue"], markersize=4)
ax.plot(320, 5, "o", color=COLOURS["blue"], markersize=5, fillstyle="none")
ax.annotate("lost", (318, 5.1), (276, 6.2), arrowprops={"arrowstyle": "->"})
marks = [
    (305, 298, "onset", "vermilion"),
    (page, page, "page", "green"),
    (365, 370, "deadline", "black"),
]
for (second, at, name, colour), side in zip(marks, ("right", "center", "left"), strict=True):
    ax.axvline(second, ymax=0.9, color=COLOURS[colour])
    ax.text(at, 13.5, name, color=COLOURS[colour], ha=side)
ax.annotate("one low sample", (123, 4.3), (150, 4.8), arrowprops={"arrowstyle": "->"})
ax.text(64, 8.2, "8 dB", color=COLOURS["grey"])
ax.set(xlabel="time (s)", ylabel="SNR (dB)", ylim=(3, 14.3), xlim=(60, 455))
ax.set_title(f"The page comes {page - 305} s after the onset, {365 - page} s before the deadline")
words = (
    "SNR of one gateway over 450 s. It stays near 11 dB, but for one glitch at 120 s, and falls "
)
words += "to about 5 dB at 305 s. The page follows at 343 s, the deadline is at 365 s."
picture(fig, words)

# %% [markdown]
# One low sample arrives, the next is lost, two more arrive: 38 s. Without the loss it would be 28 s. A
# rule that trusts a single sample would be faster still, and would have paged for the glitch.

# %% [markdown]
# ## Minute 3: repair one line
#
# Somebody wrote that rule as a function. In quiet weeks it pages anyway. Run the two cells below,
# read the first ✘, change **one line**, run both again.


# %%
def page_second(samples, floor_db=8.0, votes=3):
    """Return the second of the page, or None; `samples` are (second, snr_db) in order of time."""
    low = []
    for second, snr_db in samples:
        low.append(snr_db < floor_db)
        if sum(low) >= votes:  # repair me: only the last five samples may vote
            return second + 3
    return None


# %%
# %%check warm-up --points 0
from orbitlab.checks import expect


def test_a_dip_pages(page_second):
    """Three low samples among the last five page, 3 s after the third was sent."""
    samples = [(10, 11.0), (20, 5.0), (30, 11.5), (40, 5.5), (50, 4.0)]
    expect(page_second, (samples,), 53)


def test_old_glitches_are_forgotten(page_second):
    """Three single glitches, far apart, page nobody."""
    samples = [(10 * k, 4.0 if k % 5 == 1 else 11.0) for k in range(1, 12)]
    expect(page_second, (samples,), None)


# %% [markdown]
# Green? That is the loop of this course: run, read, change, run. (Stuck: `sum(low[-5:])`.)
#
# ## Minute 6: your route
#
# How much time do you have? Fill in both lines and run the two cells.

# %%
INTERVIEW = ...  # the day, as "2027-03-01"
WEEKLY_HOURS = ...  # hours a week that you will really spend

# %%
mine = None
if INTERVIEW is ... or WEEKLY_HOURS is ...:
    print("Three routes lead through the course. Fill in the cell above to see which one is yours.")
else:
    try:
        weeks = max((date.fromisoformat(INTERVIEW) - date.today()).days, 0) / 7
        hours = weeks * float(WEEKLY_HOURS)
    except (TypeError, ValueError):
        print("Write the day in quotes, year first, as in 2027-03-01, and the hours as a number.")
    else:
        mine = max([5, *(length for length in (15, 36) if length <= hours)])
        print(f"{weeks:.1f} weeks, {hours:.0f} hours in all: take the route of {mine} h.")

# %%
fig, axes = canvas(8, 4.6, cols=3)
chapters = [title for title, _ in route(36)]
for ax, length in zip(axes, (5, 15, 36), strict=True):
    stops = dict(route(length))
    paint = COLOURS["blue"] if mine in (None, length) else "#CCCCCC"
    ax.barh(range(16), [stops.get(title, 0) for title in chapters], color=paint)
    ax.set(title=f"{length} h", xlabel="minutes", xlim=(0, 240), yticks=range(16))
    ax.set_yticklabels(
        [f"{title}  {k:02}" for k, title in enumerate(chapters)] if length == 5 else []
    )
    ax.invert_yaxis()
fig.suptitle("Five hours take the core of six areas; the rest of the time goes into depth")
words = "Minutes per chapter in three routes. "
words += " ".join(
    f"{n} h: " + ", ".join(f"{t} {m}" for t, m in route(n)) + "." for n in (5, 15, 36)
)
picture(fig, words)

# %% [markdown]
# In a shorter route, work through a chapter from its top and stop when its minutes are used up.
# Five hours leave out cloud, the smallest area.

# %% [markdown]
# ## How an exercise works
#
# Every exercise has the same four cells.
#
# | cell | what you do |
# |---|---|
# | prompt | Read it. The *exact rules* and two hints are folded: open them when you need them. |
# | answer | Write your code below `# YOUR CODE HERE`. Keep the name: the check looks for it. |
# | check | Run it. It changes nothing, and it costs nothing, however often you run it. |
# | try it | See what your answer does with the course's data. |
#
# A check holds **visible tests**: the example, an edge, an error. They show input, expected and got.
# When your work is graded, **hidden tests** are added. They use other inputs, show only their
# sentence, and promise one thing: they test what the exact rules say, and nothing else. So hard-coded
# examples never get full points, and a right answer never needs luck.
#
# An answer that is still blank counts as *not attempted*, which is not the same as wrong.

# %% [markdown]
# ## How to read a contract, and a red check
#
# Here are exact rules in small, for a function `deal_hours(total, names)`:
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | domain | `total` hours, `names` of areas | every name gets at least `total // len(names)` |
# | R2 | leftover | hours that do not divide | one each, to the first names in ascending order |
# | R3 | error | `total` < 0, or no names | ValueError |
#
# Read them line by line, and ask of each: what is the smallest input that breaks it? R2 needs two
# leftover hours and names out of order. The answer below forgets exactly that, so its check **fails
# on purpose**.


# %%
def deal_hours(total, names):
    """Deal `total` hours to `names`, as evenly as whole hours allow."""
    if total < 0 or not names:
        raise ValueError("there is nothing to deal")
    dealt = {name: total // len(names) for name in names}
    dealt[min(names)] += total % len(names)  # all leftover hours to one name
    return dealt


# %%
# %%check reading-a-check --points 0
from orbitlab.checks import expect, raises


def test_even_split(deal_hours):
    """R1: Hours that divide are dealt evenly."""
    expect(deal_hours, (6, ["sql", "cloud"]), {"sql": 3, "cloud": 3})


def test_leftover_hours_go_one_each(deal_hours):
    """R2: Leftover hours go one each to the first names, not all to one."""
    expect(deal_hours, (5, ["sql", "design", "cloud"]), {"sql": 1, "design": 2, "cloud": 2})


def test_negative_total(deal_hours):
    """R3: A negative total raises ValueError."""
    expect(deal_hours, (-1, ["sql"]), raises(ValueError))


# %% [markdown]
# Read a red check from the left:
#
# 1. `R2` sends you to the row of the exact rules.
# 2. The sentence names the mistake.
# 3. *what* is the kind of difference, *input* a call that you can paste into a cell of your own.
# 4. *expected* and *got* stand below each other: `cloud` has 3 hours and should have 2.
#
# Want to see it turn green? Replace the line with the comment by
# `for name in sorted(names)[: total % len(names)]: dealt[name] += 1`.

# %% [markdown]
# ## Where the questions are
#
# The guide (March 2026) names seven areas and gives one share: computer vision and geospatial work,
# here *applied*, is 18 % of the questions. The other shares are this course's assumption. Rate
# yourself, 1 (lost) to 5 (could teach it), and set your hours. The next cell holds the parameters of
# this notebook: change them, then choose *Run ▸ Run Selected Cell and All Below*.

# %% tags=["parameters"]
HOURS = 15
CONFIDENCE = {
    "design": 2,
    "pipelines": 2,
    "applied": 5,
    "production": 2,
    "ml_coding": 4,
    "sql": 3,
    "cloud": 3,
}
HABIT = {  # parts of your hours as many people spend them: where study is pleasant
    "design": 1,
    "pipelines": 1,
    "applied": 6,
    "production": 1,
    "ml_coding": 4,
    "sql": 1,
    "cloud": 1,
}

# %% [markdown]
# The table comes from the course's own data through DuckDB. Nothing here needs a network: if this
# cell runs, your machine is ready.

# %%
database = duckdb.connect()
database.register("question_mix", table("question_mix"))
query = "SELECT area, percent, source FROM question_mix ORDER BY percent DESC, area"
mix = pd.DataFrame(database.execute(query).fetchall(), columns=["area", "percent", "source"])
mix["confidence"] = mix.area.map(CONFIDENCE)
mix

# %%
fig, (left, right) = canvas(7.5, 3.2, cols=2)
unsure = mix.confidence <= 2
paint = [COLOURS["vermilion"] if shaky else COLOURS["grey"] for shaky in unsure]
left.barh(mix.area, mix.percent, color=paint)
right.barh(mix.area, mix.confidence, color=paint)
left.set(xlabel="share of questions (%)")
right.set(xlabel="your confidence (1 to 5)", xlim=(0, 5), yticklabels=[])
left.invert_yaxis()
right.invert_yaxis()
fig.suptitle(
    f"{mix.percent[unsure].sum()} % of the questions come from areas where you feel unsure"
)
words = "Two bar charts side by side, red where confidence is 2 or less. "
words += "; ".join(f"{r.area}: {r.percent} %, confidence {r.confidence}" for r in mix.itertuples())
picture(fig, words)

# %% [markdown]
# Design, pipelines and production form a triad, the guide says (March 2026): one question leads into
# the next. It also says that engineering counts for more than modelling theory, that the trap is to
# study computer vision and skip production, and that weak coding is what fails candidates most often.
#
# ## Hours are a budget
#
# Say an area puts `percent × (6 − confidence) / 5` points of a 100-point paper at risk. That is a
# rough model, and it is enough to see where hours are thin. **Predict**: with the habit above, which
# area has the most points at risk *per planned hour*?

# %%
mix["at_risk"] = mix.percent * (6 - mix.confidence) / 5
mix["habit_h"] = mix.area.map(HABIT) * HOURS / sum(HABIT.values())
mix["need_h"] = mix.at_risk * HOURS / mix.at_risk.sum()
mix["before"] = mix.at_risk / mix.habit_h.clip(lower=0.25)  # no hour at all: say a quarter
mix["after"] = mix.at_risk / mix.need_h
fig, ax = canvas(7.5, 3.4)
places = range(len(mix))
ax.barh([k - 0.2 for k in places], mix.before, 0.38, color=COLOURS["grey"], label="by habit")
ax.barh([k + 0.2 for k in places], mix.after, 0.38, color=COLOURS["blue"], label="by need")
ax.set(yticks=places, yticklabels=mix.area, xlabel="points at risk per planned hour")
ax.invert_yaxis()
ax.legend()
ax.set_title(f"By need, every hour guards the same {mix.after[0]:.1f} points")
words = "Points at risk per planned hour, by habit and by need. "
words += "; ".join(f"{r.area}: {r.before:.1f} and {r.after:.1f}" for r in mix.itertuples())
picture(fig, words)

# %% [markdown]
# Planned by need, no area is thinner than another. One thing is left: need gives fractions, and your
# calendar has whole hours. That is your first exercise.

# %% [markdown] nbgrader={"grade": false, "grade_id": "s00-study-plan-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "s00-study-plan", "title": "Split your hours", "section": "Question mix", "difficulty": "easy", "minutes": 15, "points": 3, "rounds": [], "topics": ["planning", "exact arithmetic"]}
# ### Split your hours
#
# `s00-study-plan` · 15 min · 3 points · asked by you, before every round
#
# **Situation.** You have whole hours and seven areas. Rounding each share of the plan above, as it
# was given, loses one: 14 hours out of 15.
#
# **Task.** Write `allocate_hours`, which splits whole hours over areas by need.
#
# **Signature.**
# ```python
# def allocate_hours(
#     total: int,                  # hours
#     weights: dict[str, int],     # area: share of questions
#     confidence: dict[str, int],  # area: 1 to 5; an area may be missing
# ) -> dict[str, int]              # area: hours
# ```
#
# **Example.**
# ```python
# allocate_hours(5, {"c": 1, "b": 1, "a": 1}, {})  # {"a": 2, "b": 2, "c": 1}
# ```
#
# **Rules.**
# - Need is weight × (6 − confidence); a missing confidence is 3.
# - Each area gets the whole part of total × need / all needs.
# - Leftover hours go one each to the largest remainders.
# - Equal remainders: the smaller name first.
# - Compare remainders as whole numbers; floats break ties at random.
#
# **Target.** O(n log n) for n areas.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | need | area with weight w and confidence c (missing: 3) | need = w × (6 − c) |
# | R2 | whole part | every area | ⌊total × need / sum of needs⌋, in exact integers however large |
# | R3 | leftover | hours that R2 leaves | one each to the areas with the largest remainders of R2's division |
# | R4 | tie | equal remainders | names in ascending order |
# | R5 | keys | an area with weight 0, or with 0 hours | is in the result, with its hours |
# | R6 | unknown names | `confidence` for a name that is not in `weights` | ignored, whatever its value |
# | R7 | error | `total` < 0, or a weight < 0 | ValueError |
# | R8 | error | the needs sum to 0 (also: no areas) | ValueError |
# | R9 | error | confidence outside 1 to 5 for a name in `weights`, even with weight 0 | ValueError |
# | R10 | result, inputs | any | a dict of ints that sum to `total`; both inputs stay unchanged |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# `divmod(total * need, sum_of_needs)` gives an area's whole hours and its remainder, both exact. All
# areas have the same divisor, so remainders compare as they are.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# need = {name: w * (6 - confidence.get(name, 3)) for name, w in weights.items()}
# parts = {name: divmod(total * n, sum(need.values())) for name, n in need.items()}
# hours = {name: whole for name, (whole, _) in parts.items()}
# order = sorted(parts, key=...)
# for name in order[:...]:
#     hours[name] += 1
# ```
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "s00-study-plan", "locked": false, "schema_version": 3, "solution": true, "task": false}
def allocate_hours(
    total: int, weights: dict[str, int], confidence: dict[str, int]
) -> dict[str, int]:
    """Split `total` hours over the areas by need, whole hours only, by largest remainder."""
    ### BEGIN SOLUTION
    if total < 0 or any(weight < 0 for weight in weights.values()):
        raise ValueError("hours and weights must not be negative")
    known = {name: confidence.get(name, 3) for name in weights}
    if any(not 1 <= c <= 5 for c in known.values()):
        raise ValueError("confidence runs from 1 to 5")
    need = {name: weight * (6 - known[name]) for name, weight in weights.items()}
    needs = sum(need.values())
    if needs == 0:
        raise ValueError("nothing to study: all needs are 0")
    # Integers only: the remainders of one common divisor compare exactly, ties included.
    hours = {name: total * n // needs for name, n in need.items()}
    by_remainder = sorted(need, key=lambda name: (-(total * need[name] % needs), name))
    for name in by_remainder[: total - sum(hours.values())]:
        hours[name] += 1
    return hours
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "s00-study-plan-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# %%check s00-study-plan --points 3
import random
from numbers import Integral

from orbitlab.checks import Mismatch, expect, raises


def test_example(allocate_hours):
    """R3, R4: The example of the prompt comes out; its hours sum to the total."""
    expect(allocate_hours, (5, {"c": 1, "b": 1, "a": 1}, {}), {"a": 2, "b": 2, "c": 1})


def test_the_question_mix(allocate_hours):
    """R1, R2, R3: A 12-question paper by the course's mix, with no confidence given."""
    mix = {"design": 20, "pipelines": 16, "applied": 18, "production": 16}
    mix |= {"ml_coding": 12, "sql": 10, "cloud": 8}
    twice = {"design", "pipelines", "applied", "production", "ml_coding"}
    expect(allocate_hours, (12, mix, {}), {name: 1 + (name in twice) for name in mix})


def test_an_area_with_weight_0(allocate_hours):
    """R5: An area with weight 0 stays in the plan, with 0 hours."""
    expect(allocate_hours, (3, {"a": 1, "b": 0}, {"a": 4}), {"a": 3, "b": 0})


def test_negative_total(allocate_hours):
    """R7: A negative total raises ValueError."""
    expect(allocate_hours, (-1, {"a": 1}, {}), raises(ValueError))


### BEGIN HIDDEN TESTS
def test_need_grows_as_confidence_falls(allocate_hours):
    """R1: Need is weight × (6 − confidence): the less sure, the more hours."""
    expect(allocate_hours, (6, {"a": 1, "b": 1}, {"a": 1, "b": 5}), {"a": 5, "b": 1})
    expect(allocate_hours, (9, {"a": 2, "b": 1}, {"a": 5, "b": 2}), {"a": 3, "b": 6})
    expect(allocate_hours, (10, {"a": 3, "b": 1}, {"a": 4, "b": 2}), {"a": 6, "b": 4})


def test_a_missing_confidence_is_3(allocate_hours):
    """R1: An area without a confidence counts as 3, neither as unsure nor as sure."""
    expect(allocate_hours, (8, {"a": 1, "b": 1}, {"a": 1}), {"a": 5, "b": 3})
    expect(allocate_hours, (4, {"a": 1, "b": 1}, {"b": 5}), {"a": 3, "b": 1})


def test_hours_sum_to_the_total(allocate_hours):
    """R2, R3, R10: Shares are cut, not rounded: the hours always sum to the total."""
    cases = [
        (3, {"a": 1, "b": 1}, {"a": 2, "b": 1}),
        (1, {"a": 1, "b": 1, "c": 1}, {"a": 1, "b": 0, "c": 0}),
        (7, {"a": 5, "b": 5, "c": 5, "d": 5}, {"a": 2, "b": 2, "c": 2, "d": 1}),
        (10, {"a": 55, "b": 25, "c": 20}, {"a": 6, "b": 2, "c": 2}),
        (0, {"a": 4, "b": 1}, {"a": 0, "b": 0}),
    ]
    for total, weights, hours in cases:
        expect(allocate_hours, (total, weights, {}), hours)


def test_leftover_goes_one_each_by_remainder(allocate_hours):
    """R3: Leftover hours go one each to the largest remainders, not to the largest area."""
    cases = [
        (10, {"a": 71, "b": 16, "c": 13}, {"a": 7, "b": 2, "c": 1}),
        (10, {"a": 61, "b": 14, "c": 16, "d": 9}, {"a": 6, "b": 1, "c": 2, "d": 1}),
        (10, {"a": 53, "b": 4, "c": 22, "d": 21}, {"a": 5, "b": 1, "c": 2, "d": 2}),
        (4, {"a": 10, "b": 7, "c": 7}, {"a": 2, "b": 1, "c": 1}),
        (5, {"a": 6, "b": 7, "c": 8, "d": 9}, {"a": 1, "b": 1, "c": 1, "d": 2}),
    ]
    for total, weights, hours in cases:
        expect(allocate_hours, (total, weights, {}), hours)


def test_ties_by_name(allocate_hours):
    """R4: Equal remainders go by name ascending, whatever the order or size of the areas."""
    expect(allocate_hours, (1, {"b": 1, "a": 1}, {}), {"a": 1, "b": 0})
    expect(allocate_hours, (4, {"z": 1, "y": 1, "x": 1}, {}), {"x": 2, "y": 1, "z": 1})
    weights = {"sql": 2, "cloud": 2, "applied": 2, "design": 2}
    hours = {"applied": 2, "cloud": 2, "design": 1, "sql": 1}
    expect(allocate_hours, (6, weights, {}), hours)
    expect(allocate_hours, (2, {"b": 4, "a": 1, "c": 1}, {}), {"a": 1, "b": 1, "c": 0})


def test_remainders_are_exact(allocate_hours):
    """R2, R4: Remainders are whole numbers: as floats, equal ones differ and close ones tie."""
    sure = dict.fromkeys("abcde", 5)
    cases = [
        (14, {"a": 2, "b": 5, "c": 9, "d": 5}),
        (3, {"a": 7, "b": 2, "c": 6}),
        (2, {"a": 7, "b": 1, "c": 2}),
        (10, {"a": 4, "b": 1, "c": 1}),
        (15, {"a": 8, "b": 2, "c": 6, "d": 2}),
        (15, {"a": 1, "b": 6, "c": 2, "d": 9, "e": 3}),
        (1, {"a": 2_000_000_000, "b": 2_000_000_001}),
        (738_607_429, {"a": 871_831_304, "b": 916_088_165, "c": 359_564_178}),
        (631_377_021, {"a": 332_987_959, "b": 249_922_435, "c": 1_564_573_253}),
    ]
    for total, weights in cases:
        expect(allocate_hours, (total, weights, sure), truth(total, weights, sure))


def test_whole_parts_are_exact(allocate_hours):
    """R2: Whole parts are exact however large: one that passes through a float loses hours."""
    for weights in ({"a": 1, "b": 1, "c": 1}, {"a": 4, "b": 1, "c": 2, "d": 0}):
        expect(allocate_hours, (10**17, weights, {}), truth(10**17, weights, {}))


def test_every_area_is_kept(allocate_hours):
    """R5: Areas with weight 0 or with no hours stay in the result."""
    expect(allocate_hours, (2, {"a": 0, "b": 4, "c": 0}, {}), {"a": 0, "b": 2, "c": 0})
    expect(allocate_hours, (1, {"a": 1, "b": 50}, {}), {"a": 0, "b": 1})


def test_unknown_names_are_ignored(allocate_hours):
    """R6: Confidence for names without a weight is ignored, even if it is no valid value."""
    odd = {"a": 1, "z": 5, "x": 99, "y": -3, "w": None, "v": "high"}
    expect(allocate_hours, (8, {"a": 1, "b": 1}, odd), {"a": 5, "b": 3})


def test_negative_numbers(allocate_hours):
    """R7: A negative total or weight raises ValueError, also where the sum looks fine."""
    for total, weights in [(-1, {"a": 2, "b": 1}), (5, {"a": -1, "b": 4}), (0, {"a": 3, "b": -3})]:
        expect(allocate_hours, (total, weights, {}), raises(ValueError))


def test_nothing_to_study(allocate_hours):
    """R8: Without any need there is no plan: ValueError, also for 0 hours and for no areas."""
    for total, weights in [(5, {"a": 0, "b": 0}), (0, {"a": 0}), (5, {}), (0, {})]:
        expect(allocate_hours, (total, weights, {}), raises(ValueError))


def test_confidence_out_of_range(allocate_hours):
    """R9: Confidence runs from 1 to 5; anything else for a listed area raises, weight 0 included."""
    weights = {"a": 3, "b": 1, "c": 0}
    for name, value in [("a", 0), ("b", 6), ("a", -1), ("b", 7), ("c", 0), ("c", 6)]:
        expect(allocate_hours, (5, weights, {name: value}), raises(ValueError))
    expect(allocate_hours, (6, weights, {"a": 5, "b": 3, "c": 1}), {"a": 3, "b": 3, "c": 0})


def test_inputs_stay_unchanged(allocate_hours):
    """R10: Neither input is changed: no default is written into them and nothing is taken out."""
    expect(
        allocate_hours, (4, {"a": 1, "b": 0, "c": 1}, {"c": 3, "x": 9}), {"a": 2, "b": 0, "c": 2}
    )


def test_hours_are_ints(allocate_hours):
    """R10: Hours are ints: a 2.0 is a float, and nothing here needs one."""
    plan = allocate_hours(5, {"a": 1, "b": 1, "c": 0}, {"a": 2})
    if not isinstance(plan, dict) or not all(isinstance(n, Integral) for n in plan.values()):
        raise Mismatch("the result is no dict of ints")


def truth(total, weights, confidence):
    """Give out the hours one at a time: whole parts by subtraction, then the best remainder left."""
    need = {name: weight * (6 - confidence.get(name, 3)) for name, weight in weights.items()}
    everything = sum(need.values())
    rest = {name: total * n for name, n in need.items()}
    hours = dict.fromkeys(need, 0)
    for name in need:
        hours[name], rest[name] = divmod(rest[name], everything)
    while sum(hours.values()) < total:
        best = min(name for name in rest if rest[name] == max(rest.values()))
        hours[best] += 1
        rest[best] = -1
    return hours


def test_random_plans(allocate_hours):
    """R1, R2, R3, R4, R5, R10: Random plans agree with handing out hour by hour."""
    rng = random.Random(20260316)
    for _ in range(300):
        names = rng.sample("abcdefghij", rng.randint(1, 8))
        weights = {name: rng.choice([0, 1, 2, 3, 5, 8, 20, 40]) for name in names}
        weights[rng.choice(names)] = rng.randint(1, 30)
        confidence = {name: rng.randint(1, 5) for name in "abcdefghijkl" if rng.random() < 0.6}
        args = (rng.randint(0, 60), weights, confidence)
        expect(allocate_hours, args, truth(*args))


### END HIDDEN TESTS


# %% tags=["try-it"]
def my_plan():
    """Your hours by habit and by need, with the numbers of the parameter cell."""
    plan = allocate_hours(HOURS, dict(zip(mix.area, mix.percent.tolist(), strict=True)), CONFIDENCE)
    fig, ax = canvas(7.5, 3.2)
    ax.barh([k - 0.2 for k in places], mix.habit_h, 0.38, color=COLOURS["grey"], label="habit")
    ax.barh(
        [k + 0.2 for k in places], mix.area.map(plan), 0.38, color=COLOURS["blue"], label="plan"
    )
    ax.set(yticks=places, yticklabels=mix.area, xlabel="whole hours")
    ax.invert_yaxis()
    ax.legend()
    triad = sum(plan[area] for area in ("design", "pipelines", "production"))
    ax.set_title(f"{triad} of your {HOURS} hours go to design, pipelines and production")
    picture(fig, "Hours by plan: " + ", ".join(f"{area} {hours}" for area, hours in plan.items()))


try_it(my_plan, allocate_hours)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Largest remainder in integers: everyone gets the whole part, leftover hours go to the
# largest remainders. One common divisor makes remainders comparable without floats. Sorting costs
# O(n log n).
#
# **Code.**
#
# <!-- answer: s00-study-plan -->
#
# **Walk-through.**
# - R7, R8, R9: all errors come first; R9 looks at areas with weight 0 as well.
# - R6: only names in `weights` are ever looked up.
# - R2, R3: `//` and `%` of one product split it exactly, and fewer hours are left than areas.
# - R4: the sort key is (−remainder, name), so a tie needs no code of its own.
#
# **Rejected.**
# - `round(total * need / needs)` for each area: 3 hours for two equal areas become 2 + 2. Fails with
#   "Shares are cut, not rounded: the hours always sum to the total".
# - Remainders as `share % 1`: with needs 7, 1, 2 and 2 hours, a and c both have 4/10, and as
#   floats c has more. Fails with "Remainders are whole numbers".
#
# **Cost.** O(n log n) time, O(n) memory. It is never off by an hour, but it is not monotone: with one
# more hour in all, an area can lose one.
#
# **Tests.**
# - Three equal areas, 5 hours, names out of order.
# - An area with weight 0: kept with a confidence of 3, refused with one of 0.
# - Needs of 7, 1, 2 and 2 hours, where floats go wrong.
#
# **Follow-up.** "When would you not use this rule?" When totals grow over time and nobody may lose an
# hour, take a divisor method such as Sainte-Laguë. It hands out each next hour by itself, so earlier
# hours never move.
#
# </details>

# %% [markdown]
# Keep your plan: chapter 14 will score it again, against what your answers show.

# %% [markdown]
# ## The world in three pictures
#
# Kestrel Orbital flies 24 satellites over twelve gateways. Its story is one week of January 2026,
# the week the south lied: new firmware reached the southern gateways, and SO2 began to mislabel
# frames without falling silent. The table `incidents` knows the truth; your code has to find it.

# %% [markdown]
# The number beside each gateway counts its passes on the first day: most are near 53°, where tracks
# turn back. IS3 and IS1 are 8° apart across the antimeridian, yet at opposite edges of the map.

# %%
from orbitlab.world import geodesy, orbits

midnight = int(pd.Timestamp("2026-01-05", tz="UTC").timestamp())
gates, homes, passes = table("gateways"), table("terminals"), table("passes")
day = passes.loc[passes["aos_ts"] < midnight + 86_400, "gateway_id"].value_counts()
minutes = range(midnight, midnight + 287 * 60, 60)  # three orbits
lat, lon, _ = geodesy.geodetic_deg_m(orbits.circular_ecef_km(table("satellites")[:1], minutes)[0])
fig, ax = canvas(7.8, 4.4)
ax.plot(lon, lat, ".", color="#BBBBBB", markersize=3, label="K-01, every minute")
ax.plot(homes["lon"], homes["lat"], ".", color="black", markersize=3, label="terminal")
looks = {"north": ("blue", "o"), "south": ("vermilion", "s"), "islands": ("green", "^")}
sides = {"NO1": (-18, 9), "NO2": (-18, -19), "IS3": (-32, -20), "SO1": (8, -12), "IS1": (9, 0)}
sides |= dict.fromkeys(("NO0", "IS0", "SO0", "SO3"), (-48, -4))
for gate, region, y, x, *_ in gates.itertuples(index=False):
    colour, marker = looks[region]
    look = {"color": COLOURS[colour], "marker": marker, "clip_on": False}
    ax.scatter(x, y, day[gate], **look, label=region if gate.endswith("0") else None)
    ax.annotate(f"{gate} {day[gate]}", (x, y), sides.get(gate, (9, -4)), textcoords="offset points")
ax.set(xlabel="longitude (° east)", xlim=(-180, 180), xticks=range(-180, 181, 60))
ax.set(ylabel="latitude (° north)", ylim=(-60, 80))
mean = gates["gateway_id"].map(day).groupby(gates["region"]).mean()
ratio = mean["north"] / mean["islands"]
ax.set_title(f"The northern gateways see {ratio:.1f} times as many passes as the islands")
ax.legend(loc="upper left", ncols=5, fontsize=9, handletextpad=0.2, columnspacing=1)
picture(fig, f"Map of gateways and terminals. Passes on the first day: {day.to_dict()}.")

# %% [markdown]
# What went wrong, and for how long? Silence is mostly over soon, but wrong masks (by contractor C2)
# and wrong labels (by SO2) are still there when the week ends.

# %%
story = table("incidents")
hours = (story["end_ts"] - story["start_ts"]) / 3600
brief, lasting = (hours < 1).sum(), (story["end_ts"] == story["end_ts"].max()).sum()
paint = {"S": "vermilion", "N": "blue", "I": "green", "C": "grey"}  # by region; C2 has none
told = []
fig, ax = canvas(7.8, 3.8)
for row, (kind, target, *span) in enumerate(story.itertuples(index=False)):
    start, end = pd.to_datetime(span, unit="s", utc=True)
    colour = COLOURS[paint[target[0].upper()]]
    ax.plot([start, end], [row, row], color=colour, linewidth=14, solid_capstyle="butt")
    ax.plot(start, row, "|", color=colour, markersize=13, markeredgewidth=3)  # however short
    lasts = f"{hours[row]:g} h" if hours[row] >= 1 else f"{60 * hours[row]:.0f} min"
    told.append(f"{kind.replace('_', ' ')}, {start:%a %H:%M}, {lasts}")
    inside = hours[row] > 48
    at = (start if inside else end) + pd.Timedelta("2h")
    ax.text(at, row, told[-1], color="white" if inside else "black", va="center")
ax.set(xlabel="day (UTC, from Monday, 5 January 2026)", ylabel="target")
ax.set(yticks=range(len(story)), yticklabels=story["target"], ylim=(len(story) - 0.4, -0.6))
days = pd.date_range("2026-01-05", periods=8, tz="UTC")
ax.set(xlim=(days[0], days[-1]), xticks=days, xticklabels=days.strftime("%a"))
ax.set_title(f"{brief} of {len(story)} incidents last under an hour, {lasting} until the week ends")
picture(fig, "Bars per target. " + "; ".join(story["target"] + ": " + told) + ".")

# %% [markdown]
# A message has two times: when it was sent and when it arrived. IS1 loses its line for 20 minutes,
# then delivers everything at once; a few other messages just take the long way.

# %%
gap = story[story["kind"] == "backlog"].iloc[0]
sent = table("gw_telemetry").query("gateway_id == @gap.target").drop_duplicates("event_id")
sent = sent[sent["event_ts"].between(gap["start_ts"] - 600, gap["end_ts"] + 600)]
flushed = sent["event_ts"].ge(gap["start_ts"]) & sent["arrival_ts"].eq(gap["end_ts"] + 1)
late = ~flushed & (sent["arrival_ts"] - sent["event_ts"] >= 60)
groups = {
    "on time": (sent[~flushed & ~late], "sky", 0.8),
    "held back": (sent[flushed], "green", 0.5),
    "late by itself": (sent[late], "vermilion", 1.8),
}
fig, ax = canvas(7.8, 3.4)
for name, (some, colour, width) in groups.items():
    pairs = some[["event_ts", "arrival_ts"]].to_numpy().T - gap["start_ts"]
    lines = ax.plot(pairs / 60, [1, 0], color=COLOURS[colour], linewidth=width)
    lines[0].set_label(f"{name}: {len(some)}")
worst = (sent["arrival_ts"] - sent["event_ts"]).max() / 60
since = pd.to_datetime(gap["start_ts"], unit="s")
ax.set(xlabel=f"minutes since {since:%H:%M} UTC", ylabel="message")
ax.set(yticks=[0, 1], yticklabels=["arrives", "sent"], ylim=(-0.1, 1.3))
ax.set_title(f"{flushed.sum()} messages arrive in one second, the oldest {worst:.0f} minutes late")
for line in ax.legend(loc="upper center", ncols=3).get_lines():
    line.set_linewidth(4)
words = ", ".join(f"{name} {len(some)}" for name, (some, *_) in groups.items())
picture(fig, f"Lines from the minute a message was sent to the minute it arrived: {words}.")

# %% [markdown]
# ## The course
#
# | chapter | what you will do |
# |---|---|
# | 00 Start here | you are here |
# | [05 ML system design](05_ml_system_design.ipynb) | budgets, contracts, watermarks, breakers, an alerter against a simulator |
# | [06 Data pipelines](06_data_pipelines.ipynb) | reruns, crashes, late files, calibration, backfills |
# | [09 ML coding](09_ml_coding.ipynb) | time windows, stable moments, curves with ties, a model that serves one row |
# | [10 SQL and databases](10_sql_and_databases.ipynb) | dedupe, outages, late rows, indexes, plans |
#
# Coming: 01 The role at a glance · 02 The role · 03 Levels and compensation · 04 The interview
# process · 07 Applied ML and geospatial modelling ·
# 08 Production engineering · 11 Cloud and MLOps · 12 Know the business · 13 Coding round ·
# 14 Test your readiness · 15 FAQ and behavioural.
#
# **Next step.** Open [09 ML coding](09_ml_coding.ipynb) and make its first prediction. It takes five
# minutes.
