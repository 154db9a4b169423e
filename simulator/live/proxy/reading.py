"""A caller's bytes in, its requests out, as far as they have come; or what is amiss with them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import httptools

from simulator.live.proxy.head import BadMessageError, Field
from simulator.live.proxy.likeness import FUTILE, Likeness, likeness
from simulator.live.proxy.request import Request

VERSIONS = ("1.1", "1.0")
LONGEST_HEAD = 64 * 1024


class Reading:
    """What has been read on one connection."""

    def __init__(self, new_id: Callable[[], bytes], now: float) -> None:
        """``new_id``: for a request that came without one."""
        self._new_id, self._now = new_id, now
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""
        self._fields: list[Field] = []
        self._head_size = 0
        self._muted = self._skipped = self._large = self._fresh = False
        self._before: tuple[Likeness, Request] | None = None
        """The request before this one, where all of it came alone: then the parser stands between two requests."""
        self._goes_on = True
        """Whether the parser would read another one; it sees ends of connections that are no matter to us."""
        self._unlike = 0
        self.queue: deque[Request] = deque()
        """In the order in which they came; the last may not be complete."""
        self.filling: Request | None = None
        """The one whose body is not complete."""
        self.amiss: BadMessageError | None = None
        """What comes behind the queue, and cannot be read."""
        self.begun = 0.0
        """When the head began that is not complete; 0: there is none."""

    def feed(self, data: bytes, now: float) -> None:
        """Read on; nothing more where something is amiss."""
        self._now = now
        if self.amiss is not None or (self._before is not None and self._read_again(data)):
            return
        self._large = len(data) > LONGEST_HEAD
        stands, count = self.filling is None and not self.begun, len(self.queue)
        self._feed(data)
        if stands and len(self.queue) == count + 1 and self._unlike < FUTILE:
            self._remember(data, self.queue[-1])

    def _read_again(self, data: bytes) -> bool:
        """Whether it is one whole request whose head is like that of the one before: then it is read."""
        assert self._before is not None
        like, before = self._before
        found = like.read(data)
        if found is not None:
            varied, body = found
            request = before.again(varied)
            if (request.length or 0) == len(body):
                if body:
                    request.pieces.append(body)
                request.size, request.complete = len(body), True
                if not request.named:
                    request.name(self._new_id())
                self.queue.append(request)
                self._unlike = 0
                return True
        self._before = None
        self._unlike += 1
        return False

    def _remember(self, data: bytes, request: Request) -> None:
        """Keep a head that the next one may be like; ``data``: what came, all of it at once, or more."""
        if (
            not request.complete
            or request.chunked
            or request.upgrades
            or self.amiss is not None
            or self.begun
        ):
            return
        if request.keeps and self._goes_on:
            like = likeness(data, request.fields)
            if like is not None and like.size + request.size == len(data):
                self._before = like, request.again()

    def _feed(self, data: bytes) -> None:
        self._fresh = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self.amiss = self.amiss or BadMessageError(400, f"this is no HTTP request: {error}")
        else:
            if self.begun and not self._fresh:
                self._head_size += len(data)
                if self._head_size > LONGEST_HEAD:
                    self.amiss = BadMessageError(431, "the head of the request is too long")

    def _stay(self, rest: bytes) -> None:
        """Nobody has to upgrade: go on in HTTP/1.1. The parser took what follows for something else."""
        request = self.filling
        self._parser = httptools.HttpRequestParser(self)
        if self.amiss is not None:
            return
        if request is not None and self._skipped:
            self._skipped = False
            length = b"%d" % (request.length or 0)
            how = b"Transfer-Encoding: chunked" if request.chunked else b"Content-Length: " + length
            self._muted = True
            self._parser.feed_data(b"POST / HTTP/1.1\r\nHost: x\r\n" + how + b"\r\n\r\n")
            self._muted = False
        if rest:
            self._feed(rest)

    # What the parser calls.

    def on_message_begin(self) -> None:
        if not self._muted:
            self._url, self._fields, self._head_size = b"", [], 0
            self.begun, self._fresh = self._now, True

    def on_url(self, url: bytes) -> None:
        if not self._muted:
            self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        # What comes behind a body in chunks is left out: it could say of the message what its head did not.
        if self.filling is None:
            self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        if self._muted:
            return
        try:
            self.filling = request = self._request()
        except BadMessageError as error:
            self.amiss = error
            raise
        self.begun = 0.0
        self._skipped = request.bodied and self._parser.should_upgrade()
        self.queue.append(request)

    def on_body(self, body: bytes) -> None:
        request = self.filling
        if request is not None:
            request.pieces.append(body)
            request.size += len(body)

    def on_message_complete(self) -> None:
        self._goes_on = self._parser.should_keep_alive()
        if self.filling is not None and not self._skipped:
            self.filling.complete = True
            self.filling = None

    def _request(self) -> Request:
        parser, fields = self._parser, self._fields
        method = parser.get_method()
        if method == b"CONNECT":
            raise BadMessageError(405, "this proxy stands before one target, and opens no tunnels")
        if (
            self._large
            and len(self._url) + sum(len(name) + len(value) for name, value in fields) > LONGEST_HEAD
        ):
            raise BadMessageError(431, "the head of the request is too long")
        version = parser.get_http_version()
        if version not in VERSIONS:
            raise BadMessageError(505, "this proxy speaks HTTP/1.1 and HTTP/1.0")
        request = Request(method, self._url, fields, version)
        if parser.should_upgrade() and request.upgrades != b"h2c":
            raise BadMessageError(501, "this proxy speaks HTTP/1.1 alone: nothing can be upgraded")
        if not request.id:
            request.name(self._new_id())
        return request
