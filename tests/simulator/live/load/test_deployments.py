"""The load asks somebody else's deployment in its own protocol, and reads its answers by what the service says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from generator.model import PanelRows
from simulator.live.answering import decision_of
from simulator.live.load.ends import Answer
from simulator.live.load.healthy import LAG_S, Pace, healthy_ends
from simulator.live.load.protocols import prepared
from simulator.live.serving import serving
from tests.simulator.live.load.targets import (
    FIELDS,
    READ,
    Deployed,
    Target,
    always_right,
    deployment,
    is_late,
    is_over,
    loaded,
    schedule,
    service,
    total,
    until,
)

Shape = Callable[[bool], object]


def scored(block: bool) -> float:
    return 0.9 if block else 0.1


CASES: list[tuple[str, str, float | None, Shape]] = [
    ("plain-json", "score", 0.5, lambda block: {"score": scored(block)}),
    (
        "plain-json",
        "result.verdict",
        None,
        lambda block: {"result": {"verdict": "block" if block else "pass"}},
    ),
    ("kserve-v1", "predictions[0]", 0.5, lambda block: {"predictions": [scored(block)]}),
    (
        "kserve-v1",
        "predictions[0][1]",
        0.5,
        lambda block: {"predictions": [[1 - scored(block), scored(block)]]},
    ),
    ("mlflow", "predictions[0]", 0.5, lambda block: {"predictions": [scored(block)]}),
    (
        "mlflow",
        "predictions[0].decision",
        None,
        lambda block: {"predictions": [{"decision": "block" if block else "pass"}]},
    ),
    (
        "open-inference-v2",
        "outputs[0].data[0]",
        0.5,
        lambda block: {"outputs": [{"name": "p", "datatype": "FP64", "shape": [1], "data": [scored(block)]}]},
    ),
    (
        "open-inference-v2",
        "decision",
        None,
        lambda block: {
            "outputs": [
                {"name": "p", "datatype": "FP64", "shape": [1], "data": [scored(block)]},
                {
                    "name": "decision",
                    "datatype": "BYTES",
                    "shape": [1],
                    "data": ["block" if block else "pass"],
                },
            ]
        },
    ),
]


@pytest.mark.parametrize(("protocol", "field", "above", "shape"), CASES)
def test_each_protocol_carries_the_fields_and_brings_the_decision_back(
    protocol: str, field: str, above: float | None, shape: Shape
) -> None:
    """Whoever decides by the fields alone is right about every case, through the proxy and past it."""
    where = deployment(protocol, field, block_above=above)

    async def scenario() -> None:
        through, past = (Deployed(where, lambda values: (200, shape(is_late(values)))) for _ in range(2))
        async with loaded(through, past, deployment=where) as load:
            load.begin()
            await until(lambda: is_over(load) and total(load, "labels") == total(load, "offered"))

            assert total(load, "answered") == total(load, "offered") > 50
            assert (total(load, "wrong"), total(load, "worse")) == (0, 0)
            known: Any = load.told()["healthy"]
            assert known["right"] == known["known"] == known["cases"]
            assert through.ids("r-") == [id for id, _ in through.asked]
            assert len(past.ids("healthy-")) == known["cases"]
            assert load.told()["trouble"] == ""

    asyncio.run(scenario())


@pytest.mark.parametrize("protocol", sorted(READ))
def test_a_request_holds_every_field_once_and_nothing_else(protocol: str) -> None:
    """Not the case, not the label, not the weight: no deployment would have them."""
    one, panel = service()
    body = json.loads(prepared(one, panel, deployment(protocol, "x")).body("r-17", 3, 99.0))

    assert READ[protocol](body) == {name: panel.columns[name][3] for name in FIELDS}
    assert b"late" not in json.dumps(body).encode()


def test_open_inference_carries_the_id_and_says_type_and_shape() -> None:
    """One row, one column."""
    one, panel = service()
    body = json.loads(prepared(one, panel, deployment("open-inference-v2", "x")).body("r-17", 0, 0.0))

    assert body["id"] == "r-17"
    assert {(tuple(each["shape"]), each["datatype"]) for each in body["inputs"]} == {((1, 1), "FP64")}


def test_what_is_missing_is_null() -> None:
    """JSON has no other word for it."""
    one, panel = service()
    holes = PanelRows({**panel.columns, "wind_mph": (float("nan"),) * 40})
    for protocol, read in READ.items():
        body = json.loads(prepared(one, holes, deployment(protocol, "x")).body("r-1", 0, 0.0))
        assert read(body)["wind_mph"] is None


@pytest.mark.parametrize(
    ("field", "above", "answer", "decision"),
    [
        ("predictions[0]", 0.4, '{"predictions": [0.41]}', "block"),
        ("predictions[0]", 0.4, '{"predictions": [0.4]}', "pass"),
        ("predictions", 0.4, '{"predictions": [1]}', "block"),
        ("predictions[0]", 0.4, '{"predictions": ["0.9"]}', ""),
        ("predictions[0]", 0.4, '{"predictions": [true]}', ""),
        ("predictions[0]", 0.4, '{"predictions": [null]}', ""),
        ("predictions[0]", 0.4, '{"predictions": [NaN]}', ""),
        ("predictions[0]", 0.4, '{"predictions": [[0.1, 0.9]]}', ""),
        ("predictions[0]", 0.4, '{"predictions": []}', ""),
        ("predictions[0]", 0.4, '{"error": "no model"}', ""),
        ("predictions[0].decision", None, '{"predictions": [{"decision": "review"}]}', "review"),
        ("decision", None, '{"predictions": [{"decision": "review"}]}', "review"),
        ("predictions[0].decision", None, '{"predictions": [{"decision": "maybe"}]}', ""),
        ("predictions[0].decision", None, '{"predictions": [{"decision": 1}]}', ""),
        ("[0]", 0.4, "[0.9]", "block"),
        ("predictions[0]", 0.4, "0.9", ""),
        ("predictions[0]", 0.4, "<html>", ""),
        ("predictions[0]", 0.4, '{"predictions": [0.9', ""),
        ("predictions[0]", 0.4, "[" * 100_000, ""),
        ("predictions[0]", 0.4, '{"id": 123456789012345678901234567890, "predictions": [0.9]}', "block"),
    ],
)
def test_an_answer_decides_only_where_it_says_one_thing(
    field: str, above: float | None, answer: str, decision: str
) -> None:
    """All else is no decision, and never ends the generator."""
    assert decision_of(deployment("mlflow", field, block_above=above), answer.encode()) == decision


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"null", b"[]", b"{}", b'{"outputs": 3}', b'{"outputs": [{}]}']
)
@pytest.mark.parametrize("protocol", sorted(READ))
def test_no_answer_is_too_strange(protocol: str, body: bytes) -> None:
    """A proxy that truncates must not end the generator."""
    assert decision_of(deployment(protocol, "outputs[0].data[0]", block_above=0.5), body) == ""


def test_answers_that_cannot_be_read_have_failed() -> None:
    """As those of the sandbox."""
    where = deployment("mlflow", "predictions[0]", block_above=0.5)

    async def scenario() -> None:
        through = Deployed(where, lambda values: (200, {"predictions": ["?"]}))
        past = Deployed(where, lambda values: (200, {"predictions": [scored(is_late(values))]}))
        async with loaded(through, past, deployment=where, plan=schedule(steps=3)) as load:
            load.begin()
            await until(lambda: is_over(load, 3))
            assert total(load, "failed") == total(load, "worse") == total(load, "offered")
            assert through.labels == []

    asyncio.run(scenario())


@pytest.mark.parametrize(("kind", "told"), [("observer", True), ("exposition", False), ("prometheus", False)])
def test_labels_go_to_an_observer_and_to_nobody_else(kind: str, told: bool) -> None:
    """A team's own service has not asked for them."""
    where = deployment("plain-json", "score", block_above=0.5, kind=kind)

    async def scenario() -> None:
        through = Deployed(where, lambda values: (200, {"score": scored(is_late(values))}))
        past = Deployed(where, through.decide)
        async with loaded(through, past, deployment=where, plan=schedule(steps=3)) as load:
            load.begin()
            await until(lambda: is_over(load, 3))
            if told:
                await until(lambda: len(through.labels) == total(load, "offered"))
                ids = {label["id"] for label in through.labels}
                assert ids == set(through.ids("r-"))
            assert load.told()["labels_waiting"] == 0
            assert bool(through.labels) is told
            assert past.labels == []

    asyncio.run(scenario())


def test_labels_go_where_somebody_says_so() -> None:
    """To a label store that the deployment does not name."""
    where = deployment("plain-json", "score", block_above=0.5, kind="prometheus")

    async def scenario() -> None:
        through, store = (
            Deployed(where, lambda values: (200, {"score": scored(is_late(values))})) for _ in range(2)
        )
        async with (
            serving(store.application()) as port,
            loaded(
                through,
                Deployed(where, through.decide),
                deployment=where,
                labels=f"http://127.0.0.1:{port}/labels",
                plan=schedule(steps=3),
            ) as load,
        ):
            load.begin()
            await until(lambda: is_over(load, 3) and len(store.labels) == total(load, "offered"))
            assert through.labels == []

    asyncio.run(scenario())


def test_a_deployment_is_asked_no_faster_than_the_cap_allows() -> None:
    """What is asked past the proxy as well is part of it; our own sandbox has the traffic to itself."""
    where = deployment("plain-json", "score", block_above=0.5)

    async def scenario() -> None:
        one = Deployed(where, lambda values: (200, {"score": scored(is_late(values))}))
        async with loaded(one, one, deployment=where, plan=schedule(most_per_s=51.0)) as load:
            assert load.told()["rate_per_s"] == pytest.approx(50.0)
        async with loaded(Target(always_right), plan=schedule(most_per_s=51.0)) as load:
            assert load.told()["rate_per_s"] == 51.0

    asyncio.run(scenario())


def test_healthy_questions_keep_their_distance() -> None:
    """At ninety a second the ninety-first comes after a second; who was held up does not send all at once."""
    clock = [0.0]
    pace = Pace(90.0, now=lambda: clock[0])

    for _ in range(91):
        clock[0] += max(0.0, pace.next_s())
    assert clock[0] == pytest.approx(1.0)

    clock[0] += 60.0
    at_once = 0
    while pace.next_s() <= 0:
        at_once += 1
    assert at_once == pytest.approx(LAG_S * 90, abs=2)


def test_a_deployment_that_nobody_understands_is_left_in_peace() -> None:
    """A score of questions, a sentence that says what was amiss, and the drill need not begin."""
    where = deployment("mlflow", "predictions[0].score", block_above=0.5)

    async def scenario() -> None:
        one = Deployed(where, lambda values: (200, {"predictions": [0.7]}))
        async with loaded(one, one, deployment=where) as load:
            known: Any = load.told()["healthy"]
            assert known["known"] == 0
            assert 20 <= len(one.asked) < known["cases"]
            trouble = str(load.told()["trouble"])
            assert "/invocations: not one answer to" in trouble
            assert "no number stands at 'predictions[0].score' of the answer" in trouble

    asyncio.run(scenario())


def test_a_deployment_that_refuses_all_is_told_by_its_status() -> None:
    """Such as a path that nobody serves."""
    where = deployment("mlflow", "predictions[0]", block_above=0.5)

    async def scenario() -> None:
        one = Deployed(where, lambda values: (404, {"detail": "Not Found"}))
        async with loaded(one, one, deployment=where) as load:
            assert "its status is 404" in str(load.told()["trouble"])

    asyncio.run(scenario())


def test_one_failure_among_many_answers_gives_nobody_up() -> None:
    """A case that is refused is asked again."""
    asked: list[str] = []

    async def ask(id: str, case: int) -> Answer:
        asked.append(id)
        return Answer(503) if id.endswith("-0") and case else Answer(200, "pass")

    async def scenario() -> None:
        found = await healthy_ends(range(25), ask, lambda case: 0, per_s=2000.0, give_up_after=20)
        assert found.ends == dict.fromkeys(range(25), "right")
        assert found.in_vain == {503: 24}

    asyncio.run(scenario())


def test_cases_that_come_most_often_are_asked_about_first() -> None:
    """Where there is no time for all, what is missing matters least."""
    one = replace(schedule(steps=30), weight=schedule().weight * ([1] * 39 + [50]))
    times = [case for step in range(30) for case in one.step(step).case.tolist()]

    assert one.cases_by_times()[0] == 39
    counts = [times.count(case) for case in one.cases_by_times().tolist()]
    assert counts == sorted(counts, reverse=True)
    assert sorted(one.cases_by_times().tolist()) == one.cases().tolist()
