"""Whom a lease falls on."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest

from generator.model import Slice
from simulator.live.effects import Prepared, prepared
from simulator.live.lease import Course, Effect, Lease
from tests.simulator.live.bodies.examples import EXAMPLES, MILES, Example
from tests.simulator.live.effects.leases import SEED, document, lease

IDS = [f"r-{number}" for number in range(3000)]


def _hit(ready: Prepared, intensity: float = 1.0) -> set[str]:
    return {id for id in IDS if ready.fate(id, None, {}, intensity) is not None}


def test_a_share_of_the_requests_is_hit() -> None:
    """30 % at full strength, half of them at half, none at none, all where the share is all."""
    ready = lease("reset", share=0.3)

    assert len(_hit(ready)) / len(IDS) == pytest.approx(0.3, abs=0.03)
    assert len(_hit(ready, 0.5)) / len(IDS) == pytest.approx(0.15, abs=0.025)
    assert not _hit(ready, 0.0)
    assert _hit(lease("reset")) == set(IDS)
    assert not _hit(lease("reset", share=0.0))


def test_who_is_hit_by_little_is_hit_by_more() -> None:
    """A ramp adds requests and lets none go; the same for leases that differ in their share alone."""
    hit = [_hit(lease("reset", share=0.6), level / 8) for level in range(9)]

    assert all(less <= more for less, more in pairwise(hit))
    assert _hit(lease("reset", share=0.2)) <= _hit(lease("reset", share=0.6))


def test_another_seed_hits_others() -> None:
    """Who is hit is drawn by the lease's seed."""
    assert _hit(lease("reset", share=0.5)) != _hit(lease("reset", share=0.5, seed=SEED + 1))


def test_faults_of_a_drill_fall_on_different_requests() -> None:
    """As in the simulated world: two of 30 % reach 60 %, and a third the rest and some of the first."""
    hit = [_hit(lease("reset", share=0.3, position=position)) for position in range(3)]

    assert [len(each) / len(IDS) for each in hit] == pytest.approx([0.3] * 3, abs=0.02)
    assert not hit[0] & hit[1]
    assert not hit[1] & hit[2]
    assert len(hit[0] | hit[1] | hit[2]) / len(IDS) == pytest.approx(0.836, abs=0.02)


def test_leases_of_one_fault_fall_on_the_same_requests() -> None:
    """Who is reached by the smaller one is reached by the larger."""
    less, more = (_hit(lease("reset", share=share, position=3)) for share in (0.2, 0.6))

    assert less < more


@pytest.mark.parametrize("sticky", ["header:X-Tenant", "case", "inputs.case"])
def test_requests_with_the_same_key_share_one_fate(sticky: str) -> None:
    """A field or a header decides, however its name is written, whatever the request's id."""
    ready = lease("reset", share=0.5, sticky=sticky)
    fates: dict[int, set[bool]] = {}
    for number, id in enumerate(IDS[:400]):
        case = number % 40
        asked = document({"case": case, "inputs": {"case": float(case)}})
        fates.setdefault(case, set()).add(ready.fate(id, asked, {"x-tenant": str(case)}, 1.0) is not None)

    assert all(len(fate) == 1 for fate in fates.values())
    assert {fate for each in fates.values() for fate in each} == {True, False}
    assert ready.needs_request_body == (not sticky.startswith("header:"))


def test_without_its_key_a_request_has_a_fate_of_its_own() -> None:
    """A header or a field that is missing does not lump all together."""
    ready = lease("reset", share=0.5, sticky="header:X-Tenant")

    assert 0 < len(_hit(ready)) < len(IDS)


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_only_the_slice_is_hit(example: Example) -> None:
    """Requests with a row in it; with another range, or a body that is not understood, none."""
    inside = lease("reset", slice=Slice(MILES, 200, 300))
    outside = lease("reset", slice=Slice(MILES, 300, 400))

    assert inside.fate("r-1", example.document(), {}, 1.0) is not None
    assert outside.fate("r-1", example.document(), {}, 1.0) is None
    assert inside.fate("r-1", None, {}, 1.0) is None
    assert inside.needs_request_body


def test_bodies_are_asked_for_only_where_they_are_needed() -> None:
    """What touches no body can do without."""
    edits = {"field": "a", "factor": 2}

    assert not lease("delay", {"distribution": "constant", "ms": 1}).needs_request_body
    assert lease("scale", edits).needs_request_body
    assert not lease("scale", edits).needs_answer_body
    assert lease("scale", {**edits, "in": "answer"}).needs_answer_body
    assert not lease("scale", {**edits, "in": "answer"}).needs_request_body
    assert lease("scale", edits).fields == {"a"}


def test_what_may_fall_is_known_without_the_body() -> None:
    """Whoever is ruled out beforehand is not hit later either."""
    for ready in (lease("reset", share=0.3), lease("reset", share=0.3, slice=Slice("a", 0, 1))):
        for id in IDS[:300]:
            fate = ready.fate(id, document({"a": 0.5}), {}, 0.5)
            assert ready.may_fall(id, {}, 0.5) == (fate is not None)


def test_a_request_without_the_field_is_not_touched() -> None:
    """Nothing was done to it, and nothing says so."""
    ready = lease("scale", {"field": "miles", "factor": 2})

    assert ready.fate("r-1", document({"other": 1}), {}, 1.0) is None
    assert ready.fate("r-1", None, {}, 1.0) is None


def test_effects_of_a_lease_fall_together() -> None:
    """One after the other, on the same request, and all are told."""
    effects = (
        Effect("scale", {"field": "a", "factor": 2}),
        Effect("shift", {"field": "a", "by": 1}),
        Effect("delay", {"distribution": "constant", "ms": 250}),
        Effect("throttle", {"bytes_per_s": 100}),
    )
    asked = document({"a": 3})
    fate = prepared(Lease("l", effects, SEED)).fate("r-1", asked, {}, 1.0)

    assert fate is not None
    assert json.loads(asked.dump()) == {"a": 7}
    assert (fate.delay_s, fate.bytes_per_s, fate.edits_request) == (0.25, 100.0, True)
    assert fate.told == {"edits": {"scale a": 1, "shift a": 1}, "delay_ms": 250.0, "bytes_per_s": 100.0}


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"share": 1.5}, "share is 1.5, and has to be a number from 0 to 1"),
        ({"share": float("nan")}, "share is nan"),
        ({"slice": Slice("a..b", 0, 1)}, "is no field"),
        ({"slice": Slice("a", 2, 1)}, "slice: least is 2"),
        ({"slice": Slice("a", float("nan"), 1)}, "slice: least is nan"),
        ({"course": Course(ramp_s=float("nan"))}, "ramp_s is nan"),
        ({"course": Course("pulse", ramp_s=-1)}, "ramp_s is -1"),
        ({"course": Course(duration_s=0)}, "duration_s is 0"),
        ({"sticky": "header: "}, "header:NAME"),
        ({"sticky": "a["}, "is no field"),
    ],
)
def test_a_lease_that_cannot_be_is_refused_with_a_sentence(wrong: dict[str, Any], sentence: str) -> None:
    """Shares, slices and keys are looked at before anything is done."""
    with pytest.raises(ValueError, match=sentence):
        lease("reset", **wrong)
