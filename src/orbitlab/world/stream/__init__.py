"""Sim A: six hours of gateway telemetry with known incidents, and a fair judge of alerts.

`scenario("S2", seed)` draws one of the five named scenarios, `Scenario(seed=…, …)` sets the
knobs by hand, `generate` makes the messages, `run` plays them to an alerter and `score` compares
its alerts with the truth.
"""

from __future__ import annotations

from .drawing import SCENARIO_NAMES, scenario
from .events import Event, Flush, Incident
from .generating import Stream, generate, repeat_events
from .running import Alerter, BadReply, RaisedAlert, run, steps
from .scenarios import Anomaly, Backlog, BadScenario, Outage, Scenario
from .scoring import IncidentScore, Score, score

__all__ = [
    "SCENARIO_NAMES",
    "Alerter",
    "Anomaly",
    "Backlog",
    "BadReply",
    "BadScenario",
    "Event",
    "Flush",
    "Incident",
    "IncidentScore",
    "Outage",
    "RaisedAlert",
    "Scenario",
    "Score",
    "Stream",
    "generate",
    "repeat_events",
    "run",
    "scenario",
    "score",
    "steps",
]
