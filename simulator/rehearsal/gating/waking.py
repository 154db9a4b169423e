"""A drill in which nobody called it an incident in time in, why that was out: a signal, or a text that stands down."""

from __future__ import annotations

from generator.model import Quantiles, Signal
from simulator.rehearsal.gating.drilled import Case
from simulator.rehearsal.gating.promises import at_most
from simulator.rehearsal.gating.routes import stands_down


def why_late(case: Case, most: float) -> tuple[tuple[str, ...], str]:
    """Where it goes wrong, and how: a signal that is late or wakes nobody, or a text that calls it noise."""
    signals = {one.id: one for one in case.compiled.runbook.detection.signals}
    firing = sorted(
        (_late(delay), one.signal)
        for one in case.proof.signals
        if (delay := one.delays.get(case.found.drill)) is not None and delay.p50 is not None
    )
    waking = next((id for _, id in firing if _wakes(signals[id])), None)
    mute = next((id for _, id in firing if signals[id].severity != "info"), None)
    left = stands_down(case.compiled, case.found)
    if waking is not None and left is not None and _in_time(_delay(case, waking), most):
        words = f", although `{waking}` fires {at_most(_delay(case, waking))}: they stand down at `{left}`"
        return (left,), words
    told = f": `{waking}` fires {at_most(_delay(case, waking))}" if waking is not None else ""
    if mute is not None and mute != waking and not _wakes(signals[mute]):
        does = "triggers nothing" if signals[mute].severity == "page" else f"is a {signals[mute].severity}"
        said = f"`{mute}` fires {at_most(_delay(case, mute))}, but {does}, so it wakes nobody"
        return (mute,), f"{told}; {said}" if told else f": {said}"
    if waking is not None:
        return (waking,), told
    return (), ": no signal that pages fires in half of all runs"


def _in_time(delay: Quantiles, most: float) -> bool:
    return delay.p50 is not None and delay.p50 <= most


def _wakes(signal: Signal) -> bool:
    return signal.severity == "page" and signal.triggers is not None


def _delay(case: Case, signal: str) -> Quantiles:
    return next(one for one in case.proof.signals if one.signal == signal).delays[case.found.drill]


def _late(delay: Quantiles) -> tuple[float, float]:
    forever = float("inf")
    return (
        forever if delay.p95 is None else delay.p95,
        forever if delay.p50 is None else delay.p50,
    )
