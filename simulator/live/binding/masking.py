"""Secrets in; texts and outputs without them out, in whatever common way they come back written."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from generator.model import Binding

SHORTEST = 8
"""Characters of a secret: a shorter one would be found in everything, and guessed besides."""
_FEWEST, _LONGEST_UNIT = 3, 12
"""Of a secret that is cut off at the end of what was heard: so many units show it; bytes of the longest unit."""
_VISIBLE = re.compile(r"[\x21-\x7e]+")
_BETWEEN = rb"(?:\\[rn]|\s|%0[AaDd])*"
"""What may break a line of base64."""


class Secrets:
    """Values that nobody may read, by name. Shows its names alone, whoever prints it."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        """By name: the variable of the environment, or what a token is called; None, there are none."""
        self._values = {name: value.strip() for name, value in (values or {}).items()}
        longest_first = sorted(self._values, key=lambda name: -len(self._values[name]))
        self._forms = [(name, units) for name in longest_first for units in _forms(self._values[name])]
        self._found = [(name, re.compile(b"".join(units))) for name, units in self._forms]

    @classmethod
    def of(
        cls,
        bindings: Iterable[Binding],
        *,
        also: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> Secrets:
        """What the variables hold that bindings name, as far as they are set.

        ``also``: tokens of the run, by what they are called; ``environment``: None, that of this process.
        """
        given = os.environ if environment is None else environment
        bound = [*bindings]
        asked = [one.http for one in bound] + [one.read.http for one in bound if one.read is not None]
        named = {http.secret for http in asked if http is not None} - {""}
        return cls({**(also or {}), **{name: given[name] for name in sorted(named) if name in given}})

    def __repr__(self) -> str:
        return f"Secrets({', '.join(self._values)})"

    def value(self, name: str) -> str:
        """What stands under that name; ValueError, which says why, where it cannot be sent."""
        value = self._values.get(name, "")
        if not value:
            raise ValueError(f"the variable {name} is not set: export it where the drill runs")
        if len(value) < SHORTEST:
            raise ValueError(
                f"the variable {name} holds fewer than {SHORTEST} characters: it could not be kept out of "
                "what is written down (make a longer token)"
            )
        if not _VISIBLE.fullmatch(value):
            raise ValueError(f"the variable {name} holds what no header may: spaces, or other than ASCII")
        return value

    def redact(self, text: str) -> str:
        """The text with ``[secret NAME]`` wherever a secret stands in it."""
        return self.redacted(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def redacted(self, content: bytes, *, is_whole: bool = True) -> bytes:
        """The same of bytes; where they are not the whole, a secret that their end cuts off is hidden too."""
        for name, found in self._found:
            content = found.sub(_mark(name), content)
        for name, units in () if is_whole else self._forms:
            begins = _begins(units, content)
            if begins < len(content):
                content = content[:begins] + _mark(name)
        return content


def _mark(name: str) -> bytes:
    # A backslash would mean something in a replacement.
    return f"[secret {name}]".replace("\\", "").encode()


def _forms(value: str) -> list[tuple[bytes, ...]]:
    """The ways to write a value, each as the patterns of its units in order; none for one that is too short."""
    content = value.encode("utf-8", "surrogateescape")
    if len(value) < SHORTEST:
        return []
    plain = tuple(_unit(byte) for byte in content)
    hexed = tuple(b"(?i:%02x)" % byte for byte in content)
    return [plain, hexed, *(_base64(content, shift) for shift in range(3))]


def _unit(byte: int) -> bytes:
    """One byte: as it is, percent-encoded however often, escaped as in JSON, or as an entity of HTML."""
    ways = [re.escape(bytes([byte])), rb"%%(?:25)*(?i:%02x)" % byte]
    if byte < 128:
        ways += [rb"\\+(?:u00(?i:%02x)|%s)" % (byte, ways[0]), rb"&#(?:0*%d|[xX]0*(?i:%x));" % (byte, byte)]
    return b"(?:%s)" % b"|".join(ways)


def _base64(content: bytes, shift: int) -> tuple[bytes, ...]:
    """The characters that the value alone decides, where ``shift`` bytes of a group of three stand before it."""
    coded = base64.b64encode(bytes(shift) + content)
    first, last = -(-shift * 8 // 6), (shift + len(content)) * 8 // 6
    units = [_sign(coded[at : at + 1]) for at in range(first, last)]
    return (units[0], *(_BETWEEN + unit for unit in units[1:]), rb"[A-Za-z0-9+/_-]?={0,2}")


def _sign(sign: bytes) -> bytes:
    return {b"+": rb"(?:[+-]|%2[Bb])", b"/": rb"(?:\\?/|_|%2[Ff])"}.get(sign, sign)


@lru_cache(maxsize=1024)
def _compiled(unit: bytes) -> re.Pattern[bytes]:
    return re.compile(unit)


def _begins(units: Sequence[bytes], content: bytes) -> int:
    """Where a secret begins that the end cuts off; the length where none does."""
    for start in range(max(0, len(content) - len(units) * _LONGEST_UNIT), len(content)):
        at = start
        for met, unit in enumerate(units):
            found = _compiled(unit).match(content, at)
            if found is None:
                if met >= _FEWEST and len(content) - at < _LONGEST_UNIT:
                    return start
                break
            at = found.end()
    return len(content)
