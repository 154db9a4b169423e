"""A certificate and the text now in, the same certificate with the names that steps have now out.

A step is renamed when a step of another id is gone, and says the same but for ids. What only refers to it by its new
name was not edited either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.content import content_hash, part_hashes
from generator.model import CompiledRunbook, Proof, Runbook
from generator.values import brief, structure
from simulator.rehearsal.gating.promises import listed
from simulator.rehearsal.summary import parts_of

Names = Mapping[str, str]
"""What steps were called, by what they are called now."""


def old_names(proof: Proof, before: Proof, compiled: CompiledRunbook) -> Names:
    """The steps and decisions that have another name and nothing else."""
    gone = [id for id in before.parts if id not in proof.parts]
    fresh = {
        id: node
        for id, node in (_nodes(brief(compiled.runbook)) if gone else ())
        if id in proof.parts and id not in before.parts
    }
    found: dict[str, str] = {}
    while match := next(_matches(fresh, gone, found, before), None):
        found[match[0]] = match[1]
    return found


def with_names(before: Proof, names: Names, proof: Proof, compiled: CompiledRunbook) -> Proof:
    """The certificate as if steps had always been called as they are now."""
    if not names:
        return before
    text = _put_back(brief(compiled.runbook), names)
    once = parts_of(replace(compiled, runbook=structure(text, Runbook), parts=part_hashes(text)))
    now = {old: new for new, old in names.items()}
    same = {now.get(id, id) for id, hash in once.items() if before.parts.get(id) == hash}
    parts = {now.get(id, id): hash for id, hash in before.parts.items()}
    return replace(
        before,
        parts={
            id: proof.parts[id] if id in same and id in proof.parts else hash for id, hash in parts.items()
        },
        drills=tuple(
            replace(one, steps={now.get(id, id): runs for id, runs in one.steps.items()})
            for one in before.drills
        ),
        turns=tuple(replace(one, node=now.get(one.node, one.node)) for one in before.turns),
    )


def told(names: Names) -> str:
    """What has another name, in words."""
    return f"Another name, and nothing else: {listed(f'`{new}` was `{old}`' for new, old in names.items())}"


def _matches(
    fresh: Mapping[str, Any], gone: list[str], found: Names, before: Proof
) -> Iterator[tuple[str, str]]:
    """A new step and the one that it was, by the names that are known so far."""
    for new, node in fresh.items():
        for old in gone:
            if new in found or old in found.values():
                continue
            if content_hash(_put_back(node, {**found, new: old})) == before.parts[old]:
                yield new, old


def _nodes(text: Any) -> Iterator[tuple[str, Any]]:
    """Every step and decision of a text, by its id."""
    if isinstance(text, dict):
        if "id" in text and ("do" in text or "decide" in text):
            yield text["id"], text
        text = list(text.values())
    for item in text if isinstance(text, list) else ():
        yield from _nodes(item)


def _put_back(value: Any, names: Names) -> Any:
    """The same data with old names where new ones stand."""
    if isinstance(value, dict):
        return {key: _put_back(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_put_back(item, names) for item in value]
    return names.get(value, value) if isinstance(value, str) else value
