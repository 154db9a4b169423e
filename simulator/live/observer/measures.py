"""A service, how it is deployed, and what passes in; the series that its signals read out.

It measures what the sandbox measures of itself, with the same monitors and the same healthy past. What cannot be seen
from outside is not shown: memory, restarts and known requests never, routes, versions and the ages of values once an
answer or a body has told one, and nothing of scores where answers hold decisions alone. Drift of scores is held against
those of the service's own model, as its file has it: it says something where the target's scores are on that scale.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from generator.model import Deployment
from simulator.live.bodies import Document
from simulator.live.clock import Compression
from simulator.live.observer.answers import NOTHING, Said, giver, said
from simulator.live.observer.rows import Row, Rows, id_of
from simulator.live.sandbox.counters import Counters
from simulator.live.sandbox.given import Given
from simulator.live.sandbox.healthy import healthy_of
from simulator.live.sandbox.held import Held
from simulator.live.sandbox.past import Past
from simulator.live.sandbox.paths import Lineage
from simulator.live.sandbox.scoring import Scorer, as_by_default
from simulator.world.exposed import ROUTES, versions_of
from simulator.world.telemetry import Series, series

ANSWER, MALFORMED = "answer", "malformed"
_OF_SCORES = ("model_score_psi", "model_prediction_mean")
_VERSIONS, _ROUTES = "model_version_requests_total", "model_route_requests_total"
_AGES = "model_feature_age_seconds"


class Measures:
    """All times are seconds of the drill, unless their names say otherwise."""

    def __init__(
        self,
        given: Given,
        deployment: Deployment,
        *,
        compression: Compression,
        seed: int,
        now: Callable[[], float],
        week_minute: float = 0.0,
        step_s: float = 15.0,
        most_per_s: float = math.inf,
    ) -> None:
        """``now``: the drill's clock; ``week_minute``: of its second 0; ``step_s``: between two scrapes.

        ``most_per_s``: requests in a second of the wall, now and in the past.
        """
        self.service, self.deployment, self.compression, self.now = (
            given.service,
            deployment,
            compression,
            now,
        )
        held = Held(given.service, given.panel)
        scorer = Scorer(given.service, Lineage(given.service, held), as_by_default(given.service))
        past = Past(
            given.service,
            healthy_of(scorer, held),
            seed=seed,
            week_minute=week_minute,
            most_per_s=most_per_s / compression.factor,
        )
        self.counters = Counters(given.service)
        self.monitors = past.monitors(step_s=step_s, now_s=now())
        self.labels = past.labelled(cases=held.cases, now_s=now())
        self.rows = Rows(scorer.paths[: len(self.monitors.features)])
        self._versions = versions_of(given.service)
        self._told: set[str] = set()
        """Series of which something has been told, that nobody has to tell."""
        self.under_way = 0
        self.codes: Counter[str] = Counter()
        """Requests by the status that their clients got; ``gone``: they left before."""
        self.unread: Counter[str] = Counter()
        """Requests and answers that were passed on and not measured, by why."""
        self.found = Counter(dict.fromkeys(self.monitors.features, 0))
        """By feature, the rows that had it."""
        self.measured = 0
        """Rows."""
        self.past = 0
        """Requests that went past what stands between front and back, as nobody listened there."""

    # --- as clients see it ----------------------------------------------------------------------------

    def ended(self, status: int, seconds: float) -> None:
        """A client has an answer; ``status`` 0: less than a whole one."""
        self.codes[str(status or "broken")] += 1
        if 200 <= status < 400:
            self.counters.timed(seconds)
        else:
            # One code for all failures, as the service itself would show it; the state has each.
            self.counters.failed(500 if status == 0 or status >= 500 else status)

    def left(self, seconds: float) -> None:
        """A client has left before it had its answer: that is a failure where it had waited for too long."""
        self.codes["gone"] += 1
        if seconds * 1000 >= self.service.profile.latency.deadline_ms:
            self.counters.failed(500)

    # --- as the target sees it ------------------------------------------------------------------------

    def asked(self, document: Document | None, answer: bytes | None, *, id: str, why: str = "") -> None:
        """A request has been at the target. ``document``: None where it is not understood; ``answer``: None where
        there is none with a status of success; ``id``: the one of the request's head, or none; ``why``: it would
        not be understood.
        """
        now_s = self.now()
        rows = () if document is None else self.rows.of(document, now_s)
        if not rows:
            self.unread[why if document is None else "rows"] += 1
        told: Sequence[Said] = [NOTHING] * len(rows)
        if answer is not None:
            told = said(self.deployment, answer, len(rows) or 1)
        for (features, ages_s), one in zip(rows, told, strict=False):
            self._count(Row(features, (None,) * len(features), one.score, ages_s), now_s)
        if answer is not None:
            self._answered(answer, told, id or (id_of(document) if document else ""), now_s)

    def _count(self, row: Row, now_s: float) -> None:
        self.monitors.count(row, row.sent_age_s, now_s)
        self.measured += 1
        for name, value in zip(self.monitors.features, row.features, strict=True):
            if value is not None:
                self.found[name] += 1
        if any(row.sent_age_s):
            self._told.add(_AGES)

    def _answered(self, answer: bytes, told: Sequence[Said], id: str, now_s: float) -> None:
        version, route = giver(answer)
        for place, one in enumerate(told):
            if one is NOTHING:
                self.unread["answer"] += 1
                self.counters.formed(MALFORMED)
                continue
            self.counters.formed(ANSWER)
            self.counters.decided(one.decision)
            if id:
                name = id if len(told) == 1 else f"{id}-{place}"
                self.labels.decided(name, None, block=one.decision == "block", now_s=now_s)
            if version in self._versions:
                self._told.add(_VERSIONS)
                self.counters.versioned(version)
            if route in ROUTES:
                self._told.add(_ROUTES)
                self.counters.routed(route)

    # --- out ------------------------------------------------------------------------------------------

    def samples(self) -> Iterator[tuple[Series, float]]:
        """Every series that is measured and its value now; NaN where nothing is known."""
        hidden = {_VERSIONS, _ROUTES, _AGES, "model_restarts_total"} - self._told
        if self.deployment.answer.block_above is None:
            hidden.update(_OF_SCORES)
        yield from (one for one in self._samples() if one[0].name not in hidden)

    def _samples(self) -> Iterator[tuple[Series, float]]:
        now_s, window = self.now(), f"{self.service.profile.accuracy_window_minutes:g}m"
        yield from self.counters.totals()
        yield from self.monitors.gauges(now_s)
        accuracy, age_s = self.labels.gauges(now_s)
        yield series("model_labelled_accuracy_ratio", window=window), accuracy
        yield series("model_label_age_seconds"), age_s
        yield series("model_inference_in_flight"), self.under_way / self.compression.factor
