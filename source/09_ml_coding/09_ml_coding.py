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
# # 09 · ML coding
#
# Messy arrays in, numbers you can defend aloud out. That is the whole chapter.
#
# You start with the guide's own question: SNR metrics of one terminal, with gaps, a mask and NaN. Then you
# build the windows that its word "rolling" promised. Then comes numerical stability where it matters,
# a curve with ties, a small model that serves one row as it serves a thousand, and a scene that is
# larger than its model.
#
# The guide says (March 2026) that this is a live coding format, and that candidates lose it on time
# alignment, shapes, stability and scale, and by not testing empty or all-invalid windows. So every
# sample answer ends with three tests to say aloud.

# %% nbgrader={"grade": false, "grade_id": "setup-chapter", "locked": true, "schema_version": 3, "solution": false, "task": false}
# %load_ext orbitlab.checks
import numpy as np
import pandas as pd

from orbitlab.checks import predicted, try_it, your_turn
from orbitlab.desk import COLOURS, canvas, picture

# %% [markdown]
# `RollingMetrics` below is given. An answer uses it and need not define it again.

# %% nbgrader={"grade": false, "grade_id": "setup-rolling-metrics", "locked": true, "schema_version": 3, "solution": false, "task": false}
from dataclasses import dataclass


@dataclass
class RollingMetrics:
    """Metrics of K windows; every field is a float array of shape (K,)."""

    window_starts: np.ndarray  # s
    window_ends: np.ndarray  # s
    median_snr: np.ndarray  # dB, NaN where a window has no valid sample
    outage_rate: np.ndarray  # share of valid samples, NaN where there is none


# %% [markdown] orbitlab={"part": "clock-windows", "card": {"prompt": "Samples at 0, 2, 4, 5, 7 and 20 s: how many windows of 5 s, and who owns the sample at 20?", "answer": "Five. Windows are half open, so [15, 20) ends before the sample at 20 and [20, 25) opens for it; [10, 15) and [15, 20) stay, empty.", "topic": "time windows", "exercises": ["k09-snr-metrics"]}}
# ## Whose window is it?
#
# **Question.** "Give me the median SNR per window of five seconds." What is a window?
#
# **Predict.** A terminal reports at 0, 2, 4, 5, 7 and 20 s; in between it is silent. How many windows of
# 5 s, counted from the first sample, does this log need?

# %%
PREDICT = ...  # windows of 5 s

# %% [markdown]
# **Run.** Above, three samples make a window. Below, five seconds do. A colour is a window.

# %%
t, W = np.array([0.0, 2.0, 4.0, 5.0, 7.0, 20.0]), 5.0
by_index = np.arange(6) // 3
by_time = np.floor((t - t[0]) / W).astype(int)
predicted(PREDICT, int(by_time[-1]) + 1, "windows")

# %%
fig, ax = canvas(7, 2.6)
shades = [COLOURS[c] for c in ("blue", "orange", "green", "purple", "vermilion")]
for row, owner in ((1, by_index), (0, by_time)):
    ax.scatter(t, [row] * 6, c=[shades[k] for k in owner], s=90, zorder=3)
for k in range(5):
    ax.axvspan(W * k, W * (k + 1), ymax=0.42, color=shades[k], alpha=0.15)
ax.set(yticks=[0, 1], yticklabels=["by time", "by index"], ylim=(-0.5, 1.5), xlim=(-1, 25.5))
ax.set(xlabel="time since the first sample (s)", xticks=range(0, 26, 5))
ax.set_title("By index, 7 s and 20 s share a window; by time, the gap shows")
picture(
    fig,
    alt="Six samples at 0, 2, 4, 5, 7 and 20 s. By index the samples at 5, 7 and 20 s form one window. By time there are five windows of 5 s: three samples, two, none, none, one.",
)

# %% [markdown]
# **Why.** 20 divided by 5 is 4, yet there are five windows. Windows are half open: `[15, 20)` ends just
# before the sample at 20, so `[20, 25)` opens for it. The sample at 5 belongs to `[5, 10)` alone. Counting
# samples instead of seconds is the misconception interviewers wait for: it is right only while nothing is
# missing, and telemetry is interesting when something is.
#
# **Worked example.** Mean downlink per window, gaps included.
#
# 1. Elapsed time decides who owns a sample.
# 2. The last sample opens the last window.
# 3. Sums and counts take one pass.
# 4. No data is NaN.

# %%
mbps = np.array([90.0, 80.0, 85.0, 20.0, 30.0, 70.0])
owner = np.floor((t - t.min()) / W).astype(int)  # the clock, not the position
K = owner.max() + 1  # empty windows are windows
count = np.bincount(owner, minlength=K)
total = np.bincount(owner, weights=mbps, minlength=K)
mean = np.full(K, np.nan)  # nobody measured 0 Mbps
np.divide(total, count, out=mean, where=count > 0)
mean

# %% [markdown]
# **Your turn.** The worst ping per window of 10 s. The log is out of order; fill both holes.

# %%
ping_t = np.array([31.0, 0.0, 10.0, 4.0, 9.0])  # s
ping_ms = np.array([44.0, 40.0, 41.0, 38.0, 90.0])
ping_owner = ...  # the window of each ping, as int array
ping_windows = ...  # how many windows there are


def worst():
    result = np.full(ping_windows, np.nan)
    np.fmax.at(result, ping_owner, ping_ms)
    return result


hint = "Count from the earliest ping, not from the first in the list; the gap keeps its window."
your_turn(worst, np.array([90.0, 41.0, np.nan, 44.0]), hint, ping_owner, ping_windows)

# %% [markdown]
# **Say it.** "I window by the clock, half open from the earliest sample, so every sample is counted once
# and a gap shows up as an empty window."

# %% [markdown] nbgrader={"grade": false, "grade_id": "k09-snr-metrics-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "k09-snr-metrics", "title": "SNR metrics", "section": "ML coding", "difficulty": "medium", "minutes": 35, "points": 8, "rounds": ["Coding & algorithms"], "topics": ["time windows", "masks", "numpy"]}
# ### SNR metrics
#
# `k09-snr-metrics` · 35 min · 8 points · asked in Coding & algorithms
#
# **Situation.** Kestrel Orbital watches one terminal's SNR per window. Its script counts samples, so a gap
# shifts every window after it.
#
# **Task.** Return median SNR and outage rate, over all samples and per window of `W` seconds.
#
# **Signature.**
#
# ```python
# def compute_snr_metrics(
#     t: np.ndarray,  # s, shape (N,), any order
#     s: np.ndarray,  # SNR in dB, shape (N,)
#     m: np.ndarray,  # mask, truthy = valid, shape (N,)
#     tau: float,     # dB
#     W: float,       # s
# ) -> tuple[float, float, RollingMetrics]: ...
# ```
#
# **Example.**
#
# ```python
# t, s, m = [0, 1, 2, 6, 7], [10, 8, 12, 5, 6], [1, 1, 0, 1, 1]  # as arrays
# compute_snr_metrics(t, s, m, tau=7.0, W=5.0)
# # 7.0, 0.5, starts [0, 5], ends [5, 10], medians [9, 5.5], rates [0, 1]
# ```
#
# **Rules.**
#
# - Windows are `[start, start + W)`, side by side, from the earliest sample.
# - Valid: mask truthy and SNR finite.
# - Outage: valid with `s < tau`.
# - All samples, valid or not, span the windows.
# - A window without valid samples holds NaN.
#
# **Target.** O(N log N + K) for N samples and K windows.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | windows | t_min, t_max over all samples, valid or not | K = floor((t_max − t_min)/W) + 1; starts t_min + W·k; ends = starts + W |
# | R2 | order | any order, repeated times | as if sorted |
# | R3 | edge | a sample exactly on a start | belongs to the window that starts there, and to no other |
# | R4 | valid | m truthy (bool, int or float, no NaN) and s finite | only these count |
# | R5 | outage rate | s < tau, strictly | count of outages / count of valid samples |
# | R6 | median | even count; narrower float types | mean of the middle two, in float64 |
# | R7 | nothing valid | in a window · anywhere | NaN there · NaN globals, windows still returned |
# | R8 | no samples | N = 0 | NaN, NaN and four empty arrays |
# | R9 | errors | t not finite; tau or W not finite; W ≤ 0; not 1-D or unequal lengths; K > 10,000,000 | ValueError, parameters also when N = 0 |
# | R10 | form | fields of RollingMetrics | float arrays (K,); inputs unchanged; near-linear in N |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Settle three things in this order: what is a legal call, which window owns each sample, and what a window
# says when nobody valid lives in it. If samples are sorted by time, each window is one slice.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# starts = t.min() + W * np.arange(K)
# order = np.argsort(t)
# cuts = np.searchsorted(t[order], starts)   # where each window's slice begins
# for k in range(K):
#     ...                                    # the slice up to the next cut
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "k09-snr-metrics", "locked": false, "schema_version": 3, "solution": true, "task": false}
import numpy as np


def compute_snr_metrics(
    t: np.ndarray, s: np.ndarray, m: np.ndarray, tau: float, W: float
) -> tuple[float, float, RollingMetrics]:
    """Return median SNR (dB), outage rate, and both per window of `W` seconds."""
    ### BEGIN SOLUTION
    t, s = np.asarray(t, dtype=np.float64), np.asarray(s, dtype=np.float64)
    valid = np.asarray(m).astype(bool)
    if t.ndim != 1 or not t.shape == s.shape == valid.shape:
        raise ValueError("t, s and m must be 1-D and equally long")
    if not (np.isfinite(tau) and np.isfinite(W) and W > 0):
        raise ValueError("tau must be finite, W finite and positive")
    if not np.isfinite(t).all():
        raise ValueError("every timestamp must be finite")
    span = (t.max() - t.min()) / W if t.size else -1.0
    if span >= 10_000_000:  # before anything of that size is allocated
        raise ValueError("more than 10,000,000 windows")
    K = int(np.floor(span)) + 1
    starts = (t.min() if t.size else 0.0) + W * np.arange(K)
    valid &= np.isfinite(s)
    # The starts that we report decide ownership, so no sample can fall between two windows.
    owner = np.searchsorted(starts, t[valid], side="right") - 1
    (overall,), (outage,) = _median_and_rate(np.zeros_like(owner), s[valid], tau, 1)
    median, rate = _median_and_rate(owner, s[valid], tau, K)
    return float(overall), float(outage), RollingMetrics(starts, starts + W, median, rate)


def _median_and_rate(
    owner: np.ndarray, values: np.ndarray, tau: float, K: int
) -> tuple[np.ndarray, np.ndarray]:
    count = np.bincount(owner, minlength=K)
    has = count > 0  # everything else stays NaN
    ranked = values[np.lexsort((values, owner))]  # window by window, each sorted by SNR
    first = (np.cumsum(count) - count)[has]
    low, high = ranked[first + (count[has] - 1) // 2], ranked[first + count[has] // 2]
    median, rate = np.full(K, np.nan), np.full(K, np.nan)
    median[has] = (low + high) / 2
    rate[has] = np.bincount(owner, weights=values < tau, minlength=K)[has] / count[has]
    return median, rate
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "k09-snr-metrics-check", "locked": true, "points": 8, "schema_version": 3, "solution": false, "task": false}
# %%check k09-snr-metrics --points 8
import numpy as np

from orbitlab.checks import expect, raises, record


def test_example(compute_snr_metrics):
    """R1: The example comes out: windows of W seconds, whose outage rates are shares of valid samples."""
    t, s = np.array([0.0, 1.0, 2.0, 6.0, 7.0]), np.array([10.0, 8.0, 12.0, 5.0, 6.0])
    rolling = record(
        window_starts=np.array([0.0, 5.0]),
        window_ends=np.array([5.0, 10.0]),
        median_snr=np.array([9.0, 5.5]),
        outage_rate=np.array([0.0, 1.0]),
    )
    expect(compute_snr_metrics, (t, s, np.array([1, 1, 0, 1, 1]), 7.0, 5.0), (7.0, 0.5, rolling))


def test_a_gap_keeps_its_windows(compute_snr_metrics):
    """R7: A gap is made of empty windows: they are returned as NaN, not left out and not 0."""
    t, s, m = np.array([0.0, 1.0, 9.0]), np.array([8.0, 6.0, 4.0]), np.array([True, True, True])
    rolling = record(
        window_starts=np.array([0.0, 2.0, 4.0, 6.0, 8.0]),
        window_ends=np.array([2.0, 4.0, 6.0, 8.0, 10.0]),
        median_snr=np.array([7.0, np.nan, np.nan, np.nan, 4.0]),
        outage_rate=np.array([0.5, np.nan, np.nan, np.nan, 1.0]),
    )
    expect(compute_snr_metrics, (t, s, m, 7.0, 2.0), (6.0, 2 / 3, rolling))


def test_a_window_takes_time(compute_snr_metrics):
    """R9: A window of no length is an error, not an endless loop or a division by zero."""
    one = np.array([1.0])
    expect(compute_snr_metrics, (one, one, np.array([True]), 7.0, 0.0), raises(ValueError))


### BEGIN HIDDEN TESTS
import math
import statistics

from orbitlab.checks import Mismatch, expect_scaling, limit

EMPTY = record(
    window_starts=np.empty(0),
    window_ends=np.empty(0),
    median_snr=np.empty(0),
    outage_rate=np.empty(0),
)


def by_hand(t, s, m, tau, W):
    """Every window looks at every sample; plain Python throughout."""
    seen = [
        (at, float(snr))
        for at, snr, flag in zip(t.tolist(), s.tolist(), m.tolist(), strict=True)
        if flag and math.isfinite(snr)
    ]

    def both(values):
        if not values:
            return math.nan, math.nan
        return statistics.median(values), sum(v < tau for v in values) / len(values)

    first, last = min(t.tolist()), max(t.tolist())
    starts = [first + W * k for k in range(math.floor((last - first) / W) + 1)]
    inside = [both([v for at, v in seen if a <= at < a + W]) for a in starts]
    rolling = record(
        window_starts=np.array(starts),
        window_ends=np.array([a + W for a in starts]),
        median_snr=np.array([pair[0] for pair in inside]),
        outage_rate=np.array([pair[1] for pair in inside]),
    )
    return (*both([v for _, v in seen]), rolling)


def compare(answer, t, s, m, tau, W):
    args = (np.array(t, dtype=float), np.array(s, dtype=float), np.asarray(m), tau, W)
    expect(answer, args, by_hand(*args))


def messy(rng, n):
    """Unsorted, repeated, gappy, with NaN and infinities; all times and values dyadic."""
    t = rng.integers(-40, 160, n) / 4
    s = rng.integers(-16, 100, n) / 8
    spoiled = rng.random(n) < 0.15
    s[spoiled] = rng.choice([np.nan, np.inf, -np.inf], int(spoiled.sum()))
    m = (rng.random(n) < 0.8).astype(rng.choice(["bool", "int64", "float64", "uint8"]))
    return t, s, m


def test_windows_are_time_windows(compute_snr_metrics):
    """R1: A window is W seconds long, however many samples fall into it."""
    rng = np.random.default_rng(9101)
    for _ in range(12):
        n = int(rng.integers(6, 25))
        t = np.cumsum(rng.choice([0.25, 0.5, 1.0, 7.5, 20.0], n))
        W = float(rng.choice([1.0, 2.5, 4.0, 6.25]))
        compare(compute_snr_metrics, t, rng.integers(8, 120, n) / 8, np.ones(n, bool), 7.0, W)


def test_windows_start_at_the_first_sample(compute_snr_metrics):
    """R1: The first window starts at the earliest sample, not at a round time or at 0."""
    s, m = [9.0, 5.0, 6.0, 8.0], [True] * 4
    for first in (1.75, -12.5, 1024.25):
        t = first + np.array([0.0, 3.25, 8.5, 9.75])
        compare(compute_snr_metrics, t, s, m, 7.0, 5.0)


def test_invalid_samples_span_the_windows(compute_snr_metrics):
    """R1: Invalid samples span the windows too: the first and last sample count, valid or not."""
    t = [0.0, 7.0, 8.0, 31.0]
    compare(compute_snr_metrics, t, [9.0, 5.0, 6.0, 8.0], [0, 1, 1, 0], 7.0, 4.0)
    compare(compute_snr_metrics, t, [np.nan, 5.0, 6.0, np.inf], [1, 1, 1, 1], 7.0, 4.0)


def test_the_last_window_is_whole(compute_snr_metrics):
    """R1: The last, partly filled window is returned, and it ends W after its start."""
    m = [True] * 4
    compare(compute_snr_metrics, [0.0, 1.0, 5.0, 6.5], [9.0, 8.0, 3.0, 2.0], m, 7.0, 4.0)
    compare(compute_snr_metrics, [3.0, 3.0, 3.0, 3.0], [9.0, 8.0, 3.0, 2.0], m, 7.0, 4.0)
    compare(compute_snr_metrics, [3.0], [9.0], [True], 7.0, 64.0)


def test_the_edge_belongs_to_the_next_window(compute_snr_metrics):
    """R3: A sample exactly on an edge belongs to the window that starts there; the last is not lost."""
    s = [9.0, 3.0, 8.0, 2.0, 6.0]
    compare(compute_snr_metrics, [0.0, 4.0, 5.0, 8.0, 12.0], s, [True] * 5, 7.0, 4.0)
    compare(compute_snr_metrics, [0.5, 0.75, 1.0, 1.25, 1.5], s, [True] * 5, 7.0, 0.25)
    compare(compute_snr_metrics, [-3.0, -1.5, 0.0, 1.5, 3.0], s, [True] * 5, 7.0, 1.5)


def test_order_does_not_matter(compute_snr_metrics):
    """R2: Samples come in any order, and times may repeat: t, s and m move together."""
    t = [7.0, 0.0, 6.0, 2.0, 1.0, 6.0, 0.0]
    s = [6.0, 10.0, 5.0, 1.0, 8.0, 9.5, 3.0]
    m = [1, 1, 1, 0, 1, 1, 1]
    for turn in range(7):
        shifted = [np.roll(column, turn) for column in (t, s, m)]
        compare(compute_snr_metrics, *shifted, 7.0, 5.0)


def test_valid_means_mask_and_finite(compute_snr_metrics):
    """R4: NaN and infinities are not valid samples, even if the mask says so."""
    t = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    for bad in (np.nan, np.inf, -np.inf):
        s = [10.0, bad, 4.0, bad, 6.0, 9.0]
        compare(compute_snr_metrics, t, s, [True] * 6, 7.0, 2.0)
        compare(compute_snr_metrics, t, s, [1, 0, 1, 1, 0, 1], 7.0, 3.0)


def test_the_mask_is_a_truth_value(compute_snr_metrics):
    """R4: The mask may be of bools, ints or floats: it is a truth value, not an index."""
    t, s = [0.0, 1.0, 2.0, 3.0, 6.0], [10.0, 4.0, 12.0, 5.0, 6.0]
    for kind in (bool, np.int64, np.uint8, np.float64):
        compare(compute_snr_metrics, t, s, np.array([1, 0, 0, 1, 1], dtype=kind), 7.0, 4.0)
    compare(compute_snr_metrics, t, s, np.array([2, 0, 0, -1, 4]), 7.0, 4.0)
    compare(compute_snr_metrics, t, s, np.array([0.5, 0.0, 0.0, 1.0, 2.0]), 7.0, 4.0)


def test_outage_is_strictly_below(compute_snr_metrics):
    """R5: A sample at tau itself is no outage: outage is s < tau, not s <= tau."""
    t = [0.0, 1.0, 2.0, 5.0, 6.0]
    compare(compute_snr_metrics, t, [7.0, 6.75, 7.25, 7.0, 7.0], [True] * 5, 7.0, 4.0)
    compare(compute_snr_metrics, t, [-0.5, -0.75, 0.0, -0.5, -1.0], [True] * 5, -0.5, 4.0)
    hair = 2.0**-40  # lost in float32
    compare(compute_snr_metrics, t, [7 - hair, 7 + hair, 7, 7 - hair, 7], [True] * 5, 7.0, 4.0)


def test_rates_are_shares_of_valid_samples(compute_snr_metrics):
    """R5: The outage rate divides by the number of valid samples, not of all samples."""
    t, s = [0.0, 1.0, 2.0, 3.0, 8.0, 9.0], [5.0, 9.0, 5.0, 5.0, 3.0, 9.0]
    compare(compute_snr_metrics, t, s, [1, 1, 0, 0, 1, 0], 7.0, 4.0)
    compare(compute_snr_metrics, t, [5.0, 9.0, np.nan, 5.0, 3.0, np.nan], [1] * 6, 7.0, 4.0)


def test_global_numbers_come_from_samples(compute_snr_metrics):
    """R5, R6: The global numbers come from all valid samples, not from the windows' numbers."""
    t = [0.0, 0.25, 0.5, 0.75, 1.0, 8.0, 17.0]
    compare(compute_snr_metrics, t, [9.0, 9.5, 10.0, 9.75, 3.0, 2.0, 1.0], [1] * 7, 7.0, 4.0)


def test_medians_are_float64(compute_snr_metrics):
    """R6: The median of an even count is the mean of the middle two, computed in float64."""
    t, m = np.array([0.0, 1.0, 5.0, 6.0, 7.0, 6.5]), np.ones(6, bool)
    s = np.array([8, 8, 9, 4, 1, 6], dtype=np.float32)
    s[1] = np.nextafter(s[0], np.float32(9))
    for n in (6, 2):  # two samples: the global median is such a mean as well
        args = (t[:n], s[:n], m[:n], 7.0, 4.0)
        expect(compute_snr_metrics, args, by_hand(*args))


def test_nothing_valid(compute_snr_metrics):
    """R7: With nothing valid the global numbers are NaN and the windows are still returned."""
    t = [0.0, 1.0, 9.0]
    compare(compute_snr_metrics, t, [9.0, 8.0, 7.0], [False] * 3, 7.0, 4.0)
    compare(compute_snr_metrics, t, [np.nan, np.inf, -np.inf], [True] * 3, 7.0, 4.0)
    compare(compute_snr_metrics, [0.0, 1.0, 5.0, 9.0], [9.0, 8.0, 1.0, 7.0], [1, 1, 0, 1], 7.0, 4.0)


def test_no_samples(compute_snr_metrics):
    """R8: No samples at all give NaN, NaN and empty arrays, not an exception."""
    none = np.empty(0)
    for mask in (np.empty(0, dtype=bool), np.empty(0)):
        expect(compute_snr_metrics, (none, none, mask, 7.0, 5.0), (math.nan, math.nan, EMPTY))


def test_bad_parameters(compute_snr_metrics):
    """R9: W and tau are checked first: W ≤ 0 or not finite is an error, also without any sample."""
    some, none = np.array([0.0, 1.0]), np.empty(0)
    for tau, W in [
        (7.0, -5.0),
        (7.0, math.nan),
        (7.0, math.inf),
        (math.nan, 5.0),
        (math.inf, 5.0),
        (-math.inf, 5.0),
        (7.0, 0.0),
    ]:
        expect(compute_snr_metrics, (some, some, np.ones(2, bool), tau, W), raises(ValueError))
        expect(compute_snr_metrics, (none, none, none, tau, W), raises(ValueError))


def test_bad_times(compute_snr_metrics):
    """R9: A timestamp that is not finite is an error, even where the sample is invalid."""
    s = np.array([9.0, 8.0, 7.0])
    for bad in (math.nan, math.inf, -math.inf):
        for mask in ([True] * 3, [True, False, True]):
            t = np.array([0.0, bad, 1.0])
            expect(compute_snr_metrics, (t, s, np.array(mask), 7.0, 5.0), raises(ValueError))


def test_bad_shapes(compute_snr_metrics):
    """R9: t, s and m must be 1-D and equally long: nothing is broadcast, cut or flattened."""
    three, two, one = np.arange(3.0), np.arange(2.0), np.arange(1.0)
    square, column = np.zeros((3, 3)), np.zeros((3, 1))
    for t, s, m in [
        (three, two, three),
        (three, three, two),
        (two, three, three),
        (three, one, three),
        (three, three, one),
        (three, three, np.ones(4)),
        (column, three, three),
        (three, column, three),
        (three, three, column),
        (square, square, square),
        (three[:0], three, three),
        (three, three[:0], three[:0]),
    ]:
        expect(compute_snr_metrics, (t, s, m, 7.0, 5.0), raises(ValueError))


@limit(20)
def test_too_many_windows(compute_snr_metrics):
    """R9: More than ten million windows are refused before they are allocated; fewer are fine."""
    two, m = np.array([9.0, 8.0]), np.array([True, True])
    for last, W in ((1e15, 1.0), (1e7, 1.0), (3e7, 0.5)):
        args = (np.array([0.0, last]), two, m, 7.0, W)
        expect(compute_snr_metrics, args, raises(ValueError))
    # All samples span the windows, so a masked stray one is enough to break the limit.
    args = (np.array([0.0, 1.0, 1.5e7]), np.arange(3.0), np.array([1, 1, 0]), 7.0, 1.0)
    expect(compute_snr_metrics, args, raises(ValueError))
    K = 100_001
    lone = np.full(K, np.nan)
    lone[0], lone[-1] = 9.0, 8.0
    starts = np.arange(K) * 0.5
    rolling = record(
        window_starts=starts, window_ends=starts + 0.5, median_snr=lone, outage_rate=lone * 0
    )
    args = (np.array([0.0, 50_000.0]), two, m, 7.0, 0.5)
    expect(compute_snr_metrics, args, (8.5, 0.0, rolling))


def test_fields_are_float_arrays(compute_snr_metrics):
    """R10: The four fields are float arrays of one length, not lists and not of integers."""
    three, none = np.array([0.0, 4.0, 9.0]), np.empty(0)
    for args, K in (
        ((three, three, np.ones(3, bool), 7.0, 5.0), 2),
        ((none, none, none, 7.0, 5.0), 0),
    ):
        _, _, rolling = compute_snr_metrics(*args)
        for name in ("window_starts", "window_ends", "median_snr", "outage_rate"):
            field = getattr(rolling, name)
            if not isinstance(field, np.ndarray) or field.dtype.kind != "f":
                raise Mismatch(f"{name} is not a float array")
            if field.shape != (K,):
                raise Mismatch(f"{name} has the wrong shape")


def test_epoch_times(compute_snr_metrics):
    """R1: Times may be seconds since 1970, which narrower floats than float64 cannot tell apart."""
    t = 1_767_620_000 + np.array([0.0, 0.5, 4.75, 5.0, 12.25, 29.5])
    compare(compute_snr_metrics, t, [9.0, 3.0, 6.0, 8.0, 5.0, 7.5], [True] * 6, 7.0, 5.0)
    year = np.array([0.0, 2.0**25 - 1, 2.0**25, 2.0**25 + 4095])  # offsets are as delicate
    compare(compute_snr_metrics, year, [9.0, 3.0, 6.0, 8.0], [True] * 4, 7.0, 4096.0)


def test_integer_inputs(compute_snr_metrics):
    """R1, R10: Integer times and readings are legal; starts and medians still have fractions."""
    t, s, m = np.array([3, 4, 9, 14, 15]), np.array([9, 6, 8, 5, 6]), np.ones(5, bool)
    for W in (2.5, 0.75):
        expect(compute_snr_metrics, (t, s, m, 7.0, W), by_hand(t, s, m, 7.0, W))


def test_random_logs(compute_snr_metrics):
    """R1, R2, R3, R4, R5, R6, R7: Messy logs agree with a window-by-window count by hand."""
    rng = np.random.default_rng(9102)
    for _ in range(60):
        t, s, m = messy(rng, int(rng.integers(1, 40)))
        tau, W = float(rng.integers(-16, 100) / 8), float(rng.integers(1, 60) / 4)
        expect(compute_snr_metrics, (t, s, m, tau, W), by_hand(t, s, m, tau, W))


def test_odd_window_lengths(compute_snr_metrics):
    """R1: W may be any positive number of seconds, not only a whole or round one."""
    rng = np.random.default_rng(9103)
    for W in (0.1, 0.3, 1 / 3, math.pi, 11.7):
        for _ in range(4):
            n = int(rng.integers(2, 30))
            # Inside their windows, away from every edge: rounding cannot change an owner.
            steps = rng.integers(0, 40, n) + rng.uniform(0.05, 0.95, n)
            steps[0] = 0.0
            t = 2.7 + W * steps
            s, m = rng.normal(8, 3, n), rng.random(n) < 0.8
            order = rng.permutation(n)
            args = (t[order], s[order], m[order], 7.0, W)
            expect(compute_snr_metrics, args, by_hand(*args))


def fast(t, s, m, tau, W):
    order = np.argsort(t)
    t, s, m = t[order], s[order], m[order]
    starts = t[0] + W * np.arange(int((t[-1] - t[0]) // W) + 1)
    cuts = np.append(np.searchsorted(t, starts), len(t)).tolist()
    K = len(starts)
    median, rate = np.full(K, np.nan), np.full(K, np.nan)
    for k in range(K):
        values = s[cuts[k] : cuts[k + 1]][m[cuts[k] : cuts[k + 1]]]
        if len(values):
            median[k], rate[k] = np.median(values), np.mean(values < tau)
    rolling = record(
        window_starts=starts, window_ends=starts + W, median_snr=median, outage_rate=rate
    )
    return np.median(s[m]), np.mean(s[m] < tau), rolling


def big(n, seed):
    rng = np.random.default_rng([9104, seed])
    return rng.uniform(0, n, n), rng.normal(8, 3, n), rng.random(n) < 0.9, 7.0, 32.0


@limit(20)
def test_time_grows_with_the_data(compute_snr_metrics):
    """R10: Near-linear in N: a window looks at its own samples, not at all of them."""
    expect_scaling(compute_snr_metrics, big, 120_000, fast)


### END HIDDEN TESTS

# %% tags=["try-it"]
# A quarter of an hour of one terminal: thermal noise, a 3-minute fade, two minutes without telemetry.
rng = np.random.default_rng(9)
clock = np.setdiff1d(np.arange(0.0, 900.0, 5.0), np.arange(600.0, 720.0, 5.0))
snr = rng.normal(9.0, 0.6, clock.size) - 4.0 * ((clock >= 240) & (clock < 420))


def show():
    _, _, rolling = compute_snr_metrics(clock, snr, np.ones(clock.size, bool), 7.0, 60.0)
    fig, ax = canvas(7, 3)
    ax.scatter(clock, snr, s=10, color=COLOURS["grey"], label="samples")
    ax.hlines(rolling.median_snr, rolling.window_starts, rolling.window_ends, color=COLOURS["blue"])
    ax.axhline(7.0, color=COLOURS["vermilion"], linestyle="--", label="tau = 7 dB")
    ax.set(xlabel="time (s)", ylabel="SNR (dB)")
    ax.set_title("Medians per minute step down with the fade; the gap stays a gap")
    ax.legend(loc="lower right", ncols=2)
    picture(
        fig,
        alt="SNR samples around 9 dB with a fade to 5 dB between 240 and 420 s. A blue median per minute follows them; the two windows between 600 and 720 s have none.",
    )


try_it(show, compute_snr_metrics)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Windows are half open on the clock, from the earliest sample of any kind. Validity is mask
# and finiteness. I sort once and reduce per window: O(N log N + K). An empty window is NaN.
#
# **Code.**
#
# <!-- answer: k09-snr-metrics -->
#
# **Walk-through.**
#
# - R9 comes first, and the window count is checked before anything of that size is allocated.
# - R1, R3: the reported starts decide ownership through `side="right"`, so each sample has one owner.
# - R4 happens once, before any statistic; nothing later needs to think of NaN.
# - R6: after one sort by window and SNR, each median is two lookups.
# - R7: results begin as NaN; only windows with a count are filled.
#
# **Rejected.**
#
# - `s.reshape(-1, n)` windows. Times 0, 1, 2, 6, 7 with W = 5 put 6 s beside 2 s. Fails with "A window is W
#   seconds long, however many samples fall into it."
# - `np.arange(t.min(), t.max(), W)` as starts. Times 0, 5, 10 with W = 5 lose the sample at 10. Fails with "A
#   sample exactly on an edge belongs to the window that starts there; the last is not lost."
#
# **Cost.** O(N log N + K) time, O(N + K) memory. It stops being right for W so small beside t that
# t_min + W·k rounds to the same float twice.
#
# **Tests.**
#
# - All samples invalid: NaN twice, and the windows are still there.
# - A sample exactly on the last edge opens a window of its own.
# - Shuffled input gives the same result.
#
# **Follow-up.** "And for a stream?" Keep the open window only and emit it when a watermark passes its end. The
# exact median needs the window's samples; with bounded memory I would use a quantile sketch and say so.
#
# </details>

# %% [markdown] orbitlab={"part": "trailing-windows", "card": {"prompt": "How do you count events in (t − W, t] for every event, in one pass after sorting?", "answer": "Prefix sums: P[right] − P[left], both positions by searchsorted with side='right' on t − W and on t. Equal times share one right end, so they see each other.", "topic": "trailing windows", "exercises": ["k09-trailing"]}}
# ## Tumbling or trailing?
#
# **Question.** "You call this rolling. At 14:05, what does it know of an outage that began at 14:00?"
#
# The guide says (March 2026) "rolling" of windows that lie side by side. Such windows are *tumbling*. A
# *trailing* window ends at each sample.
#
# **Predict.** Terminal 1021 is cut off at 14:00. Ten-minute windows start at 13:34. How many minutes after
# 14:00 does a finished tumbling window first show over half of its samples below 60 Mbps?

# %%
PREDICT = ...  # minutes after 14:00

# %% [markdown]
# **Run.** A tumbling number is drawn where it becomes known: at the end of its window.

# %%
from orbitlab.world import table

log = table("terminal_telemetry").query("terminal_id == 1021").drop_duplicates("sample_ts")
log = log.set_index("sample_ts").sort_index()["2026-01-05 13:34":"2026-01-05 14:43"]
low = (log.downlink_mbps.dropna() < 60).astype(float)
trailing = low.rolling("10min").mean()  # (t - 10 min, t] for every sample
tumbling = low.resample("10min", origin="start").mean()
known = tumbling.index + pd.Timedelta("10min")
cut = pd.Timestamp("2026-01-05 14:00", tz="UTC")
minutes = [(series > 0.5).idxmax() for series in (trailing, tumbling.set_axis(known))]
minutes = [int((when - cut).total_seconds() // 60) for when in minutes]
predicted(PREDICT, minutes[1], f"minutes; the trailing window knew after {minutes[0]}")

# %%
fig, ax = canvas(7, 2.8)
after = (trailing.index - cut).total_seconds() / 60
ax.plot(after, 100 * trailing, color=COLOURS["blue"], label="trailing")
steps = (known - cut).total_seconds() / 60
ax.step(steps, 100 * tumbling, where="post", color=COLOURS["orange"], label="tumbling")
ax.axvspan(0, 25, color=COLOURS["vermilion"], alpha=0.12, label="outage")
ax.set(xlim=(-15, 45), xlabel="minutes after 14:00 UTC", ylabel="samples below 60 Mbps (%)")
ax.set_title(f"Above half: trailing after {minutes[0]} min, tumbling after {minutes[1]}")
ax.legend(loc="center left")
picture(
    fig,
    alt="Share of low samples around the outage of 14:00 to 14:25. The trailing curve rises steadily and passes one half after 5 minutes; the tumbling steps reach 40 percent at 4 and 100 percent at 14 minutes.",
)

# %% [markdown]
# **Why.** A tumbling window answers when it closes, so its delay depends on where the grid happens to lie. A
# trailing window answers at every sample. Its trap is time itself: two samples with one timestamp end at the
# same moment, so each sees the other. A loop that handles "the samples so far" makes the result depend on
# the order of equal times.
#
# **Worked example.** Packets lost in the last 4 s, `(t − 4, t]`, at each handoff.
#
# 1. Prefix sums once.
# 2. Both ends by time; equal times share the right end.
# 3. Subtract.

# %%
at = np.array([3.0, 5.0, 5.0, 9.0, 13.0])  # s, sorted
lost = np.array([2, 0, 1, 4, 1])
prefix = np.concatenate([[0], np.cumsum(lost)])  # prefix[i]: lost in the first i handoffs
stop = np.searchsorted(at, at, side="right")  # past the last equal time
start = np.searchsorted(at, at - 4.0, side="right")  # t - 4 itself is outside
prefix[stop] - prefix[start]

# %% [markdown]
# **Your turn.** Now the packets lost *before* each handoff: `[t − 4, t)`. Which side does each end need?

# %%
start_side = ...  # "left" or "right"
stop_side = ...  # "left" or "right"


def lost_before():
    first = np.searchsorted(at, at - 4.0, side=start_side)
    return prefix[np.searchsorted(at, at, side=stop_side)] - prefix[first]


hint = "'left' stops before equal times, 'right' after them. Ask at each end: are equal times in or out?"
your_turn(lost_before, np.array([0, 2, 2, 1, 4]), hint, start_side, stop_side)

# %% [markdown]
# **Say it.** "Trailing windows end at each sample; equal timestamps see each other; counts are differences of
# prefix sums, so the window length costs nothing."

# %% [markdown] orbitlab={"part": "hopeless-candidates", "card": {"prompt": "Maximum of a sliding window in O(1) per step on average: what does the queue hold, and why is it enough?", "answer": "Positions with falling values: one that is older and not higher than a newer one can never be the maximum again. Each position enters once and leaves once.", "topic": "monotone deque", "exercises": ["k09-trailing"]}}
# ## Who can still win?
#
# **Question.** "The highest ping of the last four readings, for every reading. Can you do it without looking at
# four readings each time?"
#
# **Predict.** The last four pings are 35, 42, 38 and 31 ms, oldest first. How many of them may still be the
# maximum of this window or a later one?

# %%
PREDICT = ...  # of the four

# %% [markdown]
# **Run.** A dot is a reading that the queue still keeps; the orange one is the maximum of the window.

# %%
from collections import deque

pings = [40, 44, 39, 35, 42, 38, 31, 33, 30, 36]  # ms
queue, kept = deque(), []
for i, ping in enumerate(pings):
    while queue and pings[queue[-1]] <= ping:
        queue.pop()  # older and not higher: it can never win again
    queue.append(i)
    if queue[0] <= i - 4:
        queue.popleft()  # too old
    kept.append(list(queue))
predicted(PREDICT, len(kept[6]), "of the four")

# %%
fig, ax = canvas(7, 3)
for i, positions in enumerate(kept):
    ax.axvspan(i - 0.3, i + 0.3, color="#F2F2F2")
    ax.plot([i] * len(positions), [pings[j] for j in positions], "o", color=COLOURS["blue"])
    ax.plot(i, pings[positions[0]], "o", color=COLOURS["orange"], markersize=9)
ax.plot(pings, color=COLOURS["grey"], linewidth=1)
ax.set(xlabel="reading", ylabel="ping (ms)", xticks=range(10), ylim=(29, 46))
ax.set_title("The queue never needs a rescan: its front is the maximum")
picture(fig, alt="For each of ten readings the pings that the queue keeps: one to three of them.")

# %% [markdown]
# **Why.** 35 is older and lower than 42, so it never wins again; 42, 38 and 31 each may, once those before them
# have left. Each reading enters the queue once and leaves it once: that is the whole cost. Keeping only the
# winner is the misconception. When it leaves, somebody must scan the window, and falling pings make it leave
# every time.
#
# **Worked example.** The loop above, in words.
#
# 1. Drop from the back what the new reading beats.
# 2. Append it.
# 3. Drop from the front what is too old.
# 4. The front is the answer.
#
# **Your turn.** Now the *lowest* of the last k, by two small rules.

# %%
beaten = ...  # lambda old, new: can `old` never be the minimum again?
expired = ...  # lambda j, i, k: is position j outside the last k at position i?


def lowest_of_last(values, k):
    line, result = deque(), []
    for i, value in enumerate(values):
        while line and beaten(values[line[-1]], value):
            line.pop()
        line.append(i)
        while expired(line[0], i, k):
            line.popleft()
        result.append(values[line[0]])
    return result


# %%
hint = (
    "A minimum is beaten by what is newer and not higher. The last 3 at position 5 are 3, 4 and 5."
)
right = [5, 5, 4, 4, 4, 6, 6, 2]
your_turn(lambda: lowest_of_last([5, 7, 4, 9, 6, 8, 7, 2], 3), right, hint, beaten, expired)

# %% [markdown]
# **Say it.** "A monotone queue keeps only readings that can still win, so a sliding minimum costs O(1) a step
# on average, however long the window is."

# %% [markdown] nbgrader={"grade": false, "grade_id": "k09-trailing-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "k09-trailing", "title": "Actually rolling", "section": "ML coding", "difficulty": "hard", "minutes": 35, "points": 6, "rounds": ["Coding & algorithms"], "topics": ["trailing windows", "prefix sums", "monotone deque"]}
# ### Actually rolling
#
# `k09-trailing` · 35 min · 6 points · asked in Coding & algorithms
#
# **Situation.** A pager must know at each sample how the last `W` seconds went. The present job rescans the
# window every time and falls behind.
#
# **Task.** Return valid count, outage rate and minimum SNR of the window that ends at each sample.
#
# **Signature.**
#
# ```python
# def trailing_metrics(
#     t: np.ndarray,  # s, shape (N,), any order
#     s: np.ndarray,  # SNR in dB, shape (N,)
#     m: np.ndarray,  # mask, truthy = valid, shape (N,)
#     tau: float,     # dB
#     W: float,       # s
# ) -> tuple[np.ndarray, np.ndarray, np.ndarray]: ...  # n_valid, outage_rate, min_snr
# ```
#
# **Example.**
#
# ```python
# t, s, m = [4, 0, 4, 9], [8, 5, 6, 3], [1, 1, 1, 0]  # as arrays
# trailing_metrics(t, s, m, tau=7.0, W=4.0)
# # [2, 1, 2, 0], [0.5, 1, 0.5, nan], [6, 5, 6, nan]
# ```
#
# **Rules.**
#
# - Sample i looks back on `(t_i − W, t_i]`, by time.
# - Samples with equal timestamps see each other.
# - Results stand in input order, one per sample.
# - Valid: mask truthy and SNR finite. Outage: valid with `s < tau`.
#
# **Target.** O(N log N), whatever `W` is.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | window | sample i, valid or not | all samples j with t_i − W < t_j ≤ t_i |
# | R2 | left end | t_j = t_i − W exactly | outside |
# | R3 | equal times | repeats, in any input order | each is in the window of the other |
# | R4 | order | unsorted input | results in input order |
# | R5 | valid | m truthy (bool, int or float, no NaN) and s finite | n_valid counts these |
# | R6 | outage rate, minimum | valid samples only; s < tau, strictly | outages / n_valid; smallest s |
# | R7 | nothing valid | n_valid = 0 | NaN rate, NaN minimum |
# | R8 | no samples | N = 0 | three empty arrays |
# | R9 | errors | t not finite; tau or W not finite; W ≤ 0; not 1-D or unequal lengths | ValueError, parameters also when N = 0 |
# | R10 | form | any legal call | inputs unchanged; near-linear in N, also with W over half the data |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Sort by time once and both ends of the window only ever move right. Counts are differences of prefix
# sums. For the minimum, ask which samples can still become one: a sample that is older and not lower
# than another never will.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# for i in range(N):                       # in time order
#     while added < stop[i]:               # take in everything up to t_i, equal times included
#         ...                              # drop what this one beats at the back, then append
#     while queue and queue[0] < start[i]:
#         queue.popleft()                  # too old
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "k09-trailing", "locked": false, "schema_version": 3, "solution": true, "task": false}
from collections import deque

import numpy as np


def trailing_metrics(
    t: np.ndarray, s: np.ndarray, m: np.ndarray, tau: float, W: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return n_valid, outage rate and minimum SNR (dB) over the `W` seconds up to each sample."""
    ### BEGIN SOLUTION
    t, s = np.asarray(t, dtype=np.float64), np.asarray(s, dtype=np.float64)
    valid = np.asarray(m).astype(bool)
    if t.ndim != 1 or not t.shape == s.shape == valid.shape:
        raise ValueError("t, s and m must be 1-D and equally long")
    if not (np.isfinite(tau) and np.isfinite(W) and W > 0):
        raise ValueError("tau must be finite, W finite and positive")
    if not np.isfinite(t).all():
        raise ValueError("every timestamp must be finite")
    order = np.argsort(t, kind="stable")
    t, s, valid = t[order], s[order], (valid & np.isfinite(s))[order]
    start = np.searchsorted(t, t - W, side="right")  # t - W itself is outside
    stop = np.searchsorted(t, t, side="right")  # equal times are inside
    seen = np.concatenate([[0], np.cumsum(valid)])
    down = np.concatenate([[0], np.cumsum(valid & (s < tau))])
    count = seen[stop] - seen[start]
    rate = np.full(t.size, np.nan)
    np.divide(down[stop] - down[start], count, out=rate, where=count > 0)
    lowest = _minima(s.tolist(), valid.tolist(), start.tolist(), stop.tolist())
    back = np.argsort(order)  # where each input sample went
    return count[back], rate[back], lowest[back]


def _minima(s: list[float], valid: list[bool], start: list[int], stop: list[int]) -> np.ndarray:
    lowest = np.full(len(s), np.nan)
    queue: deque[int] = deque()  # positions that can still become the minimum, SNR rising
    added = 0
    for i in range(len(s)):
        for j in range(added, stop[i]):
            if valid[j]:
                while queue and s[queue[-1]] >= s[j]:
                    queue.pop()  # older and not lower: never again the minimum
                queue.append(j)
        added = stop[i]
        while queue and queue[0] < start[i]:
            queue.popleft()
        if queue:
            lowest[i] = s[queue[0]]
    return lowest
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "k09-trailing-check", "locked": true, "points": 6, "schema_version": 3, "solution": false, "task": false}
# %%check k09-trailing --points 6
import numpy as np

from orbitlab.checks import expect, raises


def test_example(trailing_metrics):
    """R1: The example comes out: one window per sample, ending at that sample, in input order."""
    t, s = np.array([4.0, 0.0, 4.0, 9.0]), np.array([8.0, 5.0, 6.0, 3.0])
    expected = (
        np.array([2, 1, 2, 0]),
        np.array([0.5, 1.0, 0.5, np.nan]),
        np.array([6.0, 5.0, 6.0, np.nan]),
    )
    expect(trailing_metrics, (t, s, np.array([1, 1, 1, 0]), 7.0, 4.0), expected)


def test_left_end_is_open(trailing_metrics):
    """R2: A sample exactly W seconds old is outside the window: its left end is open."""
    t, s, m = np.array([0.0, 4.0, 8.0]), np.array([5.0, 9.0, 8.0]), np.array([True, True, True])
    expected = (np.array([1, 1, 1]), np.array([1.0, 0.0, 0.0]), np.array([5.0, 9.0, 8.0]))
    expect(trailing_metrics, (t, s, m, 7.0, 4.0), expected)


def test_a_window_takes_time(trailing_metrics):
    """R9: A window of no length is an error, not a window with one sample."""
    one = np.array([1.0])
    expect(trailing_metrics, (one, one, np.array([True]), 7.0, 0.0), raises(ValueError))


### BEGIN HIDDEN TESTS
import math
from collections import deque

from orbitlab.checks import expect_scaling, limit


def by_hand(t, s, m, tau, W):
    """Every sample looks at every sample; plain Python throughout."""
    log = list(zip(t.tolist(), s.tolist(), m.tolist(), strict=True))
    counts, rates, minima = [], [], []
    for now, _, _ in log:
        values = [v for at, v, flag in log if now - W < at <= now and flag and math.isfinite(v)]
        counts.append(len(values))
        rates.append(sum(v < tau for v in values) / len(values) if values else math.nan)
        minima.append(min(values, default=math.nan))
    return np.array(counts, dtype=int), np.array(rates), np.array(minima)


def compare(answer, t, s, m, tau, W):
    args = (np.array(t, dtype=float), np.array(s, dtype=float), np.asarray(m), tau, W)
    expect(answer, args, by_hand(*args))


def test_windows_are_time_windows(trailing_metrics):
    """R1: The window is W seconds long, however many samples fall into it."""
    rng = np.random.default_rng(9201)
    for _ in range(12):
        n = int(rng.integers(6, 25))
        t = np.cumsum(rng.choice([0.25, 0.5, 1.0, 7.5, 20.0], n))
        W = float(rng.choice([1.0, 2.5, 4.0, 6.25]))
        compare(trailing_metrics, t, rng.integers(8, 120, n) / 8, np.ones(n, bool), 7.0, W)
    crowd = rng.integers(8, 120, 300) / 8  # one window may hold hundreds
    compare(trailing_metrics, np.arange(300) / 64, crowd, np.ones(300, bool), 7.0, 64.0)


def test_nothing_from_the_future(trailing_metrics):
    """R1: The window ends at its sample: nothing later in time is in it, nothing is centred."""
    t = [0.0, 1.0, 2.0, 3.0, 4.0]
    compare(trailing_metrics, t, [9.0, 8.0, 6.0, 5.0, 1.0], [True] * 5, 7.0, 2.5)
    compare(trailing_metrics, t, [1.0, 5.0, 6.0, 8.0, 9.0], [True] * 5, 7.0, 64.0)


def test_open_left_closed_right(trailing_metrics):
    """R2: Open left, closed right: a sample W seconds old is out, the sample itself is in."""
    s = [3.0, 9.0, 8.0, 6.0, 7.5]
    compare(trailing_metrics, [0.0, 2.5, 5.0, 7.5, 10.0], s, [True] * 5, 7.0, 2.5)
    compare(trailing_metrics, [0.0, 2.5, 5.0, 7.5, 10.0], s, [True] * 5, 7.0, 5.0)
    compare(trailing_metrics, [-1.0, -0.75, -0.5, -0.25, 0.0], s, [True] * 5, 7.0, 0.5)
    compare(trailing_metrics, [0.0, 0.0, 4.0, 4.0, 8.0], s, [True] * 5, 7.0, 4.0)


def test_equal_times_see_each_other(trailing_metrics):
    """R3: Equal timestamps see each other, also the earlier in the list the later one."""
    t = [5.0, 5.0, 5.0, 9.0, 9.0]
    for s in ([9.0, 8.0, 2.0, 7.0, 3.0], [2.0, 8.0, 9.0, 3.0, 7.0], [8.0, 2.0, 9.0, 7.0, 7.0]):
        for m in ([1, 1, 1, 1, 1], [0, 1, 1, 1, 0], [1, 1, 0, 0, 1]):
            compare(trailing_metrics, t, s, m, 7.0, 4.0)
            compare(trailing_metrics, t, s, m, 7.0, 4.5)
            compare(trailing_metrics, t[::-1], s, m, 7.0, 4.0)


def test_results_in_input_order(trailing_metrics):
    """R4: Results stand in the order of the input, not in the order of time."""
    t = [7.0, 0.0, 6.0, 2.0, 1.0, 12.0]
    s = [6.0, 10.0, 5.0, 1.0, 8.0, 9.5]
    m = [1, 1, 1, 0, 1, 1]
    for turn in range(6):
        shifted = [np.roll(column, turn) for column in (t, s, m)]
        compare(trailing_metrics, *shifted, 7.0, 5.0)


def test_valid_means_mask_and_finite(trailing_metrics):
    """R5: NaN, infinities and masked samples count nowhere, though each still gets its own row."""
    t = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    for bad in (np.nan, np.inf, -np.inf):
        s = [10.0, bad, 4.0, bad, 6.0, 9.0]
        compare(trailing_metrics, t, s, [True] * 6, 7.0, 2.0)
        compare(trailing_metrics, t, s, [1, 0, 0, 1, 1, 1], 7.0, 3.0)


def test_the_mask_is_a_truth_value(trailing_metrics):
    """R5: The mask may be of bools, ints or floats: it is a truth value, not an index or a weight."""
    t, s = [0.0, 1.0, 2.0, 3.0, 6.0], [10.0, 4.0, 12.0, 5.0, 6.0]
    for kind in (bool, np.int64, np.uint8, np.float64):
        compare(trailing_metrics, t, s, np.array([1, 0, 0, 1, 1], dtype=kind), 7.0, 4.0)
    compare(trailing_metrics, t, s, np.array([2, 0, 0, -1, 4]), 7.0, 4.0)
    compare(trailing_metrics, t, s, np.array([0.5, 0.0, 0.0, 1.0, 2.0]), 7.0, 4.0)


def test_minimum_of_valid_samples(trailing_metrics):
    """R6: The minimum is taken over valid samples only: a masked low value is not the minimum."""
    t = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    s = [1.0, 9.0, 2.0, 8.0, -3.0, 7.5]
    compare(trailing_metrics, t, s, [0, 1, 0, 1, 0, 1], 7.0, 3.0)
    compare(trailing_metrics, t, [9.0, 8.0, 7.0, 6.0, 5.0, 4.0], [1] * 6, 7.0, 3.0)
    compare(trailing_metrics, t, [4.0, 5.0, 6.0, 7.0, 8.0, 9.0], [1] * 6, 7.0, 3.0)
    compare(trailing_metrics, t, [4.0, 4.0, 6.0, 4.0, 8.0, 6.0], [1] * 6, 7.0, 2.0)


def test_outage_is_strictly_below(trailing_metrics):
    """R6: A sample at tau itself is no outage: outage is s < tau, not s <= tau."""
    t = [0.0, 1.0, 2.0, 5.0, 6.0]
    compare(trailing_metrics, t, [7.0, 6.75, 7.25, 7.0, 7.0], [True] * 5, 7.0, 4.0)
    compare(trailing_metrics, t, [-0.5, -0.75, 0.0, -0.5, -1.0], [True] * 5, -0.5, 4.0)
    hair = 2.0**-40  # lost in float32
    compare(trailing_metrics, t, [7 - hair, 7 + hair, 7, 7 - hair, 7], [True] * 5, 7.0, 4.0)


def test_rates_are_shares_of_valid_samples(trailing_metrics):
    """R6: The outage rate divides by the number of valid samples, not of all samples in the window."""
    t, s = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [5.0, 9.0, 5.0, 5.0, 3.0, 9.0]
    compare(trailing_metrics, t, s, [1, 1, 0, 0, 1, 0], 7.0, 4.0)
    compare(trailing_metrics, t, [5.0, 9.0, np.nan, 5.0, 3.0, np.nan], [1] * 6, 7.0, 4.0)


def test_nothing_valid(trailing_metrics):
    """R7: Without a valid sample the count is 0, and rate and minimum are NaN, not 0 or infinity."""
    t = [0.0, 1.0, 9.0, 10.0]
    compare(trailing_metrics, t, [9.0, 8.0, 7.0, 6.0], [False] * 4, 7.0, 4.0)
    compare(trailing_metrics, t, [np.nan, np.inf, -np.inf, 6.0], [True] * 4, 7.0, 4.0)
    compare(trailing_metrics, t, [9.0, 2.0, 1.0, 6.0], [1, 1, 0, 0], 7.0, 4.0)


def test_no_samples(trailing_metrics):
    """R8: No samples at all give three empty arrays, not an exception."""
    none = np.empty(0)
    for mask in (np.empty(0, dtype=bool), np.empty(0)):
        expect(trailing_metrics, (none, none, mask, 7.0, 5.0), (none, none, none))


def test_bad_parameters(trailing_metrics):
    """R9: W and tau are checked first: W ≤ 0 or not finite is an error, also without any sample."""
    some, none = np.array([0.0, 1.0]), np.empty(0)
    for tau, W in [
        (7.0, -5.0),
        (7.0, math.nan),
        (7.0, math.inf),
        (math.nan, 5.0),
        (math.inf, 5.0),
        (-math.inf, 5.0),
        (7.0, 0.0),
    ]:
        expect(trailing_metrics, (some, some, np.ones(2, bool), tau, W), raises(ValueError))
        expect(trailing_metrics, (none, none, none, tau, W), raises(ValueError))


def test_bad_times(trailing_metrics):
    """R9: A timestamp that is not finite is an error, even where the sample is invalid."""
    s = np.array([9.0, 8.0, 7.0])
    for bad in (math.nan, math.inf, -math.inf):
        for mask in ([True] * 3, [True, False, True]):
            t = np.array([0.0, bad, 1.0])
            expect(trailing_metrics, (t, s, np.array(mask), 7.0, 5.0), raises(ValueError))


def test_bad_shapes(trailing_metrics):
    """R9: t, s and m must be 1-D and equally long: nothing is broadcast, cut or flattened."""
    three, two, one = np.arange(3.0), np.arange(2.0), np.arange(1.0)
    square, column = np.zeros((3, 3)), np.zeros((3, 1))
    for t, s, m in [
        (three, two, three),
        (three, three, two),
        (two, three, three),
        (three, one, three),
        (three, three, one),
        (three, three, np.ones(4)),
        (column, three, three),
        (three, column, three),
        (three, three, column),
        (square, square, square),
        (three[:0], three, three),
        (three, three[:0], three[:0]),
    ]:
        expect(trailing_metrics, (t, s, m, 7.0, 5.0), raises(ValueError))


def test_epoch_times(trailing_metrics):
    """R1: Times may be seconds since 1970, which narrower floats than float64 cannot tell apart."""
    t = 1_767_620_000 + np.array([0.0, 0.5, 4.75, 5.0, 12.25, 9.5])
    compare(trailing_metrics, t, [9.0, 3.0, 6.0, 8.0, 5.0, 7.5], [True] * 6, 7.0, 5.0)
    year = np.array([0.0, 2.0**25 - 1, 2.0**25, 2.0**25 + 5])  # offsets are as delicate
    compare(trailing_metrics, year, [9.0, 3.0, 6.0, 8.0], [True] * 4, 7.0, 5.5)


def test_integer_inputs(trailing_metrics):
    """R1, R6: Integer times and readings are legal, with a W that is no whole number."""
    t, s, m = (
        np.array([3, 4, 9, 6, 15, 5]),
        np.array([9, 6, 8, 5, 6, 7]),
        np.array([1, 1, 1, 0, 0, 1]),
    )
    for W in (2.5, 0.75):
        expect(trailing_metrics, (t, s, m, 7.0, W), by_hand(t, s, m, 7.0, W))


def test_random_logs(trailing_metrics):
    """R1, R2, R3, R4, R5, R6, R7: Messy logs agree with a sample-by-sample count by hand."""
    rng = np.random.default_rng(9202)
    for _ in range(60):
        n = int(rng.integers(1, 40))
        t = rng.integers(-40, 100, n) / 4
        s = rng.integers(-16, 100, n) / 8
        spoiled = rng.random(n) < 0.15
        s[spoiled] = rng.choice([np.nan, np.inf, -np.inf], int(spoiled.sum()))
        m = (rng.random(n) < 0.8).astype(rng.choice(["bool", "int64", "float64", "uint8"]))
        tau, W = float(rng.integers(-16, 100) / 8), float(rng.integers(1, 60) / 4)
        expect(trailing_metrics, (t, s, m, tau, W), by_hand(t, s, m, tau, W))


def test_odd_window_lengths(trailing_metrics):
    """R1: W may be any positive number of seconds, not only a whole or round one."""
    rng = np.random.default_rng(9203)
    for W in (0.1, 0.3, 1 / 3, math.pi, 11.7):
        for _ in range(4):
            n = int(rng.integers(2, 30))
            # Differences stay away from W: no rounding decides who is in.
            steps = rng.integers(0, 12, n) + rng.permutation(n) / (n + 1)
            s, m = rng.normal(8, 3, n), rng.random(n) < 0.8
            args = (2.7 + W * steps, s, m, 7.0, W)
            expect(trailing_metrics, args, by_hand(*args))


def fast(t, s, m, tau, W):
    order = np.argsort(t)
    t, s, m = t[order], s[order], m[order]
    start = np.searchsorted(t, t - W, side="right")
    seen = np.concatenate([[0], np.cumsum(m)])
    down = np.concatenate([[0], np.cumsum(m & (s < tau))])
    stop = np.searchsorted(t, t, side="right")
    count = seen[stop] - seen[start]
    result = np.empty((3, len(t)))
    result[0, order] = count
    result[1, order] = (down[stop] - down[start]) / np.where(count, count, np.nan)
    lowest, queue, values, first = [], deque(), s.tolist(), start.tolist()
    for i, good in enumerate(m.tolist()):
        if good:
            while queue and values[queue[-1]] >= values[i]:
                queue.pop()
            queue.append(i)
        while queue and queue[0] < first[i]:
            queue.popleft()
        lowest.append(values[queue[0]] if queue else np.nan)
    result[2, order] = lowest
    return tuple(result)


def big(n, seed):
    # SNR climbs all the time, so that the minimum is always the sample that leaves next.
    rng = np.random.default_rng([9204, seed])
    t = rng.uniform(0, n, n)
    return t, 8.0 * t / n + rng.uniform(0, 4 / n, n), rng.random(n) < 0.9, 4.0, n / 2


@limit(20)
def test_time_does_not_grow_with_the_window(trailing_metrics):
    """R10: Near-linear in N though the window covers half the data: no window is scanned again."""
    expect_scaling(trailing_metrics, big, 120_000, fast)


### END HIDDEN TESTS


# %% tags=["try-it"]
# The same quarter of an hour as above, now judged at every sample.
def show():
    _, rate, lowest = trailing_metrics(clock, snr, np.ones(clock.size, bool), 7.0, 60.0)
    fig, (top, bottom) = canvas(7, 4, rows=2)
    top.plot(clock, 100 * np.asarray(rate), color=COLOURS["vermilion"], drawstyle="steps-post")
    top.set(ylabel="outage (%)")
    top.set_title("The outage rate climbs sample by sample, not minute by minute")
    bottom.step(
        clock, lowest, where="post", color=COLOURS["blue"], label="lowest of the last minute"
    )
    bottom.scatter(clock, snr, s=6, color=COLOURS["grey"], label="samples")
    bottom.set(xlabel="time (s)", ylabel="SNR (dB)")
    bottom.legend(loc="lower right")
    picture(
        fig,
        alt="Top: the share of samples below 7 dB in the last minute climbs to 100 percent after 240 s and falls again after 420 s. Bottom: the lowest SNR of the last minute runs below the samples.",
    )


try_it(show, trailing_metrics)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Windows are open left and closed right, by time. After one sort both ends only move right:
# prefix sums give counts, a monotone deque the minimum. O(N log N), whatever W is.
#
# **Code.**
#
# <!-- answer: k09-trailing -->
#
# **Walk-through.**
#
# - R2, R3: both ends use `side="right"`: t − W falls out, all equal times come in.
# - R6: the deque holds positions whose SNR rises; its front is the minimum.
# - R7: the rate starts as NaN and is divided only where the count is positive.
# - R4: `argsort(order)` is the way back to input order.
#
# **Rejected.**
#
# - Count as you go through the sorted samples. Times 5, 5 give counts 1, 2 instead of 2, 2. Fails with "Equal
#   timestamps see each other, also the earlier in the list the later one."
# - Keep the minimum, rescan when it leaves. On rising SNR it leaves at every step, so each step scans the
#   window. Fails with "Near-linear in N though the window covers half the data: no window is scanned again."
#
# **Cost.** O(N log N) time for the sort, O(N) for the rest, O(N) memory. It stops being enough when late samples
# arrive after results went out.
#
# **Tests.**
#
# - Two equal times, in both orders, see each other.
# - A sample exactly W old is out.
# - A window of invalid samples only: 0, NaN, NaN.
#
# **Follow-up.** "And the trailing median?" Two heaps with lazy deletion, or a sorted list with binary search for
# moderate windows. The deque works only because a minimum can forget dominated samples.
#
# </details>

# %% [markdown] orbitlab={"part": "cancellation", "card": {"prompt": "Why does mean of squares minus square of mean fail for values near 1e9 with variance 3?", "answer": "Squares near 1e18 are stored in steps of 128. The subtraction removes the digits that agree and leaves the rounding. Subtract the mean before squaring.", "topic": "numerical stability", "exercises": ["k09-moments"]}}
# ## A variance below zero
#
# **Question.** "One pass over 20,000 readings: count, sum, sum of squares. Is the variance you get from them
# any good?"
#
# **Predict.** The readings lie evenly between 1e9 − 3 and 1e9 + 3. What does mean of squares minus square of
# mean give, in plain Python?

# %%
PREDICT = ...  # variance by sums of squares

# %% [markdown]
# **Run.** The same 20,000 floats, two formulas.

# %%
readings = (1e9 + np.random.default_rng(1).uniform(-3, 3, 20_000)).tolist()


def by_squares(values):
    total = squares = 0.0
    for x in values:
        total += x
        squares += x * x
    return squares / len(values) - (total / len(values)) ** 2


centre = sum(readings) / len(readings)
truth = sum((x - centre) ** 2 for x in readings) / len(readings)
print(f"by sums of squares {by_squares(readings):.2f}, truth {truth:.2f}")
predicted(PREDICT, by_squares(readings))

# %%
offsets = 10.0 ** np.arange(11)
spread = np.random.default_rng(1).uniform(-3, 3, 20_000)
two_pass = [(o + spread).var() for o in offsets]  # numpy subtracts the mean first
errors = [
    abs(by_squares((o + spread).tolist()) / v - 1) for o, v in zip(offsets, two_pass, strict=True)
]

fig, ax = canvas(7, 2.8)
ax.loglog(offsets, errors, marker="o", color=COLOURS["vermilion"])
ax.axhline(1.0, color=COLOURS["grey"], linestyle="--")
ax.set(xlabel="size of the readings", ylabel="relative error")
ax.set_title("Each further digit of size costs about two digits of variance")
picture(
    fig,
    alt="Relative error of the variance by sums of squares against the size of the readings, both on log scales: from 1e-14 it rises by about two decades per decade and passes 1, a total loss, near 1e7.",
)

# %% [markdown]
# **Why.** Squares of 1e9 are near 1e18, where neighbouring floats are 128 apart. The subtraction cancels the
# digits that agree and keeps the rounding: cancellation. The guide (March 2026) asks for a "numerically
# stable" outage rate, but a share of booleans, count over count, was never in danger. A variance is. The
# misconception is that stable means "does not divide by zero".
#
# **Worked example.** A mean that can be merged.
#
# 1. A part is a count and a mean, never a sum of squares.
# 2. A new value moves the mean by its share of the gap.
# 3. So does a whole part.


# %%
def join(a, b):
    """Join two parts (n, mean); b may be a single value (1, x)."""
    n = a[0] + b[0]
    if n == 0:
        return 0, 0.0  # two empty parts
    return n, a[1] + (b[1] - a[1]) * b[0] / n  # the gap is small even if the means are not


north = join(join((0, 0.0), (1, 1e9 + 1)), (1, 1e9 + 2))
join(north, (2, 1e9 + 3.5))

# %% [markdown]
# **Your turn.** Part A holds 4, 4 and part B holds 10, 10. Inside each the variance is 0.

# %%
pooled_mean = ...  # mean of 4, 4, 10, 10
pooled_var = ...  # population variance of 4, 4, 10, 10

hint = (
    "Averaging the two variances forgets that the parts lie apart: every value is 3 from the mean."
)
your_turn(lambda: (pooled_mean, pooled_var), (7.0, 9.0), hint, pooled_mean, pooled_var)

# %% [markdown]
# **Say it.** "I keep count, mean and squared distance from the mean, so nothing large is subtracted from
# something large, and parts merge exactly as if they had been one."

# %% [markdown] nbgrader={"grade": false, "grade_id": "k09-moments-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "k09-moments", "title": "Stable and mergeable", "section": "ML coding", "difficulty": "medium", "minutes": 20, "points": 5, "rounds": ["Coding & algorithms"], "topics": ["numerical stability", "mergeable state"]}
# ### Stable and mergeable
#
# `k09-moments` · 20 min · 5 points · asked in Coding & algorithms
#
# **Situation.** Each worker summarises its share of a frequency log and sends the summary on. Squares of
# gigahertz readings make its variances negative.
#
# **Task.** Write a class that holds count, mean and variance of all values so far and merges with others.
#
# **Signature.**
#
# ```python
# class Moments:
#     n: int       # read as attributes:
#     mean: float  # m.mean, not m.mean()
#     var: float   # population variance
#     def add(self, x: float) -> None: ...
#     def merge(self, other: "Moments") -> "Moments": ...
# ```
#
# **Example.**
#
# | event | n | mean | var |
# |---|---|---|---|
# | `a = Moments()` | 0 | nan | nan |
# | `a.add(4); a.add(4)` | 2 | 4 | 0 |
# | `b = Moments(); b.add(10); b.add(10)` | 2 | 10 | 0 |
# | `c = a.merge(b)` | 4 | 7 | 9 |
#
# **Rules.**
#
# - Variance divides by n.
# - `merge` returns a new object and changes neither operand.
# - A refused value leaves no trace.
# - The values themselves are not stored.
#
# **Target.** O(1) time per call, O(1) memory.
#
# <details><summary>Exact rules</summary>
#
# `Moments()`, attributes
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | nothing yet | n = 0 | mean NaN, var NaN |
# | R2 | values | n ≥ 1 | n, mean, population variance; attributes, not methods; one value: var 0 |
# | R3 | large values | 20,000 values of 1e9 ± 3 | var within 1e-6, relative |
# | R4 | pickle | after 100,000 adds | below 1 kB, holds the state itself; the class stands at the top level |
#
# `add(x)`
#
# | R# | case | input | result |
# |---|---|---|---|
# | R5 | not finite | NaN, inf, −inf | ValueError, state unchanged |
#
# `merge(other)`
#
# | R# | case | input | result |
# |---|---|---|---|
# | R6 | parts | any split of the values | as if all had been added to one |
# | R7 | order | any order or nesting of merges | the same numbers; var as in R3 for large values |
# | R8 | empty | one or both empty | neutral |
# | R9 | new object | merge, then add to any of the three | the other two do not move |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Keep the sum of squared distances from the current mean. When two parts join, each keeps its own sum, and
# the gap between their means adds the rest. A single value is a part with n = 1.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# gap = mean_b - mean_a
# n = n_a + n_b
# mean = mean_a + gap * n_b / n
# squares = squares_a + squares_b + ...   # gap, n_a, n_b and n: what makes 4, 4 | 10, 10 come out as 36?
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "k09-moments", "locked": false, "schema_version": 3, "solution": true, "task": false}
import math


class Moments:
    """Count `n`, `mean` and population variance `var` of the values added so far."""

    def __init__(self) -> None:
        """Start without values: n is 0, mean and var are NaN."""
        ### BEGIN SOLUTION
        self.n, self.mean, self.var = 0, math.nan, math.nan
        self._squares = 0.0  # sum of squared distances from the mean
        ### END SOLUTION

    def add(self, x: float) -> None:
        """Take in one finite value."""
        ### BEGIN SOLUTION
        if not math.isfinite(x):  # before anything changes
            raise ValueError("x must be finite")
        self._take(1, float(x), 0.0)
        ### END SOLUTION

    def merge(self, other: "Moments") -> "Moments":
        """Return new moments of the values of both."""
        ### BEGIN SOLUTION
        both = Moments()
        for part in (self, other):
            both._take(part.n, part.mean, part._squares)
        return both

    def _take(self, n: int, mean: float, squares: float) -> None:
        """Take in a part of `n` values; one value is a part with n = 1."""
        if n == 0:
            return
        gap = mean - self.mean if self.n else 0.0  # a mean of nothing is NaN
        total = self.n + n
        self._squares += squares + gap * gap * self.n * n / total
        self.mean = self.mean + gap * n / total if self.n else mean
        self.n = total
        self.var = self._squares / total
        ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "k09-moments-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# %%check k09-moments --points 5
import math

from orbitlab.checks import Mismatch, Tolerance, difference, drive, raises, record


def holds(moments, n, mean, var, said="", rtol=1e-9):
    """Compare n, mean and var; `said` is the story that a visible test shows."""
    found = difference(record(n=n, mean=mean), moments)
    found = found or difference(record(var=var), moments, Tolerance(rtol=rtol))
    if found:
        got = ", ".join(
            f"{name}={getattr(moments, name, 'missing')}" for name in ("n", "mean", "var")
        )
        finding = f"{found.where.lstrip('.')}: {found.finding}".removeprefix(": ")
        raise Mismatch(finding, call=said, expected=f"n={n}, mean={mean}, var={var}", got=got)


def filled(Moments, values):
    moments = Moments()
    drive(moments, [("add", (x,)) for x in values])
    return moments


def test_example(Moments):
    """R2, R6: The example comes out: parts that lie apart have more variance together than alone."""
    a, b = filled(Moments, [4.0, 4.0]), filled(Moments, [10.0, 10.0])
    holds(a, 2, 4.0, 0.0, "a = Moments(); a.add(4.0); a.add(4.0)")
    holds(a.merge(b), 4, 7.0, 9.0, "a holds 4, 4; b holds 10, 10; a.merge(b)")


def test_nothing_yet(Moments):
    """R1: Before the first value n is 0, and mean and var are NaN, not 0."""
    holds(Moments(), 0, math.nan, math.nan, "Moments()")


def test_nan_is_refused(Moments):
    """R5: NaN is refused with a ValueError, and the state stays as it was."""
    moments = filled(Moments, [1.0, 3.0])
    with raises(ValueError):
        moments.add(math.nan)
    holds(moments, 2, 2.0, 1.0, "add 1.0, add 3.0, add nan (refused)")


### BEGIN HIDDEN TESTS
import random
from itertools import pairwise

from orbitlab.checks import pickled

LARGE = 1e-6


def exact(values):
    """Return n, mean and population variance, computed without any rounding."""
    if not values:
        return 0, math.nan, math.nan
    ratios = [x.as_integer_ratio() for x in values]
    unit = max(below for _, below in ratios)  # a power of two that all of them divide
    whole = [above * (unit // below) for above, below in ratios]
    n, total, squares = len(whole), sum(whole), sum(w * w for w in whole)
    # Python divides integers of any size with one correct rounding.
    return n, total / (n * unit), (n * squares - total * total) / (n * unit) ** 2


def cut(rng, values, pieces):
    """Cut a list at random places; some pieces are empty."""
    marks = [0, *sorted(rng.randint(0, len(values)) for _ in range(pieces - 1)), len(values)]
    return [values[a:b] for a, b in pairwise(marks)]


def near_1e9(seed, n=20_000):
    rng = random.Random(seed)
    return [1e9 + rng.uniform(-3, 3) for _ in range(n)]


def test_population_variance(Moments):
    """R2: The variance divides by n, not by n − 1: one value has variance 0."""
    moments = Moments()
    seen = []
    for x in (2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0, -6.5):
        moments.add(x)
        seen.append(x)
        holds(moments, *exact(seen))
    holds(filled(Moments, [12.25] * 5), 5, 12.25, 0.0)


def test_ints_are_values(Moments):
    """R2: Ints, negative numbers and zeros are values like any other."""
    for values in ([3, 5], [0, 0, 0], [-2, 7, 0, -2], [0], [1, 2.5, -4]):
        holds(filled(Moments, values), *exact(values))


def test_large_values(Moments):
    """R3: Sums of squares cancel: values of 1e9 ± 3 keep six digits of their variance."""
    for seed in (9301, 9302):
        values = near_1e9(seed)
        holds(filled(Moments, values), *exact(values), rtol=LARGE)
    ends = [1e9 - 3, 1e9 + 3] * 10_000
    holds(filled(Moments, ends), 20_000, 1e9, 9.0, rtol=LARGE)
    below = [-x for x in near_1e9(9303)]
    holds(filled(Moments, below), *exact(below), rtol=LARGE)


def test_refused_values_leave_no_trace(Moments):
    """R5: NaN and both infinities are refused before anything changes, the count included."""
    for bad in (math.nan, math.inf, -math.inf):
        empty = Moments()
        with raises(ValueError):
            empty.add(bad)
        holds(empty, 0, math.nan, math.nan)
        moments = filled(Moments, [1.0, 3.0, 8.0])
        with raises(ValueError):
            moments.add(bad)
        holds(moments, *exact([1.0, 3.0, 8.0]))
        moments.add(-2.0)
        holds(moments, *exact([1.0, 3.0, 8.0, -2.0]))
        holds(moments.merge(empty), *exact([1.0, 3.0, 8.0, -2.0]))


def test_merge_weighs_the_parts(Moments):
    """R6: Merging weighs the parts by their size and adds what lies between their means."""
    for left, right in [
        ([0.0], [10.0]),
        ([0.0, 0.0, 0.0], [8.0]),
        ([1.0, 2.0, 3.0], [11.0, 15.0]),
        ([-50.0, -49.0] * 20, [50.0]),
        ([5.0, 9.0], [5.0, 9.0]),
    ]:
        joined = filled(Moments, left).merge(filled(Moments, right))
        holds(joined, *exact(left + right))


def test_any_split_is_the_same(Moments):
    """R6: However the values are split, merged parts equal one pass over all of them."""
    rng = random.Random(9304)
    for _ in range(40):
        values = [rng.gauss(0, 5) for _ in range(rng.randint(0, 20))]
        values += [rng.uniform(90, 110) for _ in range(rng.randint(0, 20))]
        rng.shuffle(values)
        parts = [filled(Moments, piece) for piece in cut(rng, values, rng.randint(1, 6))]
        joined = parts[0]
        for part in parts[1:]:
            joined = joined.merge(part)
        holds(joined, *exact(values))
        joined.add(2.5)
        holds(joined, *exact([*values, 2.5]))


def test_merge_order_is_free(Moments):
    """R7: Parts merge in any order and nesting; large values stay stable in every one of them."""
    rng = random.Random(9305)
    values = near_1e9(9306, 4_000)
    expected = exact(values)
    parts = [filled(Moments, piece) for piece in cut(rng, values, 9)]
    for _ in range(12):
        queue = rng.sample(parts, len(parts))
        while len(queue) > 1:
            a = queue.pop(rng.randrange(len(queue)))
            b = queue.pop(rng.randrange(len(queue)))
            queue.append(a.merge(b))
        holds(queue[0], *expected, rtol=LARGE)
    chain = filled(Moments, [])
    for x in values[:1_000]:
        chain = filled(Moments, [x]).merge(chain)
    holds(chain, *exact(values[:1_000]), rtol=LARGE)


def test_empty_is_neutral(Moments):
    """R8: Merging with an empty part changes nothing, on either side, and two empty parts stay empty."""
    values = [3.0, 4.5, -1.0]
    holds(filled(Moments, values).merge(Moments()), *exact(values))
    holds(Moments().merge(filled(Moments, values)), *exact(values))
    holds(Moments().merge(Moments()), 0, math.nan, math.nan)
    later = Moments().merge(Moments())
    drive(later, [("add", (x,)) for x in values])
    holds(later, *exact(values))


def test_merge_makes_a_new_object(Moments):
    """R9: Merging changes neither operand, and the result shares nothing with them, empty or not."""
    for left, right in [([1.0, 2.0], [5.0]), ([1.0, 2.0], []), ([], [5.0, 6.0]), ([], [])]:
        a, b = filled(Moments, left), filled(Moments, right)
        joined = a.merge(b)
        holds(a, *exact(left))
        holds(b, *exact(right))
        joined.add(100.0)
        holds(a, *exact(left))
        holds(b, *exact(right))
        a.add(-7.0)
        b.add(40.0)
        holds(joined, *exact([*left, *right, 100.0]))
        holds(a, *exact([*left, -7.0]))
        holds(b, *exact([*right, 40.0]))


def test_merge_with_itself(Moments):
    """R6, R9: An object merged with itself counts its values twice and does not change."""
    moments = filled(Moments, [1.0, 4.0, 4.5])
    holds(moments.merge(moments), *exact([1.0, 4.0, 4.5] * 2))
    holds(moments, *exact([1.0, 4.0, 4.5]))


def test_small_pickle(Moments):
    """R4: The state stays small: after 100,000 values its pickle is below 1 kB, so none are stored."""
    values = [x / 64 for x in range(-40_000, 60_000)]
    moments = filled(Moments, values)
    holds(moments, *exact(values))
    if len(pickled(moments)) >= 1_024:
        raise Mismatch("the pickle is larger than 1 kB")
    if len(pickled(moments.merge(moments))) >= 1_024:
        raise Mismatch("the pickle of a merged object is larger than 1 kB")


def test_the_pickle_is_the_state(Moments):
    """R4: The pickle carries the state itself: other values, another pickle."""
    first, other = Moments(), Moments()
    for moments, last in ((first, 8.5), (other, 64.25)):
        drive(moments, [("add", (x,)) for x in (1.25, -3.0, last)])
    if pickled(first) == pickled(other):
        raise Mismatch("two different states have the same pickle, so it loses the values")


### END HIDDEN TESTS


# %% tags=["try-it"]
# Four workers, 5,000 readings each, merged as a tree; the truth is the 3.02 from above.
def show():
    workers = [Moments() for _ in range(4)]
    for i, x in enumerate(readings):
        workers[i % 4].add(x)
    whole = workers[0].merge(workers[1]).merge(workers[2].merge(workers[3]))
    rows = [(part.n, part.mean - 1e9, part.var) for part in (*workers, whole)]
    names = ["worker 1", "worker 2", "worker 3", "worker 4", "merged"]
    return pd.DataFrame(rows, columns=["n", "mean - 1e9", "var"], index=names).round(4)


try_it(show, Moments)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** I keep count, mean and the sum of squared distances from the mean. Adding is merging with a part
# of one. Each call is O(1), and nothing large is subtracted from something large.
#
# **Code.**
#
# <!-- answer: k09-moments -->
#
# **Walk-through.**
#
# - R5: the value is checked before the first assignment, so a refused one leaves no trace.
# - R3: only the gap between means is squared, and it is small however large the values are.
# - R6: the term `gap² · n_a · n_b / n` is the variance between the parts.
# - R8, R9: `merge` starts from a fresh object, so empty operands need no special case.
#
# **Rejected.**
#
# - Sum and sum of squares, merged by adding. Readings of 1e9 ± 3 gave −1024 above. Fails with "Sums of squares
#   cancel: values of 1e9 ± 3 keep six digits of their variance."
# - `return self` when the other part is empty. `c = a.merge(Moments()); c.add(100)` also changes `a`. Fails with
#   "Merging changes neither operand, and the result shares nothing with them, empty or not."
#
# **Cost.** O(1) per call, four numbers of state. It stops being right when squared gaps overflow, near 1e154.
#
# **Tests.**
#
# - 1e9 ± 3 against the exact variance.
# - Every split of a list merges to the same numbers, empty parts included.
# - A refused NaN leaves no trace.
#
# **Follow-up.** "And with weights, or a decay?" Weights replace counts in the same formula. With exponential decay
# the count is multiplied by the factor before each merge, and so is the sum of squares.
#
# </details>

# %% [markdown] orbitlab={"part": "tied-scores", "card": {"prompt": "All ten scores are equal, five rows are positive. What is the average precision, and why is it not 1.00 or 0.35?", "answer": "0.5, the share of positives. Equal scores share one threshold, so recall goes from 0 to 1 in one step; 1.00 and 0.35 are the best and the worst accident of row order.", "topic": "ties", "exercises": ["k09-det-curve"]}}
# ## A score that cannot tell
#
# **Question.** Your detector gives every frame the same score. What is its average precision?
#
# **Predict.** Ten frames, five of them bad, all with score 0.7. A script sorts by score, walks down row by
# row and adds the precision at each bad frame, divided by five. The bad frames happen to come first in the
# file. Which AP does it print?

# %%
PREDICT = ...  # AP of the script

# %% [markdown]
# **Run.** First your prediction, then all 252 orders in which the labels can lie in the file.

# %%
from itertools import combinations


def ap_row_by_row(labels):
    hits = np.cumsum(labels)
    rank = np.arange(1, len(labels) + 1)
    return float(np.sum(labels * hits / rank) / hits[-1])


orders = [np.isin(np.arange(10), bad) for bad in combinations(range(10), 5)]
by_order = np.array([ap_row_by_row(labels) for labels in orders])
together = orders[0].mean()  # one threshold: recall 0 -> 1 at the precision of all ten frames
predicted(PREDICT, ap_row_by_row(orders[0]))
print(f"best {by_order.max():.2f}, worst {by_order.min():.2f}, ties together {together:.2f}")

# %%
fig, ax = canvas(7, 2.8)
ax.hist(by_order, bins=np.arange(0.325, 1.05, 0.025), color=COLOURS["sky"])
ax.axvline(together, color=COLOURS["vermilion"], linewidth=2)
ax.annotate("ties together", (together, 27), (-6, 0), textcoords="offset points", ha="right")
ax.set(xlabel="average precision, row by row", ylabel="orders of the file", ylim=(0, 30))
ax.set_title(f"Same scores, 252 files: AP from {by_order.min():.2f} to {by_order.max():.2f}")
picture(
    fig,
    alt="Histogram of the row-by-row AP over 252 orders of five good and five bad frames with equal scores. It spreads from 0.35 to 1.00. A line at 0.5 marks the value when ties are taken together.",
)

# %% [markdown]
# **Why.** One score is one threshold: it flags all ten frames or none. Recall goes from 0 to 1 in a single
# step, at precision 5/10, so AP is 0.5. The misconception is that sorting settles the order. It cannot order
# equals: a stable sort keeps the accident that lay in the file, and the script measures that.
#
# **Worked example.** The night shift can look at four alarms. Which threshold may it use?
#
# 1. One entry per distinct score: no threshold splits equal scores.
# 2. From the top, because a threshold lets in the highest first.
# 3. Whole groups add up.
# 4. The lowest threshold within the budget.

# %%
scores = np.array([0.6, 0.9, 0.8, 0.6, 0.3, 0.8, 0.6])
levels, size = np.unique(scores, return_counts=True)  # 1
levels, size = levels[::-1], size[::-1]  # 2
alarms = np.cumsum(size)  # 3
fits = alarms <= 4
print(f"threshold {levels[fits][-1]} raises {alarms[fits][-1]} alarms, not 4")  # 4

# %% [markdown]
# **Your turn.** Another night, a budget of five. Fill both holes.

# %%
night = np.array([0.4, 0.7, 0.2, 0.7, 0.5, 0.7, 0.2, 0.4])
night_levels, night_size = np.unique(night, return_counts=True)
size_from_top = ...  # how many scores each threshold adds, highest first
night_alarms = ...  # alarms that each threshold raises

hint = "np.unique sorts upwards: turn the counts round, then add them up."
your_turn(lambda: int(max(a for a in night_alarms if a <= 5)), 4, hint, size_from_top, night_alarms)

# %% [markdown]
# **Say it.** "Equal scores share one threshold, so they enter the curve together. Otherwise my metric
# measures the order of the file."

# %% [markdown] nbgrader={"grade": false, "grade_id": "k09-det-curve-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "k09-det-curve", "title": "AP and AUC with ties", "section": "ML coding", "difficulty": "medium", "minutes": 20, "points": 4, "rounds": ["Take-home"], "topics": ["metrics", "ties", "sorting"]}
# ### AP and AUC with ties
#
# `k09-det-curve` · 20 min · 4 points · asked in Take-home
#
# **Situation.** Kestrel's frame detector sends scores rounded to two decimals. Its AP changes whenever
# somebody sorts the file.
#
# **Task.** Return average precision and ROC AUC so that row order never matters.
#
# **Signature.**
#
# ```python
# def detector_curve(
#     y: np.ndarray,      # labels 0/1, shape (N,)
#     score: np.ndarray,  # higher = more likely positive, shape (N,)
# ) -> tuple[float, float]: ...  # ap, auc
# ```
#
# **Example.**
#
# ```python
# y, score = [1, 0, 1], [0.9, 0.5, 0.5]  # as arrays
# detector_curve(y, score)  # 0.8333…, 0.75
# ```
#
# **Rules.**
#
# - AP: Σ recall step × precision, over distinct scores, highest first.
# - AUC: chance that a positive outscores a negative; ties half.
# - Equal scores enter together.
# - A missing class gives NaN where nothing is defined.
#
# **Target.** O(N log N).
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | example | as above | (0.8333…, 0.75) |
# | R2 | ties | scores that are exactly equal (0.0 and −0.0 are), and no others | one step of the curve; the order of rows never matters |
# | R3 | AP | distinct scores from the highest down; R, P = recall, precision of all rows at or above | Σ (R_k − R_{k−1}) · P_k with R_0 = 0; no interpolation |
# | R4 | AUC | all pairs of a positive and a negative | (pairs with the positive higher + half of the tied pairs) / pairs |
# | R5 | missing class | no positives · no negatives · N = 0 | AP NaN, AUC NaN · AP by R3 (it is 1), AUC NaN · both NaN |
# | R6 | infinite scores | ±inf | ordinary scores beyond every finite one; equal ones tie |
# | R7 | labels | 0 and 1 as int, float or bool | the same result |
# | R8 | errors | NaN score; a label that is not 0 or 1; lengths differ | ValueError, also where a class is missing |
# | R9 | inputs | any | unchanged |
# | R10 | size | 8 times the rows, many of them tied | less than 32 times the time |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Make one entry per distinct score: how many positives and how many negatives carry it. Both metrics are
# sums over these entries, and nobody can see row order any more.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# levels, level_of_row = np.unique(score, return_inverse=True)
# hits = ...        # positives per level, highest level first
# misses = ...      # negatives per level, highest level first
# tp, fp = np.cumsum(hits), np.cumsum(misses)
# ap = ...          # recall step of a level times the precision after it
# auc = ...         # each negative: positives above it, and half of those beside it
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "k09-det-curve", "locked": false, "schema_version": 3, "solution": true, "task": false}
import numpy as np


def detector_curve(y: np.ndarray, score: np.ndarray) -> tuple[float, float]:
    """Return average precision and ROC AUC of a detector, with ties treated as ties.

    y: labels 0/1, shape (N,); score: higher means more likely positive, shape (N,).
    """
    ### BEGIN SOLUTION
    y, score = np.asarray(y), np.asarray(score, dtype=np.float64)
    if y.shape != score.shape or y.ndim != 1:
        raise ValueError("y and score must be one-dimensional and equally long")
    if np.isnan(score).any():
        raise ValueError("a score is NaN")
    if not np.isin(y, (0, 1)).all():
        raise ValueError("labels must be 0 or 1")

    # One entry per distinct score, highest first: ties enter the curve together.
    levels, level_of_row = np.unique(score, return_inverse=True)
    total = np.bincount(level_of_row, minlength=levels.size)[::-1]
    hits = np.bincount(level_of_row, weights=y.astype(np.float64), minlength=levels.size)[::-1]
    misses = total - hits
    tp, fp = np.cumsum(hits), np.cumsum(misses)
    n_pos, n_neg = float(hits.sum()), float(misses.sum())

    ap = auc = float("nan")
    if n_pos:
        # The recall step of a level times the precision after the whole level.
        ap = float(np.sum(hits / n_pos * tp / (tp + fp)))
    if n_pos and n_neg:
        # A negative loses to the positives above it and halves with those beside it.
        auc = float(np.sum(misses * (tp - hits / 2)) / (n_pos * n_neg))
    return ap, auc
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "k09-det-curve-check", "locked": true, "points": 4, "schema_version": 3, "solution": false, "task": false}
# %%check k09-det-curve --points 4
import math

import numpy as np

from orbitlab.checks import Mismatch, difference, expect, expect_scaling, limit, raises


def test_example(detector_curve):
    """R1: The example of the prompt comes out."""
    expect(detector_curve, (np.array([1, 0, 1]), np.array([0.9, 0.5, 0.5])), (5 / 6, 0.75))


def test_all_scores_equal(detector_curve):
    """R2: With one score for every row, AP is the share of positives and AUC is one half."""
    y = np.array([1, 0, 0, 0, 1, 0, 0, 0])
    expect(detector_curve, (y, np.full(8, 0.25)), (0.25, 0.5))


def test_nan_score(detector_curve):
    """R8: A NaN score has no place in any order: ValueError."""
    y, score = np.array([0, 1, 1]), np.array([0.5, math.nan, 0.75])
    expect(detector_curve, (y, score), raises(ValueError))


### BEGIN HIDDEN TESTS
def oracle(y, score):
    """Straight from the definitions: one pass over the rows for each distinct score."""
    rows = list(zip([int(v) for v in y], [float(v) for v in score], strict=True))
    positives = [s for label, s in rows if label == 1]
    negatives = [s for label, s in rows if label == 0]
    ap = math.nan
    if positives:
        ap, recall_before = 0.0, 0.0
        for threshold in sorted(set(positives + negatives), reverse=True):
            tp = sum(s >= threshold for s in positives)
            fp = sum(s >= threshold for s in negatives)
            ap += (tp / len(positives) - recall_before) * tp / (tp + fp)
            recall_before = tp / len(positives)
    auc = math.nan
    if positives and negatives:
        won = sum((p > q) + 0.5 * (p == q) for p in positives for q in negatives)
        auc = won / (len(positives) * len(negatives))
    return ap, auc


def agree(answer, y, score, part):
    """Compare AP (part 0) or AUC (part 1) alone, so that each test names one misconception."""
    got = answer(y, score)
    found = difference(oracle(y, score)[part], got[part])
    if found:
        raise Mismatch(found.finding)


def draws(seed, levels, cases=12):
    """Yield labels and scores with both classes; `levels` distinct scores make ties likely."""
    rng = np.random.default_rng(seed)
    for _ in range(cases):
        n = int(rng.integers(5, 60))
        y = (rng.random(n) < rng.uniform(0.15, 0.85)).astype(np.int64)
        y[:2] = [0, 1]
        score = rng.integers(0, levels, n) / 8.0 + rng.integers(0, 2, n) * y / 4.0
        order = rng.permutation(n)
        yield y[order], score[order]


def test_ties_enter_together(detector_curve):
    """R2: Rows with the same score enter the curve together; no accident of order decides AP."""
    for y, score in draws(20260316, levels=4):
        agree(detector_curve, y, score, 0)
        # The same rows in the two most tempting orders.
        for order in (np.lexsort((y, score)), np.lexsort((-y, score))):
            agree(detector_curve, y[order], score[order], 0)


def test_order_never_moves_auc(detector_curve):
    """R2, R4: AUC is the same for every order of the rows."""
    for y, score in draws(31, levels=5):
        for order in (np.lexsort((y, score)), np.lexsort((-y, score)), np.argsort(-score)):
            agree(detector_curve, y[order], score[order], 1)


def test_close_scores_are_distinct(detector_curve):
    """R2: Scores tie only if exactly equal; do not round them and do not compare with a margin."""
    rng = np.random.default_rng(7)
    for _ in range(6):
        n = int(rng.integers(6, 30))
        y = rng.integers(0, 2, n)
        y[:2] = [0, 1]
        score = 0.5 + rng.permutation(n) * 2.0**-44
        agree(detector_curve, y, score, 0)
        agree(detector_curve, y, score, 1)


def test_zero_has_no_sign(detector_curve):
    """R2: 0.0 and -0.0 are equal numbers, so they tie; only their bits and their text differ."""
    score = np.array([0.5, -0.0, 0.0, -0.0, 0.0, -0.25])
    for y in ([0, 1, 0, 0, 1, 1], [1, 0, 1, 1, 0, 0]):
        agree(detector_curve, np.array(y), score, 0)
        agree(detector_curve, np.array(y), score, 1)


def test_ap_is_a_sum_of_steps(detector_curve):
    """R3: AP adds recall steps times the precision after the step: no trapezoids, no envelope."""
    rng = np.random.default_rng(11)
    for _ in range(12):
        n = int(rng.integers(4, 60))
        y = rng.integers(0, 2, n)
        y[0] = 1
        agree(detector_curve, y, rng.permutation(n) / 16.0 - 1.0, 0)


def test_tied_pairs_count_half(detector_curve):
    """R4: In the AUC a tied pair counts one half, neither nothing nor a win."""
    for y, score in draws(13, levels=3):
        agree(detector_curve, y, score, 1)
    for y, score in draws(17, levels=400):
        agree(detector_curve, y, score, 1)
    # The same labels and the same scores, paired in other ways: nothing may be remembered.
    y, score = np.array([0, 1, 1, 0, 0, 1, 0]), np.array([1.0, 2.0, 2.0, 3.0, 4.0, 4.0, 5.0])
    for turn in range(7):
        agree(detector_curve, np.roll(y, turn), score, 0)
        agree(detector_curve, np.roll(y, turn), score, 1)


def test_no_positives(detector_curve):
    """R5: Without positives there is no recall: AP is NaN, not 0; AUC is NaN as well."""
    expect(detector_curve, (np.zeros(4, np.int64), np.arange(4.0)), (math.nan, math.nan))
    expect(detector_curve, (np.zeros(1, np.int64), np.array([0.5])), (math.nan, math.nan))
    expect(detector_curve, (np.zeros(0, np.int64), np.zeros(0)), (math.nan, math.nan))


def test_no_negatives(detector_curve):
    """R5: Without negatives AUC is NaN, while AP is still defined."""
    expect(detector_curve, (np.ones(5, np.int64), np.array([3.0, 1, 1, 2, 5])), (1.0, math.nan))
    expect(detector_curve, (np.ones(1, np.int64), np.array([0.5])), (1.0, math.nan))


def test_infinite_scores(detector_curve):
    """R6: An infinite score is an ordinary score, and equal infinities tie like other scores."""
    rng = np.random.default_rng(19)
    values = np.array([-np.inf, -2.0, 0.0, 1.5, np.inf])
    for _ in range(10):
        n = int(rng.integers(6, 30))
        y = rng.integers(0, 2, n)
        y[:2] = [0, 1]
        score = values[rng.integers(0, 5, n)]
        agree(detector_curve, y, score, 0)
        agree(detector_curve, y, score, 1)
    y = np.array([0, 1, 1, 0, 0])
    for score in (np.full(5, np.inf), np.full(5, -np.inf)):
        expect(detector_curve, (y, score), (0.4, 0.5))
    top = np.finfo(np.float64).max  # the largest float is still below infinity
    score = np.array([np.inf, top, -np.inf, -top, 1e300])
    agree(detector_curve, y, score, 0)
    agree(detector_curve, y, score, 1)


def test_label_types(detector_curve):
    """R7: Labels may be bool or 0.0 and 1.0 as well as int."""
    for y, score in draws(23, levels=6, cases=3):
        expect(detector_curve, (y.astype(bool), score), oracle(y, score))
        expect(detector_curve, (y.astype(np.float64), score), oracle(y, score))


def test_bad_labels(detector_curve):
    """R8: A label that is neither 0 nor 1 is an error, never quietly a positive or a negative."""
    score = np.array([0.5, 0.25, 0.75])
    for bad in (2, -1):
        expect(detector_curve, (np.array([0, 1, bad]), score), raises(ValueError))
    for bad in (0.5, 1 + 2.0**-20, math.nan):
        expect(detector_curve, (np.array([0.0, 1.0, bad]), score), raises(ValueError))


def test_lengths_differ(detector_curve):
    """R8: Labels and scores of different length are an error, also when one of them is short."""
    for n, k in ((3, 2), (2, 3), (1, 4), (4, 1), (0, 2), (2, 0)):
        y = np.arange(n, dtype=np.int64) % 2
        expect(detector_curve, (y, np.arange(float(k))), raises(ValueError))


def test_errors_come_first(detector_curve):
    """R8: A NaN score or a wrong label is an error also when a class is missing."""
    score = np.array([0.5, math.nan, 0.75])
    expect(detector_curve, (np.zeros(3, np.int64), score), raises(ValueError))
    expect(detector_curve, (np.ones(3, np.int64), score), raises(ValueError))
    expect(detector_curve, (np.array([0, 0, 2]), np.arange(3.0)), raises(ValueError))


def test_inputs_unchanged(detector_curve):
    """R9: The arrays of the caller keep their values and their order."""
    for y, score in draws(29, levels=5, cases=2):
        expect(detector_curve, (y, score), oracle(y, score))


def by_sorting(y, score):
    """A right answer in plain Python: sort once, then walk over the groups of equal scores."""
    rows = sorted(zip(score.tolist(), y.tolist(), strict=True), reverse=True)
    n_pos = sum(label for _, label in rows)
    n_neg = len(rows) - n_pos
    tp = fp = won = i = 0
    ap = 0.0
    while i < len(rows):
        threshold, tp_before, fp_before = rows[i][0], tp, fp
        while i < len(rows) and rows[i][0] == threshold:
            tp += rows[i][1]
            fp += 1 - rows[i][1]
            i += 1
        ap += (tp - tp_before) / n_pos * tp / (tp + fp)
        won += (fp - fp_before) * (tp + tp_before)
    return ap, won / 2 / (n_pos * n_neg)


@limit(20)
def test_scales(detector_curve):
    """R10: Sort once; compare neither all pairs nor, row by row, all that share a score."""

    def make(n, seed):
        # Few positives, so that an all-pairs answer is slow without filling the memory.
        rng = np.random.default_rng([37, seed])
        y = np.zeros(n, dtype=np.int64)
        y[rng.choice(n, n // 50, replace=False)] = 1
        score = rng.integers(0, n // 2, n) / 1024.0 + y
        score[rng.random(n) < 0.25] = n / 8192.0  # and one score that a quarter of the rows share
        return y, score

    expect_scaling(detector_curve, make, 50_000, by_sorting)


### END HIDDEN TESTS

# %% tags=["try-it"]
# Kestrel rounds its scores before it sends them. What does rounding cost, and what does order cost?
rng = np.random.default_rng(9)
bad_frame = rng.random(4000) < 0.08
raw = 1 / (1 + np.exp(-rng.normal(2.6 * bad_frame - 1.3, 1.0)))


def show():
    steps = 2 ** np.arange(1, 11)
    rounded = [np.round(raw * k) / k for k in steps]
    ap, auc = np.array([detector_curve(bad_frame, score) for score in rounded]).T
    lucky = [ap_row_by_row(bad_frame[np.lexsort((~bad_frame, -s))]) for s in rounded]
    unlucky = [ap_row_by_row(bad_frame[np.lexsort((bad_frame, -s))]) for s in rounded]
    fig, ax = canvas(7, 3.2)
    label = "AP row by row: unlucky to lucky order"
    ax.fill_between(steps, unlucky, lucky, color=COLOURS["sky"], alpha=0.4, label=label)
    ax.plot(steps, ap, "o-", color=COLOURS["blue"], label="AP, ties together")
    ax.plot(steps, auc, "s-", color=COLOURS["orange"], label="AUC, ties half")
    ax.set_xscale("log", base=2)
    ax.set(xlabel="steps the score is rounded to, from 0 to 1", ylabel="metric", ylim=(0, 1.02))
    ax.set_title("Below 32 steps, AP row by row depends on the order of the file")
    ax.legend(loc="lower right")
    picture(
        fig,
        alt="AP and AUC of one detector whose scores are rounded to 2, 4, and up to 1024 steps. AP with ties together rises from 0.56 to 0.79 and is flat from 32 steps on; AUC is flat above 0.9. The band of row-by-row AP between the unluckiest and the luckiest order spans 0.43 to 0.93 for two steps and closes with finer ones.",
    )


try_it(show, detector_curve)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** A threshold cannot split equal scores, so I group by score first. Both metrics are sums over
# groups. One sort: O(N log N). I name the NaN cases before I code.
#
# **Code.**
#
# <!-- answer: k09-det-curve -->
#
# **Walk-through.**
#
# - R8 comes before anything that could return NaN, so a bad label is an error even without positives.
# - R2: after `np.unique` only counts per distinct score are left; row order is gone.
# - R3: `hits / n_pos` is the recall step, `tp / (tp + fp)` the precision after the whole level.
# - R4: a negative counts the positives of higher levels, and half of those on its own.
# - R6: `np.unique` compares values and never subtracts them, so equal infinities tie.
#
# **Rejected.**
#
# - `argsort(-score)` and a walk row by row. Labels 1, 0 with equal scores give 1.0, labels 0, 1 give 0.5. Fails
#   with "Rows with the same score enter the curve together; no accident of order decides AP."
# - The trapezoid area under the precision-recall curve. Labels 1, 0, 1 from the top give 0.79 instead of 0.83.
#   Fails with "AP adds recall steps times the precision after the step: no trapezoids, no envelope."
#
# **Cost.** O(N log N) time, O(N) memory. Pairs are counted in float64, exactly up to 2^53 of them; beyond that AUC
# is rounded in its last digits.
#
# **Tests.**
#
# - All scores equal: AP is the share of positives, AUC is one half.
# - Shuffle the rows: nothing changes, not even the last digit of AUC.
# - No positives: NaN, not zero.
#
# **Follow-up.** "Which of the two do you report for one bad frame in a thousand?" AP, beside the share of
# positives that it must beat. AUC looks fine there, because it averages over negatives nobody would ever review.
#
# </details>

# %% [markdown] orbitlab={"part": "one-row", "card": {"prompt": "An API standardises each request by the request's own mean and deviation. What does it answer for one row, and what is the cure?", "answer": "The same probability for every row: the row minus itself is 0, so only the intercept is left. Serve with mean and deviation stored in training.", "topic": "train/serve skew", "exercises": ["k09-logreg"]}}
# ## One row at a time
#
# **Question.** "Your model said 0.93 in the nightly batch and 0.75 in the API. Same row, same weights. Why?"
#
# **Predict.** Four hundred rows, fixed weights. The API standardises what it is given: one row at a time, by
# the mean and the deviation of that row alone (a deviation of 0 counts as 1). How many different probabilities
# come out?

# %%
PREDICT = ...  # different probabilities among 400 answers

# %% [markdown]
# **Run.** The weights are given: SNR margin (dB) helps, rain (mm/h) hurts. Up: what the API says.

# %%
rng = np.random.default_rng(20260316)
rows = np.column_stack([rng.normal(8.0, 2.5, 400), rng.gamma(2.0, 2.0, 400)])  # dB, mm/h
weights, intercept = np.array([1.4, -1.1]), np.log(3)


def probability(X, mean, deviation):
    logit = (X - mean) / np.where(deviation == 0, 1.0, deviation) @ weights + intercept
    return 1 / (1 + np.exp(-logit))


in_batch = probability(rows, rows.mean(axis=0), rows.std(axis=0))
alone = np.array([probability(r[None], r, 0 * r)[0] for r in rows])  # its mean is itself
predicted(PREDICT, len(np.unique(alone)))

# %%
fig, ax = canvas(7, 3)
ax.plot([0, 1], [0, 1], color=COLOURS["grey"], linestyle="--", label="what it should be")
ax.scatter(in_batch, alone, s=12, color=COLOURS["vermilion"], alpha=0.6, label="one row at a time")
ax.set(xlabel="probability in the nightly batch", ylabel="probability in the API")
ax.set_title(f"Standardised alone, all {len(rows)} rows get {alone[0]:.2f}")
ax.legend(loc="upper left")
picture(
    fig,
    alt="Probability of 400 rows in the nightly batch against that in the API. The batch spreads them from 0 to 1; the API gives 0.75 to every one, a flat line, instead of the diagonal.",
)

# %% [markdown]
# **Why.** A row is its own mean. Subtract it and zero is left, so every logit is the intercept. Small batches are
# subtler: they answer, but each row depends on its neighbours. The misconception is that standardising is a step
# of the maths. It is part of the model: its numbers are learned in training and frozen.
#
# **Worked example.** A neighbour: taming outliers by clipping.
#
# 1. Look at the data once, in training.
# 2. Serving reads what was stored; it computes nothing over the batch.
# 3. The test to say aloud.


# %%
class Clipper:
    def __init__(self, train):
        self.low, self.high = np.quantile(train, [0.05, 0.95], axis=0)  # 1

    def apply(self, X):
        return np.clip(X, self.low, self.high)  # 2


clipper = Clipper(rows)
together = clipper.apply(rows)
apart = np.vstack([clipper.apply(rows[i : i + 1]) for i in range(400)])
print("each row alone equals its row in the batch:", np.array_equal(together, apart))  # 3

# %% [markdown]
# **Your turn.** Scale to the range seen in training: lowest training value 0, highest 1. Fill both holes.

# %%
train = np.array([[2.0, 40.0], [6.0, 10.0], [10.0, 20.0]])
request = np.array([[4.0, 25.0]])
lowest = ...  # per column, learned where?
width = ...  # highest minus lowest, per column

hint = "Both come from `train`, per column (axis=0); the request is never asked."
your_turn(lambda: (request - lowest) / width, np.array([[0.25, 0.5]]), hint, lowest, width)

# %% [markdown]
# **Say it.** "Medians, means and deviations are weights too: learned once, stored with the model, and a row alone
# gets what it gets among a thousand."

# %% [markdown] nbgrader={"grade": false, "grade_id": "k09-logreg-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "k09-logreg", "title": "Train, then serve one row", "section": "ML coding", "difficulty": "hard", "minutes": 40, "points": 7, "rounds": ["Coding & algorithms"], "topics": ["logistic regression", "train/serve skew", "numerical stability"]}
# ### Train, then serve one row
#
# `k09-logreg` · 40 min · 7 points · asked in Coding & algorithms
#
# **Situation.** Kestrel predicts whether a terminal will lose its link. Training sees batches with missing values;
# the API sees one row.
#
# **Task.** Fit an L2-regularised logistic regression that serves one row as it serves a thousand.
#
# **Signature.**
#
# ```python
# def fit_logreg(
#     X: np.ndarray,  # (N, D), NaN = missing
#     y: np.ndarray,  # labels 0/1, (N,)
#     l2: float,      # > 0
# ): ...  # an object with predict_proba(X) -> (N,)
# ```
#
# **Example.**
#
# ```python
# model = fit_logreg([[0.0], [4.0]], [0, 1], l2=0.25 / math.log(3))  # as arrays
# model.predict_proba([[0.0], [4.0]])  # 0.25, 0.75
# model.predict_proba([[4.0]])         # 0.75
# ```
#
# **Rules.**
#
# - Missing: training median of the column.
# - Then standardise by training mean and deviation (`ddof=0`).
# - Minimise mean log-loss + l2/2 · ‖w‖²; the intercept is free.
# - Within 1e-4 of the optimum's probabilities.
# - No overflow, however large a logit.
#
# **Target.** Thousands of rows in seconds.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | example | as above | 0.25, 0.75 within 1e-4 |
# | R2 | missing | NaN in training or serving · training column without any value | median of the column's training values · 0 |
# | R3 | scale | after filling | minus training mean, divided by the ddof=0 deviation; 1 in place of a deviation of 0 |
# | R4 | objective | weights w of the standardised features | mean log-loss + l2/2 · ‖w‖²; the intercept is not penalised |
# | R5 | precision | any training set with both classes | probabilities within 1e-4 of the optimum |
# | R6 | serving | one row · any part of a batch | what the row gets in the whole batch, within 1e-9 |
# | R7 | far rows | logits beyond ±700 | 0 or 1 within 1e-4; no warning, no NaN |
# | R8 | one class | all labels equal | every output finite and in [0, 1]; nothing else |
# | R9 | errors | X not 2-D; N = 0; a label that is not 0 or 1 | ValueError |
# | R10 | state | inputs · a second fit | unchanged · earlier models stay as they are |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Split it in three: learn fill, mean and scale; turn any rows into standardised features with these alone; find
# weights. The loss is convex and smooth with few weights, so Newton needs a dozen steps. Stop by the gradient,
# not by the count.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# Z = ...                                  # ones, then standardised features
# p = sigmoid(Z @ weights)                 # written so that exp never overflows
# gradient = Z.T @ (p - y) / N + penalty * weights      # penalty[0] = 0
# curvature = ...                          # of the mean log-loss, plus the penalty's
# step = np.linalg.solve(curvature, gradient)
# weights = weights - step                 # shorten it if it is long
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "k09-logreg", "locked": false, "schema_version": 3, "solution": true, "task": false}
from dataclasses import dataclass, replace

import numpy as np


# The class of the model, if you want one:
### BEGIN SOLUTION
@dataclass(frozen=True)
class LogisticModel:
    """All that serving needs, fixed in training: (D,) statistics and (D+1,) weights."""

    fill: np.ndarray
    mean: np.ndarray
    scale: np.ndarray
    weights: np.ndarray

    def design(self, X: np.ndarray) -> np.ndarray:
        filled = np.where(np.isnan(X), self.fill, X)
        return np.column_stack([np.ones(len(X)), (filled - self.mean) / self.scale])

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return sigmoid(self.design(np.asarray(X, dtype=np.float64)) @ self.weights)


def sigmoid(logit: np.ndarray) -> np.ndarray:
    # exp only ever sees a number <= 0, so it cannot overflow.
    small = np.exp(-np.abs(logit))
    return np.where(logit >= 0, 1.0, small) / (1.0 + small)


### END SOLUTION
def fit_logreg(X: np.ndarray, y: np.ndarray, l2: float):
    """Train an L2-regularised logistic regression that serves one row as it serves a thousand.

    X: features, shape (N, D), NaN = missing; y: labels 0/1, shape (N,); l2 > 0: penalty.
    Returns an object whose `predict_proba(X)` gives P(y = 1), shape (N,).
    """
    ### BEGIN SOLUTION
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
    if X.ndim != 2 or X.shape[0] == 0 or not np.isin(y, (0, 1)).all():
        raise ValueError("X must be (N, D) with N > 0, and every label 0 or 1")

    known = ~np.isnan(X)
    fill = np.array(
        [np.median(c[k]) if k.any() else 0.0 for c, k in zip(X.T, known.T, strict=True)]
    )
    filled = np.where(known, X, fill)
    spread = filled.std(axis=0)
    scale = np.where(spread == 0, 1.0, spread)
    model = LogisticModel(fill, filled.mean(axis=0), scale, np.zeros(X.shape[1] + 1))

    Z, weights = model.design(X), model.weights
    penalty = np.append(0.0, np.full(X.shape[1], l2))  # the intercept is free
    for _ in range(100):
        p = sigmoid(Z @ weights)
        gradient = Z.T @ (p - y) / len(y) + penalty * weights
        if np.abs(gradient).max() < 1e-10:
            break
        curvature = (Z.T * (p * (1 - p))) @ Z / len(y) + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        # A full Newton step may overshoot. One of this length cannot for the logistic loss.
        change = np.abs(Z @ step).max()
        weights = weights - step * (np.log1p(change) / change if change > 0 else 1.0)
    return replace(model, weights=weights)
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "k09-logreg-check", "locked": true, "points": 7, "schema_version": 3, "solution": false, "task": false}
# %%check k09-logreg --points 7
import math

import numpy as np

from orbitlab.checks import Mismatch, Tolerance, difference, expect, limit, raises, warns

OPTIMUM = Tolerance(rtol=0.0, atol=1e-4)


def test_example(fit_logreg):
    """R1: The example of the prompt comes out, for a batch of two."""
    X, y = np.array([[0.0], [4.0]]), np.array([0, 1])
    model = fit_logreg(X, y, 0.25 / math.log(3))
    expect(model.predict_proba, (X,), np.array([0.25, 0.75]), tolerance=OPTIMUM)


def test_one_row_alone(fit_logreg):
    """R6: A row that arrives alone gets what it gets in a batch: no statistics of the batch."""
    X, y = np.array([[0.0], [4.0]]), np.array([0, 1])
    model = fit_logreg(X, y, 0.25 / math.log(3))
    expect(model.predict_proba, (X[1:],), np.array([0.75]), tolerance=OPTIMUM)


def test_flat_features(fit_logreg):
    """R9: Features that are not two-dimensional raise ValueError."""
    expect(fit_logreg, (np.array([0.0, 4.0]), np.array([0, 1]), 0.5), raises(ValueError))


### BEGIN HIDDEN TESTS
NAN = math.nan


class Optimum:
    """The stated optimisation, solved by damped Newton until the gradient is below 1e-10."""

    def __init__(self, X, y, l2):
        finite = [column[~np.isnan(column)] for column in X.T]
        self.fill = np.array([np.median(c) if c.size else 0.0 for c in finite])
        filled = np.where(np.isnan(X), self.fill, X)
        self.mean, spread = filled.mean(axis=0), filled.std(axis=0)
        self.spread = np.where(spread == 0, 1.0, spread)
        Z, y = self.design(X), np.asarray(y, dtype=np.float64)
        penalty = np.full(Z.shape[1], l2)
        penalty[0] = 0.0
        w = np.zeros(Z.shape[1])

        def loss(v):
            return np.mean(np.logaddexp(0.0, Z @ v) - y * (Z @ v)) + 0.5 * penalty @ v**2

        for _ in range(200):
            p = 0.5 * (1.0 + np.tanh(0.5 * (Z @ w)))
            gradient = Z.T @ (p - y) / len(y) + penalty * w
            if np.abs(gradient).max() < 1e-10:
                break
            hessian = (Z * (p * (1 - p))[:, None]).T @ Z / len(y) + np.diag(penalty)
            step, size = np.linalg.solve(hessian, gradient), 1.0
            while loss(w - size * step) > loss(w) + 1e-15 and size > 1e-6:
                size /= 2
            w = w - size * step
        assert np.abs(gradient).max() < 1e-8, "the oracle did not converge"
        self.w = w

    def design(self, X):
        Z = (np.where(np.isnan(X), self.fill, X) - self.mean) / self.spread
        return np.column_stack([np.ones(len(Z)), Z])

    def predict_proba(self, X):
        return 0.5 * (1.0 + np.tanh(0.5 * (self.design(X) @ self.w)))


def draw(seed, n=120, d=3, bias=0.0, missing=0.0):
    """Return training features, labels of both classes, and fresh rows, on unequal scales."""
    rng = np.random.default_rng([20260316, seed])
    scale, shift = 10.0 ** rng.uniform(-2, 3, d), rng.uniform(-50, 50, d)
    Z = rng.normal(size=(n + 40, d))
    logit = Z @ rng.normal(0, 1.2, d) + bias
    y = (rng.random(n + 40) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    y[:2] = [0, 1]
    X = Z * scale + shift
    X[rng.random(X.shape) < missing] = NAN
    return X[:n], y[:n], X[n:]


def agree(fit_logreg, X, y, l2, rows):
    model = fit_logreg(X, y, l2)
    expect(model.predict_proba, (rows,), Optimum(X, y, l2).predict_proba(rows), tolerance=OPTIMUM)


@limit(20)
def test_optimum(fit_logreg):
    """R4, R5: The probabilities are those of the optimum of the stated loss."""
    for seed, l2 in ((1, 0.02), (2, 0.1), (3, 0.5), (2, 2.0**-14)):
        X, y, fresh = draw(seed, d=seed)
        agree(fit_logreg, X, y, l2, np.vstack([X, fresh]))


@limit(20)
def test_intercept_is_free(fit_logreg):
    """R4: The intercept carries no penalty, so the mean probability equals the share of ones."""
    for seed, bias in ((4, -2.5), (5, 3.0)):
        X, y, fresh = draw(seed, n=200, d=2, bias=bias)
        model = fit_logreg(X, y, 0.5)
        mean = float(np.mean(model.predict_proba(X)))
        if abs(mean - float(y.mean())) > 1e-4:
            raise Mismatch("the mean probability is not the share of ones")
        agree(fit_logreg, X, y, 0.5, fresh)


@limit(20)
def test_loss_is_a_mean(fit_logreg):
    """R4: The log-loss is a mean over the rows: the same data twice give the same model."""
    X, y, fresh = draw(6, n=60, d=2)
    expected = Optimum(X, y, 0.25).predict_proba(fresh)
    for copies in (1, 4):
        model = fit_logreg(np.tile(X, (copies, 1)), np.tile(y, copies), 0.25)
        expect(model.predict_proba, (fresh,), expected, tolerance=OPTIMUM)


@limit(20)
def test_converges(fit_logreg):
    """R5: Correlated features need many steps; a fixed handful of gradient steps stops short."""
    rng = np.random.default_rng(41)
    shared = rng.normal(size=(200, 1))
    X = shared + 0.35 * rng.normal(size=(200, 3))
    logit = 3.0 * (X[:, 0] - X[:, 1]) + 0.5 * X[:, 2] - 1.0
    y = (rng.random(200) < 1 / (1 + np.exp(-logit))).astype(np.int64)
    agree(fit_logreg, X, y, 2.0**-8, X)


@limit(20)
def test_missing_in_training(fit_logreg):
    """R2: A missing value becomes the median of its training column, not 0 and not the mean."""
    rng = np.random.default_rng(43)
    X = np.exp(rng.normal(2.0, 1.0, (120, 3)))  # skewed: mean, median and 0 lie far apart
    noisy = X[:, 0] + X[:, 1] + rng.normal(0.0, 4.0, 120)
    y = (noisy > np.median(noisy)).astype(np.int64)
    X[rng.random(X.shape) < 0.25] = NAN
    agree(fit_logreg, X[:90], y[:90], 0.05, X[90:])


@limit(20)
def test_missing_in_serving(fit_logreg):
    """R2, R6: A missing value in serving becomes the training median, not that of the batch."""
    X, y, fresh = draw(8, n=90, d=3, missing=0.1)
    spread = np.nanstd(X, axis=0)
    rows = fresh + 2.0 * spread
    rows[::2, 0] = NAN
    rows[1::3, 2] = NAN
    rows[-1] = NAN
    agree(fit_logreg, X, y, 0.05, rows)


@limit(20)
def test_column_without_values(fit_logreg):
    """R2: A training column without any value counts as 0 everywhere and changes nothing."""
    X, y, fresh = draw(9, n=60, d=2, missing=0.1)
    X = np.column_stack([X, np.full(60, NAN)])
    rows = np.column_stack([fresh, np.linspace(-4.0, 4.0, 40)])
    rows[::5, 2] = NAN
    agree(fit_logreg, X, y, 0.05, rows)


@limit(20)
def test_constant_column(fit_logreg):
    """R3: A constant training column is divided by 1, not by 0, and no value of it matters."""
    X, y, fresh = draw(10, n=64, d=2)
    for constant in (0.5, -3.0, 0.0):
        model_X = np.column_stack([X[:, :1], np.full(64, constant), X[:, 1:]])
        rows = np.column_stack([fresh[:, :1], np.linspace(-8.0, 8.0, 40), fresh[:, 1:]])
        agree(fit_logreg, model_X, y, 0.05, rows)


def test_population_deviation(fit_logreg):
    """R3: The features are divided by the ddof=0 standard deviation."""
    X = np.array([[1.0], [2.0], [4.0], [7.0], [3.0]])
    agree(fit_logreg, X, np.array([0, 0, 1, 1, 1]), 0.25, X)


def test_statistics_after_filling(fit_logreg):
    """R3: Mean and deviation are those of the column after its missing values are filled."""
    X = np.array([[0.0], [1.0], [6.0], [NAN], [8.0], [NAN], [NAN], [2.0]])
    agree(fit_logreg, X, np.array([0, 0, 1, 1, 1, 0, 1, 0]), 0.25, X)


@limit(20)
def test_large_offset(fit_logreg):
    """R3, R5: A column near 1e9 that varies by a few units keeps its deviation: no cancellation."""
    X, y, fresh = draw(15, n=80, d=2)
    mean, spread = X.mean(axis=0), X.std(axis=0)
    X, fresh = (X - mean) / spread * 4.0, (fresh - mean) / spread * 4.0
    shift = np.array([1e9, -3.0])
    agree(fit_logreg, X + shift, y, 0.05, fresh + shift)


@limit(20)
def test_rows_alone_and_together(fit_logreg):
    """R6: Each row alone, any part of a batch and the whole batch agree, missing values or not."""
    X, y, fresh = draw(11, n=80, d=3, missing=0.15)
    model = fit_logreg(X, y, 0.1)
    together = np.asarray(model.predict_proba(fresh), dtype=np.float64)
    if together.shape != (40,) or not np.isfinite(together).all():
        raise Mismatch("not one finite probability per row")
    close = Tolerance(rtol=0.0, atol=1e-9)
    for i in range(0, 40, 3):
        expect(model.predict_proba, (fresh[i : i + 1],), together[i : i + 1], tolerance=close)
    expect(model.predict_proba, (fresh[5:17],), together[5:17], tolerance=close)
    crowd = np.tile(fresh, (25, 1))  # a thousand rows
    expect(model.predict_proba, (crowd,), np.tile(together, 25), tolerance=close)
    silent = fresh[:8].copy()
    silent[:, 1] = NAN  # a column that says nothing in the whole batch
    agree(fit_logreg, X, y, 0.1, silent)


def test_extreme_logits(fit_logreg):
    """R7: Rows far outside give logits beyond 700 both ways: no overflow, no warning, no NaN."""
    X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 0, 1])
    model = fit_logreg(X, y, 0.125)
    for far in (2.0**11, 2.0**14, 2.0**40):
        rows = np.array([[-far], [far], [1.5], [-2.0 * far], [2.0 * far]])
        with warns() as seen:
            got = model.predict_proba(rows)
        if "RuntimeWarning" in seen:
            raise Mismatch("a RuntimeWarning was given")
        found = difference(np.array([0.0, 1.0, 0.5, 0.0, 1.0]), got, OPTIMUM)
        if found:
            raise Mismatch(found.finding)


@limit(20)
def test_single_class(fit_logreg):
    """R8: With one class in training there is no optimum, yet every output is finite in [0, 1]."""
    X, _, fresh = draw(12, n=30, d=2)
    for label in (0, 1):
        model = fit_logreg(X, np.full(30, label), 0.1)
        p = np.asarray(model.predict_proba(np.vstack([X, fresh])), dtype=np.float64)
        if p.shape != (70,) or not bool(np.all((p >= 0.0) & (p <= 1.0))):
            raise Mismatch("an output is not a finite number in [0, 1]")


def test_shape_errors(fit_logreg):
    """R9: Features that are not (N, D) and a training set without rows raise ValueError."""
    y = np.array([0, 1])
    expect(fit_logreg, (np.zeros((2, 1, 1)), y, 0.5), raises(ValueError))
    expect(fit_logreg, (np.array([[[0.0], [1.0]]]), np.array([1]), 0.5), raises(ValueError))
    expect(fit_logreg, (np.zeros((0, 3)), np.zeros(0, np.int64), 0.5), raises(ValueError))


def test_bad_labels(fit_logreg):
    """R9: A label that is neither 0 nor 1 raises ValueError."""
    X = np.array([[0.0], [1.0], [2.0]])
    for bad in (np.array([0, 1, 2]), np.array([-1, 1, 1]), np.array([0.0, 1.0, 0.5])):
        expect(fit_logreg, (X, bad, 0.5), raises(ValueError))
    expect(fit_logreg, (X, np.array([0.0, 1.0, NAN]), 0.5), raises(ValueError))


@limit(20)
def test_inputs_unchanged(fit_logreg):
    """R10: Neither fitting nor serving writes into the caller's arrays, not even over a NaN."""
    X, y, fresh = draw(13, n=50, d=2, missing=0.2)
    kept_X, kept_y = X.copy(), y.copy()
    model = fit_logreg(X, y, 0.1)
    if not (np.array_equal(X, kept_X, equal_nan=True) and np.array_equal(y, kept_y)):
        raise Mismatch("an input was changed; inputs are never mutated (G1)")
    rows = Optimum(kept_X, kept_y, 0.1).predict_proba(fresh)
    expect(model.predict_proba, (fresh,), rows, tolerance=OPTIMUM)


@limit(20)
def test_models_are_independent(fit_logreg):
    """R10: Fitting a second model leaves the first one as it was."""
    X, y, fresh = draw(14, n=50, d=2)
    first = fit_logreg(X, y, 0.1)
    second = fit_logreg(X * 3.0 + 1.0, 1 - y, 0.5)
    rows = Optimum(X, y, 0.1).predict_proba(fresh)
    expect(first.predict_proba, (fresh,), rows, tolerance=OPTIMUM)
    rows = Optimum(X * 3.0 + 1.0, 1 - y, 0.5).predict_proba(fresh)
    expect(second.predict_proba, (fresh,), rows, tolerance=OPTIMUM)


### END HIDDEN TESTS

# %% tags=["try-it"]
# A thousand link hours; in a fifth of them the rain gauge says nothing.
rng = np.random.default_rng(11)
hours = np.column_stack([rng.normal(8.0, 2.5, 1000), rng.gamma(1.5, 3.0, 1000)])
risk = 1 / (1 + np.exp(0.9 * (hours[:, 0] - 6.0) - 0.35 * (hours[:, 1] - 4.0)))
lost = (rng.random(1000) < risk).astype(int)
hours[rng.random(1000) < 0.2, 1] = np.nan


def show():
    model = fit_logreg(hours, lost, 0.001)
    margin, rain = np.meshgrid(np.linspace(0, 16, 161), np.linspace(0, 16, 161))
    grid = np.column_stack([margin.ravel(), rain.ravel()])
    p = np.reshape(model.predict_proba(grid), margin.shape)
    dry = model.predict_proba(np.column_stack([margin[0], np.full(161, np.nan)]))
    fig, (ax, line) = canvas(7, 5, rows=2)
    filled = ax.contourf(margin, rain, p, levels=np.linspace(0, 1, 11), cmap="cividis")
    fig.colorbar(filled, ax=ax, label="probability of loss")
    for label, mark in ((0, "."), (1, "x")):
        here = lost == label
        ax.scatter(*hours[here].T, s=14, marker=mark, color="white", alpha=0.7, linewidths=0.8)
    ax.set(ylabel="rain (mm/h)", xlim=(0, 16), ylim=(0, 16))
    ax.set_title("Less margin, more rain, more losses (crosses)")
    for k, colour in ((0, "sky"), (40, "blue"), (100, "black")):
        line.plot(margin[0], p[k], color=COLOURS[colour], label=f"{rain[k, 0]:.0f} mm/h")
    line.plot(margin[0], dry, "--", color=COLOURS["vermilion"], label="gauge silent")
    line.set(xlabel="SNR margin (dB)", ylabel="probability", xlim=(0, 16))
    line.set_title("A silent gauge is served as the training median")
    line.legend()
    picture(
        fig,
        alt="Top: probability of losing a link over SNR margin and rain, high at the upper left, with 1,000 hours as points, lost ones as crosses. Bottom: the probability falls with the margin for 0, 4 and 10 mm/h; the dashed curve of rows without a rain value lies between 0 and 4 mm/h.",
    )


try_it(show, fit_logreg)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Fill, mean and scale are learned in training and stored. The loss is convex, so I use Newton and
# stop by the gradient. The sigmoid never exponentiates a positive number. O(N·D²) a step, about ten steps.
#
# **Code.**
#
# <!-- answer: k09-logreg -->
#
# **Walk-through.**
#
# - R2, R3: `fill`, `mean` and `scale` are computed once, in this order, from training rows.
# - R6: `design` uses nothing but stored numbers, so a row cannot see its neighbours.
# - R4: `penalty[0]` is 0 and the loss is a mean, so l2 means the same for any N.
# - R5, R8: the loop ends by the gradient; the shortened step cannot overshoot, and with one class the intercept
#   walks out until its gradient vanishes.
# - R7: `exp` sees only numbers ≤ 0.
#
# **Rejected.**
#
# - Standardising inside `predict_proba`. Train on 0 and 4, serve 4 alone: 0.5 instead of 0.75. Fails with "A row
#   that arrives alone gets what it gets in a batch: no statistics of the batch."
# - A hundred gradient steps of 0.1. Good enough when features are unrelated, not when they move together. Fails
#   with "Correlated features need many steps; a fixed handful of gradient steps stops short."
#
# **Cost.** O(N·D²) time a step, O(N·D) memory. With many thousands of columns the D × D system is too large; then
# gradient steps or L-BFGS win.
#
# **Tests.**
#
# - Each row alone equals its row in the batch, missing values included.
# - The mean predicted probability in training equals the share of ones: the intercept is free.
# - Every feature times a thousand: same probabilities.
#
# **Follow-up.** "A column was never missing in training and is now, every day. What happens?" The median goes in
# silently and the model answers as if all were well. I would count filled values per column at serving time and
# alert when the share leaves what training saw.
#
# </details>

# %% [markdown] orbitlab={"part": "tile-edges", "card": {"prompt": "Length 10, tile 4, no overlap: which columns does a loop over whole tiles lose, and where should the last tile start?", "answer": "Columns 8 and 9. The last tile starts at 10 − 4 = 6, flush with the edge; the columns it shares are averaged.", "topic": "tiling", "exercises": ["k09-tiled"]}}
# ## Tiles that reach the edge
#
# **Question.** The scene does not fit the model. How do you cut it, and what happens at the cuts?
#
# **Predict.** By hand, in one dimension: columns 0 to 9, a model that takes 4. A loop places tiles at 0, 4, … as
# long as they fit whole. Which columns never get a prediction?

# %%
PREDICT = ...  # a list of columns

# %% [markdown]
# **Run.** First the columns. Then a strip of terrain, cut into tiles of 40 columns, under a model that
# subtracts the mean of whatever it sees.

# %%
cover = np.zeros(10, dtype=int)
for left in range(0, 10 - 4 + 1, 4):
    cover[left : left + 4] += 1
predicted(PREDICT, np.flatnonzero(cover == 0).tolist())


def terrain(height, width):
    y, x = np.mgrid[:height, :width] / 40.0
    ridges = np.sin(3.1 * x + 1.7 * np.sin(2.3 * y)) + 0.6 * np.sin(9.0 * y + 5.0 * np.cos(1.3 * x))
    return 3.0 * np.cos(0.9 * x + 0.5 * y) + ridges


# %%
def in_strips(scene, overlap, tile=40):
    total, cover = np.zeros_like(scene), np.zeros(scene.shape[1])
    for left in range(0, scene.shape[1] - tile + 1, tile - overlap):
        cut = scene[:, left : left + tile]
        total[:, left : left + tile] += cut - cut.mean()  # all the model knows is its tile
        cover[left : left + tile] += 1
    return total / cover


# %%
strip = terrain(40, 280)
fig, axes = canvas(7, 4.2, rows=3)
for ax, overlap in zip(axes, (None, 0, 36), strict=True):
    shown = strip if overlap is None else in_strips(strip, overlap)
    ax.imshow(shown, cmap="cividis", aspect="auto")
    jump = np.abs(np.diff(shown, axis=1))[:, 39::40].mean()  # from one tile of 40 to the next
    title = "The terrain" if overlap is None else f"Prediction, overlap {overlap}"
    ax.set_title(f"{title}: mean jump across the cuts {jump:.2f}")
    ax.set(xticks=range(0, 281, 40), yticks=[], xlabel="column" if ax is axes[2] else "")
    ax.grid(False)
picture(
    fig,
    alt="Three strips. The terrain is smooth. Its prediction in seven tiles without overlap has hard vertical seams every 40 columns. Averaged over tiles that overlap by 36 columns, the seams dissolve into many small steps.",
)

# %% [markdown]
# **Why.** Whole tiles at 0 and 4 end at column 7: columns 8 and 9 vanish. Seams come from context: at a cut, two
# tiles judge neighbouring pixels by different surroundings. The misconception is that tiling only changes memory.
# It changes predictions; overlap lets several tiles vote.
#
# **Worked example.** A neighbour: how many tiles see each column?
#
# 1. Regular origins while something lies beyond the tile.
# 2. One last origin, flush with the edge.
# 3. Count, so that a mean can divide.

# %%
length, tile = 10, 4
lefts = list(range(0, length - tile, tile))  # 1
lefts.append(length - tile)  # 2
seen = np.zeros(length, dtype=int)
for left in lefts:
    seen[left : left + tile] += 1  # 3
print(lefts, seen)

# %% [markdown]
# **Your turn.** The same for length 12, tile 5 and an overlap of 2. Fill both holes.

# %%
stride = ...  # from one regular origin to the next
flush = ...  # the last origin


def count_cover():
    seen = np.zeros(12, dtype=int)
    for left in [*range(0, flush, stride), flush]:
        seen[left : left + 5] += 1
    return seen


hint = "Neighbours share two columns; the last tile ends exactly at column 11."
expected = np.array([1, 1, 1, 2, 2, 1, 2, 3, 2, 2, 2, 1])
your_turn(count_cover, expected, hint, stride, flush)

# %% [markdown]
# **Say it.** "I shift the last tile back instead of dropping or shrinking it, and I average where tiles overlap,
# because a pixel at a cut has seen only half of its surroundings."

# %% [markdown] nbgrader={"grade": false, "grade_id": "k09-tiled-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "k09-tiled", "title": "Big scene, small model", "section": "ML coding", "difficulty": "medium", "minutes": 30, "points": 5, "rounds": ["Coding & algorithms"], "topics": ["tiling", "batching", "numpy"]}
# ### Big scene, small model
#
# `k09-tiled` · 30 min · 5 points · asked in Coding & algorithms
#
# **Situation.** Kestrel's change model takes small square tiles; scenes do not fit, and the current loop loses their
# far edges.
#
# **Task.** Predict a whole scene with a model that takes batches of tiles.
#
# **Signature.**
#
# ```python
# def predict_scene(
#     scene: np.ndarray,   # (H, W)
#     model: Callable[[np.ndarray], np.ndarray],  # float32 (b, tile, tile) -> same shape
#     tile: int,           # pixels, >= 1
#     overlap: int,        # pixels shared by neighbours
#     batch: int,          # most tiles a call
# ) -> np.ndarray: ...     # float (H, W)
# ```
#
# **Example.**
#
# ```python
# scene = [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]     # as a float array
# less_minimum = lambda x: x - x.min(axis=(1, 2), keepdims=True)
# predict_scene(scene, less_minimum, tile=2, overlap=0, batch=8)
# # both rows: 0, 1, 0, 0.5, 1
# ```
#
# **Rules.**
#
# - Each axis's last tile is shifted back, flush with the edge.
# - A scene smaller than a tile is padded with edge values.
# - No tile twice, no batch over `batch`.
# - A pixel is the mean of its predictions.
#
# **Target.** One model call per `batch` tiles.
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | example | as above | both rows 0, 1, 0, 0.5, 1 |
# | R2 | origins, per axis of length L | s = tile − overlap | 0, s, 2s, … while origin + tile < L, then max(L − tile, 0) |
# | R3 | small scene | L < tile on one axis or both | padded at the end with edge values, cropped after |
# | R4 | model input | every call | float32 (b, tile, tile) with 1 ≤ b ≤ batch |
# | R5 | number of tiles | all calls together | exactly rows × columns |
# | R6 | overlap | all predictions that cover a pixel | their mean, taken in float64 |
# | R7 | model output | same shape; may be the very array it was given | the same result |
# | R8 | errors | overlap < 0 or ≥ tile; batch < 1; empty scene | ValueError before the model is called |
# | R9 | result | a scene of floats or ints | float (H, W); the scene stays unchanged |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Write one function for the origins of one axis and use it twice. Keep two arrays: the sum of predictions and how
# many there were. List all corners first; then batching is slicing that list.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# corners = [(r, c) for r in origins(H) for c in origins(W)]
# for first in range(0, len(corners), batch):
#     group = corners[first : first + batch]
#     tiles = ...                # stack of copies, float32
#     for (r, c), output in zip(group, model(tiles)):
#         ...                    # add to the sum and to the count
# ```
#
# </details>

# %% nbgrader={"grade": false, "grade_id": "k09-tiled", "locked": false, "schema_version": 3, "solution": true, "task": false}
from collections.abc import Callable

import numpy as np


def predict_scene(
    scene: np.ndarray,
    model: Callable[[np.ndarray], np.ndarray],
    tile: int,
    overlap: int,
    batch: int,
) -> np.ndarray:
    """Run a small model over a big scene in overlapping tiles and average what overlaps.

    scene: (H, W); model: float32 (b, tile, tile) -> the same shape, 1 <= b <= batch;
    overlap: pixels that neighbouring tiles share. Returns float (H, W).
    """
    ### BEGIN SOLUTION
    height, width = scene.shape
    if not 0 <= overlap < tile or batch < 1 or scene.size == 0:
        raise ValueError("need 0 <= overlap < tile, batch >= 1 and a scene with pixels")

    def origins(length: int) -> list[int]:
        # All regular origins that leave pixels for later, then one flush with the far edge.
        return [*range(0, max(length - tile, 0), tile - overlap), max(length - tile, 0)]

    short = [(0, max(tile - length, 0)) for length in scene.shape]
    padded = np.pad(scene, short, mode="edge")
    corners = [(top, left) for top in origins(height) for left in origins(width)]
    total, cover = np.zeros(padded.shape), np.zeros(padded.shape)
    for first in range(0, len(corners), batch):
        group = corners[first : first + batch]
        # np.stack copies, so the model may keep, change or return what it is given.
        tiles = np.stack([padded[r : r + tile, c : c + tile] for r, c in group])
        for (r, c), output in zip(group, model(tiles.astype(np.float32)), strict=True):
            total[r : r + tile, c : c + tile] += output
            cover[r : r + tile, c : c + tile] += 1
    return (total / cover)[:height, :width]
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "k09-tiled-check", "locked": true, "points": 5, "schema_version": 3, "solution": false, "task": false}
# %%check k09-tiled --points 5
import numpy as np

from orbitlab.checks import Mismatch, expect, raises


def less_minimum(tiles):
    """A tiny model for the example: each tile minus its own smallest value."""
    return tiles - tiles.min(axis=(1, 2), keepdims=True)


def test_example(predict_scene):
    """R1: The example of the prompt comes out."""
    scene = np.array([[0.0, 1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 2.0, 3.0, 4.0]])
    row = [0.0, 1.0, 0.0, 0.5, 1.0]
    expect(predict_scene, (scene, less_minimum, 2, 0, 8), np.array([row, row]))


def test_scene_smaller_than_tile(predict_scene):
    """R3: A scene smaller than the tile is padded for the model and cropped again afterwards."""
    scene = np.array([[1.0, 5.0]])
    expect(predict_scene, (scene, less_minimum, 4, 1, 2), np.array([[0.0, 4.0]]))


def test_overlap_as_wide_as_the_tile(predict_scene):
    """R8: With an overlap as wide as the tile the tiles would never advance: ValueError."""
    expect(predict_scene, (np.ones((4, 4)), less_minimum, 2, 2, 1), raises(ValueError))


### BEGIN HIDDEN TESTS
def contextual(tiles):
    """A model whose every output depends on the pixel, its place in the tile and all the tile."""
    n = tiles.shape[1]
    place = np.add.outer(np.linspace(0.1, 0.9, n), np.linspace(-0.3, 0.7, n) ** 2)
    level = tiles.mean(axis=(1, 2), keepdims=True, dtype=np.float64)
    spread = tiles.std(axis=(1, 2), keepdims=True, dtype=np.float64)
    return (np.tanh(tiles - 0.7 * level) * place + 0.1 * spread).astype(np.float32)


def tile_starts(length, tile, overlap):
    starts, origin = [], 0
    while origin + tile < length:
        starts.append(origin)
        origin += tile - overlap
    return [*starts, max(length - tile, 0)]


def oracle(scene, model, tile, overlap):
    """Tile by tile, pixel by pixel, everything summed in float64."""
    height, width = scene.shape
    lower, right = max(tile - height, 0), max(tile - width, 0)
    padded = np.pad(scene, ((0, lower), (0, right)), mode="edge")
    total, cover = np.zeros(padded.shape), np.zeros(padded.shape)
    for top in tile_starts(height, tile, overlap):
        for left in tile_starts(width, tile, overlap):
            cut = np.s_[top : top + tile, left : left + tile]
            total[cut] += model(padded[cut][None].astype(np.float32))[0].astype(np.float64)
            cover[cut] += 1.0
    return (total / cover)[:height, :width]


def watched(model, seen):
    """Return `model`, noting in `seen` the type and shape of every batch it is given."""

    def run(tiles):
        seen.append((str(getattr(tiles, "dtype", type(tiles))), tuple(np.shape(tiles))))
        return model(tiles)

    return run


def scene_of(shape, seed):
    return np.random.default_rng([20260316, seed]).normal(1.0, 2.0, shape)


def agree(predict_scene, shape, tile, overlap, batch, seed, model=contextual):
    scene = scene_of(shape, seed)
    expected = oracle(scene, model, tile, overlap)
    expect(predict_scene, (scene, model, tile, overlap, batch), expected)


def test_remainder_is_predicted(predict_scene):
    """R2: The remainder at the far edges gets a full tile that is shifted back, not dropped."""
    for seed, (shape, tile) in enumerate((((11, 17), 4), ((9, 8), 8), ((13, 21), 5))):
        agree(predict_scene, shape, tile, 0, 6, seed)


def test_random_scenes(predict_scene):
    """R2, R6: Any shape, tile and overlap: each tile where the rule puts it, then the mean."""
    rng = np.random.default_rng(53)
    for seed in range(24):
        tile = int(rng.integers(1, 9))
        shape = (int(rng.integers(1, 26)), int(rng.integers(1, 26)))
        overlap, batch = int(rng.integers(0, tile)), int(rng.integers(1, 9))
        agree(predict_scene, shape, tile, overlap, batch, 100 + seed)


def test_scene_fits_exactly(predict_scene):
    """R2, R5: Where the tiles fit exactly, the last origin comes once; no tile is given twice."""
    for seed, (shape, tile, overlap, count) in enumerate(
        (((8, 12), 4, 0, 6), ((10, 7), 4, 1, 6), ((6, 6), 6, 3, 1), ((5, 9), 1, 0, 45))
    ):
        seen = []
        scene = scene_of(shape, 200 + seed)
        expected = oracle(scene, contextual, tile, overlap)
        expect(predict_scene, (scene, watched(contextual, seen), tile, overlap, 3), expected)
        if sum(size[0] for _, size in seen) != count:
            raise Mismatch("the model was not given rows x columns tiles")


def test_edge_padding(predict_scene):
    """R3: Padding repeats the edge values at the end; zeros or mirrors change the prediction."""
    for seed, (shape, tile) in enumerate((((3, 5), 8), ((3, 20), 8), ((20, 2), 8), ((1, 1), 4))):
        agree(predict_scene, shape, tile, 2, 4, 300 + seed)


def test_model_gets_whole_float32_tiles(predict_scene):
    """R4: The model gets float32 arrays (b, tile, tile), never a ragged tile and never float64."""
    for seed, (shape, tile, overlap) in enumerate((((10, 11), 4, 0), ((3, 13), 5, 2))):
        seen = []
        scene = scene_of(shape, 400 + seed)
        expected = oracle(scene, contextual, tile, overlap)
        expect(predict_scene, (scene, watched(contextual, seen), tile, overlap, 4), expected)
        for kind, size in seen:
            if kind != "float32":
                raise Mismatch("the model was given another type than float32")
            if len(size) != 3 or size[1:] != (tile, tile):
                raise Mismatch("the model was given another shape than (b, tile, tile)")


def test_batches_stay_in_bounds(predict_scene):
    """R4: No batch is empty or holds more than `batch` tiles, the last one included."""
    scene = scene_of((14, 17), 500)
    expected = oracle(scene, contextual, 4, 1)
    for batch in (1, 2, 7, 29, 30, 31, 1000):
        seen = []
        expect(predict_scene, (scene, watched(contextual, seen), 4, 1, batch), expected)
        if not all(1 <= size[0] <= batch for _, size in seen):
            raise Mismatch("a batch was empty or too large")


def test_number_of_tiles(predict_scene):
    """R5: The model sees rows x columns tiles in all: none twice, no filler in the last batch."""
    scene = scene_of((19, 23), 600)
    for tile, overlap, batch in ((6, 0, 5), (6, 3, 8), (7, 5, 16), (30, 4, 4)):
        seen = []
        expected = oracle(scene, contextual, tile, overlap)
        expect(predict_scene, (scene, watched(contextual, seen), tile, overlap, batch), expected)
        count = len(tile_starts(19, tile, overlap)) * len(tile_starts(23, tile, overlap))
        if sum(size[0] for _, size in seen) != count:
            raise Mismatch("the model was not given rows x columns tiles")
    seen = []
    flat = np.full((9, 12), 2.5)  # equal tiles are tiles too
    expected = oracle(flat, contextual, 4, 1)
    expect(predict_scene, (flat, watched(contextual, seen), 4, 1, 3), expected)
    if sum(size[0] for _, size in seen) != 12:
        raise Mismatch("the model was not given rows x columns tiles")


def test_mean_of_all_covering_tiles(predict_scene):
    """R6: A pixel is the mean of all predictions that cover it, not the last and not the sum."""
    for seed, (tile, overlap) in enumerate(((4, 2), (6, 5), (5, 3))):
        agree(predict_scene, (12, 15), tile, overlap, 7, 700 + seed)
    agree(predict_scene, (34, 33), 17, 16, 64, 710)  # up to 289 predictions a pixel


def test_mean_in_float64(predict_scene):
    """R6: Predictions are added up in float64, however the model returns them."""

    def thirds(tiles):
        return (contextual(tiles) / np.float32(3.0) + np.float32(1000.1)).astype(np.float32)

    def wide(tiles):
        return contextual(tiles).astype(np.float64) / 3.0

    agree(predict_scene, (16, 16), 8, 7, 16, 800, model=thirds)
    agree(predict_scene, (10, 11), 4, 2, 5, 801, model=wide)


def test_model_returns_its_input(predict_scene):
    """R7: A model may hand back the very array it was given; do not reuse it for later tiles."""

    def same(tiles):
        return tiles

    scene = scene_of((13, 14), 900)
    whole = scene.astype(np.float32).astype(np.float64)
    for batch in (1, 3, 64):
        expect(predict_scene, (scene, same, 5, 2, batch), whole)


def test_bad_arguments(predict_scene):
    """R8: A bad overlap, batch or scene is an error before the model is called at all."""
    good = np.ones((6, 7))
    calls = [(good, 4, -1, 2), (good, 4, 4, 2), (good, 4, 9, 2), (good, 1, 1, 2)]
    calls += [(good, 4, 1, 0), (good, 4, 1, -3)]
    calls += [(np.ones((0, 7)), 4, 1, 2), (np.ones((6, 0)), 4, 1, 2), (np.ones((0, 0)), 1, 0, 1)]
    for scene, tile, overlap, batch in calls:
        seen = []
        model = watched(contextual, seen)
        expect(predict_scene, (scene, model, tile, overlap, batch), raises(ValueError))
        if seen:
            raise Mismatch("the model was called before the arguments were checked")


def test_shape_and_scene_stay(predict_scene):
    """R9: The result has the scene's shape, is float, and the scene keeps its values."""
    for shape, tile in (((7, 5), 3), ((2, 9), 4), ((4, 4), 4), ((1, 6), 2)):
        scene = scene_of(shape, 1000)
        got = expect(
            predict_scene, (scene, contextual, tile, 1, 2), oracle(scene, contextual, tile, 1)
        )
        if not np.issubdtype(np.asarray(got).dtype, np.floating):
            raise Mismatch("the result is not a float array")


def test_any_type_of_scene(predict_scene):
    """R6, R9: A scene of ints or float32 is summed in float64 as well, not in its own type."""
    for kind in (np.uint8, np.int64, np.float32):
        scene = (40.0 + 9.0 * scene_of((9, 11), 1100)).astype(kind)
        for tile, overlap in ((4, 2), (12, 0)):
            expected = oracle(scene, contextual, tile, overlap)
            expect(predict_scene, (scene, contextual, tile, overlap, 5), expected)


### END HIDDEN TESTS


# %% tags=["try-it"]
# The same kind of model in two dimensions, on a scene of 150 x 230 with tiles of 48.
def contrast(tiles):
    return tiles - tiles.mean(axis=(1, 2), keepdims=True)


def show():
    scene = terrain(150, 230)
    fig, axes = canvas(7, 2.6, cols=3)
    axes[0].imshow(scene, cmap="cividis")
    axes[0].set_title("Scene")
    for ax, overlap in zip(axes[1:], (0, 44), strict=True):
        ax.imshow(predict_scene(scene, contrast, 48, overlap, 16), cmap="cividis")
        ax.set_title(f"Overlap {overlap}: {'smoother' if overlap else 'seams'}")
    for ax in axes:
        ax.set(xticks=[], yticks=[])
        ax.grid(False)
    picture(
        fig,
        alt="A smooth scene, its prediction in tiles without overlap, which shows a grid of hard seams, and with an overlap of 44 of 48 pixels, which has hardly any seam, up to the far edges.",
    )


try_it(show, predict_scene)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Origins per axis: regular ones, then one flush with the edge. I sum predictions and counts in
# float64 and divide once. Every model call gets at most `batch` copies. Cost is the number of tiles.
#
# **Code.**
#
# <!-- answer: k09-tiled -->
#
# **Walk-through.**
#
# - R8: all arguments are checked before the model is called.
# - R2, R5: the `range` ends before L − tile, and that origin is appended once, so an exact fit gets no second tile.
# - R3: padding to the tile size makes a small scene an ordinary one; the last line crops it.
# - R4: slicing the list of corners gives full batches and one rest, never an empty one.
# - R6, R7: sums live in arrays of their own, so what the model does with its input cannot reach them.
#
# **Rejected.**
#
# - `range(0, L - tile + 1, s)`. Length 10, tile 4 loses columns 8 and 9. Fails with "The remainder at the far edges
#   gets a full tile that is shifted back, not dropped."
# - `out[window] = prediction`. Two tiles that say 0 and 1 give 1, or 0, by the order of the loop. Fails with "A pixel
#   is the mean of all predictions that cover it, not the last and not the sum."
#
# **Cost.** About H·W·(tile/s)² pixels go through the model. Memory is O(H·W + batch·tile²). Averaging is wrong where
# the outputs are class ids: average probabilities, then decide.
#
# **Tests.**
#
# - The identity model returns the scene, for any tile, overlap and batch.
# - A model that counts tiles sees rows × columns of them, also where tiles fit exactly.
# - A scene of one pixel.
#
# **Follow-up.** "Overlap makes it four times slower. Anything cheaper?" Predict with a margin and keep only the
# centre of each tile: each pixel is then predicted once, with full surroundings. At the outer edges the margin
# still has to come from padding.
#
# </details>

# %% [markdown] orbitlab={"lab": "rain-fade"}
# ## Field lab: rain on real links
#
# In Kestrel's world the truth is known. Here it is not: 60 microwave links, one value a minute for eleven days of May
# 2018, and the rain along each path every five minutes.
#
# **What it is not.** These are terrestrial links between masts, not satellite links. Their coordinates are fake (they
# lie in the North Sea), so there is no map below. The 60 were picked out of 500 for rain, sentinels and gaps; all are
# above 10 GHz. They are no random sample. The times name no zone. Source: the example data of pycomlink
# (BSD-3-Clause), described in `data/SOURCES.md`.
#
# A satellite link crosses the same kind of rain on a slanted path, so the habits carry over. The numbers do not.

# %%
from orbitlab.world import rain_specific_attenuation, real

cml = real.cml_rainfade()
signal = cml.signal
print(f"{signal['cml_id'].nunique()} links, two channels each, {len(signal):,} rows")
signal[["rsl_dbm", "tsl_dbm"]].describe().loc[["count", "min", "50%", "max"]]

# %% [markdown]
# ### Sentinels are not values
#
# Look at the extremes before anything else. Nobody receives −99.9 dBm or sends 255 dBm here: both are numbers that
# mean "nothing". NaN means it too. And look how they come: in pairs, one on each channel, in the same minute.

# %%
no_reception = signal["rsl_dbm"] == real.CML_RSL_SENTINEL_DBM
no_sending = signal["tsl_dbm"] == real.CML_TSL_SENTINEL_DBM
print(f"received -99.9 dBm: {no_reception.sum()} rows · sent 255 dBm: {no_sending.sum()} rows")
keys = ["cml_id", "time"]
pairs = signal.loc[no_reception, keys].merge(signal.loc[no_sending, keys])
print(
    f"in the same minute of the same link: {len(pairs)} · NaN: {signal['rsl_dbm'].isna().sum():,}"
)

link = signal[(signal["cml_id"] == 197) & (signal["channel"] == 1)]
heard = link[link["rsl_dbm"] != real.CML_RSL_SENTINEL_DBM]
pd.DataFrame(
    {
        kind: [x.median(), x.std(), x.min(), 100 * (x.dropna() < -75).mean()]
        for kind, x in (("as values", link["rsl_dbm"]), ("as nothing", heard["rsl_dbm"]))
    },
    index=["median (dBm)", "deviation (dB)", "minimum (dBm)", "below −75 dBm (%)"],
).round(2)

# %%
hours = link.set_index("time")["rsl_dbm"]
nothing = hours[hours == real.CML_RSL_SENTINEL_DBM]
fig, (ax, wet_ax) = canvas(7, 3.6, rows=2)
ax.plot(hours.where(hours > -99), color=COLOURS["blue"], linewidth=0.6)
ax.scatter(
    nothing.index, nothing, s=14, color=COLOURS["vermilion"], label=f"{len(nothing)} sentinels"
)
ax.set(ylabel="received (dBm)")
ax.set_title("Link 197: fades come with rain, sentinels with or without")
ax.legend(loc="center left")
own_rain = cml.rain[cml.rain["cml_id"] == 197]
wet_ax.fill_between(own_rain["time"], 12 * own_rain["rain_mm_5min"], color=COLOURS["sky"])
wet_ax.set(ylabel="rain (mm/h)", xlabel="May 2018")
for each in (ax, wet_ax):
    each.set_xlim(hours.index[0], hours.index[-1])
    each.set_xticks(pd.date_range("2018-05-10", periods=11), [str(d) for d in range(10, 21)])
picture(
    fig,
    alt="Received level of link 197 over eleven days, around -48 dBm, with one fade of over 25 dB and several small ones when it rains. Red points at -99.9 dBm are sentinels on every day, most of them without rain. Below, the rain along the path.",
)

# %% [markdown]
# The median shrugs: 145 sentinels in 15,794 values do not move it. A minimum, a deviation and above all an *outage
# rate* believe every one of them. This is why `k09-snr-metrics` asks for a mask, and why an empty window is NaN, not 0.
#
# ### Attenuation above baseline
#
# `real.attenuation_5min` takes the loss between the masts (sent minus received, sentinels dropped), averages it over the
# five minutes of the rain table and subtracts each channel's median. Wet means more than 0.5 mm in five minutes (6 mm/h).

# %%
fade = real.attenuation_5min(cml)
is_wet, is_dry = fade["rain_mm_5min"] > 0.5, fade["rain_mm_5min"] == 0
print(f"wet: p50 {fade.loc[is_wet, 'attenuation_db'].median():.1f} dB above baseline")
print(
    f"dry: p50 {fade.loc[is_dry, 'attenuation_db'].abs().median():.1f} dB away from it, either way"
)

# %%
hourly = fade.assign(hour=fade["time"].dt.floor("h")).groupby(["cml_id", "hour"])
grid = hourly["attenuation_db"].max().unstack().dropna(how="all")  # three links never speak
rain = hourly["rain_mm_5min"].sum().div(2).unstack()  # two channels share one path
grid = grid.loc[grid.idxmax(axis=1).sort_values().index]  # by the hour of the deepest fade
fig, (top, ax) = canvas(7, 5.4, rows=2)
top.get_subplotspec().get_gridspec().set_height_ratios([1, 3])
top.bar(np.arange(rain.shape[1]) + 0.5, rain.mean(), width=1.0, color=COLOURS["blue"])
top.set(ylabel="mean rain (mm/h)", xlim=(0, rain.shape[1]))
top.set_title(f"Rain writes itself into {len(grid)} links, many of them at once")
shown = ax.pcolormesh(np.clip(grid, 0, 20), cmap="magma_r", vmin=0, vmax=20, rasterized=True)
fig.colorbar(
    shown,
    ax=ax,
    orientation="horizontal",
    label="deepest 5 min of the hour (dB above baseline)",
    aspect=50,
)
ax.set(ylabel="link", yticks=[])
for each in (top, ax):
    each.set_xticks(np.arange(0, rain.shape[1], 24), [f"{d}" for d in range(10, 21)])
    each.grid(False)
ax.set_xlabel("May 2018")
picture(
    fig,
    alt="Top: mean rain per hour over eleven days, with a wet spell on 13 and 14 May. Bottom: one row per link, one column per hour, coloured by the deepest fade. Dark columns stand below the rain bars: many links fade together, each for a few hours, and between them the picture is pale.",
)

# %% [markdown]
# ### How much rain is how much decibel?
#
# ITU-R P.838 says k · R^α dB per kilometre at rain rate R, with k and α from frequency, polarisation and path angle.
# The published validation table comes first, the sky second.

# %%
table = real.itu_validation().p838
ours = rain_specific_attenuation(
    table["frequency_ghz"], table["rain_rate_mm_h"], table["elevation_deg"], table["tilt_deg"]
)
error = np.abs(ours - table["specific_attenuation_db_km"]).max()
print(f"{len(table)} published values, largest error {error:.0e} dB/km, below 1e-6: {error < 1e-6}")

# %%
wet = fade[is_wet].dropna().merge(cml.links, on="cml_id")
wet["ghz"] = np.where(wet["channel"] == 1, wet["frequency_1_ghz"], wet["frequency_2_ghz"])
wet["rate"], wet["db_km"] = 12 * wet["rain_mm_5min"], wet["attenuation_db"] / wet["length_km"]
edges = np.array([6, 8, 11, 15, 21, 30, 45, 80])
R = np.linspace(0, 80, 81)
fig, ax = canvas(7, 3.4)
for low, high, colour in ((17, 20, "blue"), (24, 27, "orange"), (34, 40, "vermilion")):
    band = wet[wet["ghz"].between(low, high)]
    middle = band["ghz"].median()
    spread = band.groupby(pd.cut(band["rate"], edges), observed=True)["db_km"]
    q1, q2, q3 = (spread.quantile(q).to_numpy() for q in (0.25, 0.5, 0.75))
    x = band.groupby(pd.cut(band["rate"], edges), observed=True)["rate"].median().to_numpy()
    ax.plot(R, rain_specific_attenuation(middle, R, 0.0, 90.0), color=COLOURS[colour])
    ax.errorbar(
        x, q2, [q2 - q1, q3 - q2], fmt="o", color=COLOURS[colour], label=f"{middle:.0f} GHz"
    )
ax.set(xlabel="rain rate, 5-minute path average (mm/h)", ylabel="attenuation (dB/km)", ylim=(0, 14))
ax.set_title("P.838 (lines) fits light rain; heavy rain stays below its curve")
ax.legend(loc="upper left")
picture(
    fig,
    alt="Attenuation per kilometre against rain rate for links near 19, 25 and 38 GHz: measured medians with quartile bars, and the curves of ITU-R P.838 for vertical polarisation. They agree roughly up to 20 mm/h (at 19 GHz up to 12); above that the measured medians stay below the curves.",
)

# %% [markdown]
# **Your own function on a real storm.** Received level instead of SNR, the sentinels in the mask, ten-minute windows.

# %% tags=["try-it"]
storm = signal[(signal["cml_id"] == 49) & (signal["channel"] == 1)]
storm = storm[storm["time"].between("2018-05-13 12:00", "2018-05-13 23:59")]
seconds = (storm["time"] - storm["time"].iloc[0]).dt.total_seconds().to_numpy()
level, tau = storm["rsl_dbm"].to_numpy(), -55.0
told = level != real.CML_RSL_SENTINEL_DBM


def show():
    _, outage, windows = compute_snr_metrics(seconds, level, told, tau, 600.0)
    hour = 12 + np.asarray(windows.window_starts) / 3600
    fig, (ax, bars) = canvas(7, 4, rows=2)
    ax.plot(
        12 + seconds / 3600, np.where(told, level, np.nan), color=COLOURS["grey"], linewidth=0.8
    )
    ax.plot(hour, windows.median_snr, color=COLOURS["blue"], drawstyle="steps-post")
    ax.axhline(tau, color=COLOURS["vermilion"], linestyle="--")
    ax.set(ylabel="received (dBm)", xlim=(12, 24))
    ax.set_title(f"Link 49, 13 May: below {tau:.0f} dBm for {100 * outage:.0f} % of twelve hours")
    rates = 100 * np.asarray(windows.outage_rate)
    bars.bar(hour, rates, width=1 / 6, align="edge", color=COLOURS["vermilion"])
    bars.set(xlabel="hour of the day", ylabel="outage (%)", xlim=(12, 24))
    picture(
        fig,
        alt="Top: received level of link 49 on the afternoon and evening of 13 May with its ten-minute medians and a dashed threshold. Bottom: outage rate per ten minutes, full during the deep fades and zero otherwise.",
    )


try_it(show, compute_snr_metrics)

# %% [markdown]
# **Open questions**
#
# 1. The baseline is a median over all eleven days, the future included. Which baseline could an alerter use, and what
#    would a day of steady rain do to it?
# 2. In heavy rain the medians fall below P.838. Is the law wrong, or does averaging a short burst over five minutes and
#    a whole path bend the curve? Which data would tell?
# 3. At 16:39 link 49 falls silent for eight minutes, at the bottom of its deepest fade. Those minutes are not valid, so
#    the outage rate is too kind. What would you report beside it? And would you treat the sentinel minutes, nine of ten
#    of them dry, in the same way?

# %% [markdown]
# ## Say it aloud
#
# 1. Windows belong to the clock: half open, counted once, and an empty one says NaN, not zero.
# 2. "Rolling" means trailing: after one sort, prefix sums count and a monotone deque keeps the minimum.
# 3. I subtract before I square, and I merge counts, means and deviations, never variances alone.
# 4. Equal scores share one threshold, and everything the model learned about the data is stored with the model.
# 5. The last tile moves back to the edge, overlaps are averaged, and no batch is larger than the model was promised.
