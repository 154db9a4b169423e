"""A service of two times in; whether its panel holds other rows, out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.changes.change import Change, Weight
from generator.panel import PanelError, read_text
from generator.source import Document

_WAY = ("profile", "panel", "file")


def compare_panels(old: Path, new: Path, service: Document) -> Iterator[Change]:
    """A panel is no YAML, and still decides what a drill shows."""
    file = _file(service)
    if file is None:
        return
    was, now = _rows(old, file), _rows(new, file)
    if was is not None and now is not None and was != now:
        text = f"the panel {file} holds other rows: {len(now) - 1}, was {len(was) - 1}"
        yield Change(text, Weight.PLAN, service.place(_WAY), "panel")


def _file(service: Document) -> str | None:
    value: Any = service.data
    for key in _WAY:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None


def _rows(root: Path, file: str) -> list[str] | None:
    """The lines of a panel; None when it cannot be read, which the rule ``panels`` says."""
    try:
        return read_text(root, file).splitlines()
    except PanelError:
        return None
