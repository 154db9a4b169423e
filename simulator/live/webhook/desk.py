"""An inbox and a token in, the application that takes webhooks out: ``POST /alerts``."""

from __future__ import annotations

from aiohttp import web

from simulator.live import plane
from simulator.live.webhook.inbox import Inbox
from simulator.live.webhook.message import MessageError, message_of

PATH = "/alerts"
MOST_BYTES = 1024**2
"""As aiohttp has it for every application that says nothing else."""


def application(inbox: Inbox, token: str) -> web.Application:
    """Whoever asks needs the token, names this machine, and is no page in a browser."""

    async def alerts(request: web.Request) -> web.Response:
        try:
            message = message_of(await request.read())
        except MessageError as error:
            return _refused(inbox, 400, str(error))
        except web.HTTPRequestEntityTooLarge:
            return _refused(inbox, 413, f"the body is larger than {MOST_BYTES:,} bytes: group fewer alerts")
        taken = inbox.take(message)
        return web.json_response({"taken": taken, "passed_over": len(message.alerts) - taken})

    app = plane.application(token)
    app.router.add_post(PATH, alerts)
    return app


def _refused(inbox: Inbox, status: int, why: str) -> web.Response:
    inbox.note(f"a webhook was refused: {why}")
    return web.json_response({"error": why}, status=status)
