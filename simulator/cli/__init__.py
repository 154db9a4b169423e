"""``drill``: options in, one call, one rendering, one exit code out; a module for each kind of work."""

from __future__ import annotations

from generator.entry import enter
from simulator.cli import arming, joining, listing, live, panicking, reading, rehearsing, running
from simulator.cli.group import drill

__all__ = [
    "arming",
    "drill",
    "joining",
    "listing",
    "live",
    "main",
    "panicking",
    "reading",
    "rehearsing",
    "running",
]


def main() -> None:
    """``drill``, from the shell."""
    enter(drill, "drill")
