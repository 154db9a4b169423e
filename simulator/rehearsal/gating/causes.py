"""A proof and the one before it in, what was edited in between out: the suspects, since the seeds are the same."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from generator.model import CompiledRunbook, Proof
from simulator.rehearsal.gating.numbers import as_tuned, numbers
from simulator.rehearsal.gating.promises import listed

AROUND = "the service, its panel or another of its runbooks"
SINCE = "edited since the certificate: "


def edited(proof: Proof, before: Proof) -> tuple[str, ...]:
    """The ids of the runbook's parts that are not what they were: changed, new or gone."""
    if not before.parts:
        return ()
    ids = [*proof.parts, *(id for id in before.parts if id not in proof.parts)]
    return tuple(id for id in ids if proof.parts.get(id) != before.parts.get(id))


def suspects(proof: Proof, before: Proof | None, about: Collection[str] = ()) -> tuple[str, ...]:
    """What was edited; of it, only that which a promise is ``about``, if any of it was."""
    ids = () if before is None else edited(proof, before)
    return tuple(id for id in ids if id in about) or ids


def drill_edited(proof: Proof, before: Proof, drill: str) -> bool:
    """Whether a drill is another than the certificate was made with; one that is new is."""
    known = {one.drill: one.hash for one in before.drills}
    return any(one.drill == drill and known.get(drill) != one.hash for one in proof.drills)


def spots(
    proof: Proof, before: Proof | None, compiled: CompiledRunbook, about: Collection[str] = ()
) -> Iterator[str]:
    """Where to look first: the numbers that were changed of what a promise is about, then that itself."""
    changed = () if before is None else edited(proof, before)
    for id in about:
        if before is not None and id in changed:
            yield from (number.spot for number in numbers(proof, before, compiled, id))
        yield id


def cause(
    proof: Proof,
    before: Proof | None,
    compiled: CompiledRunbook,
    *,
    about: Collection[str] = (),
    drill: str = "",
) -> str:
    """What could be why, in words; empty where nothing is known to compare with. ``drill``: that shows it."""
    if before is None:
        return ""
    ids = suspects(proof, before, about)
    told = [*_drill(proof, before, drill), *(_named(id, proof, before, compiled) for id in ids)]
    if not ids and proof.hashes.service != before.hashes.service:
        told.append(AROUND)
    if not told and proof.hashes.runbook != before.hashes.runbook:
        told.append("the runbook")
    if told:
        return f"{SINCE}{listed(told)}"
    return "nothing but the engine changed since the certificate" if proof.engine != before.engine else ""


def _drill(proof: Proof, before: Proof, drill: str) -> Iterator[str]:
    if drill_edited(proof, before, drill):
        new = all(one.drill != drill for one in before.drills)
        yield f"the drill `{drill}`{' (new)' if new else ''}"


def _named(id: str, proof: Proof, before: Proof, compiled: CompiledRunbook) -> str:
    name = _kind(id, compiled, gone=id not in proof.parts)
    if found := numbers(proof, before, compiled, id):
        return f"{name} with {listed(number.words for number in found)}"
    if as_tuned(before, compiled, id):
        return f"{name} (not its threshold, hold or severity)"
    return name


def _kind(id: str, compiled: CompiledRunbook, *, gone: bool) -> str:
    text = compiled.runbook
    kind = "step"
    if any(signal.id == id for signal in text.detection.signals):
        kind = "signal"
    elif any(path.id == id for path in text.containment.paths):
        kind = "path"
    elif any(node.id == id and node.action is None for node in compiled.plan.nodes):
        kind = "decision"
    elif id in ("objectives", "approvals", "restoration"):
        return f"the {id}"
    return f"`{id}` (gone)" if gone else f"{kind} `{id}`"
