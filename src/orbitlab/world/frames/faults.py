"""What can be wrong in production, and on which frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .frame import Frame

# name: (stage, what it does)
_FAULTS = {
    "endian": ("ingest", "reads the samples with their bytes swapped"),
    "drop_last": ("ingest", "loses the last sample"),
    "crash": ("preprocess", "raises on the frame"),
    "stale_cal": ("preprocess", "uses last year's calibration, hardly visible in the label"),
    "old_weights": ("infer", "uses the weights of the model before"),
    "label_swap": ("postprocess", "exchanges the names of the first two labels"),
}
FAULT_NAMES = tuple(_FAULTS)


@dataclass(frozen=True)
class Fault:
    """One fault, active on the frames for which the predicate is true.

    Attributes
    ----------
    name
        endian, drop_last, crash, stale_cal, old_weights or label_swap.
    predicate
        Frame to bool; must depend on the frame alone.

    Raises
    ------
    ValueError
        no fault has that name.
    """

    name: str
    predicate: Callable[[Frame], bool]

    def __post_init__(self) -> None:
        if self.name not in _FAULTS:
            raise ValueError(f"there is no fault {self.name!r}, only {', '.join(FAULT_NAMES)}")

    @property
    def stage(self) -> str:
        """The stage in which the fault sits."""
        return _FAULTS[self.name][0]

    @property
    def meaning(self) -> str:
        """What the fault does, in words."""
        return _FAULTS[self.name][1]


def where(
    station: str | None = None,
    firmware: str | None = None,
    from_ts: int | None = None,
    one_in: int = 1,
) -> Callable[[Frame], bool]:
    """Return a predicate: all conditions given must hold.

    Parameters
    ----------
    station, firmware
        equal to the frame's; None for any.
    from_ts
        ts at or after it.
    one_in
        only every n-th second of ts, 1 for all.
    """

    def predicate(frame: Frame) -> bool:
        return (
            (station is None or frame.station == station)
            and (firmware is None or frame.firmware == firmware)
            and (from_ts is None or frame.ts >= from_ts)
            and frame.ts % one_in == 0
        )

    return predicate
