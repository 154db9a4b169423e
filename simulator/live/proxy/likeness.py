"""The head of a message in; of a head that is like it, what it says in other words, and the body behind it, out.

The messages on one connection mostly have one head, but for an id, a length and a time. Where all bytes around these
are the same and what stands in their places is plain text, a parser finds in it what it found before, and need not
look again. Whatever is different in the least is left to the parser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from simulator.live.proxy.head import Field

VARYING = frozenset({b"content-length", b"date", b"traceparent", b"x-request-id"})
LONGEST, LONGEST_VALUE = 4096, 256
"""Of longer heads none is like another, and no longer value stands in the place of one that varies."""
FUTILE = 3
"""Who sends so many heads in a row that are not like the one before is not expected to send one that is."""
_MOST_DIGITS = 9
Varied: TypeAlias = tuple[int, bytes]
"""A field, by its place among all fields, and what it holds."""
Piece: TypeAlias = tuple[int, bytes]
"""A field that varies, by its place, and all that stands before what it holds."""
_is_plain = re.compile(rb"[!-~]+(?: [!-~]+)*").fullmatch


class Likeness:
    """What is the same in heads that are like one another."""

    __slots__ = ("_head", "_pieces", "_tail", "size")

    def __init__(self, head: bytes, pieces: Sequence[Piece], tail: bytes) -> None:
        """``head``: the one that others are like; ``tail``: what stands in it behind the last value that varies."""
        self._head, self._pieces, self._tail = head, tuple(pieces), tail
        self.size = len(head)

    def read(self, data: bytes) -> tuple[Sequence[Varied], bytes] | None:
        """The fields that are others, and what comes behind the head; None: it is not alike."""
        if data.startswith(self._head):
            return (), data[self.size :]
        at, varied = 0, []
        for place, piece in self._pieces:
            if not data.startswith(piece, at):
                return None
            at += len(piece)
            end = data.find(b"\r", at)
            value = data[at:end]
            if len(value) > LONGEST_VALUE or not _is_plain(value):
                return None
            varied.append((place, value))
            at = end
        tail = self._tail
        return (varied, data[at + len(tail) :]) if data.startswith(tail, at) else None


def likeness(data: bytes, fields: Sequence[Field]) -> Likeness | None:
    """Of a message from which a parser read these fields; None where its lines are not written as usual."""
    head, blank, _ = data.partition(b"\r\n\r\n")
    piece, *lines = head.split(b"\r\n")
    if not blank or len(head) > LONGEST or len(lines) != len(fields):
        return None
    pieces: list[Piece] = []
    varying: set[bytes] = set()
    for place, (line, (name, value)) in enumerate(zip(lines, fields, strict=True)):
        key = name.lower()
        if line != name + b": " + value or key in varying:
            return None
        if key in VARYING and _is_plain(value):
            pieces.append((place, piece + b"\r\n" + name + b": "))
            varying.add(key)
            piece = b""
        else:
            piece += b"\r\n" + line
    return Likeness(head + blank, pieces, piece + blank)


def length_of(digits: bytes) -> int:
    """A length; -1 where it is not written in a few digits alone.

    >>> length_of(b"12"), length_of(b"+12"), length_of(b"9" * 30)
    (12, -1, -1)
    """
    return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else -1
