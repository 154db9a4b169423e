"""What passes the observer, and in what state."""

from __future__ import annotations

import asyncio
import gzip

import pytest

from tests.simulator.live.observer.observed import observer, run, until
from tests.simulator.live.proxy.stage import OK, Played, body_of, get, named, post

NASTY = [
    b"",
    b"{",
    b'{"distance_miles": 1, "distance_miles": 2}',
    b'{"distance_miles": 1e999, "n": 123456789012345678901234567890}',
    b'  {"a"\t:1.50, "b": 1E2, "c": "\\u00e9\xc3\xa9"}\r\n',
    b"\x00\xff\xfe not JSON at all \r\n\r\n0\r\n\r\n",
    b"[" * 50_000,
    b'{"distance_miles": NaN}',
]


@pytest.mark.parametrize("body", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("faults", [False, True])
def test_bodies_pass_as_they_are(body: bytes, faults: bool) -> None:
    """There and back, however little of them is understood; and whatever it is, it is counted."""
    back = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)

    async def play() -> tuple[bytes, bytes, dict[str, int]]:
        async with observer(Played([back]), faults=faults) as made:
            answer = await made.ask(post(body))
            await until(lambda: made.counted)
            return made.target.bodies[0], answer.partition(b"\r\n\r\n")[2], dict(made.measures.unread)

    sent, came, unread = run(play())

    assert (sent, came) == (body, body)
    assert unread["answer"] == 1
    assert "error" not in unread


def test_heads_pass_but_for_what_concerns_one_connection() -> None:
    """Nothing is added: no id where there was none, no agent; and what leases say of themselves stays."""
    lines = (
        "X-Drillbook-Fault: f1",
        "Accept-Encoding: br",
        "x-odd:  two  ",
        "X-Odd: \xe9",
        "Keep-Alive: timeout=5",
    )
    back = (
        b"HTTP/1.1 418 I am not\r\nX-Two: a\r\nX-Two: b\r\nX-Drillbook-Fault: f1\r\nContent-Length: 0\r\n\r\n"
    )

    async def play() -> tuple[bytes, bytes]:
        async with observer(Played([back])) as made:
            answer = await made.ask(post(b"{}", *lines, path="/predict?q=%41+b&q="))
            return made.target.heads[0], answer

    head, answer = run(play())

    assert head.startswith(b"POST /predict?q=%41+b&q= HTTP/1.1\r\n")
    assert named(head, "x-odd") == [b"two", b"\xe9"]
    assert named(head, "x-drillbook-fault") == [b"f1"]
    assert named(head, "accept-encoding") == [b"br"]
    assert not named(head, "x-request-id") + named(head, "user-agent") + named(head, "keep-alive")
    assert answer.startswith(b"HTTP/1.1 418 I am not\r\nX-Two: a\r\nX-Two: b\r\nX-Drillbook-Fault: f1\r\n")


def test_bodies_in_chunks_and_encodings_pass_and_are_read() -> None:
    """In chunks, and the answer by gzip: the client gets the very bytes, the observer their sense."""
    packed = gzip.compress(b'{"score": 0.75}')
    back = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    back += (
        b"".join(b"1\r\n%b\r\n" % packed[place : place + 1] for place in range(len(packed))) + b"0\r\n\r\n"
    )
    head = b"POST /predict HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    request = head + b'10\r\n{"distance_miles\r\n' + b'6\r\n": 600\r\n' + b"1\r\n}\r\n0\r\n\r\n"

    async def play() -> tuple[bytes, bytes, float, int]:
        async with observer(Played([back])) as made:
            reader, writer = await made.connect()
            writer.write(request)
            answer_head = await reader.readuntil(b"\r\n\r\n")
            answer = await body_of(answer_head, reader)
            writer.transport.abort()
            await until(lambda: made.counted)
            return (
                made.target.bodies[0],
                answer,
                made.gauge("model_decisions_total", decision="block"),
                made.measures.found["distance"],
            )

    sent, answer, blocked, found = run(play())

    assert sent == b'{"distance_miles": 600}'
    assert answer == packed
    assert (blocked, found) == (1, 1)


def test_an_answer_in_an_encoding_that_is_not_read_passes_and_counts_as_unread() -> None:
    """Brotli, or what only says that it is gzip."""

    async def play(encoding: str) -> tuple[bytes, dict[str, int]]:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\nContent-Length: 4\r\n\r\n"
        async with observer(Played([head.encode() + b"\x00\x01\x02\x03"])) as made:
            status, answer = await made.asks({"distance_miles": 600})
            assert status == 200
            return answer, dict(made.measures.unread)

    for encoding in ("br", "gzip"):
        assert run(play(encoding)) == (b"\x00\x01\x02\x03", {"answer": 1})


def test_a_body_that_is_too_long_to_be_read_passes_and_counts_as_unread() -> None:
    """Nine mebibytes; its answer is read all the same."""
    body = b'{"pad": "' + b"x" * (9 * 2**20) + b'"}'

    async def play() -> tuple[bool, dict[str, int], float]:
        async with observer() as made:
            assert (await made.ask(post(body))).startswith(b"HTTP/1.1 200")
            await until(lambda: made.counted)
            allowed = made.gauge("model_decisions_total", decision="allow")
            return made.target.bodies == [body], dict(made.measures.unread), allowed

    assert run(play()) == (True, {"too_long": 1}, 1)


def test_other_paths_and_requests_aside_pass_and_are_in_no_metric() -> None:
    """Health, another model, another method; and who only looks."""

    async def play() -> tuple[int, dict[str, int], int]:
        async with observer() as made:
            await made.ask(get("/health"))
            await made.ask(get("/predict"))
            await made.ask(post(b"{}", path="/predict/other"))
            await made.ask(post(b"{}", "X-Drillbook-Aside: 1"))
            return len(made.target.heads), dict(made.measures.codes), made.counted

    assert run(play()) == (4, {}, 0)


def test_a_target_that_is_down_is_a_502_for_clients_and_an_error_in_the_metrics() -> None:
    """And the metrics can be read all the while."""

    async def play() -> tuple[int, dict[str, int], float]:
        async with observer(dead=True) as made:
            status, _ = await made.asks({"distance_miles": 600})
            found = await made.scraped()
            code = (("code", "500"), ("model", "delay-predictor"))
            return status, dict(made.measures.codes), found["model_inference_requests_total", code]

    assert run(play()) == (502, {"502": 1}, 1)


def test_a_fault_proxy_that_is_gone_takes_no_target_with_it() -> None:
    """Requests go past its place, and are measured as ever; the state says so."""

    async def play() -> tuple[list[int], int, int]:
        async with observer(gone=True) as made:
            got = [(await made.asks({}))[0] for _ in range(3)]
            return got, made.measures.past, made.measures.measured

    assert run(play()) == ([200, 200, 200], 3, 3)


def test_a_target_that_never_answers_is_a_504_when_the_time_is_over() -> None:
    """The time limit is an option."""

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async def play() -> tuple[int, dict[str, int]]:
        async with observer(mute, timeout_s=0.2) as made:
            status, _ = await made.asks({"distance_miles": 600})
            return status, dict(made.measures.codes)

    assert run(play()) == (504, {"504": 1})


def test_clients_that_leave_are_no_failures_unless_they_had_waited_past_the_deadline() -> None:
    """Half a second, for this service."""
    came = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        came.set()
        await reader.read()

    async def play() -> tuple[dict[str, int], float, int]:
        async with observer(mute) as made:
            _, writer = await made.connect()
            writer.write(post(b"{}"))
            await came.wait()
            assert made.measures.under_way == 1
            writer.transport.abort()
            await until(lambda: made.measures.codes)
            made.measures.left(0.6)
            failed = made.gauge("model_inference_requests_total", code="500")
            return dict(made.measures.codes), failed, made.measures.under_way

    codes, failed, under_way = run(play())

    assert codes == {"gone": 2}
    # Whether the first had waited for so long as well is the machine's affair.
    assert failed >= 1
    assert under_way == 0


def test_one_connection_carries_many_requests() -> None:
    """Kept alive, and pipelined."""

    async def play() -> tuple[bytes, int]:
        async with observer() as made:
            requests = post(b'{"n": 1}', ends=False) * 20 + post(b'{"n": 2}')
            answer = await made.ask(requests)
            await until(lambda: made.counted == 21)
            return answer, made.measures.codes["200"]

    answer, counted = run(play())

    assert answer.count(OK.partition(b"\r\n\r\n")[2]) == 21
    assert counted == 21
