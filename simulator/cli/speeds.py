"""``--speed`` in, a factor out."""

from __future__ import annotations

from typing import Any

import click

WORDS = {"max": float("inf"), "unpaced": 0.0}
SLOWEST, FASTEST = 0.01, 1_000_000.0


class Speed(click.ParamType[float]):
    """A factor of real time; ``max``: infinity; ``unpaced``: 0, as time stands until somebody says so."""

    name = "X|max|unpaced"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if value in WORDS:
            return WORDS[value]
        try:
            speed = float(value)
        except (TypeError, ValueError):
            speed = 0.0
        if not SLOWEST <= speed <= FASTEST:
            known = f"give a factor from {SLOWEST} to {FASTEST:,.0f}, such as 1 or 20, or max, or unpaced"
            self.fail(f"'{value}' is no speed: {known}", param, ctx)
        return speed
