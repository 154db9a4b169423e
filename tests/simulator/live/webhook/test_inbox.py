"""Whatever the order and however often: each firing of a signal is told once, and so is its end."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from simulator.live.webhook import episodes
from simulator.live.webhook.inbox import Inbox
from simulator.live.webhook.message import message_of
from simulator.responders.view import SignalRef
from tests.simulator.live.webhook.messages import LABELS, alert, body
from tests.simulator.stages import stage

KEY = "amount-nulls"


@pytest.fixture
def signals() -> tuple[SignalRef, ...]:
    return stage().signals


@pytest.fixture
def inbox(signals: Sequence[SignalRef]) -> Inbox:
    return Inbox("fraud-scorer", signals)


def told(inbox: Inbox, *bodies: bytes) -> None:
    for one in bodies:
        inbox.take(message_of(one))


def heard(inbox: Inbox) -> list[str]:
    """All that has happened, in order."""
    found = []
    while turned := inbox.turned():
        found += ["fires" if fires else "is over" for _, fires in turned]
    return found


def test_an_alert_finds_its_signal(inbox: Inbox, signals: Sequence[SignalRef]) -> None:
    told(inbox, body(alert()))

    ((row, fires),) = inbox.turned()
    assert (signals[row].key, fires) == (KEY, True)
    assert inbox.notes == []


def test_what_is_told_again_fires_once(inbox: Inbox) -> None:
    """Alertmanager repeats itself."""
    told(inbox, *[body(alert(), alert())] * 5, *[body(alert(ends=60))] * 3)

    assert heard(inbox) == ["fires", "is over"]


def test_it_fires_anew_after_its_end(inbox: Inbox) -> None:
    told(inbox, body(alert()), body(alert(ends=60)), body(alert(starts=90)))

    assert heard(inbox) == ["fires", "is over", "fires"]


def test_of_two_things_in_one_step_none_is_lost(inbox: Inbox) -> None:
    """What began and ended between two looks is told at the next two."""
    told(inbox, body(alert()), body(alert(ends=1)))

    assert [fires for _, fires in inbox.turned()] == [True]
    assert [fires for _, fires in inbox.turned()] == [False]
    assert inbox.turned() == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_arrival_does_not_matter(inbox: Inbox, order: Sequence[int]) -> None:
    """An end that arrives after the next beginning ends nothing that began later: in the end it fires."""
    sent = [body(alert(starts=0)), body(alert(starts=0, ends=10)), body(alert(starts=20))]
    told(inbox, *(sent[one] for one in order))

    assert heard(inbox)[-1] == "fires"


def test_an_end_whose_beginning_was_never_told_is_told_with_it(inbox: Inbox) -> None:
    told(inbox, body(alert(starts=0, ends=10)), body(alert(starts=0)))

    assert heard(inbox) == ["fires", "is over"]


def test_the_end_of_what_began_before_anybody_listened_is_nobodys_business(inbox: Inbox) -> None:
    told(inbox, body({**alert(ends=10), "startsAt": "2020-01-01T00:00:00Z"}))

    assert heard(inbox) == []


def test_what_began_before_anybody_listened_is_left_out_and_noted(inbox: Inbox) -> None:
    """Alertmanager repeats it during the drill, and tells its end; that it fires anew is news."""
    old = {**alert(), "startsAt": "2020-01-01T00:00:00Z"}
    told(inbox, *[body(old)] * 3, body({**alert(ends=10), "startsAt": "2020-01-01T00:00:00Z"}))

    assert heard(inbox) == []
    assert inbox.notes == [
        f"'{KEY}' has fired since 2020-01-01 00:00:00 UTC, before the drill: that is left out"
    ]
    told(inbox, body(alert(starts=20)))
    assert heard(inbox) == ["fires"]


def test_what_fires_already_hides_nothing_that_begins(inbox: Inbox) -> None:
    """Another region is another alert of the same signal."""
    old = {**alert(), "startsAt": "2020-01-01T00:00:00Z"}
    told(inbox, body(old), body(alert({**LABELS, "region": "eu"})), body({**old, "status": "resolved"}))

    assert heard(inbox) == ["fires"]


def test_a_clock_that_is_a_little_behind_makes_nothing_old(inbox: Inbox) -> None:
    """Alerts carry the time of the machine that tells them."""
    starts = (datetime.now(UTC) - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    told(inbox, body({**alert(), "startsAt": starts}))

    assert heard(inbox) == ["fires"]


def test_a_beginning_that_moves_is_still_the_same_firing(inbox: Inbox) -> None:
    """Of two Prometheus servers that tell the same alert, Alertmanager takes the earlier beginning."""
    told(inbox, body(alert(starts=10)), body(alert(starts=5)), body(alert(starts=5, ends=60)))

    assert heard(inbox) == ["fires", "is over"]


def test_a_signal_fires_while_any_of_its_alerts_does(inbox: Inbox) -> None:
    """Such as those of two regions."""
    one, other = {**LABELS, "region": "eu"}, {**LABELS, "region": "us"}
    told(inbox, body(alert(one)), body(alert(other)), body(alert(one, ends=10)))
    assert heard(inbox) == ["fires"]

    told(inbox, body(alert(other, ends=20)))
    assert heard(inbox) == ["is over"]


def test_a_rule_of_an_earlier_export_is_known_by_its_name(inbox: Inbox, signals: Sequence[SignalRef]) -> None:
    labels = {name: value for name, value in LABELS.items() if name != "signal"}
    told(inbox, body(alert(labels)))

    assert [signals[row].key for row, _ in inbox.turned()] == [KEY]


@pytest.mark.parametrize(
    "changes",
    [
        {"service": "delay-predictor"},
        {"runbook": "latency-surge"},
        {"signal": "other"},
        {"signal": "", "alertname": ""},
    ],
)
def test_an_alert_of_somebody_else_is_noted_once(inbox: Inbox, changes: dict[str, str]) -> None:
    told(inbox, *[body(alert({**LABELS, **changes}), alert())] * 3)

    assert heard(inbox) == ["fires"]
    (note,) = inbox.notes
    assert "belongs to no signal of 'fraud-scorer'" in note


def test_nobody_is_called_for_what_only_informs(signals: Sequence[SignalRef]) -> None:
    """There is no rule for it, so no alert is one of it."""
    quiet = [replace(ref, signal=replace(ref.signal, severity="info")) for ref in signals]

    assert Inbox("fraud-scorer", quiet).row_of(LABELS) is None


def test_alerts_that_were_left_out_are_noted(inbox: Inbox) -> None:
    told(inbox, body(alert(), truncatedAlerts=3))

    assert inbox.notes == ["Alertmanager left out 3 alerts: set max_alerts of the receiver to 0"]


def test_the_watchdog_is_heard_and_is_no_stranger(inbox: Inbox) -> None:
    assert not inbox.hears_watchdog(0)
    told(inbox, body(alert({"alertname": "DrillbookWatchdog"})))

    assert inbox.hears_watchdog(0)
    assert inbox.notes == []


def test_strangers_without_end_fill_nothing(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Notes and memory have a limit; of what is remembered, that which is over goes first."""
    monkeypatch.setattr(episodes, "MOST_KNOWN", 3)
    many: list[Any] = [alert({**LABELS, "pod": str(number)}, ends=1) for number in range(10)]
    told(inbox, *(body(alert({"service": str(number)})) for number in range(500)), body(*many))
    assert len(inbox.notes) == 200

    told(inbox, *(body(alert({**LABELS, "pod": f"new-{number}"})) for number in range(10)))
    assert heard(inbox).count("fires") == 11
