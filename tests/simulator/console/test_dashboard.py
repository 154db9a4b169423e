"""What the upper half of the screen shows, at the sizes that people have."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from generator.model import Choice
from simulator.console import dashboard
from simulator.console.desk import Desk
from simulator.events import (
    Acknowledged,
    Assumed,
    ControlOrdered,
    ControlTookEffect,
    Decided,
    Declared,
    Delivered,
    Event,
    Paused,
    Payload,
    Posted,
    Resolved,
    StepEnded,
    StepStarted,
)
from tests.simulator.console.desks import desk, desk_at


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


def test_a_vital_that_fires_is_never_left_out() -> None:
    """Of few charts, those of which an alert fires stay, in their usual order; the rest is counted."""
    two = dashboard.telling(desk().board, 2)
    shown = "\n".join(
        "".join(part for _, part in row) for row in dashboard.rows(desk(), width=100, height=16, vitals=8)
    )

    assert two == ["amount psi 10m", "amount mean"]
    assert "amount psi" in shown
    assert "foreign_card psi" not in shown
    assert f"and {len(desk().board.vitals) - 8} more: `status` charts all" in shown


def test_nothing_fires_and_the_usual_vitals_stand_there() -> None:
    """What every scoring service has comes first."""
    names = dashboard.telling(desk_at(5).board, 6)

    assert [name.split(" 1")[0] for name in names] == list(dashboard.FIRST_VITALS)


def test_the_status_shows_every_vital() -> None:
    """What the dashboard has no room for, in lines that are not folded."""
    lines = list(dashboard.plain(desk()))

    assert all(any(dashboard.WINDOW.sub("", name) in line for line in lines) for name in desk().board.vitals)
    assert max(map(len, lines)) < desk().width


def test_many_controls_take_a_second_row() -> None:
    """What is on its way and what is in force are both told in full."""
    shown = text(
        after(
            (1500, ControlTookEffect("amount-toggle", "off")),
            (1500, ControlOrdered("safe-mode", "on", "off", 1560)),
            (1500, ControlOrdered("pipeline-version", "v1", "v2", 1980)),
        )
    )

    assert "pipeline-version v2->v1 in 8 min" in shown
    assert "amount-toggle=off" in shown


def test_a_step_that_was_done_out_of_turn_is_offered_as_such() -> None:
    """The line says when it was done, instead of asking as if for the first time."""
    shown = text(
        after(
            (1500, StepEnded("feature-drift", "save-snapshot", "success")),
            (1560, StepEnded("feature-drift", "declare", "success")),
        ),
        width=200,
    )

    assert "(again: success at 03:05) do save-snapshot" in shown


def test_after_the_end_of_the_incident_only_the_drill_is_left_to_end() -> None:
    """Nobody is asked to resolve what was called over."""
    over = after(
        (1500, Declared("fraud-scorer", "input-drift", "sev2")),
        (1560, Decided("feature-drift", "who-decides", "x", "end")),
        (1620, Resolved()),
    )

    assert "`end`, when nobody has anything left to do" in text(over)


CALLS = Delivered("ml-on-call", "phone", "Jonas, support night desk", "Fourteen calls are " + "waiting " * 20)


def test_the_newest_message_stays_for_some_minutes() -> None:
    """One line of it, however much else is said; then it makes room."""
    fresh = after((1500, Delivered("ml-on-call", "chat", "Eve", "An older one")), (1800, CALLS))
    old = replace(fresh, t=1800 + dashboard.FRESH_S + 1)

    assert "message  03:10 Jonas, support night desk to you: Fourteen calls are w" in text(fresh)
    assert "An older one" not in text(fresh)
    assert "Jonas" not in text(old)


def test_the_limits_are_times_of_day() -> None:
    """Counted from the first page, as the open runbook states them; what was acknowledged is dropped."""
    before = text(desk(), width=110)
    acknowledged = text(after((1500, Acknowledged("amount-psi"))))
    late = text(replace(after((1500, Acknowledged("amount-psi"))), t=3000))
    over = text(after((1500, Resolved())))

    assert (
        "limits   acknowledge by 03:07 (3 min left), contain by 03:27, mitigate by 03:52 (from the page at 03:02)"
        in before
    )
    assert "limits   contain by 03:27 (23 min left), mitigate by 03:52" in acknowledged
    assert "limits   contain by 03:27 (past), mitigate by 03:52 (23 min left)" in late
    assert "limits" not in over


def test_the_limits_stand_there_before_a_runbook_is_open() -> None:
    """Those of the runbook behind the page: five minutes to acknowledge do not wait for a reader."""
    board = copy.deepcopy(desk().board)
    board.opened.clear()

    assert "limits   acknowledge by 03:07 (3 min left), contain by 03:27" in text(
        replace(desk(), board=board)
    )


def test_a_limit_that_may_have_been_met_is_not_called_past() -> None:
    """Whether what was turned in time contains it, nobody knows yet; without that the time is over."""
    acknowledged, off = (1500, Acknowledged("amount-psi")), (1560, ControlTookEffect("amount-toggle", "off"))

    assert "contain by 03:27 (past)" in text(replace(after(acknowledged), t=3000))
    turned = text(replace(after(acknowledged, off), t=3000))
    assert "limits   mitigate by 03:52 (23 min left)" in turned
    assert "contain by 03:27," in text(replace(after(acknowledged, off), t=1700)).replace(
        " (19 min left)", ""
    )


def test_what_was_told_before_the_declaration_is_no_update() -> None:
    """As the score sees it."""
    early = after((1200, Posted("c", "a", "", "x")), (1500, Declared("fraud-scorer", "input-drift", "sev2")))

    assert "incident sev2 input-drift since 03:05; update due by 03:35" in text(early)


@pytest.mark.parametrize("height", [9, 11])
def test_the_next_step_and_the_role_stay_on_the_smallest_screen(height: int) -> None:
    """However much fires and asks; service and pace make room in the first row."""
    busy = copy.deepcopy(desk_at(40).board)
    busy.follow(Event(0, 2400, "world", replace(CALLS, number=9, choices=(Choice("yes", "Do it"),))))
    busy.follow(Event(0, 2400, "incident-commander", Assumed("incident-commander")))
    crowded = replace(desk_at(40), board=busy, role="incident-commander", waiting=True)
    rows = dashboard.rows(crowded, width=80, height=height, pace="unpaced")
    first, *_, last = ("".join(part for _, part in row) for row in rows)

    assert first.rstrip().endswith("as incident-commander")
    assert last.startswith(" next     ")
    assert len(rows) <= height


def test_who_is_alone_reads_in_which_role_they_act() -> None:
    """Not that nobody has taken one."""
    board = copy.deepcopy(desk().board)
    board.roles.clear()

    assert "roles    you act as ml-on-call: `as ROLE` takes another" in text(
        replace(desk(), board=board), height=20
    )


def test_nothing_is_promised_before_the_first_page() -> None:
    """A runbook that is open early has no limit to count."""
    assert "limits" not in text(desk_at(5))


@pytest.mark.parametrize(("width", "terminal"), [(80, 24), (110, 36)])
def test_half_a_screen_holds_all_that_presses(width: int, terminal: int) -> None:
    """Message, limits and next step stand under alerts and charts on no more than half of the rows."""
    height = min(terminal // 2, terminal - 13)
    shown = text(after((1500, CALLS)), width=width, height=height)

    assert len(shown.splitlines()) <= height
    for part in ("PAGE   amount-psi", "p99 ms", "limits   acknowledge", "message  03:05", "next     do look"):
        assert part in shown


def test_next_says_to_wait_until_a_check_has_held_long_enough() -> None:
    """First it does not hold, then it does since a time, then it did for as long as it must."""
    firing = text(after((1500, StepStarted("feature-drift", "amount-on"))))
    board = copy.deepcopy(desk_at(5).board)
    board.follow(Event(0, 300, "ml-on-call", StepStarted("feature-drift", "amount-on")))
    early, late = (text(replace(desk_at(5), board=board, t=t)) for t in (360, 420))

    assert "next     wait: amount-on's check does not hold yet" in firing
    assert "next     wait: amount-on's check holds since 02:45, for 2 min needed" in early
    assert "next     done amount-on - its check holds since 02:45, 2 min were needed" in late


def test_a_check_without_a_hold_is_done_as_soon_as_it_holds() -> None:
    """Nobody has to watch it any longer."""
    shown = text(after((1500, StepStarted("feature-drift", "amount-on-after-errors"))))

    assert "done amount-on-after-errors - its check holds now" in shown
