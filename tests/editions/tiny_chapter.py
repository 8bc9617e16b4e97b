# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 00 · A tiny chapter
#
# It has one exercise and one picture.

# %% nbgrader={"grade": false, "grade_id": "setup-chapter", "locked": true, "schema_version": 3, "solution": false, "task": false}
# %load_ext orbitlab.checks
from orbitlab.checks import try_it
from orbitlab.desk import canvas, picture

# %%
fig, ax = canvas(4, 2)
ax.plot([0, 1], [0, 1])
ax.set_title("A line rises")
picture(fig, alt="A line from zero to one.")

# %% [markdown] nbgrader={"grade": false, "grade_id": "s00-study-plan-prompt", "locked": true, "schema_version": 3, "solution": false, "task": false} orbitlab={"exercise": "s00-study-plan", "title": "Split your hours", "section": "question mix", "difficulty": "easy", "minutes": 15, "points": 3, "rounds": ["coding"], "topics": ["arithmetic"]}
# ### Split your hours
#
# `s00-study-plan` · 15 min · 3 points · asked in the coding round
#
# **Situation.** You have hours.
#
# **Task.** Double them.
#
# **Signature.** `double(x: int) -> int`
#
# **Example.** `double(2)` is 4.
#
# **Rules.**
#
# - The result is an int.
#
# **Target.** O(1).
#
# <details><summary>Exact rules</summary>
#
# | R# | case | input | result |
# |---|---|---|---|
# | R1 | any | 2 | 4 |
# | R2 | negative | -1 | ValueError |
#
# Anything else is not tested.
#
# </details>
#
# <details><summary>Hint 1 (idea)</summary>
#
# Think of adding it to itself.
#
# </details>
#
# <details><summary>Hint 2 (skeleton)</summary>
#
# ```python
# return x + ...
# ```
#
# Fill in the rest.
#
# </details>


# %% nbgrader={"grade": false, "grade_id": "s00-study-plan", "locked": false, "schema_version": 3, "solution": true, "task": false}
def double(x: int) -> int:
    """Return twice x; ValueError below zero."""
    ### BEGIN SOLUTION
    if x < 0:
        raise ValueError("x must not be negative")
    twice_the_number = x + x
    return twice_the_number
    ### END SOLUTION


# %% nbgrader={"grade": true, "grade_id": "s00-study-plan-check", "locked": true, "points": 3, "schema_version": 3, "solution": false, "task": false}
# %%check s00-study-plan --points 3
from orbitlab.checks import expect, raises


def test_example(double):
    """R1: Two comes out as four."""
    expect(double, (2,), 4)


def test_negative_is_refused(double):
    """R2: A negative number is refused before anything else."""
    expect(double, (-1,), raises(ValueError))


### BEGIN HIDDEN TESTS
def test_large_numbers_of_every_size(double):
    """R1: Large numbers are doubled exactly."""
    for power in (10, 40, 80):
        expect(double, (2**power,), 2 ** (power + 1))


### END HIDDEN TESTS

# %% tags=["try-it"]
try_it(lambda: double(21), double)

# %% [markdown] tags=["sample-answer"]
# <details><summary>Sample answer</summary>
#
# **Say first.** Adding is doubling.
#
# **Code.**
#
# <!-- answer: s00-study-plan -->
#
# **Walk-through.**
#
# - R1 adds.
# - R2 refuses.
# - R1 again, for large ints.
#
# **Rejected.**
#
# - Squaring: 3 gives 9.
# - Shifting floats: 0.5 fails.
#
# **Cost.** O(1).
#
# **Tests.**
#
# - zero
# - one
# - minus one
#
# **Follow-up.** What about floats? They work as well. Almost.
#
# </details>
