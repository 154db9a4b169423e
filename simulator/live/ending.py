"""The folder of one run in; its faults ended, then its processes, and that in sentences, out."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from simulator import shell
from simulator.live import found, runs, turned
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.found import Living
from simulator.live.runs import Process, Run, RunError
from simulator.shell import Identity

ANSWER_S = 1.0
PATIENCE_S = 1.0
BACK_S = 60.0
"""So long may a drill take to turn back one control: twice as long as a binding has unless its file says otherwise."""
LOOK_S = 0.1


@dataclass(slots=True)
class Panicked:
    """What was done to one run, in sentences."""

    run: str
    folder: str
    """Where it stands; empty: nowhere."""
    ended: list[str] = field(default_factory=list)
    """What was ended."""
    left: list[str] = field(default_factory=list)
    """What could not be, and what to do about it."""
    notes: list[str] = field(default_factory=list)
    """What goes on and may, and what was amiss."""


class Ending:
    """One run that is being ended."""

    def __init__(
        self, folder: Path, told: Panicked, *, say: Callable[[str], None], hurry: threading.Event
    ) -> None:
        self.folder, self.told, self._say, self._hurry = folder, told, say, hurry
        self.run = self._read()
        self._leased: set[Identity] = set()
        """Proxies that have said that no lease is left."""
        self._kept: list[Process] = []
        """Those of them that go on, and may."""

    def end(self, *, drills: bool) -> None:
        if not self._living(drills=drills):
            return
        was_panicked = runs.is_panicked(self.folder)
        # First what harms; then who would start it again; then once more, as it may have done so meanwhile.
        self._end_leases()
        if drills and self._is_theirs and not was_panicked:
            # Before it finds out by itself: who is interrupted once turns everything back, who is twice does not.
            self._ask_drill()
        runs.mark_panicked(self.folder)
        self._end_rooms("watchdog", patience_s=0.0)
        self._end_unheard()
        if drills:
            self._end_drill()
        self.run = self._read(again=True)
        self._end_rooms("watchdog", patience_s=0.0)
        self._end_leases()
        self._end_rooms("load", patience_s=PATIENCE_S)
        self._end_proxies()
        self._end_rooms("sandbox", patience_s=PATIENCE_S)
        self._end_others(drills=drills)
        self._verify(drills=drills)

    @property
    def _is_theirs(self) -> bool:
        """Whether its target is somebody else's: that is never taken its proxy, nor left as the drill had it."""
        return self.run is not None and not self.run.ours

    def _read(self, *, again: bool = False) -> Run | None:
        try:
            return found.read(self.folder)
        except RunError as error:
            if not again and runs.marked(self.folder):
                self.told.notes.append(f"{error}; its processes were found by their mark")
            return None

    def _living(self, *, drills: bool) -> list[Living]:
        return found.living(self.folder, self.run, drills=drills)

    def _of(self, room: str) -> list[Living]:
        return [one for one in self._living(drills=room == "drill") if one.room == room]

    def _end_leases(self) -> None:
        """Of another's target the proxy is closed besides: it grants nothing any more, and lets its clients finish."""
        for one in self._of("proxy"):
            is_first = one.who not in self._leased
            if self._tell(one, _close if self._is_theirs else _end_leases):
                self._leased.add(one.who)
                if is_first:
                    self.told.ended.append(f"the leases of the proxy (process {one.who.pid}) were ended")
            else:
                self._leased.discard(one.who)

    def _tell(self, proxy: Living, order: Callable[[Caller], object]) -> bool:
        """Whether the proxy takes an order within a second."""
        if proxy.noted is None or not (control := proxy.noted.control):
            return False
        # Out of its own environment: no file has to be there, or to be believed.
        token = shell.variable(proxy.who, runs.TOKEN_VARIABLE)

        def ask() -> bool:
            caller = Caller(control, token, timeout_s=ANSWER_S)
            try:
                order(caller)
                return True
            except (UnreachableError, RefusedError, ValueError):
                return False
            finally:
                caller.close()

        return within(ANSWER_S, ask)

    def _end_unheard(self) -> None:
        """Proxies that did not say that their leases are ended; nobody starts them anew any more."""
        for one in self._of("proxy"):
            if one.who not in self._leased:
                self._end_one(one, patience_s=PATIENCE_S)

    def _ask_drill(self) -> None:
        for one in self._of("drill"):
            shell.send(one.who, signal.SIGTERM)
            # One that was stopped hears nothing until it goes on.
            shell.send(one.who, signal.SIGCONT)

    def _end_drill(self) -> None:
        for one in self._of("drill"):
            if self._is_theirs:
                self._wait(one.who)
                # It was asked already; asked twice it would leave as they are what it has not turned back.
                self._end_one(one, patience_s=0.0)
            else:
                self._end_one(one, patience_s=PATIENCE_S)

    def _wait(self, drill: Identity) -> None:
        """Until a drill is gone, or turns nothing back any more, or somebody does not want to wait."""
        if shell.gone(drill, within_s=PATIENCE_S) or not (left := self._turned()):
            return
        self._say(
            f"{self.folder.name}: its faults are ended, and it turns back what it turned, "
            f"each control within {BACK_S:g} s. Ctrl-C: do not wait."
        )
        until = time.monotonic() + BACK_S
        while left and shell.lives(drill) and time.monotonic() < until and not self._hurry.wait(LOOK_S):
            if (now := self._turned()) < left:
                left, until = now, time.monotonic() + BACK_S
        if not left:
            shell.gone(drill, within_s=PATIENCE_S)

    def _turned(self) -> int:
        """How many controls are not turned back."""
        return len([*turned.left(self.folder)])

    def _end_proxies(self) -> None:
        """Ours go; another's target keeps one that has ended its leases, as long as it has clients."""
        theirs = self.run.target if self.run is not None and not self.run.ours else ""
        for one in self._of("proxy"):
            if theirs and one.noted and one.who in self._leased:
                self.told.notes.append(
                    f"the proxy (process {one.who.pid}) has no lease, passes requests through to {theirs}, "
                    "and ends when its last client has gone"
                )
                self._kept.append(one.noted)
            else:
                self._end_one(one, patience_s=PATIENCE_S)
        if theirs and not self._kept:
            self.told.notes.append(f"the proxy is gone: its clients have to ask {theirs} itself")
        for one in self._of("observer"):
            # The proxy's way to the target leads through it; it ends when nobody comes any more.
            if self._kept and one.noted:
                self._kept.append(one.noted)
            else:
                self._end_one(one, patience_s=PATIENCE_S)

    def _end_rooms(self, room: str, *, patience_s: float) -> None:
        for one in self._of(room):
            self._end_one(one, patience_s=patience_s)

    def _end_others(self, *, drills: bool) -> None:
        """What carries the mark, whatever it says that it is."""
        for one in self._not_kept(drills=drills):
            self._end_one(one, patience_s=PATIENCE_S)

    def _end_one(self, one: Living, *, patience_s: float) -> None:
        if shell.end(one.who, patience_s=patience_s):
            self.told.ended.append(f"{_named(one)} was ended")

    def _not_kept(self, *, drills: bool) -> list[Living]:
        may = {one.identity for one in self._kept}
        return [one for one in self._living(drills=drills) if one.who not in may]

    def _verify(self, *, drills: bool) -> None:
        for one in self._not_kept(drills=drills):
            self.told.left.append(f"{_named(one)} goes on: end it by hand (kill -9 {one.who.pid})")
        if self.run is not None and not self.told.left:
            try:
                runs.end(self.folder, self.run, left=tuple(self._kept))
            except (RunError, OSError) as error:
                self.told.notes.append(f"that the run is over could not be put down: {error}")


def _named(one: Living) -> str:
    return f"the {one.room or 'unknown part'} (process {one.who.pid})"


def _end_leases(proxy: Caller) -> None:
    proxy.delete("leases")


def _close(proxy: Caller) -> None:
    proxy.delete("leases")
    proxy.post("stop")


def within(seconds: float, ask: Callable[[], bool]) -> bool:
    """Whether a question was answered with yes in time; one that trickles on is left to itself."""
    answers: list[bool] = []

    def wait() -> None:
        # Whatever goes wrong with an answer, there was none.
        with contextlib.suppress(Exception):
            answers.append(ask())

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    thread.join(seconds)
    return bool(answers) and answers[0]
