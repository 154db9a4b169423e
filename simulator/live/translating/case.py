"""What a kind of fault is told of the fault, and what it says of the leases that do the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from generator.model import Deployment, Fault, Node, PanelRows, Parameters, Service
from simulator.live.lease import Effect
from simulator.world.flow import Floats
from simulator.world.joining import TRANSFORMS

Way: TypeAlias = Literal["requests", "answers", "labels", "nodes"]
"""What is changed on its way: requests (what sources send, or whether and when they arrive), answers of the model,
labels, or what stores and pipelines answer."""
ASKED = ("endpoint", "fallback", "model")
ANSWERED = ("feature_store", "pipeline")


class NotLiveError(ValueError):
    """A fault that cannot be put into real requests; the message says why, and what can be."""


@dataclass(frozen=True, slots=True)
class Put:
    """One lease of a fault, as far as its kind decides it."""

    effects: tuple[Effect, ...]
    by: Way = "requests"
    share: float = 1.0
    """Of the requests that the fault falls on."""
    grows: Literal["share", "size"] = "share"
    """What a ramp makes larger."""
    suffix: str = ""
    """What it is called beside the fault's own name, where that has several."""
    below: str = ""
    """The rest of the path of the node, from a slash: one version of it alone."""
    after_minutes: float = 0.0
    """Between the fault's onset and its own."""
    at_once: bool = False
    """On everything, whatever share and ramp say: that is what they come to."""


@dataclass(frozen=True, slots=True)
class Case:
    """A fault with the numbers that a seed drew for it, and what it falls on. All times are minutes of the drill."""

    fault: Fault
    with_: Parameters
    service: Service
    panel: PanelRows
    onset_minutes: float
    ramp_minutes: float
    duration_minutes: float | None
    horizon_minutes: float
    share: float
    deployment: Deployment | None = None
    """Somebody's own; None: our sandbox."""

    @property
    def node(self) -> Node:
        return self.service.lineage.node(self.fault.node)

    @property
    def title(self) -> str:
        """The kind of the node, in words."""
        return self.node.kind.replace("_", " ")

    @property
    def asked(self) -> tuple[str, ...]:
        """Where the endpoint asks on behalf of the node: itself, or for the endpoint whoever may decide."""
        nodes = self.service.lineage.nodes
        kinds = ("fallback", "model") if self.node.kind == "endpoint" else (self.node.kind,)
        here = [node.id for node in nodes if node.kind in kinds]
        return tuple(here) if self.node.kind == "endpoint" else (self.fault.node,)

    @property
    def is_asked(self) -> bool:
        """Whether requests themselves meet the node, and not only questions about them."""
        return self.node.kind in ASKED

    def at_node(self, parameters: Parameters) -> bool:
        """Whether a control is one of its node."""
        return bool(parameters.get("node") == self.fault.node)

    @property
    def values_by(self) -> Way:
        """How the values that leave its node pass the proxy."""
        return "requests" if self.node.kind == "source" else "nodes"

    def named(self, name: str) -> str:
        """How a body names a value that leaves the node."""
        if self.deployment is not None:
            return name
        return f"{self.fault.node}.{name}" if self.node.kind == "source" else f"values.{name}"

    @property
    def within(self) -> Mapping[str, str]:
        """Which of the bodies that is, where it is not the request's own."""
        return {"in": "answer"} if self.deployment is None and self.node.kind != "source" else {}

    def edit(self, kind: str, name: str, **parameters: Any) -> Effect:
        """A change of one value that leaves the node."""
        return Effect(kind, {"field": self.named(name), **parameters, **self.within})

    @property
    def names(self) -> tuple[str, ...]:
        """All that leaves the node."""
        return _leaving(self.service, self.node)

    def healthy(self, name: str) -> Floats:
        """What a value that leaves the node is when all is well, over the panel; axes (row,)."""
        if self.node.kind == "pipeline":
            made = [feature for one in self.node.versions for feature in one.features if feature.name == name]
            if made:
                column = np.asarray(self.panel.columns[made[-1].field], dtype=float)
                return np.asarray(TRANSFORMS[made[-1].transform](column))
        return np.asarray(self.panel.columns[name], dtype=float)


Kind: TypeAlias = Callable[[Case], tuple[Put, ...]]


def _leaving(service: Service, node: Node) -> tuple[str, ...]:
    if node.kind == "source":
        return node.fields
    if node.kind == "pipeline" and node.versions:
        return tuple(dict.fromkeys(feature.name for one in node.versions for feature in one.features))
    feeding = [service.lineage.node(edge.feeds) for edge in service.lineage.edges if edge.into == node.id]
    return tuple(dict.fromkeys(name for one in feeding for name in _leaving(service, one)))
