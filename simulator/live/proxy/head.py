"""Header fields as a parser read them in, those that may go on out.

What concerns one connection alone stays on it (RFC 9110, 7.6.1); where a message ends is said anew for the next one,
so that no two readers can disagree about it (RFC 9112, 11.2).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from simulator.live import headers

Field = tuple[bytes, bytes]

FAULT = headers.FAULT.encode()
"""Names the leases that fell on a request, to the target and back."""
HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
OF_CONTENT = frozenset({b"content-digest", b"content-md5", b"digest", b"etag", b"repr-digest"})
"""What holds for a body as its sender made it, and for no other."""
OF_CONNECTION = frozenset({b"", b"close", b"keep-alive"})


class BadMessageError(Exception):
    """A message that goes no further: the status and the sentence that its sender is told."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


class Headers(Mapping[str, str]):
    """Header fields by name, however it is written; the first where there are several."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = fields

    def __getitem__(self, name: str) -> str:
        wanted = name.lower().encode("latin-1", "replace")
        for key, value in self._fields:
            if key.lower() == wanted:
                return value.decode("latin-1")
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(key.lower().decode("latin-1") for key, _ in self._fields))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def chunk(data: bytes) -> bytes:
    """
    >>> chunk(b"ab"), chunk(b"")
    (b'2\\r\\nab\\r\\n', b'')
    """
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


LAST_CHUNK = b"0\r\n\r\n"


def without(lines: list[bytes], names: frozenset[bytes] | set[bytes]) -> list[bytes]:
    """The lines of a head but those of some fields."""
    return [line for line in lines if line.partition(b":")[0].lower() not in names]


def again(lines: list[bytes], line: bytes, other: bytes) -> None:
    """Put another line in the place of one, where it is there at all."""
    if line in lines:
        lines[lines.index(line)] = other


def tokens(value: bytes) -> set[bytes]:
    """What a list in a field names."""
    return {token.strip() for token in value.split(b",")}
