"""Answers and refusals in, running totals under the names of the simulated world out; all begin at 0."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from generator.model import Service
from simulator.live.sandbox.scoring import MODEL
from simulator.world.exposed import ROUTES, versions_of
from simulator.world.outcomes import CODES, FORMS
from simulator.world.outlook import DECISIONS
from simulator.world.telemetry import Series, series

DURATION = "model_inference_duration_seconds"
_SHOWN_AS = {"pass": "allow", "review": "review", "block": "block"}
"""What the answer says, and what the metrics call it."""


class Counters:
    def __init__(self, service: Service) -> None:
        self._edges_s = [edge / 1000 for edge in service.profile.latency.buckets_ms]
        self._names = [f"{edge:g}" for edge in self._edges_s] + ["+Inf"]
        self._within = [0] * len(self._names)
        """By bucket, those that no smaller one holds."""
        self._codes = Counter(dict.fromkeys(CODES, 0))
        self._decisions = Counter(dict.fromkeys(DECISIONS, 0))
        self._routes = Counter(dict.fromkeys(ROUTES, 0))
        self._versions = Counter(dict.fromkeys(versions_of(service), 0))
        self._forms = Counter(dict.fromkeys(FORMS, 0))
        self.duration_s = 0.0
        self.restarts = 0

    def answered(self, decision: str, route: str, version: str, seconds: float) -> None:
        self.timed(seconds)
        self.decided(decision)
        self.routed(route)
        if route == MODEL:
            self.versioned(version)
            self.formed(FORMS[0])

    def timed(self, seconds: float) -> None:
        """A request was answered, after so long."""
        self._codes["200"] += 1
        self._within[bisect_left(self._edges_s, seconds)] += 1
        self.duration_s += seconds

    def decided(self, decision: str) -> None:
        """``pass``, ``review`` or ``block``."""
        self._decisions[_SHOWN_AS[decision]] += 1

    def routed(self, route: str) -> None:
        self._routes[route] += 1

    def versioned(self, version: str) -> None:
        """The model answered in that version."""
        self._versions[version] += 1

    def formed(self, form: str) -> None:
        """The model's answer was of that form; see ``FORMS``."""
        self._forms[form] += 1

    def failed(self, status: int, times: int = 1) -> None:
        """So many requests got no decision."""
        self._codes[str(status)] += times

    @property
    def answers(self) -> int:
        return sum(self._within)

    def totals(self) -> Iterator[tuple[Series, float]]:
        labelled = (
            ("model_inference_requests_total", "code", self._codes),
            ("model_decisions_total", "decision", self._decisions),
            ("model_route_requests_total", "route", self._routes),
            ("model_version_requests_total", "version", self._versions),
            ("model_answers_total", "form", self._forms),
        )
        for name, label, counted in labelled:
            for value, count in counted.items():
                yield series(name, **{label: value}), count
        cumulative = 0
        for edge, count in zip(self._names, self._within, strict=True):
            cumulative += count
            yield series(f"{DURATION}_bucket", le=edge), cumulative
        yield series(f"{DURATION}_sum"), self.duration_s
        yield series(f"{DURATION}_count"), cumulative
        yield series("model_restarts_total"), self.restarts
