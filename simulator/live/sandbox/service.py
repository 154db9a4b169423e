"""A service of the catalogue and a clock in; requests, labels and turned controls in, decisions and metrics out."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.model import Control, Setting
from simulator.live.clock import Compression
from simulator.live.headers import TAKEN_AT
from simulator.live.sandbox.counters import Counters
from simulator.live.sandbox.crew import Crew, FullError
from simulator.live.sandbox.deciding import Deciding
from simulator.live.sandbox.fate import fate_of
from simulator.live.sandbox.given import Given
from simulator.live.sandbox.golden import Known
from simulator.live.sandbox.hands import HANDS, settings_of
from simulator.live.sandbox.healthy import case_of, healthy_of
from simulator.live.sandbox.held import Held
from simulator.live.sandbox.hop import Hop, NodeFailedError, Within
from simulator.live.sandbox.kept import keep, kept_in
from simulator.live.sandbox.meeting import Meeting
from simulator.live.sandbox.past import Past
from simulator.live.sandbox.paths import Lineage, Met
from simulator.live.sandbox.paths import Path as Way
from simulator.live.sandbox.scoring import Asked, Coefficients, Decided, Scored, Scorer, as_by_default
from simulator.live.sandbox.settings import Settings
from simulator.live.sandbox.training import trained
from simulator.world.draws import Draws, stream_key

_log = logging.getLogger(__name__)
RECENT = 2000
"""Requests that a model is trained on, the newest."""


class NoAnswerError(Exception):
    """A request gets no decision; ``status`` as in HTTP."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    id: str
    score: float
    decision: str
    route: str
    version: str


class Sandbox:
    """One service. All times are seconds of the drill, unless their names say otherwise."""

    def __init__(
        self,
        given: Given,
        *,
        compression: Compression,
        seed: int,
        now: Callable[[], float],
        week_minute: float = 0.0,
        step_s: float = 15.0,
        pace: float = 1.0,
        kept: Path | None = None,
        hop: str = "",
        met: Collection[str] = (),
        most_per_s: float = math.inf,
    ) -> None:
        """``now``: the drill's clock; ``week_minute``: of its second 0; ``step_s``: between two scrapes.

        ``pace``: every service time is multiplied by it; with 0 answers come at once. ``kept``: the file in which
        turned controls stand, so that one that is started anew goes on with them. ``hop``: the URL at which the
        endpoint asks its model and its fallback; empty: in here. ``met``: nodes that are asked there about each
        request, so that what becomes of their answers on the way is what the endpoint reads. ``most_per_s``: requests
        in a second of the wall, now and in the past.
        """
        self.service, self.seed, self.compression = given.service, seed, compression
        self.now, self._draws = now, Draws()
        self.held = Held(given.service, given.panel)
        self.lineage = Lineage(given.service, self.held, frozenset(met))
        self.meeting = Meeting(given.service, self.lineage)
        self.sent = self.lineage.sent(as_by_default(given.service))
        self.turned: dict[str, Setting] = {control.id: control.default for control in given.service.controls}
        self._since: dict[str, float] = {}
        self._kept = kept
        if kept is not None:
            # What acts for some minutes has acted by now.
            self.turned |= kept_in(kept, given.service)
            self._since = dict.fromkeys(self.turned, -math.inf)
        self.scorer = Scorer(self.service, self.lineage, as_by_default(self.service))
        healthy, born_s = healthy_of(self.scorer, self.held), now()
        past = Past(
            self.service,
            healthy,
            seed=seed,
            week_minute=week_minute,
            most_per_s=most_per_s / compression.factor,
        )
        self.counters = Counters(self.service)
        self.monitors = past.monitors(step_s=step_s, now_s=born_s)
        self.labels = past.labelled(cases=self.held.cases, now_s=born_s)
        self.crew = Crew(self.service, compression, usual_rate_per_s=past.rate_per_s(born_s), pace=pace)
        self.within = Within(self.crew)
        way = Hop(self.crew, self.service, hop) if hop else self.within
        self.deciding = Deciding(seed, self.meeting, way=way, within=self.within, measure=self._measure)
        golden = self.service.profile.golden
        self.known = Known(golden, self.held, seed=seed) if golden else None
        self._recent: deque[Asked] = deque(maxlen=RECENT)
        self.settle()

    # --- requests -------------------------------------------------------------------------------------

    async def answer(self, request: str, rows: Sequence[Asked], *, aside: bool = False) -> Sequence[Answer]:
        """A decision for each row of one request; NoAnswerError when there is none.

        ``aside``: who asks is no traffic: it is served as others are, and stands in no metric.
        """
        began_s, now_s, fate = time.monotonic(), self.now(), fate_of(self.seed, request)
        scorer, status, why = self.scorer, 200, ""
        if fate.failed < self.service.profile.error_ratio:
            status, why = 500, "something went wrong in here, as it does now and then"
        elif fate.refused < scorer.settings.refused:
            status, why = 429, "this request is refused up front, so that others are served"
        else:
            try:
                decided = await self.deciding.decided(scorer, request, rows, now_s, aside=aside)
            except FullError:
                status, why = 429, "too many requests wait already"
            except NodeFailedError as error:
                status, why = 500, str(error)
        if status != 200:
            self.counters.failed(status, 0 if aside else len(rows))
            raise NoAnswerError(status, why)
        if not aside:
            self._count(rows, decided, scorer.version, time.monotonic() - began_s, now_s)
        return [
            Answer(asked.id, scored.score, made.decision, made.route, scorer.version)
            for asked, (scored, made) in zip(rows, decided, strict=True)
        ]

    def _measure(self, rows: Sequence[Asked], scored: Sequence[Scored], now_s: float) -> None:
        for asked, one in zip(rows, scored, strict=True):
            self.monitors.count(one, self._ages_s(asked, now_s), now_s)
            if asked.case is not None:
                self._recent.append(asked)

    def _count(
        self,
        rows: Sequence[Asked],
        decided: Sequence[tuple[Scored, Decided]],
        version: str,
        seconds: float,
        now_s: float,
    ) -> None:
        for asked, (_, made) in zip(rows, decided, strict=True):
            self.counters.answered(made.decision, made.route, version, seconds)
            self.labels.decided(asked.id, asked.case, block=made.block, now_s=now_s)

    def _ages_s(self, asked: Asked, now_s: float) -> Sequence[float]:
        """By feature, how old its value is by what its source says; 0 where it says nothing."""
        said: dict[str, float] = {}
        for node, fields in asked.inputs.items():
            taken_s = fields.get(TAKEN_AT)
            if type(taken_s) is float or type(taken_s) is int:
                said[node] = now_s - taken_s
        return [next((said[node] for node in nodes if node in said), 0.0) for nodes in self._dated]

    # --- controls -------------------------------------------------------------------------------------

    def turn(self, control: Control, value: Setting) -> Setting:
        """Turn a control, at once; returns what it was at."""
        previous, hand = self.turned[control.id], HANDS[control.kind]
        self.turned[control.id], self._since[control.id] = value, self.now()
        if hand.restarts and value != control.default:
            self.counters.restarts += 1
        self._keep()
        self.settle()
        if hand.lasts and value != control.default:
            wall_s = self.compression.wall_s(float(control.with_[hand.lasts]))
            asyncio.get_running_loop().call_later(wall_s + 0.001, self.settle)
        return previous

    def _keep(self) -> None:
        if self._kept is not None:
            try:
                keep(self._kept, self.turned)
            except OSError as error:
                _log.warning("what was turned is not kept: %s", error)

    def settle(self) -> None:
        """Go by what the controls now say."""
        scorer = Scorer(self.service, self.lineage, self._settings())
        if scorer.settings.retrained:
            coefficients = self._trained(scorer)
            scorer = Scorer(self.service, self.lineage, scorer.settings, coefficients=coefficients)
        self.scorer = scorer
        self.crew.settle(scorer.settings)
        watched = scorer.paths[: len(self.monitors.features)]
        self._dated = [self._dating(way) for way in watched]

    def _dating(self, way: Way) -> Sequence[str]:
        """Who says of a value how old it is: the last store that was asked, else the source."""
        met = [step.node for step in way.steps if isinstance(step, Met)]
        stores = [node for node in reversed(met) if self.lineage.nodes[node].kind == "feature_store"]
        return [*stores, *([] if way.held is not None else [way.node])]

    def _settings(self) -> Settings:
        def acting(control: Control) -> bool:
            lasts, since = HANDS[control.kind].lasts, self._since.get(control.id)
            return not lasts or since is None or self.now() < since + float(control.with_[lasts]) * 60

        return settings_of(self.service, self.turned, acting)

    def _trained(self, scorer: Scorer) -> Coefficients:
        """The model fitted to what came last, or, where that is kept out of training, to healthy requests."""
        if scorer.settings.training_frozen:
            asked = [case_of(self.held, case) for case in range(self.held.cases)]
            weight = self.held.weight
        else:
            drawn = self._draws.at(self.seed, stream_key("sandbox.training"))
            missing = drawn.choice(self.held.cases, size=RECENT - len(self._recent), p=self.held.weight)
            asked = [*(case_of(self.held, case) for case in missing.tolist()), *self._recent]
            weight = np.ones(len(asked))
        labels = [self._label(one.case) for one in asked if one.case is not None]
        return trained(scorer.coefficients, [scorer.seen(scorer.score(one)) for one in asked], labels, weight)

    def _label(self, case: int) -> int:
        """What is said to be right: what somebody told last, or what the panel says."""
        return self.labels.told.get(case, self.held.label[case])
