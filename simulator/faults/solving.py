"""A drill that states effects and its service in, the same drill with the numbers that have them out.

An author says "PSI 0.25" or "p99 of 800 ms"; how far a field has to move for that, or in how many requests, follows
from what is healthy. It is found once, on the panel and without noise, as the world itself would have it: with this
fault alone, at its full extent, while nobody has turned a control. What cannot be reached is refused with what can.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from generator import kinds
from generator.model import Drill, Effect, Fault, PanelRows, Service
from simulator import faults
from simulator.world.drift import Reference
from simulator.world.flow import Floats, PlacedFault
from simulator.world.marginals import feature_shares
from simulator.world.outlook import Outlooks, as_released_by
from simulator.world.passage import Passage
from simulator.world.queue import queue_of
from simulator.world.routes import Routes
from simulator.world.settings import Knob, Settings
from simulator.world.traffic import rate_per_s, rounded_load, week_minute

TOLERANCE = 0.05
"""How far what is achieved may be from what is wanted, as a share of it."""
_GRID = 100
_HALVINGS = 24
_DIGITS = 6
_EDGES = 2000

Measure: TypeAlias = Literal["psi", "p99_ms"]
Side: TypeAlias = tuple[float, float]
"""A value of the number that is solved for, and its effect."""
WORDS: Mapping[Measure, str] = {"psi": "a PSI of {:g}", "p99_ms": "a p99 of {:g} ms"}


class UnreachableError(ValueError):
    """No number has the effect that a fault states; the message says which drill and fault, and what is possible."""


@dataclass(frozen=True, slots=True)
class Solved:
    """The number of a fault that has the effect which was asked for, and what it achieves on the panel."""

    measure: Measure
    of: str
    """The feature that drifts most; empty where the effect is on none."""
    wanted: float
    parameter: str
    value: float
    achieved: float


@dataclass(frozen=True, slots=True)
class Achieved:
    """An effect, and the feature that it is one on."""

    effect: float
    of: str = ""


def solved(
    drill: Drill, service: Service, panel: PanelRows, knobs: Sequence[Knob]
) -> tuple[Drill, Mapping[str, Solved]]:
    """The drill with every number that follows from an effect, and what was found, by the fault's id.

    UnreachableError where nothing has the effect. A drill that states none is given back as it is.
    """
    if not any(fault.effect for fault in (*drill.faults, *drill.noise)):
        return drill, {}
    healthy = _Healthy(drill, service, panel, knobs)
    found: dict[str, Solved] = {}
    out: list[Fault] = []
    for position, fault in enumerate((*drill.faults, *drill.noise)):
        if fault.effect is not None:
            found[fault.id] = _solve(healthy, fault, fault.effect, position)
            fault = _with(fault, found[fault.id].parameter, found[fault.id].value)
        out.append(fault)
    count = len(drill.faults)
    return replace(drill, faults=tuple(out[:count]), noise=tuple(out[count:])), found


class _Healthy:
    """A service while all is well, and what it comes to when one fault is there."""

    def __init__(self, drill: Drill, service: Service, panel: PanelRows, knobs: Sequence[Knob]) -> None:
        self.drill, self._service, self._panel = drill, service, panel
        self._outlooks = Outlooks(service, panel, knobs, ())
        self._graph = self._outlooks.graph
        self._settings: Settings = as_released_by(service, self._outlooks.defaults[None, :], knobs)
        last = self._outlooks.edges_s[-1]
        self._edges: Floats = np.union1d(self._outlooks.edges_s, last * np.arange(1, _EDGES + 1) / _EDGES)
        self._routes = Routes(service, self._graph.weight, self._edges)
        calm = self._graph.run(self._settings, (), np.zeros((1, 0)), golden=False)
        self._size = service.profile.drift.reference_size
        self._reference = Reference(self._size * self._shares(calm), self._outlooks.exists)

    @property
    def slowest_ms(self) -> float:
        """What takes longer, the service does not measure."""
        return 1000 * float(self._edges[-1])

    def psi(self, fault: Fault, position: int) -> Achieved:
        """The population stability index of the feature that drifts most."""
        each = self._reference.psi(self._size * self._shares(self._pass(fault, position)))
        most = int(np.argmax(np.nan_to_num(each)))
        return Achieved(float(each[most]), self._outlooks.drift_features[most])

    def p99_ms(self, fault: Fault, position: int) -> Achieved:
        """Of the time that all requests take at the traffic of the fault's onset; at most ``slowest_ms``."""
        passage, weight = self._pass(fault, position), self._graph.weight
        minutes = np.array([week_minute(self.drill) + fault.onset_minutes.least])
        load = rounded_load(rate_per_s(self._service.profile.traffic, minutes))
        queue = queue_of(self._service, self._settings, passage, load, weight)
        share = passage.model_share[:, None]
        model = self._routes.by_model(self._settings, passage, queue).within
        rules = self._routes.by_rules(passage, queue).within
        within = np.maximum.accumulate((share * model + (1 - share) * rules)[0])
        return Achieved(1000 * float(np.interp(0.99, within, self._edges)))

    def _pass(self, fault: Fault, position: int) -> Passage:
        """The panel under that fault at its full extent; which requests it falls on depends on its position."""
        (placed,) = faults.place((replace(fault, vary={}),), benign=0, panel=self._panel, seeds=(0,))
        nowhere: PlacedFault = replace(placed, node="")
        intensity = np.ones((1, position + 1))
        return self._graph.run(self._settings, (*[nowhere] * position, placed), intensity, golden=False)

    def _shares(self, passage: Passage) -> Floats:
        """Of the values that are there, in each bin; axes (feature, bin)."""
        names, bins = self._outlooks.drift_features, self._outlooks.bins
        return feature_shares(passage, names, bins, self._graph.weight, 1)[0][0, :, :-1]


def _solve(healthy: _Healthy, fault: Fault, effect: Effect, position: int) -> Solved:
    measure: Measure = "psi" if effect.psi is not None else "p99_ms"
    wanted = effect.psi if effect.psi is not None else effect.p99_ms
    assert wanted is not None
    parameter = _left_out(fault, measure)
    if measure == "p99_ms" and wanted >= healthy.slowest_ms:
        why = f"the service measures times below {healthy.slowest_ms:g} ms; state one of these"
        raise UnreachableError(_refusal(healthy.drill, fault, measure, wanted, why))
    of = healthy.psi if measure == "psi" else healthy.p99_ms

    def achieved(value: float) -> Achieved:
        return of(_with(fault, parameter, value), position)

    bounds = _bounds(fault, parameter, down=effect.direction == "down")
    below, above = _crossing(lambda value: achieved(value).effect, wanted, *bounds)
    sides = [side for side in (below, above) if side is not None]
    value, comes_to = min(sides, key=lambda side: abs(side[1] - wanted))
    if not abs(comes_to - wanted) <= TOLERANCE * wanted:
        why = _possible(below, above, parameter, measure)
        why += _instead(fault, parameter, measure, jumps=len(sides) == 2)
        raise UnreachableError(_refusal(healthy.drill, fault, measure, wanted, why))
    return Solved(measure, achieved(value).of, wanted, parameter, value, comes_to)


def _refusal(drill: Drill, fault: Fault, measure: Measure, wanted: float, why: str) -> str:
    return (
        f"the drill '{drill.id}' wants {WORDS[measure].format(wanted)} of its fault '{fault.id}' ({fault.kind}), "
        f"and that cannot be reached: {why}"
    )


def _possible(below: Side | None, above: Side | None, parameter: str, measure: Measure) -> str:
    """What can be reached, in words."""
    if measure == "psi" and below is not None and above is None and below[1] == 0:
        return "no feature drifts with it while all controls stand as they do at the beginning"
    sides = [side for side in (below, above) if side is not None]
    told = [
        f"{WORDS[measure].format(float(f'{effect:.3g}'))} at {parameter} {at:.3g}" for at, effect in sides
    ]
    if below is None or above is None:
        return f"the {'least' if below is None else 'most'} is {told[0]}"
    return f"it jumps from {told[0]} to {told[1]}"


def _instead(fault: Fault, parameter: str, measure: Measure, *, jumps: bool) -> str:
    """What to do where that number does not help: a share of a jump is as small as one likes."""
    other = kinds.load("faults")[fault.kind].effects[measure][-1]
    if other == parameter or not jumps:
        return "; state another effect"
    return f"; state another effect, or give a '{parameter}' beyond that, so that '{other}' is solved for"


def _left_out(fault: Fault, measure: Measure) -> str:
    """The number that is solved for: the first that the drill does not give."""
    numbers = kinds.load("faults")[fault.kind].effects[measure]
    given = {*fault.with_, *(["share"] if fault.share != 1.0 else [])}
    return next((number for number in numbers if number not in given), numbers[-1])


def _bounds(fault: Fault, parameter: str, *, down: bool) -> tuple[float, float]:
    """Where a search begins and how far it may go, by the declaration of the kind."""
    if parameter == "share":
        return 0.0, 1.0
    declared = kinds.load("faults")[fault.kind].parameters["properties"][parameter]
    if parameter == "p99_ms":
        return float(fault.with_["p50_ms"]), float(declared["maximum"])
    return 0.0, float(declared["minimum" if down else "maximum"])


def _with(fault: Fault, parameter: str, value: float) -> Fault:
    """The same fault with that number."""
    if parameter == "share":
        return replace(fault, share=value)
    return replace(fault, with_={**fault.with_, parameter: value})


def _crossing(
    effect: Callable[[float], float], wanted: float, least: float, most: float
) -> tuple[Side | None, Side | None]:
    """The two sides of the first place at which the effect comes to what is wanted; or the nearest, if none does."""
    grid = least + (most - least) * (np.arange(_GRID + 1) / _GRID) ** 2
    low: Side | None = None
    best: Side | None = None
    for place in grid.tolist():
        achieved = effect(place)
        if achieved >= wanted:
            return (None, (place, achieved)) if low is None else _narrowed(effect, wanted, low[0], place)
        low = place, achieved
        best = low if best is None or achieved > best[1] else best
    return best, None


def _narrowed(
    effect: Callable[[float], float], wanted: float, low: float, high: float
) -> tuple[Side | None, Side | None]:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if effect(middle) >= wanted else (middle, high)
    below, above = _short(low, math.floor), _short(high, math.ceil)
    return (below, effect(below)), (above, effect(above))


def _short(value: float, rounded: Callable[[float], int]) -> float:
    """With so few digits that nobody minds to read them, on the same side of a jump; outwards is away from zero."""
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - _DIGITS + 1)
    return math.copysign(float(f"{rounded(abs(value) / unit) * unit:.{_DIGITS}g}"), value)
