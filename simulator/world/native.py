"""numpy's own distributions under the names of their C interface in, draws from many generators at once out.

The functions are those of ``numpy/random/distributions.h``, which numpy exports for others to call, and the public
``bitgen_t`` in front of a Philox. Only the order of Philox' own fields is not public: it is read off a generator of
numpy's with a known state, and nothing is used unless every draw of a trial is what numpy's ``Generator`` draws.
"""

from __future__ import annotations

import ctypes
import functools
from collections import deque
from collections.abc import Iterable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]

_WORDS = 8
"""Of a Philox: pointers to counter and key, where it is in its buffer, four words of buffer, half a word kept back."""
_POSITION, _KEPT = 4, 14
"""Where the two are, in halves of words."""
_EMPTY = 4
"""The position of a buffer that is used up."""
_BINOMIAL_BYTES = 1024
"""More than numpy's ``binomial_t`` takes, in which it remembers constants of the last law."""


class Functions:
    """What is called; AttributeError or OSError where numpy does not export it."""

    def __init__(self) -> None:
        library = ctypes.PyDLL(np.random._generator.__file__)
        self.multinomial = library.random_multinomial
        self.multinomial.restype = None
        self.binomial = library.random_binomial
        self.binomial.restype = ctypes.c_int64
        self.poisson = library.random_poisson
        self.poisson.restype = ctypes.c_int64
        self.normal = library.random_standard_normal
        self.normal.restype = ctypes.c_double


class Philoxes:
    """Many Philox generators in one array, one a key; all are set to a counter at once."""

    def __init__(self, keys: Words) -> None:
        """``keys`` has axes (generator, 2)."""
        count = len(keys)
        self._keys = np.ascontiguousarray(keys, dtype=np.uint64)
        self._counters = np.zeros((count, 4), dtype=np.uint64)
        self._states = np.zeros((count, _WORDS), dtype=np.uint64)
        self._states[:, 0] = _addresses(self._counters)
        self._states[:, 1] = _addresses(self._keys)
        self._halves = self._states.view(np.int32)
        self._fronts = np.zeros((count, 5), dtype=np.uint64)
        self._fronts[:, 0] = _addresses(self._states)
        self._fronts[:, 1:] = _next_functions()
        self.pointers = [ctypes.c_void_p(int(address)) for address in _addresses(self._fronts)]

    def set(self, counter: int) -> None:
        """Stand where ``Philox(counter=counter << 128)`` with the same key does."""
        self._counters[:] = (0, 0, counter, 0)
        self._halves[:, _POSITION] = _EMPTY
        self._halves[:, _KEPT] = 0


def _addresses(rows: NDArray[np.generic]) -> Words:
    """Where each row stands in memory; the array must outlive them."""
    return rows.ctypes.data + np.arange(len(rows), dtype=np.uint64) * np.uint64(rows.strides[0])


@functools.cache
def _next_functions() -> tuple[int, int, int, int]:
    """The four functions of a ``bitgen_t`` whose state is a Philox: next 64 bits, 32 bits, double, raw."""
    face = np.random.Philox(0).ctypes
    whole, half, double = (
        ctypes.cast(one, ctypes.c_void_p).value or 0
        for one in (face.next_uint64, face.next_uint32, face.next_double)
    )
    return whole, half, double, whole


def run(function: object, *columns: Iterable[object]) -> None:
    """Call it once a row of arguments."""
    deque(map(function, *columns), maxlen=0)  # type: ignore[call-overload]


def doubles(values: Floats) -> list[ctypes.c_double]:
    """Arguments that are what stands in the array when they are passed."""
    return [ctypes.c_double.from_buffer(values, 8 * place) for place in range(len(values))]  # type: ignore[arg-type]


def integers(values: Ints) -> list[ctypes.c_int64]:
    """The same for whole numbers."""
    return [ctypes.c_int64.from_buffer(values, 8 * place) for place in range(len(values))]  # type: ignore[arg-type]


def pointers(rows: NDArray[np.generic]) -> list[ctypes.c_void_p]:
    """Arguments that point to the rows of an array, which must outlive them."""
    return [ctypes.c_void_p(int(address)) for address in _addresses(rows)]


def pointer(memory: ctypes.Array[ctypes.c_char]) -> ctypes.c_void_p:
    """An argument that points to it; it must outlive the argument."""
    return ctypes.c_void_p(ctypes.addressof(memory))


def whole(value: int) -> ctypes.c_int64:
    """A whole number as an argument."""
    return ctypes.c_int64(value)


def binomial_memory() -> ctypes.Array[ctypes.c_char]:
    """Room for a ``binomial_t``."""
    return (ctypes.c_char * _BINOMIAL_BYTES)()


@functools.cache
def functions() -> Functions | None:
    """The functions, where they draw exactly what numpy's ``Generator`` does; else None."""
    try:
        found = Functions()
        return found if _is_laid_out_as_expected() and _draws_as_numpy(found) else None
    except (AttributeError, OSError, TypeError, ValueError):
        return None


def _is_laid_out_as_expected() -> bool:
    """Look at a Philox of known state, without following any pointer out of it."""
    bits = np.random.Philox(key=np.array([5, 6], dtype=np.uint64), counter=[1, 2, 3, 4])
    state = bits.state
    state["buffer"][:], state["buffer_pos"], state["has_uint32"], state["uinteger"] = (7, 8, 9, 10), 2, 1, 11
    bits.state = state
    begin, size = id(bits), type(bits).__basicsize__
    address = bits.ctypes.state_address
    if not begin <= address <= begin + size - 8 * _WORDS:
        return False
    words = np.ctypeslib.as_array(ctypes.cast(address, ctypes.POINTER(ctypes.c_uint64)), (_WORDS,)).copy()
    halves = words.view(np.int32)
    inside = [begin <= int(word) <= begin + size - 32 for word in words[:2]]
    if not all(inside) or halves[_POSITION] != 2 or words[3:7].tolist() != [7, 8, 9, 10]:
        return False
    counter, key = (
        np.ctypeslib.as_array(ctypes.cast(int(word), ctypes.POINTER(ctypes.c_uint64)), (count,)).tolist()
        for word, count in zip(words[:2], (4, 2), strict=True)
    )
    kept = halves[_KEPT : _KEPT + 2].tolist()
    return bool(counter == [1, 2, 3, 4] and key == [5, 6] and kept == [1, 11])


def _draws_as_numpy(call: Functions) -> bool:
    """The same keys and counters give the same draws of every law, in each of its ways."""
    keys = np.array([[seed, 77 + seed] for seed in range(6)], dtype=np.uint64)
    philoxes = Philoxes(keys)
    philoxes.set(12)
    return all(
        _drawn(call, pointer) == _numpy_draws(np.random.Philox(key=key, counter=[0, 0, 12, 0]))
        for pointer, key in zip(philoxes.pointers, keys, strict=True)
    )


_COUNTS = (0, 1, 17, 400, 90_000)
_SHARES = np.array([0.55, 0.0, 0.25, 0.15, 0.0499, 0.0001])


def _drawn(call: Functions, pointer: ctypes.c_void_p) -> list[float]:
    memory, out = binomial_memory(), []
    for count in _COUNTS:
        counts = np.zeros(len(_SHARES), dtype=np.int64)
        shared = (ctypes.c_void_p(counts.ctypes.data), ctypes.c_void_p(_SHARES.ctypes.data))
        out.append(call.normal(pointer))
        call.multinomial(
            pointer, ctypes.c_int64(count), *shared, ctypes.c_int64(len(counts)), ctypes.byref(memory)
        )
        out += counts.tolist()
        out.append(call.binomial(pointer, ctypes.c_double(0.3), ctypes.c_int64(count), ctypes.byref(memory)))
        out.append(call.poisson(pointer, ctypes.c_double(count * 0.9)))
    return out


def _numpy_draws(bits: np.random.Philox) -> list[float]:
    generator, out = np.random.Generator(bits), []
    for count in _COUNTS:
        out.append(generator.standard_normal())
        out += generator.multinomial(count, _SHARES).tolist()
        out.append(generator.binomial(count, 0.3))
        out.append(generator.poisson(count * 0.9))
    return out
