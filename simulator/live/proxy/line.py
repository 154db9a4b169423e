"""One request at a time in, the target's answer out, over one connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol, cast

import httptools

from simulator.live.proxy.answer import Answer
from simulator.live.proxy.head import BadMessageError, Field
from simulator.live.proxy.likeness import FUTILE, Likeness, likeness

LONGEST_HEAD = 64 * 1024
_BODILESS = (204, 304)


class Asker(Protocol):
    """Who waits for an answer."""

    @property
    def over(self) -> bool:
        """It waits no more."""
        ...

    @property
    def wants_head(self) -> bool:
        """It asked for a head alone."""
        ...

    def connected(self, line: Line) -> None: ...
    def came(self, answer: Answer, done: bool) -> None:
        """More of the answer is here; ``done``: it is all."""
        ...

    def lost(self, line: Line, error: str) -> None:
        """The connection is gone before the answer was done."""
        ...

    def unreached(self, status: int, kind: str, sentence: str) -> None:
        """There is no connection to the target."""
        ...

    def hold(self) -> None:
        """The target takes nothing more at the moment."""
        ...

    def go_on(self) -> None: ...


class Line(asyncio.Protocol):
    """A connection to the target, with one request at a time on it."""

    def __init__(self, *, put: Callable[[Line], None], forget: Callable[[Line], None]) -> None:
        """``put``: it may serve somebody else; ``forget``: it is gone."""
        self._put, self._forget = put, forget
        self._parser = httptools.HttpResponseParser(self)
        self._fields: list[Field] = []
        self._reason = b""
        self._asker: Asker | None = None
        self._spoilt = self._interim = self._done = False
        self.paused = False
        """Nothing more of the answer is taken for now."""
        self._head_size = 0
        self._before: tuple[Likeness, Answer, list[Field]] | None = None
        """The answer before this one, where all of it came alone: then the parser stands between two answers."""
        self._goes_on = True
        """Whether the parser would read another one; it sees ends of connections that are no matter to us."""
        self._unlike = 0
        self.answer: Answer | None = None
        self.served = 0
        self.idle_since = 0.0
        self.transport: asyncio.Transport

    def serve(self, asker: Asker) -> None:
        """From now on the answer is for that one."""
        self._asker = asker
        self.answer, self._done, self._head_size = None, False, 0

    def write(self, data: bytes) -> None:
        self.transport.write(data)

    def release(self, *, whole: bool) -> None:
        """The answer is done with; ``whole``: so is the request, and the connection may serve the next."""
        answer = self.answer
        self._asker = None
        self.served += 1
        if self.paused:
            self.resume()
        if whole and self._done and answer is not None and answer.keeps and not self._spoilt:
            self._put(self)
        else:
            self.transport.close()

    def drop(self) -> None:
        """Nobody wants the answer any more."""
        self._asker = None
        self.transport.abort()

    def pause(self) -> None:
        """Take nothing more of the answer for now."""
        if not self.paused and not self.transport.is_closing():
            self.paused = True
            self.transport.pause_reading()

    def resume(self) -> None:
        if self.paused and not self.transport.is_closing():
            self.paused = False
            self.transport.resume_reading()

    @property
    def closing(self) -> bool:
        return self._spoilt or self.transport.is_closing()

    @property
    def bodiless(self) -> bool:
        """Whether the answer is a head alone."""
        asker, answer = self._asker, self.answer
        return answer is not None and (answer.status in _BODILESS or (asker is not None and asker.wants_head))

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are none of asyncio's classes.
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        asker = self._asker
        if asker is None:
            self._spoilt = True
            self.transport.abort()
            return
        stands = self.answer is None and not self._head_size
        if stands and self._before is not None and self._read_again(asker, data):
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, BadMessageError) as error:
            self._spoil(asker, error)
            return
        if self.answer is not None:
            if stands and self._done and self._unlike < FUTILE:
                self._remember(self.answer, data)
            asker.came(self.answer, self._done)
            return
        self._head_size += len(data)
        if self._head_size > LONGEST_HEAD:
            self._spoil(asker, BadMessageError(502, "the head of the target's answer is too long"))

    def _read_again(self, asker: Asker, data: bytes) -> bool:
        """Whether it is one whole answer whose head is like that of the one before: then it has been read."""
        assert self._before is not None
        like, before, fields = self._before
        found = None if asker.wants_head else like.read(data)
        if found is not None:
            varied, body = found
            answer = before.again(varied, fields)
            if answer.length == len(body):
                if body:
                    answer.pieces.append(body)
                answer.size = len(body)
                self.answer, self._done, self._unlike = answer, True, 0
                asker.came(answer, True)
                return True
        self._before = None
        self._unlike += 1
        return False

    def _remember(self, answer: Answer, data: bytes) -> None:
        """Keep a head that the next one may be like; ``data``: what came, all of it at once, or more."""
        if answer.chunked or answer.length is None or self._spoilt or self.bodiless:
            return
        if not (answer.keeps and self._goes_on):
            return
        like = likeness(data, self._fields)
        if like is not None and answer.length == answer.size == len(data) - like.size:
            self._before = like, answer.again(), self._fields

    def connection_lost(self, error: Exception | None) -> None:
        self._forget(self)
        asker, self._asker = self._asker, None
        if asker is None:
            return
        answer = self.answer
        ends = answer is not None and answer.length is None and not answer.chunked
        if ends and error is None and answer is not None:
            self._asker, self._done = asker, True
            asker.came(answer, True)
        else:
            asker.lost(self, str(error) if error else "it closed the connection")

    def pause_writing(self) -> None:
        if self._asker is not None:
            self._asker.hold()

    def resume_writing(self) -> None:
        if self._asker is not None:
            self._asker.go_on()

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._fields, self._reason, self._interim = [], b"", False
        if self._done:
            self._spoilt = True

    def on_status(self, reason: bytes) -> None:
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            if status == 101:
                raise BadMessageError(502, "the target wants to speak another protocol")
            self._interim = True
            return
        if self._done:
            return
        self.answer = Answer(status, self._reason, self._fields, self._parser.get_http_version())
        if self._asker is not None and self._asker.wants_head:
            # The parser cannot know that no body follows, whatever the head says.
            self._done = True
            self._parser = httptools.HttpResponseParser(self)

    def on_body(self, body: bytes) -> None:
        if self._done or self.answer is None:
            self._spoilt = True
            return
        self.answer.pieces.append(body)
        self.answer.size += len(body)

    def on_message_complete(self) -> None:
        self._goes_on = self._parser.should_keep_alive()
        if not self._interim and self.answer is not None:
            self._done = True

    def _spoil(self, asker: Asker, error: Exception) -> None:
        """What comes is no answer, or more than one."""
        self._spoilt = True
        if self._done and self.answer is not None:
            asker.came(self.answer, True)
            return
        self._asker = None
        self.transport.abort()
        cause = error.__cause__ or error.__context__ or error
        asker.lost(self, f"what it answers is no HTTP: {cause}")
