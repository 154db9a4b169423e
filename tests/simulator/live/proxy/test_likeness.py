"""A message whose head is like that of the one before is read without the parser, and never in another way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.live.proxy.answer import Answer
from simulator.live.proxy.likeness import Likeness, likeness
from simulator.live.proxy.line import Line
from simulator.live.proxy.reading import Reading
from simulator.live.proxy.request import Request
from tests.simulator.live.proxy.stage import OK, Played, answer_from, closed, named, post, run, stage

HEAD = [(b"Host", b"x"), (b"X-Request-Id", b"r-1"), (b"Accept", b"*/*"), (b"Content-Length", b"2")]
REQUEST = b"POST /a HTTP/1.1\r\n" + b"\r\n".join(b"%b: %b" % field for field in HEAD) + b"\r\n\r\nab"
ANSWER = b"HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 17:00:00 GMT\r\nServer: s\r\nContent-Length: 2\r\n\r\nab"


def like(data: bytes) -> tuple[Any, bytes] | None:
    """What is read of a message by its likeness to ``REQUEST``."""
    found = likeness(REQUEST, HEAD)
    assert isinstance(found, Likeness)
    return found.read(data)


def test_a_head_with_another_id_and_length_is_alike() -> None:
    """What is different is told by the places of the fields, with the body behind the head."""
    other = REQUEST.replace(b"r-1", b"tenant 7/r-20").replace(
        b"Length: 2\r\n\r\nab", b"Length: 4\r\n\r\nabcd"
    )

    assert like(REQUEST) == ((), b"ab")
    assert like(other) == ([(1, b"tenant 7/r-20"), (3, b"4")], b"abcd")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/a", b"/b"),
        (b"POST", b"PUT"),
        (b"1.1", b"1.0"),
        (b"*/*", b"a/b"),
        (b"r-1", b""),
        (b"r-1", b"r" * 300),
        (b"r-1", b" r-1"),
        (b"r-1", b"r-1 "),
        (b"r-1", b"r\t1"),
        (b"r-1", b"r\x001"),
        (b"r-1", b"r\n1"),
        (b"r-1", b"r\xe91"),
        (b"r-1\r\n", b"r-1\n"),
        (b"r-1", b"r-1\r\nTransfer-Encoding: chunked"),
        (b"r-1", b"r-1\r\nContent-Length: 1"),
        (b"X-Request-Id", b"X-request-Id"),
        (b"\r\n\r\n", b"\r\nA: b\r\n\r\n"),
        (b"\r\n\r\n", b"\r\n"),
        (b"POST", b"\r\nPOST"),
    ],
)
def test_whatever_else_is_different_is_left_to_the_parser(old: bytes, new: bytes) -> None:
    """Another path, a field more, a byte that is no plain text."""
    assert like(REQUEST.replace(old, new, 1)) is None


def test_heads_that_are_not_written_as_usual_are_like_no_other() -> None:
    """Blanks around values, a field that comes twice, and heads that are very long."""
    twice = [*HEAD, (b"x-request-id", b"r-2")]
    long = [(b"X", b"a" * 5000)]

    assert likeness(REQUEST.replace(b": x\r", b":  x\r"), HEAD) is None
    assert likeness(REQUEST.replace(b"\r\n\r\n", b"\r\nx-request-id: r-2\r\n\r\n"), twice) is None
    assert likeness(b"GET / HTTP/1.1\r\nX: " + b"a" * 5000 + b"\r\n\r\n", long) is None


def test_each_of_many_alike_is_passed_on_with_its_own_id_and_body() -> None:
    """Thirty requests on one connection, and the answers in their order."""
    bodies = [b'{"a": %d}' % 10**number for number in range(15)] * 2
    target = Played([OK.replace(b"14", b"%d" % len(body)).partition(b"{")[0] + body for body in bodies])

    async def scenario() -> list[bytes]:
        async with stage(target) as proxy:
            reader, writer = await proxy.connect()
            answers = []
            for number, body in enumerate(bodies):
                writer.write(post(body, f"X-Request-Id: r-{number}", ends=False))
                answers.append((await answer_from(reader))[1])
            await closed(writer)
            return answers

    assert run(scenario()) == bodies
    assert target.bodies == bodies
    assert [named(head, "X-Request-Id") for head in target.heads] == [[b"r-%d" % n] for n in range(30)]


def damaged(good: bytes) -> st.SearchStrategy[bytes]:
    """A message with some of its bytes in other words, and perhaps more or less at its end."""
    word = st.sampled_from(
        [b"", b"\r", b"\n", b"\r\n", b"\x00", b" ", b":", b"0", b"7", b"+", b"\xff", b"\r\nA: b"]
    )
    change = st.tuples(st.integers(0, len(good)), st.integers(0, 3), word)

    def changed(changes: list[tuple[int, int, bytes]]) -> bytes:
        data = good
        for place, cut, new in changes:
            data = data[:place] + new + data[place + cut :]
        return data

    return st.lists(change, max_size=3).map(changed)


def seen(reading: Reading, before: int) -> Any:
    """All that is known of what has been read."""
    requests = [
        {slot: getattr(request, slot) for slot in Request.__slots__ if slot != "_path"}
        for request in list(reading.queue)[before:]
    ]
    amiss = reading.amiss
    return requests, amiss and (amiss.status, amiss.sentence), reading.filling is None, bool(reading.begun)


@settings(max_examples=500, deadline=None)
@given(damaged(REQUEST))
def test_a_request_is_read_behind_another_as_it_is_alone(data: bytes) -> None:
    """Damage of any kind is found by whoever reads it."""
    alone, behind = Reading(lambda: b"new", 0.0), Reading(lambda: b"new", 0.0)
    behind.feed(REQUEST, 1.0)
    alone.feed(data, 1.0)
    behind.feed(data, 1.0)

    assert seen(behind, 1) == seen(alone, 0)


class Asking:
    """One who waits for an answer, and keeps what it is told."""

    def __init__(self, *, wants_head: bool = False) -> None:
        self.told: list[Any] = []
        self.wants_head, self.over = wants_head, False

    def came(self, answer: Answer, done: bool) -> None:
        said = {slot: getattr(answer, slot) for slot in Answer.__slots__ if slot != "pieces"}
        self.told.append((said, answer.take(), done))

    def lost(self, line: Line, error: str) -> None:
        self.told.append(error)

    def connected(self, line: Line) -> None: ...
    def unreached(self, status: int, kind: str, sentence: str) -> None: ...
    def hold(self) -> None: ...
    def go_on(self) -> None: ...


class Transport:
    def abort(self) -> None: ...
    def close(self) -> None: ...
    def is_closing(self) -> bool:
        return False


def told(*messages: bytes, wants_head: bool = False) -> Any:
    """What is said of the last of these answers, each of them to a request of its own."""
    line = Line(put=lambda _: None, forget=lambda _: None)
    line.connection_made(Transport())  # type: ignore[arg-type]
    for number, message in enumerate(messages, 1):
        asking = Asking(wants_head=wants_head and number == len(messages))
        line.serve(asking)
        line.data_received(message)
        if number < len(messages):
            line.release(whole=True)
    return asking.told, line.closing


@settings(max_examples=500, deadline=None)
@given(damaged(ANSWER))
def test_an_answer_is_read_behind_another_as_it_is_alone(data: bytes) -> None:
    """Damage of any kind is found by whoever reads it."""
    assert told(ANSWER, data) == told(data)


def test_what_a_parser_would_not_read_on_behind_is_read_by_nobody() -> None:
    """An end of the connection that is none of ours is one for it, and stays one."""
    ending = b"Proxy-Connection: close\r\nContent-Length"
    request, answer = (data.replace(b"Content-Length", ending) for data in (REQUEST, ANSWER))
    reading = Reading(lambda: b"new", 0.0)
    reading.feed(request, 1.0)
    reading.feed(request, 1.0)
    (said, *_), closing = told(answer, answer)

    assert reading.amiss is not None
    assert said.startswith("what it answers is no HTTP: ")
    assert closing


def test_an_answer_to_who_wants_a_head_has_no_body_though_it_is_like_one_that_has() -> None:
    """What a head says of its length is no body."""
    head = ANSWER.removesuffix(b"ab")

    assert told(ANSWER, head, wants_head=True) == told(head, wants_head=True)
    assert told(ANSWER, ANSWER, wants_head=True) == told(ANSWER, wants_head=True)
