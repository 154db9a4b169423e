"""The catalogue in formats that other tools read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.exports import catalogue, prometheus, prometheus_tests
from generator.model import Catalogue

MOST_COMPRESSION = 60.0
"""As in ``live.compression`` of a drill."""


@dataclass(frozen=True, slots=True)
class Export:
    """A format: what it is for, the file it is written to, and how the catalogue becomes its text."""

    title: str
    file: str
    text: Callable[[Catalogue], str]
    compressed: Callable[[Catalogue, float], str] | None = None
    """For a live drill, of which so many minutes pass in a minute; None: nothing in it takes time."""


EXPORTS: Mapping[str, Export] = {
    "catalogue": Export(
        "The catalogue, for programs and for drills elsewhere", catalogue.FILE, catalogue.text
    ),
    "prometheus": Export(
        "Prometheus alerting rules", prometheus.FILE, prometheus.rules, compressed=prometheus.rules
    ),
    "prometheus-tests": Export(
        "Unit tests of those rules, for promtool",
        prometheus_tests.FILE,
        prometheus_tests.unit_tests,
        compressed=prometheus_tests.unit_tests,
    ),
}
