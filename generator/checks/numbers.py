"""A number stands once: prose refers to it, and neither repeats nor contradicts it.

The threshold that the page states and the threshold that pages drift apart at the first change that edits one of them.
At 3 am somebody then waits ten minutes for what takes twenty.

Write the reference that the hint gives; the page shows the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from generator import kinds
from generator.checks.about import About, about
from generator.checks.sources import Sources
from generator.model import Runbook, Service, Signal, Step
from generator.plan import parts
from generator.quantities import Quantity, Unit, quantities
from generator.source import Document, Finding, Pointer, Severity

name = "numbers"
severity: Severity = "error"

ELSEWHERE = ("changelog", "citations", "waivers", "id")
"""What tells of other times and places."""
PHASES = {"detect": "detect", "acknowledg": "acknowledge", "contain": "contain", "mitigat": "mitigate"}
_LIMIT = re.compile(r"\b(above|over|below|under|exceeds?|passes|crosses|threshold of|>|<)\s*$", re.IGNORECASE)
_LASTS = re.compile(
    r"\b(takes?|within|after|needs?|lasts?)(\s+(about|up to|some|at most))?\s*$", re.IGNORECASE
)
_WITHIN = re.compile(r"\b(within|in under|in less than)\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Home:
    """A number where it is defined."""

    value: float
    unit: Unit
    reference: str


@dataclass(frozen=True, slots=True)
class Known:
    """The numbers of a runbook and its service that prose can refer to."""

    thresholds: dict[str, Home]
    """By signal."""
    times: dict[str, tuple[Home, ...]]
    """By signal: its hold and its windows."""
    controls: dict[str, Home]
    steps: dict[str, tuple[Home, ...]]
    """By step with a check: the time it may take, and the hold."""
    objectives: dict[str, Home]


def check(sources: Sources) -> Iterator[Finding]:
    """Numbers in the texts of runbooks that stand, or should stand, elsewhere."""
    for document in sources.sound("runbook"):
        service = sources.service_of(document)
        if service is None or service.path not in sources.services:
            continue
        known = _known(sources.runbooks[document.path], sources.services[service.path])
        for pointer, text in sources.texts[document.path]:
            if pointer[0] not in ELSEWHERE and pointer[-1] not in ELSEWHERE:
                yield from _of_text(document, pointer, text, known)


def _of_text(document: Document, pointer: Pointer, text: str, known: Known) -> Iterator[Finding]:
    found = [one for one in quantities(text) if one.unit or one.value % 1 or _LIMIT.search(text[: one.start])]
    if not found:
        return
    owners, topic = _owners(document, pointer), about(document, pointer)
    for quantity in found:
        if any(quantity.says(number, _unit(id, known)) for id, number in topic.numbers):
            continue  # its own condition says so, right beside it
        said = _problem(quantity, text, owners, known, topic)
        if said is not None:
            place = document.place_in_text(pointer, quantity.written, text[: quantity.start])
            yield Finding(place, name, severity, *said)


def _problem(
    quantity: Quantity, text: str, owners: Sequence[str], known: Known, topic: About
) -> tuple[str, str] | None:
    """What is wrong with a quantity of a text that stands in things of those ids, and what to write."""
    sentence, before = _sentence(text, quantity), text[: quantity.start]
    named = [id for id in (*known.thresholds, *known.controls) if _names(sentence, id)]
    for id in (*owners, *named, *topic.ids):
        for home in _homes(id, known):
            if quantity.says(home.value, home.unit):
                return _repeats(quantity, home)
    if quantity.value % 1 and not quantity.is_time():
        for home in known.thresholds.values():
            if quantity.says(home.value, home.unit):
                return _repeats(quantity, home)
    return _contradiction(quantity, before, sentence, named, owners, known) or _against_condition(
        quantity, before, named, known, topic
    )


def _contradiction(
    quantity: Quantity, before: str, sentence: str, named: Sequence[str], owners: Sequence[str], known: Known
) -> tuple[str, str] | None:
    if not quantity.is_time():
        near = [id for id in named if id in known.thresholds and _names(before[-60:], id)]
        if near and _LIMIT.search(before):
            home = known.thresholds[near[-1]]
            return _contradicts(quantity, f"the threshold of '{near[-1]}' is {home.value:g}", home)
        return None
    for start, phase in PHASES.items():
        if re.search(rf"\b{start}\w*\s+(?:\w+\s+)?(?:with)?in\s*$", before, re.IGNORECASE):
            home = known.objectives[phase]
            if quantity.says(home.value, home.unit):
                return _repeats(quantity, home)
            return _contradicts(quantity, f"the objective to {phase} is {home.value:g} min", home)
    for id in owners:
        if id in known.steps and _WITHIN.search(before):
            home = known.steps[id][0]
            return _contradicts(quantity, f"the check of '{id}' allows {home.value:g} min", home)
    turned = [id for id in named if id in known.controls]
    if len(turned) == 1 and _LASTS.search(before) and not any(id in known.steps for id in owners):
        home = known.controls[turned[0]]
        return _contradicts(quantity, f"'{turned[0]}' takes {home.value:g} min", home)
    return None


def _unit(id: str, known: Known) -> Unit:
    return known.thresholds[id].unit if id in known.thresholds else ""


def _against_condition(
    quantity: Quantity, before: str, named: Sequence[str], known: Known, topic: About
) -> tuple[str, str] | None:
    """Another threshold than that of the one signal that the condition of a text asks for."""
    if len(topic.by_threshold) != 1 or set(named) & set(known.thresholds) or not _LIMIT.search(before):
        return None
    home = known.thresholds.get(topic.by_threshold[0])
    # Of whole numbers nobody can tell whether they count what the signal measures.
    if (
        home is None
        or home.unit
        or not (quantity.unit == "percent" or (not quantity.unit and quantity.value % 1))
    ):
        return None
    return _contradicts(quantity, f"the threshold of '{topic.by_threshold[0]}' is {home.value:g}", home)


def _repeats(quantity: Quantity, home: Home) -> tuple[str, str]:
    return (
        f"'{quantity.written}' repeats a number that stands elsewhere",
        f"write '{{{{ {home.reference} }}}}'",
    )


def _contradicts(quantity: Quantity, truth: str, home: Home) -> tuple[str, str]:
    hint = f"write '{{{{ {home.reference} }}}}', or say what else it is"
    return f"'{quantity.written}' contradicts another number: {truth}", hint


def _homes(id: str, known: Known) -> Iterator[Home]:
    """The numbers of a thing, those that are compared with a value first."""
    if id in known.thresholds:
        yield known.thresholds[id]
    yield from known.times.get(id, ())
    if id in known.controls:
        yield known.controls[id]
    yield from known.steps.get(id, ())


def _owners(document: Document, pointer: Pointer) -> list[str]:
    """The ids of what a text stands in, inside out."""
    data, found = document.data, []
    for part in pointer:
        data = data[part]  # type: ignore[index]
        if isinstance(data, dict) and isinstance(data.get("id"), str):
            found.append(data["id"])
    return found[::-1]


def _sentence(text: str, quantity: Quantity) -> str:
    """The sentence around a quantity."""
    start = max(text.rfind(stop, 0, quantity.start) for stop in (". ", "; ", ": ", "\n")) + 1
    ends = [found for stop in (". ", "; ", "\n") if (found := text.find(stop, quantity.end)) >= 0]
    return text[start : min(ends, default=len(text))]


def _names(text: str, id: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(id)}(?![\w-])", text) is not None


def _known(runbook: Runbook, service: Service) -> Known:
    signals = runbook.detection.signals
    steps = [step for part in parts(runbook) for step in part.steps]
    objectives = ("detect", "acknowledge", "contain", "mitigate")
    return Known(
        thresholds={s.id: Home(s.threshold, _unit_of(s), f"signal.{s.id}.threshold") for s in signals},
        times={s.id: tuple(_times(s)) for s in signals},
        controls={c.id: Home(c.minutes, "minutes", f"control.{c.id}.minutes") for c in service.controls},
        steps={
            step.id: tuple(
                Home(value, "minutes", f"step.{step.id}.{field}")
                for field, value in (
                    ("within_minutes", step.check.within_minutes),
                    ("hold_minutes", step.check.hold_minutes),
                )
                if value
            )
            for step in steps
            if isinstance(step, Step) and step.check is not None
        },
        objectives={
            word: Home(
                getattr(runbook.objectives, f"{word}_minutes"), "minutes", f"objectives.{word}_minutes"
            )
            for word in objectives
        },
    )


def _times(signal: Signal) -> Iterator[Home]:
    if signal.hold_minutes:
        yield Home(signal.hold_minutes, "minutes", f"signal.{signal.id}.hold_minutes")
    for key, value in signal.with_.items():
        if key.endswith("_minutes"):
            yield Home(value, "minutes", f"signal.{signal.id}.with.{key}")


def _unit_of(signal: Signal) -> Unit:
    return "seconds" if kinds.load("signals")[signal.kind].declaration["unit"] == "s" else ""
