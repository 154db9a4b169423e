"""The text of a panel's CSV in, its rows as columns of numbers out."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from generator.model import PanelRows


class PanelError(ValueError):
    """The text is no panel; the message says where and why."""


def read_text(root: Path, file: str) -> str:
    """The text of a panel that a service names; PanelError when it is not to be had."""
    folder = (root / "runbooks" / "services").resolve()
    target = (folder / file).resolve()
    if not target.is_relative_to(folder):
        raise PanelError(f"'{file}' leads out of runbooks/services/")
    if not target.is_file():
        raise PanelError(f"there is no file runbooks/services/{file}")
    try:
        return target.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise PanelError(f"runbooks/services/{file} is not UTF-8") from None


def rows_of(text: str) -> PanelRows:
    """The columns of a panel by name; PanelError at the first cell that is no number.

    >>> rows_of("amount,fraud\\n12.5,0\\n").columns
    {'amount': (12.5,), 'fraud': (0.0,)}
    """
    lines = csv.reader(io.StringIO(text))
    header = next(lines, [])
    if not header:
        raise PanelError("the panel is empty")
    rows = [_numbers(line, header, lines.line_num) for line in lines]
    return PanelRows(dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else {})


def _numbers(line: list[str], header: list[str], number: int) -> list[float]:
    if len(line) != len(header):
        raise PanelError(f"line {number} of the panel has {len(line)} cells, its header {len(header)}")
    return [_cell(cell, column, number) for column, cell in zip(header, line, strict=True)]


def _cell(text: str, column: str, number: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PanelError(f"line {number} of the panel: '{text[:20]}' in column '{column}' is no number")
    return value
