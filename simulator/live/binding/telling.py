"""What would be sent or run in, one line about it out: secrets by name, labels that are not there as ``‹region›``."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Collection, Mapping
from urllib.parse import quote, urlunsplit

from generator.model import Binding
from generator.prose import ALERT, references
from simulator.live.binding.filling import Invocation, Request

LONGEST = 400


def line_of(ready: Request | Invocation, *, seconds: float, lacking: Collection[str] = ()) -> str:
    """One line; nothing is sent or run for it. ``lacking``: labels in whose place their names stand."""
    limit = f"(at most {seconds:g} s)"
    if isinstance(ready, Invocation):
        return plain(f"runs {shlex.join([ready.program, *ready.arguments])} {limit}")
    carried = f" with {ready.body.decode('utf-8')}" if ready.body else ""
    bearer = f", Authorization: Bearer ${ready.secret}" if ready.secret else ""
    where = f"{urlunsplit((ready.address.scheme, ready.place, '', '', ''))}{ready.path}"
    for mark in (f"‹{name}›" for name in lacking):
        where = where.replace(quote(mark, safe=""), mark)
    return plain(f"sends {ready.method} {where}{carried}{bearer} {limit}")


def missing(binding: Binding, labels: Mapping[str, str]) -> tuple[str, ...]:
    """Labels that the binding takes, and that nobody has given."""
    texts = (binding.http.url, binding.http.body) if binding.http is not None else binding.command
    named = [one.removeprefix(ALERT) for text in texts for one in references(text) if one.startswith(ALERT)]
    return tuple(dict.fromkeys(name for name in named if not labels.get(name)))


def plain(text: str, longest: int = LONGEST) -> str:
    """One line that no terminal is moved by."""
    seen = "".join(
        " " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in text
    )
    line = " ".join(seen.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
