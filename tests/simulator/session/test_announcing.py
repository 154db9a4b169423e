"""Messages are filled with what the record shows at that time."""

from __future__ import annotations

from simulator.events import AlertChanged, ControlTookEffect, Declared, Event, Opened, Payload, Posted
from simulator.session.announcing import clock, filled
from tests.simulator.stages import stage

BLANKS = (
    "{{ incident.name }} | {{ incident.started }} | {{ incident.status }} | {{ incident.next_milestone }} | "
    "{{ incident.now }} | {{ incident.components }}"
)


def _events(*payloads: tuple[float, Payload]) -> list[Event]:
    return [Event(seq, 60 * minutes, "x", payload) for seq, (minutes, payload) in enumerate(payloads)]


def _said(*payloads: tuple[float, Payload], text: str = BLANKS, minutes: float = 30) -> str:
    return filled(Posted("c", "a", "", text), _events(*payloads), 60 * minutes, stage()).text


PAGE = (22.0, AlertChanged("amount-psi", "feature-drift", "page", "firing", 0.7))
OPEN = (23.0, Opened("feature-drift"))
DECLARED = (24.0, Declared("fraud-scorer", "input-drift", "sev2"))
OFF = (28.0, ControlTookEffect("amount-toggle", "off"))
ON = (29.0, ControlTookEffect("amount-toggle", "on"))


def test_a_message_tells_what_is_known() -> None:
    """Name, start by the first page, status by the controls, the next objective as a time of day."""
    assert _said(PAGE, OPEN, DECLARED, OFF) == (
        "Input drift of Fraud scorer | 03:02 | containment in force (amount-toggle: off) | mitigated by 03:52 | "
        "03:10 | Fraud scorer"
    )


def test_before_containment_the_next_milestone_is_containment() -> None:
    """A control that is back at its default contains nothing."""
    assert "being investigated | contained by 03:27" in _said(PAGE, OPEN, DECLARED, OFF, ON)


def test_what_is_not_known_stays_a_blank() -> None:
    """Nothing is made up: without a page there is no start."""
    assert "{{ incident.started }}" in _said(text="Since {{ incident.started }}")


def test_a_runbook_s_numbers_are_filled_in_and_nonsense_is_left_alone() -> None:
    """References resolve through the opened runbook; what people type themselves never fails."""
    assert _said(OPEN, text="above {{ signal.amount-psi.threshold }}") == "above 0.2"
    assert _said(OPEN, text="{{ signal.nonsense }} {{ x") == "{{ signal.nonsense }} {{ x"


def test_the_clock_passes_midnight() -> None:
    """The drill starts at 02:40."""
    assert [clock(stage().drill, minutes) for minutes in (0, 30.9, 21 * 60 + 20)] == [
        "02:40",
        "03:10",
        "00:00",
    ]
