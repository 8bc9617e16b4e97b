"""Sim C: the frame pipeline of the ground stations, offline and as it runs in production.

`offline()` is the pipeline as evaluated, `production(faults)` the same code in float32 with
faults in it, each on the frames that its predicate picks. `sample_frames` makes frames.
"""

from __future__ import annotations

from .faults import FAULT_NAMES, Fault, where
from .frame import LABELS, Frame, sample_frames
from .pipeline import STAGES, FrameRejected, Pipeline, offline, production

__all__ = [
    "FAULT_NAMES",
    "LABELS",
    "STAGES",
    "Fault",
    "Frame",
    "FrameRejected",
    "Pipeline",
    "offline",
    "production",
    "sample_frames",
    "where",
]
