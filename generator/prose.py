"""Prose with references in, the same prose with the numbers in it out.

A number stands once, where it is defined; prose says ``{{ signal.amount-psi.threshold }}``.
``{{ incident.* }}`` stays as it is: it is filled when a message is sent. ``{{ alert.region }}`` is a label
that the link of an alert carries to the page, which fills it; elsewhere it reads ‹region›.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import TypeVar

from generator.model import Identified, Profile, Runbook, Service, Step
from generator.plan import parts

T = TypeVar("T", bound=Identified)

# Possessive throughout, so that thousands of spaces are read once.
REFERENCE = re.compile(r"\{\{\s*+((?:[^{}\s]|\s++(?!\}\}))*+)\s*+\}\}")
INCIDENT = "incident."
ALERT = "alert."

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
STEP_FIELDS = ("minutes", "within_minutes", "hold_minutes")
PROFILE_FIELDS: Mapping[str, Callable[[Profile], float]] = {
    "labels.delay_minutes": lambda profile: profile.labels.delay_minutes,
    "latency.deadline_ms": lambda profile: profile.latency.deadline_ms,
    "accuracy_window_minutes": lambda profile: profile.accuracy_window_minutes,
}
FORMS = (
    "signal.ID.FIELD",
    "signal.ID.with.KEY",
    "control.ID.FIELD",
    "path.ID.FIELD",
    "remedy.ID.FIELD",
    "step.ID.FIELD",
    "objectives.FIELD",
    "profile.FIELD",
    "incident.FIELD",
    "alert.NAME",
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


def resolve(text: str, runbook: Runbook, service: Service, *, alerts: bool = True) -> str:
    """The text with every reference but ``incident.*`` replaced; raises when one leads nowhere.

    Without ``alerts`` those to the alert stay as well, for a page to fill.
    """

    def replaced(found: re.Match[str]) -> str:
        name = found.group(1)
        if name.startswith(INCIDENT):
            return found.group()
        shown = value_of(name, runbook, service)
        return found.group() if name.startswith(ALERT) and not alerts else shown

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
        case ["step", id, name]:
            return _of_step(reference, id, name, runbook)
        case ["alert", name]:
            return _of_alert(reference, name, service)
        case ["profile", *names]:
            return _of_profile(reference, ".".join(names), service)
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


def _of_step(reference: str, id: str, name: str, runbook: Runbook) -> str:
    """A number of a step, of its check, or of a phase of restoration."""
    steps = [step for part in parts(runbook) for step in part.steps]
    item = _item(reference, id, [*steps, *runbook.mitigation.restoration.phases])
    found = {field: getattr(item, field, None) for field in STEP_FIELDS}
    if isinstance(item, Step) and item.check is not None:
        found |= {field: getattr(item.check, field) for field in ("within_minutes", "hold_minutes")}
    known = {field: value for field, value in found.items() if value is not None}
    if name not in known:
        raise UnknownReferenceError(reference, f"'{id}' has {_listed(known)}")
    return printed(known[name])


def _of_profile(reference: str, name: str, service: Service) -> str:
    if name not in PROFILE_FIELDS:
        raise UnknownReferenceError(reference, f"a profile has {_listed(PROFILE_FIELDS)}")
    return printed(PROFILE_FIELDS[name](service.profile))


def _of_alert(reference: str, name: str, service: Service) -> str:
    known = [label.name for label in service.alert_labels]
    if name in known:
        return f"‹{name}›"
    near = get_close_matches(name, known, n=1)
    listed = f"the alert_labels of '{service.id}' are {_listed(known)}"
    raise UnknownReferenceError(reference, f"did you mean '{near[0]}'?" if near else listed)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "nothing"
