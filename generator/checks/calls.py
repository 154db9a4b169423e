"""What a binding sends or runs goes where its own text says, whatever the setting and the alert's labels are.

In a live drill against a deployment a binding is carried out by a machine, with a token of yours.
A slot in the host or the program would send that somewhere else; one that names an option would choose what the
program does; a token over http can be read by everybody on the way, and one in an address by whoever reads a log.
Where the setting appears nowhere, every setting sends the same, and nothing that was turned is ever turned back.

Bind a control once in each environment, by http or by command, with ``{{ value }}`` where the setting goes.
Write the host and the program plainly; join a slot to its option, as in ``--region={{ alert.region }}``;
send a token by https, or to this machine alone, from the variable that ``secret`` names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

from generator.checks.bindings import OURS
from generator.checks.jsonbody import broken
from generator.checks.sources import Sources
from generator.contexts import VALUE
from generator.model import Setting
from generator.prose import ALERT, REFERENCE
from generator.source import Finding, Pointer, Severity

name = "calls"
severity: Severity = "error"

_HOST = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_LOOPBACK = re.compile(r"localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1", re.IGNORECASE)
_OPTION = re.compile(r"-[^=]*")
_SECRETS = ("token", "secret", "password", "passwd", "apikey", "accesskey", "signature", "credential")
_SHORT = ("pwd", "sig")
_MIXED = re.compile(r"(?:[a-z]+[0-9]+){2}|(?:[0-9]+[a-z]+){2}", re.IGNORECASE)
"""Letters and digits by turns, as no word has them."""
_LEAST = 6
"""Characters: what is shorter is a word such as ``false``."""


def check(sources: Sources) -> Iterator[Finding]:
    """Bindings that would be refused when they are carried out, turn nothing, or would tell a token."""
    for document in sources.sound("service"):
        for index, control in enumerate(document.data["controls"]):
            bound: set[str] = set()
            for at, binding in enumerate(control["bindings"]):
                pointer: Pointer = ("controls", index, "bindings", at)
                for where, message, hint in (
                    *_missing(binding, bound),
                    *_problems(binding, control["values"]),
                ):
                    yield Finding(document.place((*pointer, *where)), name, severity, message, hint)
                bound.add(binding["environment"])


Problem = tuple[Pointer, str, str]


def _missing(binding: Mapping[str, Any], bound: set[str]) -> Iterator[Problem]:
    """A binding that comes too late, or turns nothing."""
    environment = binding["environment"]
    if environment in bound:
        message = f"it is bound in '{environment}' already, and only the first binding there is carried out"
        yield ("environment",), message, "keep one of them"
    elif environment not in OURS and not binding.get("http") and not binding.get("command"):
        message = f"nothing turns it in '{environment}': the binding has neither http nor command"
        yield (), message, "write one of them, or delete the binding"


def _problems(binding: Mapping[str, Any], values: Sequence[Setting]) -> Iterator[Problem]:
    http, command = binding.get("http"), binding.get("command", ())
    if http and command:
        message = "it is turned by http and by command, and only one of them can be carried out"
        yield ("command",), message, "keep one of them"
    if http:
        yield from _of_http(http)
        yield from _of_body(http.get("body", ""), values)
        if len(values) > 1 and not _is_set([http["url"], http.get("body", "")]):
            message = "the setting appears nowhere, so every value sends the same"
            yield ("http",), message, "put {{ value }} into url or body"
    if command:
        yield from _of_command(command)
        if len(values) > 1 and not _is_set(command):
            message = "the setting appears nowhere, so every value runs the same"
            yield ("command",), message, "put {{ value }} into an argument"
    if (read := binding.get("read")) is not None:
        for where, message, hint in _of_reading(read):
            yield ("read", *where), message, hint


def _of_reading(read: Mapping[str, Any]) -> Iterator[Problem]:
    http, command = read.get("http"), read.get("command", ())
    if http:
        yield from _of_http(http)
    elif command:
        yield from _of_command(command)
    else:
        yield (), "nothing reads it: there is neither http nor command", "write one of them, or delete it"


def _is_set(texts: Sequence[str]) -> bool:
    """Whether there is a slot for the setting; a misspelt one is told of elsewhere."""
    return any(_slots(text) for text in texts)


def _of_body(body: str, values: Sequence[Setting]) -> Iterator[Problem]:
    found = broken(body, values)
    if found is not None:
        is_set = VALUE in _slots(body)
        message = "the body is no JSON" + (" once {{ value }} is filled in" if is_set else "")
        yield ("http", "body"), message, (f"with {found[0]}, {found[1]}" if is_set else found[1])


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
    for key in _keys_of_secrets(http["url"]):
        message = f"what stands at '{key}' looks like a secret"
        yield ("http", "url"), message, "name a variable under 'secret': it is sent as a bearer token"


def _keys_of_secrets(url: str) -> Iterator[str]:
    """The keys of an address' query that are given a secret in clear."""
    for pair in re.split("[&;]", url.partition("?")[2].partition("#")[0]):
        key, _, value = pair.partition("=")
        plain = re.sub("[^a-z0-9]", "", unquote(key).lower())
        named = plain in _SHORT or plain.endswith(_SECRETS)
        # A flag has a key, too.
        if _is_in_clear(value) and (named or (plain == "key" and _MIXED.search(value))):
            yield unquote(key)


def _is_in_clear(value: str) -> bool:
    """Whether it may be a secret: a number, a switch and a slot are none."""
    return len(value) >= _LEAST and not REFERENCE.search(value) and any(map(str.isalpha, value))


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
