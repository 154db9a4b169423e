"""A proof and the one before it in, what was edited in between out: the suspects, since the seeds are the same."""

from __future__ import annotations

from collections.abc import Collection

from generator.model import CompiledRunbook, Proof
from simulator.rehearsal.gating.promises import listed


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


def cause(
    proof: Proof, before: Proof | None, compiled: CompiledRunbook, *, about: Collection[str] = ()
) -> str:
    """What could be why, in words; empty where nothing is known to compare with."""
    if before is None:
        return ""
    if ids := suspects(proof, before, about):
        told = [_named(id, compiled, gone=id not in proof.parts) for id in ids]
        return f"edited since the certificate: {listed(told)}"
    if proof.hashes.runbook != before.hashes.runbook:
        return "the runbook was edited since the certificate"
    if proof.hashes.service != before.hashes.service:
        return "the service, its panel or another of its runbooks was edited since the certificate"
    return "nothing but the engine changed since the certificate" if proof.engine != before.engine else ""


def _named(id: str, compiled: CompiledRunbook, *, gone: bool) -> str:
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
