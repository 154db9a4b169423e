"""A request in; what the nodes that are met over HTTP answered about it, beside what sources sent, out.

Usually the endpoint reads its stores and pipelines in here. Where a drill has a fault at one of them, the endpoint asks
it about each request over the way that leads through the proxy, and what is done to the answer there is what it reads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from generator.model import Service
from simulator.live.headers import TAKEN_AT
from simulator.live.sandbox.hop import Way
from simulator.live.sandbox.paths import Lineage
from simulator.live.sandbox.scoring import FALLBACK, MODEL, Asked, Scorer
from simulator.live.sandbox.settings import Settings
from simulator.world.lineage import in_order

KINDS = ("feature_store", "pipeline")
"""Nodes that answer with values; a model answers with its logit, a fallback with nothing but its time."""
LOGIT = "logit"
RETRAINED = "retrained"
"""In place of its version, the last part of the path of a model that none of its versions is."""


class Meeting:
    """The nodes that are met, in the order in which values pass them."""

    def __init__(self, service: Service, lineage: Lineage) -> None:
        ordered = in_order(service.lineage.nodes, service.lineage.edges)
        self._lineage = lineage
        self.nodes = tuple(node.id for node in ordered if node.id in lineage.met and node.kind in KINDS)
        self.sources = {node.id for node in ordered if node.kind == "source"}
        self._routes = {MODEL: lineage.model.id, FALLBACK: lineage.fallback.id}

    def is_met(self, route: str) -> bool:
        """Whether who decides on that route is told what the request says."""
        return self._routes[route] in self._lineage.met

    def before(self, route: str, settings: Settings) -> tuple[str, ...]:
        """The nodes that have to answer before a route can decide."""
        behind = self._lineage.behind(self._routes[route], settings)
        return tuple(node for node in self.nodes if node in behind)

    async def seen(self, asked: Asked, nodes: Collection[str], settings: Settings, way: Way) -> Asked:
        """The request with what these nodes answer about it; where none can be asked, it stays as it is.

        A node that fails has answered nothing: its values are missing.
        """
        for node in self.nodes:
            if node in nodes:
                answered = await way.ask(self.address(node, settings), asked.id, told(asked))
                if answered is not None:
                    values = answered.get("values")
                    inputs = {**asked.inputs, node: values if isinstance(values, dict) else {}}
                    asked = replace(asked, inputs=inputs)
        return asked

    def address_of(self, route: str, settings: Settings) -> str:
        """Where the node that decides on a route is asked."""
        return self.address(self._routes[route], settings)

    def address(self, node: str, settings: Settings) -> str:
        """The node, and the version of it that serves: what is wrong with one is not wrong with another."""
        version = RETRAINED if node == self._routes[MODEL] and settings.retrained else None
        return "/".join(part for part in (node, version or settings.version.get(node)) if part)

    def values(self, node: str, asked: Asked, scorer: Scorer) -> Mapping[str, object]:
        """What a node that is met has to say about a request."""
        if node == self._routes[MODEL]:
            return {LOGIT: scorer.logit(asked)}
        if node not in self.nodes:
            return {}
        sent = frozenset(self.sources & asked.inputs.keys())
        paths = self._lineage.leaving(node, scorer.settings, sent)
        found: dict[str, object] = {
            name: path.value(asked.inputs, asked.case)[0] for name, path in paths.items()
        }
        return found | dict(self._dated(node, asked, scorer.settings))

    def _dated(self, node: str, asked: Asked, settings: Settings) -> Iterator[tuple[str, object]]:
        """A store says how old its values are: as old as the oldest of those that it was fed with."""
        if self._lineage.nodes[node].kind != "feature_store":
            return
        said = [asked.inputs.get(one, {}).get(TAKEN_AT) for one in self._lineage.behind(node, settings)]
        dated = [one for one in said if isinstance(one, (int, float))]
        if dated:
            yield TAKEN_AT, min(dated)


def told(asked: Asked) -> dict[str, Any]:
    """What a node is told of a request."""
    return {"case": asked.case, "inputs": dict(asked.inputs)}
