"""What happened in, the proxy's own metrics in Prometheus' text out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


@dataclass(slots=True)
class Counters:
    requests: int = 0
    refused: Counter[int] = field(default_factory=Counter)
    """Messages of callers that went no further, by the status they were told."""
    affected: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By lease and effect."""
    untouched: Counter[str] = field(default_factory=Counter)
    """Requests that a lease would have touched, had they been understood, by why they were not."""
    leases: Counter[str] = field(default_factory=Counter)
    """By what became of them: granted, renewed, refused, expired, ended, over, stopped."""
    upstream: Counter[str] = field(default_factory=Counter)
    """Errors of the target, by kind."""
    retried: int = 0
    gone: int = 0
    """Callers that left before they had their answer."""


class _Collector(Collector):
    def __init__(self, counters: Counters, live: int, connections: int) -> None:
        self._counters, self._live, self._connections = counters, live, connections

    def collect(self) -> Iterator[Metric]:
        counts = self._counters
        yield _one("requests", "Requests that came in.", counts.requests)
        yield _one("retries", "Requests that were sent again, on a new connection.", counts.retried)
        yield _one("callers_gone", "Requests whose caller left before the answer.", counts.gone)
        yield _by("refused_requests", "Messages that went no further.", "code", counts.refused)
        yield _by("not_understood", "Requests that passed untouched.", "reason", counts.untouched)
        yield _by("leases", "Leases, by what became of them.", "event", counts.leases)
        yield _by("upstream_errors", "Errors of the target.", "kind", counts.upstream)
        affected = CounterMetricFamily(
            "drillbook_proxy_affected", "Requests that a lease fell on.", labels=("lease", "effect")
        )
        for (lease, effect), count in list(counts.affected.items()):
            affected.add_metric((lease, effect), count)
        yield affected
        yield GaugeMetricFamily("drillbook_proxy_live_leases", "Leases in force.", self._live)
        yield GaugeMetricFamily("drillbook_proxy_connections", "Callers' connections.", self._connections)


def exposed(counters: Counters, *, live: int, connections: int) -> bytes:
    """All of it, as Prometheus reads it."""
    registry = CollectorRegistry()
    registry.register(_Collector(counters, live, connections))
    return generate_latest(registry)


def _one(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(f"drillbook_proxy_{name}", words, value=value)


def _by(name: str, words: str, label: str, values: Counter[str] | Counter[int]) -> Metric:
    family = CounterMetricFamily(f"drillbook_proxy_{name}", words, labels=(label,))
    for key, value in values.copy().items():
        family.add_metric((str(key),), value)
    return family
