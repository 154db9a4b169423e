"""A drill of a proof in, with the texts around it; what was promised of it, and how a broken promise is said, out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from generator.model import Catalogue, CompiledRunbook, Drill, DrillProof, Objective, Proof
from simulator.rehearsal.gating.causes import cause, spots
from simulator.rehearsal.gating.promises import Promise, Rule, cut, first_seed, place_of, place_of_drill
from simulator.rehearsal.outcomes import limits
from simulator.scoring.words import minutes


@dataclass(frozen=True, slots=True)
class Case:
    """One drill of a proof, with the texts around it."""

    proof: Proof
    catalogue: Catalogue
    before: Proof | None
    found: DrillProof

    @property
    def drill(self) -> Drill:
        return self.catalogue.drill(self.found.drill)

    @property
    def compiled(self) -> CompiledRunbook:
        return self.catalogue.runbook(self.proof.runbook)

    @property
    def wanted(self) -> str | None:
        return self.drill.truth.runbook

    @property
    def limits(self) -> Mapping[Objective, float]:
        """What is promised; nothing where no runbook answers for the drill."""
        return limits(self.catalogue.runbook(self.wanted).runbook.objectives) if self.wanted else {}

    @property
    def file(self) -> str:
        """Where the drill stands, where the sources are at hand."""
        return place_of_drill(self.catalogue, self.proof.runbook, self.found.drill)

    def once(self, id: Objective) -> str:
        """How it was in the certificate, if it was better."""
        drills = self.before.drills if self.before else ()
        same = (self.found.drill, self.found.hash)
        old = next((one.minutes.get(id) for one in drills if (one.drill, one.hash) == same), None)
        new = self.found.minutes[id]
        if old is None or old.p95 is None or (new.p95 is not None and new.p95 <= old.p95):
            return ""
        return f"; it was {minutes(old.p95)} before"

    def promise(
        self,
        rule: Rule,
        message: str,
        *places: str,
        seed: int | None = None,
    ) -> Promise:
        return Promise(
            rule=rule,
            message=cut(message),
            runbook=self.proof.runbook,
            place=place_of(
                self.catalogue, self.proof.runbook, *spots(self.proof, self.before, self.compiled, places)
            ),
            cause=cause(self.proof, self.before, self.compiled, about=places, drill=self.found.drill),
            drill=self.found.drill,
            seed=first_seed(self.proof, self.found) if seed is None else seed,
        )
