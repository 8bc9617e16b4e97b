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
# # 05 · ML system design
#
# Design questions are usually answered in words. Here you build the answer and let it run.
#
# The guide says (March 2026) that its anchor question is this one: find anomalies at satellite gateways, page
# the on-call engineer within 60 seconds, keep false alerts under 0.1 % per day, and say what happens with late
# data, lost packets and half a region dark. It also says that "a model and a dashboard" is the answer that fails:
# operations needs fixed interfaces, bounded latency, and a decision for every kind of missing data.
#
# So you start with the promise itself, because 0.1 % has two readings that lie nearly four powers of ten apart. Then: what
# is a valid message, when is a window finished, which threshold holds when the fresh one is gone, and how does one
# outage become one page. Each of these is a small class with exact rules.
#
# At the end they meet. Your alerter runs through six simulated hours with late data, loss, drift, backlog and silent
# regions, and every page must be replayable from its record. Only then do you write the one-page design.

# %% nbgrader={"grade": false, "grade_id": "setup-chapter", "locked": true, "schema_version": 3, "solution": false, "task": false}
# %load_ext orbitlab.checks
import json

import numpy as np
import pandas as pd

from orbitlab.checks import predicted, try_it, your_turn
from orbitlab.desk import COLOURS, canvas, picture
from orbitlab.world import stream

# %% [markdown] orbitlab={"part": "false-alert-budget", "card": {"prompt": "12 gateways, 8,640 decisions a day each, false alerts \"under 0.1 % per day\": how many false pages a day?", "answer": "Of all decisions: 103.68. Of gateway-days: 0.012, one in about twelve weeks. Ask which one is meant before you design anything.", "topic": "alert budgets", "exercises": ["d05-budget"]}}
# ## One promise, two budgets
#
# **Question.** "Keep false alerts under 0.1 % per day." Per what?
#
# **Predict.** Twelve gateways are judged every ten seconds, 8,640 times a day. If one decision in a thousand may be
# a false page, how many false pages is that a day?

# %%
PREDICT = ...  # false pages a day

# %% [markdown]
# **Run.** The other reading: on 0.1 % of all gateway-days there may be a false page.

# %%
gateways, decisions = 12, 8_640
of_decisions = gateways * decisions * 0.001
of_gateway_days = gateways * 0.001
predicted(PREDICT, of_decisions, f"a day; of gateway-days it is {of_gateway_days:.3f} a day")

# %%
rng = np.random.default_rng(5)
fig, axes = canvas(7, 2.8, cols=2)
for ax, rate in zip(axes, (of_decisions, of_gateway_days), strict=True):
    day = np.repeat(np.arange(14), rng.poisson(rate, 14))
    ax.scatter(day, 24 * rng.random(day.size), s=6, color=COLOURS["vermilion"])
    what = "decisions" if rate > 1 else "gateway-days"
    ax.set_title(f"0.1 % of {what}: {day.size:,} pages")
    ax.set(
        xlabel="day", xticks=range(0, 14, 2), xlim=(-1, 14), ylim=(0, 24), yticks=range(0, 25, 6)
    )
axes[0].set_ylabel("hour of the day (h)")
picture(
    fig,
    alt="Two fortnights of false pages, one dot each. Left, 0.1 percent of decisions: every day is a dense column of about a hundred dots. Right, 0.1 percent of gateway-days: no dot at all.",
)

# %% [markdown]
# **Why.** The two readings differ by the number of decisions in a day. The misconception is to hear a small percentage
# and think of a quiet pager: at 8,640 decisions, one in a thousand is nine false pages per gateway and day. The
# sentence fixes a budget only when you say what is counted, and over which time.
#
# **Worked example.** The way back: from the chance per decision to the chance of a bad day.
#
# 1. A quiet day is 8,640 quiet decisions.
# 2. Chances this small vanish beside 1, so 1 is never formed.

# %%
import math

p = 1e-13  # chance of a false page per decision
naive = 1 - (1 - p) ** decisions
quiet = decisions * math.log1p(-p)  # log of the chance of a quiet day
bad_day = -math.expm1(quiet)  # 1 - exp(quiet), with all its digits
print(f"naive {naive:.6e}, careful {bad_day:.6e}")

# %% [markdown]
# **Your turn.** A detector pages when three independent samples in a row exceed a threshold. One does with chance
# 0.2.

# %%
page_chance = ...  # that three samples in a row exceed it
pages_a_day = ...  # of 60 terminals with 24 such decisions a day each

hint = "Independent chances multiply. Expected pages are decisions times the chance of each."
your_turn(lambda: (page_chance, pages_a_day), (0.008, 11.52), hint, page_chance, pages_a_day)

# %% [markdown]
# **Say it.** "Before I design: is that 0.1 % of decisions, which is a hundred pages a day here, or of gateway-days,
# which is one in twelve weeks?"

# %% [markdown] nbgrader={"grade": false, "grade_id": "d05-budget-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "d05-budget", "title": "What does 0.1 % mean?", "section": "ML System Design", "difficulty": "easy", "minutes": 15, "points": 3, "rounds": ["ML system design (inferred)"], "topics": ["alert budgets", "numerical stability"]}
# ### What does 0.1 % mean?
#
# `d05-budget` · 15 min · 3 points · asked in ML system design (inferred)
#
# **Situation.** Kestrel Orbital promised "under 0.1 % false alerts per day". Whoever sets the threshold needs one
# number per sample.
#
# **Task.** Turn the promise into a false-alert chance per decision and per sample, and into pages a day.
#
# **Signature.**
#
# ```python
# def alert_budget(
#     n_gateways: int,         # gateways that are judged
#     decisions_per_day: int,  # per gateway; D below
#     k: int,                  # a decision fires on k consecutive exceedances
#     reading: str,            # "per_decision" or "per_gateway_day"
# ) -> dict[str, float]: ...
# ```
#
# **Example.**
#
# ```python
# alert_budget(12, 8640, 3, "per_decision")
# # {"q": 0.001, "p_sample": 0.1, "false_alerts_per_day": 103.68}
# alert_budget(12, 8640, 3, "per_gateway_day")
# # {"q": 1.1580e-07, "p_sample": 0.0048744, "false_alerts_per_day": 0.0120060}
# ```
#
# **Rules.**
#
# - `q`: the chance that one decision is a false alert.
# - `p_sample`: the chance that one sample exceeds; exceedances are independent.
# - `q` stays exact for millions of decisions a day.
#
# **Target.** O(1).
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | per decision | reading "per_decision" | q = 0.001 |
# | R2 | per gateway-day | reading "per_gateway_day" | the chance of at least one false alert per gateway-day is 0.001: q = 1 − 0.999^(1/D), whatever n |
# | R3 | digits | D up to 8,640,000 | relative error of every number ≤ 1e-9 |
# | R4 | sample | k ≥ 1 | p_sample = q^(1/k): all k exceed, independently |
# | R5 | pages | n gateways | false_alerts_per_day = n · D · q |
# | R6 | errors | n_gateways, D or k below 1; any other reading | ValueError |
# | R7 | form | | a dict with the keys q, p_sample, false_alerts_per_day and no others |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# A quiet gateway-day is D quiet decisions, each with chance 1 − q. Take logarithms of that equation, and never
# write a number that is almost 1.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# log_quiet_day = math.log1p(-0.001)   # log of 0.999
# log_quiet_decision = ...             # D of them make a day
# q = -math.expm1(log_quiet_decision)
# p_sample = q ** ...                  # k of them make a decision
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "d05-budget", "locked": false, "schema_version": 3, "solution": true, "task": false}
import math


def alert_budget(n_gateways: int, decisions_per_day: int, k: int, reading: str) -> dict[str, float]:
    """Return q, p_sample and false_alerts_per_day for the promise of 0.1 %."""
    ### BEGIN SOLUTION
    if min(n_gateways, decisions_per_day, k) < 1:
        raise ValueError("every count must be at least 1")
    if reading == "per_decision":
        q = 0.001
    elif reading == "per_gateway_day":
        # 0.999 ** (1 / D) is so near 1 that subtracting it from 1 leaves few digits.
        q = -math.expm1(math.log1p(-0.001) / decisions_per_day)
    else:
        raise ValueError(f"unknown reading {reading!r}")
    return {
        "q": q,
        "p_sample": q ** (1 / k),
        "false_alerts_per_day": n_gateways * decisions_per_day * q,
    }
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "d05-budget-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# %%check d05-budget --points 3
from decimal import Decimal, localcontext

from orbitlab.checks import Tolerance, expect, raises

# Chances are tiny: only a relative error says anything about them.
RELATIVE = Tolerance(rtol=1e-9, atol=0.0)


def test_example(alert_budget):
    """R1, R4: The first example comes out: 0.1 % is 0.001, and three samples share one decision."""
    expected = {"q": 0.001, "p_sample": 0.1, "false_alerts_per_day": 103.68}
    expect(alert_budget, (12, 8640, 3, "per_decision"), expected, tolerance=RELATIVE)


def test_one_decision_a_day(alert_budget):
    """R2: With one decision a day, a gateway-day is a decision, and both readings agree."""
    expected = {"q": 0.001, "p_sample": 0.001, "false_alerts_per_day": 0.005}
    expect(alert_budget, (5, 1, 1, "per_gateway_day"), expected, tolerance=RELATIVE)


def test_no_samples(alert_budget):
    """R6: A decision on no samples at all is an error."""
    expect(alert_budget, (12, 8640, 0, "per_decision"), raises(ValueError))


### BEGIN HIDDEN TESTS
import random

from orbitlab.checks import Mismatch, difference


def exact(n, D, k, reading):
    """All three numbers with 60 digits, rounded to floats at the end."""
    with localcontext() as context:
        context.prec = 60
        thousandth = Decimal("0.001")
        q = thousandth if reading == "per_decision" else 1 - (1 - thousandth) ** (1 / Decimal(D))
        return {
            "q": float(q),
            "p_sample": float(q ** (1 / Decimal(k))),
            "false_alerts_per_day": float(n * D * q),
        }


def compare(answer, *args):
    expect(answer, args, exact(*args), tolerance=RELATIVE)


def close(answer, name, *args):
    found = difference(exact(*args)[name], answer(*args)[name], RELATIVE)
    if found:
        raise Mismatch(f"{name}: {found.finding}")


def test_per_decision(alert_budget):
    """R1: Per decision, q is 0.1 % of decisions, 0.001, however many decisions and gateways there are."""
    for n, D, k in [(1, 1, 1), (12, 1440, 2), (60, 86_400, 5), (3, 8_640_000, 1)]:
        close(alert_budget, "q", n, D, k, "per_decision")


def test_per_gateway_day(alert_budget):
    """R2: Per gateway-day, D decisions together have a chance of 0.001: neither 0.001/D nor a rate."""
    for D in (2, 3, 24, 288, 1440):
        close(alert_budget, "q", 1, D, 1, "per_gateway_day")


def test_gateways_do_not_share(alert_budget):
    """R2: The promise is per gateway: q does not depend on how many gateways there are."""
    for n in (2, 12, 60, 1000):
        close(alert_budget, "q", n, 288, 2, "per_gateway_day")


def test_digits_survive(alert_budget):
    """R3: For millions of decisions 0.999^(1/D) is almost 1, and 1 minus it loses the digits."""
    for D in (500_000, 864_000, 1_234_567, 3_000_000, 7_777_777, 8_640_000):
        close(alert_budget, "q", 12, D, 3, "per_gateway_day")


def test_share_of_a_sample(alert_budget):
    """R4: k independent exceedances multiply: p_sample is the k-th root of q, not q·k or q/k."""
    for k in (1, 2, 3, 5, 10, 40):
        for reading in ("per_decision", "per_gateway_day"):
            close(alert_budget, "p_sample", 12, 8640, k, reading)


def test_pages_a_day(alert_budget):
    """R5: Every decision of every gateway may page with chance q: n · D · q pages a day."""
    for n, D, k in [(1, 1, 1), (12, 8640, 4), (7, 1440, 2), (60, 2880, 6), (12, 8_640_000, 3)]:
        for reading in ("per_decision", "per_gateway_day"):
            close(alert_budget, "false_alerts_per_day", n, D, k, reading)


def test_bad_counts(alert_budget):
    """R6: No gateways, decisions or samples, or fewer than none, is an error under both readings."""
    for reading in ("per_decision", "per_gateway_day"):
        for bad in (0, -1, -8640):
            for args in [(bad, 8640, 3), (12, bad, 3), (12, 8640, bad)]:
                expect(alert_budget, (*args, reading), raises(ValueError))


def test_unknown_reading(alert_budget):
    """R6: A reading that is neither of the two is an error, not a default."""
    for reading in ("per_day", "", "per_gateway", "PER_DECISION", "per_decision ", "per_sample"):
        expect(alert_budget, (12, 8640, 3, reading), raises(ValueError))


def test_whole_answers(alert_budget):
    """R1, R2, R3, R4, R5, R7: Many budgets agree in all three numbers, with these keys and no others."""
    rng = random.Random(5101)
    for _ in range(40):
        n, D, k = rng.randint(1, 300), int(10 ** rng.uniform(0, 6.9)), rng.randint(1, 12)
        compare(alert_budget, n, D, k, rng.choice(["per_decision", "per_gateway_day"]))


### END HIDDEN TESTS


# %% tags=["try-it"]
# What a threshold has to promise: the chance that one sample may exceed it, for k samples in a row.
def show():
    ks = np.arange(1, 9)
    fig, ax = canvas(7, 3)
    for reading, colour in (("per_decision", "orange"), ("per_gateway_day", "blue")):
        chance = [alert_budget(12, 8640, int(k), reading)["p_sample"] for k in ks]
        label = reading.replace("_", " ")
        ax.semilogy(ks, 100 * np.array(chance), marker="o", color=COLOURS[colour], label=label)
    ax.set(xlabel="k, consecutive exceedances", ylabel="chance of one sample (%)")
    ax.set_title("More votes forgive a noisier sample, if samples are independent")
    ax.legend(loc="lower right")
    picture(
        fig,
        alt="Allowed chance of one sample against k for both readings, log scale. Per decision it rises from 0.1 percent at k = 1 to 42 percent at k = 8; per gateway-day from a hundred-thousandth of a percent to 14 percent.",
    )


try_it(show, alert_budget)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** I ask which reading is meant. Per gateway-day, D quiet decisions make a quiet day, so I divide a
# logarithm by D. I assume independent decisions, and say that they are not.
#
# **Code.**
#
# <!-- answer: d05-budget -->
#
# **Walk-through.**
#
# - R6: counts and reading are checked before anything is divided by them.
# - R2, R3: `log1p` and `expm1` work with the small number itself; nothing near 1 is ever formed.
# - R4: k independent exceedances multiply, so a sample gets the k-th root.
#
# **Rejected.**
#
# - `1 - 0.999 ** (1 / D)`. For D = 8,640,000 the fifth digit is wrong. Fails with "For millions of decisions
#   0.999^(1/D) is almost 1, and 1 minus it loses the digits."
# - `0.001 / D`. For D = 2 it gives 0.0005, the answer is 0.00050013. Fails with "Per gateway-day, D decisions together
#   have a chance of 0.001: neither 0.001/D nor a rate."
#
# **Cost.** O(1). It stops being right as soon as samples depend on each other: noise that lasts 30 s makes three
# exceedances in a row far likelier than p³.
#
# **Tests.**
#
# - D = 1: both readings agree.
# - D = 8,640,000 against a calculation with 60 digits.
# - k = 0 is refused.
#
# **Follow-up.** "Your samples are 10 s apart and the noise lasts a minute. Now what?" Then k samples are not k votes. I
# would measure the false-alert rate on replayed healthy days and use this number only as the target.
#
# </details>

# %% [markdown]
# ## Before a message counts
#
# A data contract is what a producer promises and a consumer checks. The next function is the check. It has two clocks
# to respect: `event_ts` was stamped at the gateway, `arrival_ts` at the collector. Gateway clocks may run a few seconds
# fast, so a stamp slightly ahead of its arrival is no defect.

# %% [markdown] nbgrader={"grade": false, "grade_id": "d05-contract-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "d05-contract", "title": "Validate one message", "section": "ML System Design", "difficulty": "easy", "minutes": 20, "points": 4, "rounds": ["ML system design (inferred)"], "topics": ["data contracts", "time semantics"]}
# ### Validate one message
#
# `d05-contract` · 20 min · 4 points · asked in ML system design (inferred)
#
# **Situation.** Gateways send JSON. One malformed message took the collector down for a whole region.
#
# **Task.** Return everything that is wrong with one message, in a fixed order; an empty list means clean.
#
# **Signature.**
#
# ```python
# def check_event(
#     e: object,  # a dict, if all is well
#     now: int,   # s UTC
# ) -> list[str]: ...
# ```
#
# **Example.**
#
# ```python
# e = {"gateway_id": "SO2", "sat_id": "K-07", "seq": True, "event_ts": 1000,
#      "arrival_ts": 1002, "snr_db": float("nan"), "schema": 2}
# check_event(e, now=1003)  # ["TYPE:seq", "RANGE:snr_db"]
# ```
#
# **Rules.**
#
# - Fields are judged in the order of the example.
# - Per field at most one finding: `MISSING:`, else `TYPE:`, else `RANGE:`.
# - A bool is never a number.
# - `FUTURE`, then `STALE`, follow the fields.
# - It never raises.
#
# **Target.** One pass over seven fields.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | no dict | None, list, text, number | ["TYPE:event"] |
# | R2 | findings | several fields are bad | all of them, in the order gateway_id, sat_id, seq, event_ts, arrival_ts, snr_db, schema; per field only the first of MISSING:f, TYPE:f, RANGE:f |
# | R3 | gateway_id, sat_id | str, not empty | anything else TYPE, None too; "" RANGE |
# | R4 | seq, event_ts, arrival_ts, schema | int | bool, text, None, any float (1.0 and NaN too) TYPE |
# | R5 | seq | ≥ 0 | a negative one RANGE; the two times may be any int |
# | R6 | schema | 1 or 2 | any other int RANGE |
# | R7 | snr_db | int or float in [−30, 60], both ends included | bool, text, None TYPE; outside, NaN and inf RANGE |
# | R8 | FUTURE | event_ts > arrival_ts + 5 | after the fields, only if both times are clean |
# | R9 | STALE | now − event_ts > 3600 | last, only if event_ts is clean |
# | R10 | form | a clean dict; further fields; any values | []; further fields ignored; never raises; e unchanged |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Put the contract into data: one row per field with the types it may have and a test of its range. Then one loop
# serves all fields. Remember that `isinstance(True, int)` is true and that NaN is neither too small nor too large.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# FIELDS = {"gateway_id": (str, lambda v: v != ""), ...}  # name: (types, range)
# for name, (types, in_range) in FIELDS.items():
#     if name not in e: ...
#     elif isinstance(e[name], bool) or not isinstance(e[name], types): ...
#     elif not in_range(e[name]): ...
# ```
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "d05-contract", "locked": false, "schema_version": 3, "solution": true, "task": false}
def check_event(e: object, now: int) -> list[str]:
    """Return the findings on one message at time `now` (s UTC); [] means clean."""
    ### BEGIN SOLUTION
    if not isinstance(e, dict):
        return ["TYPE:event"]
    findings, clean = [], set()
    for name, (types, in_range) in _CONTRACT.items():
        if name not in e:
            findings.append(f"MISSING:{name}")
        elif isinstance(e[name], bool) or not isinstance(e[name], types):
            findings.append(f"TYPE:{name}")  # a bool is an int to Python, not to us
        elif not in_range(e[name]):
            findings.append(f"RANGE:{name}")
        else:
            clean.add(name)
    if {"event_ts", "arrival_ts"} <= clean and e["event_ts"] > e["arrival_ts"] + 5:
        findings.append("FUTURE")
    if "event_ts" in clean and now - e["event_ts"] > 3600:
        findings.append("STALE")
    return findings


_CONTRACT = {
    "gateway_id": (str, lambda v: v != ""),
    "sat_id": (str, lambda v: v != ""),
    "seq": (int, lambda v: v >= 0),
    "event_ts": (int, lambda v: True),
    "arrival_ts": (int, lambda v: True),
    "snr_db": ((int, float), lambda v: -30 <= v <= 60),  # false for NaN
    "schema": (int, lambda v: v in (1, 2)),
}
### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "d05-contract-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# %%check d05-contract --points 4
from orbitlab.checks import expect


def message(**changes):
    """A clean message at 1000 s that arrives at 1002 s, with changes; `...` takes a field out."""
    clean = {
        "gateway_id": "SO2",
        "sat_id": "K-07",
        "seq": 41,
        "event_ts": 1000,
        "arrival_ts": 1002,
        "snr_db": 9.5,
        "schema": 2,
    }
    return {name: v for name, v in {**clean, **changes}.items() if v is not ...}


def test_example(check_event):
    """R2, R4, R7: The example comes out: True is no sequence number, and NaN is outside every range."""
    e = message(seq=True, snr_db=float("nan"))
    expect(check_event, (e, 1003), ["TYPE:seq", "RANGE:snr_db"])


def test_limits_are_clean(check_event):
    """R7, R8, R9: On its limits a message is clean: 60 dB, 5 s ahead, exactly an hour old."""
    e = message(seq=0, event_ts=1007, snr_db=60)
    expect(check_event, (e, 4607), [])


def test_not_a_dict(check_event):
    """R1: What is not a dict is reported, not raised."""
    expect(check_event, (None, 1003), ["TYPE:event"])


### BEGIN HIDDEN TESTS
import math
import random

NAMES = ("gateway_id", "sat_id", "seq", "event_ts", "arrival_ts", "snr_db", "schema")
NAN, INF = math.nan, math.inf


def by_hand(e, now):
    """The contract, field by field, in plain words."""
    if type(e) is not dict:
        return ["TYPE:event"]
    found = {}
    for name in NAMES:
        value = e.get(name)
        kind = type(value)
        if name not in e:
            found[name] = "MISSING"
        elif name.endswith("_id"):
            found[name] = "TYPE" if kind is not str else "" if value else "RANGE"
        elif name == "snr_db":
            good = kind is int or kind is float
            found[name] = "TYPE" if not good else "" if -30 <= value <= 60 else "RANGE"
        elif kind is not int:
            found[name] = "TYPE"
        else:
            bad = (name == "seq" and value < 0) or (name == "schema" and value not in (1, 2))
            found[name] = "RANGE" if bad else ""
    findings = [f"{what}:{name}" for name, what in found.items() if what]
    if not found["event_ts"]:
        if not found["arrival_ts"] and e["event_ts"] - e["arrival_ts"] > 5:
            findings.append("FUTURE")
        if now - e["event_ts"] > 3600:
            findings.append("STALE")
    return findings


def compare(answer, e, now=1003):
    expect(answer, (e, now), by_hand(e, now))


def test_clean(check_event):
    """R10: A clean message gives an empty list, whichever schema, number type and clock it has."""
    for changes in (
        {},
        {"schema": 1},
        {"snr_db": 9},
        {"snr_db": 0},
        {"seq": 0},
        {"event_ts": -2_000, "arrival_ts": -1_999},
    ):
        compare(check_event, message(**changes), changes.get("arrival_ts", 1002) + 1)


def test_missing(check_event):
    """R2: A field that is not there is MISSING and nothing else; None and 0 are there."""
    for name in NAMES:
        compare(check_event, message(**{name: ...}))
        compare(check_event, message(**{name: None}))
    compare(check_event, message(seq=0, snr_db=0, event_ts=0, arrival_ts=0), 3)
    compare(check_event, {})


def test_all_findings(check_event):
    """R2: Every bad field is reported, in the order of the contract and not of the message."""
    e = message(gateway_id="", sat_id=7, seq=-1, event_ts="1000", arrival_ts=None, snr_db=99.0)
    compare(check_event, {**e, "schema": 3})
    compare(check_event, dict(reversed(e.items())))
    compare(check_event, {"schema": 0, "snr_db": "9", "seq": 1.5})
    compare(check_event, dict.fromkeys(reversed(NAMES)))


def test_ids(check_event):
    """R3: An id is a non-empty text: an empty one is RANGE, anything else is TYPE."""
    for name in ("gateway_id", "sat_id"):
        for value in ("", 0, 7, 2.5, True, False, None, b"SO2", ["SO2"], {"id": "SO2"}):
            compare(check_event, message(**{name: value}))


def test_bools_are_no_numbers(check_event):
    """R4, R7: A bool is never a number, although Python counts it among the ints."""
    for name in ("seq", "event_ts", "arrival_ts", "snr_db", "schema"):
        for value in (True, False):
            compare(check_event, message(**{name: value}))


def test_ints_are_ints(check_event):
    """R4: A float, a text or a list in an int field is TYPE, also 1.0 and NaN; nothing is converted."""
    for name in ("seq", "event_ts", "arrival_ts", "schema"):
        for value in (1.0, 2.0, 1000.0, NAN, INF, -INF, "1", "", [1], {}, b"1"):
            compare(check_event, message(**{name: value}))


def test_sequence_numbers(check_event):
    """R5: A sequence number is 0 or more; the two times may be negative."""
    for value in (-1, -40, 0, 1, 10**12):
        compare(check_event, message(seq=value))
    compare(check_event, message(event_ts=-5, arrival_ts=-3), -2)


def test_schemas(check_event):
    """R6: Schemas 1 and 2 exist; a 3 is RANGE, not a promise."""
    for value in (0, 1, 2, 3, -1, 20):
        compare(check_event, message(schema=value))


def test_snr(check_event):
    """R7: SNR lies in [-30, 60] with both ends; NaN and infinities are RANGE, for they compare as false."""
    for value in (-30, 60, -30.0, 60.0, 0, 59.75, -29.5):
        compare(check_event, message(snr_db=value))
    for value in (-31, 61, -30.25, 60.25, 10**12, 1e300, NAN, INF, -INF):
        compare(check_event, message(snr_db=value))
    for value in ("9.5", None, [9.5], {}, b"9"):
        compare(check_event, message(snr_db=value))


def test_future(check_event):
    """R8: Five seconds ahead of its arrival is allowed, six is FUTURE; the current time plays no part."""
    for ahead in (-30, 0, 4, 5, 6, 7, 900):
        for now in (1000, 1003, 4600):
            compare(check_event, message(event_ts=1002 + ahead), now)


def test_stale(check_event):
    """R9: A message is STALE when it is more than an hour old by event time, not on the hour."""
    for age in (-50, 0, 3599, 3600, 3601, 90_000):
        compare(check_event, message(), 1000 + age)
        compare(check_event, message(event_ts=1000, arrival_ts=1000 + max(age, 0)), 1000 + age)


def test_times_need_clean_fields(check_event):
    """R8, R9: FUTURE needs both times clean, STALE only event_ts; other bad fields do not silence them."""
    for bad in (..., None, "1000", 1000.0, True, NAN):
        compare(check_event, message(event_ts=bad), 9_000)
        compare(check_event, message(event_ts=2_000, arrival_ts=bad), 2_001)
        compare(check_event, message(event_ts=2_000, arrival_ts=bad), 9_000)
    compare(check_event, message(event_ts=2_000, seq=None, schema=9), 2_001)
    compare(check_event, message(event_ts=2_000, snr_db=NAN), 9_000)
    compare(check_event, message(event_ts=2_000, arrival_ts=10), 5_601)


def test_no_dict(check_event):
    """R1: Anything but a dict is TYPE:event, the whole list and nothing more."""
    for e in ([], "gateway_id", 5, 2.5, True, b"{}", list(NAMES), [message()], '{"seq": 1}', NAN):
        compare(check_event, e)


def test_further_fields(check_event):
    """R10: Fields that the contract does not name are ignored, whatever they hold."""
    compare(check_event, message(rain=True, note=None, temp_c=NAN))
    compare(check_event, {**message(schema=1), "SNR_DB": "x", "now": [], "event": {}})


def test_messy_messages(check_event):
    """R2, R3, R4, R5, R6, R7, R8, R9, R10: Messy messages agree with the contract read field by field."""
    rng = random.Random(5201)
    pool = [..., None, True, False, "", "7", 0, 1, 2, 3, -1, -31, 61, 60, -30, 1.0, 2.5, NAN, INF]
    pool += [-INF, [], {}, b"", 999, 1002, 1008, 4_700, -4_000]
    for _ in range(300):
        changes = {name: rng.choice(pool) for name in rng.sample(NAMES, rng.randint(0, 3))}
        e = message(**{"event_ts": rng.choice([990, 1000, 1007, 1008, -2_600]), **changes})
        items = list(e.items())
        rng.shuffle(items)
        compare(check_event, dict(items), rng.choice([1003, 4_600, 4_601]))


### END HIDDEN TESTS

# %% tags=["try-it"]
# Six simulated hours in which gateway clocks are off by up to 3 s, then with three kinds of trouble.
from collections import Counter

from orbitlab.world import stream

skewed = stream.generate(stream.scenario("S5", 5))


def show():
    def count(ahead=0, behind=0, schema=2):
        found = Counter()
        for e in skewed.events:
            sent = {"gateway_id": e.gateway_id, "sat_id": "K-07", "seq": e.seq, "schema": schema}
            sent |= {"event_ts": e.event_ts + ahead, "arrival_ts": e.arrival_ts}
            sent["snr_db"] = e.snr_db
            found.update(check_event(sent, e.arrival_ts + behind) or ["clean"])
        return found

    rows = {
        "as sent": count(),
        "clocks 4 s further ahead": count(ahead=4),
        "read an hour later": count(behind=3600),
        "schema as text": count(schema="2"),
    }
    return pd.DataFrame(rows).T.fillna(0).astype(int)


try_it(show, check_event)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** The contract is a table: field, types, range. One loop gives at most one finding per field. Checks
# across fields run last, and only on fields that are clean.
#
# **Code.**
#
# <!-- answer: d05-contract -->
#
# **Walk-through.**
#
# - R2: `if`, `elif`, `elif` makes "the first of" structural, and the order of the table is the order of findings.
# - R4, R7: bool is excluded before `isinstance`, because True is an int to Python.
# - R7: `-30 <= v <= 60` is false for NaN, so its negation reports it.
# - R8, R9: the set of clean fields guards every comparison, so nothing can raise.
#
# **Rejected.**
#
# - `if v < -30 or v > 60`. NaN is neither, and passes. Fails with "SNR lies in [-30, 60] with both ends; NaN and
#   infinities are RANGE, for they compare as false."
# - `if not e.get(name)`. A sequence number of 0 becomes missing. Fails with "A field that is not there is MISSING and
#   nothing else; None and 0 are there."
#
# **Cost.** Seven look-ups per message. It stops being right when the contract grows rules between fields; then a
# schema library and a version per producer are cheaper than this table.
#
# **Tests.**
#
# - NaN, True and None in every field.
# - Both ends of every range, and one step beyond.
# - A bad `arrival_ts` must not hide that the message is stale.
#
# **Follow-up.** "What do you do with a bad message?" It goes to a dead-letter store with its findings, and their rate
# per gateway and firmware is a metric. It never reaches the model, and it never stops the stream.
#
# </details>

# %% [markdown] orbitlab={"part": "watermark", "card": {"prompt": "Width 10, lateness 5, times 2 8 12 9 16 7 99999 17 18 21 24: how many events are late, without and with a guard against jumps?", "answer": "Five without: 99999 carries the watermark past everything. With a guard it is rejected and never moves the watermark, and only the 7 is late.", "topic": "watermarks", "exercises": ["d05-watermark"]}}
# ## One bad clock
#
# **Question.** "When do you close a window, and what can go wrong?"
#
# By *event time*: newest stamp minus an allowed lateness is the *watermark*. A window closes when the watermark
# reaches its end; whoever comes for a closed window is late.
#
# **Predict.** Windows of 10 s, lateness 5 s. Stamps arrive in this order: 2 8 12 9 16 7 99999 17 18 21 24. How many
# events are late?

# %%
PREDICT = ...  # late events

# %% [markdown]
# **Run.** Once as it is, once with a guard: a stamp over 600 s ahead of the newest is rejected.

# %%
stamps = [2, 8, 12, 9, 16, 7, 99_999, 17, 18, 21, 24]
x, y = np.arange(1, 12), np.minimum(stamps, 32)


def walk(stamps, guard):
    newest, marks, fate = -math.inf, [], []
    for t in stamps:
        jump = t - newest > guard and newest > -math.inf
        late = t // 10 * 10 + 10 <= newest - 5
        fate.append("rejected" if jump else "late" if late else "accepted")
        newest = max(newest, t) if fate[-1] == "accepted" else newest
        marks.append(newest - 5)
    return marks, fate


walks = {"no guard": walk(stamps, math.inf), "guarded": walk(stamps, 600)}
shades = {"accepted": "blue", "late": "vermilion", "rejected": "orange"}
predicted(PREDICT, walks["no guard"][1].count("late"), "without a guard")

# %%
fig, axes = canvas(7, 3, cols=2)
for ax, (name, (marks, fate)) in zip(axes, walks.items(), strict=True):
    ax.step(x, np.clip(marks, -3, 36), where="post", color=COLOURS["black"], label="watermark")
    for what, shade in shades.items():
        mine = [i for i in range(11) if fate[i] == what]
        ax.scatter(x[mine], y[mine], s=45, color=COLOURS[shade], label=what, zorder=3)
    ax.text(6.6, 31.1, "99,999", ha="right")
    ax.set(xlabel="order of arrival", ylim=(-4, 34), xticks=x, yticks=range(0, 31, 10))
    ax.set_title(f"{name}: {fate.count('late')} late")
axes[0].set_ylabel("event time (s)")
axes[1].legend(loc="lower right", fontsize=8)
picture(
    fig,
    alt="Event time against order of arrival, twice. Without a guard the stamp 99,999 is accepted, the watermark leaves the picture and the four events after it are late, as is the 7 before. With a guard 99,999 is rejected, the watermark goes on step by step, and only the 7 is late.",
)

# %% [markdown]
# **Why.** A watermark is a maximum, and a maximum believes the largest liar. The misconception is to validate values
# but trust stamps. And note the 9: it came after 12, below the newest stamp, but its window [0, 10) was still open at
# watermark 7. Late is judged by the end of the window, not by the stamp.
#
# **Worked example.** A neighbour: put a disordered stream back in order.
#
# 1. Hold stamps in a heap.
# 2. What the watermark has passed can be overtaken by nobody: release it.
# 3. What comes below the watermark is lost, and counted.


# %%
import heapq


def in_order(stamps, lateness):
    held, released, lost, newest = [], [], 0, -math.inf
    for t in stamps:
        if t <= newest - lateness:  # its place in the order is already past
            lost += 1
            continue
        heapq.heappush(held, t)
        newest = max(newest, t)
        while held and held[0] <= newest - lateness:
            released.append(heapq.heappop(held))
    return released, lost, len(held)


in_order([3, 1, 4, 9, 2, 6, 12], 4)

# %% [markdown]
# **Your turn.** The stream 3 1 4 9 2 6 12 lost one stamp. Be just patient enough.

# %%
patience = ...  # smallest whole lateness that loses nothing
waiting = ...  # how many stamps are then still held at the end

hint = "The 2 comes when 9 is the newest: 9 minus patience must be below 2. Patience costs waiting."
your_turn(
    lambda: (patience, *in_order([3, 1, 4, 9, 2, 6, 12], patience)[1:], waiting),
    (8, 0, 3, 3),
    hint,
    patience,
    waiting,
)

# %% [markdown]
# **Say it.** "Windows close on a watermark: the newest believable stamp minus the lateness I allow. Lateness buys
# completeness with delay, and one bad clock must not be able to move it."

# %% [markdown] nbgrader={"grade": false, "grade_id": "d05-watermark-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "d05-watermark", "title": "Windows that close", "section": "ML System Design", "difficulty": "hard", "minutes": 35, "points": 7, "rounds": ["ML system design (inferred)"], "topics": ["watermarks", "time semantics", "streams"]}
# ### Windows that close
#
# `d05-watermark` · 35 min · 7 points · asked in ML system design (inferred)
#
# **Situation.** Features are means per gateway and window. Messages come late, twice, and now and then from a clock
# that runs a day ahead.
#
# **Task.** Write a class that aggregates tumbling windows by event time and emits each exactly once.
#
# **Signature.**
#
# ```python
# class TumblingWindows:
#     watermark: int | None    # s; attributes, not methods
#     dropped: dict[str, int]  # "rejected", "late", "duplicate"
#     def __init__(self, width_s: int, lateness_s: int, max_jump_s: int): ...
#     def add(self, key: str, event_id: str, event_ts: int, value: float
#             ) -> list[tuple[str, int, int, float]]: ...  # (key, start, n, mean)
#     def flush(self) -> list[tuple[str, int, int, float]]: ...
#     def state_size(self) -> int: ...
# ```
#
# **Example.**
#
# ```python
# w = TumblingWindows(width_s=10, lateness_s=5, max_jump_s=600)
# w.add("NO1", "a", 2, 8.0)       # []                     watermark -3
# w.add("NO1", "b", 12, 6.0)      # []                      7
# w.add("NO1", "c", 9, 10.0)      # []                      7
# w.add("SO2", "d", 16, 7.0)      # [("NO1", 0, 2, 9.0)]   11
# w.add("NO1", "e", 7, 1.0)       # [], late               11
# w.add("NO1", "f", 99999, 1.0)   # [], rejected           11
# w.flush()                       # [("NO1", 10, 1, 6.0), ("SO2", 10, 1, 7.0)]
# ```
#
# **Rules.**
#
# - Windows are `[kW, (k+1)W)`, counted from the epoch.
# - Checks in order: rejected, late, duplicate.
# - One watermark serves all keys.
# - A dropped event moves nothing.
# - Closed windows and their ids are forgotten.
#
# **Target.** Memory: open windows and their ids.
#
# <details><summary>Exact rules</summary>
#
# `TumblingWindows(width_s, lateness_s, max_jump_s)`
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | arguments | width_s ≤ 0, lateness_s < 0 or max_jump_s ≤ 0 | ValueError |
#
# `add(key, event_id, event_ts, value)`: the first of R2 to R5 that applies. event_ts is an int, keys and ids are str.
#
# | R# | case | input | result |
# |---|---|---|---|
# | R2 | rejected | value NaN or infinite; or, once an event was accepted, event_ts > newest accepted + max_jump_s | "rejected" + 1 |
# | R3 | late | the end of its window ≤ watermark | "late" + 1 |
# | R4 | duplicate | (key, event_id) is in any open window of that key | "duplicate" + 1; ids of other keys and of closed windows do not count |
# | R5 | accepted | all others | joins the window of event_ts // width_s (floor, also below 0); watermark = newest accepted − lateness_s |
# | R6 | emitted | after accepting | every window of any key with end ≤ watermark as (key, start, n, mean), in (start, key) order, then freed: never again |
# | R7 | dropped | R2, R3, R4 | returns [], no window and no watermark moves |
#
# `flush()`
#
# | R# | case | input | result |
# |---|---|---|---|
# | R8 | end | any state | all open windows in (start, key) order; `add` afterwards raises RuntimeError (no other use afterwards is tested) |
#
# `watermark`, `dropped`, `state_size()`
#
# | R# | case | input | result |
# |---|---|---|---|
# | R9 | attributes | nothing accepted yet · nothing dropped yet | watermark None · all three counts 0 |
# | R10 | state_size() | at any time before flush | open (key, window) pairs + ids held in them |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Hold one bucket per (start, key), and in it what you need for n, mean and duplicates. Keep the newest accepted stamp
# and derive the watermark from it. Only an accepted event can close anything, so emitting has one place.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# start = event_ts // width * width
# if not finite or newest is not None and event_ts > newest + jump: ...
# if watermark is not None and start + width <= watermark: ...
# if any(event_id in ids for (_, k), ids in self.open.items() if k == key): ...
# # accept, then move newest and watermark, then
# done = sorted(w for w in self.open if ...)
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "d05-watermark", "locked": false, "schema_version": 3, "solution": true, "task": false}
import math


class TumblingWindows:
    """Means of event-time windows [kW, (k+1)W) per key, each emitted once (times in s)."""

    def __init__(self, width_s: int, lateness_s: int, max_jump_s: int) -> None:
        """Start empty: `watermark` is None, the counts in `dropped` are 0."""
        ### BEGIN SOLUTION
        if width_s <= 0 or lateness_s < 0 or max_jump_s <= 0:
            raise ValueError("width and jump must be positive, lateness not negative")
        self.width_s, self.lateness_s, self.max_jump_s = width_s, lateness_s, max_jump_s
        self.watermark: int | None = None
        self.dropped = {"rejected": 0, "late": 0, "duplicate": 0}
        self._newest: int | None = None
        self._open: dict[tuple[int, str], dict[str, float]] = {}  # (start, key): {id: value}
        self._flushed = False
        ### END SOLUTION

    def add(
        self, key: str, event_id: str, event_ts: int, value: float
    ) -> list[tuple[str, int, int, float]]:
        """Take in one event and return the windows that it closes."""
        ### BEGIN SOLUTION
        if self._flushed:
            raise RuntimeError("add after flush")
        start = event_ts // self.width_s * self.width_s  # floors below 0 as well
        objection = self._objection(key, event_id, event_ts, value, start)
        if objection:
            self.dropped[objection] += 1
            return []
        self._open.setdefault((start, key), {})[event_id] = value
        self._newest = event_ts if self._newest is None else max(self._newest, event_ts)
        self.watermark = self._newest - self.lateness_s
        return self._close(w for w in self._open if w[0] + self.width_s <= self.watermark)
        ### END SOLUTION

    def flush(self) -> list[tuple[str, int, int, float]]:
        """Return all open windows; nothing can be added afterwards."""
        ### BEGIN SOLUTION
        self._flushed = True
        return self._close(self._open)
        ### END SOLUTION

    def state_size(self) -> int:
        """Return the number of open windows plus the number of ids held in them."""
        ### BEGIN SOLUTION
        return sum(1 + len(values) for values in self._open.values())

    def _objection(self, key, event_id, event_ts, value, start) -> str:
        if not math.isfinite(value):
            return "rejected"
        if self._newest is not None and event_ts > self._newest + self.max_jump_s:
            return "rejected"  # a clock that lies must not move the watermark
        if self.watermark is not None and start + self.width_s <= self.watermark:
            return "late"
        held = (ids for (_, k), ids in self._open.items() if k == key)
        return "duplicate" if any(event_id in ids for ids in held) else ""

    def _close(self, windows) -> list[tuple[str, int, int, float]]:
        emitted = []
        for start, key in sorted(windows):  # a list before anything is freed
            values = self._open.pop((start, key)).values()
            emitted.append((key, start, len(values), math.fsum(values) / len(values)))
        return emitted
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "d05-watermark-check", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
# %%check d05-watermark --points 7
from orbitlab.checks import Mismatch, difference, drive, expect, raises


def follow(windows, steps):
    """Make the calls (method, args, expected) in order and compare every result."""
    got = drive(windows, [(name, args) for name, args, _ in steps])
    told = []
    for (name, args, expected), result in zip(steps, got, strict=True):
        told.append(f"{name}({', '.join(map(repr, args))})")
        found = difference(expected, result)
        if found:
            said = "; ".join(told)
            raise Mismatch(found.finding, call=said, expected=repr(expected), got=repr(result))


def holds(windows, name, expected):
    """Compare one attribute."""
    found = difference(expected, getattr(windows, name))
    if found:
        got = repr(getattr(windows, name))
        raise Mismatch(f"{name}: {found.finding}", expected=f"{name} = {expected}", got=got)


def test_example(TumblingWindows):
    """R5, R6, R8: The example comes out: one key's event closes another key's window, once."""
    windows = TumblingWindows(10, 5, 600)
    steps = [
        ("add", ("NO1", "a", 2, 8.0), []),
        ("add", ("NO1", "b", 12, 6.0), []),
        ("add", ("NO1", "c", 9, 10.0), []),
        ("add", ("SO2", "d", 16, 7.0), [("NO1", 0, 2, 9.0)]),
        ("add", ("NO1", "e", 7, 1.0), []),
        ("add", ("NO1", "f", 99_999, 1.0), []),
    ]
    follow(windows, steps)
    holds(windows, "watermark", 11)
    holds(windows, "dropped", {"rejected": 1, "late": 1, "duplicate": 0})
    follow(windows, [("flush", (), [("NO1", 10, 1, 6.0), ("SO2", 10, 1, 7.0)])])


def test_end_at_the_watermark(TumblingWindows):
    """R6: A window closes when the watermark reaches its end, not one second later."""
    windows = TumblingWindows(10, 5, 600)
    steps = [
        ("add", ("NO1", "a", 3, 4.0), []),
        ("add", ("NO1", "b", 14, 6.0), []),
        ("add", ("NO1", "c", 15, 8.0), [("NO1", 0, 1, 4.0)]),
    ]
    follow(windows, steps)


def test_width_zero(TumblingWindows):
    """R1: A window of no width is an error when it is asked for, not when an event comes."""
    expect(TumblingWindows, (0, 5, 600), raises(ValueError))


### BEGIN HIDDEN TESTS
import math
import random

NAN, INF = math.nan, math.inf


class Ledger:
    """The rules on a list of all accepted events; nothing is ever forgotten, only marked closed."""

    def __init__(self, width, lateness, jump):
        self.width, self.lateness, self.jump = width, lateness, jump
        self.events = []  # [key, id, ts, value, closed]
        self.dropped = {"rejected": 0, "late": 0, "duplicate": 0}

    def newest(self):
        return max((e[2] for e in self.events), default=None)

    def watermark(self):
        return None if not self.events else self.newest() - self.lateness

    def end(self, ts):
        return (math.floor(ts / self.width) + 1) * self.width

    def add(self, key, event_id, ts, value):
        ids = {e[1] for e in self.events if e[0] == key and not e[4]}
        if not math.isfinite(value) or (self.events and ts > self.newest() + self.jump):
            return self.drop("rejected")
        if self.events and self.end(ts) <= self.watermark():
            return self.drop("late")
        if event_id in ids:
            return self.drop("duplicate")
        self.events.append([key, event_id, ts, value, False])
        return self.emit(lambda e: self.end(e[2]) <= self.watermark())

    def drop(self, why):
        self.dropped[why] += 1
        return []

    def emit(self, done):
        groups = {}
        for e in self.events:
            if not e[4] and done(e):
                e[4] = True
                groups.setdefault((self.end(e[2]) - self.width, e[0]), []).append(e[3])
        return [(k, start, len(v), sum(v) / len(v)) for (start, k), v in sorted(groups.items())]

    def flush(self):
        return self.emit(lambda e: True)

    def state_size(self):
        live = [e for e in self.events if not e[4]]
        return len(live) + len({(e[0], self.end(e[2])) for e in live})


def compare(TumblingWindows, setting, events, flush=True):
    """Follow a stream: every emission and state size, and at the end watermark and counts."""
    ledger, steps = Ledger(*setting), []
    for event in events:
        steps.append(("add", event, ledger.add(*event)))
        steps.append(("state_size", (), ledger.state_size()))
    windows = TumblingWindows(*setting)
    follow(windows, steps)
    holds(windows, "watermark", ledger.watermark())
    holds(windows, "dropped", dict(ledger.dropped))
    if flush:
        follow(windows, [("flush", (), ledger.flush())])


def stream(key, *stamps):
    return [(key, f"{key}-{i}", t, float(8 + i)) for i, t in enumerate(stamps)]


def test_bad_arguments(TumblingWindows):
    """R1: Width and jump must be positive; lateness may be 0, but not negative."""
    for setting in [(-10, 5, 600), (0, 0, 1), (10, -1, 600), (10, 5, 0), (10, 5, -600)]:
        expect(TumblingWindows, setting, raises(ValueError))
    compare(TumblingWindows, (10, 0, 1), stream("A", 5, 6, 7, 9, 10, 11))


def test_not_finite(TumblingWindows):
    """R2, R7: NaN and infinite values are rejected before their stamp can move the watermark."""
    for bad in (NAN, INF, -INF):
        events = [("A", "a", 3, 1.0), ("A", "b", 50, bad), ("A", "c", 4, 3.0), ("A", "b", 12, 5.0)]
        compare(TumblingWindows, (10, 5, 600), events)
        first = [("A", "a", 5_000, bad), ("A", "b", 3, 1.0), ("A", "c", 700, 2.0)]
        compare(TumblingWindows, (10, 5, 600), first)
        compare(TumblingWindows, (10, 5, 600), first[:1])


def test_jumps(TumblingWindows):
    """R2, R7: A stamp too far ahead of the newest accepted one is rejected and moves nothing."""
    compare(TumblingWindows, (10, 5, 600), stream("A", 2, 8, 12, 9, 16, 7, 99_999, 17, 18, 21, 24))
    compare(TumblingWindows, (10, 5, 100), stream("A", 2, 103, 104, 205, 20, 106, 206, 207))
    both = [("A", "a", 2, 1.0), ("B", "b", 5_000, 2.0), ("B", "c", 3, 2.0), ("A", "d", 16, 2.0)]
    compare(TumblingWindows, (10, 5, 600), both)


def test_jump_limit(TumblingWindows):
    """R2: The jump is measured from the newest accepted stamp; exactly max_jump_s ahead is accepted."""
    compare(TumblingWindows, (10, 50, 100), stream("A", 7, 107, 208))
    compare(TumblingWindows, (10, 50, 100), stream("A", 7, 108, 107, 207))
    compare(TumblingWindows, (10, 50, 100), stream("A", 100, 60, 175, 161, 200, 276, 275))


def test_any_first_stamp(TumblingWindows):
    """R2, R5: Before anything is accepted no stamp is a jump: streams start at any time."""
    for first in (1_767_614_400, -1_767_614_400, 0, 10):
        compare(TumblingWindows, (60, 30, 600), stream("A", first, first + 45, first + 200))


def test_late_by_window(TumblingWindows):
    """R3: Late is judged by the end of the window: an old stamp in an open window still counts."""
    compare(TumblingWindows, (10, 5, 600), stream("A", 0, 14, 1, 9, 0))
    compare(TumblingWindows, (60, 5, 600), stream("A", 10, 50, 0, 64, 1, 59, 65, 58, 60))
    compare(TumblingWindows, (10, 0, 600), stream("A", 5, 10, 9, 10, 19, 11, 20, 19))


def test_late_before_any_key(TumblingWindows):
    """R3, R5: One watermark serves all keys: a new key can be late with its first event."""
    events = [("A", "a", 100, 1.0), ("B", "b", 20, 2.0), ("B", "c", 95, 3.0), ("C", "d", 200, 4.0)]
    compare(TumblingWindows, (10, 5, 600), events)


def test_watermark_is_a_maximum(TumblingWindows):
    """R5: The watermark follows the newest stamp, never the last one: it does not go back."""
    windows = TumblingWindows(10, 5, 600)
    for stamp, expected in [(40, 35), (36, 35), (47, 42), (41, 42), (48, 43)]:
        drive(windows, [("add", ("A", str(stamp), stamp, 1.0))])
        holds(windows, "watermark", expected)
    compare(TumblingWindows, (10, 5, 600), stream("A", 40, 36, 34, 47, 41, 33, 48, 49))


def test_duplicates(TumblingWindows):
    """R4, R7: An id seen in any open window of its key is a duplicate, also under another stamp."""
    for stamp in (3, 4, 12, 19, 29):
        events = [("A", "a", 3, 1.0), ("A", "b", 11, 2.0), ("A", "a", stamp, 9.0)]
        compare(TumblingWindows, (10, 12, 600), [*events, ("A", "c", 18, 3.0)])
    twice = [("A", "a", 3, 1.0), ("A", "a", 3, 1.0), ("A", "a", 3, 1.0)]
    compare(TumblingWindows, (10, 12, 600), twice)


def test_ids_belong_to_keys(TumblingWindows):
    """R4: The same id under another key is another event."""
    events = [("A", "1", 3, 1.0), ("B", "1", 4, 2.0), ("B", "1", 5, 3.0), ("C", "1", 3, 4.0)]
    compare(TumblingWindows, (10, 5, 600), events)


def test_ids_are_freed(TumblingWindows):
    """R4, R6: When a window closes its ids are forgotten, so memory stays bounded; they may come again."""
    events = [("A", "a", 3, 1.0), ("A", "b", 12, 2.0), ("A", "c", 15, 3.0), ("A", "a", 16, 4.0)]
    compare(TumblingWindows, (10, 5, 600), [*events, ("A", "b", 17, 5.0), ("A", "a", 25, 5.0)])
    again = [("A", str(i % 40), i, float(i)) for i in range(400)]
    compare(TumblingWindows, (10, 5, 600), again)


def test_checks_in_order(TumblingWindows):
    """R2, R3, R4: An event is counted once, under the first reason: rejected, late, duplicate."""
    base = [("A", "a", 12, 1.0), ("A", "b", 16, 2.0)]
    for extra in [
        ("A", "c", 3, NAN),
        ("A", "a", 13, INF),
        ("A", "a", 3, 5.0),
        ("A", "a", 9_999, 5.0),
        ("A", "a", 3, NAN),
        ("A", "a", 9_999, NAN),
    ]:
        compare(TumblingWindows, (10, 5, 600), [*base, extra, ("A", "z", 27, 1.0)])


def test_windows_count_from_the_epoch(TumblingWindows):
    """R5: Windows start at multiples of the width, not at the first event."""
    compare(TumblingWindows, (10, 0, 600), stream("A", 7, 9, 12, 16, 17, 23, 31))
    compare(
        TumblingWindows, (60, 10, 900), stream("A", 1_767_614_459, 1_767_614_461, 1_767_614_600)
    )


def test_below_zero(TumblingWindows):
    """R5: Before 1970 windows are floored as well: -1 belongs to the window that ends at 0."""
    compare(TumblingWindows, (10, 0, 600), stream("A", -21, -11, -10, -9, -1, 0, 1, 9, 10))
    compare(TumblingWindows, (7, 3, 600), stream("A", -15, -13, -8, -6, -7, -1, 2, 4, 12))


def test_order_of_emission(TumblingWindows):
    """R6, R8: Windows leave in order of start, then of key, not as they were opened."""
    keys = ["SO2", "NO1", "IS3", "NO10", "a"]
    events = [(k, f"{k}{t}", t, 1.0) for t in (25, 14, 3) for k in keys]
    compare(TumblingWindows, (10, 40, 600), events)
    compare(TumblingWindows, (10, 40, 600), [*events, ("NO1", "x", 60, 1.0), ("IS3", "y", 90, 1.0)])


def test_all_keys_close(TumblingWindows):
    """R5, R6: An event of any key closes the windows of all keys, silent ones included."""
    events = [("A", "a", 3, 1.0), ("B", "b", 4, 2.0), ("C", "c", 5, 3.0), ("A", "d", 40, 4.0)]
    compare(TumblingWindows, (10, 5, 600), events)


def test_emitted_once(TumblingWindows):
    """R3, R6, R7: A window that was emitted stays closed: late events neither change nor repeat it."""
    events = [*stream("A", 3, 4, 15, 2, 8, 16, 1, 9), ("B", "b", 5, 1.0), ("A", "z", 60, 1.0)]
    compare(TumblingWindows, (10, 5, 600), events)


def test_means(TumblingWindows):
    """R6: n counts accepted events only, and the mean is over their values, ints or floats."""
    values = [-3.5, 2, 0, 1e9, -7, 0.125]
    events = [("A", str(i), i, v) for i, v in enumerate(values)]
    events += [("A", "0", 9, 500.0), ("A", "x", 9, NAN), ("A", "y", 20, 1.0)]
    compare(TumblingWindows, (10, 5, 600), events)


def test_flush(TumblingWindows):
    """R8: flush emits what is open, with nothing open it emits nothing, and then add is an error."""
    for events in ([], stream("A", 3, 4), [*stream("B", 12, 13), *stream("A", 14, 3, 30)]):
        ledger, windows = Ledger(10, 15, 600), TumblingWindows(10, 15, 600)
        follow(windows, [("add", e, ledger.add(*e)) for e in events])
        follow(windows, [("flush", (), ledger.flush())])
        for late in (("A", "n", 31, 1.0), ("A", "n", 0, NAN), ("Z", "n", 99_999, 1.0)):
            with raises(RuntimeError):
                windows.add(*late)


def test_fresh(TumblingWindows):
    """R9, R10: At first there is no watermark, nothing dropped and nothing held."""
    windows = TumblingWindows(10, 5, 600)
    holds(windows, "watermark", None)
    holds(windows, "dropped", {"rejected": 0, "late": 0, "duplicate": 0})
    follow(windows, [("state_size", (), 0)])


def test_watermark_at_every_step(TumblingWindows):
    """R7, R9: Watermark and counts are right after every single event, dropped ones included."""
    rng = random.Random(5302)
    ledger, windows = Ledger(10, 5, 40), TumblingWindows(10, 5, 40)
    now = 0
    for i in range(80):
        now += rng.choice([0, 1, 3, 9])
        ts = now - rng.choice([0, 0, 0, 4, 18]) + rng.choice([0] * 9 + [300])
        event = ("AB"[i % 2], str(rng.randint(0, 30)), ts, rng.choice([1.0, 2.5, 4.0, NAN]))
        follow(windows, [("add", event, ledger.add(*event))])
        holds(windows, "watermark", ledger.watermark())
        holds(windows, "dropped", dict(ledger.dropped))


def test_two_at_a_time(TumblingWindows):
    """R9, R10: Two objects share no state."""
    one, two = TumblingWindows(10, 5, 600), TumblingWindows(10, 5, 600)
    drive(one, [("add", ("A", "a", 3, 1.0)), ("add", ("A", "b", 3, NAN))])
    holds(two, "watermark", None)
    holds(two, "dropped", {"rejected": 0, "late": 0, "duplicate": 0})
    follow(two, [("state_size", (), 0), ("add", ("A", "a", 3, 1.0), []), ("state_size", (), 2)])


def test_messy_streams(TumblingWindows):
    """R2, R3, R4, R5, R6, R7, R8, R10: Messy streams agree with a ledger that never forgets."""
    rng = random.Random(5301)
    for _ in range(40):
        width, lateness = rng.choice([1, 7, 10, 60]), rng.choice([0, 5, 30])
        now, events = rng.randint(-200, 200), []
        for i in range(60):
            now += rng.choice([0, 1, 2, 5, width])
            ts = now - rng.choice([0, 0, 0, 3, 11, 40, 100])
            ts += rng.choice([0] * 20 + [121, 86_400])
            ident = str(rng.randint(0, i)) if rng.random() < 0.15 else f"e{i}"
            value = rng.choice([NAN, INF]) if rng.random() < 0.05 else rng.randint(-40, 120) / 8
            events.append((rng.choice(["NO1", "SO2", "IS3"]), ident, ts, value))
        compare(TumblingWindows, (width, lateness, 120), events)


### END HIDDEN TESTS

# %% tags=["try-it"]
# An hour with a backlog: a gateway's messages are withheld and then delivered all at once.
from orbitlab.world import stream

backlogged = stream.generate(stream.scenario("S2", 3))
backlog = backlogged.scenario.backlogs[0]
begin = backlogged.start_ts + backlog.start_s - 1_200


def show():
    windows, marks, points = TumblingWindows(60, 90, 600), [], []
    for e in backlogged.events:
        if begin <= e.arrival_ts < begin + 3_600 and np.isfinite(e.snr_db):
            before = dict(windows.dropped)
            windows.add(e.gateway_id, e.event_id, e.event_ts, e.snr_db)
            fate = [why for why, n in windows.dropped.items() if n > before[why]] or ["accepted"]
            points.append((fate[0], (e.arrival_ts - begin, e.event_ts - begin)))
            marks.append((e.arrival_ts - begin, windows.watermark - begin))
    fig, ax = canvas(7, 3.6)
    for fate, shade in (("accepted", "blue"), ("duplicate", "orange"), ("late", "vermilion")):
        x, y = np.array([at for what, at in points if what == fate]).T / 60
        ax.scatter(x, y, s=4, color=COLOURS[shade], label=fate)
    x, y = np.array(marks).T / 60
    ax.plot(x, y, color=COLOURS["black"], linewidth=1, label="watermark")
    ax.set(xlabel="arrival time (min)", ylabel="event time (min)", xlim=(0, 60), ylim=(-2, 62))
    ax.set_title(f"{backlog.gateway}'s backlog arrives whole, and too late for its windows")
    ax.legend(loc="upper left", markerscale=3)
    picture(
        fig,
        alt="Event time against arrival time for an hour of messages. Most lie on the diagonal, just above the watermark line. Copies on the diagonal are duplicates. Stragglers below the line and most of a vertical column, one gateway's withheld messages, are late.",
    )


try_it(show, TumblingWindows)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Buckets per (start, key) hold ids and values. One watermark, the newest accepted stamp minus lateness,
# judges lateness and closes windows. Only accepted events move anything, so all checks come first.
#
# **Code.**
#
# <!-- answer: d05-watermark -->
#
# **Walk-through.**
#
# - R2, R7: every objection is found before the first assignment, so a drop cannot move the watermark.
# - R3: the end of the window is compared, so an old stamp in an open window is welcome.
# - R4, R6: ids live inside their window and go with it. That is what bounds the memory.
# - R5: `//` floors, also below zero; `int(ts / width)` would not.
# - R6: `sorted` takes its list before anything is freed, and gives (start, key) order.
#
# **Rejected.**
#
# - `if event_ts <= self.watermark: late`. With width 60 and watermark 59 the stamp 1 belongs to an open window.
#   Fails with "Late is judged by the end of the window: an old stamp in an open window still counts."
# - One set of all ids ever seen. It grows for ever, and an id that returns a week later is lost. Fails with "When a
#   window closes its ids are forgotten, so memory stays bounded; they may come again."
#
# **Cost.** O(open windows) per event here; a heap of ends makes closing O(log). Memory is what is open. It stops being
# right when one key's clock runs ahead by less than the guard: it makes the others late.
#
# **Tests.**
#
# - A window end exactly at the watermark.
# - A NaN with a huge stamp moves nothing.
# - A duplicate in a neighbouring open window.
#
# **Follow-up.** "A whole region is delayed by ten minutes. Do you drop it?" For paging, yes: a page about ten minutes ago
# helps nobody. The raw events are kept, and the daily aggregate recomputes those windows from them.
#
# </details>

# %% [markdown] orbitlab={"part": "last-known-good", "card": {"prompt": "The job that writes thresholds died at 14:05, the store keeps handing out its last row; ttl 120 s, maximum age 600 s. Which state holds at 14:15:00, and from what is the age measured?", "answer": "last_good: the age is measured from as_of, 14:05, and is exactly 600 s; both limits are closed. One check later the default holds.", "topic": "degraded mode", "exercises": ["d05-fallback"]}}
# ## How old is good?
#
# **Question.** "Your feature store goes stale. Which threshold does the alerter use, and for how long?"
#
# **Predict.** A job writes a threshold every minute. After 14:05 it dies; the store keeps handing out its last row.
# Up to 120 s old a row is "live", up to 600 s it is "last_good", then a fixed "default" holds. Which of the three
# holds at 14:15:00?

# %%
PREDICT = ...  # "live", "last_good" or "default"

# %% [markdown]
# **Run.** Three designs, asked once a minute from 14:00 on.

# %%
minute = np.arange(25)
age = 60 * (minute - np.minimum(minute, 5))  # s since as_of, the time the row was made
names = ["live", "last_good"]
designs = {
    "age since as_of": np.select([age <= 120, age <= 600], names, "default"),
    "age since last call": np.select([age <= 120, age >= 0], names, "default"),  # always 60 s
    "default at once": np.select([age <= 120], names[:1], "default"),
}
predicted(PREDICT, str(designs["age since as_of"][15]))

# %%
fig, ax = canvas(7, 2.6)
shades = {"live": "green", "last_good": "orange", "default": "grey"}
for row, states in enumerate(designs.values()):
    for state, shade in shades.items():
        at = minute[states == state]
        label = None if row else state
        ax.scatter(at, [row] * at.size, marker="s", s=95, color=COLOURS[shade], label=label)
ax.axvline(15, color=COLOURS["black"], linewidth=1, zorder=0)
ax.set(yticks=range(3), yticklabels=list(designs), xlabel="minutes after 14:00", ylim=(2.5, -0.5))
ax.set_title("Measured from the last call, a dead value never dies")
fig.legend(loc="outside lower center", ncols=3)
picture(
    fig,
    alt="States over 25 minutes for three designs. Age since as_of: live to minute 7, last good to and including minute 15, then default. Age since the last call: live, then last good for ever. Default at once: live, then default from minute 8.",
)

# %% [markdown]
# **Why.** A value's age is counted from when it was *made*. The misconception is to count from when it was last handed
# out: whoever asks every minute then keeps a dead value alive for ever. The opposite mistake drops to the default at
# the first hiccup, and the alerter changes its mind twice a minute. Both limits are closed: at exactly 600 s it is
# still last good.
#
# **Worked example.** A neighbour: fill gaps in a log forward, but only for so long.
#
# 1. Only a finite reading is remembered, with its own time.
# 2. The age is asked at every row, and the limit is closed.


# %%
def carry(times, readings, max_age_s):
    kept, made, filled = None, None, []
    for t, x in zip(times, readings, strict=True):
        if x is not None and math.isfinite(x):
            kept, made = x, t
        held = made is not None and t - made <= max_age_s
        filled.append(kept if held else None)
    return filled


carry([0, 30, 60, 90, 120], [4.0, None, math.nan, 5.0, None], 40)

# %% [markdown]
# **Your turn.** The reading 7 was made at 0 s. It shall last up to and including 120 s.

# %%
max_age = ...  # s, the smallest that will do
filled = ...  # how many of four rows at 0, 60, 120 and 180 s hold a value then

rows = ([0, 60, 120, 180], [7.0, None, None, None])
hint = "The limit is closed: an age equal to it still holds, and the row at 180 s is too old."
your_turn(
    lambda: (max_age, carry(*rows, max_age).count(7.0), filled), (120, 3, 3), hint, max_age, filled
)

# %% [markdown]
# **Say it.** "Live, last known good, default: each has its own age limit, measured from when the value was made, and
# every answer says which of the three it is."

# %% [markdown] nbgrader={"grade": false, "grade_id": "d05-fallback-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "d05-fallback", "title": "Last known good", "section": "ML System Design", "difficulty": "medium", "minutes": 20, "points": 4, "rounds": ["ML system design (inferred)"], "topics": ["degraded mode", "interfaces"]}
# ### Last known good
#
# `d05-fallback` · 20 min · 4 points · asked in ML system design (inferred)
#
# **Situation.** The alerter fetches one threshold per gateway. When the store fails or serves old rows, it must go on
# with a value that everyone can name.
#
# **Task.** Write a class that returns a threshold and says where it comes from.
#
# **Signature.**
#
# ```python
# class ThresholdSource:
#     def __init__(
#         self,
#         fetch: Callable[[str], tuple[float, int] | None],  # gateway -> (value, as_of in s)
#         ttl_s: int, max_age_s: int, default: float,
#     ) -> None: ...
#     def get(self, gateway: str, now: int) -> tuple[float, str]: ...  # value, mode
# ```
#
# **Example.**
#
# ```python
# s = ThresholdSource(fetch, ttl_s=60, max_age_s=300, default=6.0)
# # fetch("NO1") gives           s.get("NO1", now)
# # (8.5, 100)                   now=110: (8.5, "live")
# # raises TimeoutError          now=170: (8.5, "last_good")
# # (nan, 390)                   now=400: (8.5, "last_good")
# # None                         now=401: (6.0, "default")
# ```
#
# **Rules.**
#
# - Every `get` fetches exactly once.
# - Usable: finite, not from the future, at most `ttl_s` old.
# - A usable value is stored for its gateway.
# - A stored value serves while at most `max_age_s` old.
# - Age counts from `as_of`.
#
# **Target.** O(1) per call; one stored value per gateway.
#
# <details><summary>Exact rules</summary>
#
# `get(gateway, now)`; per gateway `now` never decreases
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | fetch | every call, whatever is stored | fetch(gateway) is called once, with that gateway |
# | R2 | live | value finite, as_of ≤ now and now − as_of ≤ ttl_s | (value, "live"), stored for this gateway in place of what was there, also if that was newer |
# | R3 | not usable | None; any Exception; value NaN or infinite; as_of > now; now − as_of > ttl_s | not stored; what is stored stays |
# | R4 | last good | not usable, and a value is stored with now − its as_of ≤ max_age_s | (stored value, "last_good") |
# | R5 | default | not usable, nothing stored or too old | (default, "default") |
# | R6 | gateways | several | each has its own stored value |
# | R7 | stop | fetch raises a BaseException that is no Exception, such as KeyboardInterrupt | it propagates; what is stored stays |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Two questions in a row: is the answer of this fetch usable, and if not, is the stored one young enough? Store value
# and `as_of` together; no other time needs to be remembered.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# try:
#     answer = self.fetch(gateway)
# except ...:                      # not everything that can be raised
#     answer = None
# if answer is not None and ...:   # usable: store, live
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "d05-fallback", "locked": false, "schema_version": 3, "solution": true, "task": false}
import math
from collections.abc import Callable
from contextlib import suppress


class ThresholdSource:
    """Thresholds per gateway: live, last known good, or the default (times in s)."""

    def __init__(
        self,
        fetch: Callable[[str], tuple[float, int] | None],
        ttl_s: int,
        max_age_s: int,
        default: float,
    ) -> None:
        """Remember how to fetch; nothing is fetched yet."""
        ### BEGIN SOLUTION
        self.fetch, self.default = fetch, default
        self.ttl_s, self.max_age_s = ttl_s, max_age_s
        self._good: dict[str, tuple[float, int]] = {}  # gateway: (value, as_of)
        ### END SOLUTION

    def get(self, gateway: str, now: int) -> tuple[float, str]:
        """Return (value, mode), mode being "live", "last_good" or "default"."""
        ### BEGIN SOLUTION
        answer = None
        with suppress(Exception):  # a broken store is an expected state; Ctrl-C is not
            answer = self.fetch(gateway)
        if answer is not None:
            value, as_of = answer
            if math.isfinite(value) and 0 <= now - as_of <= self.ttl_s:
                self._good[gateway] = (value, as_of)
                return value, "live"
        if gateway in self._good:
            value, as_of = self._good[gateway]
            if now - as_of <= self.max_age_s:  # its own age, not that of the last call
                return value, "last_good"
        return self.default, "default"
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "d05-fallback-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# %%check d05-fallback --points 4
from orbitlab.checks import Mismatch, difference


class Store:
    """Gives the next planned reply to each fetch, raises it if it is an error, and keeps a log."""

    def __init__(self):
        self.reply, self.asked = None, []

    def fetcher(self):
        def fetch(gateway):
            self.asked.append(gateway)
            if isinstance(self.reply, BaseException):
                raise self.reply
            return self.reply

        return fetch


def play(ThresholdSource, ttl, max_age, default, steps):
    """Follow steps of (gateway, now, reply of the fetch, expected result) and check each."""
    store = Store()
    source = ThresholdSource(store.fetcher(), ttl, max_age, default)
    told = [f"ThresholdSource(fetch, {ttl}, {max_age}, {default})"]
    for gateway, now, reply, expected in steps:
        store.reply, before = reply, len(store.asked)
        told.append(f"fetch gives {reply!r}: get({gateway!r}, {now})")
        got = source.get(gateway, now)
        found, said = difference(expected, got), "; ".join(told)
        if found:
            raise Mismatch(found.finding, call=said, expected=repr(expected), got=repr(got))
        asked = store.asked[before:]
        if asked != [gateway]:
            finding = "one get must fetch its own gateway exactly once"
            raise Mismatch(finding, call=said, expected=repr([gateway]), got=repr(asked))
    return source, store


def test_example(ThresholdSource):
    """R2, R4, R5: The example comes out: live, then last good while young enough, then the default."""
    steps = [
        ("NO1", 110, (8.5, 100), (8.5, "live")),
        ("NO1", 170, TimeoutError("no answer"), (8.5, "last_good")),
        ("NO1", 400, (float("nan"), 390), (8.5, "last_good")),
        ("NO1", 401, None, (6.0, "default")),
    ]
    play(ThresholdSource, 60, 300, 6.0, steps)


def test_age_at_the_limits(ThresholdSource):
    """R2, R4: Both limits are closed: exactly ttl_s old is live, exactly max_age_s old is last good."""
    steps = [("NO1", 160, (8.5, 100), (8.5, "live")), ("NO1", 400, None, (8.5, "last_good"))]
    play(ThresholdSource, 60, 300, 6.0, steps)


def test_an_error_is_an_answer(ThresholdSource):
    """R3, R5: An exception of the store is treated like None: it never reaches the alerter."""
    play(ThresholdSource, 60, 300, 6.0, [("NO1", 10, KeyError("NO1"), (6.0, "default"))])


### BEGIN HIDDEN TESTS
import math
import random

from orbitlab.checks import raises

NAN, INF = math.nan, math.inf


class StoreGone(Exception):
    """An error class that no answer can know by name."""


def expected_of(steps, ttl, max_age, default):
    """Results of (gateway, now, reply), each looked up in the whole history before it."""
    results = []
    for i, (gateway, now, _) in enumerate(steps):

        def usable(step):
            _, then, reply = step
            return isinstance(reply, tuple) and (
                math.isfinite(reply[0]) and then - ttl <= reply[1] <= then
            )

        past = [s for s in steps[: i + 1] if s[0] == gateway and usable(s)]
        if past and past[-1] is steps[i]:
            results.append((past[-1][2][0], "live"))
        elif past and now - past[-1][2][1] <= max_age:
            results.append((past[-1][2][0], "last_good"))
        else:
            results.append((default, "default"))
    return results


def compare(ThresholdSource, ttl, max_age, default, steps):
    results = expected_of(steps, ttl, max_age, default)
    told = [(*step, result) for step, result in zip(steps, results, strict=True)]
    return play(ThresholdSource, ttl, max_age, default, told)


def test_one_fetch_per_get(ThresholdSource):
    """R1: Every get asks the store once: no cache that spares a fetch, no retry, no fetch in advance."""
    steps = [("A", t, (t / 8, t)) for t in range(0, 20, 4)]
    compare(ThresholdSource, 60, 300, 6.0, steps)
    down = [("A", 0, (8.0, 0)), ("A", 5, None), ("A", 6, StoreGone()), ("A", 7, (9.0, 6))]
    compare(ThresholdSource, 60, 300, 6.0, down)
    store = Store()
    ThresholdSource(store.fetcher(), 60, 300, 6.0)
    if store.asked:
        raise Mismatch("a fetch before the first get")


def test_live_limits(ThresholdSource):
    """R2, R3: Live is 0 to ttl_s old, both ends included; older rows and rows from the future are not."""
    for age in (0, 1, 59, 60, 61, 300, -1, -60):
        compare(ThresholdSource, 60, 300, 6.0, [("A", 1_000, (8.5, 1_000 - age))])
        compare(
            ThresholdSource,
            60,
            300,
            6.0,
            [("A", 900, (7.0, 880)), ("A", 1_000, (8.5, 1_000 - age))],
        )
    compare(ThresholdSource, 0, 10, 6.0, [("A", 5, (8.5, 5)), ("A", 6, (9.5, 5)), ("A", 16, None)])


def test_last_good_limit(ThresholdSource):
    """R4, R5: Last good ends when the value is more than max_age_s old: at exactly that age it holds."""
    for later in (61, 299, 300, 301, 302, 4_000):
        for broken in (None, StoreGone(), (NAN, 0), (9.0, 99_999)):
            compare(ThresholdSource, 60, 300, 6.0, [("A", 0, (8.5, 0)), ("A", later, broken)])


def test_age_counts_from_as_of(ThresholdSource):
    """R4: Age counts from as_of, neither from the fetch that brought the value nor from the last call."""
    steps = [("A", 50, (8.5, 0)), ("A", 300, None), ("A", 301, None), ("A", 340, None)]
    compare(ThresholdSource, 60, 300, 6.0, steps)
    often = [("A", 0, (8.5, 0))] + [("A", t, None) for t in range(50, 500, 50)]
    compare(ThresholdSource, 60, 300, 6.0, often)


def test_every_exception(ThresholdSource):
    """R3: Any Exception counts as no answer, whatever its class, and what is stored stays."""
    kinds = [ValueError, KeyError, TimeoutError, OSError, StopIteration, ZeroDivisionError]
    for kind in [*kinds, AssertionError, RuntimeError, StoreGone, Exception]:
        steps = [
            ("A", 0, kind("x")),
            ("A", 1, (8.5, 1)),
            ("A", 2, kind("x")),
            ("A", 400, kind("x")),
        ]
        compare(ThresholdSource, 60, 300, 6.0, steps)


def test_not_finite(ThresholdSource):
    """R3: NaN and infinities are never live and never stored over a good value."""
    for bad in (NAN, INF, -INF):
        steps = [("A", 0, (bad, 0)), ("A", 1, None), ("A", 2, (8.5, 1)), ("A", 3, (bad, 3))]
        compare(ThresholdSource, 60, 300, 6.0, [*steps, ("A", 4, None), ("A", 303, None)])


def test_stale_rows_are_not_stored(ThresholdSource):
    """R3: A row that is too old or from the future is not stored, even if newer than the stored one."""
    steps = [("A", 0, (8.5, 0)), ("A", 100, (9.5, 30)), ("A", 101, None), ("A", 310, None)]
    compare(ThresholdSource, 60, 300, 6.0, steps)
    steps = [("A", 0, (8.5, 0)), ("A", 100, (9.5, 130)), ("A", 140, None), ("A", 310, None)]
    compare(ThresholdSource, 60, 300, 6.0, steps)


def test_latest_live_wins(ThresholdSource):
    """R2: A usable row replaces what is stored, also when it was made earlier than that."""
    steps = [("A", 100, (8.5, 100)), ("A", 110, (7.5, 60)), ("A", 111, None), ("A", 361, None)]
    compare(ThresholdSource, 60, 300, 6.0, steps)
    steps = [("A", 100, (8.5, 100)), ("A", 110, (7.5, 110)), ("A", 405, None)]
    compare(ThresholdSource, 60, 300, 6.0, steps)


def test_gateways_are_separate(ThresholdSource):
    """R6: Each gateway has its own last good value; another one's is no substitute."""
    steps = [
        ("A", 0, (8.5, 0)),
        ("B", 1, None),
        ("B", 2, (3.5, 2)),
        ("A", 70, None),
        ("B", 71, None),
    ]
    compare(ThresholdSource, 60, 300, 6.0, [*steps, ("C", 72, StoreGone()), ("A", 301, None)])
    back = [("A", 500, (8.5, 500)), ("B", 20, (3.5, 20)), ("A", 510, None), ("B", 30, None)]
    compare(ThresholdSource, 60, 300, 6.0, back)


def test_zero_and_negative_values(ThresholdSource):
    """R2, R4: 0 and negative numbers are values like any other, and so is a value equal to the default."""
    for value in (0, 0.0, -4.5, 6.0, 12):
        steps = [("A", 0, (value, 0)), ("A", 100, None), ("A", 400, None)]
        compare(ThresholdSource, 60, 300, 6.0, steps)
    compare(ThresholdSource, 60, 300, 0.0, [("A", 0, None), ("A", 1, (2.5, 0)), ("A", 500, None)])


def test_short_max_age(ThresholdSource):
    """R2, R4: The two limits are independent: with max_age_s below ttl_s a live value may have no afterlife."""
    steps = [("A", 40, (8.5, 0)), ("A", 41, None), ("A", 50, (7.5, 45)), ("A", 55, None)]
    compare(ThresholdSource, 60, 10, 6.0, [*steps, ("A", 56, None)])


def test_stop_means_stop(ThresholdSource):
    """R7: KeyboardInterrupt and SystemExit are not the store's errors: they propagate, and nothing is lost."""
    for stop in (KeyboardInterrupt, SystemExit):
        store = Store()
        source = ThresholdSource(store.fetcher(), 60, 300, 6.0)
        store.reply = (8.5, 0)
        source.get("A", 0)
        for gateway, after in (("A", (8.5, "last_good")), ("B", (6.0, "default"))):
            store.reply = stop()
            with raises(stop):
                source.get(gateway, 70)
            store.reply = None
            found = difference(after, source.get(gateway, 80))
            if found:
                raise Mismatch(found.finding)


def test_two_sources(ThresholdSource):
    """R6: Two sources share nothing."""
    one, two = Store(), Store()
    first = ThresholdSource(one.fetcher(), 60, 300, 6.0)
    second = ThresholdSource(two.fetcher(), 60, 300, 5.0)
    one.reply = (8.5, 0)
    for source, expected in ((first, (8.5, "live")), (second, (5.0, "default"))):
        found = difference(expected, source.get("A", 0))
        if found:
            raise Mismatch(found.finding)


def test_long_stories(ThresholdSource):
    """R1, R2, R3, R4, R5, R6: Long stories agree with a look-up in the whole history."""
    rng = random.Random(5401)
    for _ in range(30):
        ttl, max_age = rng.choice([0, 10, 60]), rng.choice([5, 60, 200])
        now, steps = 1_000, []
        for _ in range(40):
            now += rng.choice([0, 1, 10, 30, 90])
            made = now - rng.choice([0, 0, 1, ttl, ttl + 1, max_age, -1])
            value = rng.choice([rng.randint(-8, 120) / 8, NAN, INF, 0.0])
            reply = rng.choice([None, StoreGone("down"), (value, made), (value, made)])
            steps.append((rng.choice("ABC"), now, reply))
        compare(ThresholdSource, ttl, max_age, 6.0, steps)


### END HIDDEN TESTS


# %% tags=["try-it"]
# The store of Kestrel's gateways on a bad afternoon: the writer dies, then the store, then it returns with NaN.
def show():
    def fetch(gateway):
        if 12 <= clock < 20:
            raise TimeoutError("the store does not answer")
        made = 60 * (clock if clock < 5 or clock >= 26 else 5)
        return (float("nan") if 26 <= clock < 30 else 8.5 + 0.5 * np.sin(made / 300), int(made))

    source = ThresholdSource(fetch, 120, 900, 6.0)
    fig, ax = canvas(7, 3)
    for clock in np.arange(0, 40, 0.5):
        value, mode = source.get("NO1", int(60 * clock))
        shade = {"live": "green", "last_good": "orange", "default": "grey"}[mode]
        ax.scatter(clock, value, color=COLOURS[shade], s=14)
    for x, text in ((5, "writer dies"), (12, "store dies"), (26, "NaN"), (30, "repaired")):
        ax.axvline(x, color=COLOURS["black"], linewidth=0.8, linestyle=":")
        ax.annotate(text, (x, 9.6), (x + 0.2, 9.6), fontsize=8)
    ax.set(xlabel="time (min)", ylabel="threshold (dB)", ylim=(5.5, 10))
    ax.set_title("Live (green) becomes last good (orange), then the default (grey)")
    picture(
        fig,
        alt="Threshold of one gateway over forty minutes. Live values follow a slow wave to minute 7; the value of minute 5 then holds as last good to minute 20; the default of 6 dB follows until the store is repaired at minute 30, when live values return.",
    )


try_it(show, ThresholdSource)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Two questions in order: is this reply usable, and is the stored one young enough? I store value and
# `as_of` per gateway, and nothing else. Every reply names its mode.
#
# **Code.**
#
# <!-- answer: d05-fallback -->
#
# **Walk-through.**
#
# - R1: one call, outside of any condition.
# - R3, R7: `suppress(Exception)` takes every failure of the store and lets Ctrl-C through.
# - R2: `0 <= now - as_of <= ttl_s` holds both limits, and the value is stored only inside.
# - R4: the age of the stored value is counted from its own `as_of`.
#
# **Rejected.**
#
# - Stamping the stored value with `now`. Made at 0, fetched at 50, it would serve until 350 instead of 300. Fails with
#   "Age counts from as_of, neither from the fetch that brought the value nor from the last call."
# - A bare `except:`. Ctrl-C becomes a missing threshold and the process cannot be stopped. Fails with
#   "KeyboardInterrupt and SystemExit are not the store's errors: they propagate, and nothing is lost."
#
# **Cost.** O(1) per call, one pair per gateway. It stops being right when the fetch hangs: then it needs a time-out,
# and the time-out must fit into the 60 seconds.
#
# **Tests.**
#
# - An age exactly at each limit, and one second more.
# - NaN from the store after a good value.
# - Two gateways, one of them never seen.
#
# **Follow-up.** "Who notices that you live on the default?" The mode is a metric per gateway and part of every alert's
# record. A share of "default" above a few percent is a ticket for the store's team, not a page.
#
# </details>

# %% [markdown] orbitlab={"part": "alert-breaker", "card": {"prompt": "A page mutes its source until now + 60 s. The source offers every 30 s from 0 to 600 s: how many pages, with now < until and with now <= until?", "answer": "11 and 7. With < it is free again exactly at until and pages every 60 s; with <= it misses that moment and pages every 90 s.", "topic": "circuit breakers", "exercises": ["d05-breaker"]}}
# ## Exactly at until
#
# **Question.** "A gateway is down for ten minutes, and your detector says so twice a minute. How often do you page?"
#
# **Predict.** A page mutes its source until `now + 60` s. Offers come every 30 s, from 0 to 600 s, both included.
# Muted means `now < until`. How many pages go out?

# %%
PREDICT = ...  # pages

# %% [markdown]
# **Run.** Two designs that differ in one character. Bars are muted, dots are pages.

# %%
import operator


def pages(offers, cooldown, muted):
    until, sent = -math.inf, []
    for now in offers:
        if not muted(now, until):
            sent.append(now)
            until = now + cooldown
    return sent


offers = range(0, 601, 30)
half_open, closed = (pages(offers, 60, muted) for muted in (operator.lt, operator.le))
predicted(PREDICT, len(half_open), f"pages; with now <= until it is {len(closed)}")

# %%
fig, ax = canvas(7, 2.2)
ax.scatter(offers, [2] * len(offers), marker="|", s=90, color=COLOURS["grey"])
for row, sent in ((1, half_open), (0, closed)):
    ax.barh([row] * len(sent), 58, left=sent, height=0.4, color=COLOURS["sky"])
    ax.scatter(sent, [row] * len(sent), color=COLOURS["vermilion"], s=40, zorder=3)
ax.set(yticks=[2, 1, 0], yticklabels=["offers", "now < until", "now <= until"], ylim=(-0.6, 2.4))
ax.set(xlabel="time (s)", xlim=(-15, 675), xticks=range(0, 661, 60))
ax.set_title("One character turns 60 s of silence into 90 s")
picture(
    fig,
    alt="Offers every 30 s from 0 to 600 s. With now < until a page goes out every 60 s, eleven in all, and each muted bar touches the next page. With now <= until a page goes out every 90 s, seven in all, with gaps between the muted bars.",
)

# %% [markdown]
# **Why.** Offers come on a grid, so "exactly at until" is not a rare case: it is every case. Half open, `[from, until)`,
# makes 60 s last 60 s. The misconception is that a boundary needs no thought because times are never equal. On a ten-
# second cadence they always are.
#
# **Worked example.** A neighbour: an antenna takes at most three commands in any 60 s.
#
# 1. Recent is `(now − 60, now]`: what is exactly 60 s old is over.
# 2. A refused command was not sent, so it does not count.

# %%
from collections import deque


def refused(times, limit, window_s):
    recent, refusals = deque(), []
    for now in times:
        while recent and recent[0] <= now - window_s:
            recent.popleft()
        if len(recent) >= limit:
            refusals.append(now)
        else:
            recent.append(now)
    return refusals


refused([0, 20, 40, 50, 60, 79], 3, 60)

# %% [markdown]
# **Your turn.** After these six commands the antenna is asked again. And four gateways serve the south: SO1, SO1 and
# SO2 complained in the last minute.

# %%
next_ok = ...  # s, the earliest time after 79 at which a command is sent
share = ...  # share of the south's gateways that complained

hint = "The 20 is over exactly 60 s later. A gateway that complains twice is still one gateway."
your_turn(
    lambda: (next_ok, refused([0, 20, 40, 50, 60, 79, next_ok], 3, 60)[2:], share),
    (80, [], 0.5),
    hint,
    next_ok,
    share,
)

# %% [markdown]
# **Say it.** "All my intervals are half open, so states end exactly when they say. I count distinct gateways for an
# outage and pages for the breaker, and everything I hold back is counted."

# %% [markdown] nbgrader={"grade": false, "grade_id": "d05-breaker-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "d05-breaker", "title": "Degrade instead of spamming", "section": "ML System Design", "difficulty": "medium", "minutes": 25, "points": 5, "rounds": ["ML system design (inferred)"], "topics": ["circuit breakers", "alerting"]}
# ### Degrade instead of spamming
#
# `d05-breaker` · 25 min · 5 points · asked in ML system design (inferred)
#
# **Situation.** When the south goes dark, four gateways page over and over, and the page that matters drowns.
#
# **Task.** Write a class that turns offered alerts into pages: one per region outage, and a stop when there are too many.
#
# **Signature.**
#
# ```python
# class AlertBreaker:
#     suppressed: int  # attribute
#     def __init__(self, limit: int, window_s: int, cooldown_s: int, region_frac: float): ...
#     def offer(self, now: int, region: str, gateway: str, n_in_region: int
#               ) -> list[tuple[str, str]]: ...  # (kind, target)
# ```
#
# **Example.**
#
# ```python
# b = AlertBreaker(limit=3, window_s=60, cooldown_s=60, region_frac=0.5)
# b.offer(0, "south", "SO0", 4)    # [("gateway", "SO0")]
# b.offer(10, "south", "SO0", 4)   # [("gateway", "SO0")]
# b.offer(20, "south", "SO1", 4)   # [("region", "south")]   muted until 80
# b.offer(30, "south", "SO2", 4)   # []                      suppressed 1
# b.offer(40, "north", "NO1", 4)   # [("degraded", "*")]     suppressed 2, open until 100
# b.offer(99, "north", "NO1", 4)   # []                      suppressed 3
# b.offer(100, "north", "NO1", 4)  # [("gateway", "NO1")]
# ```
#
# **Rules.**
#
# - Recent is `(now − window_s, now]`.
# - Every offer is recorded first, held back or not.
# - Open and muted end exactly at their `until`.
# - The page limit is checked before the region.
# - An outage needs two distinct gateways.
#
# **Target.** Work per offer: what is recent.
#
# <details><summary>Exact rules</summary>
#
# `AlertBreaker(limit, window_s, cooldown_s, region_frac)`, limit ≥ 1; open: now < open_until; muted: now < the region's
# muted_until; both start in the past
#
# `offer(now, region, gateway, n_in_region)`: after R1 and R2 the first that applies, n_in_region ≥ 1
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | clock | now < now of the last offer that did not raise | ValueError, no trace of the offer; equal times are fine |
# | R2 | record | every other offer | recorded, also if held back below |
# | R3 | open | now < open_until | [], suppressed + 1 |
# | R4 | muted | now < muted_until of this region | [], suppressed + 1 |
# | R5 | limit | recent pages of any kind, region and degraded too, ≥ limit | open_until = now + cooldown_s; [("degraded", "*")], itself a page; suppressed + 1 |
# | R6 | outage | distinct recent gateways offered by this region ≥ 2 and, divided by n_in_region, ≥ region_frac | muted_until = now + cooldown_s; [("region", region)] |
# | R7 | gateway | all others | [("gateway", gateway)] |
# | R8 | recent | anything exactly window_s old | no longer recent |
#
# `suppressed`
#
# | R# | case | input | result |
# |---|---|---|---|
# | R9 | count | at first · later | 0 · number of offers that ended in R3, R4 or R5 |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Two logs and two kinds of deadline: offers (time, region, gateway) and pages (time); one deadline for all and one
# per region. Then write the steps one below the other and let the first that applies return.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# self.offers.append((now, region, gateway))
# recent_pages = [t for t in self.pages if now - self.window_s < t]
# seen = {g for t, r, g in self.offers if ...}   # a set: repeats are one gateway
# if now < self.open_until or now < self.muted_until.get(region, now): ...
# if len(recent_pages) >= self.limit: ...
# if len(seen) >= 2 and ...: ...
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "d05-breaker", "locked": false, "schema_version": 3, "solution": true, "task": false}
import math
from collections import deque


class AlertBreaker:
    """Turns offered alerts into pages; collapses outages and stops floods (times in s)."""

    def __init__(self, limit: int, window_s: int, cooldown_s: int, region_frac: float) -> None:
        """Start closed and unmuted, with `suppressed` 0."""
        ### BEGIN SOLUTION
        self.limit, self.region_frac = limit, region_frac
        self.window_s, self.cooldown_s = window_s, cooldown_s
        self.suppressed = 0
        self._offers: deque[tuple[int, str, str]] = deque()  # (now, region, gateway)
        self._pages: deque[tuple[int]] = deque()
        self._last = self._open_until = -math.inf
        self._muted_until: dict[str, float] = {}
        ### END SOLUTION

    def offer(self, now: int, region: str, gateway: str, n_in_region: int) -> list[tuple[str, str]]:
        """Take in one alert and return the pages, (kind, target), that go out for it."""
        ### BEGIN SOLUTION
        if now < self._last:
            raise ValueError("the clock went backwards")
        self._last = now
        self._offers.append((now, region, gateway))  # evidence counts even if nobody is paged
        for log in (self._offers, self._pages):
            while log and log[0][0] <= now - self.window_s:
                log.popleft()
        if now < self._open_until or now < self._muted_until.get(region, -math.inf):
            self.suppressed += 1
            return []
        if len(self._pages) >= self.limit:
            self._open_until = now + self.cooldown_s
            self.suppressed += 1
            return self._page(now, "degraded", "*")
        seen = {g for _, r, g in self._offers if r == region}
        if len(seen) >= 2 and len(seen) / n_in_region >= self.region_frac:
            self._muted_until[region] = now + self.cooldown_s
            return self._page(now, "region", region)
        return self._page(now, "gateway", gateway)

    def _page(self, now: int, kind: str, target: str) -> list[tuple[str, str]]:
        self._pages.append((now,))
        return [(kind, target)]
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "d05-breaker-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# %%check d05-breaker --points 5
from orbitlab.checks import Mismatch, difference, drive, raises


def follow(breaker, steps, suppressed):
    """Make the offers (now, region, gateway, n, expected) in order and compare every answer."""
    got = drive(breaker, [("offer", step[:4]) for step in steps])
    told = []
    for (*args, expected), result in zip(steps, got, strict=True):
        told.append(f"offer({', '.join(map(repr, args))})")
        found = difference(expected, result)
        if found:
            said = "; ".join(told)
            raise Mismatch(found.finding, call=said, expected=repr(expected), got=repr(result))
    held_back(breaker, suppressed, "; ".join(told))


def held_back(breaker, suppressed, said=""):
    """Compare the count of offers that were held back."""
    found = difference(suppressed, breaker.suppressed)
    if found:
        finding = f"suppressed: {found.finding}"
        raise Mismatch(finding, call=said, expected=str(suppressed), got=repr(breaker.suppressed))


def test_example(AlertBreaker):
    """R3, R4, R5, R6, R7, R9: The example comes out: repeats of one gateway are no outage, two gateways are."""
    steps = [
        (0, "south", "SO0", 4, [("gateway", "SO0")]),
        (10, "south", "SO0", 4, [("gateway", "SO0")]),
        (20, "south", "SO1", 4, [("region", "south")]),
        (30, "south", "SO2", 4, []),
        (40, "north", "NO1", 4, [("degraded", "*")]),
        (99, "north", "NO1", 4, []),
        (100, "north", "NO1", 4, [("gateway", "NO1")]),
    ]
    follow(AlertBreaker(3, 60, 60, 0.5), steps, 3)


def test_mute_ends_at_until(AlertBreaker):
    """R4: Muted means now < until: exactly at until the region may page again."""
    steps = [
        (0, "south", "SO0", 4, [("gateway", "SO0")]),
        (5, "south", "SO1", 4, [("region", "south")]),
        (34, "south", "SO2", 4, []),
        (35, "south", "SO3", 4, [("region", "south")]),
    ]
    follow(AlertBreaker(10, 60, 30, 0.5), steps, 1)


def test_clock_backwards(AlertBreaker):
    """R1: A clock that goes backwards is an error."""
    breaker = AlertBreaker(3, 60, 60, 0.5)
    drive(breaker, [("offer", (10, "south", "SO0", 4))])
    with raises(ValueError):
        breaker.offer(9, "south", "SO1", 4)


### BEGIN HIDDEN TESTS
import random


class Log:
    """The steps of the rules on complete lists: nothing is ever dropped from them."""

    def __init__(self, limit, window, cooldown, frac):
        self.limit, self.window, self.cooldown, self.frac = limit, window, cooldown, frac
        self.offers, self.pages, self.opened, self.muted = [], [], [], []
        self.suppressed = 0

    def recent(self, times, now):
        return [x for x in times if now - self.window < x[0] <= now]

    def offer(self, now, region, gateway, n):
        self.offers.append((now, region, gateway))
        silenced = [*self.opened, *(t for t, r in self.muted if r == region)]
        if any(t <= now < t + self.cooldown for t in silenced):
            self.suppressed += 1
            return []
        distinct = {g for _, r, g in self.recent(self.offers, now) if r == region}
        if len(self.recent(self.pages, now)) >= self.limit:
            self.opened.append(now)
            self.suppressed += 1
            page = ("degraded", "*")
        elif len(distinct) > 1 and len(distinct) / n >= self.frac:
            self.muted.append((now, region))
            page = ("region", region)
        else:
            page = ("gateway", gateway)
        self.pages.append((now,))
        return [page]


def compare(AlertBreaker, setting, offers):
    log, breaker = Log(*setting), AlertBreaker(*setting)
    follow(breaker, [(*offer, log.offer(*offer)) for offer in offers], log.suppressed)
    return breaker


def south(*told, n=4):
    """Offers of the south, (time, number of the gateway)."""
    return [(now, "south", f"SO{i}", n) for now, i in told]


def north(*told, n=4):
    return [(now, "north", f"NO{i}", n) for now, i in told]


def test_equal_times(AlertBreaker):
    """R1: Equal times are no step backwards."""
    compare(AlertBreaker, (5, 60, 60, 0.75), south((7, 0), (7, 1), (7, 2), (7, 3)))


def test_refused_offers_leave_no_trace(AlertBreaker):
    """R1, R2, R9: An offer that raised is not recorded, does not count and does not move the clock."""
    for setting in [(20, 60, 30, 0.5), (1, 60, 30, 0.5)]:
        log, breaker = Log(*setting), AlertBreaker(*setting)
        for now, gateway in [(50, 0), (52, 0), (55, 0), (90, 1), (91, 0)]:
            offer = (now, "south", f"SO{gateway}", 4)
            follow(breaker, [(*offer, log.offer(*offer))], log.suppressed)
            for back in (30, 1):
                with raises(ValueError):
                    breaker.offer(now - back, "south", f"SO{1 + back % 3}", 4)
                held_back(breaker, log.suppressed)
    breaker = compare(AlertBreaker, (5, 60, 30, 0.5), south((100, 0)))
    with raises(ValueError):
        breaker.offer(10, "south", "SO1", 4)
    with raises(ValueError):
        breaker.offer(99, "south", "SO1", 4)
    follow(breaker, [(100, "south", "SO0", 4, [("gateway", "SO0")])], 0)


def test_one_gateway_is_no_outage(AlertBreaker):
    """R6: However often one gateway repeats itself, it is one gateway and no outage."""
    compare(AlertBreaker, (50, 60, 30, 0.5), south(*[(t, 2) for t in range(0, 200, 5)]))
    compare(AlertBreaker, (50, 60, 30, 0.75), south((0, 0), (1, 0), (2, 1), (3, 0), (4, 1), (5, 2)))


def test_a_lone_gateway(AlertBreaker):
    """R6: In a region of one gateway the share is 1, and still it is no outage: two are needed."""
    compare(AlertBreaker, (50, 60, 30, 0.5), south((0, 0), (5, 0), (70, 0), n=1))
    compare(AlertBreaker, (50, 60, 30, 0.25), south((0, 0), (5, 0), (70, 1), (75, 0)))


def test_share_of_the_region(AlertBreaker):
    """R6: The outage starts at the share itself: distinct gateways divided by n_in_region ≥ region_frac."""
    told = [(0, 0), (1, 1), (2, 2), (3, 3), (40, 0), (41, 1)]
    for frac in (0.25, 0.5, 0.75, 1.0):
        compare(AlertBreaker, (50, 60, 30, frac), south(*told))
        compare(AlertBreaker, (50, 60, 30, frac), south(*told, n=8))
    grows = south((0, 0)) + south((1, 1), n=8) + south((2, 0), n=4) + south((3, 1), n=2)
    compare(AlertBreaker, (50, 60, 1, 0.5), grows)


def test_gateways_of_this_region(AlertBreaker):
    """R4, R6: Regions are apart: another region's gateways are no evidence, and its mute silences only itself."""
    both = [*south((0, 0)), *north((1, 0)), *south((2, 1)), *north((3, 0), (4, 1)), *south((5, 2))]
    compare(AlertBreaker, (50, 60, 30, 0.5), [*both, *north((6, 2), (36, 3)), *south((37, 3))])


def test_window_edge(AlertBreaker):
    """R8: Recent is (now - window_s, now]: what is exactly window_s old no longer counts, page or offer."""
    for later in (59, 60, 61):
        compare(AlertBreaker, (50, 60, 30, 0.5), south((100, 0), (100 + later, 1)))
        compare(AlertBreaker, (1, 60, 30, 0.5), south((100, 0), (100 + later, 0)))
        compare(AlertBreaker, (2, 60, 30, 1.0), south((100, 0), (130, 0), (100 + later, 0)))


def test_mute(AlertBreaker):
    """R4: A mute lasts from its page to just before until, and offers while muted do not prolong it."""
    told = [(0, 0), (1, 1), (2, 2), (29, 3), (30, 0), (31, 1), (32, 2), (60, 3), (61, 0), (62, 1)]
    compare(AlertBreaker, (50, 60, 30, 0.5), south(*told))
    compare(AlertBreaker, (50, 20, 30, 0.5), south(*told))


def test_held_back_offers_are_evidence(AlertBreaker):
    """R2: Offers are recorded even when they are held back: after the silence they count."""
    muted = south((0, 0), (1, 1), (55, 2), (61, 3), (62, 0))
    compare(AlertBreaker, (50, 60, 60, 0.5), muted)
    opened = [*north((0, 0), (1, 0)), *south((2, 0), (20, 1), (32, 2), (33, 3))]
    compare(AlertBreaker, (2, 30, 30, 0.5), opened)
    compare(AlertBreaker, (2, 30, 29, 0.5), opened)


def test_pages_clear_nothing(AlertBreaker):
    """R2, R5, R8: A page clears nothing: earlier offers and pages count for as long as they are recent."""
    compare(AlertBreaker, (50, 60, 30, 0.5), south((0, 0), (1, 1), (31, 2), (61, 2), (62, 2)))
    compare(AlertBreaker, (50, 60, 10, 0.75), south((0, 0), (1, 1), (2, 2), (12, 2), (23, 3)))
    compare(AlertBreaker, (3, 60, 10, 1.0), south((0, 0), (1, 0), (2, 0), (3, 0), (13, 0), (24, 0)))


def test_degraded(AlertBreaker):
    """R3, R5, R9: At the limit one degraded page goes out, then silence until the breaker closes, at until itself."""
    told = [(t, 0) for t in range(0, 60, 5)]
    for limit in (1, 2, 3):
        compare(AlertBreaker, (limit, 20, 25, 1.0), south(*told))
        compare(AlertBreaker, (limit, 60, 25, 1.0), south(*told))
        compare(AlertBreaker, (limit, 60, 7, 1.0), south(*told, (61, 1), (62, 2)))


def test_open_for_all(AlertBreaker):
    """R3: An open breaker holds back every region, not only the one that filled it."""
    offers = [
        *south((0, 0), (1, 0), (2, 0)),
        *north((3, 0), (4, 1)),
        *south((5, 1)),
        *north((62, 2)),
    ]
    compare(AlertBreaker, (2, 30, 60, 0.5), [*offers, *south((62, 2))])


def test_every_page_counts(AlertBreaker):
    """R5: Pages of every kind count towards the limit, region and degraded pages too."""
    regions = [*south((0, 0), (1, 1)), *north((2, 0), (3, 1))]
    for limit in (2, 3, 4):
        compare(AlertBreaker, (limit, 60, 10, 0.5), [*regions, (5, "islands", "IS0", 4)])
    again = south((0, 0), (1, 0), (11, 0), (12, 0), (22, 0), (31, 0), (32, 0), (33, 0), (43, 0))
    compare(AlertBreaker, (1, 30, 10, 1.0), again)
    compare(AlertBreaker, (2, 30, 10, 1.0), again)
    compare(AlertBreaker, (2, 12, 10, 1.0), again)


def test_held_back_offers_are_no_pages(AlertBreaker):
    """R3, R4, R5: What was held back is no page: it brings the limit no nearer."""
    told = [(0, 0), (1, 1), *((t, 2) for t in range(2, 20)), (40, 3)]
    compare(AlertBreaker, (3, 60, 30, 0.5), [*south(*told), *north((41, 0), (42, 0))])


def test_limit_before_region(AlertBreaker):
    """R5, R6: The limit is checked before the region: a flood degrades, and then no region is muted."""
    offers = [*north((0, 0), (1, 0)), *south((2, 0), (3, 1), (13, 2), (14, 3), (15, 0))]
    for cooldown in (5, 10, 11):
        compare(AlertBreaker, (2, 60, cooldown, 0.5), offers)
        compare(AlertBreaker, (3, 12, cooldown, 0.5), offers)


def test_counts(AlertBreaker):
    """R9: suppressed starts at 0 and counts muted, open and degraded offers, one each, per object."""
    fresh = AlertBreaker(2, 60, 30, 0.5)
    held_back(fresh, 0)
    offers = [*south((0, 0), (1, 1), (2, 2)), *north((3, 0), (4, 1), (5, 2))]
    breaker = compare(AlertBreaker, (2, 60, 30, 0.5), offers)
    held_back(fresh, 0)
    follow(breaker, [(33, "islands", "IS0", 4, [("degraded", "*")])], 5)


def test_negative_and_large_times(AlertBreaker):
    """R1, R3, R4, R8: Times may be below 0 or seconds since 1970; both deadlines start in the past."""
    for start in (-1_000, 1_767_614_400):
        told = [(start + t, i) for t, i in [(0, 0), (1, 1), (2, 2), (31, 3), (32, 0), (95, 1)]]
        compare(AlertBreaker, (3, 60, 30, 0.5), south(*told))


def test_messy_hours(AlertBreaker):
    """R2, R3, R4, R5, R6, R7, R8, R9: Messy hours agree with complete lists that are read afresh each time."""
    rng = random.Random(5501)
    for _ in range(60):
        window, cooldown = rng.choice([20, 60]), rng.choice([10, 20, 45, 60, 90])
        setting = (rng.randint(1, 9), window, cooldown, rng.choice([0.25, 0.5, 0.75, 1.0]))
        now, offers = 0, []
        for _ in range(60):
            now += rng.choice([0, 0, 1, 5, 5, 10, 30])
            name = rng.choice(["north", "south", "south", "islands"])
            gateway = f"{name[:2].upper()}{rng.randint(0, 3)}"
            offers.append((now, name, gateway, 4))
        compare(AlertBreaker, setting, offers)


### END HIDDEN TESTS

# %% tags=["try-it"]
# An outage of one region in six simulated hours: who is silent for over 30 s is offered, every 30 s.
from orbitlab.world import stream

dark = stream.generate(stream.scenario("S4", 4))
outage = dark.scenario.outages[0]
begin = dark.start_ts + outage.start_s - 300


def show():
    names = [g for g, region in dark.gateways.items() if region == outage.region]
    heard = {g: np.array([e.arrival_ts for e in dark.events if e.gateway_id == g]) for g in names}
    breaker, offered, sent = AlertBreaker(6, 600, 600, 0.75), [], []
    for now in range(begin, begin + outage.dur_s + 600, 30):
        for row, g in enumerate(names):
            if now - heard[g][heard[g] <= now].max() > 30:
                offered.append((now - begin, row))
                for kind, _ in breaker.offer(now, outage.region, g, len(names)):
                    sent.append((now - begin, row if kind == "gateway" else 4))
    fig, ax = canvas(7, 2.8)
    for points, shade, size in ((offered, "grey", 14), (sent, "vermilion", 60)):
        x, y = np.array(points).T
        ax.scatter(x / 60, y, s=size, color=COLOURS[shade], zorder=3)
    ax.set(yticks=range(5), yticklabels=[*names, outage.region], ylim=(-0.5, 4.5))
    ax.set(xlabel="time (min)", xlim=(0, (outage.dur_s + 600) / 60))
    ax.set_title(f"{len(offered)} offers (grey) become {len(sent)} pages (red)")
    picture(
        fig,
        alt="Offers of the gateways of one region during an outage, a grey dot every 30 s for each silent gateway. The first two go out as red gateway pages, the third brings one page for the region, and the rest is silence.",
    )


try_it(show, AlertBreaker)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Two logs, offers and pages, and half-open deadlines. I record every offer, then take the first step that
# applies: open, muted, limit, outage, gateway. What is held back is counted.
#
# **Code.**
#
# <!-- answer: d05-breaker -->
#
# **Walk-through.**
#
# - R1: the clock is checked before anything is recorded.
# - R2: evidence is appended before the deadlines are looked at, so an outage grows while it is muted.
# - R8: both logs drop what is exactly `window_s` old.
# - R5 stands above R6: when pages flood, one more kind of page is no help.
# - R6: a set counts gateways, not complaints.
#
# **Rejected.**
#
# - `len(offers of the region) / n_in_region`. SO0 twice in a region of four is a share of 0.5, but one gateway. Fails
#   with "However often one gateway repeats itself, it is one gateway and no outage."
# - Returning before recording when muted. SO2 at 55 and SO3 at 61 make an outage, but 55 is gone. Fails with "Offers are
#   recorded even when they are held back: after the silence they count."
#
# **Cost.** Each offer looks at the recent ones only. Memory is what is recent. It stops being right when two copies
# run: each of them would count half of the pages.
#
# **Tests.**
#
# - An offer exactly at `until`, for mute and breaker.
# - An offer exactly `window_s` old.
# - A region of one gateway.
#
# **Follow-up.** "The breaker is open and a second region fails. Who knows?" Nobody is paged again, and that is the price:
# the degraded page must link a live list of what is held back. I would let the first page of each new region through.
#
# </details>

# %% [markdown] orbitlab={"part": "one-low-sample", "card": {"prompt": "12 gateways, a sample every 10 s, one glitch in 250. What does a one-sample rule cost in six hours?", "answer": "About 80 false pages, re-arm included: one in 250 of 25,920 samples is a glitch. The glitches are as deep as an incident, so no threshold tells them apart; only time does.", "topic": "alerting", "exercises": ["d05-alerter"]}}
# ## One low sample
#
# **Question.** "Page us when a gateway's SNR drops by 3 dB. Why is that not enough?"
#
# **Predict.** Twelve gateways send a sample every 10 s for six hours; in one of 250 the receiver
# glitches. A rule pages when a sample lies 3 dB below the gateway's last 20 minutes, then keeps
# quiet about that gateway for 10 minutes. How many of its pages are about nothing?

# %%
PREDICT = ...  # false pages in six hours

# %% [markdown]
# **Run.** The simulator knows the truth, so it can judge. This stream is the clean one: nothing is
# lost, late or repeated.


# %%
def paged(s, f, hit):
    """Page where `hit`, at most every 600 s for each gateway; return the simulator's score."""
    pages, again = [], {}
    for row in f[hit].sort_values("arrival_ts").itertuples():
        if row.arrival_ts >= again.get(row.gateway_id, 0):
            again[row.gateway_id] = row.arrival_ts + 600
            pages.append(stream.RaisedAlert("gateway", row.gateway_id, row.arrival_ts, {}))
    return stream.score(s, pages)


def lately(x):
    return x.rolling(120, min_periods=30).median().shift()  # the 20 min before each sample


# %%
clean = stream.generate(stream.scenario("S1", 1))
f = clean.frame().sort_values(["gateway_id", "seq"])
f["drop"] = f.groupby("gateway_id")["snr_db"].transform(lately) - f["snr_db"]
one_sample = paged(clean, f, f["drop"] > 3)
predicted(PREDICT, one_sample.false_alerts, "false pages")

# %%
gateway = clean.incidents[0].target
own = f[f["gateway_id"] == gateway]
hours = (own["arrival_ts"] - clean.start_ts) / 3600
fig, ax = canvas(7.5, 3)
ax.plot(hours, own["snr_db"], color=COLOURS["grey"], linewidth=0.6)
for verdict, colour in (("false", "vermilion"), ("match", "green")):
    at = [a.raised_at for a, v in one_sample.alerts if a.target == gateway and v == verdict]
    pages = own[own["arrival_ts"].isin(at)]
    x = (pages["arrival_ts"] - clean.start_ts) / 3600
    ax.scatter(x, pages["snr_db"], color=COLOURS[colour], zorder=3, label=f"page: {verdict}")
ax.set(xlabel="time (h)", ylabel=f"SNR of {gateway} (dB)", xlim=(0, 6), ylim=(-7, 15))
ax.set_title(f"One of twelve gateways; all of them: {one_sample.false_alerts} false pages")
ax.legend(loc="lower right", ncols=2)
picture(fig, f"SNR of {gateway} over six hours with single low spikes, most with a red false page.")

# %% [markdown]
# **Why.** "A higher threshold will do" is the misconception. A glitch is 8 to 12 dB deep, an
# incident 5 to 8 dB: whatever lets the incident through lets the glitch through first. What tells
# them apart is time. A glitch is gone after one sample, an incident lasts minutes.
#
# **Worked example.** Which thresholds separate depths, if any?

# %%
glitch_db, incident_db = (8, 12), (5, 8)  # 1. the range of each
must_be_below = incident_db[0]  # 2. to page the mildest incident
must_be_above = glitch_db[1]  # 3. to sleep through the deepest glitch
print(f"below {must_be_below} dB and above {must_be_above} dB: no such threshold")

# %% [markdown]
# **Your turn.** How many glitches do you expect in six hours, before any re-arm?

# %%
expected_glitches = ...  # gateways × samples each × share
hint = "12 gateways, one sample every 10 s for 21,600 s, and 0.4 % of them glitch."
your_turn(lambda: round(expected_glitches), 104, hint, expected_glitches)

# %% [markdown]
# **Say it.** "One sample cannot be an incident, however deep: I need a second opinion from the next
# ones, and I have 60 seconds to ask."

# %% [markdown] orbitlab={"part": "choose-k", "card": {"prompt": "Why 3 of 5 votes at a 10 s cadence, not 1 or 5?", "answer": "One vote pages every glitch. Five need 54 s with nothing lost, so one lost message breaks the 60 s. Three come after at most 34 s and leave room for two lost ones.", "topic": "alerting", "exercises": ["d05-alerter"]}}
# ## Choose k
#
# **Question.** "You vote: page when k of the last five samples are low. Which k?"
#
# **Predict.** More votes, fewer false pages, later pages. One message in ten is lost now. Which k of
# 5 is the smallest that keeps the worst page within 60 s and has no false page at all, on all of
# three streams?

# %%
PREDICT = ...  # k

# %% [markdown]
# **Run.** Three streams of scenario S3, every k.

# %%
points = []
for seed in (1, 2, 3):
    s = stream.generate(stream.scenario("S3", seed))
    f = s.frame().drop_duplicates("event_id")
    f = f[f["arrival_ts"] - f["event_ts"] <= 30].sort_values(["gateway_id", "seq"])
    low = f.groupby("gateway_id")["snr_db"].transform(lately) - f["snr_db"] > 3
    for k in range(1, 6):
        votes = low.groupby(f["gateway_id"]).transform(lambda x: x.rolling(5, 1).sum())
        score = paged(s, f, votes >= k)
        late = [600 if i.latency_s is None else i.latency_s for i in score.incidents]
        points.append((k, max(late), score.false_alerts))
curve = pd.DataFrame(points, columns=["k", "worst_s", "false"]).groupby("k").agg("max")
kept = curve[(curve["worst_s"] <= 60) & (curve["false"] == 0)]
predicted(PREDICT, int(kept.index[0]), "of 5")

# %%
fig, ax = canvas(7, 3)
shown = curve["worst_s"].clip(upper=100)  # beyond: as good as never
ax.axvspan(60, 110, color="#EEEEEE")
ax.plot(shown, curve["false"], "o-", color=COLOURS["blue"])
for k in curve.index:
    at = (shown[k], curve.loc[k, "false"])
    ax.annotate(f"{k} of 5", at, (-12, 7), textcoords="offset points")
ax.set(xlim=(20, 110), yscale="symlog", ylim=(-0.3, 300), yticks=[0, 1, 10, 100])
ax.set(xticks=[20, 40, 60, 80, 100], xticklabels=["20", "40", "60", "80", "never"])
ax.set(xlabel="worst latency (s)", ylabel="false pages in 6 h", yticklabels=["0", "1", "10", "100"])
ax.set_title("Votes trade false pages for seconds; 60 s is the end of the trade")
words = "False pages against worst latency, worst of three streams: "
words += "; ".join(f"{k} of 5: {r['worst_s']} s, {r['false']} false" for k, r in curve.iterrows())
picture(fig, words)

# %% [markdown]
# **Why.** "More votes are safer" is the misconception: each vote costs a cadence, and with loss it
# costs more at random. One vote even misses incidents: a false page just before silences the
# gateway when it matters. Waiting two minutes for late messages is the same mistake, only larger.
#
# **Worked example.** The same vote for a neighbour: is a cabinet hot, by two of its last three
# readings?

# %%
from collections import deque

hot = deque(maxlen=3)  # 1. forget by itself
for minute, celsius in enumerate([31, 52, 30, 51, 53]):
    hot.append(celsius > 50)  # 2. a vote, not a value
    if sum(hot) >= 2:  # 3. any two of three, neighbours or not
        print(f"minute {minute}: hot")

# %% [markdown]
# **Your turn.** With nothing lost: onset right after a sample, then one sample every 10 s, each up to
# 4 s on the way. When at the latest is the k-th low one here?

# %%
worst_case = ...  # a function of k, in s: lambda k: …
hint = "The first low sample is sent up to 10 s after onset; only the last one's transport counts."
your_turn(lambda: [worst_case(k) for k in (1, 3, 5)], [14, 34, 54], hint, worst_case)

# %% [markdown]
# **Say it.** "Three of five: 34 seconds at the latest, two lost messages to spare, and no glitch
# votes twice in a row."

# %% [markdown] orbitlab={"part": "running-baseline", "card": {"prompt": "How long must a running baseline look back?", "answer": "Longer than twice the longest anomaly, or the anomaly becomes normal; short enough that drift moves little in half of it. 20 min: 420 s fill 35 %, −1 dB/h lags 0.17 dB.", "topic": "baselines", "exercises": ["d05-alerter"]}}
# ## Frozen or running?
#
# **Question.** "You learned each gateway's normal SNR in the first half hour. What is wrong by
# noon?"
#
# **Predict.** Every level drifts by −1 dB an hour. Three of five votes, baseline frozen after 30
# minutes. How many false pages in six hours, to the nearest hundred?

# %%
PREDICT = ...  # false pages

# %% [markdown]
# **Run.** The same votes against two baselines, on scenario S5.

# %%
drifting = stream.generate(stream.scenario("S5", 1))
f = drifting.frame().drop_duplicates("event_id")
f = f[f["arrival_ts"] - f["event_ts"] <= 30].sort_values(["gateway_id", "seq"])
snr = f.groupby("gateway_id")["snr_db"]
f["frozen"] = snr.transform(lambda x: x.iloc[:180].median())
f["running"] = snr.transform(lately)
scores = {}
for name in ("frozen", "running"):
    low = (f[name] - f["snr_db"] > 3).groupby(f["gateway_id"])
    scores[name] = paged(drifting, f, low.transform(lambda x: x.rolling(5, 1).sum()) >= 3)
predicted(PREDICT, round(scores["frozen"].false_alerts, -2), "false pages")

# %%
own = f[f["gateway_id"] == drifting.incidents[0].target]
hours = (own["arrival_ts"] - drifting.start_ts) / 3600
fig, ax = canvas(7.5, 3)
ax.plot(hours, own["snr_db"], color="#BBBBBB", linewidth=0.6, label="SNR")
for name, colour in (("frozen", "vermilion"), ("running", "blue")):
    ax.plot(hours, own[name] - 3, color=COLOURS[colour], label=f"{name} baseline − 3 dB")
ax.set(xlabel="time (h)", ylabel=f"SNR of {own['gateway_id'].iloc[0]} (dB)", xlim=(0, 6))
counts = [scores[n].false_alerts for n in ("frozen", "running")]
ax.set_title(f"Frozen: {counts[0]} false pages. Running: {counts[1]}")
ax.legend(loc="lower left", ncols=3)
words = "The SNR sinks below the level line of the frozen baseline after about three hours."
picture(fig, words + " The running baseline stays 3 dB below the SNR all the time.")

# %% [markdown]
# **Why.** A threshold ages. "Then adapt as fast as you can" is the misconception on the other side:
# a baseline of two minutes learns the incident before the incident is over. A median gives way only
# when more than half of its window is ill.
#
# **Worked example.** Mean or median while a 6 dB incident fills a third of the window?

# %%
window = np.r_[np.full(80, 11.0), np.full(40, 5.0)]  # 1. 40 of 120 samples are ill
print("mean  ", window.mean())  # 2. follows at once, by a third of the drop
print("median", np.median(window))  # 3. does not move until half is ill

# %% [markdown]
# **Your turn.** A window of 1,200 s. How much of it does the longest incident (420 s) fill, and how
# far behind is its median at −1 dB/h?

# %%
share = ...  # of the window
lag_db = ...  # dB: the median describes the middle of its window
hint = "The middle of the window is half its length ago; an hour has 3,600 s."
your_turn(lambda: (share, lag_db), (0.35, 1 / 6), hint, share, lag_db)

# %% [markdown]
# **Say it.** "My baseline is a running median of 20 minutes: longer than two incidents, shorter than
# the drift."

# %% [markdown] orbitlab={"part": "silent-region", "card": {"prompt": "Which method sees a silent gateway, and how many pages is a silent region?", "answer": "on_tick: silence sends no message. One page for the region when at least 75 % of it has been silent for more than 30 s, and none for its gateways until it is over.", "topic": "outages", "exercises": ["d05-alerter"]}}
# ## Nothing is a message too
#
# **Question.** "A whole region goes dark. Who tells you, and how often?"
#
# **Predict.** Two regions go silent, four gateways of one and three of the other. A rule pages every
# gateway that has been silent for more than 30 s. Chance silences some as well. How many pages in
# six hours?

# %%
PREDICT = ...  # pages, where two would do

# %% [markdown]
# **Run.** How long has each gateway been silent at each tick? No message brings that question up.

# %%
dark = stream.generate(stream.scenario("S4", 1))
ticks = np.arange(dark.start_ts, dark.end_ts + 1, 5)
silent = {}
for name in dark.gateways:
    news = [
        e.arrival_ts
        for e in dark.events
        if e.gateway_id == name and e.arrival_ts - e.event_ts <= 30
    ]
    heard = np.searchsorted(news, ticks, side="right") - 1
    silent[name] = ticks - np.array([dark.start_ts, *news])[heard + 1] > 30
silent = pd.DataFrame(silent)

# %%
begins = silent & ~silent.shift(fill_value=False)
share = silent.T.groupby(dark.gateways).mean().T
region_begins = (share >= 0.75) & ~(share >= 0.75).shift(fill_value=False)
predicted(PREDICT, int(begins.to_numpy().sum()), "pages")

# %%
fig, ax = canvas(7.5, 3.4)
hours = (ticks - dark.start_ts) / 3600
for lane, name in enumerate(silent):
    ax.fill_between(hours, lane - 0.4, lane + 0.4, where=silent[name], color=COLOURS["sky"])
    ax.plot(hours[begins[name]], [lane] * begins[name].sum(), "x", color=COLOURS["vermilion"])
for region in region_begins:
    lanes = [k for k, name in enumerate(silent) if dark.gateways[name] == region]
    at = hours[region_begins[region]]
    ax.plot(at, [np.mean(lanes)] * len(at), "D", color=COLOURS["green"], markersize=9)
ax.set(yticks=range(12), yticklabels=list(silent), xlabel="time (h)", xlim=(0, 6), ylim=(-1, 12))
counts = int(begins.to_numpy().sum()), int(region_begins.to_numpy().sum())
ax.set_title(f"{counts[0]} pages by gateway (×), {counts[1]} by region (◆)")
picture(fig, "Twelve lanes, silence in blue; crosses mark pages by gateway, diamonds by region.")

# %% [markdown]
# **Why.** "No event, no alert" is the misconception: code that only wakes up for messages sleeps
# through their absence. And seven pages for two causes teach people to ignore the eighth. Three of
# four silent is enough; the fourth gateway that still talks proves nothing.
#
# **Worked example.** A town's terminals, the same question.

# %%
silent_for_s = {"T1": 95, "T2": 12, "T3": 240, "T4": 33}  # 1. ages, not events
quiet = [age > 30 for age in silent_for_s.values()]  # 2. one limit, strict
print(sum(quiet) / len(quiet) >= 0.75)  # 3. a share: a town of 8 needs 6

# %% [markdown]
# **Your turn.** The last message was sent up to 10 s before the outage. Ticks come every 5 s. When,
# at the latest after onset, does `age > 30` become true at a tick, if transport takes up to 4 s?

# %%
latest_s = ...  # s after onset
hint = "Heard at most 4 s after onset; age 30 is not enough; the next tick is up to 5 s away."
your_turn(lambda: latest_s, 39, hint, latest_s)

# %% [markdown]
# **Say it.** "Silence is found by the clock, not by messages, and a silent region is one page."

# %% [markdown] orbitlab={"part": "alerter-with-two-holes", "card": {"prompt": "A backlog of 12 minutes arrives at once. Which messages are judged?", "answer": "Only those that were sent within the last 30 s of the collector's clock: the rest is history for the archive, not news for a pager. And what was paged is not paged again for 600 s.", "topic": "time semantics", "exercises": ["d05-alerter"]}}
# ## A pager with two holes
#
# **Question.** "The uplink was down for 12 minutes; now everything arrives at once. Whom do you
# wake?"
#
# **Predict.** One gateway's messages were withheld while its SNR dipped and recovered. Votes as
# before: it pages at every message while three of the last five are low. How many pages if nothing
# guards it?

# %%
PREDICT = ...  # pages of this one gateway in six hours

# %% [markdown]
# **Run.** Two guards have a name and no rule yet; `...` lets everything pass.


# %%
def is_news(e, now):
    return ...  # hole 1: is this message about now?


def may_page(now, last_page):
    return ...  # hole 2: has nothing been said lately?


# %%
def pager(s, gateway, is_news, may_page):
    """Return when this one gateway is paged, s UTC."""
    snr, low, pages = deque(maxlen=120), deque(maxlen=5), [0]
    for e in s.events:
        if e.gateway_id != gateway or e.snr_db != e.snr_db or not is_news(e, e.arrival_ts):
            continue
        low.append(len(snr) >= 30 and np.median(snr) - e.snr_db > 3)
        snr.append(e.snr_db)
        if sum(low) >= 3 and may_page(e.arrival_ts, pages[-1]):
            pages.append(e.arrival_ts)
    return pages[1:]


late = stream.generate(stream.scenario("S2", 1))
flush = late.flushes[0]
predicted(PREDICT, len(pager(late, flush.gateway_id, lambda *_: True, lambda *_: True)), "pages")

# %%
own = [e for e in late.events if e.gateway_id == flush.gateway_id]
sent = np.array([e.event_ts - flush.flush_ts for e in own]) / 60
came = np.array([e.arrival_ts - flush.flush_ts for e in own]) / 60
snr = np.array([e.snr_db for e in own])
low = snr < np.nanmedian(snr) - 3

# %%
fig, ax = canvas(7, 3.4)
ax.plot([-20, 25], [-20, 25], color=COLOURS["black"], linewidth=0.8)
ax.scatter(sent[~low], came[~low], s=8, color=COLOURS["grey"], label="normal")
ax.scatter(sent[low], came[low], s=16, color=COLOURS["vermilion"], label="low")
ax.set(xlim=(-20, 10), ylim=(-20, 25), xlabel="sent (min from the flush, gateway's clock)")
ax.set(ylabel="received (min, collector's clock)")
ax.set_title(f"The dip of {flush.gateway_id} was over before anyone heard of it")
ax.legend(loc="lower right")
words = (
    "Arrival against sending time. Most points lie on the diagonal, a horizontal row of withheld"
)
picture(
    fig, words + " messages arrives at minute 0, low ones among them; single late ones float above."
)

# %% [markdown]
# **Why.** "It arrived now, so it is now" is the misconception. Event time says what happened, arrival
# time says what you can still do about it. Waiting for late messages costs the 60 s; ignoring them
# for paging costs nothing, since they go to the archive anyway.
#
# **Worked example.** The same two guards for a neighbour, a doorbell camera's push messages:

# %%
pushed = -(10**9)
for seen_at, told_at in [(0, 2), (5, 400), (410, 412), (900, 903)]:
    news = told_at - seen_at <= 60  # 1. the person may still be there
    quiet = told_at - pushed >= 600  # 2. one push each ten minutes
    if news and quiet:
        pushed = told_at  # 3. only a push starts the quiet time
        print("push at", told_at)

# %% [markdown]
# **Your turn.** Fill both holes above (30 s, 600 s), run those cells again, then this one.

# %%
filled = ... if ... in (is_news(own[0], 10**12), may_page(1, 0)) else True
hint = "Compare now with e.event_ts in hole 1 and with last_page in hole 2."
others = [flush.gateway_id, late.incidents[0].target]
truth = [sum(i.target == g for i in late.incidents) for g in others]
your_turn(lambda: [len(pager(late, g, is_news, may_page)) for g in others], truth, hint, filled)

# %% [markdown]
# **Say it.** "I page on fresh messages only, by the collector's clock; late ones update history, and a
# page starts ten quiet minutes."

# %% [markdown] orbitlab={"part": "replay", "card": {"prompt": "What must an audit record of a decision hold?", "answer": "Everything that decide reads: features and params as they were, with the verdict, its reason and the messages it rests on. Then anybody can decide again and get the same.", "topic": "audit", "exercises": ["d05-alerter"]}}
# ## Why did it page?
#
# **Question.** "At 3 a.m. you were paged. At 9 a.m. they ask why. What do you show?"
#
# **Predict.** A rain alarm logs its verdict and the rate, not its threshold. Since then someone
# lowered the threshold from 12 to 8 mm/h. Of 40 decisions, how many replay otherwise?

# %%
PREDICT = ...  # of 40

# %% [markdown]
# **Run.** Each decision again, from its record and today's configuration.

# %%
rates = np.random.default_rng(5).gamma(3, 3, 40).round(1)  # mm/h
LIMIT = 12.0
records = [{"features": {"mm_h": r}, "fired": r > LIMIT} for r in rates.tolist()]
LIMIT = 8.0  # deployed on Tuesday


def replayed(record):
    return record["features"]["mm_h"] > LIMIT  # reads what the record does not hold


changed = np.array([replayed(r) != r["fired"] for r in records])
predicted(PREDICT, int(changed.sum()), "decisions")

# %%
fig, ax = canvas(7, 2.4)
ax.scatter(np.flatnonzero(~changed), rates[~changed], color=COLOURS["blue"], label="same verdict")
style = {"color": COLOURS["vermilion"], "marker": "X", "s": 50, "label": "differs"}
ax.scatter(np.flatnonzero(changed), rates[changed], **style)
ax.axhline(12, color=COLOURS["grey"], linestyle="--")
ax.axhline(8, color=COLOURS["grey"], linestyle=":")
ax.set(xlabel="decision", ylabel="rain rate (mm/h)", ylim=(0, 25))
ax.set_title(f"The replay diff: {changed.sum()} of 40 records cannot explain themselves")
ax.legend(loc="upper right", ncols=2)
picture(fig, "Rain rates of 40 decisions; those between the old limit 12 and the new one 8 differ.")

# %% [markdown]
# **Why.** "We log every alert" is the misconception. A verdict without its inputs is a claim, and a
# stored verdict that is read back proves only that storage works. Parameters belong into the record
# because they change; so does what did *not* fire, since the next question is why nobody was paged
# on Monday.
#
# **Worked example.** The alarm with a pure decision and a record that holds all it read.


# %%
def rain_alarm(features, params):
    score = features["mm_h"] / params["limit_mm_h"]  # 1. arguments only
    return score > 1, score


features, params = {"mm_h": 9.5}, {"limit_mm_h": 12.0}
fired, score = rain_alarm(features, params)
text = json.dumps({"features": features, "params": params, "fired": fired, "score": score})
back = json.loads(text)  # 2. as the auditor reads it, months later
print(rain_alarm(back["features"], back["params"]) == (back["fired"], back["score"]))

# %% [markdown]
# **Your turn.** JSON has no tuples and no number keys. What comes back of `{"window": (1, 2)}`?

# %%
comes_back = ...
expected = json.loads(json.dumps({"window": (1, 2)}))["window"]
your_turn(lambda: type(comes_back["window"]) is type(expected), True, "A list.", comes_back)

# %% [markdown]
# **Say it.** "The decision is a pure function of its record: features, parameters, version. Replay is
# calling it again."

# %% [markdown] nbgrader={"grade": false, "grade_id": "d05-alerter-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "d05-alerter", "title": "Beat the simulator", "section": "ML system design", "difficulty": "hard", "minutes": 75, "points": 15, "rounds": ["ML system design (inferred)"], "topics": ["alerting", "streams", "audit"]}
# ### Beat the simulator
#
# `d05-alerter` · 75 min · 15 points · asked in ML system design (inferred)
#
# **Situation.** Twelve gateways report SNR every 10 s. Someone is woken for each page, and asks next
# morning why.
#
# **Task.** Write `GatewayAlerter`, which pages degraded gateways and silent regions in five scenarios.
#
# **Signature.**
# ```python
# class GatewayAlerter:
#     audit: list[dict]                                       # one record per decision, below
#     def __init__(self, gateways: dict[str, str])            # {gateway id: region}
#     def on_event(self, e: Event, now: int) -> list[dict]    # now: collector clock, s
#     def on_tick(self, now: int) -> list[dict]               # every 5 s
#     @staticmethod
#     def decide(kind: str, features, params) -> tuple[bool, float, str]  # fired, score, reason
# ```
#
# **Example.**
# ```python
# # 11, 11, 1, 11 dB: a glitch            → []
# # 11, 11, 5, 5, 5 dB: SNR fell by 6 dB  →
# [{"kind": "gateway", "target": "NO1", "reason": "SNR_DROP", "score": 0.6, "confidence": 0.6}]
# ```
#
# **Rules.**
# - Page within 60 s of onset, on the collector's clock.
# - Fewer than 0.001 false pages per healthy gateway-minute.
# - Page once per incident; a silent region is one incident.
# - Messages of the past are no news, whenever they arrive.
# - `decide` is pure: the record alone gives its verdict again.
#
# **Target.** O(1) memory a gateway beside the audit; under 4 s of CPU a run.
#
# <details><summary>The stream you face</summary>
#
# An `Event` has `event_id`, `gateway_id`, `region`, `seq`, `event_ts` (gateway's clock),
# `arrival_ts` (collector's clock), `snr_db`. A run is six hours. For T = start, start + 5, …:
# `on_event(e, e.arrival_ts)` for all that has arrived by T, in the order of arrival, then
# `on_tick(T)`. An alert is stamped with the `now` of its call.
#
# Each gateway has a level of its own, 9 to 14 dB, unknown to you. Noise has σ 0.8 dB, the day moves
# the level by ±1 dB. One sample in 250 is a glitch: alone, 8 to 12 dB low. 0.2 % are NaN, 2 % are
# lost, 1 % come twice, 1 % come 60 to 600 s late. The others take 1 to 4 s.
#
# A degraded gateway loses 5 to 8 dB for 180 to 420 s. A silent region: at least 75 % of its gateways
# send nothing. Otherwise at most one gateway of a region is silent for more than 30 s. Nothing
# happens in the first 40 min. Incidents of one gateway lie at least 700 s apart, none is within
# 900 s of an outage of its region, and none lasts longer than 500 s.
#
# | scenario | what is special |
# |---|---|
# | S1 | clean: nothing lost, late, repeated or NaN |
# | S2 | 5 % late, 3 % twice, and two backlogs: held for 600 to 900 s with an old dip inside, then delivered at once |
# | S3 | 10 % lost |
# | S4 | two outages: four and three of four gateways silent for 300 to 500 s |
# | S5 | every level drifts by −1 dB/h, clocks are off by up to 3 s |
#
# Seven to ten incidents each. An alert matches an incident if kind and target agree and
# start ≤ time < end + 60. Yours to play with: `from orbitlab.world import stream`, then
# `s = stream.generate(stream.scenario("S2", 7))`, `stream.score(s, stream.run(alerter, s))`.
#
# </details>
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | alerts | what both methods return | a list of dicts with exactly `kind` ("gateway" or "region"), `target`, `reason`, `score`, `confidence` in [0, 1] |
# | R2 | in time | first match − start ≤ 60 s | every incident in S1, S4, S5; all but one in S2 and in S3 |
# | R3 | false | no match (and not R4's second case) | fewer than 0.001 per healthy gateway-minute: at most four a run |
# | R4 | spam | a further match less than 600 s after the target's last alert · a gateway inside its region's incident | none |
# | R5 | stale | no match, on a gateway within 180 s after its backlog came in | none |
# | R6 | `decide` | static and pure, on features and params after a JSON round trip | gives fired, reason and score (to 1e-9) of every record; it computes them |
# | R7 | `audit` | JSON-able dicts with exactly `kind`, `target`, `features`, `params`, `fired`, `score`, `reason`, `event_ids`, `model_version` | one with fired = true per alert, in order; held back by re-arm or muting: no record, or the gate is part of decide's features |
# | R8 | evidence | per run · gateway alerts | at least five unfired records of kind "gateway" per gateway · `event_ids` not empty, delivered by then, all of that gateway (of a region: may be empty) |
# | R9 | replay | fresh instances · every message delivered twice | identical alerts and audits, whatever the ids hash to · the same (kind, target, time); inputs unchanged |
# | R10 | trouble | raises, returns something else, never returns, takes more than 4 s of CPU or 1 GiB in a run | costs that scenario |
#
# Points: S1 to S5 two each, all of R2 to R5 on three hidden seeds; R6 to R8 three; R9 two.
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Five questions, one after another: is this message news? How far is it below what this gateway did
# lately? Do several samples say so? Did I say it already? What does the next reader need to decide
# again? Silence is different: no message brings it, so only `on_tick` can see it.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# if not self.is_news(e, now): return []       # repeated, late, out of a backlog
# self.heard[e.gateway_id] = now               # on_tick compares with this
# features = {"drops_db": [...]}               # against a running baseline
# fired, score, reason = self.decide("gateway", features, params)
# self.audit.append({...})                     # all fired ones, some others
# return [{...}] if fired else []              # and re-arm after 600 s
# ```
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "d05-alerter", "locked": false, "schema_version": 3, "solution": true, "task": false}
from collections import deque
from statistics import median

from orbitlab.world import stream


class GatewayAlerter:
    """Pages degraded gateways and silent regions; every decision replays from its record."""

    def __init__(self, gateways: dict[str, str]) -> None:
        """Take {gateway id: region}; set `audit` to an empty list."""
        ### BEGIN SOLUTION
        self.audit, self.region_of = [], dict(gateways)
        self.last_seq = dict.fromkeys(gateways, -1)  # repeats and late ones are not above it
        self.levels = {g: deque(maxlen=120) for g in gateways}  # 20 min: the running baseline
        self.drops = {g: deque(maxlen=5) for g in gateways}  # (event id, dB below baseline)
        # Arrival of a gateway's last news; when a target may page, and be logged, again.
        self.heard, self.armed_at, self.logged = {}, {}, {}
        ### END SOLUTION

    @staticmethod
    def decide(kind: str, features: dict, params: dict) -> tuple[bool, float, str]:
        """Return (fired, score, reason) from nothing but the arguments."""
        ### BEGIN SOLUTION
        if kind == "region":
            share = sum(age > params["silent_s"] for age in features["silent_for_s"]) / params["of"]
            return share >= params["share"], share, "REGION_SILENT"
        votes = sum(drop > params["drop_db"] for drop in features["drops_db"])
        return votes >= params["votes"], votes / params["of"], "SNR_DROP"
        ### END SOLUTION

    def on_event(self, e: stream.Event, now: int) -> list[dict]:
        """Take one message at its arrival and return alerts."""
        ### BEGIN SOLUTION
        gateway = e.gateway_id
        if e.seq <= self.last_seq[gateway] or now - e.event_ts > 30:  # transport takes 1-4 s
            return []
        self.last_seq[gateway], self.heard[gateway] = e.seq, now
        if not np.isfinite(e.snr_db):
            return []  # it lives, but says nothing about its SNR
        levels, drops = self.levels[gateway], self.drops[gateway]
        if len(levels) >= 30:
            drops.append((e.event_id, round(median(levels) - e.snr_db, 3)))
        levels.append(e.snr_db)
        if any(now < self.armed_at.get(t, now) for t in (gateway, self.region_of[gateway])):
            return []
        features = {"drops_db": [drop for _, drop in drops]}
        params = {"drop_db": 3.0, "votes": 3, "of": 5}
        return self._decided("gateway", gateway, features, params, [i for i, _ in drops], now)
        ### END SOLUTION

    def on_tick(self, now: int) -> list[dict]:
        """Take notice that time passed and return alerts."""
        ### BEGIN SOLUTION
        alerts = []
        for region in sorted(set(self.region_of.values())):
            members = [g for g, r in self.region_of.items() if r == region]
            features = {"silent_for_s": [now - self.heard.get(g, now) for g in members]}
            if now >= self.armed_at.get(region, now):
                params = {"silent_s": 30, "share": 0.75, "of": len(members)}
                alerts += self._decided("region", region, features, params, [], now)
        return alerts

    def _decided(self, kind, target, features, params, event_ids, now):
        fired, score, reason = self.decide(kind, features, params)
        if not fired and now < self.logged.get(target, now):
            return []
        self.logged[target] = now + 300  # of what does not fire, a sample is enough
        verdict = {"kind": kind, "target": target, "reason": reason, "score": score}
        basis = {"features": features, "params": params, "event_ids": event_ids}
        self.audit.append(verdict | basis | {"fired": fired, "model_version": "votes-1"})
        if not fired:
            return []
        self.armed_at[target] = now + 600
        return [verdict | {"confidence": score}]
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "d05-alerter-check", "locked": true, "points": 15, "schema_version": 3, "solution": false, "task": false}
# %%check d05-alerter --points 15
import contextlib
import json
from pathlib import Path

from orbitlab.checks import Mismatch, difference, drive, limit
from orbitlab.world import stream

LATE_FORGIVEN = {"S2": 1, "S3": 1}
SEEN = 1  # the seed of the visible tests
MUTATED = set()  # scenarios in which the dict of gateways was changed
PLAYED = {}  # (scenario, seed): (stream, alerter, alerts) of whole runs, so that none is played twice
HANGING = set()  # scenarios that were cut off: they are not tried again


def clock(s, ts):
    """Return a time of the stream as hours, minutes and seconds since its start."""
    return f"+{(ts - s.start_ts) // 3600}:{(ts - s.start_ts) % 3600 // 60:02}:{(ts - s.start_ts) % 60:02}"


def broken(s, alerts, now):
    """Return (finding, expected, got) of the first promise that a run has broken by now, or None."""
    score = stream.score(s, alerts, now)
    last = alerts[-1] if alerts else None
    said = f"{last.kind} {last.target} at {clock(s, last.raised_at)}" if last else ""
    if score.spam:
        return "spam: what was told already was told again", "one page per incident", said
    if score.stale:
        return "stale page: a backlog told the past", "no page about what is over", said
    if score.false_rate >= 0.001:
        rate = f"{score.false_alerts} of them, the last: {said}"
        return "false page: too many pages about nothing", "false rate < 0.001", rate
    if len(score.missed) > LATE_FORGIVEN.get(s.scenario.name, 0):
        i = score.missed[-1]
        finding = f"late page: no page for a {i.kind} within 60 s"
        return (
            finding,
            "a page within 60 s",
            f"none: {i.kind} {i.target}, from {clock(s, i.start_ts)}",
        )
    return None


@contextlib.contextmanager
def memory(answer):
    """Allow the body 1 GiB more than there is, where the system can and the answer is in here."""
    try:
        import resource

        data = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
        before = resource.getrlimit(resource.RLIMIT_DATA)
    except (ImportError, OSError, ValueError):
        before = None
    if before is None or not isinstance(answer, type):
        yield
        return
    most = data + 2**30 if before[1] == resource.RLIM_INFINITY else min(data + 2**30, before[1])
    resource.setrlimit(resource.RLIMIT_DATA, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def whole(answer, s, judged=False):
    """Play a stream to a fresh alerter and return both; a judged run ends at a broken promise."""
    name, alerts = s.scenario.name, []
    if name in HANGING:
        raise Mismatch("a call did not return in time before, so this is not tried again")
    HANGING.add(name)  # an interruption skips the lines that take it out again
    due = {-(-(i.start_ts + 61 - s.start_ts) // 5) * 5 + s.start_ts for i in s.incidents}
    try:
        with memory(answer):
            given = dict(s.gateways)
            alerter = answer(given)
            for now, new in stream.steps(alerter, s, drive=drive):
                alerts += new
                problem = broken(s, alerts, now) if judged and (new or now in due) else None
                if problem:
                    break
    except stream.BadReply as error:
        HANGING.discard(name)
        raise Mismatch(f"wrong type: {error}") from None
    except MemoryError:
        HANGING.discard(name)
        raise Mismatch("memory: the run took 1 GiB more than there was before it") from None
    except (Exception, SystemExit):
        HANGING.discard(name)
        raise
    HANGING.discard(name)
    if problem:
        finding, expected, got = problem
        raise Mismatch(finding, call=f"{name}, seed {s.scenario.seed}", expected=expected, got=got)
    if given != s.gateways:
        MUTATED.add(name)
    return alerter, alerts


def play(answer, name, seed, judged=False):
    """Return (stream, alerter, alerts) of a whole run; played once, whoever asks."""
    if (name, seed) not in PLAYED:
        s = stream.generate(stream.scenario(name, seed))
        PLAYED[name, seed] = (s, *whole(answer, s, judged))
    return PLAYED[name, seed]


@limit(4)
def test_s1_seen(GatewayAlerter):
    """R2, R3: S1, a clean stream: one low sample is a glitch, several are an incident."""
    play(GatewayAlerter, "S1", SEEN, judged=True)


@limit(4)
def test_s2_seen(GatewayAlerter):
    """R2, R5: S2, late, repeated and withheld messages: what tells the past is no news."""
    play(GatewayAlerter, "S2", SEEN, judged=True)


@limit(4)
def test_s3_seen(GatewayAlerter):
    """R2, R3: S3, one message in ten is lost: a gap delays the page, it does not cancel it."""
    play(GatewayAlerter, "S3", SEEN, judged=True)


@limit(4)
def test_s4_seen(GatewayAlerter):
    """R2, R4: S4, silent regions: one page for the region, none for each of its gateways."""
    play(GatewayAlerter, "S4", SEEN, judged=True)


@limit(4)
def test_s5_seen(GatewayAlerter):
    """R2, R3: S5, drift and skewed clocks: what was normal an hour ago is not normal now."""
    play(GatewayAlerter, "S5", SEEN, judged=True)


@limit(8)
def test_record_of_an_alert(GatewayAlerter):
    """R1, R7: Every alert has its record with fired = true, in order, and both have exactly their keys."""
    _, alerter, alerts = play(GatewayAlerter, "S1", SEEN)
    told = [(a.kind, a.target) for a in alerts]
    records = [(r["kind"], r["target"]) for r in alerter.audit if r["fired"]]
    call, found = f"S1, seed {SEEN}", difference(told, records)
    if found or not told:
        finding = "the fired records are not the alerts" if told else "no alert at all"
        raise Mismatch(finding, call=call, expected=f"records of {told}", got=str(records))
    keys = ["confidence", "kind", "reason", "score", "target"]
    if sorted(alerts[0].alert) != keys:
        raise Mismatch(
            "alert keys", call=call, expected=str(keys), got=str(sorted(alerts[0].alert))
        )
    keys = ["event_ids", "features", "fired", "kind", "model_version"]
    keys += ["params", "reason", "score", "target"]
    record = next(r for r in alerter.audit if r["fired"])
    if sorted(record) != keys:
        raise Mismatch("record keys", call=call, expected=str(keys), got=str(sorted(record)))


### BEGIN HIDDEN TESTS
import copy
from collections import Counter
from dataclasses import replace

import numpy as np

from orbitlab.checks import Tolerance, worth

SEEDS = {
    "S1": [
        249221523960701693064818036688662513991,
        332566467665709338191503695886874175812,
        196517860450611979891695197955110632869,
    ],
    "S2": [
        215456481471146743156433558934858101799,
        93129593096461262423743192621448861762,
        154418928181041662581607035793142050981,
    ],
    "S3": [
        197967876594427802618494229133084067717,
        118725896300789974343865705250576913774,
        15088158292315513380361587225527604321,
    ],
    "S4": [
        111510508584636214019420029366048831338,
        78524014527171138155387025667213680371,
        198491802901358153476522349151930600357,
    ],
    "S5": [
        325361586152232856842832060831749563881,
        216961998351351253929826490083981323333,
        189048439912260410135965998061691129191,
    ],
}
ALERT_KEYS = {"kind", "target", "reason", "score", "confidence"}
RECORD_KEYS = ALERT_KEYS - {"confidence"}
RECORD_KEYS |= {"features", "params", "fired", "event_ids", "model_version"}
MARK = "q7z"  # in front of all ids: it keeps their order and changes what they hash to


@worth(2)
@limit(12)
def test_s1_clean(GatewayAlerter):
    """R2, R3, R4, R10: S1: one low sample is a glitch, who waits for certainty is late, and one page is enough."""
    for seed in SEEDS["S1"]:
        play(GatewayAlerter, "S1", seed, judged=True)


@worth(2)
@limit(12)
def test_s2_late_and_withheld(GatewayAlerter):
    """R2, R5, R10: S2: messages that come late, twice or out of a backlog tell the past and are no news."""
    for seed in SEEDS["S2"]:
        play(GatewayAlerter, "S2", seed, judged=True)


@worth(2)
@limit(12)
def test_s3_loss(GatewayAlerter):
    """R2, R3, R10: S3: one message in ten is lost; a vote must not wait for those that never come."""
    for seed in SEEDS["S3"]:
        play(GatewayAlerter, "S3", seed, judged=True)


@worth(2)
@limit(12)
def test_s4_silent_regions(GatewayAlerter):
    """R2, R4, R10: S4: a silent region is one page within 60 s, not one a gateway, and 75 % is silent enough."""
    for seed in SEEDS["S4"]:
        play(GatewayAlerter, "S4", seed, judged=True)


@worth(2)
@limit(12)
def test_s5_drift_and_skew(GatewayAlerter):
    """R2, R3, R10: S5: a baseline that is learned once or shared drifts out of date; clocks differ by seconds."""
    for seed in SEEDS["S5"]:
        play(GatewayAlerter, "S5", seed, judged=True)


def played_through(answer):
    """Return (name, stream, alerter, alerts) of the runs that came to their end, one a scenario.

    What raised or hung has cost its own scenario already, and costs no more here.
    """
    found, trouble = [], None
    for name, seeds in SEEDS.items():
        try:
            found.append((name, *play(answer, name, seeds[0])))
        except (Exception, SystemExit) as error:  # noqa: BLE001  (an answer may raise anything)
            trouble = error
    if not found:
        raise trouble
    if not any(alerts for _, _, _, alerts in found):
        raise Mismatch("no run has a single alert, so there is nothing to replay")
    return found


def plain(value):
    """Let numpy scalars into JSON (G2), and nothing else."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError


def records_of(alerter):
    """Return the audit after a JSON round trip."""
    try:
        records = json.loads(json.dumps(list(alerter.audit), default=plain))
    except (TypeError, ValueError, AttributeError) as error:
        raise Mismatch("audit incomplete: there is no list of JSON-able records") from error
    if any(not isinstance(r, dict) or set(r) != RECORD_KEYS for r in records):
        raise Mismatch("audit incomplete: a record has not exactly the stated keys")
    return records


def is_number(value):
    return isinstance(value, (int, float, np.number)) and not isinstance(value, bool)


def check_alerts(alerts):
    """R1."""
    for alert in (a.alert for a in alerts):
        if set(alert) != ALERT_KEYS:
            raise Mismatch("an alert has not exactly the stated keys")
        if alert["kind"] not in ("gateway", "region"):
            raise Mismatch("an alert's kind is neither gateway nor region")
        if not isinstance(alert["reason"], str) or not is_number(alert["score"]):
            raise Mismatch("an alert's reason is no text or its score no number")
        if not is_number(alert["confidence"]) or not 0 <= alert["confidence"] <= 1:
            raise Mismatch("an alert's confidence is no number in [0, 1]")


def check_records(s, records, alerts):
    """R7, R8."""
    fired = [r for r in records if r["fired"]]
    if [(r["kind"], r["target"]) for r in fired] != [(a.kind, a.target) for a in alerts]:
        finding = (
            "audit incomplete: fired records and alerts are not the same, one to one and in order"
        )
        raise Mismatch(finding)
    unfired = Counter(r["target"] for r in records if r["kind"] == "gateway" and not r["fired"])
    if any(unfired[g] < 5 for g in s.gateways):
        raise Mismatch("audit incomplete: a gateway has fewer than five unfired records")
    delivered = {}
    for e in s.events:
        delivered.setdefault(e.event_id, (e.gateway_id, e.arrival_ts))
    for record, alert in zip(fired, alerts, strict=True):
        ids = record["event_ids"]
        if not isinstance(ids, list) or (alert.kind == "gateway" and not ids):
            raise Mismatch("audit incomplete: a gateway alert names no event ids")
        for event_id in ids if alert.kind == "gateway" else ():
            gateway, arrival = delivered.get(event_id, ("", 0))
            if gateway != alert.target or arrival > alert.raised_at:
                finding = "audit incomplete: event_ids name a message of another gateway, or one not yet delivered"
                raise Mismatch(finding)


def decided(on, records):
    """Return what decide gives for each record, in one go."""
    return drive(on, [("decide", (r["kind"], r["features"], r["params"])) for r in records])


def check_decide(answer, alerter, records):
    """R6: forwards, backwards and on an instance, decide gives what the record says."""
    near, sample = Tolerance(rtol=1e-9, atol=1e-9), records[:: max(1, len(records) // 500)]
    before = json.dumps(sample)
    for on, some in ((answer, records), (answer, sample[::-1]), (alerter, sample[:20])):
        for record, got in zip(some, decided(on, some), strict=True):
            if not isinstance(got, (tuple, list)) or len(got) != 3:
                raise Mismatch("decide does not return (fired, score, reason)")
            same = bool(got[0]) == bool(record["fired"]) and record["reason"] == got[2]
            if not same or difference(record["score"], got[1], near):
                raise Mismatch("audit incomplete: decide gives something else than the record says")
    if json.dumps(sample) != before:
        raise Mismatch("an input of decide was changed; inputs are never mutated (G1)")


def leaves(value, path=()):
    """Yield (path, value) of everything in nested dicts and lists."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def with_leaf(record, path, value):
    changed = copy.deepcopy(record)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return changed


def nudged(record, sign):
    """Return the record with every float of its features moved by a billionth."""
    for path, value in leaves(record["features"], ("features",)):
        if isinstance(value, float):
            record = with_leaf(record, path, value + sign * 1e-9 * max(1.0, abs(value)))
    return record


def check_computed(answer, records):
    """R6: no leaf of the features is the verdict itself, and no table of known features holds it."""
    gateways = [r for r in records if r["kind"] == "gateway"]
    fired = [r for r in gateways if r["fired"]][:10]
    unfired = [r for r in gateways if not r["fired"]][:60]
    values = {}
    for record in fired + unfired:
        seen = dict(leaves({key: record[key] for key in ("features", "params")}))
        for path, value in seen.items():
            values.setdefault(path, []).append((bool(record["fired"]), value))
    for path, pairs in values.items():
        yes = {v for hit, v in pairs if hit}
        no = {v for hit, v in pairs if not hit}
        both = len(pairs) == len(fired + unfired) and len(yes) == len(no) == 1 and yes != no
        if not both or not all(isinstance(v, (bool, str)) or v in (0, 1) for v in yes | no):
            continue
        turned = [
            with_leaf(r, path, next(iter(no if r["fired"] else yes))) for r in fired + unfired
        ]
        try:
            verdicts = [bool(got[0]) for got in decided(answer, turned)]
        except Exception:  # noqa: BLE001  (an answer may raise anything)
            continue
        if verdicts == [not r["fired"] for r in fired + unfired]:
            raise Mismatch(
                "audit incomplete: decide returns a stored verdict, it does not compute it"
            )
    kept = (
        [False]
        if any(isinstance(v, float) for r in fired for _, v in leaves(r["features"]))
        else []
    )
    for sign in (1, -1) if kept else ():
        with contextlib.suppress(Exception):
            kept += [bool(got[0]) for got in decided(answer, [nudged(r, sign) for r in fired])]
    if kept and not any(kept):
        raise Mismatch("audit incomplete: decide knows only features that it has met before")


@worth(3)
@limit(24)
def test_audit(GatewayAlerter):
    """R1, R6, R7, R8: Audit: decide computes each verdict again from its record; records tell every alert and its messages."""
    for _, s, alerter, alerts in played_through(GatewayAlerter):
        check_alerts(alerts)
        records = records_of(alerter)
        check_records(s, records, alerts)
        check_decide(GatewayAlerter, alerter, records)
        check_computed(GatewayAlerter, records)


def marked(s):
    """Return the stream with a mark in front of all ids and region names."""
    events = tuple(
        replace(
            e, event_id=MARK + e.event_id, gateway_id=MARK + e.gateway_id, region=MARK + e.region
        )
        for e in s.events
    )
    gateways = {MARK + g: MARK + r for g, r in s.gateways.items()}
    return replace(s, events=events, gateways=gateways)


def story(alerter, alerts):
    """Return all alerts and all audit records as one text each, marks removed."""
    told = [[a.raised_at, a.alert] for a in alerts]
    return [json.dumps(x, default=plain).replace(MARK, "") for x in (told, list(alerter.audit))]


def check_marked(once, again):
    """R9: what differs under other ids may be which unfired records are kept, and nothing else."""
    told, kept = zip(
        *([json.loads(text) for text in texts] for texts in (once, again)), strict=True
    )
    fired = [[r for r in records if r["fired"]] for records in kept]
    texts = [[json.dumps(r, sort_keys=True) for r in records] for records in kept]
    shuffled = texts[0] != texts[1] and sorted(texts[0]) == sorted(texts[1])
    if told[0] != told[1] or fired[0] != fired[1] or shuffled:
        raise Mismatch("replay differs: something depends on the order of a set")


@worth(2)
@limit(50)
def test_replay(GatewayAlerter):
    """R9: Replay: dice, set order and repeated messages change nothing; the same stream gives the same alerts and audit."""
    for name, s, alerter, alerts in played_through(GatewayAlerter):
        if name in MUTATED:
            raise Mismatch("an input was changed; inputs are never mutated (G1)")
        once = story(alerter, alerts)
        again = story(*whole(GatewayAlerter, marked(s)))
        if again != once:
            if story(*whole(GatewayAlerter, s)) != once:
                raise Mismatch(
                    "replay differs: a fresh alerter tells another story of the same messages"
                )
            check_marked(once, again)
        _, repeated = whole(GatewayAlerter, stream.repeat_events(s))
        keys = [[(a.kind, a.target, a.raised_at) for a in some] for some in (alerts, repeated)]
        if keys[0] != keys[1]:
            raise Mismatch("replay differs: a message that is delivered twice counts twice")


### END HIDDEN TESTS
# %% [markdown]
# Look at your own alerter before you read the verdicts: six hours at a glance. Change `WATCH` to see
# another scenario. Bands are the truth, marks are your pages.

# %% tags=["try-it"]
WATCH = "S2"  # S1 to S5


def six_hours():
    """The five visible runs in numbers, and the badge of the strict reading."""
    rows = {}
    for name in stream.SCENARIO_NAMES:
        s = stream.generate(stream.scenario(name, 1))
        score = stream.score(s, stream.run(GatewayAlerter(dict(s.gateways)), s))
        rows[name] = {
            "incidents": len(score.incidents),
            "late or missed": len(score.missed),
            "worst latency (s)": "never"
            if score.worst_latency_s is None
            else score.worst_latency_s,
            "false": score.false_alerts,
            "spam": score.spam,
            "stale": score.stale,
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    strict = not table[["late or missed", "false", "spam", "stale"]].to_numpy().any()
    print("Badge: 30 simulated hours without one false page." if strict else "No badge yet.")
    return table


try_it(six_hours, GatewayAlerter)

# %% tags=["try-it"]
VERDICTS = {  # colour and mark: readable without colours as well
    "match": ("green", "o"),
    "repeat": ("sky", "s"),
    "spam": ("orange", "s"),
    "false": ("vermilion", "X"),
}


def timeline():
    """Your pages over the truth, one lane a gateway, and the SNR of the gateway worth looking at."""
    s = stream.generate(stream.scenario(WATCH, 1))
    score = stream.score(s, stream.run(GatewayAlerter(dict(s.gateways)), s))
    lanes = {g: 11 - k for k, g in enumerate(s.gateways)}
    for region in set(s.gateways.values()):
        lanes[region] = sum(lanes[g] for g, r in s.gateways.items() if r == region) / 4

    def hour(ts):
        return (ts - s.start_ts) / 3600

    fig, (ax, trace) = canvas(7.5, 5.6, rows=2)
    ax.get_subplotspec().get_gridspec().set_height_ratios([2, 1])
    for i in s.incidents:
        x, wide, y = hour(i.start_ts), hour(i.end_ts) - hour(i.start_ts), lanes[i.target]
        tall, colour = (0.8, "#BBBBBB") if i.kind == "gateway" else (3.8, "#DDE8F0")
        ax.barh(y, wide, tall, left=x, color=colour, zorder=1)
    for b in s.scenario.backlogs:
        y, left = lanes[b.gateway], b.start_s / 3600
        ax.barh(y, b.dur_s / 3600, 0.8, left=left, color="white", edgecolor="#999999", hatch="////")
        ax.text(left + b.dur_s / 3600 + 0.05, y, "backlog comes in", va="center", fontsize=8)
    for verdict, (colour, mark) in VERDICTS.items():
        at = [a for a, v in score.alerts if v == verdict]
        y = [lanes.get(a.target, 12) for a in at]
        style = {"color": COLOURS[colour], "marker": mark, "zorder": 3}
        ax.scatter([hour(a.raised_at) for a in at], y, label=f"{len(at)} {verdict}", **style)
    ax.set(
        yticks=list(range(12)), yticklabels=list(s.gateways)[::-1], xlim=(0, 6), ylim=(-0.7, 12.5)
    )
    verdict = f"{len(score.incidents)} incidents, {len(score.missed)} late or missed"
    ax.set_title(f"{WATCH}: {verdict}, {score.false_alerts} false, {score.spam} spam")
    ax.legend(loc="upper left", ncols=4)
    wrong = [a.target for a, v in score.alerts if v != "match"]
    likely = [*wrong, *(f.gateway_id for f in s.flushes), *(i.target for i in s.incidents)]
    own = next(g for g in likely if g in s.gateways)
    events = [e for e in s.events if e.gateway_id == own]
    x, y = [hour(e.arrival_ts) for e in events], [e.snr_db for e in events]
    trace.plot(x, y, ".", color=COLOURS["grey"], markersize=2)
    for a, verdict in score.alerts:
        if a.target == own:
            trace.axvline(hour(a.raised_at), color=COLOURS[VERDICTS[verdict][0]])
    trace.set(xlim=(0, 6), xlabel="time of arrival (h)", ylabel=f"SNR of {own} (dB)")
    counts = ", ".join(f"{sum(v == k for _, v in score.alerts)} {k}" for k in VERDICTS)
    words = (
        f"Scenario {WATCH}: lanes of twelve gateways with incidents as bands and pages as marks: "
    )
    picture(
        fig, f"{words}{counts}. Below, the SNR of {own} as it arrived, pages as vertical lines."
    )


try_it(timeline, GatewayAlerter)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** I judge fresh messages only, each against its gateway's running median, and page on
# three low votes of five. Silence is found on ticks, a region is one page, and every verdict comes
# from a pure function of its record.
#
# **Code.**
#
# <!-- answer: d05-alerter -->
#
# **Walk-through.**
# - R2, R3: three of five votes come 34 s after onset at the latest when nothing is lost, and no
#   single glitch has three; the median of 20 min follows the drift and not the incident.
# - R5, R9: one condition on `seq` and age drops repeats, late messages and backlogs, with one number
#   of memory a gateway.
# - R4: `armed_at` holds for gateways and for regions; a gateway looks at both.
# - R6, R7: `decide` reads only what the record holds, so `_decided` can write the record right there.
# - R8: of what does not fire, one record each five minutes; it shows that somebody looked.
#
# **Rejected.**
# - One sample 3 dB below the baseline: 76 false pages on the visible S1. Fails with "one low sample
#   is a glitch, several are an incident".
# - Waiting two minutes for late messages, as an archive would: nothing is paged within 60 s. Fails
#   with the same sentence and the finding "late page".
#
# **Cost.** O(W log W) a message for the median over W = 120 samples, O(W) memory a gateway; the
# audit grows by 12 records an hour and gateway and belongs on disk. It stops being right when a
# gateway restarts its `seq`, when an incident lasts longer than 10 minutes (it pages again), and
# for slow fades, which a running baseline learns.
#
# **Tests.**
# - A single sample 12 dB low never pages, three do within 60 s.
# - Every message twice gives the same pages; a backlog with a dip gives none.
# - Three silent gateways of four: one page for the region, none while it lasts.
#
# **Follow-up.** "A third of your pages turn out to be rain. What now?" Rain lowers neighbours
# together and slowly, so I would add the region's median drop as a feature and page the region.
# The record gets the feature, a new version, and both versions run side by side before the switch.
#
# </details>

# %% [markdown] orbitlab={"part": "sixty-seconds", "card": {"prompt": "What adds up to the 60 s between onset and page?", "answer": "Up to one cadence until the next sample, two more for three votes, transport, windowing, decision, delivery: 10 + 20 + 4 + 5 + 1 + 15 = 55 s, and 5 s in reserve.", "topic": "latency budget", "exercises": ["d05-design-doc"]}}
# ## Where sixty seconds go
#
# **Question.** "Draw me your design." Before the boxes: can it be on time at all?
#
# **Predict.** The page reaches a phone 15 s after the decision. Transport takes 4 s, a stream job
# commits every 5 s, deciding takes 1 s. A sample comes every 10 s. How many samples can you wait
# for?

# %%
PREDICT = ...  # samples

# %% [markdown]
# **Run.** Add the worst cases, not the means.

# %%
fixed = {"transport": 4, "commit of the stream job": 5, "decision": 1, "page on the phone": 15}
votes = (60 - sum(fixed.values())) // 10
predicted(PREDICT, votes, "samples")
parts = {"wait for 3 samples": 30, **fixed}
fig, ax = canvas(7.5, 2.2)
left, shades = 0, ["sky", "blue", "purple", "orange", "green"]
for (name, seconds), shade in zip(parts.items(), shades, strict=True):
    ax.barh(0, seconds, left=left, color=COLOURS[shade], label=f"{name} {seconds} s")
    left += seconds
ax.plot([60, 60], [-0.6, 0.6], color=COLOURS["vermilion"], linewidth=2)
ax.set(yticks=[], xlim=(0, 80), ylim=(-0.6, 1.6), xlabel="time since onset (s)")
ax.set_title(f"Three votes: {left} s of 60, {60 - left} in reserve")
ax.legend(loc="upper left", ncols=3, fontsize=8)
picture(fig, f"A stacked bar of worst cases: {parts}; {left} s in all, limit at 60 s.")

# %% [markdown]
# **Why.** "Streaming is fast enough" is the misconception. The model decides in a second; the page
# is late because of a cadence, a commit interval and a paging service that nobody added up. A budget
# of worst cases also tells what a faster box buys: less than one sample fewer.
#
# **Worked example.** The neighbour: a dashboard that promises to be five minutes fresh.

# %%
worst_s = {"window": 60, "lateness": 90, "commit": 30, "query cache": 60}  # 1. every wait
total_s = sum(worst_s.values())  # 2. worst cases add up, means do not help
print(total_s, "s of 300:", "kept" if total_s <= 300 else "broken")  # 3. a verdict, not a hope

# %% [markdown]
# **Your turn.** The stream job now commits every 20 s. How many samples can you wait for?

# %%
samples = ...
your_turn(lambda: samples, 2, "4 + 20 + 1 + 15 = 40 s are gone before the first sample.", samples)

# %% [markdown]
# **Say it.** "Fifty-five seconds in the worst case, thirty of them waiting for the second and third
# opinion; the model's share is one."

# %% [markdown]
# ### Score this one first
#
# A candidate's whole page, for the question that you are about to answer:
#
# > "Gateways send SNR to Kafka. A Spark job computes features in one-minute windows and stores them.
# > We train an isolation forest on history and serve it behind a REST API. It gives an anomaly score;
# > above a threshold we alert. Precision and recall are tracked on a dashboard, and the model is
# > retrained weekly. Late data is handled by Spark. To keep false alerts below 0.1 % we tune the
# > threshold. Everything runs on Kubernetes and scales."
#
# Give it points by the rubric below, before you read on. Each bullet is met or it is not.

# %%
MY_SCORE = {  # 0, or the bullet's points
    "schema": ...,  # of 2
    "time": ...,  # of 2
    "interface": ...,  # of 1
    "budget": ...,  # of 2
    "reading": ...,  # of 1
    "trouble": ...,  # of 2
    "replay": ...,  # of 1
    "rollout": ...,  # of 1
}
ours = dict.fromkeys(MY_SCORE, 0)
hint = "Ours is 0 of 12: read below which sentence you paid for, and what it does not say."
your_turn(lambda: MY_SCORE, ours, hint, *MY_SCORE.values())

# %% [markdown]
# <details><summary>Ours: 0 of 12, bullet by bullet</summary>
#
# - Schema: **0**. "SNR" is a field; there is no key, no unit and neither of the two clocks.
# - Time: **0**. "Handled by Spark" names no lateness and no key by which a repeat is recognised.
# - Interface: **0**. A score, but no reason, no confidence, no version.
# - Budget: **0**. A one-minute window alone takes the 60 s; nothing is added up.
# - Reading: **0**. 0.1 % of what, and how many pages a day is that?
# - Trouble: **0**. Late data in one clause; nothing about loss or a silent region.
# - Replay: **0**. A dashboard explains no single page.
# - Rollout: **0**. Retraining is no rollout: no canary, and no way back.
#
# Nothing in it is false. It is a list of products, and the question was about promises.
#
# </details>

# %% [markdown] nbgrader={"grade": false, "grade_id": "d05-design-doc-written-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "d05-design-doc", "title": "The one-page design", "section": "ML system design", "difficulty": "medium", "minutes": 40, "points": 12, "rounds": ["ML system design (inferred)"], "topics": ["system design", "alerting"]}
# ### The one-page design
#
# `d05-design-doc` · 40 min · 12 points · asked in ML system design (inferred)
#
# **Task.** In at most 500 words, tables included, design the system that pages the operator within
# 60 s when one of twelve gateways degrades, with false alerts below 0.1 % a day. Write for the
# engineer who will be woken by it.
#
# **Rubric.** Each bullet is met or not met.
# - Schema: the message's fields with key, units and both clocks (2)
# - Time: watermark, allowed lateness and the key that removes repeats, with numbers (2)
# - Interface: the model gives score, reason, confidence and version (1)
# - Budget: worst cases from onset to page, each with its seconds, summing to 60 s or less (2)
# - Reading: which 0.1 % is meant, and the number that follows from it (1)
# - Trouble: a table of what late data, loss and an outage each do to the output (2)
# - Replay: what is recorded for a decision, and how it is decided again (1)
# - Rollout: how a new version is tried on a part, and what brings the old one back (1)
#
# **Example.** "Latency: transport 4 s, three samples 30 s, then the model and the page." The budget
# bullet is not met: two of its four parts have no number, so nothing sums to 60 s.

# %% [markdown] nbgrader={"grade": true, "grade_id": "d05-design-doc-written", "locked": false, "points": 12, "schema_version": 3, "solution": true, "task": false}
# The strong page of the sample answer below is a full answer.

# %% [markdown] tags=["sample-answer"]
# You scored the weak page above, before you wrote yours. Score the middle one before you open its
# score, then your own.
#
# <details><summary>Weak page, scored 0 of 12</summary>
#
# It stands above the prompt with its score, bullet by bullet. In one line each:
#
# - Schema **0**, time **0**, interface **0**, budget **0**: products are named, no field, no lateness,
#   no reason, no seconds.
# - Reading **0**, trouble **0**, replay **0**, rollout **0**: no number, no table, no record, no way
#   back.
#
# </details>
#
# <details><summary>Middle page</summary>
#
# "Message: gateway_id, seq, event_ts (s UTC, gateway), arrival_ts (s UTC, collector), snr_db (dB);
# key (gateway_id, seq). Repeats are dropped by that key. We use event time with a watermark, so late
# data is correct. Three of five samples 3 dB below a 20-minute median page. The detector returns
# score, reason, confidence and its version. Budget: wait for three samples 30 s, transport 4 s,
# commit 5 s, decision 1 s, paging 15 s: 55 s in the worst case. False alerts below 0.1 %: we measured
# zero in a week. In an outage gateways of the region are grouped into one page; late messages go
# to the archive. We log all alerts. New versions run in shadow for a week, then on two gateways; if
# they page more than the old one there, the flag goes back within a minute."
#
# </details>
#
# <details><summary>Its score: 6 of 12</summary>
#
# - Schema: **2**. Fields, key, units, both clocks.
# - Time: **0**. The repeat key is there, but lateness has no number, and a watermark does not make
#   late data correct.
# - Interface: **1**. All four.
# - Budget: **2**. Worst cases, 55 s.
# - Reading: **0**. A measurement, but of which 0.1 %? Zero in a week may be luck.
# - Trouble: **0**. Two of three and no table: what does loss do?
# - Replay: **0**. Logged alerts cannot be decided again: no features, no parameters.
# - Rollout: **1**. A part, a criterion, a way back.
#
# </details>
#
# <details><summary>Strong page</summary>
#
# "**Promise.** Page within 60 s of onset; 0.1 % read strictly: at most one chance in 1,000 of a false
# page per gateway-day. For 12 gateways that is 0.012 pages a day, one in 83 days; read per decision it
# would be 104 a day, which nobody would survive.
#
# **Message.** Key (gateway_id, seq). event_ts, s UTC by the gateway's clock (±3 s); arrival_ts, s UTC
# by the collector's; snr_db, dB, null if the receiver gave none; schema version.
#
# **Time.** Watermark = collector's clock − 30 s. Allowed lateness for paging is these 30 s (transport
# takes 4 s): older messages go to the archive, which accepts them for 6 h, and are never judged.
# Repeats: same (gateway_id, seq), kept for 60 s.
#
# **Model.** Three of five fresh samples 3 dB below the gateway's 20-minute median. Out: score (share
# of votes), reason code, confidence, version. A learned model must fit the same interface, with this
# rule as its fallback.
#
# **Budget, worst case.** Three samples 30 s, transport 4, commit 5, decision 1, page on the phone 15:
# 55 s. Five in reserve.
#
# | trouble | what the output does |
# |---|---|
# | late, repeated, backlog | archived, never paged |
# | 10 % loss | votes count what came; each lost message costs 10 s, the first one more than the reserve: such pages may be late, and their share is reported |
# | ≥ 75 % of a region silent > 30 s, seen on the tick | one page for the region, its gateways muted until it is back |
# | features missing | last good for 10 min, then default, marked degraded |
# | more than 5 pages in 5 min | one 'degraded' page, then quiet for 10 min |
#
# **Replay.** Each page, and one decision per gateway each 5 min: features, parameters, version, ids
# of the messages, verdict. decide(features, parameters) is pure; a nightly job decides all again and
# fails on any difference.
#
# **Rollout.** Shadow for a week on all gateways, compared decision by decision; then two of twelve
# gateways for three days. Back by a flag, in under a minute, when a page is false or one is late
# that the old version had in time; the old version keeps running in shadow to tell."
#
# </details>
#
# <details><summary>Its score: 12 of 12</summary>
#
# - Schema: **2**. Key, units, both clocks and whose they are.
# - Time: **2**. Watermark, 30 s, the repeat key and how long it is kept.
# - Interface: **1**. Four outputs, and a model may be exchanged behind them.
# - Budget: **2**. Five worst cases, 55 s.
# - Reading: **1**. Strict, 0.012 a day, and why not the other one.
# - Trouble: **2**. A table with late, loss and outage, and what each costs.
# - Replay: **1**. What is recorded, and a job that decides again.
# - Rollout: **1**. Shadow, two gateways, two triggers, one flag.
#
# </details>

# %% [markdown] orbitlab={"lab": "spacecraft-alerts"}
# ## Field lab: a budget spent on two spacecraft
#
# Kestrel's simulator keeps its promises. These channels promised nothing: 82 of them, from the SMAP
# satellite and the rover Curiosity (MSL), with the anomalies that their operators labelled.
#
# **What it is not.** Values are scaled by the authors and have no unit, and time is an index, not a clock. One
# channel has no label and names no spacecraft. It is no fair benchmark, and you will see why. Source: telemanom
# (K. Hundman and others, 2018; BSD-style licence), described in `data/SOURCES.md`.

# %%
from orbitlab.world import real

craft = real.smap_msl()
values, labels = craft.values, craft.sequences
test = values[values["split"] == "test"]
print(
    f"{values['channel'].nunique()} channels, {len(values):,} rows, {len(labels)} labelled sequences"
)
for name, share in test.groupby("spacecraft")["anomaly"].mean().drop("NA").items():
    print(f"{name}: {share:.1%} of the test points are labelled anomalous")

# %% [markdown]
# Kestrel's gateways are ill for a few minutes in six hours. Here every eighth point is. Look at the labels first.

# %%
order = test.groupby("channel")["anomaly"].mean().sort_values().index
fig, ax = canvas(7.5, 6)
for lane, channel in enumerate(order):
    own = test[test["channel"] == channel]
    craft_colour = COLOURS["blue" if own["spacecraft"].iloc[0] == "SMAP" else "orange"]
    ax.barh(lane, len(own), 0.7, color="#E4E4E4")
    for row in labels[labels["channel"] == channel].itertuples():
        ax.barh(lane, row.last_t - row.first_t + 1, 0.9, left=row.first_t, color=craft_colour)
lengths = labels["last_t"] - labels["first_t"] + 1
shortest, longest = lengths.min(), lengths.max()
ax.set(xlabel="test sample (index)", ylabel="channel, by share of anomalous points", yticks=[])
ax.set(xlim=(0, 9000), ylim=(-1, 82))
ax.set_title(f"Labelled anomalies last from {shortest} to {longest:,} samples")
ax.grid(False)
picture(
    fig,
    alt="82 grey lanes, one for each channel, with labelled anomalies in blue for SMAP and orange for MSL. Some are thin lines, others fill half of their lane.",
)

# %% [markdown]
# ### What the file does not say aloud

# %%
distinct = values.groupby("channel")["value"].nunique()
few = sorted(distinct[distinct <= 2].index)
print(f"{len(few)} channels hold at most two values: {', '.join(few)}")
twice = labels.groupby("channel")["label_row"].nunique()
for channel in twice[twice > 1].index:
    print(f"{channel} is labelled {twice[channel]} times:")
labels[labels["channel"].isin(twice[twice > 1].index)]

# %% [markdown]
# A level that is on or off has no "3 dB below". And the two labels of P-2 nearly agree: which of them is the truth by
# which a detector is ranked?
#
# ### Spending 0.1 %
#
# `d05-budget` says: k independent exceedances in a row, each with p = q^(1/k), alarm with chance q. So take q = 0.001,
# set each channel's threshold to leave p of its *training* deviations above it, and count on healthy test points.


# %%
def deviation(x):
    return (x - x.rolling(120, min_periods=30).median().shift()).abs()  # from the last 120 samples


values["deviation"] = values.groupby(["channel", "split"])["value"].transform(deviation)
test, training = (values[values["split"] == name] for name in ("test", "train"))
in_training = training.groupby("channel")["deviation"]


def alarms(k, p):
    """Return for each test row whether it ends k exceedances in a row."""
    limit = in_training.quantile(1 - p)
    above = test["deviation"] > test["channel"].map(limit)
    return above.groupby(test["channel"]).transform(lambda x: x.rolling(k).min() == 1)


spent = {}
for k, p in ((1, 0.001), (2, 0.001 ** (1 / 2)), (3, 0.001 ** (1 / 3))):
    spent[k] = {"p": p, "promised": 0.001, "got": alarms(k, p)[~test["anomaly"]].mean()}
table = pd.DataFrame.from_dict(spent, orient="index").rename_axis("k in a row")
table["times over budget"] = table["got"] / table["promised"]
table.round(4)

# %% [markdown]
# The formula is right and its assumption is not. Two samples in a row are no two opinions when the signal moves slowly,
# so every vote you add makes the promise worse. And the test set is not the training set: even one vote overspends.
#
# ### What the benchmark rewards
#
# Now count pages: one at an alarm, then quiet for 60 samples. A sequence counts as found when a page falls anywhere into
# it, as much published work counts. Beside it the same number of pages thrown by dice.


# %%
def pages_of(alarm):
    """Return {channel: test indices of pages}, at most one each 60 samples."""
    found = {channel: [] for channel in order}
    for row in test[alarm].itertuples():
        if not found[row.channel] or row.t - found[row.channel][-1] >= 60:
            found[row.channel].append(row.t)
    return found


length = test.groupby("channel").size()
healthy = ~test.set_index(["channel", "t"])["anomaly"]
rows = []
for p in (1e-4, 1e-3, 1e-2, 3e-2, 1e-1):
    pages = pages_of(alarms(1, p))
    false = healthy.loc[[(c, t) for c, ts in pages.items() for t in ts]].sum()
    row = {"false": 1000 * false / healthy.sum(), "found": 0, "within 60": 0, "dice": 0.0}
    for s in labels.itertuples():
        inside = [t for t in pages[s.channel] if s.first_t <= t <= s.last_t]
        row["found"] += bool(inside)
        row["within 60"] += bool(inside) and inside[0] - s.first_t <= 60
        share = (s.last_t - s.first_t + 1) / length[s.channel]
        row["dice"] += 1 - (1 - share) ** len(pages[s.channel])
    rows.append(row)
curve = pd.DataFrame(rows, index=["0.01 %", "0.1 %", "1 %", "3 %", "10 %"]).rename_axis("p")
curve.round(1)

# %%
fig, ax = canvas(7.5, 3.4)
for name, colour, mark in (
    ("found", "blue", "o"),
    ("within 60", "green", "s"),
    ("dice", "vermilion", "X"),
):
    label = {
        "found": "found at any time",
        "within 60": "found within 60 samples",
        "dice": "same pages by dice",
    }
    ax.plot(curve["false"], curve[name], mark + "-", color=COLOURS[colour], label=label[name])
ax.axhline(len(labels), color=COLOURS["grey"], linestyle=":")
ax.set(xlabel="false pages for 1,000 healthy samples", ylabel="sequences (of 105)", ylim=(0, 110))
last = curve.iloc[-1]
ax.set_title(f"Dice find {last['dice']:.0f} of 105: long labels reward whoever pages often")
ax.legend(loc="lower right")
picture(
    fig,
    alt=f"Sequences found against false pages. The detector finds up to {last['found']:.0f} of 105, {last['within 60']:.0f} of them within 60 samples; dice with as many pages find {last['dice']:.0f}.",
)

# %% [markdown]
# A page in the middle of a sequence of 4,000 samples is no early warning, yet it counts in full. This is why Sim A asks
# for 60 seconds, why spam is counted, and why the promise is per healthy minute.
#
# **Your own budget on real channels.** With your `alert_budget`, for one decision a minute and both readings:

# %% tags=["try-it"]
budget = globals().get("alert_budget")


def show():
    rows = {}
    for reading in ("per_decision", "per_gateway_day"):
        said = budget(82, 1440, 1, reading)
        share = alarms(1, said["p_sample"])[~test["anomaly"]].mean()
        promised = said["false_alerts_per_day"]
        rows[reading] = {"promised a day": promised, "on healthy test points": 82 * 1440 * share}
    return pd.DataFrame.from_dict(rows, orient="index").round(3)


try_it(show, budget)

# %% [markdown]
# **Open questions**
#
# 1. Thresholds come from training, false pages from the test. How much of the overspending is drift, and how would you
#    find out without labels?
# 2. Would you drop the two-valued channels, or give them a rule of their own? What would you page on?
# 3. A sequence of 4,218 samples is one anomaly here. In your budget, is it one page, or one each re-arm?

# %% [markdown]
# ## Say it aloud
#
# 1. 0.1 % of what? Per decision it is 104 pages a day, per gateway-day one in 83 days; I say which one I promise.
# 2. I keep two clocks: event time says what happened, arrival time says what I can still do; a watermark joins them,
#    and no single stamp may move it into the future.
# 3. When features fail I use the last good ones for a stated time, and a breaker turns a flood of pages into one.
# 4. Three votes of five against a running baseline, silence found by the clock, one page per incident: 55 of 60 s.
# 5. Every decision is a pure function of its record, so I can show in the morning why it paged at night.
