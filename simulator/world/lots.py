"""The seeds of a batch and the names of streams in, their draws at a step out: counts by law, a row a seed.

Each draw is the one that ``Draws.at`` gives for its seed, stream and step: what is saved is the way to it.
Where numpy's distributions cannot be called by their own names (see ``native``), a ``Generator`` makes each draw.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

import numpy as np

from simulator.world import native
from simulator.world.draws import SEED_BITS, STEP_OFFSET, stream_key
from simulator.world.native import Floats, Functions, Ints

Numbers = TypeVar("Numbers", Floats, Ints)


class Multinomials:
    """Shares in some streams, axes (seed, share) each; then counts that fall to them, of as many as one says."""

    def __init__(self, seeds: int, widths: Mapping[str, int]) -> None:
        self.streams = tuple(widths)
        self.many: Ints = np.zeros(seeds, dtype=np.int64)
        """Of how many; axes (seed,)."""
        self._shares: Floats = np.zeros(seeds * sum(widths.values()))
        self._counts: Ints = np.zeros(self._shares.shape, dtype=np.int64)
        self.shares = _by_stream(self._shares, widths, seeds)
        """By stream, to be read only."""
        self.counts = _by_stream(self._counts, widths, seeds)
        """By stream: what was drawn last."""

    def expect(self, shares: Mapping[str, Floats]) -> None:
        """Shares for the draws to come, by stream; ValueError where they cannot be such."""
        for stream, wanted in shares.items():
            self.shares[stream][:] = wanted
        if not ((self._shares >= 0) & (self._shares <= 1)).all():
            raise ValueError(f"shares of {', '.join(self.streams)} are not probabilities")

    def clear(self, many: Ints) -> None:
        """Nothing is drawn yet, of so many."""
        self.many[:] = many
        self._counts.fill(0)


def _by_stream(flat: Numbers, widths: Mapping[str, int], seeds: int) -> dict[str, Numbers]:
    """Parts of an array, axes (seed, share) each."""
    ends = np.cumsum([seeds * width for width in widths.values()])
    return {
        name: flat[end - seeds * width : end].reshape(seeds, width)
        for (name, width), end in zip(widths.items(), ends.tolist(), strict=True)
    }


class Lots(Protocol):
    """All streams of a batch, at one step."""

    def begin(self, step: int) -> None:
        """Stand at a step; each stream is then drawn from in one order, whatever is drawn from others."""
        ...

    def poisson(self, stream: str, expected: Floats) -> Ints:
        """Counts, axes (seed,)."""
        ...

    def binomial(self, stream: str, many: Ints, share: Floats) -> Ints:
        """How many of as many, axes (seed,)."""
        ...

    def normals(self, streams: Sequence[str]) -> Floats:
        """Standard normal, axes (stream, seed)."""
        ...

    def multinomials(self, widths: Mapping[str, int]) -> Multinomials:
        """Streams that are drawn from together; so wide each."""
        ...

    def draw(self, into: Multinomials, many: Ints, seeds: Sequence[int] | None = None) -> None:
        """Draw the counts of all its streams; of some seeds alone where their places are given."""
        ...


def lots(seeds: Sequence[int], streams: Sequence[str]) -> Lots:
    """The quick way where it is known to draw the same."""
    call = native.functions()
    return QuickLots(call, seeds, streams) if call is not None else PlainLots(seeds, streams)


class QuickLots:
    """By the C interface of numpy: each stream of each seed has a Philox of its own."""

    def __init__(self, call: Functions, seeds: Sequence[int], streams: Sequence[str]) -> None:
        self._call, self._seeds = call, len(seeds)
        keys = [(seed & SEED_BITS, stream_key(name)) for name in streams for seed in seeds]
        self._philoxes = native.Philoxes(np.array(keys, dtype=np.uint64).reshape(-1, 2))
        pointers, count = self._philoxes.pointers, len(seeds)
        self._of = {name: pointers[place * count :][:count] for place, name in enumerate(streams)}
        memory = native.binomial_memory()
        self._memory = [native.pointer(memory)] * count
        self._held = memory
        self._number: Floats = np.zeros(count)
        self._many: Ints = np.zeros(count, dtype=np.int64)
        self._number_passed, self._many_passed = native.doubles(self._number), native.integers(self._many)
        self._passed: dict[Multinomials, list[Sequence[object]]] = {}

    def begin(self, step: int) -> None:
        self._philoxes.set(step + STEP_OFFSET)

    def poisson(self, stream: str, expected: Floats) -> Ints:
        if not (expected >= 0).all():
            raise ValueError(f"no count of {stream} can be expected to be {expected.min()}")
        self._number[:] = expected
        return self._whole(map(self._call.poisson, self._of[stream], self._number_passed))

    def binomial(self, stream: str, many: Ints, share: Floats) -> Ints:
        if not ((share >= 0) & (share <= 1)).all():
            raise ValueError(f"the share of {stream} is not a probability")
        self._number[:], self._many[:] = share, many
        arguments = (self._of[stream], self._number_passed, self._many_passed, self._memory)
        return self._whole(map(self._call.binomial, *arguments))

    def _whole(self, drawn: Iterator[int]) -> Ints:
        return np.fromiter(drawn, dtype=np.int64, count=self._seeds)

    def normals(self, streams: Sequence[str]) -> Floats:
        pointers = [pointer for name in streams for pointer in self._of[name]]
        drawn = np.fromiter(map(self._call.normal, pointers), dtype=float, count=len(pointers))
        return drawn.reshape(len(streams), self._seeds)

    def multinomials(self, widths: Mapping[str, int]) -> Multinomials:
        made = Multinomials(self._seeds, widths)
        pointers = [pointer for name in widths for pointer in self._of[name]]
        wide = [native.whole(width) for width in widths.values() for _ in range(self._seeds)]
        self._passed[made] = [
            pointers,
            native.integers(made.many) * len(widths),
            [row for name in widths for row in native.pointers(made.counts[name])],
            [row for name in widths for row in native.pointers(made.shares[name])],
            wide,
            self._memory * len(widths),
        ]
        return made

    def draw(self, into: Multinomials, many: Ints, seeds: Sequence[int] | None = None) -> None:
        into.clear(many)
        columns = self._passed[into]
        if seeds is not None:
            places = [place + first for first in range(0, len(columns[0]), self._seeds) for place in seeds]
            columns = [[column[place] for place in places] for column in columns]
        native.run(self._call.multinomial, *columns)


class PlainLots:
    """By numpy's generators, one for each stream of each seed."""

    def __init__(self, seeds: Sequence[int], streams: Sequence[str]) -> None:
        self._bits = {
            name: [
                np.random.Philox(key=np.array([seed & SEED_BITS, stream_key(name)], dtype=np.uint64))
                for seed in seeds
            ]
            for name in streams
        }
        self._of = {name: [*map(np.random.Generator, bits)] for name, bits in self._bits.items()}

    def begin(self, step: int) -> None:
        for bits in self._bits.values():
            for one in bits:
                state = one.state
                state["state"]["counter"][:] = (0, 0, step + STEP_OFFSET, 0)
                state["buffer_pos"], state["has_uint32"] = 4, 0
                one.state = state

    def poisson(self, stream: str, expected: Floats) -> Ints:
        drawn = [one.poisson(mean) for one, mean in zip(self._of[stream], expected, strict=True)]
        return np.array(drawn, dtype=np.int64)

    def binomial(self, stream: str, many: Ints, share: Floats) -> Ints:
        each = zip(self._of[stream], many, share, strict=True)
        return np.array([one.binomial(count, p) for one, count, p in each], dtype=np.int64)

    def normals(self, streams: Sequence[str]) -> Floats:
        return np.array([[one.standard_normal() for one in self._of[name]] for name in streams])

    def multinomials(self, widths: Mapping[str, int]) -> Multinomials:
        return Multinomials(len(next(iter(self._of.values()))), widths)

    def draw(self, into: Multinomials, many: Ints, seeds: Sequence[int] | None = None) -> None:
        into.clear(many)
        for name in into.streams:
            for place in range(len(many)) if seeds is None else seeds:
                shares, generator = into.shares[name][place], self._of[name][place]
                into.counts[name][place] = generator.multinomial(into.many[place], shares)
