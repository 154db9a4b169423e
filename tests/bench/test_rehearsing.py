"""The bench of rehearsals works, whatever it measures."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.world.telemetry import Telemetry
from tests.bench import rehearsing
from tests.bench.long_way import ByRequest, Requests
from tests.bench.rehearsing import Size

TINY = Size(replicas=2, minutes=10, requests_minutes=5, tasks=1)


def test_every_row_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each compares some work with some work; the processes are left to the bench itself."""
    monkeypatch.setattr(rehearsing, "_by_the_clock", lambda tasks, workers: 1.0 / workers)
    monkeypatch.setattr(rehearsing, "RATES", (20,))

    rows = rehearsing.rehearsing(TINY)

    assert len(rows) == 7
    assert all(row.ours_s > 0 and row.peer_s > 0 for row in rows)


def test_requests_one_by_one_come_to_what_the_world_draws() -> None:
    """The peer serves the same service: its counts agree with the world's within four standard errors."""
    catalogue = rehearsing._at_rate(rehearsing._quiet(30), 100)
    drawn, counted = (rehearsing._session(catalogue, range(4)) for _ in range(2))
    world = counted.world
    world._sampler = ByRequest(world._sampler, Requests(world.service, counted.stage.panel))
    drawn.run()
    counted.run()

    grown = [_grown(session.world.telemetry) for session in (drawn, counted)]
    assert all(abs(one - other) <= 4 * np.sqrt(one + other + 1) for one, other in zip(*grown, strict=True))


def _grown(telemetry: Telemetry) -> list[float]:
    rows = [row for row, one in enumerate(telemetry.identities) if one.name.endswith("_total")]
    last = telemetry.length - 1
    grown: list[float] = (telemetry.at(last)[rows] - telemetry.at(last - 100)[rows]).sum(axis=1).tolist()
    return grown
