"""The grading desk: banks, judging and audit (DESIGN sections 6 and 7)."""

from orbitlab.grading.audit import AuditReport, ExerciseAudit, audit
from orbitlab.grading.judge import Case, Failed, Judge, Judged
from orbitlab.grading.local import LocalJudge
from orbitlab.grading.seeds import SeedReport, admit_seeds, stored_seeds
from orbitlab.grading.table import publish, table

__all__ = [
    "AuditReport",
    "Case",
    "ExerciseAudit",
    "Failed",
    "Judge",
    "Judged",
    "LocalJudge",
    "SeedReport",
    "admit_seeds",
    "audit",
    "publish",
    "stored_seeds",
    "table",
]
