"""A proof and the certificate before it in, what of them can be compared out, and how it is said that it got worse."""

from __future__ import annotations

from collections.abc import Iterator

from generator.model import Catalogue, DrillProof, Objective, Proof
from simulator.rehearsal.gating.causes import cause, suspects
from simulator.rehearsal.gating.promises import Promise, Rule, cut, first_seed, place_of
from simulator.rehearsal.outcomes import limits

MARGIN = 0.05
"""Of an objective: what a time may grow by, beyond a step of the world."""


class Comparison:
    """Two proofs of a runbook, and the texts that the newer one is of."""

    def __init__(self, proof: Proof, catalogue: Catalogue, before: Proof) -> None:
        self.proof, self.catalogue, self.before = proof, catalogue, before
        self.compiled = catalogue.runbook(proof.runbook)
        self.old = {one.drill: one for one in before.drills}

    def pairs(self) -> Iterator[tuple[DrillProof, DrillProof]]:
        """What was and what is of each drill that is the same."""
        for new in self.proof.drills:
            old = self.old.get(new.drill)
            if old is not None and old.hash == new.hash:
                yield old, new

    def margin(self, drill: str, id: Objective) -> float:
        """Minutes by which a time of a drill may grow."""
        chosen = self.catalogue.drill(drill)
        runbook = self.catalogue.runbook(chosen.truth.runbook or self.proof.runbook).runbook
        least = limits(runbook.objectives)[id]
        if runbook.id == self.before.runbook:
            least = min(least, self.before.objectives.get(id, least))
        return chosen.step_seconds / 60 + MARGIN * least

    def promise(
        self, rule: Rule, message: str, *places: str, drill: DrillProof | None = None, warns: bool = False
    ) -> Promise:
        """At the first of the places that stands in the text; else where something was edited."""
        edits = suspects(self.proof, self.before, places)
        return Promise(
            rule=rule,
            message=cut(message),
            runbook=self.proof.runbook,
            place=place_of(self.catalogue, self.proof.runbook, *places, *edits),
            cause=cause(self.proof, self.before, self.compiled, about=places),
            drill=drill.drill if drill else "",
            seed=first_seed(self.proof, drill) if drill else None,
            severity="warning" if warns else "error",
        )
