"""A proof and the certificate before it in, what of them can be compared out, and how it is said that it got worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from generator.model import Catalogue, DrillProof, Objective, Proof
from simulator.rehearsal.gating.causes import cause, drill_edited, spots, suspects
from simulator.rehearsal.gating.promises import Promise, Rule, cut, first_seed, place_of, place_of_drill
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
        id = drill.drill if drill else ""
        return Promise(
            rule=rule,
            message=cut(message),
            runbook=self.proof.runbook,
            place=self._place(places, id),
            cause=cause(self.proof, self.before, self.compiled, about=places, drill=id),
            drill=id,
            seed=first_seed(self.proof, drill) if drill else None,
            severity="warning" if warns else "error",
        )

    def uncaused(self, rule: Rule, message: str, *, warns: bool = False) -> Promise:
        """One that no edit of the runbook's text explains, at the top of it."""
        place = place_of(self.catalogue, self.proof.runbook)
        return replace(self.promise(rule, message, warns=warns), place=place, cause="")

    def _place(self, places: Sequence[str], drill: str) -> str:
        edits = suspects(self.proof, self.before, places)
        if not edits and drill_edited(self.proof, self.before, drill):
            return place_of_drill(self.catalogue, self.proof.runbook, drill)
        ids = spots(self.proof, self.before, self.compiled, (*places, *edits))
        return place_of(self.catalogue, self.proof.runbook, *ids)
