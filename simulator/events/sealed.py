"""What a drill hides until its reveal, as a file of its own: with it, a record that was cut off can go on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from generator import values
from generator.model import Setting
from simulator.events.payloads import Engine
from simulator.events.record import plain

FORMAT = 1
NONCE = re.compile("[0-9a-f]{1,128}")


class NotSealedError(Exception):
    """A file that is none of ours; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the first line of a record commits to, and who answers at which pace."""

    format: int
    commitment: str
    drill: str
    seed: int
    nonce: str
    catalogue: str
    engine: Engine
    responder: str
    pace: str
    seat: Mapping[str, Setting] = field(default_factory=dict)
    """How the terminal was set up, by option."""


def text_of(sealed: Sealed) -> str:
    return json.dumps(sealed, default=plain, indent=2, ensure_ascii=False) + "\n"


def sealed_in(text: str) -> Sealed:
    """What ``text_of`` wrote; NotSealedError where it did not."""
    try:
        sealed = values.structure(json.loads(text), Sealed)
    except (ValueError, RecursionError) as error:
        raise NotSealedError(f"it is not what 'drill run' wrote: {error}") from None
    if not NONCE.fullmatch(sealed.nonce) or not isinstance(sealed.seat.get("from_minutes", 0.0), int | float):
        raise NotSealedError("it is not what 'drill run' wrote: somebody edited it")
    if sealed.format != FORMAT:
        raise NotSealedError(
            f"it is of format {sealed.format}; this version of drillbook reads format {FORMAT}"
        )
    return sealed
