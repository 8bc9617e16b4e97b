"""Figures in the house style: finding as title, units on axes, safe colours, words beside it."""

from __future__ import annotations

import io
from html import escape
from types import MappingProxyType
from typing import Any

# Okabe and Ito's palette, distinguishable with any common colour vision. On white, so that a
# figure reads the same in a light and in a dark theme.
COLOURS = MappingProxyType(
    {
        "blue": "#0072B2",
        "orange": "#E69F00",
        "green": "#009E73",
        "vermilion": "#D55E00",
        "purple": "#CC79A7",
        "sky": "#56B4E9",
        "grey": "#7F7F7F",
        "black": "#1A1A1A",
    }
)
DPI = 100
_STYLE: dict[str, Any] = {
    "figure.dpi": DPI,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "axes.facecolor": "white",
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.labelsize": 10,
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "font.family": "DejaVu Sans",
    "font.size": 10,
}


def canvas(width_in: float = 7.0, height_in: float = 3.2, rows: int = 1, cols: int = 1) -> Any:
    """Return `(figure, axes)` of the given size in inches in the house style.

    `axes` is one Axes, or an array of them for several rows or columns, as in
    `matplotlib.pyplot.subplots`. The figure belongs to no pyplot state, so nothing shows twice.
    """
    import matplotlib  # here, so that importing the desk stays cheap
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    mpl: Any = matplotlib
    cycle = mpl.cycler(color=[c for n, c in COLOURS.items() if n != "black"])
    with mpl.rc_context({**_STYLE, "axes.prop_cycle": cycle}):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        FigureCanvasAgg(figure)
        return figure, figure.subplots(rows, cols)


def picture(figure: Any, alt: str) -> None:
    """Show `figure` below the cell, with `alt` for readers who cannot see it.

    JupyterLab gives an output image no alternative text, so the words also stand below it, folded.

    Raises
    ------
    ValueError
        If `alt` says nothing.
    """
    from IPython.display import display

    if not alt.strip():
        raise ValueError("A picture needs words for readers who cannot see it: pass alt=….")
    import matplotlib

    mpl: Any = matplotlib
    for axes in figure.axes:
        # Titles and legends take their looks when they are made, outside the style.
        title = axes.get_title(loc="center")
        if title:
            axes.set_title("", loc="center")
            axes.set_title(title, loc="left", fontsize=11, fontweight="bold")
        if axes.get_legend() is not None:
            axes.get_legend().set_frame_on(False)
    buffer = io.BytesIO()
    # Text is laid out when it is drawn, so the style has to be in force here as well.
    with mpl.rc_context(_STYLE):
        figure.savefig(buffer, format="png", dpi=DPI, bbox_inches=None, metadata={"Software": None})
    bundle = {"image/png": buffer.getvalue(), "text/plain": f"[figure] {alt}"}
    display(bundle, raw=True, metadata={"image/png": {"alt": alt}})
    words = {
        "text/html": f"<details><summary>The picture in words</summary>{escape(alt)}</details>",
        "text/plain": alt,
    }
    display(words, raw=True)
