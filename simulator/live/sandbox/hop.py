"""A route of a request in; its node asked over HTTP, so that what happens on the way there happens for real.

The endpoint asks its model or its fallback through the proxy that stands before the sandbox: what a fault does to
that node, the endpoint's own metrics show, and a route that avoids the node is free of it.
"""

from __future__ import annotations

from typing import Protocol

import aiohttp

from generator.model import Service
from simulator.live.headers import REQUEST_ID
from simulator.live.sandbox.crew import Crew, FullError
from simulator.live.sandbox.scoring import FALLBACK, MODEL

PATH = "/nodes/"
PATIENCE_S = 30.0
KINDS = {MODEL: "model", FALLBACK: "fallback"}


class NodeFailedError(Exception):
    """The node did not answer as it should."""


class Way(Protocol):
    async def serve(self, route: str, request: str, share: float) -> None:
        """Take the time that the route takes; FullError, NodeFailedError. ``share``: of requests that are faster."""
        ...

    async def close(self) -> None: ...


class Within:
    """The node is asked in this very process."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def serve(self, route: str, request: str, share: float) -> None:
        await self._crew.serve(route, share)

    async def close(self) -> None:
        pass


class Hop(Within):
    """The node is asked at a URL; in here, when nobody listens there: a way that is gone is no fault of the node."""

    def __init__(self, crew: Crew, service: Service, url: str) -> None:
        super().__init__(crew)
        self._paths = {
            route: f"{url.rstrip('/')}{PATH}{node.id}"
            for route, kind in KINDS.items()
            for node in service.lineage.nodes
            if node.kind == kind
        }
        self._session: aiohttp.ClientSession | None = None

    async def serve(self, route: str, request: str, share: float) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=PATIENCE_S)
            )
        sent = {"id": request, "share": share}
        try:
            async with self._session.post(
                self._paths[route], json=sent, headers={REQUEST_ID: request}
            ) as answer:
                await answer.read()
        except aiohttp.ClientConnectorError:
            return await super().serve(route, request, share)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NodeFailedError(str(error) or type(error).__name__) from None
        if answer.status == 429:
            raise FullError
        if answer.status >= 400:
            raise NodeFailedError(f"the {route} answered with {answer.status}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def route_of(service: Service, node: str) -> str | None:
    """The route that a node serves; None: it serves none."""
    kind = next((one.kind for one in service.lineage.nodes if one.id == node), "")
    return next((route for route, of in KINDS.items() if of == kind), None)
