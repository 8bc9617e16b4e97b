"""Twelve scenes of ground-station roofs: images, truth, two models and five contractors."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import dice
from .spec import AssetRecipe, AssetSpec, Column, Defect

FILE = "scenes.npz"
COUNT, SIDE = 12, 128
CONTRACTORS = ("C0", "C1", "C2", "C3", "C4")
SHIFT_PX = 3
CLOUDY = 9

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Scenes:
    """Twelve scenes of 128×128 pixels; the first axis is the scene.

    Attributes
    ----------
    before, after
        brightness in counts at two dates, float, (12, 128, 128); `after` has another
        gain and clouds.
    valid
        where no cloud hides the ground in `after`, bool.
    truth
        roofs at the later date, bool.
    changed
        roofs that were built between the dates, bool.
    pred_raster, pred_polygon
        roofs as a raster model and a polygon model see them, bool.
    masks
        roofs as contractors C0 to C4 drew them, bool, (12, 5, 128, 128).
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    valid: Bools
    truth: Bools
    changed: Bools
    pred_raster: Bools
    pred_polygon: Bools
    masks: Bools

    def __len__(self) -> int:
        return len(self.truth)


class _Roof:
    """One roof: an upright rectangle with a brightness of its own."""

    def __init__(self, row: int, column: int, height: int, width: int, bright: int) -> None:
        self.box = (row, column, row + height, column + width)
        self.bright = bright

    def apart(self, other: _Roof) -> bool:
        (a, b, c, d), (e, f, g, h) = self.box, other.box
        return a - g > 3 or e - c > 3 or b - h > 3 or f - d > 3

    def drawn(self, d_row: int = 0, d_column: int = 0, grow: int = 0) -> Bools:
        out = np.zeros((SIDE, SIDE), dtype=bool)
        a, b, c, d = self.box
        rows = slice(max(a + d_row - grow, 0), max(c + d_row + grow, 0))
        out[rows, max(b + d_column - grow, 0) : max(d + d_column + grow, 0)] = True
        return out


def _roofs(name: str) -> list[_Roof]:
    found: list[_Roof] = []
    draws = dice.integers(f"{name}/roofs", 400 * 5, 0, 9999).reshape(-1, 5).tolist()
    for row, column, height, width, bright in draws:
        roof = _Roof(
            6 + row * (SIDE - 30) // 10_000,
            6 + column * (SIDE - 30) // 10_000,
            5 + height * 13 // 10_000,
            5 + width * 13 // 10_000,
            150 + bright * 200 // 10_000,
        )
        if all(roof.apart(other) for other in found):
            found.append(roof)
        if len(found) == 14:
            break
    return found


def _union(masks: list[Bools]) -> Bools:
    whole: Bools = np.logical_or.reduce(masks)
    return whole


def _edge(mask: Bools) -> Bools:
    """Return the pixels on either side of the outline."""
    padded = np.pad(mask, 1)
    around = [padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1]]
    return _union([a != mask for a in around])


def _scene(i: int) -> dict[str, Any]:
    name = f"scenes/{i}"
    roofs = _roofs(name)
    new = set(dice.choose(f"{name}/new", len(roofs), 2).tolist())
    truth = _union([r.drawn() for r in roofs])
    pixels = SIDE * SIDE

    ground = 320 + dice.bell(f"{name}/ground", pixels, 14).reshape(SIDE, SIDE)
    before, after = ground.copy(), ground.copy()
    for k, roof in enumerate(roofs):
        shape = roof.drawn() * roof.bright
        after += shape
        if k not in new:
            before += shape
    gain, offset = dice.integers(f"{name}/light", 2, 0, 20).tolist()
    before += dice.bell(f"{name}/noise_before", pixels, 6).reshape(SIDE, SIDE)
    noise = dice.bell(f"{name}/noise_after", pixels, 6).reshape(SIDE, SIDE)
    after = after * (112 + gain) // 100 + 10 + offset + noise
    valid = np.ones((SIDE, SIDE), dtype=bool)
    if i < CLOUDY:
        row, column, radius = dice.integers(f"{name}/cloud", 3, 14, 30).tolist()
        y, x = np.indices((SIDE, SIDE))
        far = (y - 4 * row) ** 2 + (x - 4 * column) ** 2 * 2 // 3
        after = np.where(far < radius**2, 2400 + noise * 5, after)
        # The cloud mask is a little larger than the cloud.
        valid = far >= (radius + 2) ** 2

    jitter = dice.integers(f"{name}/jitter", len(roofs) * 4, -1, 1).reshape(2, -1, 2).tolist()
    small = sorted(range(len(roofs)), key=lambda k: int(roofs[k].drawn().sum()))
    missed = set(small[:4])
    flip = dice.integers(f"{name}/flip", pixels, 0, 99).reshape(SIDE, SIDE) < 19
    # The raster model errs along outlines, the polygon model leaves whole small roofs out.
    raster = truth ^ (flip & _edge(truth))
    polygon = [r.drawn() for k, r in enumerate(roofs) if k not in missed]
    left_out = set(dice.choose(f"{name}/omit", len(roofs), len(roofs) // 4).tolist())
    masks = [
        _union([r.drawn(*jitter[0][k]) for k, r in enumerate(roofs)]),
        _union([r.drawn(*jitter[1][k]) for k, r in enumerate(roofs)]),
        _union([r.drawn(d_column=SHIFT_PX) for r in roofs]),
        _union([r.drawn(grow=1) for r in roofs]),
        _union([r.drawn() for k, r in enumerate(roofs) if k not in left_out]),
    ]
    return {
        "before": before.clip(0, 4095),
        "after": after.clip(0, 4095),
        "valid": valid,
        "truth": truth,
        "changed": _union([r.drawn() for k, r in enumerate(roofs) if k in new]),
        "pred_raster": raster,
        "pred_polygon": _union(polygon),
        "masks": np.stack(masks),
    }


def _make() -> dict[str, bytes]:
    found = [_scene(i) for i in range(COUNT)]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for field in fields(Scenes):
            stacked = np.stack([scene[field.name] for scene in found])
            kind = "<u2" if field.name in ("before", "after") else "|b1"
            content = io.BytesIO()
            np.lib.format.write_array(content, stacked.astype(kind), version=(1, 0))
            # Written out, because the defaults carry the clock and the operating system.
            entry = zipfile.ZipInfo(f"{field.name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            archive.writestr(entry, content.getvalue())
    return {FILE: buffer.getvalue()}


def _load(files: dict[str, bytes]) -> Scenes:
    try:
        with np.load(io.BytesIO(files[FILE])) as found:
            arrays = {f.name: found[f.name] for f in fields(Scenes)}
    except zipfile.BadZipFile as error:
        raise ValueError("scenes.npz is no archive") from error
    for name in ("before", "after"):
        arrays[name] = arrays[name].astype("float64")
    return Scenes(**arrays)


def best_shift(mask: Bools, truth: Bools, most: int = 5) -> tuple[int, int]:
    """Return the (rows, columns) by which the mask lies off the truth: largest overlap."""
    moves = [(r, c) for r in range(-most, most + 1) for c in range(-most, most + 1)]
    return max(moves, key=lambda m: int((np.roll(truth, m, axis=(0, 1)) & mask).sum()))


def _brighter(s: Scenes) -> int:
    found = 0
    for i in range(len(s)):
        calm = s.valid[i] & ~s.truth[i]
        found += bool(np.median(s.after[i][calm]) > 1.1 * np.median(s.before[i][calm]))
    return found


def _shifted(s: Scenes) -> int:
    return sum(best_shift(s.masks[i, 2], s.truth[i]) == (0, SHIFT_PX) for i in range(len(s)))


def _dilated(s: Scenes) -> int:
    covers = ~(s.truth & ~s.masks[:, 3]).any(axis=(1, 2))
    larger = s.masks[:, 3].sum(axis=(1, 2)) > 1.15 * s.truth.sum(axis=(1, 2))
    return int((covers & larger).sum())


def _omitted(s: Scenes) -> int:
    inside = ~(s.masks[:, 4] & ~s.truth).any(axis=(1, 2))
    smaller = s.masks[:, 4].sum(axis=(1, 2)) < 0.95 * s.truth.sum(axis=(1, 2))
    return int((inside & smaller).sum())


def _hidden(s: Scenes) -> int:
    return int((s.after[~s.valid] > 2000).any() and (~s.valid).any(axis=(1, 2)).sum())


RECIPES = (
    AssetRecipe(
        AssetSpec(
            name="scenes",
            grain="one scene of 128×128 pixels",
            entries=COUNT,
            files=(FILE,),
            columns=(
                Column("before, after", "uint16", "counts", "brightness at two dates"),
                Column("valid", "bool", "pixels", "where no cloud hides the later date"),
                Column("truth", "bool", "pixels", "roofs at the later date"),
                Column("changed", "bool", "pixels", "roofs built between the dates"),
                Column("pred_raster", "bool", "pixels", "roofs after the raster model"),
                Column("pred_polygon", "bool", "pixels", "roofs after the polygon model"),
                Column("masks", "bool", "C0 … C4, pixels", "roofs as five contractors drew them"),
            ),
            defects=(
                Defect("gain shift", "scenes brighter by 12 % and more later", _brighter, 12, 12),
                Defect("clouds", "scenes with clouds in the later image", _hidden, CLOUDY, CLOUDY),
                Defect("contractor shift", "scenes in which C2 is 3 px off", _shifted, 12, 12),
                Defect("contractor dilate", "scenes in which C3 draws too large", _dilated, 12, 12),
                Defect("contractor omit", "scenes in which C4 leaves roofs out", _omitted, 12, 12),
            ),
            notes=(
                "C0 and C1 err by up to 1 px either way, without bias; C2 draws every roof 3 px "
                "to the right (columns).",
                "`scenes()` returns brightness as float64; roofs do not touch each other.",
            ),
        ),
        _make,
        _load,
    ),
)
