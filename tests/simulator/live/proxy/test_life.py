from __future__ import annotations

import asyncio
import errno
import os
from time import monotonic

import aiohttp
import pytest

from simulator.live.lease import Effect
from simulator.live.plane import bearer
from simulator.live.process import LOOPBACK
from simulator.live.proxy import journal
from simulator.live.proxy import serving as serving_proxy
from simulator.live.proxy.control import Life, control
from simulator.live.proxy.leases import UNNEEDED
from simulator.live.proxy.serving import _live, _tick, _unwatched
from simulator.live.serving import serving
from tests.simulator.live.proxy.stage import Played, answer_from, closed, get, run, stage, until

RESET = Effect("reset")


def test_when_nobody_needs_faults_they_end_and_requests_pass_as_long_as_callers_come() -> None:
    """Then it goes."""

    async def scenario() -> tuple[bytes, bool, str]:
        async with stage(Played()) as proxy:
            reader, writer = await proxy.connect()
            await until(lambda: proxy.plane.callers)
            await proxy.grant(RESET)
            proxy.plane.seen = monotonic() - 1000
            living = asyncio.ensure_future(_live(proxy.plane, Life(linger_s=0.0)))
            await until(lambda: proxy.plane.table.closed)
            writer.write(get(ends=False))
            head, _ = await answer_from(reader)
            stays = not living.done()
            await closed(writer)
            await living
            return head, stays, proxy.plane.table.closed

    head, stays, why = run(scenario())

    assert head.startswith(b"HTTP/1.1 200")
    assert stays
    assert "nobody has said for long" in why


@pytest.mark.parametrize("asked", [False, True])
def test_before_our_own_target_it_goes_whoever_still_comes(
    asked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is left open, or a loop in somebody's shell, keeps nothing of a drill behind."""
    monkeypatch.setattr(serving_proxy, "FINISHED_S", 0.5)

    async def scenario() -> bool:
        async with stage(Played()) as proxy:
            _, writer = await proxy.connect()
            await until(lambda: proxy.plane.callers)
            life = Life(linger_s=600.0 if asked else 0.0)
            if asked:
                life.finish()
            await _live(proxy.plane, life, ours=True)
            is_connected = bool(proxy.plane.callers)
            await closed(writer)
            return is_connected

    assert run(scenario())


def test_who_comes_with_a_connection_for_each_request_has_not_gone() -> None:
    """A proxy that was asked to go is there for the next one too, though nobody is connected between them."""

    async def scenario() -> tuple[bytes, bool]:
        async with stage(Played()) as proxy:
            proxy.plane.seen = 0.0
            reader, writer = await proxy.connect()
            writer.write(get(ends=False))
            head, _ = await answer_from(reader)
            await closed(writer)
            await until(lambda: not proxy.plane.callers)
            life = Life()
            life.finish()
            living = asyncio.ensure_future(_live(proxy.plane, life))
            await until(lambda: proxy.plane.finishing)
            stays = not living.done()
            proxy.plane.seen = 0.0
            await living
            return head, stays

    head, stays = run(scenario())

    assert head.startswith(b"HTTP/1.1 200")
    assert stays


def test_the_clock_ends_stops_and_writes_down_without_a_request() -> None:
    """What is over is swept away by itself, and is in the file."""

    async def scenario() -> str:
        async with stage(Played()) as proxy:
            await proxy.grant(RESET, seconds=0.01)
            ticking = asyncio.ensure_future(_tick(proxy.plane))
            file = proxy.folder / "journal.jsonl.log"
            await until(lambda: file.exists() and "expired" in file.read_text())
            ticking.cancel()
            await asyncio.gather(ticking, return_exceptions=True)
            return file.read_text()

    assert '"what":"granted"' in run(scenario())


def test_without_its_clock_it_does_nothing_to_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing would stop a lease any more, none is in force, and none is granted."""

    async def scenario() -> tuple[int, str]:
        async with stage(Played()) as proxy:
            await proxy.grant(RESET)
            with monkeypatch.context() as broken:
                broken.setattr(proxy.plane.table, "sweep", lambda: 1 / 0)
                ticking = asyncio.ensure_future(_tick(proxy.plane))
                await asyncio.wait([ticking])
                assert isinstance(ticking.exception(), ZeroDivisionError)
                with pytest.raises(ZeroDivisionError):
                    _unwatched(proxy.plane)(ticking)
            return len(proxy.plane.table.live()), proxy.plane.table.closed

    assert run(scenario()) == (0, "the proxy is not well: start another")


def test_a_proxy_that_is_not_well_stays_so_whoever_says_that_it_is_needed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """It is told, so that another is started; what was amiss is on standard error."""

    async def breaks() -> None:
        raise RuntimeError("the clock has stopped")

    async def scenario() -> tuple[list[int], str]:
        async with stage(Played()) as proxy:
            life = Life(linger_s=0.0)
            ticking = asyncio.ensure_future(breaks())
            ticking.add_done_callback(_unwatched(proxy.plane))
            await asyncio.wait([ticking])
            await until(lambda: proxy.plane.table.closed)
            async with (
                serving(control("t", proxy.plane, life)) as port,
                aiohttp.ClientSession(f"http://{LOOPBACK}:{port}", headers=bearer("t")) as asking,
            ):
                found = [(await asking.post("/alive")).status]
                proxy.plane.seen = 0.0
                await _live(proxy.plane, life)
                found.append((await asking.post("/alive")).status)
                lease = {"effects": [{"kind": "reset"}], "seed": 7}
                found.append((await asking.put("/leases/f1", json=lease)).status)
            return found, proxy.plane.table.closed

    assert run(scenario()) == ([503, 503, 410], "the proxy is not well: start another")
    assert "RuntimeError: the clock has stopped" in capfd.readouterr().err


def test_a_proxy_that_nobody_needed_for_a_while_is_there_again_for_who_says_so() -> None:
    async def scenario() -> tuple[str, int, str]:
        async with stage(Played()) as proxy:
            life = Life(linger_s=0.0)
            proxy.plane.seen = 0.0
            await _live(proxy.plane, life)
            before = proxy.plane.table.closed
            async with (
                serving(control("t", proxy.plane, life)) as port,
                aiohttp.ClientSession(f"http://{LOOPBACK}:{port}", headers=bearer("t")) as asking,
            ):
                return before, (await asking.post("/alive")).status, proxy.plane.table.closed

    assert run(scenario()) == (UNNEEDED, 200, "")


def test_a_full_disk_stops_no_request_and_no_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither journal nor log can be written: requests pass, leases end, the log in memory tells."""

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    async def scenario() -> tuple[bytes, bytes]:
        async with stage(Played()) as proxy:
            await proxy.grant(Effect("delay", {"distribution": "constant", "ms": 1}))
            monkeypatch.setattr(journal.os, "write", full)
            during = await proxy.ask(get())
            proxy.plane.table.end_all("enough")
            proxy.plane.log.write([b"{}"])
            return during, await proxy.ask(get())

    during, after = run(scenario())

    assert b"X-Drillbook-Fault: f1" in during
    assert after.startswith(b"HTTP/1.1 200")
    assert b"X-Drillbook-Fault" not in after
