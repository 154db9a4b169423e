"""The body of a request and the settings of its control in, the first setting with which it is no JSON out."""

from __future__ import annotations

import json
from collections.abc import Iterable

from generator.contexts import Slot, in_body
from generator.model import Setting
from generator.prose import REFERENCE, printed


def broken(body: str, values: Iterable[Setting]) -> tuple[str, str] | None:
    """A setting, and where the body goes wrong with it; None where it is JSON with all, or means to be none.

    >>> broken('{"on": {{ value }}', [0.5])
    ('0.5', "character 11: Expecting ',' delimiter")
    >>> broken('{"on": {{ value }}}', [0.5]), broken("on={{ value }}", [0.5])
    (None, None)
    """
    if not REFERENCE.sub("0", body).lstrip().startswith(("{", "[")):
        return None
    for value in values:
        problem = _problem(_filled(body, value))
        if problem:
            return printed(value), problem
    return None


def _filled(body: str, value: Setting) -> str:
    """As it is sent; a digit stands for each label of an alert, inside a string as outside."""
    pieces = in_body(body, value)
    return REFERENCE.sub("0", "".join("0" if isinstance(piece, Slot) else piece for piece in pieces))


def _problem(text: str) -> str:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return f"character {error.pos + 1}: {error.msg}"
    except RecursionError:
        return "it goes too deep"
    return ""
