"""Whether the truth in `incidents` is what the other tables show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .gw_telemetry import START, slopes_db_per_h
from .scene_arrays import best_shift

Loaded = Mapping[str, Any]


class _Check(NamedTuple):
    """One promise of the story: kind of incident, what is looked at, and the look."""

    kind: str
    names: tuple[str, ...]
    says: str
    holds: Callable[[Any, Loaded], bool]


def story_problems(loaded: Loaded) -> list[str]:
    """Return one sentence per incident that the tables do not show.

    Parameters
    ----------
    loaded
        {name: what `table` or the function of that name returns}; checks whose data is
        not there are left out.
    """
    if "incidents" not in loaded:
        return []
    problems: list[str] = []
    incidents = list(loaded["incidents"].itertuples())
    for check in _CHECKS:
        if not all(name in loaded for name in check.names):
            continue
        for incident in incidents:
            if incident.kind == check.kind and not check.holds(incident, loaded):
                problems.append(
                    f"data/world: incidents tells of {incident.kind} at {incident.target}, "
                    f"but {check.says}; run `orbitlab data build`."
                )
    return problems


def _utc(seconds: int) -> pd.Timestamp:
    return pd.Timestamp(seconds, unit="s", tz="UTC")


def _beats_stop(incident: Any, loaded: Loaded) -> bool:
    beats = loaded["heartbeats"]
    stamps = beats.loc[beats["gateway_id"] == incident.target, "beat_ts"]
    inside = (stamps >= _utc(incident.start_ts)) & (stamps < _utc(incident.end_ts))
    before = (stamps < _utc(incident.start_ts)) & (stamps >= _utc(incident.start_ts - 120))
    return bool(before.any() and not inside.any())


def _region_falls_silent(incident: Any, loaded: Loaded) -> bool:
    """Three of four gateways send nothing in either table, the fourth goes on."""
    beats, messages = loaded["heartbeats"], loaded["gw_telemetry"]
    gateways = loaded["gateways"]
    members = set(gateways.loc[gateways["region"] == incident.target, "gateway_id"])
    stamps = beats["beat_ts"]
    heard = beats[(stamps >= _utc(incident.start_ts)) & (stamps < _utc(incident.end_ts))]
    # The clocks of the messages are off by up to 3 s.
    ts = messages["event_ts"]
    sent = messages[(ts >= incident.start_ts + 3) & (ts < incident.end_ts - 3)]
    talking = [members & set(rows["gateway_id"]) for rows in (heard, sent)]
    return len(talking[0]) == 1 and talking[0] == talking[1]


def _terminals_fall(incident: Any, loaded: Loaded) -> bool:
    samples = loaded["terminal_telemetry"].merge(loaded["terminals"], on="terminal_id")
    samples = samples[samples["region"] == incident.target]
    inside = samples["sample_ts"].between(
        _utc(incident.start_ts), _utc(incident.end_ts), inclusive="left"
    )
    before = samples["sample_ts"].between(
        _utc(incident.start_ts - 1800), _utc(incident.start_ts), inclusive="left"
    )
    mbps = samples["downlink_mbps"]
    return bool(mbps[inside].median() < 0.5 * mbps[before].median())


def _drifts(incident: Any, loaded: Loaded) -> bool:
    slopes = slopes_db_per_h(loaded["gw_telemetry"])
    others = [s for g, s in slopes.items() if g != incident.target]
    here = abs(slopes.get(incident.target, 0.0) + 1.0) < 0.4
    return here and max(abs(s) for s in others) < 0.4 and incident.start_ts == START


def _flushes(incident: Any, loaded: Loaded) -> bool:
    messages = loaded["gw_telemetry"].drop_duplicates("event_id")
    mine = messages[messages["gateway_id"] == incident.target]
    inside = (mine["event_ts"] >= incident.start_ts + 3) & (mine["event_ts"] < incident.end_ts - 3)
    arrived = mine.loc[inside, "arrival_ts"]
    return bool(len(arrived) > 50 and arrived.between(incident.end_ts, incident.end_ts + 5).all())


def _firmware_spreads(incident: Any, loaded: Loaded) -> bool:
    frames, gateways = loaded["frames"], loaded["gateways"]
    members = gateways.loc[gateways["region"] == incident.target, "gateway_id"]
    due = frames["station"].isin(members) & (frames["ts"] >= incident.start_ts)
    return bool(((frames["firmware"] == "fw8") == due).all())


def _mislabels(incident: Any, loaded: Loaded) -> bool:
    frames = loaded["frames"]
    due = (frames["station"] == incident.target) & (frames["ts"] >= incident.start_ts)
    here, elsewhere = frames.loc[due, "bad"].mean(), frames.loc[~due, "bad"].mean()
    same = (frames["bad"] == (frames["truth"] != frames["prod_label"])).all()
    return bool(0.015 < here < 0.025 and elsewhere < 0.001 and same)


def _contractor_shifts(incident: Any, loaded: Loaded) -> bool:
    scenes = loaded["scenes"]
    guilty = int(incident.target.removeprefix("C"))
    off = [
        [np.hypot(*best_shift(scenes.masks[i, c], scenes.truth[i])) for c in range(5)]
        for i in range(1)
    ]
    return all(row[guilty] == 3 and max(np.delete(row, guilty)) < 2 for row in off)


_CHECKS = (
    _Check("gateway_outage", ("heartbeats",), "its heartbeats do not stop there", _beats_stop),
    _Check(
        "region_outage",
        ("heartbeats", "gw_telemetry", "gateways"),
        "its gateways do not fall silent but for one",
        _region_falls_silent,
    ),
    _Check(
        "region_outage",
        ("terminal_telemetry", "terminals"),
        "the downlink of its terminals does not fall",
        _terminals_fall,
    ),
    _Check("drift", ("gw_telemetry",), "its SNR does not drift alone", _drifts),
    _Check("backlog", ("gw_telemetry",), "its messages are not withheld until the end", _flushes),
    _Check(
        "firmware",
        ("frames", "gateways"),
        "fw8 does not run there and only there",
        _firmware_spreads,
    ),
    _Check("mislabel", ("frames",), "its labels are not wrong there and only there", _mislabels),
    _Check("contractor_shift", ("scenes",), "its masks are not 3 px off", _contractor_shifts),
)
