"""The load generator as a process: it says where it is, takes orders, and goes on where a killed one was."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.catalogue_file import write
from simulator import shell
from simulator.live.asking import Caller
from simulator.live.load.kept import Kept, forget_rows, keep, keep_rows, kept_in, rows_in
from simulator.live.load.tally import Row
from simulator.live.process import announced
from simulator.live.serving import serving
from tests.simulator.live.lives import ROOT
from tests.simulator.live.load.targets import (
    LIMIT_S,
    SERVICE,
    Deployed,
    Target,
    always_right,
    deployment,
    is_late,
    service,
    until,
)
from tests.simulator.stages import whole_catalogue

TOKEN = "a-token-of-the-run"
STAGING = deployment("mlflow", "predictions[0]", block_above=0.5)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("load") / "catalogue.json"
    whole, (one, few) = whole_catalogue(), service()
    one = replace(one, deployments=(STAGING,))
    services = tuple(one if each.id == SERVICE else each for each in whole.services)
    path.write_bytes(write(replace(whole, services=services, panels={**whole.panels, SERVICE: few})))
    return path


def options(catalogue: Path, port: int, *more: str) -> list[str]:
    url = f"http://127.0.0.1:{port}"
    return [
        *("--target", url, "--direct", url, "--catalogue", str(catalogue), "--service", "delay-predictor"),
        *(
            "--compression",
            "100",
            "--seed",
            "7",
            "--weekday",
            "tuesday",
            "--time",
            "12:00",
            "--steps",
            "5000",
        ),
        *("--requests-per-s", "60", *more),
    ]


@asynccontextmanager
async def started(arguments: list[str]) -> AsyncIterator[tuple[Caller, shell.Running]]:
    command = [sys.executable, "-m", "simulator.live.load", *arguments]
    running = shell.start(command, ROOT, environment={"DRILLBOOK_TOKEN": TOKEN})
    try:
        line = await asyncio.to_thread(running.first_line, LIMIT_S)
        caller = Caller(str(announced(line)["control"]), TOKEN)
        try:
            yield caller, running
        finally:
            caller.close()
    finally:
        await asyncio.to_thread(shell.end, running.identity, patience_s=5.0)
        running.forget()


async def tally(caller: Caller) -> Any:
    return await asyncio.to_thread(caller.get, "tally")


def test_it_waits_for_its_order_and_ends_when_told(catalogue: Path) -> None:
    """Before it is begun, nothing but the healthy outcomes is asked for."""

    async def scenario() -> None:
        target = Target(always_right)
        async with (
            serving(target.application()) as port,
            started(options(catalogue, port)) as (caller, running),
        ):
            assert not target.ids("r-")
            assert (await tally(caller))["began"] is False
            assert len(target.ids("healthy-")) == 40

            assert (await asyncio.to_thread(caller.post, "begin"))["began"] is True
            assert (await asyncio.to_thread(caller.post, "begin"))["began"] is False
            async with asyncio.timeout(LIMIT_S):
                await until(lambda: len(target.ids("r-")) > 20)
            assert sum(row["answered"] for row in (await tally(caller))["steps"]) > 0
            assert (await asyncio.to_thread(caller.get, "tally?since=100000"))["steps"] == []

            await asyncio.to_thread(caller.post, "stop")
            assert await asyncio.to_thread(shell.gone, running.identity, within_s=LIMIT_S)
            assert running.code == 0

    asyncio.run(scenario())


def test_one_that_was_killed_is_followed_by_one_that_goes_on(catalogue: Path, tmp_path: Path) -> None:
    """It knows when the drill began and what was healthy, and needs no order."""
    more = ("--keep", str(tmp_path / "load.json"))

    async def scenario() -> None:
        target = Target(always_right)
        async with serving(target.application()) as port, asyncio.timeout(3 * LIMIT_S):
            async with started(options(catalogue, port, *more)) as (caller, running):
                await asyncio.to_thread(caller.post, "begin")
                await until(lambda: len(target.ids("r-")) > 30)
                counted = [
                    row for row in (await tally(caller))["steps"] if row["ended"] == row["offered"] > 0
                ]
                shell.end(running.identity)
            asked, before = len(target.ids("healthy-")), set(target.ids("r-"))

            async with started(options(catalogue, port, *more)) as (caller, _):
                await until(lambda: len(target.ids("r-")) > len(before) + 30)
                told = await tally(caller)
                assert told["began"] is True
                assert told["healthy"]["known"] == 40
                rows = {row["step"]: row for row in told["steps"]}
                assert counted
                assert [rows[row["step"]] for row in counted[:-1]] == counted[:-1]
            assert len(target.ids("healthy-")) == asked
            assert len(set(target.ids("r-"))) == len(target.ids("r-"))

    asyncio.run(scenario())


def test_it_asks_a_deployment_as_the_catalogue_says(catalogue: Path) -> None:
    """On its path, in its protocol."""
    more = ("--environment", "staging")

    async def scenario() -> None:
        target = Deployed(STAGING, lambda values: (200, {"predictions": [float(is_late(values))]}))
        async with (
            serving(target.application()) as port,
            asyncio.timeout(2 * LIMIT_S),
            started(options(catalogue, port, *more)) as (caller, _),
        ):
            assert (await tally(caller))["healthy"] == {"cases": 40, "known": 40, "right": 40}
            await asyncio.to_thread(caller.post, "begin")
            await until(lambda: len(target.ids("r-")) > 20 and len(target.labels) > 5)
            assert sum(row["worse"] for row in (await tally(caller))["steps"]) == 0

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--compression", "nan"), "'nan' is no number from 0.001 to 1000"),
        (("--time", "25:00"), "no time of day such as 09:30"),
        (("--steps", "0"), "no whole number from 1"),
        (("--target", "ftp://x"), "no address: http://HOST:PORT"),
        (("--target", "http://[::1"), "no address"),
        (("--service", "nobody"), "no service 'nobody'"),
        (("--service", "support-assistant"), "support-assistant"),
        (("--catalogue", "/nowhere.json"), "No such file"),
        (("--requests-per-s", "-1"), "no number from 0.01"),
        (("--environment", "nowhere"), "has no deployment 'nowhere'; it runs in: staging, sandbox"),
        (("--labels", "nowhere"), "no address"),
    ],
)
def test_options_that_cannot_be_meant_are_a_clear_error(
    more: tuple[str, ...], message: str, catalogue: Path
) -> None:
    """What, and no traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "simulator.live.load", *options(catalogue, 9, *more)],
        cwd=ROOT,
        env={**os.environ, "DRILLBOOK_TOKEN": TOKEN},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_without_a_token_it_does_not_start(catalogue: Path) -> None:
    """Nobody could be told from anybody."""
    environment = {name: value for name, value in os.environ.items() if name != "DRILLBOOK_TOKEN"}
    done = subprocess.run(
        [sys.executable, "-m", "simulator.live.load", *options(catalogue, 9)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "DRILLBOOK_TOKEN is not set" in done.stderr


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"boot": "another", "began": 1, "healthy": {}}',
        b'{"began": "x"}',
        b"[" * 100_000,
    ],
)
def test_what_was_kept_is_believed_only_if_it_is_whole_and_of_this_boot(
    content: bytes, tmp_path: Path
) -> None:
    """Else the generator begins anew."""
    (tmp_path / "load.json").write_bytes(content)

    assert kept_in(tmp_path / "load.json", now=100.0) is None
    assert kept_in(tmp_path / "nothing.json", now=100.0) is None


def test_rows_that_are_torn_are_left_out(tmp_path: Path) -> None:
    """A crash may cut off the last one; others may be anybody's."""
    path = tmp_path / "load.json"
    keep_rows(path, [Row(3, offered=5), Row(4, offered=6)])
    with (tmp_path / "load.json.rows").open("ab") as file:
        file.write(b'[]\n{"step": "x"}\n\xff\n{"step": 5, "off')

    assert rows_in(path) == [Row(3, offered=5), Row(4, offered=6)]
    forget_rows(path)
    assert rows_in(path) == ()


def test_what_is_kept_comes_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a full disk is said, and stops nothing."""
    keep(tmp_path / "load.json", Kept(12.5, {3: "wrong"}))
    assert kept_in(tmp_path / "load.json", now=100.0) == Kept(12.5, {3: "wrong"})
    assert kept_in(tmp_path / "load.json", now=1.0) is None

    keep(tmp_path / "no" / "load.json", Kept(12.5, {}))
    assert "a restart begins anew" in capsys.readouterr().err
