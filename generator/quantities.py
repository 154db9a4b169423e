"""A text in, the quantities that are written out in it out: values, units and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from generator.prose import REFERENCE

Unit = Literal["minutes", "seconds", "days", "percent", ""]

_WORDS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
} | {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "forty-five": 45, "sixty": 60, "ninety": 90}
_TIMES: dict[str, tuple[Unit, float]] = {
    "ms": ("seconds", 1e-3), "millisecond": ("seconds", 1e-3), "s": ("seconds", 1.0), "sec": ("seconds", 1.0),
    "second": ("seconds", 1.0), "min": ("minutes", 1.0), "minute": ("minutes", 1.0), "h": ("minutes", 60.0),
    "hour": ("minutes", 60.0), "day": ("days", 1.0), "week": ("days", 7.0), "%": ("percent", 1.0),
    "percent": ("percent", 1.0), "per cent": ("percent", 1.0),
}  # fmt: skip
_QUANTITY = re.compile(
    rf"(?<![\w.,:/#-])(?P<value>\d+(?:\.\d+)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
    rf"(?:\s|-)?(?P<unit>{'|'.join(sorted(map(re.escape, _TIMES), key=len, reverse=True))})?s?(?![\w%]|[.:/-]\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    value: float
    unit: Unit
    start: int
    end: int
    written: str

    def says(self, value: float, unit: Unit) -> bool:
        """Whether it says that number of that unit, in whatever unit it is written."""
        mine, its = _in_base(self.value, self.unit), _in_base(value, unit)
        return mine[1] == its[1] and abs(mine[0] - its[0]) <= 1e-9 * max(1.0, abs(its[0]))

    def is_time(self) -> bool:
        return self.unit in ("minutes", "seconds", "days")


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities of a text, in order; references are not among them.

    >>> [(q.value, q.unit) for q in quantities("Wait five minutes; above 0.2, or 30 %, for {{ x.y }} min.")]
    [(5.0, 'minutes'), (0.2, ''), (30.0, 'percent')]
    """
    plain = REFERENCE.sub(lambda found: "\x00" * len(found.group()), text)
    for found in _QUANTITY.finditer(plain):
        word, unit = found["value"].lower(), (found["unit"] or "").lower()
        if word in _WORDS and not unit:
            continue  # "one of them" is no quantity
        kind, factor = _TIMES[unit] if unit else ("", 1.0)
        value = float(_WORDS.get(word, 0)) if word in _WORDS else float(word)
        yield Quantity(value * factor, kind, found.start(), found.end(), found.group().strip())


def _in_base(value: float, unit: Unit) -> tuple[float, str]:
    if unit == "minutes":
        return value * 60, "seconds"
    if unit == "days":
        return value * 86400, "seconds"
    return (value / 100, "") if unit == "percent" else (value, unit)
