"""What a drill began with and what was counted, kept in files, so that a generator that is started anew goes on."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import get_args

from generator.values import StructureError, structure
from simulator.live import runs
from simulator.live.load.ends import End
from simulator.live.load.tally import Row

MOST_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class Kept:
    began: float
    """By the monotonic clock of this start of the machine."""
    healthy: dict[int, End]


def keep(path: Path | None, kept: Kept) -> None:
    """Put it down; where the disk does not take it, say so and go on."""
    if path is None:
        return
    held = {"boot": runs.boot(), "began": kept.began, "healthy": kept.healthy}
    try:
        runs.write_private(path, json.dumps(held).encode())
    except OSError as error:
        sys.stderr.write(f"load: {path} cannot be written, so a restart begins anew: {error.strerror}\n")


def kept_in(path: Path | None, *, now: float) -> Kept | None:
    """What was put down since the machine was started; None where there is nothing that can be trusted."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            held = json.loads(file.read(MOST_BYTES))
        began, healthy = float(held["began"]), held["healthy"]
        known = {int(case): end for case, end in healthy.items() if end in get_args(End)}
        if held["boot"] != runs.boot() or not math.isfinite(began) or began > now:
            return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Kept(began, known)


def keep_rows(path: Path | None, rows: Iterable[Row]) -> None:
    """Add rows that nothing is added to any more; a full disk costs no more than that."""
    text = "".join(f"{json.dumps(asdict(row))}\n" for row in rows)
    if path is None or not text:
        return
    with suppress(OSError):
        handle = os.open(_beside(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(handle, "wb", buffering=0) as file:
            file.write(text.encode())


def rows_in(path: Path | None) -> Sequence[Row]:
    """The rows that were put down whole, and make sense."""
    if path is None:
        return ()
    try:
        with _beside(path).open("rb") as file:
            lines = file.read(MOST_BYTES).split(b"\n")
    except OSError:
        return ()
    found = []
    for line in lines:
        with suppress(StructureError, ValueError, RecursionError):
            found.append(structure(json.loads(line), Row))
    return found


def forget_rows(path: Path | None) -> None:
    """What an earlier drill counted is no concern of this one."""
    if path is not None:
        with suppress(OSError):
            _beside(path).unlink()


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.rows")
