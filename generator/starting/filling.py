"""A template and values in, YAML out: ``%{name}`` becomes a value, quoted where it has to be."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping

_HOLE = re.compile(r"%\{([a-z0-9_]+)\}")
_BLOCK = re.compile(r"^%\{([a-z0-9_]+)\}$")
_KEYED = re.compile(r"^(?P<key>\s*(?:- )?[a-z_]+: |\s*- (?=[A-Z%]))(?P<value>[^\[{>|\"'].*)$")
_WIDTH = 110
_NUMBERED = re.compile(r"(?:minutes|tolerance): $")
# What plain YAML would read as something else than this text.
_NOT_PLAIN = re.compile(
    r"^[\s\-?:,\[\]{}#&*!|>'\"%@`]|: | #|[:\s]$|^(?:true|false|yes|no|on|off|null|~|[\d.+-]+)$", re.I
)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with every hole filled; a line that is only a hole is a block of lines, or nothing.

    >>> print(fill("who: %{who}\\n%{more}\\nsay: {to: %{who}}\\n", {"who": "a: b", "more": ""}), end="")
    who: "a: b"
    say: {to: a: b}
    """
    lines: list[str] = []
    for line in template.splitlines():
        block = _BLOCK.match(line)
        if block is not None:
            lines += values[block[1]].splitlines()
        elif _HOLE.search(line):
            lines += _filled(line, values)
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _filled(line: str, values: Mapping[str, str]) -> list[str]:
    keyed = _KEYED.match(line)
    if keyed is not None:
        holes = _HOLE.fullmatch(keyed["value"])
        value = _replaced(keyed["value"], values)
        is_structure = holes is not None and (value.startswith(("{", '"')) or _NUMBERED.search(keyed["key"]))
        return [keyed["key"] + (value if is_structure else plain(value))]
    text = _replaced(line, values)
    if "{" in line.replace("%{", "").replace("{{", "") or len(text) <= _WIDTH:
        return [text]
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        text.strip(), _WIDTH, initial_indent=indent, subsequent_indent=indent,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _replaced(text: str, values: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: values[hole[1]], text)


def plain(text: str) -> str:
    """A text as a YAML scalar on one line: as it is, or in quotes.

    >>> plain("Answers are slow"), plain("on"), plain("a: b")
    ('Answers are slow', '"on"', '"a: b"')
    """
    return quoted(text) if _NOT_PLAIN.search(text) else text


def quoted(text: str) -> str:
    """A text in the quotes of YAML, which are those of JSON."""
    return json.dumps(text, ensure_ascii=False)
