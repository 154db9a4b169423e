"""A run that nobody needs in; first its faults, then its processes gone, out."""

from __future__ import annotations

import asyncio

from simulator import shell
from simulator.live import runs
from simulator.live.runs import Process, Room, RunError, Spec
from simulator.live.watchdog.ledger import Ledger
from simulator.live.watchdog.line import Line
from simulator.live.watchdog.starting import NotStartedError, start

ANSWER_S = 1.0
GRACE_S = 1.0
"""What is under way through the proxy may end before it goes."""
PATIENCE_S = 2.0


async def end_all(ledger: Ledger, line: Line, token: str, why: str) -> None:
    """Leases first; then load, and, where the target is ours, proxy and sandbox.

    Another's target keeps its proxy, and the observer around it: clients may go on to come through them.
    """
    ledger.say(f"ending the run: {why}")
    proxy = ledger.process("proxy")
    clean = proxy is None or await _end_leases(ledger, line, proxy)
    await _end(ledger, line, "load")
    left: tuple[Process, ...] = ()
    if ledger.run.ours:
        await asyncio.sleep(GRACE_S if ledger.process("load") else 0)
        await _end(ledger, line, "proxy")
        await _end(ledger, line, "sandbox")
    elif proxy is not None:
        left = await _passing(ledger, token, proxy if clean else None)
        observer = ledger.process("observer")
        if observer is not None and ledger.run.lives(observer):
            left = (*left, observer)
    await _end_marked(ledger, left)
    _close(ledger, left)


async def _end_leases(ledger: Ledger, line: Line, proxy: Process) -> bool:
    """Whether the proxy says that it has none any more; one that does not say so ends by force, and they with it."""
    if not ledger.run.lives(proxy):
        return False
    status = await line.tell(proxy.control, "DELETE", "/leases", within_s=ANSWER_S) if proxy.control else 0
    if status in range(200, 300):
        ledger.say("proxy: its leases were ended")
        return True
    ledger.say(
        f"proxy (pid {proxy.pid}) did not end its leases within {ANSWER_S:g} s ({status}): ended by force"
    )
    await asyncio.to_thread(shell.end, proxy.identity)
    return False


async def _end(ledger: Ledger, line: Line, room: Room) -> None:
    process = ledger.process(room)
    if process is None or not ledger.run.lives(process):
        return
    if process.control:
        await line.tell(process.control, "POST", "/stop", within_s=ANSWER_S)
    is_gone = await asyncio.to_thread(shell.end, process.identity, patience_s=PATIENCE_S)
    ledger.say(f"{room} (pid {process.pid}) " + ("was ended" if is_gone else "CANNOT be ended"))


async def _passing(ledger: Ledger, token: str, proxy: Process | None) -> tuple[Process, ...]:
    """The proxy of another's target, which goes on by itself as long as it has clients; a new one when it is gone."""
    if proxy is None:
        spec = next((one for one in ledger.run.specs if one.room == "proxy"), Spec("proxy"))
        try:
            proxy, running = await start(spec, ledger, token)
        except NotStartedError as error:
            ledger.say(f"{error}; its clients have to ask {ledger.run.target} itself")
            return ()
        running.forget()
    ledger.say(f"proxy (pid {proxy.pid}) passes requests through until its last client has gone")
    return (proxy,)


async def _end_marked(ledger: Ledger, left: tuple[Process, ...]) -> None:
    """Whatever else carries the mark of the run."""
    kept = {one.identity for one in left}
    for room, who in await asyncio.to_thread(runs.marked, ledger.folder):
        if room != "watchdog" and who not in kept:
            await asyncio.to_thread(shell.end, who, patience_s=ANSWER_S)
            ledger.say(f"{room} (pid {who.pid}) was left: ended")


def _close(ledger: Ledger, left: tuple[Process, ...]) -> None:
    try:
        runs.end(ledger.folder, ledger.run, left=left)
        ledger.say("the run is over")
    except (RunError, OSError) as error:
        ledger.say(f"the run is over, but that could not be put down: {error}")
