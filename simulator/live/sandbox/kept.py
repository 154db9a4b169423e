"""Controls that were turned in, a file out; and back, for a sandbox that was killed and is started anew."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from generator.model import Service, Setting

MAXIMUM_BYTES = 1_000_000


def keep(path: Path, turned: Mapping[str, Setting]) -> None:
    """Write all at once, or nothing; OSError when the disk does not take it."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            json.dump(dict(turned), file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def kept_in(path: Path, service: Service) -> Mapping[str, Setting]:
    """The controls that stand there at values of theirs; whatever else stands there is none of the service's."""
    try:
        with path.open("rb") as file:
            found = json.loads(file.read(MAXIMUM_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    told = ((control.id, among(found.get(control.id), control.values)) for control in service.controls)
    return {id: value for id, value in told if value is not None}


def among(value: object, values: tuple[Setting, ...]) -> Setting | None:
    """The listed value that it is; text is not a number, and a truth value is neither.

    >>> among(1, (0.0, 1.0)), among("1", (0.0, 1.0)), among(True, (0.0, 1.0)), among("on", ("off", "on"))
    (1.0, None, None, 'on')
    """
    for listed in values:
        same_kind = isinstance(value, str) == isinstance(listed, str)
        if same_kind and isinstance(value, bool) == isinstance(listed, bool) and value == listed:
            return listed
    return None
