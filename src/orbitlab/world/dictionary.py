"""The data dictionary data/README.md, written from the declarations."""

from __future__ import annotations

from .spec import TableSpec


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _section(spec: TableSpec) -> list[str]:
    lines = [
        f"## {spec.name}",
        "",
        f"One row: {spec.grain}. {spec.rows:,} rows, sorted by {spec.order}.",
        "",
        "| column | type | unit or values | meaning |",
        "|---|---|---|---|",
    ]
    for c in spec.columns:
        kind = f"{c.type}, may be NULL" if c.nullable else c.type
        lines.append(f"| {c.name} | {kind} | {_cell(c.unit)} | {_cell(c.meaning)} |")
    if spec.defects:
        lines += ["", "| injected defect | what it is | count |", "|---|---|---|"]
        lines += [f"| {d.name} | {_cell(d.meaning)} | {d.expected} |" for d in spec.defects]
    if spec.notes:
        lines += ["", *[f"- {note}" for note in spec.notes]]
    return [*lines, ""]


def dictionary_text(specs: tuple[TableSpec, ...]) -> str:
    """Return the data dictionary of the given tables as Markdown."""
    lines = [
        "# Data dictionary",
        "",
        "Written by `orbitlab data build` from the declarations in `orbitlab.world`; do not edit.",
        "",
        "The tables in `world/` describe the fictional operator Kestrel Orbital. They are "
        "made from one seed and are the same, byte for byte, on every machine with the pinned "
        "versions. `orbitlab data verify` compares them with SHA256SUMS and counts every "
        "injected defect. The real sets in `real/` are described in SOURCES.md.",
        "",
    ]
    for spec in specs:
        lines += _section(spec)
    return "\n".join(lines).rstrip() + "\n"
