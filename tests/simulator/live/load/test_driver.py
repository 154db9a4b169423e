"""Requests are sent when they are due, whatever became of earlier ones, and their ends are counted."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from simulator.live.load import asking
from simulator.live.load.bodies import bodies_of
from simulator.live.load.ends import NOTHING, Answer, answer_of, end_of, is_worse
from tests.simulator.live.load.targets import (
    Target,
    always_right,
    is_over,
    loaded,
    right,
    schedule,
    service,
    total,
    until,
    wrong,
)


def test_every_request_of_the_schedule_is_sent_once() -> None:
    """By its number, with its case, and answered ones are counted."""
    target = Target(always_right)

    async def scenario() -> None:
        async with loaded(target) as load:
            load.begin()
            await until(lambda: is_over(load))

            plan = schedule()
            cases = [case for step in range(10) for case in plan.step(step).case.tolist()]
            sent = {body["id"]: body["case"] for body in target.asked}
            assert len(cases) > 50
            assert sent == {f"r-{number}": case for number, case in enumerate(cases)}
            assert total(load, "answered") == total(load, "offered") == len(cases)
            assert (total(load, "failed"), total(load, "wrong"), total(load, "dropped")) == (0, 0, 0)
            assert load.told()["trouble"] == ""

    asyncio.run(scenario())


def test_a_target_that_hangs_slows_nobody_down() -> None:
    """An open loop: all are sent when they are due, and each is seen to wait since then."""
    free = asyncio.Event()

    async def hang(body: dict[str, Any]) -> tuple[int, object]:
        await free.wait()
        return right(body)

    target = Target(hang)

    async def scenario() -> None:
        async with loaded(target, deadline_s=0.5) as load:
            load.begin()
            await until(lambda: load.driver.step == 9 and len(target.asked) == total(load, "offered"))
            assert total(load, "ended") == 0
            assert total(load, "known") == total(load, "offered")
            assert total(load, "compared") == 0
            assert len(load.driver.under_way) >= total(load, "offered") > 50

            # All that were to come in the first step have waited for all of the others' time by now.
            await asyncio.sleep(0)
            free.set()
            await until(lambda: is_over(load))
            rows: Any = load.told()["steps"]
            assert rows[0]["latency_ms"] / rows[0]["answered"] > rows[9]["latency_ms"] / rows[9]["answered"]
            assert rows[0]["late"] == rows[0]["worse"] == rows[0]["offered"]

    asyncio.run(scenario())


def test_an_answer_is_waited_for_beyond_the_deadline_whatever_that_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is late, and has not failed; before the drill too, each case has its answer."""
    monkeypatch.setattr(asking, "LEAST_S", 0.001)
    monkeypatch.setattr(asking, "DEADLINES", 20_000.0)

    async def slow(body: dict[str, Any]) -> tuple[int, object]:
        await asyncio.sleep(0.05)
        return right(body)

    async def scenario() -> None:
        async with loaded(Target(slow), Target(slow), deadline_s=0.01, plan=schedule(steps=3)) as load:
            load.begin()
            await until(lambda: is_over(load, 3))
            assert total(load, "late") == total(load, "offered") > 0
            assert total(load, "failed") == 0
            assert len(load.tally.healthy) == len(load._schedule.cases())

    asyncio.run(scenario())


def test_who_answers_within_no_deadline_is_given_up() -> None:
    """After three of them, and at least ten seconds."""

    async def patience_s(deadline_ms: float) -> float | None:
        one = asking.Asking(deadline_ms=deadline_ms)
        await one.close()
        return one._session.timeout.total

    assert [asyncio.run(patience_s(ms)) for ms in (300, 10_000, 20_000)] == [10.0, 30.0, 60.0]


def test_what_is_too_much_is_dropped_and_counted() -> None:
    """Never silently: it was offered, it was not sent, it has failed."""

    async def never(body: dict[str, Any]) -> tuple[int, object]:
        await asyncio.sleep(60)
        return 200, {}

    target = Target(never)

    async def scenario() -> None:
        async with loaded(target, most_under_way=5) as load:
            load.begin()
            await until(lambda: load.driver.step == 9)
            dropped = total(load, "dropped")
            assert dropped > 20
            assert total(load, "failed") == total(load, "worse") == dropped
            assert total(load, "offered") == dropped + len(target.ids("r-"))

    asyncio.run(scenario())


def test_a_target_that_is_down_is_counted_and_found_again() -> None:
    """Requests that nobody answers have failed; as soon as somebody does, they are answered."""

    async def scenario() -> None:
        target = Target(always_right)
        async with loaded(target, plan=schedule(steps=600)) as load, asyncio.timeout(30):
            load.driver._target, there = "http://127.0.0.1:9/predict", load.driver._target
            load.begin()
            await until(lambda: total(load, "failed") > 5)
            load.driver._target = there
            await until(lambda: total(load, "answered") > 5)
            assert total(load, "worse") >= total(load, "failed")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("status", "answer", "counted"),
    [
        (500, {}, "failed"),
        (503, {"decision": "pass"}, "failed"),
        (400, {}, "failed"),
        (200, {"decision": "perhaps"}, "failed"),
        (200, [], "failed"),
        (200, "<html>", "failed"),
        (429, {}, "refused"),
        (200, {"decision": "review"}, "held"),
    ],
)
def test_answers_that_help_nobody_are_told_apart(status: int, answer: object, counted: str) -> None:
    """And each is worse than what the same case got before."""

    async def decide(body: dict[str, Any]) -> tuple[int, object]:
        return status, answer

    async def scenario() -> None:
        async with loaded(Target(decide), plan=schedule(steps=3)) as load:
            load.begin()
            await until(lambda: is_over(load, 3))
            assert total(load, counted) == total(load, "worse") == total(load, "offered")

    asyncio.run(scenario())


def test_wrong_decisions_are_worse_only_where_they_were_right_before() -> None:
    """Harm is what was not there when all was well."""

    async def half(body: dict[str, Any]) -> tuple[int, object]:
        return wrong(body) if body["case"] % 2 else right(body)

    async def all_wrong(body: dict[str, Any]) -> tuple[int, object]:
        return wrong(body)

    async def scenario() -> None:
        target, past = Target(all_wrong), Target(half)
        async with loaded(target, past) as load:
            load.begin()
            await until(lambda: is_over(load))
            assert total(load, "wrong") == total(load, "offered")
            assert total(load, "worse") == sum(body["case"] % 2 == 0 for body in target.asked)
            assert len(past.ids("healthy-")) == len({body["case"] for body in past.asked})

    asyncio.run(scenario())


def test_goldens_go_past_the_proxy() -> None:
    """So that harm by controls is told from harm by faults."""

    async def broken(body: dict[str, Any]) -> tuple[int, object]:
        return 500, {}

    async def scenario() -> None:
        target, past = Target(broken), Target(always_right)
        async with loaded(target, past, plan=schedule(most_per_s=600.0)) as load:
            load.begin()
            await until(lambda: is_over(load))
            rows: Any = load.told()["steps"]
            goldens = [row["goldens"] for row in rows]
            assert sum(one["asked"] for one in goldens) == len(past.ids("g-")) > 0
            assert sum(one["worse"] for one in goldens) == 0
            assert not target.ids("g-")

    asyncio.run(scenario())


def test_labels_come_later_and_again_where_nobody_took_them() -> None:
    """Of every request that was decided, once."""

    async def scenario() -> None:
        target = Target(always_right, refuses_labels=1)
        async with loaded(target, plan=schedule(steps=5)) as load:
            load.begin()
            await until(lambda: is_over(load, 5) and total(load, "labels") == total(load, "offered"))
            labels = service()[1].columns["late"]
            told = {one["id"]: one["label"] for one in target.labels}
            assert len(told) == len(target.labels)
            assert told == {body["id"]: labels[body["case"]] for body in target.asked}

    asyncio.run(scenario())


def test_beginning_twice_changes_nothing() -> None:
    """Whoever is not sure may ask again."""

    async def scenario() -> None:
        async with loaded(Target(always_right), plan=schedule(steps=2)) as load:
            assert load.begin()
            began = load.driver.began
            assert not load.begin()
            assert load.driver.began == began

    asyncio.run(scenario())


def test_a_healthy_outcome_that_nobody_tells_is_unknown() -> None:
    """Then nobody can say that a request ended worse: it is not among those that are compared."""

    async def never(body: dict[str, Any]) -> tuple[int, object]:
        return 500, {}

    async def often(body: dict[str, Any]) -> tuple[int, object]:
        return right(body) if body["case"] % 2 else await never(body)

    async def scenario(past: Callable[[dict[str, Any]], Awaitable[tuple[int, object]]]) -> tuple[int, int]:
        async with loaded(Target(never), Target(past), plan=schedule(steps=1)) as load:
            known: Any = load.told()["healthy"]
            assert known["known"] < known["cases"]
            load.begin()
            await until(lambda: is_over(load, 1))
            assert total(load, "failed") == total(load, "offered") > 0
            assert total(load, "worse") == total(load, "compared")
            return total(load, "compared"), total(load, "offered")

    assert asyncio.run(scenario(never))[0] == 0
    compared, offered = asyncio.run(scenario(often))
    assert 0 < compared < offered


def test_a_body_is_plain_json_with_what_sources_send() -> None:
    """Each source of the default settings with its fields, and when its values were taken."""
    one, panel = service()
    body = json.loads(bodies_of(one, panel, {"schedule-feed", "operations-feed"}).body("r-17", 3, 1234.5))

    assert (body["id"], body["case"]) == ("r-17", 3)
    assert body["inputs"] == {
        "schedule-feed": {
            **{
                name: panel.columns[name][3] for name in ("distance_miles", "scheduled_min", "departure_hour")
            },
            "as_of_s": 1234.5,
        },
        "operations-feed": {
            **{name: panel.columns[name][3] for name in ("departure_delay_min", "origin_delay_min")},
            "as_of_s": 1234.5,
        },
    }


def test_requests_bring_what_the_service_reads_by_default() -> None:
    """And nothing of what it holds itself."""

    async def scenario() -> None:
        target = Target(always_right)
        async with loaded(target, plan=schedule(steps=1)) as load:
            load.begin()
            await until(lambda: is_over(load, 1))
            assert set(target.asked[0]["inputs"]) == {"schedule-feed", "weather-feed", "operations-feed"}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("answer", "label", "is_late", "end"),
    [
        (Answer(200, "pass"), 0, False, "right"),
        (Answer(200, "block"), 0, False, "wrong"),
        (Answer(200, "block"), 0, True, "late"),
        (Answer(200, "review"), 0, False, "refused"),
        (Answer(200, "review"), 0, True, "late"),
        (Answer(429), 0, True, "refused"),
        (Answer(500), 0, False, "failed"),
        (Answer(200), 0, False, "failed"),
        (NOTHING, 0, False, "failed"),
    ],
)
def test_requests_end_as_in_the_simulated_world(answer: Answer, label: int, is_late: bool, end: str) -> None:
    """So that both kinds of drill mean the same by harm."""
    assert end_of(answer, label, is_late=is_late) == end


def test_what_is_worse_follows_the_order_of_the_world() -> None:
    """Right, late, refused, wrong, failed."""
    assert is_worse("late", "right")
    assert is_worse("failed", "wrong")
    assert not is_worse("late", "wrong")
    assert not is_worse("wrong", "wrong")


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[" * 100_000, b"null", b'{"decision": ["pass"]}', b'{"decision": {}}']
)
def test_an_answer_that_nobody_can_read_has_no_decision(body: bytes) -> None:
    """A proxy that truncates must not end the generator."""
    assert answer_of(200, body) == Answer(200)
