"""Whole incidents, answered by a script through a pipe."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.events import (
    Acknowledged,
    Approved,
    Assumed,
    Collected,
    ControlOrdered,
    ControlTookEffect,
    Declared,
    Ended,
    Hypothesised,
    Noted,
    Opened,
    Posted,
    Resolved,
    StepEnded,
    verify,
)
from tests.simulator.console.desks import play_script
from tests.simulator.stages import FAULT_DRILL, catalogue, payloads

INCIDENT: Sequence[str] = (
    "# An incident commander who has read the tutorial",
    "wait 24",
    "acknowledge all",
    "as ml-on-call",
    "open feature-drift",
    "steps",
    "do look",
    "decide is-it-real 1",
    "do declare",
    "do save-snapshot",
    "decide what-moved",
    "decide what-moved 1",
    "show amount-mean",
    "hypothesise payments-feed unit-change 02:59 amount-psi amount-mean",
    "as incident-commander do approve-switch-off",
    "do amount-off",
    "wait 2",
    "done amount-off",
    "do tell-engineers-amount-off",
    "tell support Cards are fine; we are mending it",
    "decide which-pipeline 1",
    "do approve-pipeline",
    "do pipeline-v1",
    "skip tell-support-pipeline They know already",
    "note waiting for the roll-out",
    "until 03:40",
    "status",
    "signals",
    "set amount-toggle on",
    "wait 3",
    "resolve",
    "post restored",
    "end",
    "yes",
)


def test_a_whole_incident_is_recorded_as_it_was_typed() -> None:
    """What people typed stands in the record, in order, under the right roles."""
    record, _ = play_script(INCIDENT)

    assert verify(record) == ()
    assert {signal.signal for signal in payloads(record, Acknowledged)} == {"amount-psi", "amount-mean"}
    assert payloads(record, Opened) == [Opened("feature-drift")]
    assert payloads(record, Assumed) == [Assumed("ml-on-call"), Assumed("incident-commander")]
    assert payloads(record, Declared) == [Declared("fraud-scorer", "input-drift", "sev2")]
    assert [item.evidence for item in payloads(record, Collected)] == ["feature-snapshot"]
    assert [(order.control, order.value) for order in payloads(record, ControlOrdered)] == [
        ("amount-toggle", "off"),
        ("pipeline-version", "v1"),
        ("amount-toggle", "on"),
    ]
    assert [approval.role for approval in payloads(record, Approved)] == ["incident-commander"] * 2
    assert [post.audience for post in payloads(record, Posted)] == ["engineers", "support", "engineers"]
    assert payloads(record, Noted) == [Noted("waiting for the roll-out")]
    assert StepEnded("feature-drift", "tell-support-pipeline", "skipped", "They know already") in payloads(
        record, StepEnded
    )
    assert payloads(record, Resolved) == [Resolved()]
    assert payloads(record, Ended) == [Ended("ended")]


def test_a_claim_carries_what_the_screen_showed() -> None:
    """Each piece of evidence is linked to the last scrape before it was named."""
    record, _ = play_script(INCIDENT)
    ((event, claim),) = record.of(Hypothesised)

    assert (claim.component, claim.mechanism, claim.onset_minutes) == ("payments-feed", "unit-change", 19.0)
    assert [(link.key, link.t) for link in claim.evidence] == [
        ("amount-psi", event.t),
        ("amount-mean", event.t),
    ]
    assert all(link.value is not None for link in claim.evidence)


def test_controls_take_their_minutes() -> None:
    """An order takes effect after the minutes that the control states, not at once."""
    record, _ = play_script(INCIDENT)
    ordered = {order.control: event.t for event, order in record.of(ControlOrdered) if order.value != "on"}
    in_force = {item.control: event.t for event, item in record.of(ControlTookEffect) if item.value != "on"}

    assert in_force["amount-toggle"] - ordered["amount-toggle"] == 60
    assert in_force["pipeline-version"] - ordered["pipeline-version"] == 8 * 60


def test_nothing_on_the_screen_gives_the_cause_away() -> None:
    """The drill's id, title, faults and truth, and messages that are still to come, stand nowhere."""
    _, shown = play_script(INCIDENT[:20])
    drill = catalogue().drill(FAULT_DRILL)
    _, early = play_script(["help", "status", "signals", "controls", "nodes", "metrics", "end", "yes"])

    secrets = [drill.id, drill.title, drill.truth.explanation, *(fault.id for fault in drill.faults)]
    secrets += [fault.id for fault in drill.noise] + [inject.id for inject in drill.injects]
    secrets += [task.title for task in drill.tasks] + [task.id for task in drill.tasks]
    assert [secret for secret in secrets if secret in shown] == []
    assert [inject.sender for inject in drill.injects if inject.sender in early] == []
    assert [kind for kind in ("unit-change", "covariate-shift") if kind in early] == []


def test_a_script_that_ends_leaves_the_drill_to_its_horizon() -> None:
    """Nobody acts any more, and the harm goes on."""
    record, shown = play_script(["wait 1", "note I am leaving"])

    assert payloads(record, Ended) == [Ended("horizon")]
    assert "No more input: the drill goes on to its end by itself." in shown


def test_an_end_that_is_not_confirmed_ends_nothing() -> None:
    """Anything but yes goes on."""
    record, shown = play_script(["end", "no", "note still here", "end", "yes"])

    assert payloads(record, Noted) == [Noted("still here")]
    assert "The drill goes on." in shown


def test_a_too_early_end_is_asked_for_and_loses_no_line() -> None:
    """While a page fires: yes records it, no does not, and any other line means no and is obeyed."""
    lines = ["wait 30", "resolve", "note still here", "resolve", "no", "resolve", "yes", "end", "yes"]
    record, shown = play_script(lines)

    assert [(event.kind, event.t) for event in record.events if event.kind in ("note", "resolve")] == [
        ("note", 1800), ("resolve", 1800),
    ]  # fmt: skip
    assert shown.count("Say all the same that it is over? Type yes or no.") == 3
    assert shown.count("It is not called over.") == 2


def test_a_script_may_say_now() -> None:
    """It is asked nothing."""
    record, shown = play_script(["wait 30", "resolve now", "end", "yes"])

    assert payloads(record, Resolved) == [Resolved()]
    assert "Type yes or no" not in shown.split("> end")[0]


def test_a_role_that_ends_too_early_is_taken_with_the_yes() -> None:
    """As somebody for one command: neither the role nor the end is recorded before."""
    record, _ = play_script(["wait 30", "as incident-commander resolve", "no", "end", "yes"])
    resolved, _ = play_script(["wait 30", "as incident-commander resolve", "yes", "end", "yes"])

    assert payloads(record, Assumed) == []
    assert payloads(record, Resolved) == []
    assert [event.actor for event, _ in resolved.of(Resolved)] == ["incident-commander"]


def test_a_warning_stands_before_the_deed() -> None:
    """Who turns a control without leave reads so above the line that says it was turned."""
    _, shown = play_script(["wait 25", "set amount-toggle off", "end", "yes"])

    assert shown.index("Careful: amount-toggle needs leave") < shown.index(
        "sets amount-toggle from on to off"
    )


def test_hostile_input_neither_steers_nor_breaks_anything() -> None:
    """Escape sequences and broken bytes are dropped before they are recorded or shown."""
    record, shown = play_script(
        ["note \x1b[2J\x1b]0;owned\x07a\udcffb\u202e", "nonsense \x1b[31m", "end", "yes"]
    )

    assert "\x1b" not in shown
    assert payloads(record, Noted) == [Noted("a\ufffdb")]
