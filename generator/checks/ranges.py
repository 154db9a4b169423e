"""What a drill lets vary is a number of the fault, and every value of its range is one that the fault can take.

The value beside it is what pages and messages speak of; seeds that never come near it would tell another story.

Give the number its usual value, and a range around it that the kind of fault allows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator import kinds
from generator.checks.sources import Sources
from generator.keywords import Schema
from generator.schemas import read_part, resolve
from generator.source import Document, Finding, Pointer, Severity, likely

name = "ranges"
severity: Severity = "error"

OWN = {"share": "ratio", "ramp_minutes": "minutes", "duration_minutes": "minutes"}
"""Numbers of every fault, whatever its kind, and what they are."""
ASCENDING = (("p50_ms", "p99_ms"), ("least", "most"))
"""Parameters of which the second must not be drawn below the first."""

Problem = tuple[Pointer, str, str]
"""Where in the fault, what, and what to do; a place that ends in a name under ``vary`` is that of the name."""


def check(sources: Sources) -> Iterator[Finding]:
    """Ranges of faults and noise: of what, how far, and around what."""
    for drill in sources.sound("drill"):
        for key in ("faults", "noise"):
            for index, fault in enumerate(drill.data[key]):
                for pointer, message, hint in _problems(fault):
                    yield _finding(drill, (key, index, *pointer), message, hint)


def _finding(drill: Document, pointer: Pointer, message: str, hint: str) -> Finding:
    return Finding(drill.place(pointer, key=pointer[-2] == "vary"), name, severity, message, hint)


def _problems(fault: Mapping[str, Any]) -> Iterator[Problem]:
    schemas = _numbers(fault["kind"])
    given = {**fault.get("with", {}), **{name: fault[name] for name in OWN if name in fault}}
    ranges = fault.get("vary", {})
    for name, span in ranges.items():
        way: Pointer = ("vary", name)
        if (why := _fixed(name, fault, schemas)) is not None:
            yield way, *why
        elif name not in given and "effect" in fault:
            continue  # what is solved for has no usual value, and the check of effects says so
        elif name not in given:
            where = "beside the kind" if name in OWN else "under with"
            yield way, f"'{name}' varies, and has no usual value", f"write '{name}: ...' {where} as well"
        elif span["least"] > span["most"]:
            yield (*way, "most"), f"{span['most']:g} is below the least, {span['least']:g}", "swap them"
        else:
            yield from _too_far(way, span, schemas[name])
            if not span["least"] <= given[name] <= span["most"]:
                message = f"the usual value of '{name}', {given[name]:g}, is not in its range"
                yield way, message, "widen the range, or change the usual value"
    yield from _crossing(given, ranges)


def _numbers(kind: str) -> Mapping[str, Schema]:
    """The numbers of a kind of fault that may vary, with what each may be."""
    properties = kinds.load("faults")[kind].parameters.get("properties", {})
    numbers = {name: schema for name, schema in properties.items() if schema.get("type") == "number"}
    return {
        **numbers,
        **{name: resolve(f"common.schema.json#/definitions/{is_}") for name, is_ in OWN.items()},
    }


def _fixed(name: str, fault: Mapping[str, Any], numbers: Mapping[str, Schema]) -> tuple[str, str] | None:
    """Why that cannot vary, and what to do instead."""
    kind = fault["kind"]
    if name == "ramp_minutes" and fault.get("shape", "step") == "step":
        return "the shape 'step' has no ramp, so nothing would vary", "choose another shape, or leave it out"
    if name in numbers:
        return None
    listed = f"{kind} can vary: {', '.join(numbers)}"
    if name in kinds.load("faults")[kind].parameters.get("properties", {}):
        return f"'{name}' cannot vary: only numbers that may be fractions can", listed
    return f"'{name}' is no number of {kind}", likely(name, numbers) or listed


def _too_far(way: Pointer, span: Mapping[str, float], schema: Schema) -> Iterator[Problem]:
    """Ends that the declaration of the number does not allow."""
    for end in ("least", "most"):
        for problem in read_part(schema, span[end], (*way, end)).problems:
            yield problem.pointer, problem.message, f"it may be {allowed(schema)}"


def allowed(schema: Schema) -> str:
    """The values that a number may have, in words.

    >>> allowed({"exclusiveMinimum": 0, "maximum": 1})
    'above 0 and at most 1'
    """
    words = {
        "minimum": "at least",
        "exclusiveMinimum": "above",
        "maximum": "at most",
        "exclusiveMaximum": "below",
    }
    return " and ".join(f"{word} {schema[key]:g}" for key, word in words.items() if key in schema)


def _crossing(given: Mapping[str, Any], ranges: Mapping[str, Any]) -> Iterator[Problem]:
    """Pairs of which some seeds would draw the second below the first."""
    for low, high in ASCENDING:
        if (low in ranges or high in ranges) and low in given and high in given:
            most = ranges[low]["most"] if low in ranges else given[low]
            least = ranges[high]["least"] if high in ranges else given[high]
            if least < most:
                way: Pointer = ("vary", high, "least") if high in ranges else ("vary", low, "most")
                message = f"some seeds would draw '{high}' below '{low}', {least:g} below {most:g}"
                yield way, message, "let the ranges not overlap"
