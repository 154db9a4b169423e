"""A fault that states its effect leaves one number to be found, and every seed has the effect that is stated.

What is given beside it would be overruled, or would make the effect another one; and of a field whose drift nobody
measures there is none.

State one effect that the kind can be solved for, and leave out the number that has it: `drill faults` lists both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator import kinds
from generator.checks.sources import Sources
from generator.kinds import Kind
from generator.source import Document, Finding, Pointer, Severity

name = "effects"
severity: Severity = "error"

MEASURES = ("psi", "p99_ms")
DIRECTED = "shift_sd"
"""What may be solved for in two directions."""
TIMES = ("ramp_minutes", "duration_minutes")
"""What may vary beside an effect: it holds at the full extent, however long that takes and lasts."""

Problem = tuple[Pointer, str, str]
"""Where in the fault, what, and what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Effects of faults and noise: of which kind, and what stands beside them."""
    for drill in sources.sound("drill"):
        service = sources.sound_service_of(drill)
        for key in ("faults", "noise"):
            for index, fault in enumerate(drill.data[key]):
                if "effect" in fault:
                    for pointer, message, hint in _problems(fault, service):
                        place = drill.place((key, index, *pointer), key=True)
                        yield Finding(place, name, severity, message, hint)


def _problems(fault: Mapping[str, Any], service: Document | None) -> Iterator[Problem]:
    effect, kind = fault["effect"], kinds.load("faults")[fault["kind"]]
    stated = [measure for measure in MEASURES if effect.get(measure) is not None]
    if len(stated) != 1:
        how = "two effects are stated" if stated else "no effect is stated"
        yield ("effect",), f"{how}, and one number is solved for", f"write either {' or '.join(MEASURES)}"
        return
    (measure,) = stated
    if measure not in kind.effects:
        yield ("effect", measure), f"{kind.name} cannot be solved for '{measure}'", _solvable(kind, measure)
        return
    yield from _beside(fault, effect, kind.effects[measure])
    if measure == "psi" and service is not None:
        yield from _unmeasured(str(fault["with"]["field"]), service.data)


def _solvable(kind: Kind, measure: str) -> str:
    if kind.effects:
        return f"{kind.name} can be solved for: {', '.join(kind.effects)}"
    found = [one.name for one in kinds.load("faults").values() if measure in one.effects]
    return f"these can: {', '.join(found)}; of all others say how strong they are"


def _beside(
    fault: Mapping[str, Any], effect: Mapping[str, Any], numbers: tuple[str, ...]
) -> Iterator[Problem]:
    """What is given although the effect decides it, or would make it another one."""
    given = {**fault.get("with", {}), **{key: fault[key] for key in ("share",) if key in fault}}
    left = [number for number in numbers if number not in given]
    if not left:
        last = numbers[-1]
        way: Pointer = ("with", last) if last in fault.get("with", {}) else (last,)
        named = [f"'{number}'" for number in numbers]
        message = f"{' and '.join(named)} given beside the effect, and one number is solved for"
        yield way, message, f"delete {' or '.join(named)}, or delete the effect"
    elif "direction" in effect and left[0] != DIRECTED:
        message = f"'{left[0]}' is what is solved for, and nothing has a direction"
        yield ("effect", "direction"), message, f"delete 'direction': it is for '{DIRECTED}'"
    for number in fault.get("vary", {}):
        if number not in TIMES:
            message = f"'{number}' varies, so that seeds would have other effects than the one that is stated"
            yield ("vary", number), message, "delete the range, or delete the effect"


def _unmeasured(field: str, service: Mapping[str, Any]) -> Iterator[Problem]:
    """A field of which no feature is made whose drift the service measures."""
    names, measured = _made_of(field, service), service["profile"]["drift"]["features"]
    if names.isdisjoint(measured):
        message = f"the drift of '{field}' is not measured, so that it has no PSI"
        yield ("with", "field"), message, f"{service['id']} measures that of {', '.join(measured)}"


def _made_of(field: str, service: Mapping[str, Any]) -> set[str]:
    """The names under which a field passes the lineage."""
    made = [
        (feature["field"], feature["name"])
        for node in service["lineage"]["nodes"]
        for version in node.get("versions", ())
        for feature in version.get("features", ())
    ]
    names, before = {field}, 0
    while len(names) > before:
        before = len(names)
        names |= {feature for of, feature in made if of in names}
    return names
