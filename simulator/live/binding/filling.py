"""A binding, a setting and labels in; what exactly is sent or run out, or why nothing is."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, unquote, urlsplit

from generator.contexts import Piece, in_body, in_command, in_url
from generator.model import Binding, Control, HttpBinding, Setting
from generator.prose import REFERENCE
from simulator.live.binding.labelled import exactly, filled, with_setting
from simulator.live.binding.masking import Secrets
from simulator.live.binding.refusing import RefusedBindingError

_HOST = re.compile(r"https?://([^/?#\\@\s{}%]+)(?=[/?#]|\Z)", re.IGNORECASE)
_AS_WRITTEN = "/%:@!$&'()*+,;=~-._?[]"
"""What stays in an address; everything else that is not plain ASCII is percent-encoded."""


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request, as it is sent."""

    method: str
    address: SplitResult
    body: bytes
    secret: str = ""
    """The name of the variable that holds the bearer token."""
    token: str = field(default="", repr=False)

    @property
    def place(self) -> str:
        """Whom it goes to, as people write it."""
        return self.address.netloc

    @property
    def path(self) -> str:
        query = f"?{quote(self.address.query, safe=_AS_WRITTEN)}" if self.address.query else ""
        return (quote(self.address.path, safe=_AS_WRITTEN) or "/") + query


@dataclass(frozen=True, slots=True)
class Invocation:
    """A program and its arguments, as they are run."""

    program: str
    arguments: tuple[str, ...]


def chosen(control: Control, value: Setting) -> Setting:
    """The setting as the control lists it; RefusedBindingError where it does not."""
    for one in control.values:
        alike = type(one) is type(value) or {type(one), type(value)} == {int, float}
        if alike and one == value:
            return one
    listed = " or ".join(map(str, control.values))
    raise RefusedBindingError(f"{control.id} cannot be {str(value)[:60]!r} there: its binding takes {listed}")


def request(http: HttpBinding, value: Setting, labels: Mapping[str, str], secrets: Secrets | None) -> Request:
    """The request that turns a control; RefusedBindingError. Without ``secrets`` none is looked for."""
    host = _HOST.match(http.url)
    if host is None or any(ord(sign) < 32 for sign in http.url):
        raise RefusedBindingError(
            f"'{http.url[:100]}' does not name its host plainly: write http(s)://HOST/..., without names or slots in it"
        )
    exactly(value)
    pieces = in_url(with_setting(http.url))
    address = urlsplit(filled(pieces, value, labels))
    _stays(address, host[1], pieces)
    body = filled(in_body(http.body, value), value, labels)
    if http.secret and address.scheme != "https" and not is_loopback(address.hostname or ""):
        raise RefusedBindingError(f"{http.secret} would be sent unencrypted to {host[1]}: write https")
    token = ""
    if http.secret and secrets is not None:
        try:
            token = secrets.value(http.secret)
        except ValueError as error:
            raise RefusedBindingError(str(error)) from None
    return Request(http.method, address, _encoded(body), http.secret, token)


def _encoded(body: str) -> bytes:
    try:
        return body.encode("utf-8")
    except UnicodeEncodeError:
        raise RefusedBindingError("the body holds what is no character") from None


def _stays(address: SplitResult, host: str, pieces: list[Piece]) -> None:
    """No slot leads to another host, or up to another place on it."""
    try:
        address.port  # noqa: B018 - it is looked at only when it is asked for
    except ValueError:
        raise RefusedBindingError(f"'{host}' has no port that is one") from None
    if address.netloc != host or not address.hostname:
        raise RefusedBindingError(f"the address would lead to '{address.netloc[:100]}', not to '{host}'")
    has_slots = any(not isinstance(piece, str) for piece in pieces)
    if has_slots and {".", ".."} & set(re.split(r"[/\\]", unquote(address.path))):
        raise RefusedBindingError(f"a slot would lead out of its place in the address at '{host}'")


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine, by its name alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def invocation(command: tuple[str, ...], value: Setting, labels: Mapping[str, str]) -> Invocation:
    """The program that turns a control, and its arguments; RefusedBindingError."""
    if REFERENCE.search(command[0]) or "{{" in command[0]:
        raise RefusedBindingError(f"the program '{command[0][:60]}' may hold no slot: name it plainly")
    if any("\0" in word for word in command):
        raise RefusedBindingError("no argument may hold a zero byte")
    words = in_command([with_setting(word) for word in command])
    return Invocation(command[0], tuple(_argument(pieces, value, labels) for pieces in words[1:]))


def _argument(pieces: list[Piece], value: Setting, labels: Mapping[str, str]) -> str:
    """One argument; what fills it can never be, or name, an option."""
    text = filled(pieces, value, labels)
    if all(isinstance(piece, str) for piece in pieces):
        return text
    before = pieces[0] if isinstance(pieces[0], str) else ""
    if text.startswith("-") and not (before.startswith("-") and "=" in before):
        raise RefusedBindingError(
            f"the argument '{text[:60]}' would be read as an option: join it to one in the binding, "
            "as in --region={{ alert.region }}"
        )
    return text


def prepared(
    binding: Binding,
    control: Control,
    value: Setting,
    *,
    environment: str,
    labels: Mapping[str, str],
    secrets: Secrets | None,
) -> Request | Invocation:
    """What is sent or run; RefusedBindingError where nothing is."""
    if binding.environment != environment:
        raise RefusedBindingError(f"the binding is for '{binding.environment}', not for '{environment}'")
    listed = chosen(control, value)
    if binding.http is not None and binding.command:
        raise RefusedBindingError(
            f"{control.id} has both http and command in '{environment}': say one, so that it is turned once"
        )
    if binding.http is not None:
        return request(binding.http, listed, labels, secrets)
    if binding.command:
        return invocation(binding.command, listed, labels)
    raise RefusedBindingError(f"{control.id} has neither http nor command in '{environment}': bind it by one")
