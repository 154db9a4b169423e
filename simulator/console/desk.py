"""The scene, the board and the last scrape together: all that a command or the dashboard may look at."""

from __future__ import annotations

from dataclasses import dataclass

from simulator.console.board import Board
from simulator.responders.view import Scene, View


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
