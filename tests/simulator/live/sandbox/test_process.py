"""The sandbox as a process: what it is given, where it says that it is, and how it ends."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from generator import catalogue_file
from generator.model import Catalogue
from simulator.live.plane import bearer
from simulator.live.process import announced
from simulator.live.sandbox.__main__ import main
from simulator.live.sandbox.given import GivenError, read
from tests.simulator.live.sandbox.served import DELAYS, FRAUD, TOKEN, run
from tests.simulator.stages import whole_catalogue

LONG_S = 60.0


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``runbook export catalogue`` writes."""
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.json"
    path.write_bytes(catalogue_file.write(whole_catalogue()))
    return path


def arguments(catalogue: Path, service: str = DELAYS, *more: str) -> list[str]:
    return ["--catalogue", str(catalogue), "--service", service, "--compression", "60", "--seed", "7", *more]


@asynccontextmanager
async def started(catalogue: Path, *more: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, Any]]:
    """A process of its own, and what it announced; none is left behind."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "simulator.live.sandbox",
        *arguments(catalogue, DELAYS, *more),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "DRILLBOOK_TOKEN": TOKEN},
    )
    try:
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), timeout=LONG_S)
        yield process, announced(line.decode())
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def test_a_process_says_where_it_is_answers_and_stops_when_told(catalogue: Path) -> None:
    """One line on stdout, nothing on stderr, exit code 0; where its clock began, it began."""

    async def play() -> tuple[Any, dict[str, Any], str, dict[str, Any], int | None, bytes]:
        async with (
            started(catalogue, "--origin", "12.5", "--weekday", "friday", "--time", "09:30") as (
                process,
                said,
            ),
            ClientSession() as session,
        ):
            async with session.post(f"{said['url']}/predict", json={"id": "r-1", "case": 4}) as response:
                answer = await response.json()
            async with session.get(f"{said['url']}/metrics") as response:
                metrics = await response.text()
            async with session.get(f"{said['control']}/state", headers=bearer(TOKEN)) as response:
                state = await response.json()
            async with session.post(f"{said['control']}/alive", headers=bearer(TOKEN)) as response:
                assert response.status == 200
            async with session.post(f"{said['control']}/stop", headers=bearer(TOKEN)) as response:
                assert response.status == 200
            await asyncio.wait_for(process.wait(), timeout=LONG_S)
            assert process.stderr is not None
            return said, answer, metrics, state, process.returncode, await process.stderr.read()

    said, answer, metrics, state, code, complaint = run(play)

    assert (said["service"], float(said["origin"])) == (DELAYS, pytest.approx(12.5))
    assert said["url"].startswith("http://127.0.0.1:")
    assert answer["id"] == "r-1"
    assert 'model_route_requests_total{model="delay-predictor",route="model"} 1' in metrics
    assert state["now"]["drill_s"] > 0
    assert (code, complaint) == (0, b"")


def test_a_process_that_was_killed_is_back_on_its_ports(catalogue: Path) -> None:
    """Started anew with the same ports, it answers there, as it would have before."""

    async def asked(session: ClientSession, said: Any) -> dict[str, Any]:
        async with session.post(f"{said['url']}/predict", json={"id": "r-1", "case": 4}) as response:
            found: dict[str, Any] = await response.json()
            return found

    async def play() -> tuple[Any, ...]:
        async with ClientSession() as session:
            async with started(catalogue) as (process, said):
                before = await asked(session, said)
                process.send_signal(signal.SIGKILL)
                await process.wait()
            ports = [str(said[name]).rsplit(":", 1)[1] for name in ("url", "control")]
            async with started(catalogue, "--port", ports[0], "--control-port", ports[1]) as (_, again):
                return said, before, again, await asked(session, again)

    said, before, again, after = run(play)

    assert (again["url"], again["control"]) == (said["url"], said["control"])
    assert after == before


def test_a_service_with_a_language_model_is_refused_in_a_sentence(
    catalogue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 2."""
    monkeypatch.setenv("DRILLBOOK_TOKEN", TOKEN)

    assert main(arguments(catalogue, "support-assistant")) == 2
    assert "its model writes language, and this sandbox has none" in capsys.readouterr().err


def test_without_a_token_nothing_is_served(
    catalogue: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says where the token is looked for."""
    monkeypatch.setenv("DRILLBOOK_TOKEN", "short")

    assert main(arguments(catalogue)) == 2
    assert "DRILLBOOK_TOKEN has to hold a token" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        ("--compression", "0"),
        ("--compression", "nan"),
        ("--port", "70000"),
        ("--time", "25:00"),
        ("--weekday", "someday"),
        ("--step-seconds", "0"),
    ],
)
def test_options_that_cannot_be_are_wrong_usage(more: tuple[str, str]) -> None:
    """Exit code 2, from the parser of options."""
    with pytest.raises(SystemExit) as ended:
        main(arguments(Path("none.json"), DELAYS, *more))

    assert ended.value.code == 2


def without(service: str, key: str) -> Callable[[Any], Any]:
    """A catalogue whose service lacks something."""

    def change(data: Any) -> Any:
        for one in data["services"]:
            if one["id"] == service:
                one.pop(key)
        return data

    return change


def unlike(change: Callable[[Any], object]) -> Callable[[Any], Any]:
    def changed(data: Any) -> Any:
        change(next(one for one in data["services"] if one["id"] == DELAYS))
        return data

    return changed


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda data: [], "holds no catalogue"),
        (lambda data: {"services": 5}, "holds no catalogue"),
        (lambda data: {**data, "services": []}, "no service 'delay-predictor'; there are:"),
        (lambda data: {**data, "panels": {}}, "has no panel"),
        (lambda data: {**data, "panels": {DELAYS: {"columns": {"late": [1.0]}}}}, "has no column 'weight'"),
        (without(DELAYS, "profile"), "profile"),
        (
            unlike(
                lambda one: one["lineage"]["edges"].append({"feeds": "delay-endpoint", "into": "delay-store"})
            ),
            "feeds itself",
        ),
        (
            unlike(lambda one: one["lineage"]["edges"].append({"feeds": "nowhere", "into": "delay-store"})),
            "leads nowhere",
        ),
        (unlike(lambda one: one["controls"][0].update(kind="magic")), "for which this sandbox has no hand"),
        (unlike(lambda one: one["controls"][0].update({"with": {"node": "x"}})), "cannot be turned"),
        (unlike(lambda one: one["controls"][1].update(values=["v9"])), "has no version 'v9'"),
        (unlike(lambda one: one["profile"]["latency"].update(workers=0)), "workers is not above 0"),
        (unlike(lambda one: one["profile"]["traffic"].update(requests_per_s=1e999)), "of a sensible size"),
    ],
)
def test_a_catalogue_that_cannot_be_served_is_refused_in_a_sentence(
    tmp_path: Path, catalogue: Path, change: Callable[[Any], Any], says: str
) -> None:
    """One line that names the file."""
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(change(json.loads(catalogue.read_text()))))

    with pytest.raises(GivenError) as refused:
        read(path, DELAYS)

    assert str(refused.value).startswith(str(path))
    assert says in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 200_000])
def test_a_file_that_is_no_catalogue_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    """Never a traceback."""
    path = tmp_path / "broken.json"
    path.write_bytes(content)

    with pytest.raises(GivenError):
        read(path, DELAYS)
    with pytest.raises(GivenError):
        read(tmp_path / "missing.json", DELAYS)
    with pytest.raises(GivenError):
        read(tmp_path, DELAYS)


def test_a_service_is_read_as_the_catalogue_has_it(catalogue: Path) -> None:
    """Nothing is lost on the way through the file."""
    whole: Catalogue = whole_catalogue()

    for service in (DELAYS, FRAUD):
        found = read(catalogue, service)
        assert (found.service, found.panel) == (whole.service(service), whole.panels[service])
