from __future__ import annotations

import asyncio
import json

import pytest

from simulator.live.lease import Cap, Effect, Stop
from simulator.live.proxy import client, dataplane
from tests.simulator.live.proxy.stage import (
    OK,
    Played,
    answer_from,
    closed,
    get,
    post,
    run,
    stage,
    until,
)


def test_a_target_that_is_down_is_a_bad_gateway() -> None:
    """Each request is told at once, in JSON, and counted."""

    async def scenario() -> tuple[bytes, int]:
        async with stage(None) as proxy:
            answer = await proxy.ask(get())
            return answer, proxy.plane.counters.upstream["unreachable"]

    answer, count = run(scenario())

    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert "cannot be reached" in json.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert count == 1


def test_a_target_that_is_silent_is_a_gateway_timeout() -> None:
    """The caller is told when the target has said nothing for too long."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def scenario() -> bytes:
        async with stage(handler, timeout_s=0.05) as proxy:
            asking = asyncio.ensure_future(proxy.ask(get()))
            while not asking.done():
                await asyncio.sleep(0.01)
                proxy.plane.sweep()
            return asking.result()

    assert run(scenario()).startswith(b"HTTP/1.1 504 Gateway Timeout\r\n")


def test_a_kept_connection_that_the_target_closed_costs_nothing() -> None:
    """A request that may be repeated goes again, once, on a new connection."""
    first = True

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal first
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        await reader.readuntil(b"\r\n\r\n")
        if first:
            first = False
            return
        writer.write(OK)
        await reader.read()

    async def scenario() -> tuple[list[bytes], int]:
        async with stage(handler) as proxy:
            reader, writer = await proxy.connect()
            heads = []
            for _ in range(3):
                writer.write(get(ends=False))
                heads.append((await answer_from(reader))[0].split(b"\r\n")[0])
            await closed(writer)
            return heads, proxy.plane.counters.retried

    heads, retried = run(scenario())

    assert heads == [b"HTTP/1.1 200 OK"] * 3
    assert retried == 1


def test_what_may_not_be_repeated_is_not() -> None:
    """A POST that may have arrived is asked once; the caller is told."""
    posts = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal posts
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        head = await reader.readuntil(b"\r\n\r\n")
        posts += head.startswith(b"POST")

    async def scenario() -> bytes:
        async with stage(handler) as proxy:
            reader, writer = await proxy.connect()
            writer.write(get(ends=False))
            await answer_from(reader)
            writer.write(post(b"", ends=False))
            head, _ = await answer_from(reader)
            await closed(writer)
            return head

    assert run(scenario()).startswith(b"HTTP/1.1 502 ")
    assert posts == 1


def test_a_connection_that_the_target_has_closed_is_not_used() -> None:
    """A POST after the end of an idle connection goes out on a new one."""
    target = Played(closes=True)

    async def scenario() -> list[bytes]:
        async with stage(target) as proxy:
            heads = []
            for _ in range(3):
                heads.append((await proxy.ask(post(b"{}")))[:15])
                await until(lambda: not proxy.plane.pool._lines)
            return heads

    assert run(scenario()) == [b"HTTP/1.1 200 OK"] * 3
    assert target.connections == 3


def test_half_an_answer_does_not_look_whole() -> None:
    """Where the target breaks off, so does the proxy, before the announced end."""
    read = asyncio.Queue[None]()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        chunked = b"/chunks" in head
        how = (
            b"Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"
            if chunked
            else b"Content-Length: 8\r\n\r\nhalf"
        )
        writer.write(b"HTTP/1.1 200 OK\r\n" + how)
        await writer.drain()
        await read.get()

    async def scenario() -> list[bytes]:
        async with stage(handler) as proxy:
            answers = []
            for path in ("/length", "/chunks"):
                reader, writer = await proxy.connect()
                writer.write(get(path))
                half = await reader.readuntil(b"half")
                read.put_nowait(None)
                answers.append(half + await reader.read())
                await closed(writer)
            return answers

    length, chunked = run(scenario())

    assert length.endswith(b"Content-Length: 8\r\nConnection: close\r\n\r\nhalf")
    assert chunked.endswith(b"4\r\nhalf\r\n")


def test_a_caller_that_leaves_takes_its_request_along() -> None:
    """The target's connection ends with it, and nothing is left behind."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        begun.set()
        await reader.read()
        ended.set()

    async def scenario() -> int:
        async with stage(handler) as proxy:
            _, writer = await proxy.connect()
            writer.write(get(ends=False))
            await begun.wait()
            await closed(writer)
            await ended.wait()
            await until(lambda: not proxy.plane.callers and not proxy.plane.pool._lines)
            return proxy.plane.counters.gone

    assert run(scenario()) == 1


def test_a_caller_that_leaves_while_it_is_delayed_is_not_asked_for() -> None:
    """Its request never reaches the target."""
    target = Played()

    async def scenario() -> None:
        async with stage(target) as proxy:
            await proxy.grant(Effect("delay", {"distribution": "constant", "ms": 10_000}))
            _, writer = await proxy.connect()
            writer.write(get(ends=False))
            await until(lambda: proxy.plane.counters.requests)
            await closed(writer)
            await until(lambda: not proxy.plane.callers)

    run(scenario())

    assert target.heads == []


def test_an_answer_that_comes_before_the_request_is_whole_is_passed_on() -> None:
    """A target may refuse a body that it has not read; the connections end."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        await reader.read()

    async def scenario() -> bytes:
        async with stage(handler) as proxy:
            return await proxy.ask(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000
            )

    assert run(scenario()).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HT", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"]
)
def test_a_caller_that_says_nothing_more_is_given_up(sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither an open connection nor half a request is kept for ever."""
    if sent:
        monkeypatch.setattr(client, "HEAD_S", 0.02)
    else:
        monkeypatch.setattr(dataplane, "IDLE_S", 0.02)
    monkeypatch.setattr(client, "LINGER_S", 0.02)

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def scenario() -> bytes:
        async with stage(handler) as proxy:
            reader, writer = await proxy.connect()
            writer.write(sent)
            reading = asyncio.ensure_future(reader.read())
            while not reading.done():
                await asyncio.sleep(0.01)
                proxy.plane.sweep()
            await closed(writer)
            return reading.result()

    answer = run(scenario())

    assert answer == b"" if not sent else answer.startswith(b"HTTP/1.1 408 ")


def test_a_target_that_hangs_ends_the_faults_before_it_answers_anybody() -> None:
    """What is under way for longer than an answer may take is late already."""

    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def scenario() -> tuple[int, str]:
        async with stage(hangs, cap=Cap(stop=Stop(p99_ms=200, least_requests=3))) as found:
            none = Effect("delay", {"distribution": "constant", "ms": 0})
            await found.grant(none, share=0.0, stop=Stop(p99_ms=200, least_requests=3))
            callers = [await found.connect() for _ in range(3)]
            for _, writer in callers:
                writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            table = found.plane.table

            def stopped() -> bool:
                table.sweep()
                return not table.live()

            await until(stopped)
            said = table.told()[0]
            for _, writer in callers:
                await closed(writer)
            return found.plane.counters.leases["stopped"], str(said["ended"])

    count, why = run(scenario())

    assert count == 1
    assert why.startswith("it stopped by itself: p99 of 3 requests, 3 of them under way, is ")
