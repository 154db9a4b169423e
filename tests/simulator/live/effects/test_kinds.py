"""What each kind of effect does."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from typing import Any

import pytest

from simulator.live.effects import KINDS, Prepared, Refusal, prepared
from simulator.live.lease import Effect, Lease
from tests.simulator.live.bodies.examples import CARRIER, EXAMPLES, MILES, Example
from tests.simulator.live.effects.leases import SEED, document, fallen, lease

EDITS: Mapping[str, tuple[str, Mapping[str, Any], list[Any]]] = {
    "constant": (MILES, {"value": -1}, [-1.0, -1.0]),
    "constant null": (MILES, {"value": None}, [None, None]),
    "constant text": (CARRIER, {"value": "ZZ"}, ["ZZ", "ZZ"]),
    "permute": (CARRIER, {"values": ["UA", "AA"]}, ["UA", "AA"]),
    "permute mapping": (CARRIER, {"mapping": {"AA": "B6"}}, ["B6", "UA"]),
    "permute pairs": (MILES, {"mapping": [[733.5, 1], [5, 2]]}, [1.0, 200.25]),
    "permute seen": (MILES, {}, [733.5, 733.5]),
    "retype": (MILES, {"to": "string"}, ["733.5", "200.25"]),
    "scale": (MILES, {"factor": 2, "offset": 0.5}, [1467.5, 401.0]),
    "shift": (MILES, {"by": -3.5}, [730.0, 196.75]),
    "shift within": (MILES, {"by": 100, "most": 300}, [733.5, 300.0]),
}
"""A kind, its field and parameters, and what the field holds then; before: 733.5 and 200.25, AA and UA."""

each_format = pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)


def test_the_table_is_in_order() -> None:
    """Kinds are listed by hand, in the order of the alphabet."""
    assert list(KINDS) == sorted(KINDS)


@each_format
@pytest.mark.parametrize("case", EDITS)
def test_an_effect_does_what_is_asked_and_leaves_all_else(case: str, example: Example) -> None:
    """In every format: the field holds what it should, and without it nothing is different."""
    field, parameters, after = EDITS[case]
    asked, before = example.document(), example.document()
    fate = lease(case.split()[0], {"field": field, **parameters}).fate("r-1", asked, {}, 1.0)

    assert fate is not None
    assert fate.edits_request
    assert asked.get(field) == after
    asked.drop(field)
    before.drop(field)
    assert asked.dump() == before.dump()


@each_format
@pytest.mark.parametrize("kind", ["drop", "rename"])
def test_a_field_that_went_is_not_found(kind: str, example: Example) -> None:
    """Dropped or renamed, the rest stays."""
    asked, before = example.document(), example.document()
    parameters = {"field": MILES} | ({"to": "gone"} if kind == "rename" else {})
    fate = lease(kind, parameters).fate("r-1", asked, {}, 1.0)

    assert fate is not None
    assert asked.get(MILES) is None
    asked.drop("schedule-feed.gone")
    before.drop(MILES)
    assert asked.dump() == before.dump()


@each_format
def test_the_same_effects_fall_on_answers(example: Example) -> None:
    """With ``in: answer`` the request stays as it is, and the answer is changed when it comes."""
    asked, answer = example.document(), example.document()
    fate = lease("scale", {"field": MILES, "factor": 2, "in": "answer"}).fate("r-1", asked, {}, 1.0)

    assert fate is not None
    assert not fate.edits_request
    assert asked.get(MILES) == [733.5, 200.25]
    assert fate.answer(answer)
    assert answer.get(MILES) == [1467.0, 400.5]
    assert fate.told["edits"] == {f"scale {MILES}": 2}
    assert not fate.answer(document({"error": "unavailable"}))


@each_format
@pytest.mark.parametrize("of", ["first", "last-good", "replay"])
def test_frozen_fields_are_those_of_the_body_before(of: str, example: Example) -> None:
    """In every format, and nothing else is different."""
    ready = lease("freeze", {"fields": [MILES], "of": of})
    ready.fate("r-1", example.document(), {}, 1.0 if of == "first" else 0.0)
    asked, before = example.document(), example.document()
    for each in (asked, before):
        each.edit(MILES, lambda _: 5.5)
        each.edit(CARRIER, lambda _: "ZZ")
    assert ready.fate("r-2", asked, {}, 1.0) is not None

    assert asked.get(MILES) == [733.5, 200.25]
    asked.drop(MILES)
    before.drop(MILES)
    assert asked.dump() == before.dump()


@each_format
def test_noise_falls_on_every_row_of_every_format(example: Example) -> None:
    """Each value has an error of its own; what is no number has none."""
    answer, before = example.document(), example.document()
    fate = lease("noise", {"field": MILES, "sd": 1}).fate("r-1", example.document(), {}, 1.0)
    assert fate is not None
    assert fate.answer(answer)

    errors = [new - old for new, old in zip(answer.get(MILES) or (), before.get(MILES) or (), strict=True)]  # type: ignore[operator]
    assert len(set(errors)) == 2
    assert all(0 < abs(error) < 5 for error in errors)
    assert answer.get(CARRIER) == before.get(CARRIER)


def test_whole_numbers_of_plain_json_stay_whole_where_they_can() -> None:
    """Ten times as much is whole; in kilometres it is not."""
    by = {"field": "a", "factor": 10.0}

    assert json.dumps(fallen(lease("scale", by), {"a": 733})[1]) == '{"a": 7330}'
    assert fallen(lease("scale", {**by, "factor": 1.5}), {"a": 733})[1] == {"a": 1099.5}
    assert json.dumps(fallen(lease("scale", by), {"a": 73.5})[1]) == '{"a": 735.0}'


def test_texts_and_truths_are_not_counted_with() -> None:
    """Arithmetic leaves alone what is no number."""
    ready = lease("scale", {"field": "a[*]", "factor": 2})

    assert fallen(ready, {"a": [True, "5", None, 2]})[1] == {"a": [True, "5", None, 4]}


def test_a_frozen_field_keeps_the_first_values() -> None:
    """Whatever comes later, all requests have what the first had."""
    ready = lease("freeze", {"fields": ["a", "b.c"]})
    for number in range(5):
        asked = document({"a": number, "b": {"c": number * 2}, "d": number})
        ready.fate(f"r-{number}", asked, {}, 1.0)
        assert json.loads(asked.dump()) == {"a": 0, "b": {"c": 0}, "d": number}


def test_a_frozen_field_waits_for_a_body_that_has_it() -> None:
    """A first request without the field freezes nothing."""
    ready = lease("freeze", {"fields": ["a"]})
    ready.fate("r-0", document({}), {}, 1.0)
    ready.fate("r-1", document({"a": 1}), {}, 1.0)

    assert fallen(ready, {"a": 2}, "r-2")[1] == {"a": 1}


def test_the_last_good_values_are_those_it_did_not_fall_on() -> None:
    """While the course has no strength yet, bodies are remembered."""
    ready = lease("freeze", {"fields": ["a"], "of": "last-good"})
    for number in range(3):
        assert ready.fate(f"r-{number}", document({"a": number}), {}, 0.0) is None

    assert fallen(ready, {"a": 10})[1] == {"a": 2}
    assert fallen(ready, {"a": 11})[1] == {"a": 2}


def test_replayed_values_are_distributed_as_ever() -> None:
    """Each request gets those of one that came before, the same again for the same ids."""
    ready, again = (lease("freeze", {"fields": ["a"], "of": "replay"}) for _ in range(2))
    for number in range(500):
        for each in (ready, again):
            assert each.may_fall(f"w-{number}", {}, 0.0)
            each.fate(f"w-{number}", document({"a": number}), {}, 0.0)
    values = []
    for number in range(400):
        asked, twice = document({"a": -1}), document({"a": -1})
        ready.fate(f"r-{number}", asked, {}, 1.0)
        again.fate(f"r-{number}", twice, {}, 1.0)
        assert asked.dump() == twice.dump()
        values.append(json.loads(asked.dump())["a"])

    assert min(values) >= 0
    assert statistics.mean(values) == pytest.approx(250, abs=30)


def test_frozen_rows_repeat_where_there_are_more() -> None:
    """A body with more rows than the remembered one begins again."""
    ready = lease("freeze", {"fields": ["[*].a"]})
    ready.fate("r-0", document([{"a": 1}, {"a": 2}]), {}, 1.0)

    assert fallen(ready, [{"a": 7}, {"a": 8}, {"a": 9}])[1] == [{"a": 1}, {"a": 2}, {"a": 1}]


def test_a_keyed_permutation_moves_every_category_and_loses_none() -> None:
    """Another seed deals them out in another way."""
    values = [f"C{number}" for number in range(20)]
    dealt = {}
    for seed in (1, 2):
        ready = lease("permute", {"field": "a", "values": values, "keyed": True}, seed=seed)
        dealt[seed] = [fallen(ready, {"a": value})[1]["a"] for value in values]

    assert sorted(dealt[1]) == sorted(dealt[2]) == sorted(values)
    assert all(old != new for old, new in zip(values, dealt[1], strict=True))
    assert dealt[1] != dealt[2]


def test_numbered_codes_stand_for_the_next_as_in_the_simulated_fault() -> None:
    """In ascending order, the last for the first; others stay, and 1.0 is 1."""
    ready = lease("permute", {"field": "a[*]", "values": [2, 0, 1]})

    assert fallen(ready, {"a": [0, 1, 2, 7, 1.0]})[1]["a"] == [1, 2, 0, 7, 2]


def test_noise_is_normal_and_the_same_for_the_same_request() -> None:
    """On the answer, within limits, another error in each row and request."""
    ready = lease("noise", {"field": "score", "sd": 0.1})
    errors = []
    for number in range(2000):
        fate = ready.fate(f"r-{number}", None, {}, 1.0)
        assert fate is not None
        answer, again = document({"score": 0.5}), document({"score": 0.5})
        assert fate.answer(answer)
        fate.answer(again)
        assert answer.dump() == again.dump()
        errors.append(json.loads(answer.dump())["score"] - 0.5)

    assert statistics.mean(errors) == pytest.approx(0, abs=0.01)
    assert statistics.stdev(errors) == pytest.approx(0.1, rel=0.05)
    bounded = lease("noise", {"field": "score", "sd": 5, "least": 0, "most": 1}).fate("r-1", None, {}, 1.0)
    answer = document([{"score": 0.5}, {"score": 0.4}])
    assert bounded is not None
    assert bounded.answer(answer)
    assert all(0 <= row["score"] <= 1 for row in json.loads(answer.dump()))


def test_a_refusal_has_a_status_a_body_and_a_time_to_come_again() -> None:
    """By default 503; a body that looks like JSON says so."""
    fate, _ = fallen(lease("refuse", {"status": 429, "retry_after_s": 30, "body": "slow down"}), {})

    assert fate.refuse == Refusal(
        429, {"Content-Type": "text/plain; charset=utf-8", "Retry-After": "30"}, b"slow down"
    )
    plain = fallen(lease("refuse"), {})[0].refuse
    assert plain is not None
    assert (plain.status, plain.headers["Content-Type"]) == (503, "application/json")


def test_a_swallowed_request_is_answered_as_if_it_had_been_taken() -> None:
    """202 and nothing more, unless it says otherwise."""
    assert fallen(lease("swallow"), {})[0].swallow == Refusal(202, {}, b"")
    told, _ = fallen(lease("swallow", {"status": 200, "body": '{"ok":true}'}), {})
    assert told.swallow == Refusal(200, {"Content-Type": "application/json"}, b'{"ok":true}')


def test_connections_break_and_crawl() -> None:
    """Reset, truncated, throttled; of several, the one that hurts most."""
    effects = (
        Effect("reset"),
        Effect("truncate", {"share": 0.5}),
        Effect("truncate", {"share": 0.2}),
        Effect("throttle", {"bytes_per_s": 500}),
        Effect("throttle", {"bytes_per_s": 2000}),
    )
    fate = prepared(Lease("l", effects, SEED)).fate("r-1", None, {}, 1.0)

    assert fate is not None
    assert (fate.reset, fate.truncate, fate.bytes_per_s) == (True, 0.2, 500.0)
    assert fate.told == {"reset": True, "truncated_to": 0.2, "bytes_per_s": 500.0}


def test_values_stay_within_64_bits_and_finite() -> None:
    """A change that JSON cannot hold is not made, and nothing is told of it."""
    ready = lease("scale", {"field": "a", "factor": 1e9})

    assert ready.fate("r-1", document({"a": 1e308}), {}, 1.0) is None
    assert json.loads(_dumped(ready, {"a": 2**63})) == {"a": pytest.approx(2.0**63 * 1e9)}


def _dumped(ready: Prepared, body: Any) -> bytes:
    asked = document(body)
    ready.fate("r-1", asked, {}, 1.0)
    return asked.dump()
