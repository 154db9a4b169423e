"""Small tasks that any worker can do, and some that kill whoever tries."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """What a toy finds out."""

    name: str
    value: float
    parts: tuple[float | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Toy:
    """Divides its number by seven; leaves a file behind, where it is told to."""

    number: int
    folder: str = ""

    @property
    def key(self) -> str:
        return f"toy {self.number}"

    @property
    def what(self) -> str:
        return f"toy {self.number}"

    @property
    def cost(self) -> float:
        return 1.0 + self.number % 3

    @property
    def result(self) -> type[Answer]:
        return Answer

    def run(self) -> Answer:
        if self.folder:
            (Path(self.folder) / f"{self.number}-{os.getpid()}-{time.monotonic_ns()}").touch()
        return Answer(self.what, self.number / 7, (None, 0.1 + self.number, float(self.number)))

    def holds(self, result: object) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Deadly(Toy):
    """Kills its worker the first ``times`` times."""

    times: int = 1

    def run(self) -> Answer:
        answer = Toy.run(self)
        if len(list(Path(self.folder).glob(f"{self.number}-*"))) <= self.times:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer


@dataclass(frozen=True, slots=True)
class Wrong(Toy):
    """A task with a bug."""

    def run(self) -> Answer:
        raise LookupError("no such toy")


@dataclass(frozen=True, slots=True)
class Endless(Toy):
    """Never ends by itself, and says with a file that it began."""

    def run(self) -> Answer:
        Toy.run(self)
        while True:
            time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Tied(Toy):
    """A task whose result depends on a text that only the result tells."""

    text: str = "a"

    def run(self) -> Answer:
        answer = Toy.run(self)
        return Answer(self.text, answer.value)

    def holds(self, result: object) -> bool:
        return isinstance(result, Answer) and result.name == self.text
