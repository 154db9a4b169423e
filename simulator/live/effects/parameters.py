"""The parameters of an effect in, checked and with their defaults out.

Each kind lists what it takes; a message names the parameter, what stands there, and what may stand there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final, Protocol

from simulator.live.bodies.document import Value
from simulator.live.bodies.fields import parsed

REQUIRED: Final = object()
LONGEST_TEXT = 10_000


class Parameter(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def default(self) -> Any:
        """``REQUIRED``: it has none."""
        ...

    @property
    def allowed(self) -> str:
        """What may stand there, in words that follow 'has to be'."""
        ...

    def fits(self, value: Any) -> bool: ...


@dataclass(frozen=True, slots=True)
class Anything:
    """Looked at later, with what stands beside it."""

    name: str
    default: Any = None
    allowed: str = "what goes with the others"

    def fits(self, value: Any) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Number:
    """A number in [least, most], or above the least."""

    name: str
    least: float
    most: float
    unit: str = ""
    default: Any = REQUIRED
    above: bool = False
    """The least itself is too little."""
    whole: bool = False

    @property
    def allowed(self) -> str:
        kind = "a whole number" if self.whole else "a number"
        unit = f" ({self.unit})" if self.unit else ""
        return f"{kind} {'above' if self.above else 'from'} {self.least:g} to {self.most:g}{unit}"

    def fits(self, value: Any) -> bool:
        if not is_number(value) or (self.whole and not float(value).is_integer()):
            return False
        return bool(self.least <= value <= self.most) and not (self.above and value == self.least)


@dataclass(frozen=True, slots=True)
class Field:
    """The name of a field: see ``simulator.live.bodies``."""

    name: str
    default: Any = REQUIRED
    allowed: str = "the name of a field, such as 'schedule-feed.distance_miles'"

    def fits(self, value: Any) -> bool:
        return _is_field(value)


@dataclass(frozen=True, slots=True)
class Fields:
    name: str
    default: Any = REQUIRED
    allowed: str = "a list of 1 to 100 names of fields"

    def fits(self, value: Any) -> bool:
        return isinstance(value, (list, tuple)) and 0 < len(value) <= 100 and all(map(_is_field, value))


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    words: tuple[str, ...]
    default: Any = REQUIRED

    @property
    def allowed(self) -> str:
        return f"one of {', '.join(self.words)}"

    def fits(self, value: Any) -> bool:
        return isinstance(value, str) and value in self.words


@dataclass(frozen=True, slots=True)
class Truth:
    name: str
    default: Any = REQUIRED
    allowed: str = "true or false"

    def fits(self, value: Any) -> bool:
        return isinstance(value, bool)


@dataclass(frozen=True, slots=True)
class Text:
    name: str
    default: Any = REQUIRED
    least: int = 0
    most: int = LONGEST_TEXT

    @property
    def allowed(self) -> str:
        return f"a text of {self.least} to {self.most} characters"

    def fits(self, value: Any) -> bool:
        return is_text(value) and self.least <= len(value) <= self.most


@dataclass(frozen=True, slots=True)
class Scalar:
    """What a field can hold."""

    name: str
    default: Any = REQUIRED
    allowed: str = "a text, a number of at most 64 bits, true, false or null"

    def fits(self, value: Any) -> bool:
        return is_scalar(value)


@dataclass(frozen=True, slots=True)
class Scalars:
    name: str
    default: Any = REQUIRED
    least: int = 2
    most: int = 1000

    @property
    def allowed(self) -> str:
        return f"a list of {self.least} to {self.most} different values"

    def fits(self, value: Any) -> bool:
        if not isinstance(value, (list, tuple)) or not self.least <= len(value) <= self.most:
            return False
        return all(map(is_scalar, value)) and len({code(item) for item in value}) == len(value)


@dataclass(frozen=True, slots=True)
class Mapped:
    """What each value becomes: by value as text, or as pairs."""

    name: str
    default: Any = REQUIRED
    allowed: str = "a mapping of 1 to 1000 values to others, or a list of such pairs"

    def fits(self, value: Any) -> bool:
        pairs = value.items() if isinstance(value, Mapping) else value
        return (
            isinstance(value, (Mapping, list, tuple))
            and 0 < len(value) <= 1000
            and all(isinstance(pair, (list, tuple)) and len(pair) == 2 for pair in pairs)
            and all(is_scalar(old) and is_scalar(new) for old, new in pairs)
        )


@dataclass(frozen=True, slots=True)
class Numbers:
    """A list of numbers in [least, most]."""

    name: str
    least: float
    most: float
    unit: str = ""
    default: Any = REQUIRED

    @property
    def allowed(self) -> str:
        return f"a list of 1 to 10000 numbers from {self.least:g} to {self.most:g} ({self.unit})"

    def fits(self, value: Any) -> bool:
        return (
            isinstance(value, (list, tuple))
            and 0 < len(value) <= 10_000
            and all(is_number(item) and self.least <= item <= self.most for item in value)
        )


def checked(known: Sequence[Parameter], given: Mapping[str, Any]) -> dict[str, Any]:
    """What was given, and the defaults of the rest; ValueError with a sentence."""
    names = [parameter.name for parameter in known]
    for name in given:
        if name not in names:
            raise ValueError(f"{str(name)[:50]!r} is none of its parameters, which are {', '.join(names)}")
    found = {}
    for parameter in known:
        value = given.get(parameter.name, parameter.default)
        if value is REQUIRED:
            raise ValueError(f"{parameter.name} is missing, and has to be {parameter.allowed}")
        if parameter.name in given and not parameter.fits(value):
            raise ValueError(f"{parameter.name} is {str(value)[:50]!r}, and has to be {parameter.allowed}")
        found[parameter.name] = value
    return found


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -1e308 < value < 1e308


def is_text(value: Any) -> bool:
    """A text that UTF-8 can hold."""
    return isinstance(value, str) and not any("\ud800" <= character <= "\udfff" for character in value)


def is_scalar(value: Any) -> bool:
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int):
        return -(2**63) <= value < 2**64
    return isfinite(value) if isinstance(value, float) else is_text(value) and len(value) <= LONGEST_TEXT


def code(value: Value) -> str:
    """A value as a key: equal numbers are one, however they are written.

    >>> code(3.0), code(3), code("3"), code(True), code(None)
    ('3', '3', '3', 'true', 'null')
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _is_field(value: Any) -> bool:
    try:
        parsed(value)
    except (TypeError, ValueError):
        return False
    return is_text(value)
