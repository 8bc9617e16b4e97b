"""The published table of the audit in autograde/README.md."""

from __future__ import annotations

from pathlib import Path

from orbitlab.errors import OrbitlabError
from orbitlab.grading.audit import AuditReport

BEGIN, END = "<!-- audit: begin -->", "<!-- audit: end -->"


def publish(home: Path, report: AuditReport) -> bool:
    """Put the table of `report` into autograde/README.md; return whether the page changed.

    Raises
    ------
    OrbitlabError
        If the page has lost the marks between which the table stands.
    """
    path = home / "autograde" / "README.md"
    text = path.read_text(encoding="utf-8")
    before, begun, rest = text.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise OrbitlabError(f"{path} lacks the lines {BEGIN} and {END}: put them back.")
    updated = f"{before}{BEGIN}\n{table(report)}\n{END}{after}"
    if updated != text:
        path.write_text(updated, encoding="utf-8")
    return updated != text


def table(report: AuditReport) -> str:
    """Return the audit as a Markdown table, one row per exercise and a sum."""
    rows = [
        "| exercise | points | stub | do-nothing | reference | wrong caught | right accepted |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    totals = [0, 0, 0, 0]
    for one in report.exercises:
        wrong, right = one.of("wrong"), one.of("right")
        caught = sum(not judged.full for _, judged in wrong)
        accepted = sum(judged.full for _, judged in right)
        scores = [one.outcomes[name].score for name in ("stub", "do-nothing", "reference")]
        shown = " | ".join(f"{score:g}" for score in scores)
        rows.append(
            f"| {one.exercise.id} | {one.exercise.points} | {shown} "
            f"| {caught} of {len(wrong)} | {accepted} of {len(right)} |"
        )
        for i, number in enumerate((caught, len(wrong), accepted, len(right))):
            totals[i] += number
    rows.append(
        f"| all | {sum(e.exercise.points for e in report.exercises)} | | | "
        f"| {totals[0]} of {totals[1]} | {totals[2]} of {totals[3]} |"
    )
    rows.append("")
    rows.append(f"Kill rate {report.kill_rate:.1%}, false rejects {report.false_rejects}.")
    return "\n".join(rows)
