"""A binding and a setting in; the control turned in an environment that is not ours, and what became of it, out."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from generator.model import Binding, Control, Setting
from generator.prose import printed
from simulator.events import Acted
from simulator.live.binding.filling import Invocation, Request, chosen, prepared
from simulator.live.binding.keeping import keep_output
from simulator.live.binding.labelling import labels_of
from simulator.live.binding.masking import Secrets
from simulator.live.binding.outcome import Outcome
from simulator.live.binding.reading import UnreadControlError, asking, standing
from simulator.live.binding.refusing import RefusedBindingError
from simulator.live.binding.running import program, run
from simulator.live.binding.sending import send
from simulator.live.binding.telling import line_of, missing, plain

NOTHING: Mapping[str, str] = MappingProxyType({})

__all__ = [
    "RefusedBindingError",
    "Secrets",
    "UnreadControlError",
    "act",
    "labels_of",
    "refusal",
    "standing",
    "told",
    "told_reading",
]


def act(
    binding: Binding,
    control: Control,
    value: Setting,
    *,
    environment: str,
    allowed: Collection[str],
    labels: Mapping[str, str] = NOTHING,
    secrets: Secrets,
    keep: Path | None,
) -> Acted:
    """Turn a control there; never raises for what a service, a program, a label or a variable does.

    It takes ``binding.timeout_seconds`` at most, and a second more where a name cannot be resolved.
    ``allowed``: names or absolute paths of programs, as the facilitator gave them. ``keep``: a folder for what was
    said, in a file for this user alone and without secrets; None: only its hash is kept.
    """
    by: Literal["http", "command"] = "http" if binding.http is not None else "command"
    began = time.monotonic()
    try:
        ready = prepared(binding, control, value, environment=environment, labels=labels, secrets=secrets)
        outcome = _carried_out(ready, allowed, binding.timeout_seconds)
    except RefusedBindingError as error:
        why = _sentence(str(error), secrets)
        return Acted(control.id, value, environment, by, ok=False, status=-1, seconds=0.0, why=why)
    seconds = round(time.monotonic() - began, 3)
    unkept = keep_output(outcome.heard, control.id, keep, secrets)
    return Acted(
        control=control.id,
        value=chosen(control, value),
        environment=environment,
        by=by,
        ok=outcome.ok,
        status=outcome.status,
        seconds=seconds,
        output=outcome.heard.sha256,
        why=_sentence("; ".join(filter(None, (outcome.why, unkept))), secrets),
    )


def told(
    binding: Binding,
    control: Control,
    value: Setting,
    *,
    environment: str,
    allowed: Collection[str] = (),
    labels: Mapping[str, str] = NOTHING,
    secrets: Secrets | None = None,
) -> str:
    """What ``act`` would send or run, in one line, with ``$NAME`` for secrets and ``‹region›`` for labels not given.

    Nothing is sent or run. Where ``act`` would refuse, the line says why.
    """
    head = f"{control.id} to {printed(value)} in {environment}"
    return _line(head, binding, control, value, environment, allowed, labels, secrets)


def told_reading(
    binding: Binding,
    control: Control,
    *,
    environment: str,
    allowed: Collection[str] = (),
    labels: Mapping[str, str] = NOTHING,
    secrets: Secrets | None = None,
) -> str:
    """What would be sent or run to read where the control stands, in one line, as ``told`` says it.

    Empty where the binding does not say how to read it.
    """
    if binding.read is None:
        return ""
    head = f"{control.id} as it stands in {environment}"
    try:
        asked = asking(binding)
    except RefusedBindingError as error:
        return _sentence(f"{head}: REFUSED: {error}", secrets or Secrets())
    return _line(head, asked, control, control.default, environment, allowed, labels, secrets)


def _line(
    head: str,
    binding: Binding,
    control: Control,
    value: Setting,
    environment: str,
    allowed: Collection[str],
    labels: Mapping[str, str],
    secrets: Secrets | None,
) -> str:
    hidden = secrets or Secrets()
    lacking = missing(binding, labels)
    shown = {**labels, **{name: f"‹{name}›" for name in lacking}}
    try:
        ready = prepared(binding, control, value, environment=environment, labels=shown, secrets=None)
    except RefusedBindingError as error:
        return _sentence(f"{head}: REFUSED: {error}", hidden)
    why = refusal(
        binding, control, value, environment=environment, allowed=allowed, labels=labels, secrets=secrets
    )
    line = line_of(ready, seconds=binding.timeout_seconds, lacking=lacking)
    return _sentence(f"{head}: {line}{f' REFUSED: {why}' if why else ''}", hidden)


def refusal(
    binding: Binding,
    control: Control,
    value: Setting,
    *,
    environment: str,
    allowed: Collection[str],
    labels: Mapping[str, str] = NOTHING,
    secrets: Secrets | None,
) -> str:
    """Why ``act`` would send and run nothing, as things stand; empty where it would.

    ``secrets``: None, whether their variables are set is not looked at.
    """
    try:
        ready = prepared(binding, control, value, environment=environment, labels=labels, secrets=secrets)
        if isinstance(ready, Invocation):
            program(ready.program, allowed)
    except RefusedBindingError as error:
        return _sentence(str(error), secrets or Secrets())
    return ""


def _carried_out(ready: Request | Invocation, allowed: Collection[str], seconds: float) -> Outcome:
    return send(ready, seconds) if isinstance(ready, Request) else run(ready, allowed, seconds)


def _sentence(text: str, secrets: Secrets) -> str:
    # Without secrets first: a cut would leave a piece of one.
    return plain(secrets.redact(text))
