"""Telemetry in, out which signals fire and which have just begun or ceased to, for all replicas at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from generator.model import Parameters, Signal, Slo, by_id
from simulator.signals import KINDS, SignalKind
from simulator.world.telemetry import Floats, Telemetry

Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Signals at one moment; arrays have axes (signal, replica), transitions are such pairs of indices."""

    values: Floats
    """NaN where the query has no result."""
    pending: Flags
    """Across the threshold, but not yet for as long as the signal asks."""
    firing: Flags
    fired: tuple[tuple[int, int], ...]
    resolved: tuple[tuple[int, int], ...]


class AlertStates:
    """Alerting rules: inactive, pending once the threshold is crossed, firing after the hold.

    As in Prometheus, an alert fires at the first evaluation that comes ``for`` or more after the one that
    made it active, and one evaluation without a crossing resets it.
    """

    def __init__(self, signals: Sequence[Signal], replicas: int) -> None:
        above = np.array([signal.compare == "above" for signal in signals], dtype=bool)
        threshold = np.array([signal.threshold for signal in signals], dtype=float)
        self._sign: Floats = np.where(above, 1.0, -1.0)[:, np.newaxis]
        self._signed_threshold: Floats = self._sign * threshold[:, np.newaxis]
        # To the millisecond, as the exported rule has it.
        self._hold_s: Floats = np.array([[round(signal.hold_minutes * 60_000) / 1000] for signal in signals])
        self._active_since: Floats = np.full((len(signals), replicas), np.nan)
        self._firing: Flags = np.zeros((len(signals), replicas), dtype=bool)

    def advance(self, now: float, values: Floats) -> Evaluation:
        """The states after an evaluation at ``now`` seconds; ``values`` has axes (signal, replica)."""
        crossed = self._sign * values > self._signed_threshold
        since = np.where(crossed, np.fmin(self._active_since, now), np.nan)
        firing = now - since >= self._hold_s
        changed = firing != self._firing
        fired: tuple[tuple[int, int], ...] = ()
        resolved: tuple[tuple[int, int], ...] = ()
        if changed.any():
            fired, resolved = _pairs(changed & firing), _pairs(changed & self._firing)
        self._active_since, self._firing = since, firing
        return Evaluation(values, crossed & ~firing, firing, fired, resolved)


class SignalBank:
    """The signals of a service, evaluated once a scrape."""

    def __init__(self, signals: Sequence[Signal], replicas: int, *, slos: Sequence[Slo] = ()) -> None:
        """``slos`` are the service's objectives; KeyError when a signal names another."""
        self.signals = tuple(signals)
        self._measures, self._measure_of = _measures(signals, slos)
        self._states = AlertStates(signals, replicas)
        self._replicas = replicas

    def evaluate(self, telemetry: Telemetry) -> Evaluation:
        """Values and states at the newest sample; to be called once at every sample time."""
        measured = np.empty((len(self._measures), self._replicas))
        for row, (kind, parameters) in enumerate(self._measures):
            measured[row] = kind.value(telemetry, parameters)
        return self._states.advance(telemetry.now, measured[self._measure_of])


def _measures(
    signals: Sequence[Signal], slos: Sequence[Slo]
) -> tuple[list[tuple[SignalKind, Parameters]], NDArray[np.intp]]:
    """What is measured, each once however many signals compare it, and which of it each signal compares."""
    found: list[tuple[str, Parameters]] = []
    places = []
    for signal in signals:
        measure = (signal.kind, _with_budget(signal.with_, slos))
        if measure not in found:
            found.append(measure)
        places.append(found.index(measure))
    return [(KINDS[kind], parameters) for kind, parameters in found], np.array(places, dtype=np.intp)


def _with_budget(parameters: Parameters, slos: Sequence[Slo]) -> Parameters:
    """The parameters, and where they name an objective the share of requests for which it need not hold."""
    if "slo" not in parameters:
        return parameters
    return {**parameters, "budget": by_id(slos, parameters["slo"]).budget}


def _pairs(flags: Flags) -> tuple[tuple[int, int], ...]:
    return tuple((int(signal), int(replica)) for signal, replica in np.argwhere(flags))
