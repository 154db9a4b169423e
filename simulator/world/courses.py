"""The age of a fault in, how strong it is out: shapes that a drill chooses, and courses that a kind has of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

LEVELS = 64
"""A ramp is climbed in so many steps, so that equal states are seen to be equal."""
PERIOD_MINUTES = 60.0
"""Of a periodic shape that gives no ramp."""
PULSE_MINUTES = 2.0
"""Of a pulse that gives neither duration nor ramp."""
_EXACTLY = 1e-9


class Course(Protocol):
    """How a kind of fault comes and goes by itself."""

    @property
    def of_process(self) -> bool:
        """Whether a restart of the node's processes begins it anew."""
        ...

    def level(self, age_minutes: Floats) -> Floats:
        """Between 0 and 1; axes as the ages."""
        ...

    def restarts(self, age_minutes: Floats) -> Floats:
        """How often it has had the processes restarted by then; axes as the ages."""
        ...


@dataclass(frozen=True, slots=True)
class Wave:
    """Up and down, again and again: nothing at first, all of it after half a period."""

    period_minutes: Floats | float
    """One for all, or by replica."""
    of_process: bool = False

    def level(self, age_minutes: Floats) -> Floats:
        return rounded(0.5 - 0.5 * np.cos(2 * np.pi * age_minutes / self.period_minutes))

    def restarts(self, age_minutes: Floats) -> Floats:
        return np.zeros_like(age_minutes)


@dataclass(frozen=True, slots=True)
class Sawtooth:
    """Something fills up; when it is full the processes are killed and start again, empty.

    The level is 1 only while they start; before that it stays just below. Minutes are one for all, or by replica.
    """

    fill_minutes: Floats | float
    down_minutes: Floats | float
    of_process: bool = True

    def level(self, age_minutes: Floats) -> Floats:
        phase = np.maximum(age_minutes, 0.0) % (self.fill_minutes + self.down_minutes)
        filled = np.floor(phase / self.fill_minutes * LEVELS + _EXACTLY) / LEVELS
        return np.where(phase >= self.fill_minutes - _EXACTLY, 1.0, np.minimum(filled, 1 - 1 / LEVELS))

    def restarts(self, age_minutes: Floats) -> Floats:
        return np.floor(
            (age_minutes + self.down_minutes) / (self.fill_minutes + self.down_minutes) + _EXACTLY
        )


def level_of(shape: str, age: Floats, ramp: Floats | float, duration: Floats | float | None) -> Floats:
    """The level of a shape at an age in minutes; nothing is said about ages before the onset.

    Ramp and duration are one for all, or have the axes of the age.
    """
    if shape == "step":
        return np.ones_like(age)
    if shape == "periodic":
        level = 0.5 - 0.5 * np.cos(2 * np.pi * age / _or(ramp, PERIOD_MINUTES))
    elif shape == "pulse":
        half = _or(0.0 if duration is None else duration, _or(2 * ramp, PULSE_MINUTES)) / 2
        level = 1 - np.abs(age - half) / half
    else:
        climbed = np.maximum(age, 0.0) / _or(ramp, 1.0)
        level = climbed if shape == "linear" else 1 / (1 + np.exp(-10 * (climbed - 0.5)))
        level = np.where(age >= ramp, 1.0, level)
    return rounded(level)


def _or(minutes: Floats | float, otherwise: Floats | float) -> Floats:
    """The minutes, or something else where there are none."""
    return np.where(np.asarray(minutes) > 0, minutes, otherwise)


def rounded(level: Floats) -> Floats:
    out: Floats = np.clip(np.round(level * LEVELS) / LEVELS, 0.0, 1.0)
    return out
