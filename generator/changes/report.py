"""A comparison in; text for people, Markdown for a pull request, JSON for programs out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.changes.change import Change, Comparison, Group, Weight

LONGEST_MARKDOWN = 60_000
"""A comment on GitHub may hold 65,536 characters."""
_ROOM_FOR_END = 400
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&])")


def text(comparison: Comparison) -> str:
    """A heading a file, a line a change, and the words that differ below it."""
    lines: list[str] = []
    for group in comparison.groups:
        lines.append(f"{_clean(group.title)} ({_clean(group.path)})")
        for change in group.changes:
            lines.append(f"  {_clean(change.text)} [{_where(change)}]")
            if change.detail:
                lines.append(f"      {_clean(change.detail)}")
        lines.append("")
    lines += [f"left out: {_clean(line)}" for line in comparison.left_out]
    return "\n".join([*lines, summary(comparison)])


def summary(comparison: Comparison) -> str:
    """How many changes there are, in how many files."""
    if not comparison.count:
        return f"nothing changes in an incident since {_clean(comparison.since)}"
    changes, files = _plural(comparison.count, "change"), _plural(len(comparison.groups), "file")
    return f"{changes} since {_clean(comparison.since)}, in {files}"


def as_json(comparison: Comparison) -> str:
    """``since``, ``groups`` of ``changes`` with their weights and places, and what was ``left_out``."""
    plain = {
        "since": comparison.since,
        "groups": [_plain_group(group) for group in comparison.groups],
        "left_out": list(comparison.left_out),
    }
    return json.dumps(plain, indent=2, ensure_ascii=False)


def markdown(comparison: Comparison) -> str:
    """A comment of at most 60,000 characters: bullets by file, what is only words folded away."""
    head = ["## What changes in an incident", "", _escaped(summary(comparison)) + ".", ""]
    blocks = [block for group in comparison.groups for block in _blocks(group)]
    blocks += [(0, f"Left out: {_escaped(line)}\n") for line in comparison.left_out]
    out, left = "\n".join(head), 0
    for count, block in blocks:
        fits = len(out) + len(block) + 1 <= LONGEST_MARKDOWN - _ROOM_FOR_END
        if fits and not left:
            out += block + "\n"
        else:
            left += count
    if left:
        out += f"\n\n**{_plural(left, 'change')} more did not fit here; `runbook diff` shows all.**\n"
    return out


FORMATS: Mapping[str, Callable[[Comparison], str]] = {"json": as_json, "markdown": markdown, "text": text}


def _blocks(group: Group) -> Iterator[tuple[int, str]]:
    """A heading and the changes of a file, counted; those of words stand in folds that are never cut open."""
    yield 0, f"\n### {_escaped(group.title)} ({_escaped(group.path)})\n"
    grave = [change for change in group.changes if change.weight is not Weight.WORDS]
    words = [change for change in group.changes if change.weight is Weight.WORDS]
    for change in grave:
        yield 1, _bullet(change)
    if grave and words:
        yield 0, ""
    for start in range(0, len(words), 20):
        some = words[start : start + 20]
        bullets = "\n".join(_bullet(change) for change in some)
        title = f"<summary>{_plural(len(some), 'change')} of words</summary>"
        yield len(some), f"<details>{title}\n\n{bullets}\n\n</details>"
    yield 0, ""


def _bullet(change: Change) -> str:
    line = f"- {_escaped(change.text)} ({_where(change)})"
    return line + (f"<br>{_escaped(change.detail)}" if change.detail else "")


def _where(change: Change) -> str:
    return f"was line {change.place.line}" if change.was else f"line {change.place.line}"


def _plain_group(group: Group) -> dict[str, Any]:
    changes = [_plain(change) for change in group.changes]
    return {"kind": group.kind, "name": group.name, "path": group.path, "changes": changes}


def _plain(change: Change) -> dict[str, Any]:
    return {
        "text": change.text,
        "weight": change.weight.name.lower(),
        "subject": change.subject,
        "path": change.place.path,
        "line": change.place.line,
        "column": change.place.column,
        "side": "old" if change.was else "new",
        "detail": change.detail,
    }


def _clean(said: str) -> str:
    """Nothing that a terminal takes for a command."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in said)


def _escaped(said: str) -> str:
    """Words that Markdown, HTML and mentions leave as they are."""
    return _MARKDOWN.sub(lambda found: _entity(found.group()), _clean(said))


def _entity(sign: str) -> str:
    return f"&#{ord(sign)};" if sign in "<>&@#" else f"\\{sign}"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")
