"""A request's head as a parser read it in, the head for the target out; BadMessageError for what goes no further."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.live.headers import REQUEST_ID
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

_ID = f"{REQUEST_ID}: ".encode()
_OWN = HOP | {b"content-length", b"expect", b"host", b"content-type", b"content-encoding", b"x-request-id"}
_OWN |= {FAULT.lower()}
_READ = _OWN | OF_CONTENT


class Request:
    """A request as far as it has come: its head, and the pieces of its body that nobody has taken yet."""

    __slots__ = (
        "_path",
        "chunked",
        "complete",
        "content_type",
        "encoding",
        "expects",
        "fields",
        "id",
        "keeps",
        "length",
        "lines",
        "method",
        "modern",
        "named",
        "of_content",
        "pieces",
        "size",
        "target",
        "upgrades",
    )

    def __init__(self, method: bytes, url: bytes, fields: list[Field], version: str) -> None:
        """BadMessageError when it cannot go on."""
        self.method, self.target, self.fields = method, origin_form(url), fields
        self.modern = self.keeps = version != "1.0"
        self.id = self.content_type = self.encoding = self.upgrades = b""
        self.named = True
        self._path = ""
        self.length: int | None = None
        self.chunked = self.expects = self.complete = self.of_content = False
        """``of_content``: some of its fields hold for its body as it came, and for no other."""
        self.pieces: list[bytes] = []
        self.size = 0
        hosts = 0
        connection = b""
        lines: list[bytes] = []
        self.lines = lines
        for name, value in fields:
            key = name.lower()
            if key not in _READ:
                lines.append(name + b": " + value)
            elif key == b"host":
                hosts += 1
            elif key == b"connection":
                connection += b"," + value.lower()
            else:
                self._own(key, name, value)
        if connection == b",keep-alive":
            self.keeps, self.upgrades = True, b""
        elif connection:
            self._connected(connection)
        if hosts != 1 and (hosts or self.modern):
            raise BadMessageError(400, "a request names one Host")

    def _own(self, key: bytes, name: bytes, value: bytes) -> None:
        if key == b"content-length":
            if self.length is not None or self.chunked:
                raise BadMessageError(400, "a request says in one way alone how long it is")
            self.length = int(value)
        elif key == b"content-type":
            self.content_type = self.content_type or value
            self.lines.append(name + b": " + value)
        elif key == b"x-request-id":
            self.id = self.id or value
            self.lines.append(name + b": " + value)
        elif key == b"content-encoding":
            self.encoding += value.lower()
            self.lines.append(name + b": " + value)
        elif key in OF_CONTENT:
            self.of_content = True
            self.lines.append(name + b": " + value)
        elif key == b"transfer-encoding":
            self._transferred(value)
        elif key == b"expect":
            if value.lower() != b"100-continue":
                raise BadMessageError(417, "this proxy can meet no expectation but 100-continue")
            self.expects = self.modern
        elif key == b"upgrade":
            self.upgrades += value.lower()

    def _transferred(self, value: bytes) -> None:
        if self.length is not None or self.chunked or not self.modern:
            raise BadMessageError(400, "a request says in one way alone how long it is")
        if value.strip().lower() != b"chunked":
            raise BadMessageError(501, "of transfer encodings, this proxy knows chunked alone")
        self.chunked = True

    def _connected(self, connection: bytes) -> None:
        """What the sender says of this connection: whether it stays, and which fields are for it alone."""
        named = tokens(connection)
        self.keeps = b"close" not in named if self.modern else b"keep-alive" in named
        if b"upgrade" not in named:
            self.upgrades = b""
        if strange := named - OF_CONNECTION - _OWN:
            self.lines = without(self.lines, strange)

    @property
    def path(self) -> str:
        """The way without the query, as it came."""
        if not self._path:
            self._path = self.target.partition(b"?")[0].decode("latin-1")
        return self._path

    @property
    def bodied(self) -> bool:
        return self.chunked or bool(self.length)

    def whole(self) -> bytes:
        """The pieces that have come and that nobody has taken yet; they stay."""
        pieces = self.pieces
        if len(pieces) != 1:
            pieces[:] = [b"".join(pieces)]
        return pieces[0]

    def take(self) -> bytes:
        """The pieces that have come and that nobody has taken yet."""
        whole = self.whole()
        self.pieces.clear()
        return whole

    def again(self, varied: Sequence[Varied] = ()) -> Request:
        """One with the same head but for some fields; nothing of its body is here."""
        other = object.__new__(Request)
        other.method, other.target, other._path = self.method, self.target, self.path
        other.modern, other.keeps, other.upgrades = self.modern, self.keeps, self.upgrades
        other.id, other.named = self.id, self.named
        other.content_type, other.encoding = self.content_type, self.encoding
        other.length, other.chunked, other.of_content = self.length, self.chunked, self.of_content
        other.expects = other.complete = False
        other.pieces, other.size = [], 0
        other.fields, other.lines = fields, lines = self.fields.copy(), self.lines.copy()
        for place, value in varied:
            name, before = fields[place]
            fields[place] = name, value
            key = name.lower()
            if key == b"content-length":
                other.length = length_of(value)
                continue
            if key == b"x-request-id":
                other.id = value
            again(lines, name + b": " + before, name + b": " + value)
        return other

    def name(self, id: bytes) -> None:
        """Call it so, where its caller gave it no id."""
        self.id, self.named = id, False

    def head(self, place: bytes, base: bytes, *, fault: bytes, body: int | None) -> bytes:
        """The head for the target at ``place``, under the path ``base``; ``body``: its length, None when chunked."""
        lines = [self.method + b" " + base + self.target + b" HTTP/1.1\r\nHost: " + place, *self.lines]
        if not self.named:
            lines.append(_ID + self.id)
        if fault:
            lines.append(FAULT + b": " + fault)
        if body is None:
            lines.append(b"Transfer-Encoding: chunked")
        elif body or self.length is not None or self.chunked:
            lines.append(b"Content-Length: %d" % body)
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def edited(self) -> None:
        """Its body is not the caller's any more: what the caller said of it goes."""
        if self.of_content:
            self.lines = without(self.lines, OF_CONTENT)

    def plainly(self) -> None:
        """Ask for an answer that can be read: in no encoding, whole, and not for one that the asker has already."""
        lines = without(self.lines, {b"accept-encoding", b"if-none-match", b"if-modified-since", b"range"})
        self.lines = [*lines, b"Accept-Encoding: identity"]


def origin_form(url: bytes) -> bytes:
    """What is asked for, without the server that is asked; BadMessageError for what is no way on it.

    >>> origin_form(b"http://example.com/a?b"), origin_form(b"/a"), origin_form(b"http://example.com?b")
    (b'/a?b', b'/a', b'/?b')
    """
    if url[:1] == b"/" or url == b"*":
        return url
    scheme, colon, rest = url.partition(b"://")
    if not colon or scheme.lower() not in (b"http", b"https"):
        raise BadMessageError(400, "a request asks for a path")
    ends = [at for at in (rest.find(b"/"), rest.find(b"?"), rest.find(b"#")) if at >= 0]
    way = rest[min(ends, default=len(rest)) :]
    return way if way[:1] == b"/" else b"/" + way
