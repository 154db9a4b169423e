"""The numbers of the rubric, each written once, and the time credit.

A drill states its own tolerance and its runbook its own objectives; what stands here holds for every drill.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from simulator.scoring.values import DimensionId

SCORER = "3"
"""Changes with every change of a rule that can change a score."""

NO_REVEAL = "the record has no reveal"
NO_OBJECTIVES = "the truth names no runbook, so there is no objective to measure the time against"

TITLES: Mapping[DimensionId, str] = {
    "outcome": "Outcome",
    "detection": "Detection",
    "diagnosis": "Diagnosis",
    "response": "Containment and mitigation",
    "tasks": "Critical tasks",
    "communication": "Command and communication",
    "no-harm": "No harm done",
    "quiet": "No false alarm",
    "false-alarms": "False alarms",
    "false-reports": "False reports",
    "hints": "Hints",
}
WEIGHTS: Mapping[DimensionId, float] = {
    "outcome": 35,
    "detection": 15,
    "diagnosis": 15,
    "response": 20,
    "tasks": 10,
    "communication": 5,
}
"""Of a drill with a fault that does harm; they sum to 100."""

NO_FAULT_WEIGHTS: Mapping[DimensionId, float] = {"no-harm": 85, "quiet": 15}

FALSE_ALARM_POINTS = 5.0
FALSE_ALARMS_MOST = 15.0
FALSE_REPORT_POINTS = 5.0
"""For a report of success while the check of the step does not hold."""
FALSE_ALL_CLEAR_POINTS = FALSE_ALARMS_MOST
"""One false all-clear costs what all false alarms together can: they wake people for nothing, it sends them home."""
EARLY_REPORT_POINTS = 2.0
"""For one while it holds, but not yet for as long as it asks."""

EPSILON_MINUTES = 0.05
"""Minutes of total outage that the oracle must be able to avoid; below it, the drill has nothing to win."""

MISSING_TELEMETRY = 0.02

EVIDENCE_HIGH = 0.99
EVIDENCE_LOW = 0.01

CONTAINMENT_POINTS = 10.0
MITIGATION_POINTS = 10.0
RESIDUAL = 0.25
"""Mitigated means: within this share of the tolerance of what the oracle leaves users with."""
UNCLEAN = 0.5
"""What is left of the credit for mitigation where a control stays turned that users would do better without."""
LEAVE_POINTS = 2.5
"""For each control that was turned without the leave that the runbooks' governance asks for."""
VERIFIED = 0.2
"""The share of the credit for mitigation that the claim ``resolve``, made at the right time, is worth."""
COLLATERAL = 0.5
"""What is left of the credit for containment when the team did more harm than the fault on its way."""

LIMIT = 4.0
"""Time credit ends at this many times the objective."""


def time_credit(elapsed: float, objective: float) -> float:
    """1 up to the objective, then falling with the logarithm of time to 0 at four times the objective.

    Both in minutes. ``elapsed`` below 0 means before there was anything to credit: 0.

    >>> [time_credit(t, 10) for t in (-1, 0, 10, 20, 40, 50)]
    [0.0, 1.0, 1.0, 0.5, 0.0, 0.0]
    """
    if elapsed < 0:
        return 0.0
    if elapsed <= objective:
        return 1.0
    if objective <= 0 or elapsed >= LIMIT * objective:
        return 0.0
    return math.log(LIMIT * objective / elapsed) / math.log(LIMIT)
