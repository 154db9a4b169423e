"""What the upper half of the screen shows, at the sizes that people have."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from simulator.console import dashboard
from simulator.console.desk import Desk
from simulator.events import Acknowledged, ControlOrdered, Declared, Event, Paused, Payload, Posted
from tests.simulator.console.desks import desk


def after(*events: tuple[float, Payload]) -> Desk:
    """The desk once these have been recorded too."""
    board = copy.deepcopy(desk().board)
    for t, payload in events:
        board.follow(Event(0, t, "ml-on-call", payload))
    return replace(desk(), board=board, t=max(desk().t, board.t))


def text(shown: Desk, *, width: int = 80, height: int = 13) -> str:
    rows = dashboard.rows(shown, width=width, height=height)
    return "\n".join("".join(part for _, part in row) for row in rows)


@pytest.mark.parametrize(("width", "height"), [(20, 5), (40, 10), (80, 13), (120, 23), (200, 40)])
def test_it_fits(width: int, height: int) -> None:
    """No row is wider than the screen, and there are no more rows than asked for."""
    rows = dashboard.rows(desk(), width=width, height=height)

    assert len(rows) <= height
    assert max(len("".join(part for _, part in row)) for row in rows) <= width


def test_a_small_screen_shows_what_matters() -> None:
    """Clock, alerts against their thresholds, the first vitals, controls, incident, what comes next."""
    shown = text(desk())

    assert "03:05:00 UTC  +25 min, 1 h 5 min left" in shown
    assert "PAGE   amount-psi         1.59 above 0.2     since 03:02  not acknowledged" in shown
    for name in ("requests per s", "p99 ms", "error ratio", "blocked ratio", "accuracy", "score psi"):
        assert name in shown
    assert "controls all at their defaults" in shown
    assert "incident not declared" in shown
    assert "next     do look (ml-on-call, 1 min): Open the feature drift dashboard." in shown


def test_a_pause_hides_every_reading() -> None:
    """Neither a chart nor the value of an alert is left."""
    shown = text(after((1500, Paused())))

    assert "PAUSED" in shown
    assert "1.59" not in shown
    assert "▁" not in shown


def test_controls_on_their_way_show_when_they_arrive() -> None:
    """The old and the new value, and the time that is left."""
    shown = text(after((1500, ControlOrdered("pipeline-version", "v1", "v2", 1980))))

    assert "pipeline-version v2->v1 in 8 min" in shown


def test_an_update_is_due_in_the_rhythm_of_its_severity() -> None:
    """From the declaration, then from the last update; afterwards it is overdue."""
    declared = after((1500, Declared("fraud-scorer", "input-drift", "sev2")))
    told = after((1500, declared.board.declared[1]), (1800, Posted("c", "a", "", "x")))  # type: ignore[index]
    late = replace(declared, t=1500 + 31 * 60)

    assert "sev2 input-drift since 03:05; update due by 03:35" in text(declared)
    assert "last update 03:10; update due by 03:40" in text(told)
    assert "update OVERDUE since 03:35" in text(late)


def test_an_acknowledged_alert_says_so() -> None:
    """Until it resolves."""
    assert "since 03:02  acknowledged" in text(after((1500, Acknowledged("amount-psi"))))
