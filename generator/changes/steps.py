"""All steps and decisions of a runbook in both texts in; how the plan differs, out.

A step belongs to the plan, whichever list it stands in: it may move from one path to another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from generator.changes.change import Change, Weight
from generator.changes.matching import moves
from generator.changes.nouns import Edit, Noun, Pair, Saying, compare, value_change
from generator.changes.words import condition_change, shown
from generator.source import Pointer

_LISTS = (
    (("containment", "paths"), "containment path"),
    (("mitigation", "remedies"), "remedy"),
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A step or decision, and where it stands."""

    part: str
    index: int
    value: Mapping[str, Any]
    at: Pointer


def all_of(part: Any) -> list[Any]:
    """The steps of a path or remedy, those of its rollback among them."""
    return [step for _, listed in _lists_of(part) for step in listed]


def _lists_of(part: Any) -> Iterator[tuple[Pointer, list[Any]]]:
    for way in (("steps",), ("rollback", "steps")):
        found: Any = part
        for key in way:
            found = found.get(key) if isinstance(found, Mapping) else None
        if isinstance(found, (list, tuple)):
            yield way, [*found]


def _parts(runbook: Any) -> Iterator[tuple[str, Pointer, list[Any]]]:
    """Each list of steps: what it is called, where it stands, what it holds."""
    detection = runbook.get("detection")
    for way, listed in _lists_of(detection):
        yield "detection", ("detection", *way), listed
    for (phase, key), kind in _LISTS:
        held = runbook.get(phase)
        given = held.get(key) if isinstance(held, Mapping) else None
        for index, part in enumerate(given if isinstance(given, (list, tuple)) else ()):
            name = f"{kind} {part.get('id')}" if isinstance(part, Mapping) else kind
            for way, listed in _lists_of(part):
                called = name if way == ("steps",) else f"the rollback of {name}"
                yield called, (phase, key, index, *way), listed


def placed(runbook: Any) -> Mapping[str, Placed]:
    """Every step and decision by its id; an id that is given again gets a number."""
    found: dict[str, Placed] = {}
    for part, at, listed in _parts(runbook):
        for index, step in enumerate(listed):
            if isinstance(step, Mapping):
                name, number = str(step.get("id", "")), 1
                while (name if number == 1 else f"{name} ({number})") in found:
                    number += 1
                name = name if number == 1 else f"{name} ({number})"
                found[name] = Placed(part, index, step, (*at, index))
    return found


def malformed(pair: Pair) -> Iterator[Change]:
    """A list of steps is told with the plan, unless something else stands in its place."""
    for value in (pair.old, pair.new):
        if value is not None and not (
            isinstance(value, (list, tuple)) and all(isinstance(item, Mapping) for item in value)
        ):
            yield from value_change(Weight.PLAN, pair, "", "steps")
            return


def compare_steps(pair: Pair) -> Iterator[Change]:
    """Every step and decision that came, went, moved or says something else."""
    old, new = placed(pair.old), placed(pair.new)
    whole = {name for name, _, _ in _parts(pair.old)} & {name for name, _, _ in _parts(pair.new)}
    for name, step in old.items():
        if name not in new and step.part in whole:
            yield _gone(pair, name, step, new.values())
    for name, step in new.items():
        if name not in old and step.part in whole:
            here = replace(pair, old=None, new=step.value, new_at=step.at)
            yield here.change(Weight.PLAN, name, f"{_noun(step)} {name} is new in {step.part}: {_does(step)}")
        elif name in old:
            yield from _stayed(pair, name, old[name], step)
    yield from _moved(pair, old, new)


def _gone(pair: Pair, name: str, step: Placed, left: Iterable[Placed]) -> Change:
    here = replace(pair, old=step.value, new=None, old_at=step.at)
    if step.value.get("do") != "approve":
        return here.change(Weight.PLAN, name, f"{_noun(step)} {name} is gone from {step.part}")
    still = any(other.part == step.part and other.value.get("do") == "approve" for other in left)
    lost = f"{step.part} lost {'an' if still else 'its'} approver: step {name} is gone"
    return here.change(Weight.SAFETY, name, lost)


def _stayed(pair: Pair, name: str, was: Placed, now: Placed) -> Iterator[Change]:
    both = replace(pair, old=was.value, new=now.value, old_at=was.at, new_at=now.at)
    if was.part != now.part:
        yield both.change(Weight.PLAN, name, f"{_noun(now)} {name} moved from {was.part} to {now.part}")
    yield from compare(DECISION if "decide" in now.value else STEP, both, f"{_noun(now)} {name}")


def _moved(pair: Pair, old: Mapping[str, Placed], new: Mapping[str, Placed]) -> Iterator[Change]:
    for part in dict.fromkeys(step.part for step in new.values()):
        was = [name for name, step in old.items() if step.part == part]
        now = [name for name, step in new.items() if step.part == part]
        for name, where in moves(was, now):
            here = replace(pair, new=new[name].value, new_at=new[name].at)
            yield here.change(Weight.PLAN, name, f"{_noun(new[name])} {name} {where}")


def _noun(step: Placed) -> str:
    return "decision" if "decide" in step.value else "step"


def _does(step: Placed) -> str:
    if "decide" in step.value:
        return shown(step.value.get("decide"))
    with_ = step.value.get("with") or {}
    if step.value.get("do") == "set-control":
        return f"set {shown(with_.get('control'))} to {shown(with_.get('value'))}"
    return f"{shown(step.value.get('do'))} {shown(with_)}" if with_ else shown(step.value.get("do"))


def _check(edit: Edit) -> str:
    if edit.new is None:
        return f"{edit.subject} lost its check"
    return f"{edit.subject} has a check now: {condition_change(None, edit.new.get('that'))}"


def _rests_on(edit: Edit) -> str:
    does = "collects" if isinstance(edit.new, str) else "rests on"
    return f"{edit.subject} {does} {edit.now}, was {edit.was}"


def _leads(edit: Edit) -> str:
    now, was = ("the next step" if way is None else str(way) for way in (edit.new, edit.old))
    return f"{edit.subject} goes on to {now}, was {was}"


def _fails(edit: Edit) -> str:
    now, was = ("nowhere" if way is None else str(way) for way in (edit.new, edit.old))
    return f"{edit.subject} goes on to {now} when it fails, was {was}"


def _weighed(key: str, weight: Weight, text: str) -> tuple[str, Saying]:
    return key, Saying(weight, f"{{subject}} {text}")


STEP = Noun(
    "step",
    Weight.PLAN,
    says=dict(
        [
            _weighed("text", Weight.WORDS, "says something else"),
            _weighed("do", Weight.SAFETY, "does {now}, was {was}"),
            _weighed("role", Weight.PEOPLE, "moved from {was} to {now}"),
            _weighed("minutes", Weight.PLAN, "takes {now} min, was {was}"),
            _weighed("with.value", Weight.SAFETY, "sets {now}, was {was}"),
            _weighed("with.control", Weight.SAFETY, "turns {now}, was {was}"),
            _weighed("with.role", Weight.SAFETY, "asks {now} for leave, was {was}"),
            _weighed("with.template", Weight.PLAN, "sends {now}, was {was}"),
            _weighed("check.within_minutes", Weight.PLAN, "waits {now} min for its check, was {was}"),
            _weighed("check.hold_minutes", Weight.SAFETY, "wants its check to hold {now} min, was {was}"),
        ],
        **{
            "check": Saying(Weight.SAFETY, _check),
            "with.evidence": Saying(Weight.PLAN, _rests_on),
            "on_success": Saying(Weight.PLAN, _leads),
            "on_failure": Saying(Weight.PLAN, _fails),
        },
    ),
)
ANSWER = Noun(
    "answer",
    Weight.PLAN,
    keys=("answer",),
    says={"go": Saying(Weight.PLAN, "{subject} leads to {now}, was {was}")},
    called=lambda subject, name: f"{subject}, answer '{name}'",
    came=lambda subject, answer: f"{subject} is new, and leads to {shown(answer.get('go'))}",
    went=lambda subject, _: f"{subject} is gone",
    order=Weight.PLAN,
)
DECISION = Noun(
    "decision",
    Weight.PLAN,
    says=dict(
        [
            _weighed("decide", Weight.WORDS, "asks something else"),
            _weighed("role", Weight.PEOPLE, "moved from {was} to {now}"),
            _weighed("minutes", Weight.PLAN, "takes {now} min, was {was}"),
        ]
    ),
    lists={"answers": ANSWER},
)
