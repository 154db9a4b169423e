"""The catalogue in formats that other tools read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.exports import prometheus
from generator.model import Catalogue


@dataclass(frozen=True, slots=True)
class Export:
    """A format: what it is for, the file it is written to, and how the catalogue becomes its text."""

    title: str
    file: str
    text: Callable[[Catalogue], str]


EXPORTS: Mapping[str, Export] = {
    "prometheus": Export("Prometheus alerting rules", "drillbook.rules.yaml", prometheus.rules),
}
