"""What a run found: one result per notebook, and the JSON form of all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NotebookResult:
    """One executed notebook; `error` is one sentence, or None when all went well."""

    edition: str
    chapter: str
    seconds: float
    error: str | None

    @property
    def ok(self) -> bool:
        """True when every cell ran and, in the source edition, every check was full."""
        return self.error is None

    def as_json(self) -> dict[str, Any]:
        """Return the notebook's entry in the run's JSON document."""
        return {
            "edition": self.edition,
            "chapter": self.chapter,
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
            "error": self.error,
        }

    def line(self) -> str:
        """Return the one line that a person reads."""
        verdict = "ok" if self.ok else "FAILED"
        text = f"{verdict:<7}{self.seconds:7.1f} s  {self.edition:<10} {self.chapter}"
        return text if self.error is None else f"{text}\n        {self.error}"


@dataclass(frozen=True)
class RunReport:
    """A whole run, in the order of editions and chapters; `seconds` is wall time."""

    seconds: float
    notebooks: tuple[NotebookResult, ...]

    @property
    def ok(self) -> bool:
        """True when every notebook is."""
        return all(notebook.ok for notebook in self.notebooks)

    def as_json(self) -> dict[str, Any]:
        """Return the document that `orbitlab run --json` prints."""
        return {
            "ok": self.ok,
            "seconds": round(self.seconds, 3),
            "notebooks": [notebook.as_json() for notebook in self.notebooks],
        }

    def summary(self) -> str:
        """Return the closing line."""
        good = sum(notebook.ok for notebook in self.notebooks)
        return f"{good} of {len(self.notebooks)} notebooks ran clean in {self.seconds:.1f} s"
