"""The id of a request in, a draw out that is spread evenly over requests with running numbers.

Of independent draws, 2,000 delays with a p99 of 900 ms easily have one of 800 or 1,000: a drill is too short for the
tail that its author asked for. So ids that end in a number take the points of Sobol's first two coordinates (1967) with
a random digital shift (L'Ecuyer and Lemieux 2002), in an order that is shuffled within each 256 of them. Whether a
request is hit is one coordinate, for how long it is delayed the other: those that are hit are spread evenly, too.
Each draw alone is uniform, and depends on seed, stream and id, and on nothing else. Ids without a number are drawn
one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, reduce
from hashlib import blake2b
from operator import xor

from simulator.live.effects.chance import seed_bytes, stream

BLOCK = 256
"""So many ids stand in an order that has nothing to do with their numbers."""
_BITS = 16
_POINTS = 1 << _BITS
_DIGITS = "0123456789"
_LONGEST = 15


def evenly(seed: int, name: str, *, crossed: bool = False) -> Callable[[str], float]:
    """Draws in [0, 1) by id; those that are ``crossed`` are spread evenly among those that are not, too."""
    draw = stream(seed, name)
    shift = lru_cache(maxsize=256)(lambda stretch: int(draw(stretch) * _POINTS))
    low, high = _CROSSED if crossed else _PLAIN

    def by_id(id: str) -> float:
        place = _place(seed, id)
        if place is None:
            return draw(id)
        stretch, block, stands = place
        point = low[stands] ^ high[block] ^ shift(stretch)
        return (point + draw(id)) / _POINTS

    return by_id


@lru_cache(maxsize=4096)
def _place(seed: int, id: str) -> tuple[str, int, int] | None:
    """The stretch of 65,536 ids, the block in it, and the place in the block, shuffled by seed and block."""
    digits = id[len(id.rstrip(_DIGITS)) :][-_LONGEST:]
    if not digits:
        return None
    beyond, index = divmod(int(digits), _POINTS)
    block, number = divmod(index, BLOCK)
    stretch = f"stretch:{id[: -len(digits)]}/{beyond}"
    tables = _tables(seed, stretch, block)
    left, right = divmod(number, 16)
    for table in range(0, 64, 16):  # a Feistel network: four rounds on two halves of four bits
        left, right = right, left ^ (tables[table + right] & 15)
    return stretch, block, left * 16 + right


@lru_cache(maxsize=256)
def _tables(seed: int, stretch: str, block: int) -> bytes:
    """By which a block is shuffled: ids that follow each other mostly share one."""
    return blake2b(seed_bytes(seed) + f"{stretch}/{block}".encode("utf-8", "surrogatepass")).digest()


def _coordinate(directions: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The points of the numbers below 256, and of their multiples of 256, as 16 bits of a fraction."""
    parts = [direction << (_BITS - 1 - bit) for bit, direction in enumerate(directions)]
    halves = parts[:8], parts[8:]
    low, high = (
        tuple(reduce(xor, (half[bit] for bit in range(8) if number >> bit & 1), 0) for number in range(256))
        for half in halves
    )
    return low, high


def _second_directions() -> list[int]:
    """Of the polynomial x + 1: 1, 3, 5, 15, 17, ..."""
    directions = [1]
    while len(directions) < _BITS:
        directions.append(directions[-1] << 1 ^ directions[-1])
    return directions


_PLAIN = _coordinate([1] * _BITS)
_CROSSED = _coordinate(_second_directions())
