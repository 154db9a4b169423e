"""The folder of a run in; which controls of somebody's service it has turned and not back, out.

It stands on the disk before the first of them is turned, so that whoever ends a drill by force can still be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from generator.model import Setting
from simulator.live.runs import TURNED, write_private

FILE = TURNED
MOST_BYTES = 100_000


def note(folder: Path, environment: str, defaults: Mapping[str, Setting]) -> None:
    """By control that is turned, its default; none: nothing is turned. OSError where the disk does not take it."""
    if defaults:
        content = json.dumps({"environment": environment, "defaults": dict(defaults)})
        write_private(folder / FILE, f"{content}\n".encode())
    else:
        (folder / FILE).unlink(missing_ok=True)


def left(folder: Path) -> Iterator[str]:
    """What was not turned back, a sentence each; nothing where nobody noted anything, or it cannot be read."""
    try:
        with (folder / FILE).open("rb") as file:
            found = json.loads(file.read(MOST_BYTES))
        environment, defaults = str(found["environment"]), dict(found["defaults"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return
    for control, default in defaults.items():
        yield sentence(str(control), environment, default)


def sentence(control: str, environment: str, default: object) -> str:
    """
    >>> sentence("traffic-split", "staging", 1.0)
    "'traffic-split' may still be turned in 'staging': see to it that it is at 1.0 there"
    """
    plain = [
        "".join(sign if sign.isprintable() else "?" for sign in str(text)[:100])
        for text in (control, environment, default)
    ]
    return f"'{plain[0]}' may still be turned in '{plain[1]}': see to it that it is at {plain[2]} there"
