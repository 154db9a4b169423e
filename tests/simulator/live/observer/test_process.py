"""The observer as it is started: its planes, what it announces, its end, and what it may be asked by whom."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from generator import catalogue_file
from generator.model import Answering
from simulator.live.observer.__main__ import main
from simulator.live.observer.paths import LABELS, METRICS
from simulator.live.plane import bearer
from simulator.live.process import announced, free_port
from simulator.live.scraping import Scraper
from simulator.world.exposed import identities_of
from tests.simulator.live.observer.observed import cases, deployment, json_answer, observer, run
from tests.simulator.live.proxy.stage import Played, get, served
from tests.simulator.live.sandbox.served import DELAYS, TOKEN
from tests.simulator.stages import whole_catalogue

LONG_S = 60.0
PATH, ANSWER = "/invocations", Answering("predictions[0]", 0.5)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped one, with the delay predictor deployed behind MLflow."""
    whole = whole_catalogue()
    services = tuple(
        replace(one, deployments=(deployment("mlflow", PATH, ANSWER),)) if one.id == DELAYS else one
        for one in whole.services
    )
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_bytes(catalogue_file.write(replace(whole, services=services)))
    return path


def arguments(catalogue: Path, *more: str) -> list[str]:
    given = {"--catalogue": str(catalogue), "--service": DELAYS, "--environment": "staging", "--seed": "7"}
    return [*(word for pair in given.items() for word in pair), "--compression", "60", *more]


@asynccontextmanager
async def started(
    *given: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[tuple[asyncio.subprocess.Process, Any]]:
    """A process of its own, and what it announced; none is left behind."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator.live.observer",
        *given,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment or {**os.environ, "DRILLBOOK_TOKEN": TOKEN},
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), timeout=LONG_S)
        yield process, announced(line.decode())
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def test_a_process_says_where_it_is_passes_on_measures_and_stops_when_told(catalogue: Path) -> None:
    """What it exposes is what a live drill scrapes; nothing on stderr, exit code 0."""
    target = Played([json_answer({"predictions": [0.9]})])
    row = cases(1)[0]
    asked = {"dataframe_split": {"columns": list(row), "data": [list(row.values())]}}
    back = free_port()

    async def play() -> tuple[Any, ...]:
        async with served(target) as port:
            given = arguments(
                catalogue,
                "--target",
                f"http://127.0.0.1:{port}",
                "--back-port",
                str(back),
                "--origin",
                "12.5",
            )
            async with started(*given) as (process, said), ClientSession() as session:

                async def sent(
                    method: str, url: str, data: object = None, token: str = ""
                ) -> tuple[int, Any]:
                    headers = bearer(token) if token else {}
                    async with session.request(method, url, json=data, headers=headers) as answer:
                        return answer.status, await answer.text()

                session.headers["X-Request-Id"] = "r-1"
                answer = await sent("POST", f"{said['url']}{PATH}", asked)
                labels = await sent("POST", f"{said['url']}{LABELS}", {"id": "r-1", "label": 1})
                metrics = await sent("GET", f"{said['url']}{METRICS}")
                state = await sent("GET", f"{said['control']}/state", token=TOKEN)
                guarded = [await sent("GET", f"{said['control']}/{path}") for path in ("state", "metrics")]
                assert (await sent("POST", f"{said['control']}/alive", token=TOKEN))[0] == 200
                assert (await sent("POST", f"{said['control']}/stop", token=TOKEN))[0] == 200
                await asyncio.wait_for(process.wait(), timeout=LONG_S)
                assert process.stderr is not None
                complaint = await process.stderr.read()
                return said, answer, labels, metrics, state, guarded, (process.returncode, complaint)

    said, answer, labels, metrics, state, guarded, end = run(play())

    assert said.keys() == {"url", "back", "control", "pid", "service", "origin"}
    assert said["back"] == f"http://127.0.0.1:{back}"
    assert float(said["origin"]) == pytest.approx(12.5)
    assert json.loads(target.bodies[0]) == asked
    assert answer == (200, '{"predictions":[0.9]}')
    assert labels == (200, '{"taken":1,"unknown":0}')
    found = json.loads(state[1])
    assert (found["codes"], found["rows"], found["unread"]) == ({"200": 1}, 1, {})
    assert found["found"]["distance"] == 1
    assert [status for status, _ in guarded] == [401, 401]
    assert end == (0, b"")
    service = whole_catalogue().service(DELAYS)
    identities = identities_of(service)
    sample = dict(zip(map(str, identities), Scraper(identities, service).sample(metrics[1]), strict=True))
    assert sample['model_inference_requests_total{code="200"}'] == 1
    assert sample['model_decisions_total{decision="block"}'] == 1
    assert sample['model_feature_psi{feature="distance",window="10m"}'] < 0.02


def test_alone_it_needs_no_token_and_goes_at_a_signal(catalogue: Path) -> None:
    """Its target is the deployment's own; nothing is there, which clients are told."""

    async def play() -> tuple[int, int | None]:
        environment = {name: value for name, value in os.environ.items() if name != "DRILLBOOK_TOKEN"}
        async with started(*arguments(catalogue, "--alone"), environment=environment) as (process, said):
            async with ClientSession() as session, session.get(f"{said['url']}/health") as answer:
                status = answer.status
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), timeout=LONG_S)
            return status, process.returncode

    assert run(play()) == (502, 0)


def test_what_cannot_be_observed_is_refused_in_a_sentence(
    catalogue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An environment without a deployment; no token."""
    monkeypatch.setenv("DRILLBOOK_TOKEN", TOKEN)
    code = main([*arguments(catalogue), "--environment", "production"])
    complaint = capsys.readouterr().err

    assert code == 2
    assert "the service 'delay-predictor' has no deployment in 'production'; it has: staging" in complaint
    monkeypatch.setenv("DRILLBOOK_TOKEN", "short")
    assert main(arguments(catalogue)) == 2


@pytest.mark.parametrize(
    "more",
    [("--target", "ftp://x"), ("--via", "nowhere"), ("--compression", "0"), ("--back-port", "70000")],
)
def test_options_that_cannot_be_are_wrong_usage(more: tuple[str, str]) -> None:
    """Exit code 2, from the parser of options."""
    with pytest.raises(SystemExit) as ended:
        main(arguments(Path("none.json"), *more))

    assert ended.value.code == 2


def test_pages_in_a_browser_read_no_metrics_and_tell_no_labels() -> None:
    """Neither by their origin nor by a name for this machine; and what is no label is refused in a sentence."""

    async def play() -> tuple[list[bytes], tuple[int, bytes], tuple[int, bytes], int]:
        async with observer() as made:
            own = get(METRICS).replace(b"Host: proxy", b"Host: 127.0.0.1")
            pages = [get(METRICS), own.replace(b"\r\n\r\n", b"\r\nOrigin: http://evil.example\r\n\r\n")]
            refused = [(await made.ask(page)).split(b" ", 2)[1] for page in pages]
            page = await made.asks([{"id": "r", "label": 1}], "Origin: null", path=LABELS)
            return refused, page, await made.asks({"id": "r"}, path=LABELS), len(made.target.heads)

    refused, page, broken, passed = run(play())

    assert refused == [b"403", b"403"]
    assert page[0] == 403
    assert broken == (400, b'{"error": "the label of \'r\' is neither 0 nor 1"}')
    assert passed == 0
