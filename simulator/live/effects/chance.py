"""A seed, a stream and a key in, a draw out; a course and its age in, how strong it is out.

The same seed, stream and key always give the same draw, so that a fault can be repeated request by request, and
nothing that is drawn elsewhere shifts it. BLAKE2b (RFC 7693) is the source of the bits.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from hashlib import blake2b
from struct import Struct

from simulator.live.lease import Course

_WORD = Struct("<Q").unpack
_SEED_BITS = 0xFFFF_FFFF_FFFF_FFFF
_UNIT = 2.0**-53
SMALLEST = 2.0**-54
"""In place of a draw of 0, where a distribution has no end."""

LEVELS = 64
"""A ramp is climbed in so many steps, as in the simulated world (``simulator.world.courses``)."""


def stream(seed: int, name: str) -> Callable[[str], float]:
    """Draws in [0, 1) by key, of one seed and stream; about a microsecond each.

    >>> stream(7, "hit")("r-1") == chance(7, "hit", "r-1")
    True
    """
    begun = blake2b(seed_bytes(seed), digest_size=8)
    begun.update(name.encode() + b"\0")
    copy = begun.copy

    def draw(key: str) -> float:
        hasher = copy()
        hasher.update(key.encode("utf-8", "surrogatepass"))
        return float((_WORD(hasher.digest())[0] >> 11) * _UNIT)

    return draw


def seed_bytes(seed: int) -> bytes:
    return (seed & _SEED_BITS).to_bytes(8, "little")


def chance(seed: int, stream_name: str, key: str) -> float:
    """A draw in [0, 1) of that seed, stream and key."""
    return stream(seed, stream_name)(key)


def intensity(course: Course, seconds: float) -> float:
    """Between 0 and 1, so many seconds after the lease was granted; 0 before, and when the course is over."""
    if seconds < 0 or (course.duration_s is not None and seconds >= course.duration_s):
        return 0.0
    if course.shape == "step":
        return 1.0
    return min(max(round(_level(course, seconds) * LEVELS) / LEVELS, 0.0), 1.0)


def _level(course: Course, seconds: float) -> float:
    ramp = course.ramp_s
    match course.shape:
        case "periodic":
            return 0.5 - 0.5 * math.cos(2 * math.pi * seconds / ramp)
        case "pulse":
            half = (course.duration_s or 2 * ramp) / 2
            return 1 - abs(seconds - half) / half
        case "linear" | "sigmoid" if seconds < ramp:
            climbed = seconds / ramp
            return climbed if course.shape == "linear" else 1 / (1 + math.exp(-10 * (climbed - 0.5)))
        case _:
            return 1.0
