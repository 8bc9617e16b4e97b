"""The learner's view of a check: HTML for both themes and screen readers, and plain text."""

from __future__ import annotations

from html import escape

from orbitlab.checks.verdicts import CheckResult, TestResult, Verdict

# White words on these have a contrast above 6, whatever the theme behind them.
_GREEN, _RED = "#00694D", "#A33F00"
_SIGNS = {
    Verdict.PASS: ("✔", "passed", _GREEN),
    Verdict.FAIL: ("✘", "failed", _RED),
    Verdict.ERROR: ("✘", "error", _RED),
    Verdict.TIMEOUT: ("✘", "too slow", _RED),
}
_EDGES = {"not-attempted": "#56B4E9", "right": "#009E73", "wrong": "#D55E00"}


def headline(result: CheckResult) -> str:
    """Return the one line that says how the check went: not attempted, to do, or passed."""
    if not result.attempted:
        if result.missing:
            names = ", ".join(result.missing)
            return f"Not attempted: {names} is not defined. Run the answer cell above first."
        return "Not attempted yet: fill in the answer cell above, run it, then run this cell."
    total, failed = len(result.tests), len(result.failed)
    has_hidden = any(t.hidden for t in result.tests)
    if failed:
        return f"{total - failed} of {total} tests pass. Read the first ✘ below."
    if has_hidden or not result.maximum:
        return f"All {total} tests pass{', hidden ones included' if has_hidden else ''}."
    return f"All {total} visible tests pass. Grading also runs hidden tests on other inputs."


def as_text(result: CheckResult) -> str:
    """Return the panel as plain text."""
    lines = [f"Check {result.exercise}", headline(result)]
    for test in result.tests:
        sign, word, _ = _SIGNS[test.verdict]
        lines.append(f"{sign} {word}: {test.sentence}")
        lines += [f"    {label}: {value}" for label, value in _details(test)]
    return "\n".join(lines)


def as_html(result: CheckResult) -> str:
    """Return the panel as HTML that follows JupyterLab's light or dark theme.

    Verdicts are words as well as signs and colours; the region is announced as a status.
    """
    items = "".join(_item(test) for test in result.tests)
    listing = f'<ul style="list-style:none;margin:6px 0 0;padding:0">{items}</ul>' if items else ""
    state = "not-attempted"
    if result.attempted:
        state = "wrong" if result.failed else "right"
    # JupyterLab would typeset what stands between two dollar signs, as in "$as_of".
    return (
        f'<div class="orbitlab-check orbitlab-{state} mathjax_ignore" role="status" '
        f'aria-label="Check {escape(result.exercise)}" '
        f'style="border-left:4px solid {_EDGES[state]};'
        "padding:8px 12px;margin:4px 0;color:var(--jp-ui-font-color1, inherit);"
        'background:var(--jp-layout-color2, transparent)">'
        f"<strong>Check {escape(result.exercise)}</strong><br>{escape(headline(result))}"
        f"{listing}</div>"
    )


def _item(test: TestResult) -> str:
    sign, word, colour = _SIGNS[test.verdict]
    label = (
        f'<span style="background:{colour};color:#fff;font-weight:bold;padding:0 6px;'
        f'border-radius:3px">{sign} {word}</span>'
    )
    mark = " <em>(hidden test)</em>" if test.hidden else ""
    rows = "".join(
        f'<dt style="font-weight:bold;width:auto">{escape(name)}</dt>'
        '<dd style="margin:0;min-width:0;width:auto"><pre style="margin:0;white-space:pre-wrap;'
        "word-break:normal;overflow-wrap:anywhere;background:transparent;"
        f'color:inherit">{escape(value)}</pre></dd>'
        for name, value in _details(test)
    )
    grid = "display:grid;grid-template-columns:max-content 1fr;gap:2px 12px;align-items:baseline"
    details = f'<dl style="margin:4px 0 8px 22px;width:auto;{grid}">{rows}</dl>' if rows else ""
    return f'<li style="margin:5px 0">{label} {escape(test.sentence)}{mark}{details}</li>'


def _details(test: TestResult) -> list[tuple[str, str]]:
    if test.verdict is Verdict.PASS:
        return []
    parts = [("what", test.finding), ("where", test.where), ("input", test.call)]
    parts += [("expected", test.expected), ("got", test.got), ("printed", test.printed)]
    return [(name, value) for name, value in parts if value]
