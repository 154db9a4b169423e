"""What the changes of a drill are called; they change what people practise, not an incident."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator.changes.change import Change, Weight
from generator.changes.nouns import Edit, Noun, Pair, Saying, value_change
from generator.changes.waivers import WAIVER
from generator.changes.words import same, shortened, shown


def _measure(measure: Any) -> str:
    """An event and the values it must hold, in words."""
    if not isinstance(measure, Mapping):
        return shown(measure)
    where = measure.get("where")
    return shown(measure.get("event")) + (f" ({shown(where)})" if where else "")


def _timing(inject: Any) -> str:
    """When a message comes."""
    if inject.get("after") is None:
        return f"at {shown(inject.get('at_minutes'))} min"
    delay = inject.get("delay_minutes") or 0
    return f"{f'{shown(delay)} min ' if delay else ''}after {_measure(inject['after'])}"


def _when(pair: Pair) -> Iterator[Change]:
    """When a message comes, and what keeps it away: each in one line, however many keys say it."""
    old, new = pair.old, pair.new
    subject = f"inject {shown(new.get('id'))}"
    timing = ("at_minutes", "after", "delay_minutes")
    if not all(same(old.get(key), new.get(key)) for key in timing):
        was, now = _timing(old), _timing(new)
        was = shown(old.get("at_minutes")) if was[:3] == now[:3] == "at " else was
        place = next((pair.inner(key) for key in timing if new.get(key) is not None), pair)
        yield place.change(Weight.PEOPLE, subject, f"{subject} comes {now}, was {was}")
    if not same(old.get("unless"), new.get("unless")):
        kept = pair.inner("unless")
        words = f"stays away after {_measure(kept.new)}" if kept.new else "comes whatever was done before"
        was = f", was {_measure(kept.old)}" if kept.old and kept.new else ""
        yield (kept if kept.new else pair).change(Weight.PEOPLE, subject, f"{subject} {words}{was}")


def _cast(pair: Pair) -> Iterator[Change]:
    """Who and what messages speak of."""
    old, new = ({} if value is None else value for value in (pair.old, pair.new))
    if not isinstance(old, Mapping) or not isinstance(new, Mapping):
        yield from value_change(Weight.PEOPLE, pair, "", "cast")
        return
    for name in dict.fromkeys([*new, *old]):
        if old.get(name) == new.get(name):
            continue
        one = pair.inner(name)
        if one.old is None:
            text = f"the cast has {name}, a {one.new}"
        else:
            text = (
                f"the cast's {name} is now a {one.new}, was a {one.old}"
                if one.new
                else f"the cast has no {name}"
            )
        yield one.change(Weight.PEOPLE, f"cast {name}", text)


def _asked(edit: Edit) -> str:
    if edit.new is None:
        return f"{edit.subject} is asked from the start, and no longer by inject {edit.was}"
    return f"{edit.subject} is asked by inject {edit.now}" + (f", was {edit.was}" if edit.old else "")


CHOICE = Noun(
    "choice",
    Weight.PEOPLE,
    says={"text": Saying(Weight.WORDS, "{subject} reads otherwise")},
    called=lambda holder, name: f"{holder}: choice {name}",
)
HINT = Noun(
    "hint",
    Weight.PEOPLE,
    keys=("text",),
    says={"points": Saying(Weight.PEOPLE, "{subject} costs {now} points, was {was}")},
    called=lambda _, name: f'hint "{shortened(name)}"',
)
INJECT = Noun(
    "inject",
    Weight.PEOPLE,
    says={
        "text": Saying(Weight.WORDS, "{subject} says something else"),
        "to": Saying(Weight.PEOPLE, "{subject} goes to {now}, was {was}"),
    },
    lists={"choices": CHOICE},
    apart={key: lambda _: iter(()) for key in ("at_minutes", "after", "delay_minutes", "unless")},
    also=_when,
)
TASK = Noun(
    "task",
    Weight.PEOPLE,
    says={
        "within_minutes": Saying(Weight.PEOPLE, "{subject} has to be done within {now} min, was {was}"),
        "weight": Saying(Weight.PEOPLE, "{subject} weighs {now}, was {was}"),
        "inject": Saying(Weight.PEOPLE, _asked),
    },
)
DRILL = Noun(
    "drill",
    Weight.PEOPLE,
    says={
        "id": Saying(Weight.PEOPLE, "the drill is now called {now}, was {was}"),
        "horizon_minutes": Saying(Weight.PEOPLE, "the drill now ends at {now} min, was {was}"),
        "classification": Saying(Weight.SAFETY, "the drill is classified {now}, was {was}"),
        "time": Saying(Weight.PEOPLE, "the drill begins at {now}, was {was}"),
        "weekday": Saying(Weight.PEOPLE, "the drill begins on a {now}, was {was}"),
        "service": Saying(Weight.PEOPLE, "the drill is now for the service {now}, was {was}"),
        "truth.runbook": Saying(Weight.PEOPLE, "the runbook to open is {now}, was {was}"),
        "truth.symptom": Saying(Weight.PEOPLE, "the symptom to declare is {now}, was {was}"),
    },
    lists={
        "faults": Noun("fault", Weight.PEOPLE),
        "noise": Noun("noise", Weight.PEOPLE),
        "hints": HINT,
        "injects": INJECT,
        "tasks": TASK,
        "waivers": WAIVER,
    },
    apart={"cast": _cast},
)
