"""A real target in, the world that a session plays in out: scrapes instead of draws, real hands instead of settings."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Protocol

import numpy as np

from generator.model import Setting
from simulator.events import Acted, Measured
from simulator.live.measuring import Harm
from simulator.live.scraping import Continued
from simulator.session.reveal import DECIMALS
from simulator.session.stage import Stage
from simulator.world.flow import Floats
from simulator.world.telemetry import Telemetry
from simulator.world.world import past_of


class Target(Protocol):
    """What a live drill does to its target, and reads from it."""

    def scrape(self, t: float) -> Floats:
        """What its metrics say now, axes (series,); NaN where nobody answers. ``t``: seconds of the drill."""
        ...

    def turn(self, control: str, value: Setting, t: float) -> Acted | Future[Acted | None] | None:
        """A control takes effect, for real; what there is to say of it where the target is not ours, or what will."""
        ...

    def impact(self) -> Harm:
        """What was measured of the requests that ended worse than when all was well."""
        ...


class LiveWorld:
    """A batch of one. The past, which no real target had, is that of the healthy twin with the same seed."""

    def __init__(self, stage: Stage, target: Target) -> None:
        self.stage, self.target = stage, target
        self.codes: Floats = np.tile(stage.outlooks.defaults, (1, 1))
        self._since: Floats = np.full(1, -np.inf)
        self._rests = False
        self.past = past_of(stage.service, stage.clockwork)
        twin = stage.healthy_world().telemetry
        future = np.arange(stage.clockwork.steps + 1) * stage.clockwork.step_seconds
        times = np.concatenate([self.past, future])
        self.telemetry = Telemetry(twin.identities, replicas=1, times=times, keep_s=-self.past[0])
        for number in range(twin.length):
            self.telemetry.append(twin.at(number))
        self._continued = Continued(twin.identities, twin.at(twin.length - 1)[:, 0])
        self.impact: Floats = np.zeros((1, stage.clockwork.steps + 1))
        self.measured: Measured | None = None
        """What the requests came to, once that is settled; None: nobody knows."""
        self._settings: dict[int, tuple[Floats, Floats]] = {}
        """By step that was played: what was in force, and since when."""

    def step(self, step: int) -> None:
        """Take the scrape of that step. It has the time at which it was due: the clock waits, not the record."""
        self._settings[step] = self.codes.copy(), self._since.copy()
        raw = self.target.scrape(step * self.stage.clockwork.step_seconds)
        self.telemetry.append(self._continued.after(raw)[:, None])

    def turn(
        self, replica: int, knob: int, code: float, minutes: float
    ) -> Acted | Future[Acted | None] | None:
        """A control takes effect at the target."""
        chosen = self.stage.knobs[knob]
        acted = None if self._rests else self.target.turn(chosen.id, chosen.decode(code), minutes * 60)
        if acted is None or (isinstance(acted, Acted) and acted.ok):
            self.note(replica, knob, code, minutes)
        return acted

    def note(self, replica: int, knob: int, code: float, minutes: float) -> None:
        """A setting is in force at the target, whoever turned it."""
        self.codes[replica, knob] = code
        self._since[replica] = minutes

    def rest(self) -> None:
        """The team is done: what is still on its way takes effect in the twin alone."""
        self._rests = True

    def expect(self, step: int) -> None:
        """The impact of a step that is no longer played: what the twin would show with the settings in force."""
        self._expect(step, self.codes, self._since)

    def _expect(self, step: int, codes: Floats, since: Floats) -> None:
        minutes = step * self.stage.clockwork.step_seconds / 60
        self.impact[:, step] = self.stage.outlooks.impact(self.stage.rows(codes, minutes, since))

    def settle(self) -> None:
        """Take over what was measured of the harm, once all answers are in; where nothing was, the twin's stands."""
        for step, (codes, since) in self._settings.items():
            self._expect(step, codes, since)
        harm, steps = self.target.impact(), range(self.impact.shape[1])
        net = [harm.net.get(step, float(self.impact[0, step])) for step in steps]
        self.impact[0] = np.maximum(net, 0.0)
        if harm.net:
            counts = [harm.counts.get(step, (0, 0)) for step in steps]
            self.measured = Measured(
                compared=tuple(compared for compared, _ in counts),
                worse=tuple(worse for _, worse in counts),
                net=tuple(round(share, DECIMALS) for share in net),
                natural=round(harm.natural.share, DECIMALS),
                natural_of=harm.natural.of,
                natural_by=harm.natural.by,
            )
