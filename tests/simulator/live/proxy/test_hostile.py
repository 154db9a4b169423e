from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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

_HEAD = b"POST /a HTTP/1.1\r\nHost: x\r\n"

REFUSED = [
    (b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc", 400),
    (b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400),
    (b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    (b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400),
    (b"Content-Length: 3, 3\r\n\r\nabc", 400),
    (b"Content-Length: +3\r\n\r\nabc", 400),
    (b"Content-Length: 0x3\r\n\r\nabc", 400),
    (b"Content-Length: -1\r\n\r\n", 400),
    (b"Content-Length:\r\n\r\nabc", 400),
    (b"Content-Length: 99999999999999999999999\r\n\r\nabc", 400),
    (b"Content-Length : 3\r\n\r\nabc", 400),
    (b"Content-Length\x0b: 3\r\n\r\nabc", 400),
    (b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501),
    (b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400),
    (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
    (b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", 400),
    (b"Transfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n", 400),
    (b"Transfer-Encoding: chunked\r\n\r\n-3\r\nabc\r\n0\r\n\r\n", 400),
    (b"Transfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n", 400),
    (b"Transfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n", 400),
    (b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc", 400),
    (b" Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    (b"X: a\r\n b\r\n\r\n", 400),
    (b"X: a\nY: b\r\n\r\n", 400),
    (b"X: a\x00b\r\n\r\n", 400),
    (b"X: a\rb\r\n\r\n", 400),
    (b"Host: y\r\n\r\n", 400),
    (b"Expect: miracles\r\n\r\n", 417),
    (b"Connection: upgrade\r\nUpgrade: websocket\r\n\r\n", 501),
    (b"X: " + b"a" * 70_000 + b"\r\n\r\n", 431),
    (b"X: " + b"a" * 400_000, 431),
]


@pytest.mark.parametrize(("rest", "status"), REFUSED, ids=range(len(REFUSED)))
def test_what_two_readers_could_read_differently_goes_no_further(rest: bytes, status: int) -> None:
    """Ambiguous lengths, bad chunks, folded lines and the like are told so, and nothing whole reaches the target."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            return await proxy.ask(_HEAD + rest)

    answer = run(scenario())

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b'{"error": "' in answer
    assert target.bodies == []


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /a HTTP/1.1\r\n\r\n", 400),
        (b"GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /a HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"GET a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET ftp://x/a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"BREW /a HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400),
        (b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
    ],
)
def test_what_is_no_request_for_the_target_is_told_so(request_: bytes, status: int) -> None:
    """A sentence as JSON, and the end of the connection."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            return await proxy.ask(request_)

    answer = run(scenario())

    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert target.heads == []


def test_what_comes_before_a_bad_request_is_still_answered() -> None:
    """The order is kept: two answers, then the refusal."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            return await proxy.ask(get(ends=False) * 2 + b"nonsense\r\n\r\n")

    answer = run(scenario())

    assert answer.count(b"HTTP/1.1 200") == 2
    assert answer.index(b"HTTP/1.1 400") > answer.rindex(b"HTTP/1.1 200")


def test_a_body_that_turns_out_bad_halfway_never_looks_whole_to_the_target() -> None:
    """Its connection ends before the last chunk."""
    begun, seen = asyncio.Event(), list[bytes]()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.readuntil(b"abc\r\n")
        begun.set()
        seen.append(first + await reader.read())

    async def scenario() -> bytes:
        async with stage(handler) as proxy:
            reader, writer = await proxy.connect()
            writer.write(_HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            await begun.wait()
            writer.write(b"zz\r\n")
            answer = await reader.read()
            await closed(writer)
            await until(lambda: seen)
            return answer

    answer = run(scenario())

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert seen[0].endswith(b"3\r\nabc\r\n")


def test_trailers_are_left_out() -> None:
    """What comes behind the body says nothing of the message any more."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            rest = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Request-Id: evil\r\n\r\n"
            return await proxy.ask(_HEAD + b"Connection: close\r\n" + rest)

    assert run(scenario()).startswith(b"HTTP/1.1 200")
    assert b"evil" not in target.heads[0]
    assert target.bodies == [b"abc"]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_whatever_is_sent_the_proxy_goes_on(data: st.DataObject) -> None:
    """Random bytes, and requests with random damage, in random pieces: an answer or an end, and the next is served."""
    good = (
        post(b'{"a": 1}', ends=False)
        + get(ends=False)
        + _HEAD
        + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
    )
    damage = st.tuples(st.integers(0, len(good) - 1), st.binary(max_size=4), st.integers(0, 4))
    sent = bytearray(data.draw(st.one_of(st.just(good), st.binary(max_size=200))))
    for place, new, cut in data.draw(st.lists(damage, max_size=4)):
        sent[place : place + cut] = new
    pieces = data.draw(st.lists(st.integers(0, max(len(sent), 1)), max_size=4).map(sorted))
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            reader, writer = await proxy.connect()
            before = 0
            for place in [*pieces, len(sent)]:
                writer.write(bytes(sent[before:place]))
                before = place
                await asyncio.sleep(0)
            writer.write_eof()
            await reader.read()
            await closed(writer)
            return await proxy.ask(get())

    assert run(scenario()).endswith(b'{"score": 0.5}')


@pytest.mark.parametrize(
    "answer",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000,
        b"",
        b"HTTP/1.1 200 OK\r\nContent-",
    ],
)
def test_what_is_no_answer_is_a_bad_gateway(answer: bytes) -> None:
    """The caller is told in JSON, and keeps its connection."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()

    async def scenario() -> tuple[bytes, bytes]:
        async with stage(handler) as proxy:
            reader, writer = await proxy.connect()
            writer.write(post(b"", ends=False))
            found = await answer_from(reader)
            writer.write(post(b""))
            await reader.readuntil(b"\r\n\r\n")
            await closed(writer)
            return found

    head, body = run(scenario())

    assert head.startswith(b"HTTP/1.1 502 ")
    assert body.startswith(b'{"error": "the target')


def test_two_answers_to_one_request_are_one() -> None:
    """What the target sends unasked is never taken for the answer to the next request."""
    target = Played([OK + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"])

    async def scenario() -> list[bytes]:
        async with stage(target) as proxy:
            reader, writer = await proxy.connect()
            bodies = []
            for _ in range(3):
                writer.write(get(ends=False))
                bodies.append((await answer_from(reader))[1])
            await closed(writer)
            return bodies

    assert run(scenario()) == [b'{"score": 0.5}'] * 3
