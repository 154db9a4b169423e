"""What the observer shows of what passes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from typing import Any

import orjson
import pytest
from aiohttp.test_utils import TestClient, TestServer

from generator.model import Answering
from simulator.live.bodies import Document, read
from simulator.live.lease import Effect
from simulator.live.sandbox import data, shown
from simulator.world.exposed import identities_of
from simulator.world.telemetry import series
from tests.simulator.live.observer.observed import (
    Clock,
    Observer,
    cases,
    deployment,
    json_answer,
    measures,
    observer,
    run,
    until,
)
from tests.simulator.live.proxy.stage import Played, answer_from, body_of, post
from tests.simulator.live.sandbox.served import FRAUD, bench, body

MODEL = (("model", "delay-predictor"),)
Row = Mapping[str, float | None]


def scored(row: Row) -> float:
    """What a target makes of a row; whatever it is, it is a score."""
    return 0.9 if (row.get("departure_delay_min") or 0) > 15 else 0.1


def document(data: object) -> Document:
    found = read("/v1/models/m:predict", "application/json", orjson.dumps(data))
    assert found is not None
    return found


def split(rows: list[Row]) -> Any:
    return {"dataframe_split": {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}}


def columns(rows: list[Row]) -> Any:
    return {"inputs": {name: [row[name] for row in rows] for name in rows[0]}}


def tensors(rows: list[Row]) -> Any:
    inputs = [
        {"name": name, "shape": [len(rows), 1], "datatype": "FP64", "data": [row[name] for row in rows]}
        for name in rows[0]
    ]
    return {"id": "in-the-body", "inputs": inputs}


def outputs(scores: list[float]) -> Any:
    one = {"name": "late", "datatype": "FP64", "shape": [len(scores)], "data": scores}
    return {"model_name": "delays", "model_version": "last-quarter", "outputs": [one]}


Asked, Answered = Callable[[list[Row]], Any], Callable[[list[float]], Any]
FORMS: Mapping[str, tuple[str, str, str, Asked, Answered]] = {
    "plain-json": (
        "plain-json",
        "/predict",
        "score",
        lambda rows: rows[0] if len(rows) == 1 else list(rows),
        lambda scores: {"score": scores[0]} if len(scores) == 1 else [{"score": one} for one in scores],
    ),
    "mlflow-split": ("mlflow", "/invocations", "predictions[0]", split, lambda s: {"predictions": s}),
    "mlflow-records": (
        "mlflow",
        "/invocations",
        "predictions[0].late",
        lambda rows: {"dataframe_records": rows},
        lambda scores: {"predictions": [{"late": one} for one in scores]},
    ),
    "mlflow-inputs": (
        "mlflow",
        "/invocations",
        "predictions[0][1]",
        columns,
        lambda scores: {"predictions": [[1 - one, one] for one in scores]},
    ),
    "kserve-v1": (
        "kserve-v1",
        "/v1/models/delays:predict",
        "predictions[0]",
        lambda rows: {"instances": rows},
        lambda scores: {"predictions": scores},
    ),
    "open-inference-v2": ("open-inference-v2", "/v2/models/delays/infer", "late", tensors, outputs),
    "open-inference-v2-by-path": (
        "open-inference-v2",
        "/v2/models/delays/infer",
        "outputs[0].data[0]",
        tensors,
        outputs,
    ),
}


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("form", list(FORMS))
def test_rows_of_every_protocol_count_alike(form: str, rows: int) -> None:
    """As many features, decisions and scores as there are rows, with their very values, whatever holds them."""
    protocol, path, field, asked, answered = FORMS[form]
    where = deployment(protocol, path, Answering(field, 0.5))
    drawn: list[Row] = [
        {**row, "departure_delay_min": 60.0 * (place == 0)} for place, row in enumerate(cases(rows))
    ]

    made, same = measures(where, Clock()), measures(where, Clock())
    made.asked(
        read(path, "application/json", orjson.dumps(asked(drawn))),
        orjson.dumps(answered([scored(row) for row in drawn])),
        id="r",
    )
    for row in drawn:
        same.asked(
            read("/predict", "", orjson.dumps(row)), orjson.dumps(answered([scored(row)])), id=f"x-{row}"
        )

    assert made.measured == rows
    assert made.found == dict.fromkeys(made.monitors.features, rows)
    assert not made.unread
    found, wanted = (dict(one.samples()) for one in (made, same))
    assert str(found) == str(wanted)
    decided = {name.labels[0][1]: found[name] for name in found if name.name == "model_decisions_total"}
    assert decided == {"allow": rows - 1, "review": 0, "block": 1}
    assert ("model_version_requests_total" in {name.name for name in found}) == protocol.startswith("open")


def test_gauges_and_counters_are_those_of_a_sandbox_behind_it() -> None:
    """Same seed, same requests, same clock: each series that the observer shows has the sandbox's own value."""
    behind = bench(seed=7)
    made = measures(deployment(answer=Answering("decision")), behind.clock)

    async def play() -> None:
        async with TestClient(TestServer(data.application(behind.sandbox))) as client:
            for case in behind.drawn(300):
                behind.clock.seconds += 0.3
                sent = orjson.dumps({**body(behind, case), "id": f"r-{behind.clock.seconds}"})
                async with client.post("/predict", data=sent) as answer:
                    came = await answer.read() if answer.status == 200 else None
                made.asked(read("/predict", "", sent), came, id="")

    run(play())

    names = {str(one) for one in identities_of(made.service)}
    found = {str(name): value for name, value in made.samples() if str(name) in names}
    own = {str(name): value for name, value in shown.samples(behind.sandbox)}
    # Codes and times are measured where clients are.
    timed = (
        "model_inference_requests_total",
        "model_inference_duration_seconds",
        "model_inference_in_flight",
    )
    compared = [name for name in found if not name.startswith(timed)]
    assert {name: found[name] for name in compared} == pytest.approx(
        {name: own[name] for name in compared}, rel=1e-9, nan_ok=True
    )
    assert {name.partition("{")[0] for name in names - found.keys()} == {
        "model_score_psi",
        "model_prediction_mean",
        "model_feature_age_seconds",
        "model_golden_accuracy_ratio",
        "model_memory_used_ratio",
        "model_restarts_total",
    }


def test_the_ages_of_values_are_shown_once_a_body_tells_one() -> None:
    """Under the field by which our own load says when values were taken."""
    clock = Clock(9000.0)
    made = measures(deployment(), clock)
    clock.seconds += 60
    row = {"inputs": {"schedule-feed": {"distance_miles": 500.0, "as_of_s": clock.seconds - 7200}}}
    before = {name.name for name, _ in made.samples()}

    made.asked(read("/predict", "", orjson.dumps(row)), None, id="")

    found = dict(made.samples())
    assert "model_feature_age_seconds" not in before
    assert found[series("model_feature_age_seconds", feature="distance")] == pytest.approx(7200)
    assert found[series("model_feature_age_seconds", feature="wind")] == 120


def test_features_are_computed_as_the_service_does() -> None:
    """A logarithm of what the body says; what is no number is missing."""
    made = measures(deployment(answer=Answering("decision")), Clock(), service=FRAUD)
    bodies = [{"amount": 99.0}, {"amount": "99"}, {"amount": None}, {"amount_v2": 99.0}]

    for one in bodies:
        made.asked(read("/predict", "", orjson.dumps(one)), None, id="")

    assert made.found["amount"] == 1
    rows = made.rows.of(document({"amount": 99.0}), 0.0)
    assert rows[0][0][made.monitors.features.index("amount")] == pytest.approx(math.log(100))


def test_rows_may_lack_fields_and_a_batch_may_be_too_long() -> None:
    """Each row that has no field misses its feature; beyond ten thousand rows nothing is counted."""
    made = measures(
        deployment("kserve-v1", "/v1/models/m:predict", Answering("predictions[0]", 0.5)), Clock()
    )

    made.asked(document({"instances": [{"distance_miles": 1}, {}, {"distance_miles": None}]}), None, id="")
    made.asked(document({"instances": [{}] * 10_001}), None, id="")

    assert (made.measured, made.found["distance"], dict(made.unread)) == (3, 1, {"rows": 1})


def test_answers_that_say_nothing_are_malformed() -> None:
    """No JSON, no such field, a truth value, too few of them; and whoever answers in words decides in words."""
    where = deployment("kserve-v1", "/v1/models/m:predict", Answering("predictions[0]", 0.5))
    made = measures(where, Clock())
    asked = document({"instances": [{}, {}]})
    answers = [
        b"",
        b"<html>",
        b"[]",
        b'{"predictions": []}',
        b'{"predictions": [0.9]}',
        b'{"predictions": [true, "x"]}',
    ]

    for answer in answers:
        made.asked(asked, answer, id="r")

    found = dict(made.samples())
    assert found[series("model_answers_total", form="malformed")] == 2 * len(answers)
    assert found[series("model_answers_total", form="answer")] == 0


async def answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A target that scores what it is sent."""
    while True:
        sent = await body_of(await reader.readuntil(b"\r\n\r\n"), reader)
        writer.write(json_answer({"score": scored(orjson.loads(sent))}))


async def traffic(made: Observer, count: int, *, over_s: float) -> None:
    """Requests as they come, over so many seconds of the drill, on one connection."""
    reader, writer = await made.connect()
    for place, row in enumerate(cases(count)):
        made.clock.seconds += over_s / count
        writer.write(post(orjson.dumps(row), f"X-Request-Id: r-{place}", ends=False))
        await answer_from(reader)
    writer.transport.abort()
    await until(lambda: made.counted + made.measures.codes["500"] >= count)


def distance(made: Observer) -> tuple[float, float]:
    """Its drift, and what share of it is missing."""
    return (
        made.gauge("model_feature_psi", feature="distance", window="10m"),
        made.gauge("model_feature_null_ratio", feature="distance"),
    )


def test_a_field_that_a_fault_scales_shows_in_its_drift_and_in_no_other() -> None:
    """Kilometres for miles, put into bodies behind the front: ten minutes of them fill the window."""

    async def play() -> tuple[tuple[float, float], tuple[float, float], float]:
        async with observer(answering, faults=True) as made:
            healthy = distance(made)
            assert made.faults is not None
            await made.faults.grant(Effect("scale", {"field": "distance_miles", "factor": 1.609}))
            await traffic(made, 500, over_s=660)
            return healthy, distance(made), made.gauge("model_feature_psi", feature="wind", window="10m")

    healthy, drifted, other = run(play())

    assert healthy[0] < 0.02
    assert drifted[0] > 0.08
    assert other < drifted[0] / 2
    assert healthy[1] == drifted[1] == 0


def test_a_field_that_a_fault_renames_is_missing() -> None:
    """For every request that it falls on."""

    async def play() -> float:
        async with observer(answering, faults=True) as made:
            assert made.faults is not None
            await made.faults.grant(Effect("rename", {"field": "distance_miles", "to": "distance_km"}))
            await traffic(made, 50, over_s=660)
            return distance(made)[1]

    assert run(play()) == 1.0


def test_latency_that_the_fault_proxy_adds_is_seen_as_clients_see_it() -> None:
    """Two fifths of a second for each request: none is in a bucket below it, though the target answers at once."""

    async def play() -> Mapping[tuple[str, tuple[tuple[str, str], ...]], float]:
        async with observer(answering, faults=True) as made:
            assert made.faults is not None
            await made.faults.grant(Effect("delay", {"distribution": "constant", "ms": 400}))
            for row in cases(5):
                await made.asks(row)
            return await made.scraped()

    found = run(play())

    duration = "model_inference_duration_seconds"
    assert found[f"{duration}_bucket", (("le", "0.3"), *MODEL)] == 0
    assert found[f"{duration}_count", MODEL] == 5
    assert found[f"{duration}_sum", MODEL] >= 5 * 0.4


def test_errors_of_the_fault_proxy_and_of_the_target_are_seen_as_clients_see_them() -> None:
    """One code for failures of all sorts in the metrics; the state has each."""
    failing = Played(
        [
            b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
            b"HTTP/1.1 429 Later\r\nContent-Length: 0\r\n\r\n",
        ]
    )

    async def play() -> tuple[list[int], dict[str, int], dict[str, float]]:
        async with observer(failing, faults=True) as made:
            got = [(await made.asks({}))[0], (await made.asks({}))[0], (await made.asks({}))[0]]
            assert made.faults is not None
            await made.faults.grant(Effect("refuse", {"status": 500}))
            got.append((await made.asks({}))[0])
            total = "model_inference_requests_total"
            codes = {code: made.gauge(total, code=code) for code in ("200", "429", "500")}
            return got, dict(made.measures.codes), codes

    got, each, codes = run(play())

    assert got == [503, 429, 200, 500]
    assert each == {"503": 1, "429": 1, "200": 1, "500": 1}
    assert codes == {"200": 1, "429": 1, "500": 2}


def test_labels_tell_the_accuracy_of_decisions_by_the_ids_of_requests() -> None:
    """They go no further, and those of requests that nobody knows are told apart; a past of labels is there."""

    async def play() -> tuple[float, float, tuple[int, bytes], int]:
        async with observer(answering) as made:
            window = f"{made.measures.service.profile.accuracy_window_minutes:g}m"
            past = made.gauge("model_labelled_accuracy_ratio", window=window)
            # So late that the labels of the past are behind the window.
            made.clock.seconds = 8 * 3600.0
            await traffic(made, 200, over_s=60)
            labels = [
                {"id": f"r-{place}", "label": int(scored(row) > 0.5) ^ (place % 4 == 0)}
                for place, row in enumerate(cases(200))
            ]
            told = await made.asks([*labels, {"id": "nobody", "label": 1}], path="/labels")
            return past, made.gauge("model_labelled_accuracy_ratio", window=window), told, made.counted

    past, accuracy, told, counted = run(play())

    assert 0.8 < past < 1
    assert accuracy == pytest.approx(0.75)
    assert told == (200, b'{"taken":200,"unknown":1}')
    assert counted == 200
