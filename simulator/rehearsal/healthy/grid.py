"""A signal in, the thresholds and holds out that it could have: around what its text says, the text's own first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from generator import kinds
from generator.model import PanelRows, Service, Signal
from simulator import controls
from simulator.rehearsal.values import Point
from simulator.responders.view import SignalRef
from simulator.world.outlook import Outlooks

FACTORS = tuple(2 ** (third / 3) for third in (-6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6))
"""How much nearer or further: from a quarter to four times, halves and doubles among them."""
HOLDS = (0.0, 0.5, 2.0, 3.0)
"""Of the text's own hold."""
HOLDS_WITHOUT = (1.0, 2.0, 5.0, 10.0)
"""In minutes, where the text has none."""
EVALUATION_MINUTES = 0.25
"""A hold between two evaluations is as long as one up to the next."""
FEW = tuple(0.001 * factor for factor in (1, 2, 5, 10, 20, 50, 100))
"""Shares to try where the text allows not even one."""
NONE: Mapping[str, float] = MappingProxyType({})


def grids(
    signals: Sequence[SignalRef], service: Service, panel: PanelRows
) -> Mapping[str, tuple[Point, ...]]:
    """Of each signal of a service, by its key; the same for every seed and every drill."""
    asks = any(ref.signal.kind == "feature-mean" for ref in signals)
    usual, golden = usual_means(service, panel) if asks else NONE, service.profile.golden
    every = {"golden-accuracy": golden.every_minutes} if golden else {}
    return {
        ref.key: grid_of(ref.signal, usual, every_minutes=every.get(ref.signal.kind, 0)) for ref in signals
    }


def grid_of(
    signal: Signal, usual: Mapping[str, float] = NONE, *, every_minutes: float = 0
) -> tuple[Point, ...]:
    """At most 13 thresholds, each with at most 5 holds.

    What is moved by a factor is what the threshold leaves to chance: the odds of a ratio, the distance to the
    mean that is ``usual`` for a feature, and the value itself of all else. Thresholds have two significant digits
    of that; restarts are counted one by one. ``every_minutes``: how often the value is measured anew, if it is.
    """
    holds = list(dict.fromkeys([signal.hold_minutes, *_holds(signal.hold_minutes, every_minutes)]))
    thresholds = list(dict.fromkeys([signal.threshold, *_thresholds(signal, usual)]))
    return tuple(Point(threshold, hold) for threshold in thresholds for hold in holds)


def usual_means(service: Service, panel: PanelRows) -> Mapping[str, float]:
    """The means of the features that a service watches, in the healthy world and without noise."""
    outlooks = Outlooks(service, panel, controls.knobs(service), ())
    known, index = outlooks.of(np.append(outlooks.defaults, 1.0)[None, :])
    return dict(zip(outlooks.drift_features, known.take(index).feature_mean[0].tolist(), strict=True))


def _holds(own: float, every: float) -> Iterator[float]:
    """Up to three times as long; of a value that is measured ``every`` so often, up to four more in a row."""
    if every:
        first = own % every if own < 3 * every else own - 2 * every
        yield from (first + more * every for more in range(5))
        return
    for minutes in [own * factor for factor in HOLDS] if own else HOLDS_WITHOUT:
        yield math.ceil(minutes / EVALUATION_MINUTES - 1e-9) * EVALUATION_MINUTES


def _thresholds(signal: Signal, usual: Mapping[str, float]) -> Iterator[float]:
    own, unit = signal.threshold, kinds.load("signals")[signal.kind].declaration["unit"]
    if unit == "ratio":
        yield from _ratios(own)
    elif unit == "restarts":
        yield from _counts(own)
    else:
        usually = usual.get(signal.with_["feature"], 0.0) if signal.kind == "feature-mean" else 0.0
        yield from (_away(usually, (own - usually) * factor) for factor in FACTORS if own != usually)


def _ratios(own: float) -> Iterator[float]:
    """The odds move: a tenth may double to nearly a fifth, nine tenths halve what is missing."""
    if not 0 < own < 1:
        yield from (share if own <= 0 else round(1 - share, 6) for share in FEW)
        return
    for factor in FACTORS:
        odds = own / (1 - own) * factor
        share = odds / (1 + odds)
        yield _rounded(share, min(share, 1 - share))


def _counts(own: float) -> Iterator[float]:
    """Whole ones around the text's: of few, each counts."""
    for factor in range(-6, 7):
        if factor and own + factor >= 0:
            yield own + factor


def _away(usual: float, distance: float) -> float:
    return _rounded(usual + distance, distance)


def _rounded(value: float, measure: float) -> float:
    """To two significant digits of ``measure``: what a person would write."""
    return round(value, 1 - math.floor(math.log10(abs(measure))))
