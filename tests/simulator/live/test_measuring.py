"""What is said of the harm: nature's part is no fault's, and what nobody measured is not said to be measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
import pytest

from simulator.live.load.tally import Row
from simulator.live.measuring import (
    MOST_BY_TWIN,
    Natural,
    Told,
    amiss,
    by_twin,
    harm_of,
    held_up,
    natural_of,
)


def row(step: int, **counts: Any) -> Mapping[str, Any]:
    """As a load tells it; ten requests that all ended as when all was well."""
    given = {"offered": 10, "known": 10, "ended": 10, "compared": 10, "worse": 0, **counts}
    found = {name: getattr(Row(step), name) for name in Row.__dataclass_fields__}
    goldens = {"compared": 0, "worse": 0, **given.pop("goldens", {})}
    return {**found, **given, "goldens": goldens}


def drawn(steps: int, *, natural: float, fault_from: int, fault: float) -> Sequence[Mapping[str, Any]]:
    """Forty requests a step; each ends worse by itself, or else by the fault."""
    rng = np.random.default_rng(7)
    rows = []
    for step in range(steps):
        worse = rng.random(40) < natural
        worse |= rng.random(40) < (fault if step >= fault_from else 0.0)
        rows.append(row(step, offered=40, known=40, ended=40, compared=40, worse=int(worse.sum())))
    return rows


@pytest.mark.parametrize("natural", [0.0, 0.03, 0.2])
@pytest.mark.parametrize("fault", [0.0, 0.3])
def test_the_harm_is_the_faults_whatever_a_target_does_by_itself(natural: float, fault: float) -> None:
    """On the whole it is neither more nor less: what is below 0 by chance is kept, and makes up for the rest."""
    rows = drawn(600, natural=natural, fault_from=200, fault=fault)
    told = natural_of(rows, healthy_until=200, untouched_until=inf)
    harm = harm_of(rows, told)
    after = [harm.net[step] for step in range(210, 600)]

    assert (told.of, told.by) == (8000, "requests")
    assert told.share == pytest.approx(natural, abs=0.015)
    assert np.mean(after) == pytest.approx(fault, abs=0.02)
    if fault == 0 and natural > 0:
        assert min(after) < 0


def test_where_too_few_came_before_the_fault_those_past_the_proxy_are_asked_too() -> None:
    """They meet no fault; but the controls that were turned."""
    rows = [row(step, goldens={"compared": 20, "worse": 2}) for step in range(10)]
    rows += [row(step, goldens={"compared": 20, "worse": 20}) for step in range(10, 20)]

    found = natural_of(rows, healthy_until=2, untouched_until=10)
    assert (found.of, found.by, found.share) == (220, "goldens", pytest.approx(20 / 220))


def test_what_was_late_as_this_machine_did_not_run_is_not_the_targets_nature() -> None:
    rows = [row(step) for step in range(40)]
    rows += [row(40, worse=10, sent_late_ms=900.0), row(41, worse=10, skipped=3)]

    assert natural_of(rows, healthy_until=42, untouched_until=42).share == 0


def test_of_a_target_that_is_unwell_by_itself_nothing_can_be_told() -> None:
    rows = [row(step, worse=8) for step in range(30)]
    found = natural_of(rows, healthy_until=30, untouched_until=30)

    assert "of 300 requests with no fault, 80% ended worse" in amiss(found, 0.0)


def test_who_never_got_an_answer_is_worse_off() -> None:
    """They are what a hanging target is known by: those who have one are the lucky ones."""
    rows = [row(0, ended=4, compared=4)]

    assert harm_of(rows, Natural()).net == {0: pytest.approx(0.6)}
    assert not Told(rows).is_whole(1)
    assert Told([row(0)]).is_whole(1)


def test_a_machine_that_stood_still_is_told_with_all_the_steps_it_missed() -> None:
    """Sixteen steps in which nothing was sent, three with late requests, and one that is missing altogether."""
    rows = [
        row(step, offered=0, known=0, ended=0, compared=0, skipped=20)
        if 10 <= step < 26
        else row(step, sent_late_ms=1500.0 if 26 <= step < 29 else 0.0)
        for step in range(40)
        if step != 35
    ]
    harm = harm_of(rows, Natural())

    assert held_up(rows, range(40), ()) == pytest.approx(20 / 40)
    assert held_up(rows, range(40), (0,)) == pytest.approx(21 / 40)
    # Two of a gap's steps at either end have neighbours that were measured.
    assert by_twin(harm, range(40)) == pytest.approx(13 / 40)
    assert "in 32% of the steps nothing was measured" in amiss(harm.natural, by_twin(harm, range(40)))
    assert amiss(harm.natural, MOST_BY_TWIN) == ""
