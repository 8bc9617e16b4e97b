"""What goes over the wire, and what was true while it did."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One message of one gateway as the collector received it.

    Attributes
    ----------
    event_id
        unique per message; a message that is received twice keeps it.
    gateway_id, region
        who sent it.
    seq
        counts up by one per message of a gateway, lost ones included.
    event_ts
        s UTC by the gateway's clock: the true time plus that clock's skew.
    arrival_ts
        s UTC by the collector's clock.
    snr_db
        dB in steps of 0.01; NaN when the receiver gave none.
    """

    event_id: str
    gateway_id: str
    region: str
    seq: int
    event_ts: int
    arrival_ts: int
    snr_db: float


@dataclass(frozen=True, slots=True)
class Incident:
    """What an alert should be about; [start_ts, end_ts) in true s UTC.

    Attributes
    ----------
    kind
        "gateway" (its SNR fell) or "region" (most of its gateways are silent).
    target
        gateway id or region.
    """

    kind: str
    target: str
    start_ts: int
    end_ts: int


@dataclass(frozen=True, slots=True)
class Flush:
    """The second at which a gateway's withheld messages are let go."""

    gateway_id: str
    flush_ts: int
