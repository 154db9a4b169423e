"""The id of a request in, a draw out that is spread evenly over requests with running numbers.

Of independent draws, 2,000 delays with a p99 of 900 ms easily have one of 800 or 1,000: a drill is too short for the
tail that its author asked for. So ids that end in a number take the points of Sobol's first coordinates (1967) with
a random digital shift (L'Ecuyer and Lemieux 2002), in an order that is shuffled within each 256 of them. Whether a
request is hit is one coordinate, for how long it is delayed another: those that are hit are spread evenly, too.
Each draw alone is uniform, and depends on seed, stream and id, and on nothing else. Ids without a number are drawn
one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from hashlib import blake2b
from operator import xor

from simulator.live.effects.chance import seed_bytes, stream

BLOCK = 256
"""So many ids stand in an order that has nothing to do with their numbers."""
_BITS = 16
_POINTS = 1 << _BITS
TURN = 0.6180339887498949
"""Of the golden ratio, as in ``simulator.world.graph``."""
_DIGITS = "0123456789"
_LONGEST = 15


def evenly(seed: int, name: str, *, crossed: int = 0) -> Callable[[str], float]:
    """Draws in [0, 1) by id; those that are ``crossed`` are spread evenly among those that are not, too.

    Draws of one seed that are ``crossed`` by different numbers, up to ``MOST_CROSSED``, have nothing to do with each
    other.
    """
    draw = stream(seed, name)
    shift = lru_cache(maxsize=256)(lambda stretch: int(draw(stretch) * _POINTS))
    low, high = _COORDINATES[1 + (crossed - 1) % MOST_CROSSED if crossed else 0]

    def by_id(id: str) -> float:
        place = _place(seed, id)
        if place is None:
            return draw(id)
        stretch, block, stands = place
        point = low[stands] ^ high[block] ^ shift(stretch)
        return (point + draw(id)) / _POINTS

    return by_id


def turned(draw: Callable[[str], float], position: int) -> Callable[[str], float]:
    """The same draws for the fault at that position of a drill, from 0: as the simulated world turns its ranks.

    With one share, faults next to each other fall on other requests as long as there are any.
    """
    by = position * TURN % 1.0
    return (lambda id: (draw(id) + by) % 1.0) if by else draw


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


def _directions(coefficients: int, first: Sequence[int]) -> list[int]:
    """The initial numbers ``first``, and as many more as are needed, by the recurrence of a primitive polynomial.

    ``coefficients``: its inner ones as bits, as Joe and Kuo (2008) list them.
    """
    directions, degree = list(first), len(first)
    while len(directions) < _BITS:
        new = directions[-degree] << degree ^ directions[-degree]
        for back in range(1, degree):
            if coefficients >> (degree - 1 - back) & 1:
                new ^= directions[-back] << back
        directions.append(new)
    return directions


_COORDINATES = tuple(
    _coordinate(directions)
    for directions in (
        [1] * _BITS,
        _directions(0, (1,)),
        _directions(1, (1, 3)),
        _directions(1, (1, 3, 1)),
        _directions(2, (1, 1, 1)),
    )
)
"""The first for who is hit, the others for what is crossed with it."""
MOST_CROSSED = len(_COORDINATES) - 1
