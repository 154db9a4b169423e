"""What somebody says, piece by piece, in; its beginning, and a hash over all of it, out."""

from __future__ import annotations

import hashlib

MOST_BYTES = 1_000_000
"""So much is kept; the hash goes over all."""


class Heard:
    """An answer, or what a program says, as far as it was heard."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._digest = hashlib.sha256()
        self._length = 0
        self.broke_off = False
        """Whether there was more that was not heard."""

    def add(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._length += len(piece)
        self._kept += piece[: MOST_BYTES - len(self._kept)]

    @property
    def kept(self) -> bytes:
        return bytes(self._kept)

    @property
    def sha256(self) -> str:
        """Over everything, however much was kept; empty where nothing was said."""
        return self._digest.hexdigest() if self._length else ""

    @property
    def is_whole(self) -> bool:
        """Whether what was kept is all that there was."""
        return not self.broke_off and self._length == len(self._kept)
