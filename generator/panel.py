"""The text of a panel's CSV in, its rows as columns of numbers out."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path

from generator.model import PanelRows
from generator.source import LARGEST

MAXIMUM_BYTES = 20_000_000


class PanelError(ValueError):
    """The text is no panel; the message says where and why."""


def read_text(root: Path, file: str) -> str:
    """The text of a panel that a service names; PanelError when it is not to be had."""
    folder = (root / "runbooks" / "services").resolve()
    try:
        target = (folder / file).resolve()
    except (OSError, RuntimeError):
        raise PanelError(f"runbooks/services/{file} is a link that leads nowhere") from None
    if not target.is_relative_to(folder):
        raise PanelError(f"'{file}' leads out of runbooks/services/")
    if not target.is_file():
        raise PanelError(f"there is no file runbooks/services/{file}")
    try:
        if target.stat().st_size > MAXIMUM_BYTES:
            raise PanelError(f"runbooks/services/{file} is larger than {MAXIMUM_BYTES:,} bytes")
        return target.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise PanelError(f"runbooks/services/{file} is not UTF-8") from None
    except OSError as error:
        raise PanelError(f"runbooks/services/{file} cannot be read: {error.strerror}") from None


def rows_of(text: str) -> PanelRows:
    """The columns of a panel by name; PanelError at the first cell that is no number.

    >>> rows_of("amount,fraud\\n12.5,0\\n").columns
    {'amount': (12.5,), 'fraud': (0.0,)}
    """
    lines = csv.reader(io.StringIO(text))
    header = next(lines, [])
    if not header:
        raise PanelError("the panel is empty")
    if len(set(header)) < len(header):
        raise PanelError("a column stands twice in the header of the panel")
    try:
        rows = [_numbers(line, header, lines.line_num) for line in lines]
    except csv.Error as error:
        raise PanelError(f"line {lines.line_num} of the panel: {error}") from None
    if not rows:
        raise PanelError("the panel has a header and no rows")
    return PanelRows(dict(zip(header, zip(*rows, strict=True), strict=True)))


def _numbers(line: list[str], header: list[str], number: int) -> list[float]:
    if len(line) != len(header):
        raise PanelError(f"line {number} of the panel has {len(line)} cells, its header {len(header)}")
    try:
        values = [float(cell) for cell in line]
    except ValueError:
        values = [math.nan]
    if not all(abs(value) <= LARGEST for value in values):
        column, cell = next(pair for pair in zip(header, line, strict=True) if not _is_number(pair[1]))
        raise PanelError(f"line {number} of the panel: '{cell[:20]}' in column '{column}' is no number")
    return values


def _is_number(cell: str) -> bool:
    try:
        return abs(float(cell)) <= LARGEST
    except ValueError:
        return False
