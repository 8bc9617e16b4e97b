"""Whether two notebooks are the same edition, machine differences aside."""

from __future__ import annotations

import base64
import json
import re
import struct
from typing import Any

from nbformat import NotebookNode

_VOLATILE = (
    (re.compile(r"0x[0-9a-fA-F]+"), "0x…"),
    (re.compile(r"\b\d+(\.\d+)? ?(ns|µs|us|ms|s)\b"), "… s"),
    (re.compile(r"ipykernel_\d+"), "ipykernel_…"),
)


def drift(committed: NotebookNode, built: NotebookNode) -> str | None:
    """Return where two notebooks differ, in words, or None.

    Cells and metadata are compared exactly. Outputs are compared by their text, after masking
    addresses and timings, and pictures by their presence and size in pixels, so that other fonts
    are no drift.
    """
    if committed.metadata != built.metadata:
        return "the notebook's metadata"
    if len(committed.cells) != len(built.cells):
        return f"{len(committed.cells)} cells instead of {len(built.cells)}"
    for number, (old, new) in enumerate(zip(committed.cells, built.cells, strict=True), start=1):
        for part in ("id", "cell_type", "source", "metadata"):
            if old.get(part) != new.get(part):
                return f"the {part} of cell {number} ({new.get('id')})"
        if _attached(old) != _attached(new):
            return f"the attachments of cell {number} ({new.get('id')})"
        if _outputs(old) != _outputs(new):
            return f"the outputs of cell {number} ({new.get('id')})"
    return None


def png_size(data: str) -> tuple[int, int]:
    """Return width and height in pixels of a base64 PNG."""
    header = base64.b64decode(data[:64])
    width, height = struct.unpack(">II", header[16:24])
    return width, height


def _outputs(cell: NotebookNode) -> list[Any]:
    merged: list[Any] = []
    for output in cell.get("outputs", []):
        if output.output_type == "stream":
            # A kernel may cut one stream into several messages.
            if merged and merged[-1][0] == output.name:
                merged[-1][1] += output.text
            else:
                merged.append([output.name, output.text])
        else:
            merged.append([output.output_type, _bundle(output.get("data", {})), output.metadata])
    return [[_masked(part) for part in item] for item in merged]


def _bundle(data: NotebookNode) -> dict[str, Any]:
    return {mime: png_size(v) if mime == "image/png" else v for mime, v in data.items()}


def _attached(cell: NotebookNode) -> dict[str, Any]:
    return {name: _bundle(bundle) for name, bundle in cell.get("attachments", {}).items()}


def _masked(part: Any) -> str:
    text = part if isinstance(part, str) else json.dumps(part, sort_keys=True, default=list)
    for pattern, mask in _VOLATILE:
        text = pattern.sub(mask, text)
    return text
