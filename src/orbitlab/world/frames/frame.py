"""Frames, and how they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import dice
from ..constellation import GATEWAY_IDS
from ..story import at

SAMPLES = 64
LABELS = ("clear", "rain", "interference", "blockage")
FULL_SCALE = 8192


@dataclass(frozen=True, slots=True)
class Frame:
    """One downlink frame as a ground station received it.

    Attributes
    ----------
    frame_id
        unique.
    station
        gateway id.
    firmware
        fw7 or fw8.
    ts
        s UTC.
    payload
        64 samples, 16 bit, signed, big-endian.
    """

    frame_id: str
    station: str
    firmware: str
    ts: int
    payload: bytes


def templates() -> dice.Ints:
    """Return the shape of each class in sample units, (4, 64): square waves, orthogonal."""
    k = np.arange(SAMPLES)
    periods = (64, 32, 16, 8)
    return np.array([np.where(k % p < p // 2, 1, -1) for p in periods], dtype=np.int64)


def sample_frames(
    n: int,
    seed: int,
    stations: Sequence[str] = GATEWAY_IDS,
    firmwares: Sequence[str] = ("fw7", "fw8"),
    start_ts: int = at(0, 0),
) -> list[Frame]:
    """Return n frames, one a second, of stations, firmwares and classes drawn from the seed.

    A frame is the wave of its class under noise, on a level and with a strength of its own;
    the best class always leads clearly, so float32 never changes a label.
    """
    who = dice.integers("frames/station", n, 0, len(stations) - 1, seed)
    what = dice.integers("frames/firmware", n, 0, len(firmwares) - 1, seed)
    label = dice.integers("frames/label", n, 0, len(LABELS) - 1, seed)
    strength = dice.integers("frames/strength", n, 1200, 3600, seed)
    level = dice.integers("frames/level", n, -1500, 1500, seed)
    noise = dice.bell("frames/noise", n * SAMPLES, 500, seed).reshape(n, SAMPLES)
    raw = level[:, None] + strength[:, None] * templates()[label] + noise
    raw = raw.clip(-FULL_SCALE, FULL_SCALE - 1).astype(">i2")
    return [
        Frame(
            frame_id=f"F{i:06d}",
            station=stations[int(who[i])],
            firmware=firmwares[int(what[i])],
            ts=start_ts + i,
            payload=raw[i].tobytes(),
        )
        for i in range(n)
    ]
