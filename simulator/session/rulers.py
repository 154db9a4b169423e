"""A stage in, the truth out: when the harm began, what nobody and what the oracle would have made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generator.model import Setting
from simulator.responders.oracle import HEAD_START_MINUTES
from simulator.session.stage import Stage
from simulator.world.flow import Floats

SEARCH_INSTANTS = 5
"""The oracle's search weighs settings at so many instants between the onset of harm and the horizon."""
BETTER = 1e-9


@dataclass(frozen=True, slots=True)
class Rulers:
    """Axes (replica, step) for curves; NaN for a time that never came."""

    minutes: Floats
    none: Floats
    oracle: Floats
    t0_minutes: Floats
    """(fault, replica): when the fault's marginal impact first crosses the drill's tolerance."""
    peak: Floats
    """(fault, replica): the fault's largest marginal impact."""
    codes: Floats
    """(replica, knob): what the oracle holds."""
    settings: tuple[Mapping[str, Setting], ...]
    """By replica: the controls in which the oracle differs from the defaults."""

    @property
    def harm_minutes(self) -> Floats:
        """When the first harm begins, axes (replica,)."""
        return np.fmin.reduce(self.t0_minutes) if len(self.t0_minutes) else np.full(len(self.none), np.nan)

    def repeated(self, times: int) -> Rulers:
        """The same for a batch in which all seeds come so many times, one after the other."""
        return Rulers(
            minutes=self.minutes,
            none=np.tile(self.none, (times, 1)),
            oracle=np.tile(self.oracle, (times, 1)),
            t0_minutes=np.tile(self.t0_minutes, (1, times)),
            peak=np.tile(self.peak, (1, times)),
            codes=np.tile(self.codes, (times, 1)),
            settings=self.settings * times,
        )


def measure(stage: Stage) -> Rulers:
    """Noise-free, so it costs a small part of a drill."""
    minutes, states, none = _nobody(stage)
    t0, peak = _marginal(stage, states, none, minutes)
    harm = _first(t0, stage)
    codes = _search(stage, harm)
    idle = _idle(stage)
    after = minutes[:, None] >= harm + HEAD_START_MINUTES
    held = [np.where(row[:, None], codes, idle) for row in after]
    since = harm + HEAD_START_MINUTES
    oracle = _impact(
        stage, [stage.rows(codes_now, minute, since) for codes_now, minute in zip(held, minutes, strict=True)]
    )
    return Rulers(minutes, none, oracle, t0, peak, codes, tuple(_settings(stage, row) for row in codes))


def harm_minutes(stage: Stage) -> Floats:
    """When the first harm begins, axes (replica,), NaN: never; for who needs no other ruler."""
    minutes, states, none = _nobody(stage)
    return _first(_marginal(stage, states, none, minutes)[0], stage)


def _nobody(stage: Stage) -> tuple[Floats, list[Floats], Floats]:
    """Minutes, states and impact, axes (replica, step), while nobody acts."""
    minutes = np.arange(stage.clockwork.steps + 1) * stage.clockwork.step_seconds / 60
    states = [stage.rows(_idle(stage), minute) for minute in minutes]
    stage.outlooks.of(np.concatenate(states))  # whoever plays the drill asks for all of these again
    return minutes, states, _impact(stage, states)


def _idle(stage: Stage) -> Floats:
    return np.tile(stage.outlooks.defaults, (len(stage.seeds), 1))


def _first(t0: Floats, stage: Stage) -> Floats:
    """Of all faults, axes (replica,)."""
    return np.fmin.reduce(t0) if len(t0) else np.full(len(stage.seeds), np.nan)


def _impact(stage: Stage, states: list[Floats]) -> Floats:
    """Axes (replica, step), from one (replica, column) table of states a step."""
    impact = stage.outlooks.impact(np.concatenate(states))
    return impact.reshape(len(states), len(stage.seeds)).T


def _marginal(stage: Stage, states: list[Floats], none: Floats, minutes: Floats) -> tuple[Floats, Floats]:
    """When each fault's impact crosses the tolerance, and its peak; axes (fault, replica).

    A fault harms by what goes away without it, or by what it does alone, whichever is more: of two faults
    that each break the same thing, both do. Noise is judged by what it does alone.
    """
    columns = len(stage.knobs) + np.arange(len(stage.faults))
    t0 = np.full((len(stage.faults), len(stage.seeds)), np.nan)
    peak = np.zeros((len(stage.faults), len(stage.seeds)))
    for position, fault in enumerate(stage.faults):
        share = _impact(stage, [_with_zero(rows, np.delete(columns, position)) for rows in states])
        if not fault.benign:
            share = np.maximum(
                share, none - _impact(stage, [_with_zero(rows, columns[position]) for rows in states])
            )
        peak[position] = share.max(axis=1)
        crossed = share > stage.drill.tolerance
        first = minutes[np.argmax(crossed, axis=1)]
        t0[position] = np.where(crossed.any(axis=1), first, np.nan)
    return t0, peak


def _with_zero(rows: Floats, columns: NDArray[np.intp]) -> Floats:
    out = rows.copy()
    out[:, columns] = 0.0
    return out


def _search(stage: Stage, harm: Floats) -> Floats:
    """The settings with the least impact from the harm to the horizon, axes (replica, knob).

    Steepest descent over what each control lists, from the defaults: of all single changes the best one,
    again and again until none helps. A control that could not take effect before the horizon is left alone.
    """
    best = _idle(stage)
    if not np.isfinite(harm).any():
        return best
    start = np.where(np.isfinite(harm), harm, stage.drill.horizon_minutes)
    least = _costs(stage, [best], start)[0]
    for _ in stage.knobs:
        trials = [*_changes(stage, best, start, improvable=least > BETTER)]
        step, found = best, least
        for trial, cost in zip(trials, _costs(stage, trials, start), strict=True):
            better = cost < found - BETTER
            step = np.where(better[:, None], trial, step)
            found = np.where(better, cost, found)
        if np.array_equal(step, best):
            break
        best, least = step, found
    return best


def _changes(
    stage: Stage, codes: Floats, start: Floats, *, improvable: NDArray[np.bool_]
) -> Iterator[Floats]:
    """Every way to change one control, where it can take effect before the horizon and any harm is left."""
    for place, knob in enumerate(stage.knobs):
        in_time = improvable & (start + HEAD_START_MINUTES + knob.minutes < stage.drill.horizon_minutes)
        for code in knob.codes:
            changed = codes.copy()
            changed[in_time, place] = code
            yield changed


def _costs(stage: Stage, trials: Sequence[Floats], start: Floats) -> Floats:
    """Mean impact of each trial over instants after each replica's harm; axes (trial, replica).

    All states at once: looking at one state costs nearly as much as looking at many.
    """
    instants = np.linspace(0.0, 1.0, SEARCH_INSTANTS)
    minutes = [start + (stage.drill.horizon_minutes - start) * share for share in instants]
    states = [stage.rows(codes, minute, start) for codes in trials for minute in minutes]
    impact = stage.outlooks.impact(np.concatenate(states))
    total: Floats = impact.reshape(len(trials), SEARCH_INSTANTS, len(start)).sum(axis=1)
    return total / SEARCH_INSTANTS


def _settings(stage: Stage, codes: Floats) -> Mapping[str, Setting]:
    defaults = stage.outlooks.defaults
    return {
        knob.id: knob.decode(code)
        for knob, code, default in zip(stage.knobs, codes, defaults, strict=True)
        if code != default
    }
