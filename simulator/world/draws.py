"""A seed, a stream and a step in, a generator out: the same three always give the same draws.

Philox (Salmon et al. 2011) is counter-based: seed and stream are its key, the step is its counter.
So a new consumer, or a changed rate, shifts the draws of nobody else.
"""

from __future__ import annotations

import hashlib

import numpy as np

SEED_BITS = 0xFFFF_FFFF_FFFF_FFFF
STEP_OFFSET = 1 << 40
"""Steps of a drill's past are negative; counters are not."""


def stream_key(name: str) -> int:
    """The 64-bit key of a stream's name.

    >>> stream_key("requests") == stream_key("requests"), stream_key("requests") == stream_key("codes")
    (True, False)
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


class Draws:
    """One generator, set to a place before each use. Not to be kept across calls of ``at``."""

    def __init__(self) -> None:
        self._bits = np.random.Philox(key=np.zeros(2, dtype=np.uint64))
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state
        self._key = self._state["state"]["key"]
        self._counter = self._state["state"]["counter"]

    def at(self, seed: int, stream: int, step: int = 0) -> np.random.Generator:
        """The generator of that seed, stream (see ``stream_key``) and step."""
        self._key[:] = (seed & SEED_BITS, stream)
        self._counter[:] = (0, 0, step + STEP_OFFSET, 0)
        self._state["buffer_pos"] = 4
        self._state["has_uint32"] = 0
        self._bits.state = self._state
        return self._generator
