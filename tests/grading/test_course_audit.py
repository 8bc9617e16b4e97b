"""The whole course's banks against its tests, and the table that autograde/README.md publishes."""

from __future__ import annotations

import pytest

from orbitlab.grading import audit, table


@pytest.mark.slow
def test_every_bank_answer_is_judged_as_labelled_and_the_table_says_so(repository):
    report = audit(repository, None)
    assert report.ok, "\n".join(report.lines())
    published = (repository / "autograde" / "README.md").read_text(encoding="utf-8")
    assert table(report) in published, "run `orbitlab audit --write`"
