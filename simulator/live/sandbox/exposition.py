"""Series and their values in, the text that Prometheus scrapes out, under the names that the service gives them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from generator.model import Service
from generator.queries import metric_name
from simulator.live.sandbox.counters import DURATION
from simulator.world.telemetry import Series

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PARTS = {f"{DURATION}{suffix}": suffix for suffix in ("_bucket", "_sum", "_count")}
"""Samples of a histogram: the family has the name without the suffix."""
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


class Exposition:
    """Writes what a service exposes; a gauge of which nothing is known is left out."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._own = [(label.label, label.value) for label in service.metrics.labels]
        self._heads: dict[Series, tuple[str, str]] = {}
        """By series: the family that it belongs to, and its line up to the value."""

    def text(self, samples: Iterable[tuple[Series, float]]) -> str:
        families: dict[str, list[str]] = {}
        for identity, value in samples:
            if not math.isnan(value):
                family, head = self._head(identity)
                families.setdefault(family, []).append(f"{head} {_number(value)}\n")
        return "".join(
            f"# TYPE {metric_name(family, self._service)} {_type(family)}\n" + "".join(lines)
            for family, lines in families.items()
        )

    def _head(self, identity: Series) -> tuple[str, str]:
        if identity not in self._heads:
            suffix = _PARTS.get(identity.name, "")
            family = identity.name.removesuffix(suffix)
            labels = ",".join(
                f'{name}="{value.translate(_ESCAPES)}"' for name, value in (*self._own, *identity.labels)
            )
            name = metric_name(family, self._service) + suffix
            self._heads[identity] = family, f"{name}{{{labels}}}" if labels else name
        return self._heads[identity]


def _type(family: str) -> str:
    if family == DURATION:
        return "histogram"
    return "counter" if family.endswith("_total") else "gauge"


def _number(value: float) -> str:
    """
    >>> _number(3.0), _number(0.25), _number(float("inf"))
    ('3', '0.25', '+Inf')
    """
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value)).removesuffix(".0")
