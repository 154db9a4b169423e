"""A service and where it runs in; how its requests are written and its answers read, and where they go, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from generator.model import Deployment, PanelRows, Service
from simulator.live.answering import decision_of, unread
from simulator.live.load.bodies import bodies_of
from simulator.live.load.ends import decision_in
from simulator.live.load.protocols import prepared
from simulator.live.sandbox.held import Held
from simulator.live.sandbox.paths import Lineage
from simulator.live.sandbox.scoring import as_by_default


class Bodies(Protocol):
    def body(self, id: str, case: int, as_of_s: float) -> bytes:
        """A request; ``as_of_s``: seconds of the drill at which its values were taken."""
        ...


@dataclass(frozen=True, slots=True)
class Speech:
    """How a target is spoken to."""

    bodies: Bodies
    path: str
    """Of requests."""
    decision: Callable[[bytes], str]
    """What an answer says; empty: nothing."""
    unread: str
    """What an answer lacks that says nothing."""
    labels: str | None
    """The path of labels; None: nobody takes any."""
    is_ours: bool
    """Whether it serves nobody else, and may be asked as fast as it can answer."""


def to_sandbox(service: Service, panel: PanelRows) -> Speech:
    sources = Lineage(service, Held(service, panel)).sent(as_by_default(service))
    return Speech(
        bodies_of(service, panel, sources),
        "/predict",
        decision_in,
        "neither pass, review nor block stands at 'decision' of the answer",
        "/labels",
        True,
    )


def to_deployment(service: Service, panel: PanelRows, deployment: Deployment) -> Speech:
    return Speech(
        prepared(service, panel, deployment),
        deployment.path,
        partial(decision_of, deployment),
        unread(deployment.answer),
        # An observer stands in front of it, and measures accuracy.
        "/labels" if deployment.metrics.kind == "observer" else None,
        False,
    )
