"""A spec in; a process that runs, is noted down and has said where it is, out."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from simulator import shell
from simulator.live import runs
from simulator.live.process import announced
from simulator.live.runs import ORIGIN, Process, Run, Spec
from simulator.live.watchdog.ledger import Ledger
from simulator.shell import Running

FIRST_WORD_S = 150.0
"""How long a process may take to say where it is; the load asks for every healthy outcome before."""
_HERE = re.compile(r"http://127\.0\.0\.1:\d{1,5}/?")
_PLACE = re.compile(r"\{(sandbox|observer|proxy|load)\.(url|control|origin)\}")


class NotStartedError(Exception):
    """It did not come up; the message says why."""


def missing(spec: Spec, run: Run) -> str:
    """Of which room a spec needs to know something that has not been said yet; empty: of none."""
    for option in (*spec.options, *spec.command):
        for room, what in _PLACE.findall(option):
            if not _known(run, room, what):
                return str(room)
    return ""


def command_of(spec: Spec, run: Run) -> list[str]:
    """What to run: on the ports that it had before, where it had any."""
    filled = [_PLACE.sub(lambda found: _known(run, found[1], found[2]), one) for one in spec.options]
    start = [*spec.command] or [sys.executable, "-m", f"simulator.live.{spec.room}"]
    before = run.process(spec.room)
    for option, value in _as_before(before) if before else ():
        if value and option not in filled:
            filled += [option, value]
    return [*start, *filled]


def _as_before(before: Process) -> Sequence[tuple[str, str]]:
    ports = [str(urlsplit(where).port) if where else "" for where in (before.url, before.control)]
    return (("--port", ports[0]), ("--control-port", ports[1]), ("--origin", before.origin))


def _known(run: Run, room: str, what: str) -> str:
    found = next((one for one in run.processes if one.room == room), None)
    return "" if found is None else str(getattr(found, what))


async def start(spec: Spec, ledger: Ledger, token: str) -> tuple[Process, Running]:
    """Start it, note it down, wait for its first word, note that too; NotStartedError."""
    before = ledger.process(spec.room)
    running = _spawn(spec, ledger, token)
    process = Process(
        spec.room,
        running.identity.pid,
        running.identity.began,
        before.url if before else "",
        before.control if before else "",
        before.origin if before else "",
    )
    try:
        if not ledger.note(process) and not process.control:
            raise NotStartedError(f"the {spec.room} is not started: nobody could find it again after a crash")
        line = await asyncio.to_thread(running.first_line, FIRST_WORD_S)
        if not line:
            # Its last file was closed; how it ended is known a moment later.
            await asyncio.to_thread(shell.gone, running.identity, within_s=0.5)
        process = _placed(process, line, running)
    except BaseException:
        await asyncio.shield(asyncio.to_thread(shell.end, running.identity))
        running.forget()
        raise
    ledger.note(process)
    return process, running


def _spawn(spec: Spec, ledger: Ledger, token: str) -> Running:
    try:
        return shell.start(
            command_of(spec, ledger.run),
            Path.cwd(),
            environment={**spec.environment, **runs.marks(ledger.folder, spec.room, token)},
            complaints=ledger.folder / f"{spec.room}.log",
        )
    except (OSError, ValueError) as error:
        raise NotStartedError(f"the {spec.room} cannot be started: {error}") from None


def _placed(process: Process, line: str, running: Running) -> Process:
    """The process with where it says it is; NotStartedError when it says nothing of use."""
    if not line:
        ended = f"it ended with {running.code}" if running.code is not None else "it said nothing"
        raise NotStartedError(f"the {process.room} did not come up: {ended} (see {process.room}.log)")
    try:
        said = announced(line)
    except ValueError:
        raise NotStartedError(f"the {process.room} did not say where it is, but {line[:80]!r}") from None
    url, control = (str(said.get(key, "")) for key in ("url", "control"))
    if not _HERE.fullmatch(control) or (url and not _HERE.fullmatch(url)):
        raise NotStartedError(f"the {process.room} is not on this machine: '{url[:80]}', '{control[:80]}'")
    if said.get("pid", process.pid) != process.pid:
        raise NotStartedError(f"the {process.room} says that it is process {said['pid']}, not {process.pid}")
    origin = str(said.get("origin", ""))
    if not ORIGIN.fullmatch(origin):
        raise NotStartedError(f"the {process.room} goes by no clock: '{origin[:80]}'")
    return replace(process, url=url.rstrip("/"), control=control.rstrip("/"), origin=origin)
