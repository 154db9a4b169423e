"""A stage in; a receiver of webhooks that serves while a drill is played, and the alarms that it hears, out."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.process import LOOPBACK
from simulator.live.serving import serving
from simulator.live.webhook.desk import PATH, application
from simulator.live.webhook.inbox import WATCHDOG, Inbox
from simulator.live.webhook.prepared import Chain, Receiver
from simulator.live.webhooked import Webhooked
from simulator.session.loop import bank_of
from simulator.session.stage import Stage

POLL_S, JOIN_S = 0.5, 10.0
BY_HAND = f"tell your Alertmanager once: amtool alert add alertname={WATCHDOG} runbook=none at=$(date +%s)"


class NotHeardError(RuntimeError):
    """No alert arrives; the message says how far they come, and what to do."""


@dataclass(frozen=True, slots=True)
class Receiving:
    """What listens for webhooks."""

    receiver: Receiver
    inbox: Inbox
    alarms: Webhooked
    """For the session."""

    def wait(self, chain: Chain | None, *, within_s: float) -> None:
        """Returns when the target is scraped and alerts arrive; NotHeardError when they do not within so long.

        ``chain``: None where somebody else's Alertmanager is to tell us.
        """
        until = time.monotonic() + within_s
        while not self.inbox.hears_watchdog(POLL_S):
            if time.monotonic() >= until:
                what = BY_HAND if chain is None else how_far(chain)
                raise NotHeardError(f"no alert has arrived within {within_s:g} s: {what}")


@contextmanager
def receiving(stage: Stage, *, like: Receiver | None = None) -> Iterator[Receiving]:
    """Serves on loopback, in a thread of this process; OSError when somebody else has the port.

    ``like``: the receiver of an earlier drill, whose place and token are taken over; None: a port and a token are made.
    """
    inbox, token = Inbox(stage.service.id, stage.signals), like.token if like else secrets.token_urlsafe(32)
    port = urlsplit(like.url).port if like else None
    with _in_thread(application(inbox, token), port or 0) as bound:
        yield Receiving(
            Receiver(f"http://{LOOPBACK}:{bound}{PATH}", token),
            inbox,
            Webhooked(stage.signals, inbox, read=bank_of(stage)),
        )


def how_far(chain: Chain) -> str:
    """Up to where alerts come, as a sentence that says what to do."""
    start_prometheus, start_alertmanager = (" ".join(command) for command in chain.commands)
    try:
        targets = _asked(chain.prometheus, "api", "v1", "targets")["data"]["activeTargets"]
    except UnreachableError:
        return f"Prometheus does not answer at {chain.prometheus}; start it: {start_prometheus}"
    except (RefusedError, KeyError, TypeError):
        return f"what answers at {chain.prometheus} is no Prometheus"
    down = [str(one.get("lastError", ""))[:200] for one in targets if one.get("health") != "up"]
    if down or not targets:
        return f"Prometheus does not get the target's metrics: {(down or ['it has no target'])[0]}"
    try:
        _asked(chain.alertmanager, "api", "v2", "status")
    except UnreachableError:
        return f"Alertmanager does not answer at {chain.alertmanager}; start it: {start_alertmanager}"
    except RefusedError:
        return f"what answers at {chain.alertmanager} is no Alertmanager"
    return f"both run, but {WATCHDOG} does not come: see what Alertmanager says when it tells its receiver"


def _asked(url: str, *path: str) -> dict[str, dict[str, list[dict[str, object]]]]:
    caller = Caller(url)
    try:
        found: dict[str, dict[str, list[dict[str, object]]]] = caller.get(*path)
        return found
    finally:
        caller.close()


@contextmanager
def _in_thread(app: web.Application, port: int) -> Iterator[int]:
    """The port on which it serves, from a thread with a loop of its own."""
    bound: Future[tuple[int, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        over = asyncio.Event()
        async with serving(app, port=port) as found:
            bound.set_result((found, asyncio.get_running_loop(), over))
            await over.wait()

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            if bound.done():
                raise
            bound.set_exception(error)

    thread = threading.Thread(target=run, name="webhooks", daemon=True)
    thread.start()
    found, loop, over = bound.result()
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(JOIN_S)
