"""A body as it was sent in, what was meant out, where its encoding is one that is read here."""

from __future__ import annotations

import zlib

PLAIN, GZIP = (b"", b"identity"), (b"gzip", b"x-gzip")
_GZIP_BITS = 31


def decoded(body: bytes, encoding: bytes, *, most: int) -> bytes | None:
    """At most so many bytes; None for what is longer, broken, or encoded in another way.

    >>> decoded(b"{}", b"", most=9), decoded(b"{}", b"br", most=9), decoded(b"{}", b"gzip", most=9)
    (b'{}', None, None)
    """
    encoding = encoding.strip().lower()
    if encoding in PLAIN:
        return body if len(body) <= most else None
    if encoding not in GZIP:
        return None
    reader = zlib.decompressobj(_GZIP_BITS)
    try:
        found = reader.decompress(body, most)
    except zlib.error:
        return None
    # What follows one member is left unread, by others as by us.
    return found if reader.eof else None
