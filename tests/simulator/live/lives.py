"""Runs of stand-ins, begun by a stand-in for the drill, and looked at from outside; all bounded."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from simulator import shell
from simulator.live import runs
from simulator.live.asking import Caller
from simulator.live.runs import Process, Room, Run, Spec
from simulator.live.watchdog.calling import call
from simulator.shell import Identity, Running

ROOT = Path(__file__).resolve().parents[3]
STUB = (sys.executable, "-m", "tests.simulator.live.stub")
LIMIT_S = 40.0
"""Generous: what is awaited comes within seconds on a machine with nothing else to do."""


def until(condition: Callable[[], bool], what: str, limit_s: float = LIMIT_S) -> None:
    """Wait for a state; it is a failure when it does not come."""
    end = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end, f"not within {limit_s:g} s: {what}"
        time.sleep(0.02)


def stub(room: Room, *options: str, wrong: str = "") -> Spec:
    return Spec(room, options, {"STUB": wrong} if wrong else {}, STUB)


ROOMS = (
    stub("sandbox"),
    stub("proxy", "--target", "{sandbox.url}"),
    stub("load", "--target", "{proxy.url}", "--direct", "{sandbox.url}"),
)


@dataclass(slots=True)
class Live:
    """A run of stand-ins."""

    folder: Path
    drill: Running
    watchdogs: list[Running]

    def run(self) -> Run:
        return runs.read(self.folder)

    def process(self, room: Room) -> Process:
        found = self.run().process(room)
        assert found is not None, f"no {room} in {self.run().processes}"
        return found

    def caller(self, room: Room) -> Caller:
        return Caller(self.process(room).control, runs.token(self.folder))

    def ask(self, room: Room, order: Callable[[Caller], object]) -> object:
        caller = self.caller(room)
        try:
            return order(caller)
        finally:
            caller.close()

    def call_watchdog(self) -> None:
        self.watchdogs.append(call(self.folder).running)

    def is_up(self, room: Room) -> bool:
        """Whether the process of a room is there and answers."""
        process = self.run().process(room)
        if process is None or not process.control or not shell.lives(process.identity):
            return False
        with suppress(OSError):
            caller = Caller(process.control, runs.token(self.folder))
            try:
                caller.get("health")
                return True
            finally:
                caller.close()
        return False

    def until_up(self, *rooms: Room) -> None:
        until(lambda: all(self.is_up(room) for room in rooms), f"{rooms} up; {self.log()}")

    def kill(self, room: Room, number: signal.Signals = signal.SIGKILL) -> Identity:
        who = self.process(room).identity
        os.kill(who.pid, number)
        if number == signal.SIGKILL:
            assert shell.gone(who, within_s=LIMIT_S)
        return who

    def log(self) -> str:
        with suppress(OSError):
            return (self.folder / "watchdog.log").read_text(encoding="utf-8")
        return ""

    def says(self, words: str) -> bool:
        return words in self.log()


@contextmanager
def live(
    specs: Sequence[Spec] = ROOMS,
    *,
    ours: bool = True,
    watched: bool = True,
    target: str = "http://127.0.0.1:1",
) -> Iterator[Live]:
    """A run with its watchdog; all that is left of it is ended afterwards, whatever happened."""
    code = "import time; time.sleep(600)"
    drill = shell.start([sys.executable, "-c", code], ROOT, environment={})
    folder, run = runs.begin("some-drill", target=target, ours=ours, specs=tuple(specs))
    process = Process("drill", drill.identity.pid, drill.identity.began)
    runs.write(folder, replace(run, drill=process))
    one = Live(folder, drill, [])
    try:
        if watched:
            one.call_watchdog()
        yield one
    finally:
        # The watchdogs first: they would start the others again.
        for running in [*one.watchdogs, drill]:
            end(running.identity)
        for _, who in runs.marked(folder):
            end(who)
        for running in [*one.watchdogs, drill]:
            running.forget()


def end(who: Identity) -> None:
    shell.send(who, signal.SIGKILL)
    assert shell.gone(who, within_s=LIMIT_S)
