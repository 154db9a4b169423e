"""The scene, the board and the last scrape together: all that a command or the dashboard may look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from simulator.console.board import Board
from simulator.responders.view import Scene, View

if TYPE_CHECKING:
    from simulator.console.backstage import Backstage

Seat: TypeAlias = Literal["alone", "facilitator", "participant"]
"""Whose terminal it is. Who is alone answers as the team, and leads the drill as far as that tells no truth."""


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a command may look at."""

    scene: Scene
    board: Board
    view: View
    role: str
    """Who acts."""
    t: float
    """Seconds since the start."""
    scripted: bool = False
    """Whether time can be passed by a command."""
    width: int = 80
    seat: Seat = "alone"
    person: str = ""
    """The pseudonym of who sits at a table; the facilitator needs none."""
    backstage: Backstage | None = None
    """What only a facilitator may see; None at every other seat."""
    begins_t: float = 0.0
    """From when on people play; seconds since the start."""
    waiting: bool = False
    """Whether the drill stands before its start."""
    stands: bool = False
    """Whether time passes by commands alone."""
    unpaced: bool = False
    """Whether deeds take the minutes that they state."""
