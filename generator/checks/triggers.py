"""Every signal and cue leads somewhere: a page or ticket to a step and on to a remedy, the others to a decision.

A page that names no step leaves the person it woke to search; a signal that nothing looks at is noise on the
dashboard; a cue without a way to confirm it is an argument between two tired people.

Say ``triggers: ID`` with a step from which a path or remedy can be reached; use an info signal in a condition or
as evidence, or delete it; and let ``confirm`` name what to open, compare or count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from generator.checks.sources import Sources
from generator.model import Runbook
from generator.plan import entry_of, reached
from generator.source import Document, Finding, Pointer, Severity
from generator.ways import Ways

name = "triggers"
severity: Severity = "error"

LOOKING = frozenset(
    (
        "ask board call check chart compare count dashboard find gauge graph line list log look measure "
        "metric monitor open panel plot query queue read record replay report run sample score search see "
        "table test trace trail try value view watch"
    ).split()
)
"""Words of something that one can look at, or of looking at it; plurals count as well."""


def check(sources: Sources) -> Iterator[Finding]:
    """Signals and cues that lead nowhere, and cues that nobody can confirm."""
    for document in sources.sound("runbook"):
        runbook = sources.runbooks[document.path]
        used = set(_used(sources, document))
        yield from _of_signals(document, runbook, used)
        yield from _of_cues(sources, document)
    for document, ways in sources.walked():
        yield from _to_nowhere(document, ways)


def _of_signals(document: Document, runbook: Runbook, used: set[str]) -> Iterator[Finding]:
    for index, signal in enumerate(runbook.detection.signals):
        place = document.place(("detection", "signals", index, "id"))
        if signal.triggers is not None:
            continue
        if signal.severity != "info":
            message = f"'{signal.id}' is a {signal.severity} and triggers nothing"
            hint = "add triggers: the step or decision to begin with; or severity: info"
            yield Finding(place, name, severity, message, hint)
        elif signal.id not in used:
            message = f"nothing looks at '{signal.id}'"
            hint = "use it in a condition, a trigger or as evidence; or delete it"
            yield Finding(place, name, severity, message, hint)


def _used(sources: Sources, document: Document) -> Iterator[str]:
    """The signals that conditions, observations and hypotheses name."""
    for pointer, item in sources.mappings[document.path]:
        if pointer[:1] == ("waivers",):
            continue
        if isinstance(item.get("signal"), str):
            yield item["signal"]
        if item.get("do") == "hypothesise":
            yield from item.get("with", {}).get("evidence", ())


def _of_cues(sources: Sources, document: Document) -> Iterator[Finding]:
    service = sources.sound_service_of(document)
    for index, cue in enumerate(document.data["detection"]["cues"]):
        if service is not None and not _can_be_looked_at(cue["confirm"], service.data["artifacts"]):
            place = document.place(("detection", "cues", index, "confirm"))
            message = f"'{cue['id']}' names nothing that one can look at to confirm it"
            yield Finding(place, name, severity, message, "say what to open, compare or count")


def _can_be_looked_at(text: str, artifacts: Mapping[str, Any]) -> bool:
    links = [*artifacts["dashboards"], *artifacts["logs"]]
    said = text.casefold()
    if any(link[key].casefold() in said for link in links for key in ("id", "title")):
        return True
    words = re.findall(r"[a-z]+", said)
    return any(word in LOOKING or word.removesuffix("s") in LOOKING for word in words)


def _to_nowhere(document: Document, ways: Ways) -> Iterator[Finding]:
    """Signals and cues from whose first step no path and no remedy can be reached."""
    helping = {node.id for node in ways.plan.nodes if node.phase != "detection"}
    for pointer, id, target in _triggers(ways.runbook):
        if not helping & reached([entry_of(ways.runbook, target)], ways.leads):
            message = f"'{id}' leads to '{target}', from where no path and no remedy can be reached"
            hint = "begin earlier, or let a decision on the way lead to a path"
            yield Finding(document.place(pointer), name, severity, message, hint)


def _triggers(runbook: Runbook) -> Iterator[tuple[Pointer, str, str]]:
    """Where a trigger stands, whose it is, and what it names."""
    for index, signal in enumerate(runbook.detection.signals):
        if signal.triggers is not None:
            yield ("detection", "signals", index, "triggers"), signal.id, signal.triggers
    for index, cue in enumerate(runbook.detection.cues):
        yield ("detection", "cues", index, "triggers"), cue.id, cue.triggers
