"""The simulated world can run a service: its lineage flows one way, and its profile is that of a service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from generator.checks.sources import Sources
from generator.source import Document, Finding, Pointer, Severity

name = "worlds"
severity: Severity = "error"

NODES = ("lineage", "nodes")
EDGES = ("lineage", "edges")
LATENCY = ("profile", "latency")
LONGEST_PAST_DAYS = 14

Problem = tuple[Pointer, str, str]
"""Where, what, and what to do."""


def check(sources: Sources) -> Iterator[Finding]:
    """Services that no drill could simulate, or not as their author means it."""
    for service in sources.sound("service"):
        for pointer, message, hint in _problems(service):
            yield Finding(service.place(pointer), name, severity, message, hint)


def _problems(service: Document) -> Iterator[Problem]:
    lineage, profile = service.data["lineage"], service.data["profile"]
    yield from _kinds(lineage["nodes"])
    yield from _versions(lineage["nodes"])
    yield from _edges(lineage["edges"])
    yield from _latency(profile["latency"])
    yield from _load(profile)
    yield from _past(profile)
    yield from _controls(service.data["controls"])


def _kinds(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    for kind in ("model", "endpoint", "fallback"):
        found = [index for index, node in enumerate(nodes) if node["kind"] == kind]
        if len(found) != 1:
            where = (*NODES, found[1], "kind") if found else NODES
            hint = "leave one; simulate the others as services of their own" if found else "add one"
            yield where, f"a service needs exactly one {kind}; this one has {len(found)}", hint


def _versions(nodes: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    for index, node in enumerate(nodes):
        if node["kind"] == "model" and not node.get("versions"):
            yield (
                (*NODES, index),
                f"the model '{node['id']}' has no version that could decide",
                "add its versions",
            )
        for at, version in enumerate(node.get("versions", ())):
            weighed = [weight["feature"] for weight in version.get("weights", ())]
            for place in _repeated(weighed):
                pointer = (*NODES, index, "versions", at, "weights", place, "feature")
                yield pointer, f"version '{version['id']}' weighs '{weighed[place]}' twice", "delete one"


def _edges(edges: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    pairs = [(edge["feeds"], edge["into"]) for edge in edges]
    for index in _repeated(
        [(*pair, *edge.get("versions", ())) for pair, edge in zip(pairs, edges, strict=True)]
    ):
        yield (*EDGES, index), f"'{pairs[index][0]}' feeds '{pairs[index][1]}' twice", "delete one"
    for index, (feeds, into) in enumerate(pairs):
        if feeds in _downstream(into, pairs):
            message = f"the lineage feeds itself: '{into}' leads back to '{feeds}'"
            yield (*EDGES, index), message, "delete the edge that closes the ring"
            return


def _downstream(node: str, pairs: Sequence[tuple[str, str]]) -> set[str]:
    """A node and all that it feeds, directly or not."""
    found, waiting = {node}, [node]
    while waiting:
        at = waiting.pop()
        new = {into for feeds, into in pairs if feeds == at} - found
        found |= new
        waiting += new
    return found


def _latency(latency: Mapping[str, Any]) -> Iterator[Problem]:
    edges = latency["buckets_ms"]
    for index, (before, after) in enumerate(pairwise(edges), 1):
        if after <= before:
            yield (*LATENCY, "buckets_ms", index), f"{after:g} comes after {before:g}", "sort the buckets"
    if latency["deadline_ms"] not in edges:
        message = f"no bucket ends at the deadline of {latency['deadline_ms']:g} ms, so nobody can count who is late"
        yield (*LATENCY, "deadline_ms"), message, "add it to buckets_ms"
    for route in ("model", "fallback"):
        if latency[route]["p99_ms"] <= latency[route]["p50_ms"]:
            yield (
                (*LATENCY, route, "p99_ms"),
                "the 99th percentile is not above the median",
                "correct one of them",
            )


def _load(profile: Mapping[str, Any]) -> Iterator[Problem]:
    latency = profile["latency"]
    busy = profile["traffic"]["requests_per_s"] * latency["occupancy_ms"] / 1000
    if busy >= latency["workers"]:
        message = f"on average {busy:g} workers are busy, and there are {latency['workers']:g}"
        yield (*LATENCY, "workers"), message, "give it more workers, or a shorter occupancy_ms"


def _past(profile: Mapping[str, Any]) -> Iterator[Problem]:
    longest = max(*profile["drift"]["windows_minutes"], profile["accuracy_window_minutes"])
    days = (longest + profile["labels"]["delay_minutes"]) / (24 * 60)
    if days > LONGEST_PAST_DAYS:
        message = f"a drill would need a past of {days:.0f} days: the longest window and the delay of labels"
        yield ("profile",), message, f"keep both within {LONGEST_PAST_DAYS} days"


def _controls(controls: Sequence[Mapping[str, Any]]) -> Iterator[Problem]:
    turned = [(control["kind"], *sorted(_acts_on(control))) for control in controls]
    for index in _repeated(turned):
        first = controls[turned.index(turned[index])]["id"]
        message = f"control '{controls[index]['id']}' turns the same thing as '{first}'"
        yield ("controls", index), message, "delete one"
    for index, control in enumerate(controls):
        # Words are held against the values by the check of settings.
        if not isinstance(control["default"], str | bool) and control["default"] not in control["values"]:
            message = f"the default of '{control['id']}' is not among its values"
            yield ("controls", index, "values"), message, f"add {control['default']}"


def _acts_on(control: Mapping[str, Any]) -> Iterator[str]:
    given = control.get("with", {})
    return (f"{key}={given[key]}" for key in ("node", "feature") if key in given)


def _repeated(items: Iterable[object]) -> Iterator[int]:
    """The places of what stood there before."""
    seen: set[object] = set()
    for index, item in enumerate(items):
        if item in seen:
            yield index
        seen.add(item)
