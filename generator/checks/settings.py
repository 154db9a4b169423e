"""A control is set to, and compared with, only what it can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from generator import kinds
from generator.checks.sources import Sources
from generator.keywords import shown
from generator.source import Document, Finding, Pointer, Severity, likely

name = "settings"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Settings in service files, and in every step and condition of runbooks and drills."""
    for document in sources.documents:
        service = sources.service_of(document)
        if service is None or not sources.is_complete(service):
            continue
        controls = {control["id"]: control for control in service.data.get("controls", ())}
        for pointer, value, control in _settings(sources, document):
            if control in controls:
                yield from _wrong(document, pointer, value, controls[control], service)


def _settings(sources: Sources, document: Document) -> Iterator[tuple[Pointer, Any, str]]:
    """Every setting in a document: where it stands, what it is, and of which control."""
    if document.kind == "service":
        for index, control in enumerate(document.data.get("controls", ())):
            if not isinstance(control, dict):
                continue
            yield ("controls", index, "default"), control.get("default"), control.get("id", "")
            for at, value in enumerate(control.get("values") or ()):
                yield ("controls", index, "values", at), value, control.get("id", "")
        return
    for pointer, item in sources.mappings[document.path]:
        control = item.get("control")
        for key in ("value", "equals", "share"):
            if isinstance(control, str) and key in item:
                yield (*pointer, key), item[key], control


def _wrong(
    document: Document, pointer: Pointer, value: Any, control: Mapping[str, Any], service: Document
) -> Iterator[Finding]:
    if value is None or isinstance(value, (dict, list)):
        return  # the schema says so already
    problem = _problem(value, control, service, listed="values" in pointer)
    if problem is not None:
        message, hint = problem
        yield Finding(document.place(pointer), name, severity, message, hint)


def _problem(
    value: Any, control: Mapping[str, Any], service: Document, *, listed: bool
) -> tuple[str, str] | None:
    """What is wrong with a setting, and what to write; ``listed``: it stands among the control's values."""
    kind = kinds.load("controls").get(control.get("kind", ""))
    setting = kind.declaration.get("setting") if kind else None
    choices = _choices(control, service, setting, listed=listed)
    subject = f"control '{control['id']}'"
    if setting == "number":
        return _number_problem(value, subject, kind.declaration if kind else {})
    if choices is None or value in choices:
        return None
    hint = likely(str(value), choices) or "it takes: " + ", ".join(choices)
    if isinstance(value, bool) and setting == "switch":
        hint = 'write "on" or "off"'
    return f"{subject} cannot be {shown(value)}", hint


def _choices(
    control: Mapping[str, Any], service: Document, setting: object, *, listed: bool
) -> tuple[str, ...] | None:
    if not listed:
        return tuple(str(value) for value in control.get("values") or ())
    if setting == "switch":
        return ("on", "off")
    if isinstance(setting, list):
        return tuple(str(word) for word in setting)
    return _versions(control, service) if setting == "version" else None


def _versions(control: Mapping[str, Any], service: Document) -> tuple[str, ...] | None:
    node = control.get("with", {}).get("node")
    for candidate in service.data["lineage"]["nodes"]:
        if candidate["id"] == node:
            return tuple(version["id"] for version in candidate.get("versions", ())) or None
    return None


def _number_problem(value: Any, subject: str, bounds: Mapping[str, Any]) -> tuple[str, str] | None:
    least, most = bounds.get("minimum"), bounds.get("maximum")
    hint = f"it takes a number from {least} to {most}" if least is not None else "it takes a number"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return f"{subject} cannot be {shown(value)}", hint
    if (least is not None and value < least) or (most is not None and value > most):
        return f"{subject} cannot be {value}", hint
    return None
