"""Some data in, every text and every mapping inside it out, outside in, each with the way to it."""

from __future__ import annotations

from typing import Any

from generator.source import Pointer


def texts(value: Any, pointer: Pointer = ()) -> list[tuple[Pointer, str]]:
    """Every text inside some data, with the way to it."""
    found: list[tuple[Pointer, str]] = []
    _texts(value, pointer, found)
    return found


def _texts(value: Any, pointer: Pointer, found: list[tuple[Pointer, str]]) -> None:
    # Lists that are filled, for generators inside generators cost their depth at every step.
    if isinstance(value, str):
        found.append((pointer, value))
    elif isinstance(value, dict):
        for key, item in value.items():
            _texts(item, (*pointer, key), found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _texts(item, (*pointer, index), found)


def mappings(value: Any, pointer: Pointer = ()) -> list[tuple[Pointer, dict[str, Any]]]:
    """Every mapping inside some data, with the way to it."""
    found: list[tuple[Pointer, dict[str, Any]]] = []
    _mappings(value, pointer, found)
    return found


def _mappings(value: Any, pointer: Pointer, found: list[tuple[Pointer, dict[str, Any]]]) -> None:
    if isinstance(value, dict):
        found.append((pointer, value))
        for key, item in value.items():
            if isinstance(item, (dict, list)):
                _mappings(item, (*pointer, key), found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, (dict, list)):
                _mappings(item, (*pointer, index), found)
