"""Prose with references in, the same prose with the numbers in it out.

A number stands once, where it is defined; prose says ``{{ signal.amount-psi.threshold }}``.
``{{ incident.* }}`` stays as it is: it is filled when a message is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TypeVar

from generator.model import Identified, Runbook, Service

T = TypeVar("T", bound=Identified)

REFERENCE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
INCIDENT = "incident."

SIGNAL_FIELDS = ("title", "threshold", "hold_minutes", "severity")
OBJECTIVE_FIELDS = (
    "detect_minutes",
    "acknowledge_minutes",
    "contain_minutes",
    "mitigate_minutes",
    "postmortem_days",
)
CONTROL_FIELDS = ("title", "cost", "minutes", "default")
REMEDY_FIELDS = ("title", "minutes")
PATH_FIELDS = ("title",)
FORMS = (
    "signal.ID.FIELD",
    "signal.ID.with.KEY",
    "control.ID.FIELD",
    "path.ID.FIELD",
    "remedy.ID.FIELD",
    "objectives.FIELD",
    "incident.FIELD",
)


class UnknownReferenceError(ValueError):
    """A reference that leads nowhere; the message says what would."""

    def __init__(self, reference: str, hint: str) -> None:
        super().__init__(f"unknown reference '{{{{ {reference} }}}}': {hint}")
        self.reference = reference
        self.hint = hint


def references(text: str) -> tuple[str, ...]:
    """What the text refers to, in order, ``incident.*`` included."""
    return tuple(found.group(1) for found in REFERENCE.finditer(text))


def resolve(text: str, runbook: Runbook, service: Service) -> str:
    """The text with every reference but ``incident.*`` replaced; raises when one leads nowhere."""

    def replaced(found: re.Match[str]) -> str:
        name = found.group(1)
        return found.group() if name.startswith(INCIDENT) else value_of(name, runbook, service)

    return REFERENCE.sub(replaced, text)


def value_of(reference: str, runbook: Runbook, service: Service) -> str:
    """What one reference stands for, as it is printed."""
    match reference.split("."):
        case ["objectives", name]:
            return _field(reference, runbook.objectives, name, OBJECTIVE_FIELDS)
        case ["signal", id, "with", key]:
            parameters = _item(reference, id, runbook.detection.signals).with_
            if key not in parameters:
                raise UnknownReferenceError(reference, f"with: of '{id}' holds {_listed(parameters)}")
            return printed(parameters[key])
        case ["signal", id, name]:
            return _field(reference, _item(reference, id, runbook.detection.signals), name, SIGNAL_FIELDS)
        case ["control", id, name]:
            return _field(reference, _item(reference, id, service.controls), name, CONTROL_FIELDS)
        case ["path", id, name]:
            return _field(reference, _item(reference, id, runbook.containment.paths), name, PATH_FIELDS)
        case ["remedy", id, name]:
            return _field(reference, _item(reference, id, runbook.mitigation.remedies), name, REMEDY_FIELDS)
    raise UnknownReferenceError(reference, f"a reference is one of {', '.join(FORMS)}")


def printed(value: object) -> str:
    """A value as prose shows it.

    >>> printed(0.20000), printed(15.0), printed(True), printed("v1")
    ('0.2', '15', 'on', 'v1')
    """
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return f"{value:.6f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    return str(value)


def _item(reference: str, id: str, items: Iterable[T]) -> T:
    known = {item.id: item for item in items}
    if id not in known:
        near = get_close_matches(id, known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"there is {_listed(known)}"
        raise UnknownReferenceError(reference, hint)
    return known[id]


def _field(reference: str, item: object, name: str, fields: tuple[str, ...]) -> str:
    if name not in fields:
        near = get_close_matches(name, fields, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"say one of {_listed(fields)}"
        raise UnknownReferenceError(reference, hint)
    return printed(getattr(item, name))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
