"""What a binding sends or runs goes where its own text says, whatever the setting and the alert's labels are.

In a live drill against a deployment a binding is carried out by a machine, with a token of yours.
A slot in the host or the program would send that somewhere else; one that names an option would choose what the
program does; a token over http can be read by everybody on the way.

Write the host and the program plainly; join a slot to its option, as in ``--region={{ alert.region }}``;
send a token by https, or to this machine alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from generator.checks.sources import Sources
from generator.contexts import VALUE
from generator.prose import ALERT, REFERENCE
from generator.source import Finding, Pointer, Severity

name = "calls"
severity: Severity = "error"

_HOST = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_LOOPBACK = re.compile(r"localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1", re.IGNORECASE)
_OPTION = re.compile(r"-[^=]*")


def check(sources: Sources) -> Iterator[Finding]:
    """Bindings that would be refused when they are carried out, or that would tell a token."""
    for document in sources.sound("service"):
        for index, control in enumerate(document.data["controls"]):
            for at, binding in enumerate(control["bindings"]):
                pointer: Pointer = ("controls", index, "bindings", at)
                for where, message, hint in _problems(binding):
                    yield Finding(document.place((*pointer, *where)), name, severity, message, hint)


Problem = tuple[Pointer, str, str]


def _problems(binding: Mapping[str, Any]) -> Iterator[Problem]:
    http, command = binding.get("http"), binding.get("command", ())
    if http and command:
        message = "it is turned by http and by command, and only one of them can be carried out"
        yield ("command",), message, "keep one of them"
    if http:
        yield from _of_http(http)
    if command:
        yield from _of_command(command)


def _of_http(http: Mapping[str, Any]) -> Iterator[Problem]:
    found = _HOST.match(http["url"])
    host = found[1] if found else ""
    if VALUE in _slots(host):
        message = "the setting stands in the host, so it would say where the request goes"
        yield ("http", "url"), message, "name the host plainly"
    if "@" in host:
        message = "a name or a password stands before the host"
        yield ("http", "url"), message, "name a variable under 'secret' instead"
    if http.get("secret") and not _is_private(http["url"]):
        message = f"the token in {http['secret']} would be sent unencrypted"
        hint = "write https; http will do on this machine alone, as in http://127.0.0.1:8080"
        yield ("http", "url"), message, hint


def _is_private(url: str) -> bool:
    """Whether nobody on the way reads what is sent there."""
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() == "https" or bool(_LOOPBACK.fullmatch(parts.hostname or ""))
    except ValueError:
        return False


def _of_command(command: Sequence[str]) -> Iterator[Problem]:
    if VALUE in _slots(command[0]):
        hint = "name the program plainly, and hand it the setting as an argument"
        yield ("command", 0), "the setting names the program", hint
    for index, word in enumerate(command[1:], start=1):
        first = REFERENCE.search(word)
        if first is None:
            continue
        before = word[: first.start()]
        if before and _OPTION.fullmatch(before):
            message = f"'{first[0]}' stands in the name of an option, or right behind it"
            yield ("command", index), message, f"join it by =, as in --region={first[0]}"


def _slots(text: str) -> list[str]:
    return [slot for slot in (found[1] for found in REFERENCE.finditer(text)) if not slot.startswith(ALERT)]
