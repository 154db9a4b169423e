"""A compiled runbook and what is kept beside it in, whether its proof holds out: by content hash alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from generator.model.catalogue import CompiledRunbook
from generator.model.evidence import Kept

ProofState = Literal["proven", "changed", "failed", "none"]


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof says of the text that stands there now."""

    state: ProofState
    words: str


def proven_by(compiled: CompiledRunbook, kept: Kept) -> Proven:
    """How far the text is proven; what a proof said of another text, nobody knows of this one."""
    proof = kept.proof
    if proof is None:
        return Proven("none", "not proven")
    changed = changed_since(compiled, kept)
    if changed:
        older = "older drills" if changed[0] == "drills" else f"an older {changed[0]}"
        return Proven("changed", f"{'proven' if proof.passed else 'proof failed'} for {older}")
    if not proof.passed:
        return Proven("failed", "proof failed")
    seeds = "1 seed" if proof.seeds.count == 1 else f"{proof.seeds.count} seeds"
    return Proven("proven", f"proven, {seeds}")


def changed_since(compiled: CompiledRunbook, kept: Kept) -> tuple[str, ...]:
    """What is no longer as it was rehearsed; nothing without a proof."""
    if kept.proof is None:
        return ()
    text = ("text",) if kept.proof.hashes.runbook != compiled.hash else ()
    return (*text, *kept.outdated)
