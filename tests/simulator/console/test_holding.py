"""Since when a condition of a runbook holds, from the record alone."""

from __future__ import annotations

import copy

import pytest

from generator.model import Condition
from simulator.console import holding
from simulator.console.vocabulary import steps
from simulator.events import ControlTookEffect, Event
from simulator.responders.view import holds
from tests.simulator.console.desks import desk, desk_at

FIRING = Condition(signal="amount-psi", is_="firing")
QUIET = Condition(signal="amount-psi", is_="quiet")
HIGH = Condition(signal="amount-psi", above=0.2)
OFF = Condition(control="amount-toggle", equals="off")
ON = Condition(control="amount-toggle", equals="on")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (FIRING, 1365.0),
        (QUIET, None),
        (HIGH, 1245.0),
        (Condition(not_=HIGH), None),
        (Condition(signal="amount-psi", below=0.2), None),
        (Condition(signal="error-ratio", is_="quiet"), 0.0),
        (OFF, 1440.0),
        (ON, None),
        (Condition(not_=ON), 1440.0),
        (Condition(all=(FIRING, OFF)), 1440.0),
        (Condition(all=(FIRING, ON)), None),
        (Condition(any=(FIRING, OFF)), 1365.0),
        (Condition(any=(QUIET, ON)), None),
        (Condition(not_=Condition(any=(QUIET, ON))), 1440.0),
        (Condition(not_=Condition(all=(QUIET, OFF))), 1365.0),
    ],
)
def test_a_condition_holds_since_its_last_change(given: Condition, expected: float | None) -> None:
    """Of all its parts the latest counts, of any the earliest; a negation turns that round."""
    board = copy.deepcopy(desk().board)
    board.follow(Event(0, 1440, "world", ControlTookEffect("amount-toggle", "off")))

    assert holding.since(given, board, scene=desk().scene, runbook="feature-drift") == expected


@pytest.mark.parametrize("minutes", [5, 25])
def test_the_record_agrees_with_the_scrape(minutes: float) -> None:
    """A check of any runbook has a time since when it holds if it holds, and only then."""
    at = desk_at(minutes)
    checks = [(step.runbook.runbook.id, step.node.check) for step in steps(at.scene).values()]

    for runbook, check in checks:
        if check is not None:
            since = holding.since(check.that, at.board, scene=at.scene, runbook=runbook)
            assert (since is not None) == bool(holds(check.that, at.view, at.scene, runbook)[0])
