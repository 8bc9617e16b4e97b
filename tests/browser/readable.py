"""How readable text is on a page: the contrast of WCAG 2.2, computed in the page itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator

# WCAG 2.2, success criterion 1.4.3 (AA), text of ordinary size.
ENOUGH = 4.5

_CONTRASTS = """
(root) => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 1;
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  // Whatever notation the browser uses for a colour, painting it gives four numbers.
  const rgba = (colour) => {
    brush.clearRect(0, 0, 1, 1);
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) =>
    [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const background = (element) => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) layers.push(getComputedStyle(e).backgroundColor);
    return layers.reverse().map(rgba).reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((v) => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.trim();
    const element = walker.currentNode.parentElement;
    if (!text || !element.checkVisibility()) continue;
    const below = background(element);
    const front = over(rgba(getComputedStyle(element).color), below);
    const [dark, light] = [luminance(front), luminance(below)].sort((a, b) => a - b);
    const ratio = Math.round((100 * (light + 0.05)) / (dark + 0.05)) / 100;
    found.push({ text: text.slice(0, 60), ratio });
  }
  return found;
}
"""


def contrasts(element: Locator) -> list[dict[str, Any]]:
    """Return `{"text", "ratio"}` for every piece of visible text in `element`."""
    found: list[dict[str, Any]] = element.evaluate(_CONTRASTS)
    return found


def hard_to_read(element: Locator) -> list[str]:
    """Return every piece of text in `element` with too little contrast, and how much it has."""
    found = contrasts(element)
    assert found, "there is no text to read"
    return [f"{each['text']!r}: {each['ratio']}" for each in found if each["ratio"] < ENOUGH]
