"""A catalogue in, what it adds to a record out: what a step states, where it stands, who is to answer for it."""

from __future__ import annotations

from dataclasses import dataclass

from generator.model import Catalogue, PlanNode
from simulator.events import Record, Started


@dataclass(frozen=True, slots=True)
class Known:
    """The sources beside a record; all of it may be missing."""

    catalogue: Catalogue | None = None
    same: bool = False
    """Whether the record was played with these very sources."""

    def node(self, runbook: str, id: str) -> PlanNode | None:
        """A step or decision as it was written when the drill was played; None where that is not known."""
        return self._node(runbook, id) if self.same else None

    def role(self, runbook: str, id: str) -> str:
        """Whose step it is, today; empty where there is no such step."""
        node = self._node(runbook, id)
        return node.role if node else ""

    def place(self, runbook: str, id: str) -> str:
        """``path:line:column``, as ``runbook check`` prints it; empty where it is not known."""
        return self.catalogue.places.get(f"{runbook}/{id}", "") if self.catalogue else ""

    def on_call(self, service: str) -> str:
        """The role on call for a service; empty where it is not known."""
        services = self.catalogue.services if self.catalogue else ()
        return next((one.on_call for one in services if one.id == service), "")

    def _node(self, runbook: str, id: str) -> PlanNode | None:
        runbooks = self.catalogue.runbooks if self.catalogue else ()
        nodes = (node for one in runbooks if one.runbook.id == runbook for node in one.plan.nodes)
        return next((node for node in nodes if node.id == id), None)


def known_of(catalogue: Catalogue | None, record: Record) -> Known:
    """What a catalogue knows of a record."""
    started = record.first(Started)
    return Known(
        catalogue, catalogue is not None and started is not None and started[1].catalogue == catalogue.hash
    )
