"""A played session in; which control orders helped by luck, and what the impact is without them, out.

An order is luck when it was given before anything was wrong (``before``); when it is one of three and more changes
that were ordered before any of them had taken effect (``dark``): nobody could then know which of them helps; or
when it is one of two of which one avoids nothing beyond the other (``pair``): that one was a guess.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from generator.model import Setting
from simulator.events import ControlOrdered, ControlTookEffect, Event
from simulator.session.rulers import Rulers
from simulator.session.stage import Stage
from simulator.world.flow import Floats
from simulator.world.world import state_rows

AT_ONCE = 3
LEAST_MINUTES = 1.0
"""A control does something when it avoids as much as so many minutes at the drill's tolerance."""

How: TypeAlias = Literal["before", "dark", "pair"]


@dataclass(slots=True)
class _Volley:
    """Changes that were ordered before any of them had taken effect."""

    orders: list[Event] = field(default_factory=list)
    last: dict[str, Setting] = field(default_factory=dict)
    seen_t: float = float("inf")
    """When the first of them takes effect."""

    def changes(self, order: ControlOrdered) -> bool:
        """Whether it orders something else than what is in force, or on its way."""
        return bool(self.last.get(order.control, order.previous) != order.value)

    def add(self, event: Event, order: ControlOrdered) -> None:
        self.orders.append(event)
        self.last[order.control] = order.value
        self.seen_t = min(self.seen_t, order.effective_t)


@dataclass(frozen=True, slots=True)
class Luck:
    orders: Mapping[int, How]
    """By number of their event."""
    impact: Floats
    """Without them; of a pair half of what it avoided is left. Axes (step,)."""


def luck_of(stage: Stage, rulers: Rulers, events: Sequence[Sequence[Event]]) -> dict[int, Luck]:
    """By replica, for those that had any; in a drill in which nothing does harm there is none."""
    since = harmful_since(stage, rulers)
    found = {}
    for replica, told in enumerate(events):
        if not np.isnan(since[replica]) and (luck := _luck(stage, replica, told, float(since[replica]))):
            found[replica] = luck
    return found


def harmful_since(stage: Stage, rulers: Rulers) -> Floats:
    """The first onset of a fault that crosses the tolerance, in minutes, axes (replica,); without one, NaN."""
    onsets = np.array([fault.onset_minutes for fault in stage.faults]).reshape(-1, len(stage.seeds))
    harmful = np.where(np.isnan(rulers.t0_minutes), np.inf, onsets)
    first: Floats = harmful.min(axis=0) if len(harmful) else np.full(len(stage.seeds), np.inf)
    return np.where(np.isinf(first), np.nan, first)


def _luck(stage: Stage, replica: int, events: Sequence[Event], since: float) -> Luck | None:
    volleys = list(_volleys(events))
    before = {e.seq for e in events if isinstance(e.payload, ControlOrdered) and e.minutes < since}
    dark = {event.seq for volley in volleys if len(volley) >= AT_ONCE for event in volley}
    out = before | dark
    guessed = {
        event.seq
        for volley in volleys
        if len(volley) == AT_ONCE - 1 and _is_guess(stage, replica, events, volley, out)
        for event in volley
    }
    if not out | guessed:
        return None
    impact = replayed(stage, replica, events, without=out)
    if guessed - out:
        impact = (impact + replayed(stage, replica, events, without=out | guessed)) / 2
    orders: dict[int, How] = dict.fromkeys(guessed, "pair")
    orders |= dict.fromkeys(dark, "dark")
    orders |= dict.fromkeys(before, "before")
    return Luck(orders, impact)


def _volleys(events: Sequence[Event]) -> Iterator[list[Event]]:
    volley = _Volley()
    for event in events:
        order = event.payload
        if not isinstance(order, ControlOrdered):
            continue
        if volley.seen_t <= event.t:
            yield volley.orders
            volley = _Volley()
        if volley.changes(order):
            volley.add(event, order)
    yield volley.orders


def _is_guess(
    stage: Stage, replica: int, events: Sequence[Event], volley: Sequence[Event], out: Collection[int]
) -> bool:
    """Whether one of two controls that were turned at once avoids nothing beyond the other."""
    seqs = {event.seq for event in volley}
    controls = {e.payload.control for e in volley if isinstance(e.payload, ControlOrdered)}
    if seqs & set(out) or len(controls) < len(volley):
        return False
    least = LEAST_MINUTES * 60 / stage.clockwork.step_seconds * stage.drill.tolerance
    both = replayed(stage, replica, events, without=out).sum()
    return any(replayed(stage, replica, events, without={*out, seq}).sum() - both < least for seq in seqs)


def replayed(stage: Stage, replica: int, events: Sequence[Event], *, without: Collection[int]) -> Floats:
    """The impact of one replica, noise-free and without the effects of some orders; axes (step,)."""
    effects = list(_effects(events, without))
    places = {knob.id: place for place, knob in enumerate(stage.knobs)}
    codes = np.tile(stage.outlooks.defaults, (len(stage.seeds), 1))
    since = np.full(codes.shape, -np.inf)
    rows = []
    for step in range(stage.clockwork.steps + 1):
        t = step * stage.clockwork.step_seconds
        while effects and effects[0][0] <= t:
            at, effect = effects.pop(0)
            place = places[effect.control]
            codes[replica, place] = stage.knobs[place].encode(effect.value)
            if codes[replica, place] != stage.knobs[place].default:
                since[replica, place] = at / 60
        rows.append(rows_of(stage, codes, t / 60, since)[replica])
    impact: Floats = stage.outlooks.impact(np.array(rows))
    return impact


def rows_of(stage: Stage, codes: Floats, minutes: float, since: Floats) -> Floats:
    """The states of all replicas, axes (replica, column); ``since`` has the axes of ``codes``."""
    return state_rows(
        codes,
        minutes,
        knobs=stage.knobs,
        faults=stage.faults,
        service=stage.service,
        clockwork=stage.clockwork,
        since=since,
    )


def _effects(events: Sequence[Event], without: Collection[int]) -> Iterator[tuple[float, ControlTookEffect]]:
    """What took effect, and when in seconds; an effect is that of the latest order."""
    latest: dict[str, int] = {}
    for event in events:
        if isinstance(event.payload, ControlOrdered):
            latest[event.payload.control] = event.seq
        elif (
            isinstance(event.payload, ControlTookEffect) and latest.get(event.payload.control) not in without
        ):
            yield event.t, event.payload
