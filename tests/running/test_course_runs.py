"""Every notebook of every edition runs from top to bottom, and every source check is full."""

from __future__ import annotations

import pytest

from orbitlab.running import EDITIONS, chapters, run


@pytest.mark.slow
def test_all_editions_of_all_chapters_run(repository, tmp_path):
    report = run("all", None, None, tmp_path, home=repository)
    assert report.ok, report.summary()
    done = {(n.edition, n.chapter) for n in report.notebooks}
    assert done == {(e, c) for e in EDITIONS for c in chapters(repository)}
