"""An answer's head as a parser read it in, the head for the caller out; and answers that the proxy gives itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus

from simulator.live.proxy.head import (
    FAULT,
    HOP,
    OF_CONNECTION,
    OF_CONTENT,
    BadMessageError,
    Field,
    again,
    tokens,
    without,
)
from simulator.live.proxy.likeness import Varied, length_of
from simulator.live.proxy.request import Request

_OF_ANSWER = HOP | {b"content-length", b"content-type", b"content-encoding"}
JSON = b"Content-Type: application/json"


class Answer:
    """An answer as far as it has come."""

    __slots__ = (
        "chunked",
        "content_type",
        "encoding",
        "keeps",
        "length",
        "lines",
        "pieces",
        "reason",
        "size",
        "status",
    )

    def __init__(self, status: int, reason: bytes, fields: list[Field], version: str) -> None:
        """BadMessageError when it cannot go on."""
        self.status, self.reason = status, reason
        self.keeps = version == "1.1"
        self.length: int | None = None
        self.chunked = False
        self.content_type = self.encoding = b""
        self.pieces: list[bytes] = []
        self.size = 0
        lines: list[bytes] = []
        self.lines = lines
        connection = b""
        for name, value in fields:
            key = name.lower()
            if key not in _OF_ANSWER:
                lines.append(name + b": " + value)
            elif key == b"content-length":
                self.length = int(value)
            elif key == b"connection":
                connection += b"," + value.lower()
            elif key == b"transfer-encoding":
                if value.strip().lower() != b"chunked":
                    raise BadMessageError(
                        502, "the target answers in a transfer encoding that is not chunked"
                    )
                self.chunked = True
            elif key == b"content-type":
                self.content_type = value
                lines.append(name + b": " + value)
            elif key == b"content-encoding":
                self.encoding += value
                lines.append(name + b": " + value)
        if connection == b",keep-alive":
            self.keeps = True
        elif connection:
            named = tokens(connection)
            self.keeps = b"close" not in named if self.keeps else b"keep-alive" in named
            if strange := named - OF_CONNECTION - _OF_ANSWER:
                self.lines = without(lines, strange)

    def again(self, varied: Sequence[Varied] = (), fields: Sequence[Field] = ()) -> Answer:
        """One with the same head but for some of its fields, which are these; nothing of its body is here."""
        other = object.__new__(Answer)
        other.status, other.reason, other.keeps = self.status, self.reason, self.keeps
        other.length, other.chunked = self.length, self.chunked
        other.content_type, other.encoding = self.content_type, self.encoding
        other.pieces, other.size = [], 0
        other.lines = lines = self.lines.copy() if varied else self.lines
        for place, value in varied:
            name, before = fields[place]
            if name.lower() == b"content-length":
                other.length = length_of(value)
            else:
                again(lines, name + b": " + before, name + b": " + value)
        return other

    def take(self) -> bytes:
        """The pieces that have come and that nobody has taken yet."""
        whole = self.pieces[0] if len(self.pieces) == 1 else b"".join(self.pieces)
        self.pieces.clear()
        return whole

    def head(
        self, request: Request, fault: bytes, *, keeps: bool, length: int | None, chunked: bool
    ) -> bytes:
        """The head for the caller; ``length``: of the body, None when it is chunked or ends with the connection."""
        lines = [b"HTTP/1.1 %d %b" % (self.status, self.reason), *self.lines]
        if fault:
            lines.append(FAULT + b": " + fault)
        if length is not None:
            lines.append(b"Content-Length: %d" % length)
        elif chunked:
            lines.append(b"Transfer-Encoding: chunked")
        if not keeps:
            lines.append(b"Connection: close")
        elif not request.modern:
            lines.append(b"Connection: keep-alive")
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def edited(self) -> None:
        """Its body is not the target's any more: what the target said of it goes."""
        self.lines = without(self.lines, OF_CONTENT)


def said(sentence: str) -> bytes:
    """A sentence as the body of an answer."""
    return json.dumps({"error": sentence}).encode()


def reason_of(status: int) -> bytes:
    """
    >>> reason_of(502), reason_of(599)
    (b'Bad Gateway', b'')
    """
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b""


def refusal_of(status: int, sentence: str) -> bytes:
    """A whole answer for a message that goes no further; its connection ends."""
    body = said(sentence)
    return b"HTTP/1.1 %d %b\r\n%b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (
        status,
        reason_of(status),
        JSON,
        len(body),
        body,
    )
