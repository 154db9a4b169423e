"""Every shipped drill, answered by a robot that follows the runbooks to the letter."""

from __future__ import annotations

import pytest

from simulator.events import CouldNotFollow, Declared, Opened, Record, Revealed
from simulator.scoring import score
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from tests.simulator.stages import payloads, whole_catalogue

SEEDS = (1, 2, 3, 4)
DRILLS = {drill.id: drill for drill in whole_catalogue().drills}


def _opened_when_declared(record: Record) -> str | None:
    """The runbook that was open when the incident was declared."""
    opened = None
    for event in record.events:
        if isinstance(event.payload, Opened):
            opened = event.payload.runbook
        if isinstance(event.payload, Declared):
            return opened
    return None


@pytest.mark.parametrize("drill", [id for id, drill in DRILLS.items() if drill.faults])
def test_the_robot_gets_the_incident_under_control(drill: str) -> None:
    """It declares with the right runbook open, is never at a loss, meets every objective, and avoids much harm."""
    wanted = DRILLS[drill].truth.runbook
    for record in play_machine(set_up(whole_catalogue(), drill, SEEDS), "robot"):
        reveal = payloads(record, Revealed)[0]
        none, oracle, team = (
            sum(curve) for curve in (reveal.impact.none, reveal.impact.oracle, reveal.impact.team)
        )

        assert _opened_when_declared(record) == wanted
        assert not payloads(record, CouldNotFollow)
        assert [one.id for one in score(record).objectives if not one.met] == []
        assert none - team >= 0.5 * (none - oracle) > 0


@pytest.mark.parametrize("drill", [id for id, drill in DRILLS.items() if not drill.faults])
def test_the_robot_declares_nothing_when_nobody_is_harmed(drill: str) -> None:
    """Noise that stays below the thresholds, or that the runbook tells from harm, costs no incident."""
    for record in play_machine(set_up(whole_catalogue(), drill, SEEDS), "robot"):
        assert not payloads(record, Declared)
        assert not payloads(record, CouldNotFollow)
