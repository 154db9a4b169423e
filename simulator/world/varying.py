"""Ranges and seeds in, out comes which variant of a drill each seed plays, and what each variant puts for each number.

A drill with ranges has a few variants, not one for each seed, so that equal states are seen to be equal. Over all
of them each number takes as many evenly spaced values of its range once, in an order of its own: a Latin
hypercube (McKay, Beckman and Conover 1979, Technometrics 21), so that no number goes along with another one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from generator.model import Span
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats, Places

VARIANTS = 16


def drawn_variants(seeds: Sequence[int]) -> Places:
    """The variant that each seed plays, axes (replica,); all of them are equally likely."""
    draws, stream = Draws(), stream_key("variant")
    return np.array([draws.at(seed, stream).integers(VARIANTS) for seed in seeds], dtype=np.intp)


def values_of(span: Span, *, position: int, name: str) -> Floats:
    """What each variant puts for a number of the fault at that position, axes (variant,): midpoints of equal parts."""
    order = Draws().at(0, stream_key(f"vary.{position}.{name}")).permutation(VARIANTS)
    values: Floats = span.least + (span.most - span.least) * (order + 0.5) / VARIANTS
    return values
