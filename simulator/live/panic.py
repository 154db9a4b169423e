"""A machine on which something may have gone wrong in; no fault, and nothing of any run left, out.

Needs nothing but what stands on the disk and in ``/proc``: no drill, no watchdog, no event loop.
It never ends a process that is not of a run: id, start and boot have to be those that were noted down,
or the process carries the mark of the run in its environment.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from simulator import shell
from simulator.live import runs, turned
from simulator.live.asking import Caller, RefusedError, UnreachableError
from simulator.live.runs import Process, Run, RunError
from simulator.shell import Identity

ANSWER_S = 1.0
PATIENCE_S = 1.0
AT_ONCE = 16


@dataclass(slots=True)
class Panicked:
    """What was done to one run, in sentences."""

    run: str
    ended: list[str] = field(default_factory=list)
    """What was ended."""
    left: list[str] = field(default_factory=list)
    """What could not be, and what to do about it."""
    notes: list[str] = field(default_factory=list)
    """What goes on and may, and what was amiss."""


@dataclass(frozen=True, slots=True)
class Told:
    """What there was on the machine; ``runs`` has those where there was anything to do or to say."""

    runs: tuple[Panicked, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left."""
        return not any(one.left for one in self.runs)


def panic(*, drills: bool = True) -> Told:
    """End every fault on this machine, and every process of a live run; safe to call again. Raises nothing.

    ``drills``: the drills too, as they would ask for their faults again; never this process or one above it.
    """
    try:
        folders, unread = runs.folders(), ""
    except (RunError, OSError) as error:
        folders, unread = (), f"the runs on this machine cannot be read: {error}"
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [*pool.map(lambda folder: _one(folder, drills=drills), folders)]
    found.append(_strays(unread))
    return Told(tuple(one for one in found if one.ended or one.left or one.notes))


def _strays(unread: str) -> Panicked:
    """What is of a run that nobody can read any more."""
    told = Panicked("runs without a folder", left=[unread] if unread else [])
    try:
        for room, who in runs.strays():
            is_gone = who.pid in shell.ancestors() or shell.end(who, patience_s=PATIENCE_S)
            (told.ended if is_gone else told.left).append(_sentence(room, who, is_gone=is_gone))
    except OSError as error:
        told.left.append(f"what else there is cannot be found: {error}")
    return told


def _sentence(room: str, who: Identity, *, is_gone: bool) -> str:
    name = f"the {room or 'unknown part'} (process {who.pid})"
    return f"{name} was ended" if is_gone else f"{name} goes on: end it by hand (kill -9 {who.pid})"


def _one(folder: Path, *, drills: bool) -> Panicked:
    told = Panicked(folder.name)
    try:
        _Run(folder, told).end(drills=drills)
        told.notes += turned.left(folder)
    # One broken run must not keep the others from being ended.
    except Exception as error:
        told.left.append(f"{folder.name} could not be ended whole: {error!r} (end its processes by hand)")
    return told


class _Run:
    """One run that is being ended."""

    def __init__(self, folder: Path, told: Panicked) -> None:
        self.folder, self.told = folder, told
        self.run = self._read()
        self._spared = shell.ancestors()
        self._leased: set[Identity] = set()
        """Proxies that have said that no lease is left."""
        self._kept: list[Process] = []
        """Those of them that go on, and may."""

    def end(self, *, drills: bool) -> None:
        if not self._living(drills=drills):
            return
        runs.mark_panicked(self.folder)
        # First what harms; then who would start it again; then once more, as it may have done so meanwhile.
        self._end_leases()
        self._end_rooms("watchdog", "", patience_s=0.0)
        if drills:
            self._end_rooms("drill", "", patience_s=PATIENCE_S)
        self.run = self._read(again=True)
        self._end_leases()
        self._end_rooms("load", "", patience_s=PATIENCE_S)
        self._end_proxies()
        self._end_rooms("sandbox", "", patience_s=PATIENCE_S)
        self._verify(drills=drills)

    def _read(self, *, again: bool = False) -> Run | None:
        try:
            return runs.read(self.folder)
        except RunError as error:
            if not again and runs.marked(self.folder):
                self.told.notes.append(f"{error}; its processes were found by their mark")
            return None

    def _living(self, *, drills: bool) -> list[tuple[str, Identity, Process | None]]:
        """What is there of the run: room, who it is, and what was noted down of it."""
        found: dict[Identity, tuple[str, Process | None]] = {}
        if self.run is not None:
            noted = [*self.run.processes, *([self.run.drill] if drills and self.run.ended is None else [])]
            found = {one.identity: (one.room, one) for one in noted if self.run.lives(one)}
        for room, who in runs.marked(self.folder):
            found.setdefault(who, (room, None))
        return [(room, who, one) for who, (room, one) in found.items() if who.pid not in self._spared]

    def _of(self, room: str) -> list[tuple[Identity, Process | None]]:
        return [(who, one) for name, who, one in self._living(drills=room == "drill") if name == room]

    def _end_leases(self) -> None:
        for who, noted in self._of("proxy"):
            if noted is None or not noted.control or who in self._leased:
                continue
            if self._tell(noted, lambda proxy: proxy.delete("leases")):
                self._leased.add(who)
                self.told.ended.append(f"the leases of the proxy (process {who.pid}) were ended")

    def _tell(self, proxy: Process, order: Callable[[Caller], object]) -> bool:
        """Whether the proxy takes an order within a second."""
        try:
            token = runs.token(self.folder, proxy.token)
        except RunError as error:
            self.told.notes.append(f"{error}: the proxy is ended by force")
            return False

        def ask() -> bool:
            caller = Caller(proxy.control, token, timeout_s=ANSWER_S)
            try:
                order(caller)
                return True
            except (UnreachableError, RefusedError, ValueError):
                return False
            finally:
                caller.close()

        return within(ANSWER_S, ask)

    def _end_proxies(self) -> None:
        """Ours go; another's target keeps one that has ended its leases, as long as it has clients."""
        theirs = self.run.target if self.run is not None and not self.run.ours else ""
        for who, noted in self._of("proxy"):
            # One that was told to stop grants nothing any more, but lets its clients finish.
            if theirs and noted and who in self._leased and self._tell(noted, lambda one: one.post("stop")):
                self.told.notes.append(
                    f"the proxy (process {who.pid}) has no lease, passes requests through to {theirs}, "
                    "and ends when its last client has gone"
                )
                self._kept.append(noted)
            else:
                self._end_one("proxy", who, patience_s=PATIENCE_S)
        if theirs and not self._kept:
            self.told.notes.append(f"the proxy is gone: its clients have to ask {theirs} itself")
        for who, noted in self._of("observer"):
            # The proxy's way to the target leads through it; it ends when nobody comes any more.
            if self._kept and noted:
                self._kept.append(noted)
            else:
                self._end_one("observer", who, patience_s=PATIENCE_S)

    def _end_rooms(self, *rooms: str, patience_s: float) -> None:
        for room in rooms:
            for who, _ in self._of(room):
                self._end_one(room, who, patience_s=patience_s)

    def _end_one(self, room: str, who: Identity, *, patience_s: float) -> None:
        if shell.end(who, patience_s=patience_s):
            self.told.ended.append(_sentence(room, who, is_gone=True))

    def _verify(self, *, drills: bool) -> None:
        may = {one.identity for one in self._kept}
        for room, who, _ in self._living(drills=drills):
            if who not in may:
                self.told.left.append(_sentence(room, who, is_gone=False))
        if self.run is not None and not self.told.left:
            try:
                runs.end(self.folder, self.run, left=tuple(self._kept))
            except (RunError, OSError) as error:
                self.told.notes.append(f"that the run is over could not be put down: {error}")


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
