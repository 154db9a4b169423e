"""The control plane that every process of a live drill has: loopback alone, a token, and no browser.

A server that can break a service must not be reachable by a page in somebody's browser: a request has to name
a loopback host, may carry no Origin, and has to know the token, which is compared in constant time.
"""

from __future__ import annotations

import hmac
import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from simulator.live.process import LOOPBACK, Alive

OPEN = ("/health",)
"""Paths that need no token, and tell nothing."""


def application(token: str) -> web.Application:
    """An application that refuses whoever is not asked; ``GET /health`` answers 200 to all on this machine."""
    app = web.Application(middlewares=[_guard(token)])
    app.router.add_get("/health", _healthy)
    return app


def keeping(app: web.Application, alive: Alive) -> web.Application:
    """The application, which hears from ``POST /alive`` that it is needed, and from ``POST /stop`` that it may go."""

    async def hear(request: web.Request) -> web.Response:
        alive.hear()
        return web.json_response({"ok": True})

    async def stop(request: web.Request) -> web.Response:
        alive.stop()
        return web.json_response({"ok": True})

    app.router.add_post("/alive", hear)
    app.router.add_post("/stop", stop)
    return app


def is_loopback(host: str) -> bool:
    """Whether a host, with or without a port, is this machine by its number or as localhost.

    >>> is_loopback("127.0.0.1:8080"), is_loopback("[::1]:80"), is_loopback("localhost"), is_loopback("evil.example")
    (True, True, True, False)
    """
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def bearer(token: str) -> dict[str, str]:
    """The header by which a caller shows that it was asked."""
    return {"Authorization": f"Bearer {token}"}


def is_bearer(header: str, token: str) -> bool:
    """Whether a header carries the token; takes equally long however much of it is right."""
    return hmac.compare_digest(header.encode("utf-8", "surrogateescape"), f"Bearer {token}".encode())


def refusal(
    *, host: str, origin: str | None, authorization: str, token: str, path: str
) -> tuple[int, str] | None:
    """Why a request is turned away, as a status and a sentence; None: it may come in."""
    if not is_loopback(host):
        return 403, f"the host '{host[:100]}' is not this machine: ask {LOOPBACK} by its number"
    if origin is not None:
        return 403, "pages in a browser may not ask here"
    if path not in OPEN and not is_bearer(authorization, token):
        return 401, "this needs the token of the run: Authorization: Bearer TOKEN"
    return None


def _guard(token: str) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        amiss = refusal(
            host=request.headers.get("Host", ""),
            origin=request.headers.get("Origin"),
            authorization=request.headers.get("Authorization", ""),
            token=token,
            path=request.path,
        )
        if amiss is not None:
            status, message = amiss
            return web.json_response({"error": message}, status=status)
        return await handler(request)

    return guard


async def _healthy(request: web.Request) -> web.Response:
    return web.json_response({"ok": True})
