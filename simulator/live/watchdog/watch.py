"""A run in; its processes kept until the drill has gone, out."""

from __future__ import annotations

import asyncio
import os
import signal

from aiohttp import web

from simulator import shell
from simulator.live import plane, runs
from simulator.live.process import LOOPBACK, announce
from simulator.live.runs import Process, Room
from simulator.live.serving import serving
from simulator.live.watchdog.ending import end_all
from simulator.live.watchdog.keeper import TURN_S, Keeper
from simulator.live.watchdog.ledger import Ledger
from simulator.live.watchdog.line import Line
from simulator.live.watchdog.patience import Need, Presence

KEPT_ROOMS: tuple[Room, ...] = ("sandbox", "observer", "proxy", "load")


async def watch(ledger: Ledger, token: str, *, port: int = 0) -> None:
    """Keep the processes of a run until nobody needs them; then end them."""
    need = Need(lambda: ledger.run.lives(ledger.run.drill))
    presence, line = Presence(), Line(token)
    specs = sorted(ledger.run.specs, key=lambda spec: KEPT_ROOMS.index(spec.room))
    keepers = [Keeper(spec, ledger, line, token, presence) for spec in specs]
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, need.stop, "the watchdog was told to end")
    try:
        async with serving(_desk(token, need, keepers), port=port) as taken:
            control = f"http://{LOOPBACK}:{taken}"
            _note_ourselves(ledger, control)
            announce(control=control, pid=os.getpid())
            why = await _keep(ledger, need, presence, keepers)
            await end_all(ledger, line, token, why)
    finally:
        await line.close()


def _note_ourselves(ledger: Ledger, control: str) -> None:
    who = shell.identity(os.getpid())
    assert who is not None
    ledger.note(Process("watchdog", who.pid, who.began, control=control))
    ledger.say(f"watchdog (pid {who.pid}) watches at {control}")


async def _keep(ledger: Ledger, need: Need, presence: Presence, keepers: list[Keeper]) -> str:
    """Returns why nothing is needed any more."""
    tasks = [asyncio.create_task(keeper.keep(), name=keeper.spec.room) for keeper in keepers]
    try:
        while not (why := need.over()):
            await asyncio.sleep(TURN_S)
            if away := presence.away_s():
                need.excuse(away)
                ledger.say(f"the watchdog was held up for {away:.1f} s")
            if ledger.is_behind:
                ledger.write()
            if runs.is_panicked(ledger.folder):
                need.stop("'drill panic' was called")
            for task in tasks:
                if task.done():
                    ledger.say(f"keeping the {task.get_name()} broke off: {task.exception()!r}")
                    need.stop(f"the {task.get_name()} cannot be kept")
        return why
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _desk(token: str, need: Need, keepers: list[Keeper]) -> web.Application:
    """What the drill asks: ``POST /alive``, ``POST /stop``, ``GET /state``."""

    async def alive(request: web.Request) -> web.Response:
        need.hear()
        return web.json_response({"ok": True})

    async def stop(request: web.Request) -> web.Response:
        need.stop("the drill is over")
        return web.json_response({"ok": True})

    async def state(request: web.Request) -> web.Response:
        return web.json_response({"rooms": [_state(keeper) for keeper in keepers]})

    app = plane.application(token)
    app.router.add_post("/alive", alive)
    app.router.add_post("/stop", stop)
    app.router.add_get("/state", state)
    return app


def _state(keeper: Keeper) -> dict[str, object]:
    process = keeper.process
    return {
        "room": keeper.spec.room,
        "up": process is not None,
        "pid": process.pid if process else None,
        "url": process.url if process else "",
        "control": process.control if process else "",
        "starts": keeper.starts,
        "trouble": keeper.trouble,
    }
