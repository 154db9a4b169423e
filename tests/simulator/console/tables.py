"""A table with its facilitator and guests, in one process over real sockets, to be typed at and listened to."""

from __future__ import annotations

import functools
import io
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from simulator.console.clock import WallClock
from simulator.console.door import knock
from simulator.console.guest import Guest
from simulator.console.hosting import Hosting
from simulator.console.lines import LineTerminal
from simulator.console.people import Human
from simulator.console.sources import TableSource
from simulator.console.wire import Hello
from simulator.events import Record, Recorder
from simulator.session.loop import Session
from simulator.session.stage import Stage
from tests.simulator.stages import QUIET_DRILL, catalogue, shorter, stage

PATIENCE_S = 60.0
POLL_S = 0.01


def wait_until(holds: Callable[[], bool], what: Callable[[], str]) -> None:
    """Poll for a state; fails with ``what`` when it does not come."""
    until = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < until, what()
        time.sleep(POLL_S)


class Pipe:
    """Keys in, a text on the screen out: somebody at a terminal of lines."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.reading, self._writing = os.pipe()
        self.out = io.StringIO()
        self.terminal = LineTerminal(self.reading, self.out)

    @property
    def text(self) -> str:
        return self.out.getvalue()

    def type(self, *lines: str) -> None:
        os.write(self._writing, "".join(f"{line}\n" for line in lines).encode())

    def sees(self, words: str, times: int = 1) -> None:
        """Wait until the words stand there."""
        wait_until(
            lambda: self.text.count(words) >= times, lambda: f"'{words}' did not come:\n{self.text[-4000:]}"
        )

    def asks(self, line: str, words: str) -> None:
        """Type a line, and wait for words that come after it."""
        before = self.text.count(words)
        self.type(line)
        self.sees(words, before + 1)

    def close(self) -> None:
        for end in (self.reading, self._writing):
            with suppress(OSError):
                os.close(end)


class Seat(Pipe):
    """A guest at a terminal of lines, in a thread of its own."""

    def __init__(self, folder: Path, hello: Hello) -> None:
        super().__init__(hello.name)
        self.end = knock(folder)
        self.guest = Guest(TableSource(self.end, hello), self.terminal, catalogue(), watches=hello.watch)
        self.parting = ""
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        self.parting = self.guest.run()

    def goes_home(self) -> str:
        """Wait until the table has sent it home; what was said then."""
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive(), self.text[-4000:]
        return self.parting

    def close(self) -> None:
        self.thread.join(PATIENCE_S)
        super().close()


class Raw:
    """The bare end of a connection: anything can be sent, and every byte that comes is kept."""

    def __init__(self, folder: Path) -> None:
        self.end = knock(folder)
        self.end.settimeout(POLL_S)
        self.bytes = b""
        self.hung_up = False

    def send(self, message: Mapping[str, Any] | bytes) -> None:
        self.end.settimeout(PATIENCE_S)
        self.end.sendall(message if isinstance(message, bytes) else json.dumps(message).encode() + b"\n")
        self.end.settimeout(POLL_S)

    def read(self) -> None:
        """Take what is there now."""
        try:
            while chunk := self.end.recv(65_536):
                self.bytes += chunk
            self.hung_up = True
        except TimeoutError:
            return
        except OSError:
            self.hung_up = True

    def sees(self, words: bytes) -> None:
        def there() -> bool:
            self.read()
            return words in self.bytes

        wait_until(there, lambda: f"{words!r} did not come: {self.bytes[-2000:]!r}")

    def is_hung_up_on(self) -> None:
        def gone() -> bool:
            self.read()
            return self.hung_up

        wait_until(gone, lambda: "nobody hung up")

    def close(self) -> None:
        self.end.close()


class Table(Pipe):
    """The facilitator at a terminal of lines, and the session, in a thread of its own."""

    def __init__(self, folder: Path, *, drill: str, minutes: float, speed: float | None) -> None:
        super().__init__("facilitator")
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._stage = _staged(drill, minutes)
        self.file = (folder / "events.jsonl").open("x", encoding="utf-8")
        self.recorder = Recorder(self.file)
        self.hosting = Hosting(self.terminal, folder)
        self.human = Human(
            self.terminal, speed=speed, wall=WallClock(), seat="facilitator", unpaced=speed is None,
            table=self.hosting,
        )  # fmt: skip
        self.error: BaseException | None = None
        self.company: list[Seat | Raw] = []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        session = Session(self._stage, self.human, [self.recorder], nonces=["nonce"])
        self.recorder.heard = self.human.saw
        self.human.enter(self._stage, session.deliveries[0], self.recorder.events)
        try:
            session.run()
        except BaseException as error:
            self.error = error
        finally:
            self.human.close()

    def joins(self, name: str, role: str = "") -> Seat:
        """A guest who has sat down."""
        seat = self.sits(Hello(name=name, role=role))
        seat.sees("You are p")
        wait_until(lambda: not seat.guest._busy, lambda: "nobody said that they may type")
        return seat

    def sits(self, hello: Hello) -> Seat:
        """A guest who has come to the door."""
        seat = Seat(self.folder, hello)
        self.company.append(seat)
        return seat

    def connects(self) -> Raw:
        """A bare connection."""
        raw = Raw(self.folder)
        self.company.append(raw)
        return raw

    def ends(self) -> Record:
        """The facilitator ends the drill; its record, without a reveal."""
        self.type("end", "yes")
        return self.ended()

    def ended(self) -> Record:
        self.thread.join(PATIENCE_S)
        assert self.error is None, self.error
        assert not self.thread.is_alive(), self.text[-4000:]
        return self.recorder.record()


@functools.cache
def _staged(drill: str, minutes: float) -> Stage:
    played = stage(drill)
    return replace(
        played,
        drill=shorter(minutes)(played.drill),
        clockwork=replace(played.clockwork, horizon_minutes=minutes),
    )


@contextmanager
def table(
    folder: Path, *, drill: str = QUIET_DRILL, minutes: float = 10, speed: float | None = None
) -> Iterator[Table]:
    """A table that waits for its facilitator's ``start``; ``speed``: None is unpaced."""
    found = Table(folder, drill=drill, minutes=minutes, speed=speed)
    try:
        found.sees("Others join with")
        yield found
    finally:
        if found.thread.is_alive():
            found.type("end", "yes")
            found.thread.join(PATIENCE_S)
        for one in [*found.company, found]:
            one.close()
        found.file.close()
