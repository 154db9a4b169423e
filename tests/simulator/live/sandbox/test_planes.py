"""The sandbox over HTTP: what clients, scrapers, hands and strangers get."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import settings, strategies

from generator.model import MetricName
from simulator.live.plane import bearer
from simulator.live.sandbox import shown
from simulator.live.sandbox.bodies import (
    MOST_BYTES,
    BodyError,
    case_of,
    id_of,
    inputs_of,
    labels_of,
    object_of,
)
from simulator.live.sandbox.exposition import Exposition
from simulator.live.sandbox.inference import rows_of, wanted_of
from simulator.live.sandbox.scoring import Asked
from simulator.world.exposed import identities_of
from simulator.world.telemetry import series
from tests.simulator.live.sandbox.served import (
    DELAYS,
    FRAUD,
    TOKEN,
    Bench,
    bench,
    body,
    given,
    predicted,
    run,
    scraped,
    serving,
    turned,
)


def infer(*columns: tuple[str, list[Any]], **more: Any) -> dict[str, Any]:
    """A request of the Open Inference Protocol."""
    inputs = [
        {"name": name, "shape": [len(data)], "datatype": "FP64", "data": data} for name, data in columns
    ]
    return {"inputs": inputs, **more}


@pytest.mark.parametrize("service", [DELAYS, FRAUD])
def test_a_case_gets_its_decision_in_plain_json(service: str) -> None:
    """Id, score, decision, route and version."""

    async def play() -> tuple[int, dict[str, Any], float]:
        async with serving(service) as made:
            status, answer = await predicted(made, body(made, 3))
            return status, answer, made.sandbox.monitors.sliding.row[-2]

    status, answer, counted = run(play)

    assert status == 200
    assert answer.keys() == {"id", "score", "decision", "route", "version"}
    assert answer["id"] == "r-3"
    assert 0 < answer["score"] < 1
    assert answer["decision"] in ("pass", "block")
    assert answer["route"] == "model"
    assert counted == 1


def test_a_request_without_an_id_has_that_of_its_header() -> None:
    """The body's own id comes first; without both it gets one."""

    async def play() -> list[str]:
        async with serving() as made:
            assert made.client is not None
            ids = []
            for sent, headers in (
                ({"id": "mine"}, {"X-Request-Id": "h-1"}),
                ({}, {"X-Request-Id": "h-1"}),
                ({}, {}),
            ):
                async with made.client.post("/predict", json=sent, headers=headers) as response:
                    ids.append((await response.json())["id"])
            return ids

    assert run(play) == ["mine", "h-1", "unnamed-1"]


def test_who_asks_aside_is_answered_and_stands_in_no_metric() -> None:
    """Whoever finds out what is healthy, or compares past a proxy, must not dilute what is measured."""

    async def play() -> tuple[int, int, bool, bool]:
        async with serving() as made:
            assert made.client is not None
            before = made.sandbox.monitors.sliding.row[-2]
            for path, sent in (
                ("/predict", body(made, 3)),
                (f"/v2/models/{DELAYS}/infer", infer(("case", [3]), id="r-3")),
            ):
                async with made.client.post(path, json=sent, headers={"X-Drillbook-Aside": "1"}) as response:
                    assert response.status == 200
                    await response.read()
            sandbox = made.sandbox
            unmoved = sandbox.monitors.sliding.row[-2] == before
            return sandbox.counters.answers, len(sandbox.labels._waiting), unmoved, not sandbox._recent

    assert run(play) == (0, 0, True, True)


def test_both_protocols_give_one_answer() -> None:
    """A row of an inference request is scored as the same case in plain JSON; shapes [n] and [n, 1] alike."""

    async def play() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        async with serving() as made:
            assert made.client is not None
            _, plain = await predicted(made, body(made, 5))
            columns = [
                (f"{node}.{name}", [value])
                for node, fields in body(made, 5)["inputs"].items()
                for name, value in fields.items()
            ]
            flat = infer(*columns, ("case", [5]), id="r-5")
            tall = infer(*columns, ("case", [5]), id="r-5", outputs=[{"name": "score"}])
            for one in tall["inputs"]:
                one["shape"], one["data"] = [1, 1], [one["data"]]
            path = f"/v2/models/{DELAYS}/infer"
            async with made.client.post(path, json=flat) as response:
                first = await response.json()
            async with made.client.post(path, json=tall) as response:
                return plain, first, await response.json()

    plain, flat, tall = run(play)

    found = {one["name"]: one["data"][0] for one in flat["outputs"]}
    assert found == {name: plain[name] for name in ("score", "decision", "route")}
    assert (flat["id"], flat["model_name"], flat["model_version"]) == ("r-5", DELAYS, plain["version"])
    assert [(one["name"], one["shape"], one["data"]) for one in tall["outputs"]] == [
        ("score", [1], [plain["score"]])
    ]


def test_a_batch_has_an_answer_for_each_row() -> None:
    """Three rows, one of them without its distance; each is counted and labelled by an id of its own."""

    async def play() -> tuple[dict[str, Any], int, dict[str, Any]]:
        async with serving() as made:
            assert made.client is not None
            sent = infer(("schedule-feed.distance_miles", [700, None, 2000]), ("case", [1, 2, 3]), id="b")
            async with made.client.post(f"/v2/models/{DELAYS}/infer", json=sent) as response:
                answer = await response.json()
            labels = [{"id": f"b-{place}", "label": 0} for place in range(3)]
            async with made.client.post("/labels", json={"labels": labels}) as response:
                return answer, made.sandbox.counters.answers, await response.json()

    answer, counted, labels = run(play)

    assert [one["shape"] for one in answer["outputs"]] == [[3], [3], [3]]
    assert counted == 3
    assert labels == {"taken": 3, "unknown": 0}


def test_the_protocol_says_what_there_is() -> None:
    """Health, readiness and metadata, without the token of the hands."""

    async def play() -> dict[str, Any]:
        async with serving() as made:
            assert made.client is not None
            found = {}
            for path in (
                "/health",
                "/v2",
                "/v2/health/live",
                "/v2/health/ready",
                f"/v2/models/{DELAYS}",
                f"/v2/models/{DELAYS}/ready",
            ):
                async with made.client.get(path) as response:
                    assert response.status == 200
                    found[path] = await response.json()
            return found

    found = run(play)

    assert found["/v2/health/live"] == {"live": True}
    assert found[f"/v2/models/{DELAYS}/ready"]["ready"] is True
    names = [one["name"] for one in found[f"/v2/models/{DELAYS}"]["inputs"]]
    assert "operations-feed.departure_delay_min" in names
    assert not [name for name in names if name.startswith("timetable-file")]


@pytest.mark.parametrize("service", [DELAYS, FRAUD])
def test_every_series_of_the_simulated_world_stands_in_the_metrics(service: str) -> None:
    """Under the same names and labels, with those of the service; buckets are cumulative."""

    async def play() -> Any:
        async with serving(service) as made:
            for case in range(50):
                await predicted(made, body(made, case))
            return await scraped(made)

    found = run(play)

    for identity in identities_of(given(service).service):
        labels = tuple(sorted([*identity.labels, ("model", service)]))
        assert not math.isnan(found[identity.name, labels])
    name = "model_inference_duration_seconds"
    own = (("model", service),)
    whole = found[f"{name}_count", own]
    assert whole == found[f"{name}_bucket", (("le", "+Inf"), *own)] >= 49
    assert found[f"{name}_sum", own] > 0


def test_metrics_have_the_names_that_the_service_gives_them() -> None:
    """A histogram's parts follow its family; what is unknown is left out; labels are escaped."""
    shipped = given().service
    names = (
        MetricName("model_inference_duration_seconds", "latency_seconds"),
        MetricName("model_label_age_seconds", "label_age"),
    )
    renamed = replace(shipped, metrics=replace(shipped.metrics, names=names))

    text = Exposition(renamed).text(
        [
            (series("model_inference_duration_seconds_bucket", le="0.1"), 3),
            (series("model_label_age_seconds"), 1.5),
            (series("model_prediction_mean"), math.nan),
            (series("model_feature_psi", feature='a"b\n', window="10m"), 0.25),
        ]
    )

    assert text.splitlines() == [
        "# TYPE latency_seconds histogram",
        'latency_seconds_bucket{model="delay-predictor",le="0.1"} 3',
        "# TYPE label_age gauge",
        'label_age{model="delay-predictor"} 1.5',
        "# TYPE model_feature_psi gauge",
        'model_feature_psi{model="delay-predictor",feature="a\\"b\\n",window="10m"} 0.25',
    ]


def test_a_control_is_turned_for_real_and_its_state_is_told() -> None:
    """Value and previous value back; the answers change, and are what they were once it is turned back."""

    async def play() -> tuple[Any, ...]:
        async with serving() as made:
            assert made.hands is not None

            async def state() -> dict[str, Any]:
                async with made.hands.get("/state", headers=bearer(TOKEN)) as response:  # type: ignore[union-attr]
                    found: dict[str, Any] = await response.json()
                    return found

            before = await state()
            there = await turned(made, "traffic-split", {"value": 0.0})
            _, answer = await predicted(made, body(made, 3))
            during = await state()
            back = await turned(made, "traffic-split", {"value": 1})
            async with made.hands.get("/controls", headers=bearer(TOKEN)) as response:
                controls = await response.json()
            return there, answer["route"], back, before, during, await state(), controls

    there, route, back, before, during, after, controls = run(play)

    assert there == (200, {"control": "traffic-split", "value": 0.0, "previous": 1.0})
    assert back == (200, {"control": "traffic-split", "value": 1.0, "previous": 0.0})
    assert route == "fallback"
    assert before["standing"] == after["standing"] != during["standing"]
    assert during["standing"]["controls"]["traffic-split"] == 0.0
    assert [one["control"] for one in controls] == [one.id for one in given().service.controls]


@pytest.mark.parametrize(
    ("control", "sent", "status", "says"),
    [
        ("no-such", {"value": 1}, 404, "there is no control 'no-such'; there are: traffic-split"),
        ("traffic-split", {"value": 0.7}, 422, "it can to: 0.0, 0.5, 1.0"),
        ("traffic-split", {"value": "0.5"}, 422, "cannot be turned to '0.5'"),
        ("traffic-split", {"value": True}, 422, "cannot be turned to 'True'"),
        ("safe-mode", {"value": ["on"]}, 422, "it can to: off, on"),
        ("safe-mode", {"valeu": "on"}, 400, "which value"),
        ("safe-mode", ["on"], 400, "a list, not an object"),
    ],
)
def test_a_control_that_cannot_be_turned_says_why(control: str, sent: object, status: int, says: str) -> None:
    """One sentence, and nothing is changed."""

    async def play() -> tuple[int, dict[str, Any], dict[str, Any]]:
        async with serving() as made:
            found, answer = await turned(made, control, sent)
            return found, answer, dict(made.sandbox.turned)

    found, answer, values = run(play)

    assert found == status
    assert says in answer["error"]
    assert values == {one.id: one.default for one in given().service.controls}


def test_nobody_turns_anything_without_the_token_or_from_a_browser() -> None:
    """The data plane has no hands, and the control plane none for strangers."""

    async def play() -> list[int]:
        async with serving() as made:
            assert made.hands is not None
            assert made.client is not None
            seen = []
            for headers in ({}, bearer("another"), {**bearer(TOKEN), "Origin": "http://evil.example"}):
                async with made.hands.put(
                    "/controls/safe-mode", json={"value": "on"}, headers=headers
                ) as got:
                    seen.append(got.status)
            async with made.client.put("/controls/safe-mode", json={"value": "on"}) as got:
                seen.append(got.status)
            async with made.client.post("/labels", json=[], headers={"Origin": "http://evil.example"}) as got:
                seen.append(got.status)
            assert made.sandbox.turned["safe-mode"] == "off"
            return seen

    assert run(play) == [401, 401, 403, 404, 403]


BAD: list[tuple[str, bytes]] = [
    ("/predict", b""),
    ("/predict", b"{"),
    ("/predict", b"[1]"),
    ("/predict", b"\xff\xfe"),
    ("/predict", b'{"id": 5}'),
    ("/predict", json.dumps({"id": "x" * 1000}).encode()),
    ("/predict", b'{"case": -1}'),
    ("/predict", b'{"case": 2000}'),
    ("/predict", b'{"case": 1e300}'),
    ("/predict", b'{"case": "7"}'),
    ("/predict", b'{"inputs": []}'),
    ("/predict", b'{"inputs": {"schedule-feed": 5}}'),
    ("/predict", b"[" * 100_000),
    ("/predict", b'{"id": "r", "id2": NaN}'),
    ("/labels", b"5"),
    ("/labels", b"{}"),
    ("/labels", b'{"id": "r", "label": 2}'),
    ("/labels", b'[{"id": "r", "label": "late"}]'),
    ("/v2/models/delay-predictor/infer", b"{}"),
    ("/v2/models/delay-predictor/infer", b'{"inputs": []}'),
    ("/v2/models/delay-predictor/infer", b'{"inputs": [{}]}'),
    ("/v2/models/delay-predictor/infer", b'{"inputs": [{"name": "case"}]}'),
    ("/v2/models/delay-predictor/infer", json.dumps(infer(("case", []))).encode()),
    ("/v2/models/delay-predictor/infer", json.dumps(infer(("case", [1] * 2000))).encode()),
    ("/v2/models/delay-predictor/infer", json.dumps(infer(("case", [0.5]))).encode()),
    ("/v2/models/delay-predictor/infer", json.dumps(infer(("case", [1]), ("a.b", [1, 2]))).encode()),
    ("/v2/models/delay-predictor/infer", json.dumps(infer(("case", [1]), outputs=[{"name": "x"}])).encode()),
]


def test_garbage_gets_one_sentence_and_harms_nobody() -> None:
    """Status 400, never 500; the next request is answered as ever."""

    async def play() -> tuple[list[tuple[bytes, int]], int, int]:
        async with serving() as made:
            assert made.client is not None
            seen = []
            for path, sent in BAD:
                async with made.client.post(path, data=sent) as response:
                    assert (await response.json()).keys() == {"error"}
                    seen.append((sent[:60], response.status))
            status, _ = await predicted(made, body(made, 3))
            return seen, status, made.sandbox.counters.answers

    seen, status, answers = run(play)

    assert [one for one in seen if one[1] != 400] == []
    assert (status, answers) == (200, 1)


def test_what_is_too_large_or_nowhere_or_packed_badly_is_refused_in_a_sentence() -> None:
    """413, 404, 405 and 400, each as JSON."""

    async def play() -> list[int]:
        async with serving() as made:
            assert made.client is not None
            client, seen = made.client, []
            packed = {"Content-Encoding": "gzip"}
            asks = [
                client.post("/predict", data=io.BytesIO(b" " * (MOST_BYTES + 1))),
                client.get("/nowhere"),
                client.get("/predict"),
                client.post("/v2/models/another/infer", data=b"{}"),
                client.post(f"/v2/models/{DELAYS}/explain", data=b"{}"),
                client.post(
                    "/predict", data=b"not gzip", headers=packed, skip_auto_headers=["Content-Encoding"]
                ),
            ]
            for ask in asks:
                async with ask as response:
                    assert (await response.json()).keys() == {"error"}
                    seen.append(response.status)
            return seen

    assert run(play) == [413, 404, 405, 404, 404, 400]


def test_shed_requests_are_told_to_come_back() -> None:
    """429 with Retry-After."""

    async def play() -> list[tuple[int, str | None]]:
        async with serving() as made:
            assert made.client is not None
            made.turn("load-shed", 0.5)
            seen = []
            for case in range(30):
                async with made.client.post("/predict", json=body(made, case)) as response:
                    await response.read()
                    seen.append((response.status, response.headers.get("Retry-After")))
            return seen

    seen = run(play)

    assert set(seen) == {(200, None), (429, "1")}


JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers(-(2**70), 2**70)
    | strategies.floats()
    | strategies.text(max_size=8),
    lambda inner: (
        strategies.lists(inner, max_size=4)
        | strategies.dictionaries(
            strategies.sampled_from(
                [
                    "id",
                    "case",
                    "inputs",
                    "outputs",
                    "labels",
                    "label",
                    "name",
                    "shape",
                    "data",
                    "schedule-feed",
                    "x",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@over(JSON)
def test_whatever_json_comes_is_taken_or_refused_in_a_sentence(found: object) -> None:
    """Readers of bodies raise nothing but what says why."""
    readers = [
        lambda: labels_of(found),
        lambda: case_of(found, 10),
        lambda: inputs_of(found, ("schedule-feed",)),
        lambda: object_of(json.dumps(found).encode()),
    ]
    if isinstance(found, dict):
        readers += [
            lambda: id_of(found, "x"),
            lambda: rows_of(found, "r", ("schedule-feed",), 10),
            lambda: wanted_of(found),
        ]

    for read in readers:
        with contextlib.suppress(BodyError):
            read()


@functools.cache
def _one_for_all() -> Bench:
    return bench()


@settings(max_examples=100, deadline=None)
@over(strategies.dictionaries(strategies.sampled_from(["distance_miles", "scheduled_min", "as_of_s"]), JSON))
def test_whatever_a_source_sends_the_answer_is_a_score(fields: dict[str, object]) -> None:
    """Values of any type and size: a number in [0, 1], and metrics that can be written."""

    async def play() -> float:
        made = _one_for_all()
        asked = Asked("f", 3, {"schedule-feed": fields})
        (answer,) = await made.sandbox.answer("f", [asked])
        Exposition(made.sandbox.service).text(shown.samples(made.sandbox))
        return answer.score

    assert 0 <= run(play) <= 1
