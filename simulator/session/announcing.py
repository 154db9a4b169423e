"""A message with blanks and a record so far in, the message as it is sent out: facts, and no more than are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from generator.model import CompiledRunbook, Drill
from generator.prose import UnknownReferenceError, resolve
from simulator.events import AlertChanged, ControlTookEffect, Declared, Event, Hypothesised, Opened, Posted
from simulator.session.stage import Stage
from simulator.world.traffic import DAY_MINUTES, week_minute

P = TypeVar("P")
BLANK = re.compile(r"\{\{\s*incident\.(\w+)\s*\}\}")


def filled(post: Posted, events: Sequence[Event], t: float, stage: Stage) -> Posted:
    """The post with its ``{{ incident.* }}`` filled from what the record shows at ``t`` seconds.

    A blank that nothing is known of stays open, so that who reads it sees what is missing.
    """
    text = post.text
    if "{{" not in text:
        return post
    runbook = _opened(events, stage)
    if runbook is not None:
        # People may write what they like; only sources are checked.
        with suppress(UnknownReferenceError):
            text = resolve(text, runbook.runbook, stage.service)
    known = _known(events, t, stage, runbook)
    text = BLANK.sub(lambda blank: known.get(blank.group(1), blank.group()), text)
    return Posted(post.channel, post.audience, post.template, text)


def clock(drill: Drill, minutes: float) -> str:
    """The time of day, so many minutes into the drill.

    A drill that starts at 23:50 shows 00:10 after twenty minutes.
    """
    of_day = int(week_minute(drill) + minutes) % DAY_MINUTES
    return f"{of_day // 60:02d}:{of_day % 60:02d}"


def _known(
    events: Sequence[Event], t: float, stage: Stage, runbook: CompiledRunbook | None
) -> Mapping[str, str]:
    pages = [
        event
        for event, alert in _of(events, AlertChanged)
        if (alert.state, alert.severity) == ("firing", "page")
    ]
    declared = [payload for _, payload in _of(events, Declared)]
    started = pages[0].minutes if pages else None
    moved = _moved(events, stage)
    out = {"now": clock(stage.drill, t / 60), "components": _components(events, stage)}
    out["status"] = (
        f"containment in force ({moved})" if moved else "being investigated" if pages else "no alarm"
    )
    if started is not None:
        out["started"] = clock(stage.drill, started)
    if declared:
        out["severity"] = declared[-1].severity
        out["name"] = f"{declared[-1].symptom.replace('-', ' ').capitalize()} of {stage.service.title}"
    else:
        out["name"] = f"Alarm of {stage.service.title}"
    if runbook is not None and started is not None:
        objectives = runbook.runbook.objectives
        word, minutes = (
            ("mitigated", objectives.mitigate_minutes) if moved else ("contained", objectives.contain_minutes)
        )
        out["next_milestone"] = f"{word} by {clock(stage.drill, started + minutes)}"
    return out


def _moved(events: Sequence[Event], stage: Stage) -> str:
    """Controls that are not at their default, in words."""
    now = {payload.control: payload.value for _, payload in _of(events, ControlTookEffect)}
    defaults = {control.id: control.default for control in stage.service.controls}
    return ", ".join(f"{id}: {value}" for id, value in now.items() if value != defaults[id])


def _components(events: Sequence[Event], stage: Stage) -> str:
    claims = [payload.component for _, payload in _of(events, Hypothesised)]
    nodes = {node.id: node.title for node in stage.service.lineage.nodes}
    if claims and claims[-1] in nodes:
        return f"{stage.service.title}, {nodes[claims[-1]]}"
    return stage.service.title


def _opened(events: Sequence[Event], stage: Stage) -> CompiledRunbook | None:
    for _, payload in reversed([*_of(events, Opened)]):
        for runbook in stage.runbooks:
            if runbook.runbook.id == payload.runbook:
                return runbook
    return None


def _of(events: Sequence[Event], kind: type[P]) -> Iterator[tuple[Event, P]]:
    return ((event, event.payload) for event in events if isinstance(event.payload, kind))
