from __future__ import annotations

import asyncio
import json

import pytest

from simulator.live.lease import Effect
from tests.simulator.live.proxy.stage import (
    OK,
    Played,
    answer_from,
    chunks,
    closed,
    get,
    named,
    post,
    run,
    stage,
    until,
)


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
def test_a_request_and_its_answer_pass_as_they_are(loop: str) -> None:
    """Method, path, query, fields and body arrive; so do the answer's; the id is kept."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            return await proxy.ask(
                post(b'{"a": 1}', "X-Request-Id: r-1", "X-Odd:  two  words ", path="/predict?x=%20y")
            )

    answer = run(scenario(), loop=loop)

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b'{"score": 0.5}')
    assert target.bodies == [b'{"a": 1}']
    assert target.heads[0].startswith(b"POST /predict?x=%20y HTTP/1.1\r\n")
    assert named(target.heads[0], "x-odd") == [b"two  words"]
    assert named(target.heads[0], "x-request-id") == [b"r-1"]


def test_a_request_without_an_id_gets_one() -> None:
    """Two requests get two ids of one beginning."""
    target = Played()

    async def scenario() -> None:
        async with stage(target) as proxy:
            await proxy.ask(get() + get())
            await proxy.ask(get())

    run(scenario())

    first, second = (named(head, "x-request-id")[0].split(b"-") for head in target.heads)
    assert first[0] == second[0]
    assert first[1] != second[1]


def test_what_concerns_one_connection_stays_on_it() -> None:
    """Hop-by-hop fields go, with those that Connection names; Host is the target's; nobody else names our faults."""
    target = Played(
        [
            b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5\r\nX-One: 1\r\nConnection: x-one\r\nContent-Length: 0\r\n\r\n"
        ]
    )

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            lines = (
                "Keep-Alive: 5",
                "TE: trailers",
                "X-Own: 1",
                "X-Drillbook-Fault: x",
                "Proxy-Authorization: y",
            )
            return await proxy.ask(get("/", *lines, "Connection: X-Own"))

    answer = run(scenario())

    head = target.heads[0]
    for name in ("keep-alive", "te", "x-own", "x-drillbook-fault", "proxy-authorization", "connection"):
        assert named(head, name) == [], name
    assert named(head, "host")[0].startswith(b"127.0.0.1:")
    assert named(answer, "keep-alive") == named(answer, "x-one") == []


def test_the_targets_own_path_stands_before_every_path() -> None:
    """A target may live under a path."""
    target = Played()

    async def scenario() -> None:
        async with stage(target, base=b"/v9") as proxy:
            await proxy.ask(get("/a?b"))
            await proxy.ask(get("http://elsewhere.example/c"))

    run(scenario())

    assert [head.split(b" ")[1] for head in target.heads] == [b"/v9/a?b", b"/v9/c"]


def test_one_connection_carries_many_requests() -> None:
    """Both sides are kept alive."""
    target = Played()

    async def scenario() -> None:
        async with stage(target) as proxy:
            reader, writer = await proxy.connect()
            for _ in range(5):
                writer.write(post(b"{}", ends=False))
                await answer_from(reader)
            await closed(writer)

    run(scenario())

    assert len(target.heads) == 5
    assert target.connections == 1


def test_pipelined_requests_are_answered_in_order() -> None:
    """However many come at once, with bodies of both kinds, each gets its own answer."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = Played()
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            length = int((named(head, "content-length") or [b"0"])[0])
            body = await reader.readexactly(length)
            target.bodies.append(body)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + body)

    async def scenario() -> list[bytes]:
        async with stage(echo) as proxy:
            reader, writer = await proxy.connect()
            chunked = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            chunked += b"2\r\nab\r\n2\r\nx%d\r\n0\r\n\r\n"
            writer.write(b"".join(post(b"%d" % n, ends=False) if n % 2 else chunked % n for n in range(10)))
            answers = [(await answer_from(reader))[1] for _ in range(10)]
            await closed(writer)
            return answers

    answers = run(scenario())

    assert answers == [b"%d" % n if n % 2 else b"abx%d" % n for n in range(10)]


def test_thousands_of_pipelined_requests_need_no_more_than_one_read_of_memory() -> None:
    """What cannot go on yet is left where it is; all are answered."""
    target = Played()

    async def scenario() -> int:
        async with stage(target) as proxy:
            reader, writer = await proxy.connect()
            writer.write(get("/a", ends=False) * 4999 + get("/a"))
            answers = await reader.read()
            await closed(writer)
            return answers.count(b"HTTP/1.1 200")

    assert run(scenario()) == 5000


@pytest.mark.parametrize("pieces", [1, 7])
def test_chunks_of_the_target_come_through(pieces: int) -> None:
    """An answer in chunks is whole, in however many pieces it comes; so is one that ends with its connection."""
    parts = [b"part %d " % number for number in range(pieces)]

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        ends = b"/ends" in head
        writer.write(b"HTTP/1.1 200 OK\r\n" + (b"\r\n" if ends else b"Transfer-Encoding: chunked\r\n\r\n"))
        for part in parts:
            await asyncio.sleep(0.002)
            writer.write(part if ends else b"%x\r\n%b\r\n" % (len(part), part))
        if not ends:
            writer.write(b"0\r\nX-Trailer: 1\r\n\r\n")
        await writer.drain()
        writer.close()

    async def scenario() -> list[bytes]:
        async with stage(handler) as proxy:
            bodies = []
            for path in ("/chunks", "/ends"):
                reader, writer = await proxy.connect()
                writer.write(get(path, ends=False))
                bodies.append((await answer_from(reader))[1])
                await closed(writer)
            return bodies

    assert run(scenario()) == [b"".join(parts)] * 2


def test_an_old_caller_gets_no_chunks() -> None:
    """To HTTP/1.0 an answer of unknown length ends with the connection."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        await asyncio.sleep(0.01)
        writer.write(b"2\r\nab\r\n")
        await asyncio.sleep(0.01)
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        await reader.read()

    async def scenario() -> bytes:
        async with stage(handler) as proxy:
            return await proxy.ask(b"GET / HTTP/1.0\r\n\r\n")

    head, _, body = run(scenario()).partition(b"\r\n\r\n")

    assert body == b"ab"
    assert named(head, "transfer-encoding") == []
    assert named(head, "connection") == [b"close"]


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 999\r\n\r\n"),
        ("GET", b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"),
    ],
)
def test_answers_without_a_body_end_with_their_head(method: str, answer: bytes) -> None:
    """The connections go on, on both sides, and a length that stands for another answer is kept."""
    target = Played([answer])

    async def scenario() -> tuple[bytes, bytes]:
        async with stage(target) as proxy:
            reader, writer = await proxy.connect()
            writer.write(get(method=method, ends=False))
            head = await reader.readuntil(b"\r\n\r\n")
            writer.write(get(ends=False))
            _, body = await answer_from(reader)
            await closed(writer)
            return head, body

    head, body = run(scenario())

    assert body == b'{"score": 0.5}'
    assert named(head, "content-length") == named(answer, "content-length")
    assert target.connections == 1


def test_a_caller_that_waits_for_a_sign_gets_it() -> None:
    """Expect: 100-continue is met here, and goes no further."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            reader, writer = await proxy.connect()
            request = post(b"x" * 10, "Expect: 100-continue", ends=False)
            writer.write(request[:-10])
            sign = await reader.readuntil(b"\r\n\r\n")
            writer.write(request[-10:])
            await answer_from(reader)
            await closed(writer)
            return sign

    assert run(scenario()) == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert target.bodies == [b"x" * 10]
    assert named(target.heads[0], "expect") == []


@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies_go_through_in_bounded_memory(chunked: bool) -> None:
    """64 MiB go there and back while neither side holds more than some pieces, even if a lease reads bodies."""
    size, piece = 64 * 2**20, b"x" * 65536
    held = 0

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = b"Content-Length: %d\r\n\r\n" % size
        writer.write(b"HTTP/1.1 200 OK\r\n" + (b"Transfer-Encoding: chunked\r\n\r\n" if chunked else length))
        left = size
        while left:
            if named(head, "transfer-encoding"):
                count = int(await reader.readuntil(b"\r\n"), 16)
                data = await reader.readexactly(count)
                await reader.readexactly(2)
            else:
                data = await reader.read(65536)
            left -= len(data)
            writer.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
            await writer.drain()
        writer.write(b"0\r\n\r\n" if chunked else b"")
        await writer.drain()
        await reader.read()

    async def send(writer: asyncio.StreamWriter) -> None:
        for _ in range(size // len(piece)):
            writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
        writer.write(b"0\r\n\r\n" if chunked else b"")

    async def scenario() -> int:
        nonlocal held
        async with stage(handler) as proxy:
            await proxy.grant(Effect("shift", {"field": "a", "by": 1.0}))
            reader, writer = await proxy.connect()
            how = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
            writer.write(f"POST / HTTP/1.1\r\nHost: x\r\n{how}\r\n\r\n".encode())
            sending = asyncio.ensure_future(send(writer))
            await reader.readuntil(b"\r\n\r\n")
            got = 0
            if chunked:
                got = len(await chunks(reader))
            else:
                while got < size:
                    got += len(await reader.read(2**20))
                    (caller,) = proxy.plane.callers
                    held = max(held, caller.transport.get_write_buffer_size())
            await sending
            await closed(writer)
            return got

    assert run(scenario()) == size
    assert held < 4 * 2**20


def test_a_target_that_stops_reading_stops_the_caller() -> None:
    """What the target does not take stays with the caller; nothing grows in between."""
    release = asyncio.Event()

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await release.wait()
        while await reader.read(2**20):
            pass

    async def scenario() -> int:
        async with stage(handler) as proxy:
            _, writer = await proxy.connect()
            writer.write(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n" + b"x" * 30_000_000
            )
            (caller,) = await seen(proxy.plane.callers)
            await until(lambda: "target" in caller._held)
            (line,) = proxy.plane.pool._lines
            size = line.transport.get_write_buffer_size()
            release.set()
            await until(lambda: "target" not in caller._held)
            writer.transport.abort()
            await until(lambda: not proxy.plane.callers)
            return size

    async def seen(callers: set) -> set:  # type: ignore[type-arg]
        await until(lambda: callers)
        return callers

    assert run(scenario()) < 2**20


def test_a_caller_that_stops_reading_stops_the_target() -> None:
    """What the caller does not take stays with the target."""

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n" + b"x" * 60_000_000)
        await writer.drain()
        await reader.read()

    async def scenario() -> tuple[int, int]:
        async with stage(handler) as proxy:
            reader, writer = await proxy.connect()
            writer.write(get("/", ends=False))
            await until(lambda: any(caller.paused for caller in proxy.plane.callers))
            (caller,) = proxy.plane.callers
            held = caller.transport.get_write_buffer_size()
            _, body = await answer_from(reader)
            await closed(writer)
            return held, len(body)

    held, got = run(scenario())

    assert held < 2**20
    assert got == 60_000_000


def test_what_is_not_understood_passes_and_is_counted() -> None:
    """Text, broken JSON and a body in an encoding go on byte for byte while a lease would change them."""
    target = Played()
    bodies = [b"a,b\n1,2", b'{"a": 1', b'{"a": 1}']

    async def scenario() -> dict[str, int]:
        async with stage(target) as proxy:
            await proxy.grant(Effect("shift", {"field": "a", "by": 1.0}))
            await proxy.ask(post(bodies[0], "Content-Type: text/csv"))
            await proxy.ask(post(bodies[1]))
            await proxy.ask(post(bodies[2], "Content-Encoding: gzip"))
            return dict(proxy.plane.counters.untouched)

    assert run(scenario()) == {"not_understood": 2, "encoded": 1}
    assert target.bodies == bodies


def test_what_a_tensor_cannot_hold_is_counted() -> None:
    """A fault that does nothing says so: whole numbers have no null, and nobody knows the type of a stranger."""
    target = Played()

    def body(datatype: str) -> bytes:
        tensor = {"name": "a", "shape": [1], "datatype": datatype, "data": [3]}
        return json.dumps({"inputs": [tensor, {**tensor, "name": "b", "datatype": "FP32"}]}).encode()

    bodies = [body("INT32"), body("INT32"), body("X" * 99), body("FP32")]

    async def scenario() -> dict[str, int]:
        async with stage(target) as proxy:
            await proxy.grant(Effect("constant", {"field": "a", "value": None}))
            for one in bodies:
                await proxy.ask(post(one, path="/v2/models/m/infer"))
            return dict(proxy.plane.counters.untouched)

    assert run(scenario()) == {
        "could not be edited: INT32": 2,
        "could not be edited: a type that is not known": 1,
    }
    assert target.bodies[:3] == bodies[:3]
    assert json.loads(target.bodies[3])["inputs"][0]["data"] == [None]


def test_what_an_answer_cannot_hold_is_counted() -> None:
    said = b'{"outputs":[{"name":"y","shape":[1],"datatype":"INT64","data":[3]}]}'
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(said)

    async def scenario() -> tuple[bytes, dict[str, int]]:
        async with stage(Played([head + said])) as proxy:
            await proxy.grant(Effect("constant", {"field": "y", "value": None, "in": "answer"}))
            answer = await proxy.ask(post(b"{}", path="/v2/models/m/infer"))
            return answer, dict(proxy.plane.counters.untouched)

    answer, untouched = run(scenario())
    assert answer.endswith(said)
    assert untouched == {"could not be edited: INT64": 1}


def test_an_old_way_to_ask_for_a_new_protocol_is_ignored() -> None:
    """Upgrade: h2c with a body, as some callers send it always, is answered in HTTP/1.1; the next request too."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            lines = (
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAEAAEAAAAIAAAAB",
            )
            first = post(b'{"a": 1}', *lines, ends=False)
            bare = get("/next", *lines, ends=False)
            reader, writer = await proxy.connect()
            writer.write(first[:-3])
            await asyncio.sleep(0.01)
            writer.write(first[-3:] + bare + get("/last"))
            answers = await reader.read()
            await closed(writer)
            return answers

    assert run(scenario()).count(b"HTTP/1.1 200 OK") == 3
    assert target.bodies == [b'{"a": 1}', b"", b""]
    assert json.loads(OK.partition(b"\r\n\r\n")[2]) == {"score": 0.5}
    assert named(target.heads[0], "http2-settings") == []
