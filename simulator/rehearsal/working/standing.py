"""What is done and what is under way in, how much that is of all, and how long the rest takes, out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from simulator.rehearsal.tasks import Task


@dataclass(frozen=True, slots=True)
class Running:
    """What is being worked on."""

    what: str
    pile: str
    cost: float
    since: float
    """Monotonic, in seconds."""


@dataclass(slots=True)
class Pile:
    """Tasks of one type that are to be worked on, of which each has a pace of its own."""

    cost: float = 0.0
    done_cost: float = 0.0
    seconds: float = 0.0
    """Of all workers, at what is done."""


@dataclass(slots=True)
class Standing:
    """How far a rehearsal is; what had been kept before is no work."""

    tasks: int = 0
    kept: int = 0
    """Tasks whose results were there already."""
    done: int = 0
    """Tasks that were worked on."""
    piles: dict[str, Pile] = field(default_factory=dict)
    """By type of task."""
    workers: int = 1
    deaths: int = 0
    unkept: int = 0
    """Results that could not be kept."""
    running: dict[str, Running] = field(default_factory=dict)
    """By key of the task."""

    def pile(self, task: Task[Any]) -> Pile:
        return self.piles.setdefault(type(task).__name__, Pile())

    def share(self, now: float) -> float:
        """How much of the work is done, between 0 and 1; what is under way counts as far as it should be."""
        spent, left = sum(pile.seconds for pile in self.piles.values()), self._left()
        if not left:
            return 1.0
        under_way = self._under_way(now)
        return (spent + under_way) / (spent + left) if spent else 0.0

    def seconds_left(self, now: float) -> float | None:
        """At the pace so far; None before anything is done."""
        if not any(pile.seconds for pile in self.piles.values()):
            return None
        hands = max(1, min(self.workers, self.tasks - self.kept - self.done))
        return (self._left() - self._under_way(now)) / hands

    def _left(self) -> float:
        """Seconds of work, or costs as long as nothing is known."""
        return sum((pile.cost - pile.done_cost) * self._pace(name) for name, pile in self.piles.items())

    def _under_way(self, now: float) -> float:
        return sum(min(one.cost * self._pace(one.pile), now - one.since) for one in self.running.values())

    def _pace(self, name: str) -> float:
        """Seconds a unit of cost: of its own type, else of all."""
        known = [pile for pile in (self.piles[name],) if pile.seconds] or list(self.piles.values())
        cost = sum(pile.done_cost for pile in known)
        return sum(pile.seconds for pile in known) / cost if cost else 1.0


Progress = Callable[[Standing], None]


def silent(_: Standing) -> None:
    """Progress that nobody watches."""
