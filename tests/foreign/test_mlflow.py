"""MLflow's scoring server, which we did not write, behind our fault proxy and under our load."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from generator.model import Answering, Deployment, MetricsSource, PanelRows, Service, Setting
from generator.values import brief
from simulator import shell
from simulator.live.answering import decision_of
from simulator.live.asking import Caller
from simulator.live.lease import Effect, Lease
from simulator.live.load.protocols import Prepared, fields_of, prepared
from simulator.live.process import announced
from simulator.live.runs import TOKEN_VARIABLE
from simulator.live.sandbox.fate import fate_of
from simulator.live.sandbox.hands import settings_of
from simulator.live.sandbox.held import Held
from simulator.live.sandbox.paths import Lineage
from simulator.live.sandbox.scoring import Asked, Scorer, as_by_default
from tests.foreign.stack import ROOT, Stack
from tests.simulator.stages import whole_catalogue

DEPLOYMENT = Deployment(
    "staging",
    "http://127.0.0.1",
    "mlflow",
    "/invocations",
    Answering("predictions[0].decision"),
    MetricsSource("observer"),
    health="/ping",
)
MILE_KM = 1.609
SAMPLE = range(0, 2000, 40)
"""Cases that are asked about one by one."""
REQUEST_TOKEN = "a-token-of-this-test"


@pytest.fixture(autouse=True)
def flags(team: Stack) -> Iterator[None]:
    """Every test finds the flags at their defaults."""
    yield
    team.flags.unlink(missing_ok=True)


@cache
def given() -> tuple[Service, PanelRows]:
    whole = whole_catalogue()
    return whole.service("delay-predictor"), whole.panels["delay-predictor"]


@cache
def bodies() -> Prepared:
    return prepared(*given(), DEPLOYMENT)


def table(changes: Mapping[str, Sequence[object]] | None = None) -> bytes:
    """The whole panel as one request."""
    service, panel = given()
    columns = {**{name: panel.columns[name] for name in fields_of(service)}, **(changes or {})}
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    return json.dumps({"dataframe_split": {"columns": list(columns), "data": rows}}).encode()


def decisions(team: Stack, body: bytes) -> list[str]:
    status, answer = team.ask(body)
    assert status == 200, answer
    return [one["decision"] for one in answer["predictions"]]


def of_sandbox(
    turned: Mapping[str, Setting], changes: Mapping[str, Sequence[Any]] | None = None
) -> list[str]:
    """What our sandbox's scorer decides about each case; by the rules alone where no traffic goes to the model."""
    service, panel = given()
    lineage = Lineage(service, Held(service, panel))
    defaults = {control.id: control.default for control in service.controls}
    settings = settings_of(service, {**defaults, **turned}, lambda _: True)
    scorer, columns = Scorer(service, lineage, settings), {**panel.columns, **(changes or {})}
    sent = [node for node in service.lineage.nodes if node.id in lineage.sent(as_by_default(service))]
    found = []
    for case in range(len(panel.columns["late"])):
        inputs = {node.id: {name: columns[name][case] for name in node.fields} for node in sent}
        asked = Asked(f"r-{case}", case, inputs)
        found.append(scorer.decide(asked, scorer.score(asked), fate_of(7, asked.id)).decision)
    return found


def agreement(one: Sequence[str], other: Sequence[str]) -> float:
    return sum(map(str.__eq__, one, other)) / len(other)


@pytest.mark.parametrize(
    ("flag", "value", "turned"),
    [
        ("", "", {}),
        ("delay-distance", "off", {"distance-toggle": "off"}),
        ("delay-scheduled-time", "off", {"scheduled-time-toggle": "off"}),
        ("delay-departure", "off", {"departure-delay-toggle": "off"}),
        ("delay-origin", "off", {"origin-delay-toggle": "off"}),
        ("delay-safe-mode", "on", {"safe-mode": "on"}),
        ("delay-model", "half-year", {"model-version": "half-year"}),
        ("delay-model", "last-quarter", {"model-version": "last-quarter"}),
        ("flight-pipeline", "v1", {"pipeline-version": "v1"}),
        ("model-share", 0.0, {"traffic-split": 0.0}),
    ],
)
def test_it_decides_as_our_sandbox_does_under_every_flag(
    team: Stack, flag: str, value: Setting, turned: Mapping[str, Setting]
) -> None:
    """Two who read one service file, and nothing of each other; a flag counts from the next request on."""
    if flag:
        assert team.put(flag, value)[0] == 200

    ours = of_sandbox(turned)
    assert agreement(decisions(team, table()), ours) >= 0.995
    # It is not that nothing ever changes.
    assert turned == {} or ours != of_sandbox({})


def test_half_of_the_traffic_goes_to_the_rules(team: Stack) -> None:
    """By what a flight is, so that whoever asks again is told the same."""
    team.put("model-share", 0.5)
    answers = [team.ask(table())[1]["predictions"] for _ in range(2)]
    routes = [one["route"] for one in answers[0]]

    assert answers[0] == answers[1]
    assert 0.45 < routes.count("rules") / len(routes) < 0.55


def test_values_that_are_missing_or_no_numbers_are_defaults_to_both(team: Stack) -> None:
    """A field that is null, a word, or not there at all."""
    count = len(given()[1].columns["late"])
    for hole in (None, "733", True):
        changes = {"distance_miles": [hole] * count}
        assert agreement(decisions(team, table(changes)), of_sandbox({}, changes)) >= 0.995
    body = table().replace(b'"distance_miles"', b'"distance_km"')
    gone = {"distance_miles": [None] * count}
    assert agreement(decisions(team, body), of_sandbox({}, gone)) >= 0.995


def test_the_command_and_the_api_turn_the_same_flags(team: Stack) -> None:
    """Some of the team's controls are the one, some the other."""
    done = team.turn("delay-model", "half-year")
    assert (done.returncode, json.loads(done.stdout)["previous"]) == (0, "three-quarters")
    status, answer = team.put("delay-model", "three-quarters")
    assert (status, answer["previous"]) == (200, "half-year")
    assert team.ask(table())[1]["predictions"][0]["version"] == "three-quarters"


@pytest.mark.parametrize(
    ("flag", "value", "token", "status"),
    [
        ("delay-distance", "off", "another", 401),
        ("nothing", "off", None, 404),
        ("delay-distance", "maybe", None, 400),
        ("model-share", 2, None, 400),
        ("model-share", "half", None, 400),
    ],
)
def test_what_is_no_flag_is_refused(
    team: Stack, flag: str, value: object, token: str | None, status: int
) -> None:
    """As a control whose binding is wrong finds out."""
    assert team.put(flag, value, token=token or team.token)[0] == status
    assert not team.flags.exists()
    if status != 401:
        assert team.turn(flag, str(value)).returncode == 2


@contextmanager
def proxy(team: Stack, folder: Path) -> Iterator[tuple[str, Caller]]:
    """Our fault proxy before it: its address, and its control plane."""
    command = [sys.executable, "-m", "simulator.live.proxy", "--target", team.target]
    command += ["--journal", str(folder / "journal.jsonl")]
    running = shell.start(command, ROOT, environment={TOKEN_VARIABLE: REQUEST_TOKEN})
    try:
        where = announced(running.first_line(60.0))
        caller = Caller(str(where["control"]), REQUEST_TOKEN)
        try:
            yield str(where["url"]), caller
        finally:
            caller.close()
    finally:
        shell.end(running.identity, patience_s=5.0)
        running.forget()


def grant(caller: Caller, id: str, *effects: Effect) -> None:
    caller.put("leases", id, data=brief(Lease(id, effects, seed=7, paths=(DEPLOYMENT.path,))))


def by_cases(team: Stack, url: str = "", *, scale: float = 1.0) -> list[Any]:
    """What each case of the sample is answered; ``scale``: by which its distance is multiplied by hand."""
    found = []
    for case in SAMPLE:
        body = json.loads(bodies().body(f"r-{case}", case, 0.0))
        split = body["dataframe_split"]
        if scale != 1.0:
            place = split["columns"].index("distance_miles")
            split["data"][0][place] *= scale
        status, answer = team.ask(json.dumps(body).encode(), url=url, headers={"X-Request-Id": f"r-{case}"})
        assert status == 200, answer
        found.append(answer)
    return found


def test_miles_become_kilometres_on_the_way_as_they_would_by_hand(team: Stack, tmp_path: Path) -> None:
    """And when the lease is over, every answer is what it was."""
    before, by_hand = by_cases(team), by_cases(team, scale=MILE_KM)
    assert before != by_hand

    with proxy(team, tmp_path) as (url, caller):
        assert by_cases(team, url) == before
        grant(caller, "km", Effect("scale", {"field": "distance_miles", "factor": MILE_KM}))
        assert by_cases(team, url) == by_hand
        # Health is never touched, and past the proxy nothing is.
        assert by_cases(team) == before
        caller.delete("leases", "km")
        assert by_cases(team, url) == before


def test_a_delay_holds_requests_up_until_nobody_renews_it(team: Stack, tmp_path: Path) -> None:
    """No answer comes earlier than it was told to, and what it says is the same."""
    body = bodies().body("r-1", 1, 0.0)
    before = team.ask(body)

    with proxy(team, tmp_path) as (url, caller):
        grant(caller, "slow", Effect("delay", {"distribution": "constant", "ms": 400.0}))
        began = time.monotonic()
        assert team.ask(body, url=url) == before
        assert time.monotonic() - began >= 0.4

        until = began + 60.0
        while any(lease["live"] for lease in caller.get("leases")["leases"]):
            assert time.monotonic() < until, "nobody renewed it, and it goes on"
            time.sleep(0.1)
        assert team.ask(body, url=url) == before


def test_a_field_that_goes_missing_on_the_way_is_a_default(team: Stack, tmp_path: Path) -> None:
    """A renamed column is one that the model does not find."""
    count = len(given()[1].columns["late"])
    wanted = of_sandbox({}, {"distance_miles": [None] * count})

    with proxy(team, tmp_path) as (url, caller):
        grant(caller, "renamed", Effect("rename", {"field": "distance_miles", "to": "distance"}))
        answers = by_cases(team, url)
        caller.delete("leases")
    got = [answer["predictions"][0]["decision"] for answer in answers]
    assert got == [wanted[case] for case in SAMPLE]


def test_our_load_finds_it_healthy_and_reads_its_decisions(team: Stack) -> None:
    """A few seconds of traffic: all answered, and none worse than when all was well."""
    from tests.simulator.live.load.targets import LIMIT_S, is_over, schedule, service, total, until

    async def scenario() -> None:
        from simulator.live.load.generator import Generator, Way

        way = Way(target=team.target, direct=team.target, deployment=DEPLOYMENT)
        generator = Generator(*service(), schedule(steps=20, most_per_s=30.0), way)
        try:
            async with asyncio.timeout(LIMIT_S):
                await generator.ready()
                known: Any = generator.told()["healthy"]
                assert known["known"] == known["cases"] > 20
                generator.begin()
                await until(lambda: is_over(generator, 20))
            assert total(generator, "worse") == total(generator, "failed") == 0
            assert total(generator, "answered") == total(generator, "offered") > 20
        finally:
            await generator.close()

    asyncio.run(scenario())


def test_the_decision_is_read_from_its_answer(team: Stack) -> None:
    """As the service file of a team would say it; the score would do as well."""
    _, answer = team.ask(bodies().body("r-1", 1, 0.0))
    wanted = answer["predictions"][0]["decision"]
    assert decision_of(DEPLOYMENT, json.dumps(answer).encode()) == wanted
