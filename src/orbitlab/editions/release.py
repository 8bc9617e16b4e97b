"""The class edition: made by nbgrader's own generate_assignment, in a folder of its own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from orbitlab.editions.masters import dumps, read_notebook
from orbitlab.editions.nbgraderly import course_config
from orbitlab.errors import OrbitlabError


class ReleaseFailed(OrbitlabError):
    """nbgrader refused a chapter; fields `chapter` and `log`."""

    def __init__(self, chapter: str, log: str) -> None:
        self.chapter, self.log = chapter, log
        last = next((line for line in reversed(log.splitlines()) if line.strip()), "no log")
        super().__init__(f"nbgrader could not make the release of {chapter}: {last}")


def release_of(
    home: Path, chapter: str, master: NotebookNode, *, keep_samples: bool = False
) -> NotebookNode:
    """Return what nbgrader releases of a chapter: stubs, no hidden tests, locks and checksums.

    `keep_samples` leaves the sample answers in, for the self-study edition.

    Raises
    ------
    ReleaseFailed
        If nbgrader refuses the chapter.
    """
    from nbgrader.apps import NbGraderAPI
    from nbgrader.preprocessors import SaveCells

    with tempfile.TemporaryDirectory(prefix="orbitlab-release-") as folder:
        root = Path(folder)
        source = root / "source" / chapter / f"{chapter}.ipynb"
        source.parent.mkdir(parents=True)
        source.write_text(dumps(master), encoding="utf-8")
        config = course_config(home)
        config.CourseDirectory.root = str(root)
        # Without a gradebook: nothing is registered here, the release is all that is wanted.
        config.GenerateAssignment.no_database = True
        config.GenerateAssignment.preprocessors = [
            step for step in config.GenerateAssignment.preprocessors if step is not SaveCells
        ]
        config.TagRemovePreprocessor.enabled = not keep_samples
        result = NbGraderAPI(config=config).generate_assignment(chapter)
        if not result["success"]:
            raise ReleaseFailed(chapter, str(result.get("log") or result.get("error") or ""))
        released = read_notebook(root / "release" / chapter / f"{chapter}.ipynb")
        shutil.rmtree(root / "release")
    released.metadata.pop("orbitlab", None)
    return released
