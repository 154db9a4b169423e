"""One process of the run: adopted or started, asked every two seconds, started again when it is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from simulator import shell
from simulator.live import runs
from simulator.live.clock import monotonic
from simulator.live.runs import Process, Spec
from simulator.live.watchdog.ledger import Ledger
from simulator.live.watchdog.line import Line
from simulator.live.watchdog.patience import Backoff, Presence, Silence
from simulator.live.watchdog.starting import NotStartedError, missing, start
from simulator.shell import Running

BEAT_S = 2.0
HANGS_S = 2.0
"""Who does not answer for so long, and does nothing meanwhile, hangs, and is ended by force."""
WORKS_S = 10.0
"""Who computes, or waits for a processor on a busy machine, may be silent for so long."""
ASKED_S = 0.5
"""Whoever may be silent for longer is asked again, and has so long to answer."""
TURN_S = 0.1
"""How often it is looked whether a process is still there."""


class Keeper:
    """Keeps one process until it is cancelled; what it keeps goes on then."""

    def __init__(
        self,
        spec: Spec,
        ledger: Ledger,
        line: Line,
        token: str,
        presence: Presence,
        *,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.spec, self._ledger, self._line, self._token = spec, ledger, line, token
        self._presence, self._now = presence, now
        self._backoff = Backoff()
        self._running: Running | None = None
        self.process: Process | None = None
        """Which one is up; None while none is."""
        self.starts = 0
        self.trouble = ""
        """What is wrong with it, as a sentence; empty: nothing."""

    async def keep(self) -> None:
        self.process = await self._adopted()
        while True:
            began = self._now()
            if self.process is None:
                self.process = await self._started()
            if self.process is not None:
                self.trouble = ""
                await self._until_lost(self.process)
                self.process = None
            wait = self._backoff.after(self._now() - began)
            if wait > 0:
                self.trouble = (
                    f"the {self.spec.room} dies again and again: {self._backoff.deaths} times in a row, "
                    f"started again in {wait:g} s (see {self.spec.room}.log)"
                )
                self._ledger.say(self.trouble)
                await asyncio.sleep(wait)

    async def _adopted(self) -> Process | None:
        """The process that an earlier watchdog left behind, if it lives and answers; all others of its room end."""
        noted = self._ledger.process(self.spec.room)
        kept = None
        if noted is not None and await self._answers(noted):
            kept = noted
            self._ledger.say(f"{_named(noted)} goes on: it was adopted")
        for room, who in await asyncio.to_thread(runs.marked, self._ledger.folder):
            if room == self.spec.room and (kept is None or who != kept.identity):
                self._ledger.say(f"{room} (pid {who.pid}) is not known or does not answer: ended")
                await asyncio.to_thread(shell.end, who)
        return kept

    async def _answers(self, process: Process) -> bool:
        """Whether it is there, and takes our orders."""
        if not process.control or not self._ledger.run.lives(process):
            return False
        status = await self._line.tell(process.control, "POST", "/alive", within_s=HANGS_S)
        return 200 <= status < 300

    async def _started(self) -> Process | None:
        while missing(self.spec, self._ledger.run):
            await asyncio.sleep(TURN_S / 2)
        try:
            process, self._running = await start(self.spec, self._ledger, self._token)
        except NotStartedError as error:
            self.trouble = str(error)
            self._ledger.say(self.trouble)
            return None
        self.starts += 1
        self._ledger.say(f"{_named(process)} was started")
        return process

    async def _until_lost(self, process: Process) -> None:
        """Returns when the process is gone, or was ended because it hangs or says that it is not well."""
        silence, due = Silence(HANGS_S, now=self._now), self._now()
        while self._is_there(process):
            if self._now() >= due:
                silence.asked()
                worked, within_s = shell.worked(process.identity), max(silence.left_s(), ASKED_S)
                status = await self._line.tell(process.control, "POST", "/alive", within_s=within_s)
                if 200 <= status < 300:
                    silence.heard()
                    due = self._now() + BEAT_S
                elif status:
                    self._ledger.say(f"{_named(process)} says that it is not well ({status}): ended")
                    await asyncio.to_thread(shell.end, process.identity)
                    break
                elif self._is_there(process) and self._hangs(silence, process, worked):
                    self._ledger.say(
                        f"{_named(process)} does not answer for {silence.lasts_s():.0f} s: ended"
                    )
                    await asyncio.to_thread(shell.end, process.identity)
                    break
            await asyncio.sleep(TURN_S)
        self._lost(process)

    def _hangs(self, silence: Silence, process: Process, worked: int) -> bool:
        """``worked``: ticks that it had had when it was asked."""
        # When we come back from being stopped, it may be this that runs first.
        self._presence.turn()
        if not silence.is_too_long(back_since=self._presence.back_since):
            return False
        return silence.lasts_s() >= WORKS_S or not shell.works(process.identity, since=worked)

    def _is_there(self, process: Process) -> bool:
        # Our own child stays a zombie until it is waited for.
        return shell.lives(process.identity)

    def _lost(self, process: Process) -> None:
        code = None if self._running is None else self._running.code
        self._ledger.say(f"{_named(process)} has ended" + ("" if code is None else f" with {code}"))
        if self._running is not None:
            self._running.forget()
            self._running = None


def _named(process: Process) -> str:
    return f"{process.room} (pid {process.pid})"
