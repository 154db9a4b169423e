"""A label that an alert may carry to the page is described safely, and stands only where it can be filled safely.

Anybody can write the address of a page. A label in the host of an address, in the text of a program or outside
a string of JSON would let that address say where a request goes and what it does; a pattern that runs away
would freeze the page.

Write a pattern of characters, classes and few repetitions; put the label behind the host, into a string of JSON,
or into an argument of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator import contexts, patterns
from generator.checks.sources import Sources
from generator.contexts import Piece, Slot
from generator.keywords import shown
from generator.source import Document, Finding, Pointer, Severity

name = "alert-labels"
severity: Severity = "error"

RESERVED = ("h", "q", "view")
"""What search and views read from a page's address."""
IN_ADDRESS = "put it behind the host, as in https://dash.example.com/d?region={{ alert.region }}"
IN_BODY = "put it inside a string of JSON"
IN_COMMAND = "give it an argument of its own, that the program does not read as a program's text"


def check(sources: Sources) -> Iterator[Finding]:
    """Patterns, examples and names of labels; and the places where they are used."""
    for document in sources.sound("service"):
        for index, label in enumerate(document.data.get("alert_labels", ())):
            yield from _described(document, index, label)
        yield from _placed(document)


def _described(document: Document, index: int, label: Mapping[str, Any]) -> Iterator[Finding]:
    called = label["name"]
    at: Pointer = ("alert_labels", index)
    if called in RESERVED:
        message = f"'{called}' means something else in the address of a page"
        yield _finding(document, (*at, "name"), message, "call the label otherwise")
    problem = patterns.problem(label["pattern"])
    if problem:
        message = f"the pattern of '{called}' cannot be used: {problem}"
        hint = "write characters and classes such as [a-z0-9-]{1,63}"
        yield _finding(document, (*at, "pattern"), message, hint)
    elif not patterns.fits(label["pattern"], label["example"]):
        message = f"the example {shown(label['example'])} of '{called}' does not match its pattern"
        yield _finding(document, (*at, "example"), message, "mend one of them")


def _placed(document: Document) -> Iterator[Finding]:
    """Every slot of a service's addresses and bindings that nothing may fill."""
    for kind in ("dashboards", "logs"):
        for index, link in enumerate(document.data["artifacts"][kind]):
            pointer: Pointer = ("artifacts", kind, index, "url")
            yield from _shut(document, pointer, contexts.in_url(link["url"]), IN_ADDRESS)
    for index, control in enumerate(document.data["controls"]):
        for at, binding in enumerate(control["bindings"]):
            yield from _bound(document, ("controls", index, "bindings", at), binding)


def _bound(document: Document, pointer: Pointer, binding: Mapping[str, Any]) -> Iterator[Finding]:
    http = binding.get("http", {})
    yield from _shut(document, (*pointer, "http", "url"), contexts.in_url(http.get("url", "")), IN_ADDRESS)
    yield from _shut(document, (*pointer, "http", "body"), contexts.in_body(http.get("body", "")), IN_BODY)
    for index, pieces in enumerate(contexts.in_command(binding.get("command", ()))):
        yield from _shut(document, (*pointer, "command", index), pieces, IN_COMMAND)
    if "read" in binding:
        yield from _bound(document, (*pointer, "read"), binding["read"])


def _shut(document: Document, pointer: Pointer, pieces: list[Piece], hint: str) -> Iterator[Finding]:
    for label in dict.fromkeys(piece.label for piece in pieces if isinstance(piece, Slot) and piece.is_shut):
        message = f"'{{{{ alert.{label} }}}}' cannot be filled safely here"
        yield _finding(document, pointer, message, hint)


def _finding(document: Document, pointer: Pointer, message: str, hint: str) -> Finding:
    return Finding(document.place(pointer), name, severity, message, hint)
