"""Every message of a drill can come while it lasts, and every decision it asks for can be made.

A message that waits for an answer to itself, or that comes after the end, is a part of the story that nobody hears;
what a task asks after it is never asked. The ids of choices are shown to participants.

Say when a message comes so that it can, and call choices by what is done, not by what is right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from generator.checks.sources import Sources
from generator.source import Document, Finding, Pointer, Severity

name = "messages"
severity: Severity = "error"

NEVER = float("inf")
TELLING = frozenset({"bad", "best", "correct", "good", "right", "trap", "wrong"})
"""Words in the id of a choice that say what to choose."""

Message = Mapping[str, Any]
Problem = tuple[Pointer, str, str]
"""Where, what, and what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Messages that never come or only when all is over, delays of nothing, choices that tell, tasks never late."""
    for drill in sources.sound("drill"):
        for pointer, message, hint in _problems(drill):
            yield Finding(drill.place(pointer), name, severity, message, hint)


def _problems(drill: Document) -> Iterator[Problem]:
    injects, horizon = drill.data["injects"], drill.data["horizon_minutes"]
    first = earliest(injects)
    for index, inject in enumerate(injects):
        for pointer, message, hint in (*_when(inject, first, horizon), *_choices(inject, drill)):
            yield ("injects", index, *pointer), message, hint
    for index, task in enumerate(drill.data["tasks"]):
        for pointer, message, hint in _of_task(task, injects, first, horizon):
            yield ("tasks", index, *pointer), message, hint


def earliest(injects: Sequence[Message]) -> Mapping[str, float]:
    """The first minute at which each message can come, by its id; infinity for one that waits for itself."""
    first = {inject["id"]: inject.get("at_minutes", NEVER) for inject in injects}
    waiting = [(one, _awaited(one["after"], injects)) for one in injects if "after" in one]
    changed = True
    while changed:
        changed = False
        for inject, awaited in waiting:
            begun = 0.0 if awaited is None else min((first[id] for id in awaited), default=NEVER)
            comes = begun + inject.get("delay_minutes", 0)
            if comes < first[inject["id"]]:
                first[inject["id"]], changed = comes, True
    return first


def _awaited(after: Mapping[str, Any], injects: Sequence[Message]) -> list[str] | None:
    """The messages of which one must have come before the event; None where it needs none."""
    where = after.get("where", {})
    if after["event"] == "answer":
        choice = where.get("choice")
        asking = [one["id"] for one in injects if choice in _ids(one) or (choice is None and _ids(one))]
        # A choice that there is not is a finding of the check of measures.
        return asking if asking or choice is None else None
    if after["event"] == "message":
        keys = [key for key in ("to", "channel") if key in where]
        return [one["id"] for one in injects if all(one[key] == where[key] for key in keys)]
    return None


def _ids(inject: Message) -> list[str]:
    # A list, for a measure may look for anything among them.
    return [choice["id"] for choice in inject.get("choices", ())]


def _when(inject: Message, first: Mapping[str, float], horizon: float) -> Iterator[Problem]:
    if "delay_minutes" in inject and "after" not in inject:
        message = "there is no event that this delay counts from"
        yield ("delay_minutes",), message, "say after what, or delete it"
    if "at_minutes" in inject and "after" in inject:
        message = "this message comes at a time, and also waits for an event"
        yield ("after",), message, "keep one: at_minutes, or after"
    if "unless" in inject and inject["unless"] == inject.get("after"):
        yield ("unless",), "what this message waits for keeps it away", "let it wait for something else"
    comes = first[inject["id"]]
    if "at_minutes" not in inject and "after" not in inject:
        message = f"nothing says when the message '{inject['id']}' comes"
        yield (), message, "add at_minutes, or say after which event"
    elif comes == NEVER:
        yield ("after",), f"'{inject['id']}' waits for what cannot come before it", _way_out(inject["after"])
    elif comes > horizon:
        key = next(key for key in ("at_minutes", "delay_minutes", "after") if key in inject)
        when = "" if key == "at_minutes" else f", which cannot come before minute {comes:g}"
        message = f"the drill ends at minute {horizon:g}, before this message comes{when}"
        yield (key,), message, "send it earlier"


def _way_out(after: Mapping[str, Any]) -> str:
    if after["event"] == "answer" and "choice" not in after.get("where", {}):
        return "let another message ask for a decision first"
    return "let one of the messages that wait for each other come at a time"


def _choices(inject: Message, drill: Document) -> Iterator[Problem]:
    faults = [*drill.data["faults"], *drill.data["noise"]]
    telling = {word for fault in faults for word in (fault["id"], fault["kind"])}
    for index, choice in enumerate(inject.get("choices", ())):
        words = [word for word in telling if re.search(rf"(^|-){re.escape(word)}(-|$)", choice["id"])]
        words += sorted(TELLING & set(choice["id"].split("-")))
        if words:
            message = f"participants read the choice '{choice['id']}', and '{words[0]}' gives something away"
            yield ("choices", index, "id"), message, "call it by what is done"


def _of_task(
    task: Mapping[str, Any], injects: Sequence[Message], first: Mapping[str, float], horizon: float
) -> Iterator[Problem]:
    inject = next((one for one in injects if one["id"] == task.get("inject")), None)
    if inject is None:
        return
    comes, within = first[inject["id"]], task.get("within_minutes", 0)
    if comes <= horizon <= comes + within < NEVER and within < horizon:
        message = (
            f"its message comes at minute {comes:g} at the earliest, and the drill ends at minute {horizon:g}"
        )
        hint = "allow less, or leave within_minutes out: it could never be late"
        yield ("within_minutes",), message, hint
    choice = task["measure"].get("where", {}).get("choice")
    elsewhere = any(choice in _ids(other) for other in injects if other is not inject)
    if task["measure"]["event"] == "answer" and elsewhere and choice not in _ids(inject):
        message = f"the message '{inject['id']}' does not offer '{choice}'"
        yield ("inject",), message, "name the message that does"
