"""The loop: the world takes a step, alarms are evaluated, messages arrive, the responder answers, all is recorded."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import numpy as np

from generator.model import Setting
from simulator.events import (
    FACILITATOR,
    WORLD,
    Acted,
    AlertChanged,
    Collected,
    ControlOrdered,
    ControlTookEffect,
    Delivered,
    Ended,
    EvidenceLink,
    Hypothesised,
    Observed,
    Payload,
    Posted,
    Recorder,
    digest,
)
from simulator.responders.view import ClaimCause, Move, Responder, Scene, TakeEvidence, TurnControl, View
from simulator.session.announcing import filled
from simulator.session.delivering import Deliveries
from simulator.session.opening import SIMULATED, Place, plans_of, started
from simulator.session.stage import Stage
from simulator.session.vitals import Vitals
from simulator.signals.alerts import Evaluation, SignalBank
from simulator.world.draws import Draws, stream_key
from simulator.world.flow import Floats
from simulator.world.telemetry import Telemetry

SPREAD = 0.2
"""Standard deviation of the logarithm of a machine's pace around the minutes that a step states."""


WHOLE = 1e-9
"""Of a step: three steps of 7.3 s divided by 7.3 s are a little less than three."""


class AllEndedError(Exception):
    """Every drill of the batch was ended by its responder."""


class Played(Protocol):
    """What a session plays in: the simulated world, or a real service."""

    codes: Floats
    """What is in force, axes (replica, knob)."""
    past: Floats
    telemetry: Telemetry
    impact: Floats
    """The truth, axes (replica, step); who scores reads it when all is over."""

    def step(self, step: int) -> None:
        """Take the scrape of that step."""
        ...

    def turn(
        self, replica: int, knob: int, code: float, minutes: float
    ) -> Acted | Future[Acted | None] | None:
        """A setting takes effect in one replica, at that minute; what there is to say of it.

        Where it failed, the setting stays as it was. Where it takes longer, what will say it: then it is to be noted.
        """
        ...

    def note(self, replica: int, knob: int, code: float, minutes: float) -> None:
        """A setting is in force that somebody turned without the tool; nothing is done for it."""
        ...

    def rest(self) -> None:
        """Nobody plays any more: from here on nothing is turned but on paper."""
        ...

    def expect(self, step: int) -> None:
        """The impact of a step that nobody plays any more, with the settings in force; no scrape."""
        ...


class Alarms(Protocol):
    """What says which signals fire: their rules on the telemetry, or whoever else watches a real service."""

    def evaluate(self, telemetry: Telemetry) -> Evaluation:
        """Values and states at the newest sample; called once at every sample time."""
        ...


@dataclass(slots=True)
class Order:
    """A control that was turned and has not taken effect yet."""

    replica: int
    knob: int
    code: float
    effective_t: float
    outside: bool = False
    """Somebody does it without the tool."""
    turning: Future[Acted | None] | None = None
    """It is being done for real, and has not ended yet."""


class Session:
    """A batch of drills, one recorder a replica. ``run`` plays it; the truth is told afterwards by ``reveal``."""

    def __init__(
        self,
        stage: Stage,
        responder: Responder,
        recorders: Sequence[Recorder],
        *,
        nonces: Sequence[str],
        instant: bool = False,
        world: Played | None = None,
        place: Place = SIMULATED,
        alarms: Alarms | None = None,
    ) -> None:
        """``instant``: controls take effect at once, as for the oracle. ``world``: none, the simulated one.

        ``alarms``: none, the rules of the signals on the telemetry of the world.
        """
        self.stage, self.responder, self.recorders, self.nonces = (
            stage,
            responder,
            tuple(recorders),
            tuple(nonces),
        )
        self.world: Played = world or stage.world()
        self._at = place
        self.vitals = Vitals(stage.service)
        self._instant = instant
        self._alarms: Alarms = alarms or bank_of(stage)
        self._orders: list[Order] = []
        signals = [ref.signal for ref in stage.signals]
        self._sign = np.array([[1.0 if signal.compare == "above" else -1.0] for signal in signals])
        self._threshold = np.array([[signal.threshold] for signal in signals])
        self._keys = [ref.key for ref in stage.signals]
        self._crossed: Floats = np.full((len(stage.signals), len(stage.seeds)), np.nan)
        self._values: Floats | None = None
        """Of the signals at the last scrape, axes (signal, replica); None before the first."""
        self._read: Floats | None = None
        """Of the vitals, axes (vital, replica), once anybody asked."""
        self._shown: dict[int, Observed] = {}
        """What that scrape shows, by replica, as far as anybody asked."""
        self._in_force = [self._decoded(row) for row in self.world.codes]
        self._ended = np.full(len(stage.seeds), np.inf)
        """When each replica's drill ended, in seconds."""
        self._draws = Draws()
        self.deliveries = tuple(Deliveries(stage.drill, seed) for seed in stage.seeds)
        self._place = {knob.id: index for index, knob in enumerate(stage.knobs)}

    def ended(self, replica: int) -> float:
        """When a replica's drill ended, in seconds; infinity while it goes on."""
        return float(self._ended[replica])

    def _over(self, replica: int) -> bool:
        """Whether a replica's drill has ended: nothing is recorded any more, whatever the others do."""
        return math.isfinite(self._ended[replica])

    @property
    def scene(self) -> Scene:
        stage = self.stage
        return Scene(
            service=stage.service,
            runbooks=stage.runbooks,
            signals=stage.signals,
            replicas=len(stage.seeds),
            pace=self._pace,
            horizon_minutes=stage.drill.horizon_minutes,
        )

    def run(self) -> None:
        """Play to the horizon, or until everybody has ended. An interrupt ends the drill with its record whole."""
        plans = plans_of(self.stage)
        for replica, recorder in enumerate(self.recorders):
            first = started(
                self.stage, replica, self.responder, self.nonces[replica], place=self._at, plans=plans
            )
            recorder.append(0.0, FACILITATOR, first)
        self._apply(self.responder.begin(self.scene), 0.0)
        steps = self.stage.clockwork.steps
        try:
            for step in range(steps + 1):
                self._tick(step)
                if step < steps:
                    self._between((step + 1) * self.stage.clockwork.step_seconds)
        except AllEndedError:
            pass
        except KeyboardInterrupt:
            self._end("interrupted")
        self._end("horizon")
        self._freeze()

    def _tick(self, step: int) -> None:
        t = step * self.stage.clockwork.step_seconds
        self._take_effect(t)
        self.world.step(step)
        evaluation = self._alarms.evaluate(self.world.telemetry)
        self._follow_crossings(evaluation, t)
        self._show(t, evaluation.values)
        self._alert(t, evaluation.values, evaluation.resolved, "resolved")
        self._alert(t, evaluation.values, evaluation.fired, "firing")
        self._deliver(t)
        view = View(t, evaluation.values, evaluation.firing, self._crossed, self._in_force)
        self._apply(self.responder.respond(view), t)

    def _between(self, until_t: float) -> None:
        for move in self.responder.wait(until_t):
            self._apply([move], until_t)

    # --- what the world does ------------------------------------------------------------------

    def _take_effect(self, t: float) -> None:
        for order in [order for order in self._orders if order.effective_t <= t]:
            knob = self.stage.knobs[order.knob]
            acted = self._turned(order, t)
            if isinstance(acted, Future):
                order.turning = acted
                continue
            self._orders.remove(order)
            if acted is not None:
                self._record(order.replica, t, WORLD, acted)
            if acted is not None and not acted.ok:
                continue
            self._in_force = [*self._in_force]
            self._in_force[order.replica] = self._decoded(self.world.codes[order.replica])
            self._record(order.replica, t, WORLD, ControlTookEffect(knob.id, knob.decode(order.code)))

    def _turned(self, order: Order, t: float) -> Acted | Future[Acted | None] | None:
        """Have the world turn a control, and ask it again until that has ended; one turned outside is only told of."""
        if order.turning is not None:
            return self._ended_by_now(order, order.turning, t)
        if not order.outside:
            return self.world.turn(order.replica, order.knob, order.code, t / 60)
        self.world.note(order.replica, order.knob, order.code, t / 60)
        knob, where = self.stage.knobs[order.knob], self._at.environment
        return Acted(knob.id, knob.decode(order.code), where, "outside", ok=True, status=0, seconds=0.0)

    def _ended_by_now(
        self, order: Order, turning: Future[Acted | None], t: float
    ) -> Acted | Future[Acted | None] | None:
        if not turning.done():
            return turning
        acted = turning.result()
        if acted is None or acted.ok:
            self.world.note(order.replica, order.knob, order.code, t / 60)
        return acted

    def _follow_crossings(self, evaluation: Evaluation, t: float) -> None:
        """What fires has crossed its threshold, also where an alarm from elsewhere comes before our own scrape."""
        crossed = (self._sign * evaluation.values > self._sign * self._threshold) | evaluation.firing
        self._crossed = np.where(crossed, np.fmin(self._crossed, t), np.nan)

    def _show(self, t: float, values: Floats) -> None:
        self._values, self._read, self._shown = values, None, {}
        for replica, recorder in enumerate(self.recorders):
            if not self._over(replica):
                recorder.scrape(t, WORLD, partial(self._shown_to, replica))

    def _shown_to(self, replica: int) -> Observed:
        """What the last scrape shows in one replica; nothing before the first."""
        if self._values is None:
            return Observed({}, {})
        if replica not in self._shown:
            if self._read is None:
                self._read = self.vitals.read(self.world.telemetry)
            self._shown[replica] = Observed(
                _numbers(self._keys, self._values[:, replica]),
                _numbers(self.vitals.names, self._read[:, replica]),
            )
        return self._shown[replica]

    def _alert(
        self, t: float, values: Floats, pairs: Sequence[tuple[int, int]], state: Literal["firing", "resolved"]
    ) -> None:
        for row, replica in pairs:
            ref = self.stage.signals[row]
            value = _number(values[row, replica])
            alert = AlertChanged(ref.key, ref.runbook, ref.signal.severity, state, value)
            self._record(replica, t, WORLD, alert)

    def _deliver(self, t: float) -> None:
        for replica, deliveries in enumerate(self.deliveries):
            arriving = () if self._over(replica) else deliveries.due(t, self.recorders[replica].events)
            for message in arriving:
                self._record(replica, t, WORLD, message)

    def _decoded(self, codes: Floats) -> list[Setting]:
        return [knob.decode(code) for knob, code in zip(self.stage.knobs, codes, strict=True)]

    # --- what the responder does --------------------------------------------------------------

    def _apply(self, moves: Sequence[Move], t: float) -> None:
        for move in moves:
            at = t if move.t is None else move.t
            if self._over(move.replica):
                continue
            payload = self._complete(move, at)
            self._record(move.replica, at, move.actor, payload, more=move.more)
            if isinstance(payload, Ended):
                self._ended[move.replica] = at
                if np.isfinite(self._ended).all():
                    raise AllEndedError

    def _complete(self, move: Move, t: float) -> Payload:
        match move.action:
            case TurnControl() as turned:
                return self._order(move.replica, turned, t)
            case ClaimCause(component, mechanism, onset, keys):
                shown = {**self._shown_to(move.replica).signals, **self._shown_to(move.replica).vitals}
                links = tuple(EvidenceLink(key, self._last_scrape(t), shown.get(key)) for key in keys)
                return Hypothesised(component, mechanism, onset, links)
            case TakeEvidence(evidence):
                return Collected(evidence, digest(self._shown_to(move.replica)))
            case Posted() as post:
                return filled(post, self.recorders[move.replica].events, t, self.stage)
            case Delivered() as message:
                return self.deliveries[move.replica].numbered(message)
            case payload:
                return payload

    def _last_scrape(self, t: float) -> float:
        step = self.stage.clockwork.step_seconds
        return float(np.floor(t / step + WHOLE) * step)

    def _order(self, replica: int, turned: TurnControl, t: float) -> ControlOrdered:
        place = self._place[turned.control]
        knob = self.stage.knobs[place]
        effective = t if self._instant else t + knob.minutes * 60
        previous = knob.decode(self.world.codes[replica, place])
        self._orders = [
            order
            for order in self._orders
            if order.turning is not None or (order.replica, order.knob) != (replica, place)
        ]
        self._orders.append(Order(replica, place, knob.encode(turned.value), effective, turned.outside))
        return ControlOrdered(turned.control, turned.value, previous, effective)

    def _record(self, replica: int, t: float, actor: str, payload: Payload, *, more: bool = False) -> None:
        if not self._over(replica):
            self.recorders[replica].append(t, actor, payload, more=more)

    def _pace(self, replica: int, deed: int) -> float:
        generator = self._draws.at(self.stage.seeds[replica], stream_key("pace"), deed)
        return float(np.exp(SPREAD * generator.standard_normal()))

    # --- the end ----------------------------------------------------------------------------------

    def _end(self, reason: Literal["horizon", "interrupted"]) -> None:
        for replica, recorder in enumerate(self.recorders):
            if np.isinf(self._ended[replica]):
                t = (
                    recorder.events[-1].t
                    if reason == "interrupted"
                    else self.stage.drill.horizon_minutes * 60
                )
                recorder.append(t, FACILITATOR, Ended(reason))
                self._ended[replica] = t

    def _freeze(self) -> None:
        """A drill that ended early goes on, noise-free and with nobody at the controls, to its horizon."""
        self.world.rest()
        for order in self._orders:
            if order.turning is not None and not order.turning.done():
                order.turning = None
        for step in range(len(self.world.telemetry.times) - len(self.world.past)):
            if len(self.world.past) + step >= self.world.telemetry.length:
                self._take_effect(step * self.stage.clockwork.step_seconds)
                self.world.expect(step)


def bank_of(stage: Stage) -> SignalBank:
    """The signals of a stage, one replica a seed."""
    return SignalBank([ref.signal for ref in stage.signals], len(stage.seeds), slos=stage.service.slos)


def _number(value: float) -> float | None:
    """Six significant digits are what a person reads, and what the record keeps."""
    return None if np.isnan(value) else float(f"{value:.6g}")


def _numbers(keys: Sequence[str], values: Floats) -> Mapping[str, float | None]:
    return dict(zip(keys, map(_number, values.tolist()), strict=True))
