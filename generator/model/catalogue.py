"""Everything compiled: the one value that everyone downstream reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from generator.model.common import by_id
from generator.model.drill import Drill
from generator.model.evidence import Kept
from generator.model.organization import Organization
from generator.model.plan import Plan
from generator.model.runbook import Runbook
from generator.model.service import Service


@dataclass(frozen=True, slots=True)
class Query:
    """A signal compiled for one service."""

    value: str
    """PromQL for the value."""
    firing: str
    """PromQL that has a result while the threshold is crossed."""
    metrics: tuple[str, ...]
    """Canonical names of the metrics it reads."""
    unit: str


@dataclass(frozen=True, slots=True)
class CompiledRunbook:
    runbook: Runbook
    plan: Plan
    queries: Mapping[str, Query]
    """By signal id."""
    hash: str
    """SHA-256 of the content, blind to layout and comments."""
    parts: Mapping[str, str] = field(default_factory=dict)
    """Content hash of each step, decision and phase, by id."""


@dataclass(frozen=True, slots=True)
class PanelRows:
    """The prototypes of a service: one tuple a column, all of one length."""

    columns: Mapping[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Catalogue:
    organization: Organization
    services: tuple[Service, ...]
    runbooks: tuple[CompiledRunbook, ...]
    drills: tuple[Drill, ...]
    panels: Mapping[str, PanelRows]
    """By service id."""
    hash: str
    audience: str = ""
    """The classification up to which it was compiled; empty: everything."""
    evidence: Mapping[str, Kept] = field(default_factory=dict, compare=False)
    """What was kept beside each runbook, by its id; not part of the hash."""
    places: Mapping[str, str] = field(default_factory=dict, compare=False)
    """``path:line:column`` by ``<runbook id>/<node or signal id>``, or key of an objective; not part of the hash.

    Of a signal, ``<signal id>.threshold`` and its like too.
    """

    def service(self, id: str) -> Service:
        """The service of that id; KeyError when there is none."""
        return by_id(self.services, id)

    def runbook(self, id: str) -> CompiledRunbook:
        """The runbook of that id; KeyError when there is none."""
        for compiled in self.runbooks:
            if compiled.runbook.id == id:
                return compiled
        raise KeyError(id)

    def drill(self, id: str) -> Drill:
        """The drill of that id; KeyError when there is none."""
        return by_id(self.drills, id)

    def kept(self, runbook: str) -> Kept:
        """The evidence of a runbook; of one that has none, an empty one."""
        return self.evidence.get(runbook, Kept())

    def runbooks_of(self, service: str) -> tuple[CompiledRunbook, ...]:
        """The runbooks of one service, in the order of the catalogue."""
        return tuple(c for c in self.runbooks if c.runbook.service == service)
