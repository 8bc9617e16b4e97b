"""Taking markdown cells apart: folds, bold lead words, words counted."""

from __future__ import annotations

import re

_FOLD = re.compile(r"<details[^>]*>\s*<summary>(.*?)</summary>(.*?)</details>", re.DOTALL)
_CODE = re.compile(r"```.*?```", re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>|\[([^\]]*)\]\([^)]*\)|[*_`#|>]+")
_WORD = re.compile(r"[\w’'%.,:;/+×−-]*\w[\w’'%]*")
_LEAD = re.compile(r"^\*\*(?P<word>[A-Z][\w -]*)\.\*\*", re.MULTILINE)
_ROW = re.compile(r"^\|\s*(R\d+)\s*\|", re.MULTILINE)


def folds(markdown: str) -> dict[str, str]:
    """Return the folded parts of a cell: summary → body."""
    return {summary.strip(): body.strip() for summary, body in _FOLD.findall(markdown)}


def unfolded(markdown: str) -> str:
    """Return what stands outside all folds."""
    return _FOLD.sub("", markdown)


def word_count(markdown: str) -> int:
    """Return the number of words of prose; code blocks and markup do not count."""
    return len(_WORD.findall(_MARKUP.sub(r"\1 ", _CODE.sub("", markdown))))


def sections(markdown: str) -> dict[str, str]:
    """Return lead word → text of the paragraphs that start with `**Word.**`, in order."""
    marks = list(_LEAD.finditer(markdown))
    ends = [m.start() for m in marks[1:]] + [len(markdown)]
    return {m["word"]: markdown[m.end() : end].strip() for m, end in zip(marks, ends, strict=True)}


def bullets(markdown: str) -> list[str]:
    """Return the items of the lists in a text."""
    return re.findall(r"^(?:[-*]|\d+\.)\s+(.*(?:\n[ \t]+.*)*)", markdown, re.MULTILINE)


def rule_rows(markdown: str) -> list[str]:
    """Return the R-numbers of the rows of a rules table, in order."""
    return _ROW.findall(markdown)


def code_lines(markdown: str) -> int:
    """Return the number of non-blank lines in the code blocks of a text."""
    blocks = re.findall(r"```\w*\n(.*?)```", markdown, re.DOTALL)
    return sum(bool(line.strip()) for block in blocks for line in block.splitlines())
