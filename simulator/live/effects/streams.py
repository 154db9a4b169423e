"""The draws of one effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.live.effects.chance import stream
from simulator.live.effects.evenly import evenly


@dataclass(frozen=True, slots=True)
class Streams:
    """The streams of one effect of a lease: no two faults of a drill share one, nor two effects of a lease."""

    seed: int
    position: int
    """Of its lease's fault in the drill."""
    place: int
    """Among the effects of its lease."""

    def of(self, name: str) -> Callable[[str], float]:
        """Independent draws by key."""
        return stream(self.seed, f"{name}.{self.position}.{self.place}")

    def by_request(self, name: str) -> Callable[[str], float]:
        """Draws by the request's id, spread evenly over those on which the lease falls."""
        return evenly(
            self.seed, f"{name}.{self.position}.{self.place}", crossed=1 + self.position + self.place
        )
