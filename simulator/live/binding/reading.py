"""A binding that says how a control is read in; the setting at which the control stands out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from generator.contexts import VALUE
from generator.model import Binding, Control, HttpBinding, Setting
from generator.prose import references
from simulator.live.binding.filling import Request, chosen, prepared
from simulator.live.binding.masking import Secrets
from simulator.live.binding.refusing import RefusedBindingError
from simulator.live.binding.running import run
from simulator.live.binding.sending import send
from simulator.live.binding.telling import plain
from simulator.live.bodies.tree import Tree

SHOWN = 60


class UnreadControlError(ValueError):
    """Nobody knows where a control stands; the message says why, and holds no secret."""


def asking(binding: Binding) -> Binding:
    """What asks for the setting, as a binding of its own; RefusedBindingError where its ``read`` is none."""
    read = binding.read
    assert read is not None
    http = None if read.http is None else HttpBinding("GET", read.http.url, secret=read.http.secret)
    texts = (*read.command, *(() if read.http is None else (read.http.url,)))
    if any(VALUE in references(text) for text in texts):
        raise RefusedBindingError("what reads a control may not hold {{ value }}: it is to find that out")
    return replace(binding, http=http, command=read.command, read=None)


def standing(
    binding: Binding,
    control: Control,
    *,
    environment: str,
    allowed: Collection[str],
    labels: Mapping[str, str],
    secrets: Secrets,
) -> Setting:
    """Where a control stands there, one of its values; UnreadControlError.

    It takes ``binding.timeout_seconds`` at most. What was said is written nowhere.
    """
    try:
        return _standing(binding, control, environment, allowed, labels, secrets)
    except (RefusedBindingError, UnreadControlError) as error:
        raise UnreadControlError(plain(secrets.redact(str(error)))) from None


def _standing(
    binding: Binding,
    control: Control,
    environment: str,
    allowed: Collection[str],
    labels: Mapping[str, str],
    secrets: Secrets,
) -> Setting:
    ready = prepared(
        asking(binding), control, control.default, environment=environment, labels=labels, secrets=secrets
    )
    outcome = (
        send(ready, binding.timeout_seconds)
        if isinstance(ready, Request)
        else run(ready, allowed, binding.timeout_seconds, is_all_heard=False)
    )
    if not outcome.ok:
        raise UnreadControlError(outcome.why)
    if not outcome.heard.is_whole:
        raise UnreadControlError("what was said is too long for a setting")
    field = binding.read.http.field if binding.read is not None and binding.read.http is not None else ""
    return _setting(control, outcome.heard.kept.decode("utf-8", errors="replace").strip(), field)


def _setting(control: Control, said: str, field: str) -> Setting:
    for one in _meant(said, field):
        with suppress(RefusedBindingError):
            return chosen(control, one)
    # As little as tells what is wrong: an answer may hold what nobody is to read.
    shown = f"{said[:SHOWN]!r}" if not field else f"what stands at '{field}' of the answer"
    raise UnreadControlError(f"{shown} is none of its values: {' or '.join(map(str, control.values))}")


def _meant(said: str, field: str) -> Iterator[Any]:
    """A text as it stands, and as JSON; of a document, what stands at the field."""
    data = _json(said)
    if not field:
        yield from (said, data)
        return
    found = Tree(data, [data]).get(field) if isinstance(data, (dict, list)) else None
    if found is not None and len(found) == 1:
        yield found[0]
        if isinstance(found[0], str):
            yield _json(found[0])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
