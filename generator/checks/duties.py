"""Every role that a runbook names knows its duty, and no duty is given to a role without a part.

People read ``roles`` first when they are pulled in: a role that a step names and that is not there learns its
part in the middle of the incident, and a role that is there for nothing is woken for nothing.

Add the role to ``roles`` with one sentence; or delete the duty that nothing calls for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TypeAlias

from generator.checks.sources import Sources
from generator.source import Document, Finding, Pointer, Severity

name = "duties"
severity: Severity = "error"

Named: TypeAlias = tuple[Pointer, str]
"""A role, and where it is named."""


def check(sources: Sources) -> Iterator[Finding]:
    """Roles without a duty, with two, and without a part."""
    for document in sources.sound("runbook"):
        roles = sources.names("organization.role", document)
        named = list(_named(sources, document))
        if all(duty["role"] in roles for duty in document.data["roles"]):
            yield from _without_duty(document, named, roles)
        # Where a duty is of an unknown role, another may be meant by it: first that is mended.
        yield from _without_part(document, named, roles)


def _without_duty(document: Document, named: Sequence[Named], known: Collection[str]) -> Iterator[Finding]:
    seen = {duty["role"] for duty in document.data["roles"]}
    for pointer, role in named:
        if role in known and role not in seen:
            seen.add(role)
            message = f"the role '{role}' has no duty in 'roles'"
            hint = f"add it: - role: {role}, with what it does in this kind of incident"
            yield Finding(document.place(pointer), name, severity, message, hint)


def _without_part(document: Document, named: Sequence[Named], known: Collection[str]) -> Iterator[Finding]:
    called = {role for _, role in named} | set(document.data["governance"]["initiate"])
    seen: set[str] = set()
    for index, duty in enumerate(document.data["roles"]):
        role, place = duty["role"], document.place(("roles", index, "role"))
        if role in seen:
            message = f"the role '{role}' has two duties"
            yield Finding(place, name, severity, message, "say both in one")
        elif role not in called and role in known:
            message = f"no step, approval or escalation calls for the role '{role}'"
            yield Finding(place, name, "warning", message, "give it a part, or delete the duty")
        seen.add(role)


def _named(sources: Sources, document: Document) -> Iterator[Named]:
    """The roles of steps, decisions, phases, approvals and escalations, in the order of the page."""
    for pointer, item in sources.mappings[document.path]:
        if pointer[:1] == ("roles",):
            continue
        key = "to" if pointer[:1] == ("escalation",) else "role"
        if isinstance(item.get(key), str):
            yield (*pointer, key), item[key]
