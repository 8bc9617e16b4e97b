"""The data dictionary data/README.md, written from the declarations."""

from __future__ import annotations

from .spec import AssetSpec, TableSpec


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _section(spec: TableSpec | AssetSpec) -> list[str]:
    if isinstance(spec, TableSpec):
        head = f"One row: {spec.grain}. {spec.rows:,} rows, sorted by {spec.order}."
        if spec.parts:
            head += f" It lies in {len(spec.parts)} files in world/{spec.name}/."
    else:
        place = ", ".join(f"world/{name}" for name in spec.files)
        head = f"One entry: {spec.grain}. {spec.entries:,} entries in {place}."
    lines = [
        f"## {spec.name}",
        "",
        head,
        "",
        "| column | type | unit or values | meaning |",
        "|---|---|---|---|",
    ]
    for c in spec.columns:
        lines.append(f"| {c.name} | {c.kind} | {_cell(c.unit)} | {_cell(c.meaning)} |")
    if spec.defects:
        lines += ["", "| injected defect | what it is | count |", "|---|---|---|"]
        lines += [f"| {d.name} | {_cell(d.meaning)} | {d.expected} |" for d in spec.defects]
    if spec.notes:
        lines += ["", *[f"- {note}" for note in spec.notes]]
    return [*lines, ""]


def dictionary_text(specs: tuple[TableSpec, ...], others: tuple[AssetSpec, ...]) -> str:
    """Return the data dictionary of the given declarations as Markdown."""
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
        "Tables are loaded by `orbitlab.world.table(name)`, what is no table by the function "
        "of its name.",
        "",
    ]
    declared: tuple[TableSpec | AssetSpec, ...] = (*specs, *others)
    for spec in declared:
        lines += _section(spec)
    return "\n".join(lines).rstrip() + "\n"
