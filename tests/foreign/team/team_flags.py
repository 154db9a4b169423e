"""The team's flags: a JSON file in, what they are out; and one of them set.

Plain Python: the model, the API and the command read it from beside them.
"""

import json
import os
import secrets
from pathlib import Path

SWITCH = ("on", "off")
FLAGS = {
    "delay-distance": SWITCH,
    "delay-scheduled-time": SWITCH,
    "delay-departure": SWITCH,
    "delay-origin": SWITCH,
    "delay-safe-mode": ("off", "on"),
    "delay-model": ("three-quarters", "half-year", "last-quarter"),
    "flight-pipeline": ("v2", "v1"),
    "model-share": None,
}
"""What each may be, the default first; None: a number from 0 to 1."""
DEFAULTS = {name: 1.0 if values is None else values[0] for name, values in FLAGS.items()}


def read(path: Path) -> dict:
    """All flags; one that the file does not hold has its default."""
    try:
        held = json.loads(path.read_bytes())
    except FileNotFoundError:
        held = {}
    return {**DEFAULTS, **held}


def checked(name: str, value: object) -> object:
    """The value as it is kept; KeyError for a flag that there is none, ValueError for what it cannot be."""
    values = FLAGS[name]
    if values is None:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise ValueError(f"'{name}' is a number from 0 to 1, not {value!r}")
        return float(value)
    if value not in values:
        raise ValueError(f"'{name}' is {' or '.join(values)}, not {value!r}")
    return value


def change(path: Path, name: str, value: object) -> object:
    """Set one, so that the file is there whole at any time; what it was before."""
    kept = checked(name, value)
    flags = read(path)
    before, flags[name] = flags[name], kept
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    beside.write_text(json.dumps(flags, indent=1))
    os.replace(beside, path)
    return before
