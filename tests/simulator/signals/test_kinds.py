"""Declarations and modules of signal kinds belong together, and every kind keeps the same laws."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from generator import kinds
from simulator.signals import KINDS
from simulator.signals.alerts import SignalBank
from simulator.world.telemetry import Telemetry, series
from tests.generator.exports.catalogues import service, signal

DECLARED = kinds.load("signals")


def example(kind: str) -> Mapping[str, Any]:
    properties = DECLARED[kind].parameters["properties"]
    return {name: schema["examples"][0] for name, schema in properties.items()}


def test_every_declaration_has_a_module_and_the_other_way_round() -> None:
    """The table lists the declared kinds, alphabetically."""
    assert list(KINDS) == sorted(DECLARED)


@pytest.mark.parametrize("kind", DECLARED)
def test_a_declaration_says_what_authors_need(kind: str) -> None:
    """Words, unit and metrics are there; every parameter is required, described, and shown by example."""
    declaration = DECLARED[kind].declaration
    parameters = DECLARED[kind].parameters

    assert declaration["name"] == kind
    assert all(declaration[key] for key in ("title", "summary", "unit", "metrics", "promql"))
    assert parameters["additionalProperties"] is False
    assert parameters["required"] == sorted(parameters["properties"])
    assert all(schema["description"] and schema["examples"] for schema in parameters["properties"].values())


@pytest.mark.parametrize("kind", KINDS)
def test_a_service_without_the_metric_has_no_value(kind: str) -> None:
    """No series is no result in every replica, neither an error nor a zero."""
    telemetry = Telemetry([series("up")], replicas=3, times=np.array([0.0, 15.0]))
    for _ in range(2):
        telemetry.append(np.ones((1, 3)))

    bank = SignalBank([signal("any", kind, with_=example(kind))], 3, slos=service("any").slos)

    assert np.isnan(bank.evaluate(telemetry).values).tolist() == [[True] * 3]
