"""Edits of one field in, acts on requests or on answers out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from simulator.live.bodies.document import Change, Document
from simulator.live.effects.chance import LEVELS
from simulator.live.effects.fate import Act, Edit, Fate
from simulator.live.effects.parameters import Choice

IN = Choice("in", ("request", "answer"), default="request")
"""The body whose fields an effect changes."""


def act(kind: str, parameters: Mapping[str, Any], edit: Edit) -> Act:
    """An act that edits the field ``field`` of the body that ``in`` names."""
    return on(parameters["in"], f"{kind} {parameters['field']}", edit, (parameters["field"],))


def on(body: str, name: str, edit: Edit, fields: tuple[str, ...]) -> Act:
    """An act that edits that body: ``request`` or ``answer``."""
    if body == "answer":
        return Act(lambda fate, _, id: fate.later.append((name, edit, id)), "answer", fields)

    def fall(fate: Fate, document: Document | None, id: str) -> None:
        if document is not None:
            fate.edit(name, edit, document, id)

    return Act(fall, "request", fields)


def changing(kind: str, parameters: Mapping[str, Any], change: Change) -> Act:
    """An act that changes every value of the field alike."""
    field = parameters["field"]
    return act(kind, parameters, lambda document, _: document.edit(field, change))


def growing(of: Callable[[float], Act]) -> Act:
    """An act that has a size; ``of``: it at a part of that size, from 0 to 1."""
    return replace(of(1.0), at=lru_cache(maxsize=2 * LEVELS)(of))
