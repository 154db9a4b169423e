"""A route of a request in; its node asked over HTTP, so that what happens on the way there happens for real.

The endpoint asks its model or its fallback through the proxy that stands before the sandbox: what a fault does to
that node, the endpoint's own metrics show, and a route that avoids the node is free of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import aiohttp
import orjson

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
    async def serve(
        self,
        route: str,
        request: str,
        share: float,
        *,
        address: str = "",
        told: Mapping[str, object] | None = None,
    ) -> Mapping[str, Any] | None:
        """Take the time that the route takes; FullError, NodeFailedError. ``share``: of requests that are faster.

        What its node answered; None: it was asked in here. ``told``: what it needs to know, where it is met at
        ``address``.
        """
        ...

    async def ask(self, address: str, request: str, told: Mapping[str, object]) -> Mapping[str, Any] | None:
        """What a node answers about a request, empty where it fails; None: it is not asked, but read in here."""
        ...

    async def close(self) -> None: ...


class Within:
    """The node is asked in this very process."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew

    async def serve(
        self,
        route: str,
        request: str,
        share: float,
        *,
        address: str = "",
        told: Mapping[str, object] | None = None,
    ) -> Mapping[str, Any] | None:
        await self._crew.serve(route, share)
        return None

    async def ask(self, address: str, request: str, told: Mapping[str, object]) -> Mapping[str, Any] | None:
        return None

    async def close(self) -> None:
        pass


class Hop(Within):
    """The node is asked at a URL; in here, when nobody listens there: a way that is gone is no fault of the node."""

    def __init__(self, crew: Crew, service: Service, url: str) -> None:
        super().__init__(crew)
        self._url = f"{url.rstrip('/')}{PATH}"
        self._nodes = {
            route: node.id
            for route, kind in KINDS.items()
            for node in service.lineage.nodes
            if node.kind == kind
        }
        self._session: aiohttp.ClientSession | None = None

    async def serve(
        self,
        route: str,
        request: str,
        share: float,
        *,
        address: str = "",
        told: Mapping[str, object] | None = None,
    ) -> Mapping[str, Any] | None:
        sent = {"id": request, "share": share, **(told or {})}
        try:
            status, body = await self._post(address or self._nodes[route], request, sent)
        except aiohttp.ClientConnectorError:
            return await super().serve(route, request, share)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NodeFailedError(str(error) or type(error).__name__) from None
        if status == 429:
            raise FullError
        if status >= 400:
            raise NodeFailedError(f"the {route} answered with {status}")
        return _object(body) if told else {}

    async def ask(self, address: str, request: str, told: Mapping[str, object]) -> Mapping[str, Any] | None:
        try:
            status, body = await self._post(address, request, {"id": request, **told})
        except aiohttp.ClientConnectorError:
            return None
        except (aiohttp.ClientError, TimeoutError):
            return {}
        return _object(body) if status == 200 else {}

    async def _post(self, address: str, request: str, sent: Mapping[str, object]) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=PATIENCE_S)
            )
        headers = {REQUEST_ID: request, "Content-Type": "application/json"}
        async with self._session.post(
            self._url + address, data=orjson.dumps(sent), headers=headers
        ) as answer:
            return answer.status, await answer.read()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _object(body: bytes) -> Mapping[str, Any]:
    """What an answer says, nothing where nobody can read it."""
    try:
        found = orjson.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def route_of(service: Service, node: str) -> str | None:
    """The route that a node serves; None: it serves none."""
    kind = next((one.kind for one in service.lineage.nodes if one.id == node), "")
    return next((route for route, of in KINDS.items() if of == kind), None)
