"""A program and its arguments in, what became of them out: only if allowed, without a shell, in a clean environment."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection
from pathlib import Path

from simulator import shell
from simulator.live.binding.filling import Invocation
from simulator.live.binding.hearing import Heard
from simulator.live.binding.outcome import Outcome
from simulator.live.binding.refusing import RefusedBindingError

HANDED_ON = ("HOME", "LANG", "PATH")
"""All that a program sees of our environment: no token of ours stands in it."""
KILLED = 128
"""A program that a signal ended has this status plus the signal's number, as a shell says it."""


def program(name: str, allowed: Collection[str]) -> str:
    """The file of an allowed program; RefusedBindingError.

    ``allowed``: names and absolute paths. A name is looked up once, in those folders of PATH that are absolute, and
    what was found is what is run. Links are not followed: two names of one file may be two programs.
    """
    found = _found(name)
    if found is None:
        raise RefusedBindingError(f"there is no program '{name[:100]}': name one of PATH, or its whole path")
    if found not in {_found(one) for one in allowed}:
        raise RefusedBindingError(
            f"'{found}' may not be run: whoever starts the drill allows it by --allow {name}"
        )
    return found


def _found(name: str) -> str | None:
    if os.path.isabs(name):
        return name if os.path.isfile(name) and os.access(name, os.X_OK) else None
    if "/" in name or not name:
        return None
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return shutil.which(
        name, path=os.pathsep.join(one for one in folders if os.path.isabs(one)) or "/nowhere"
    )


def run(
    invocation: Invocation, allowed: Collection[str], seconds: float, *, is_all_heard: bool = True
) -> Outcome:
    """Run it where the drill was started, and hear it out; it and all that it left behind is ended by then.

    ``is_all_heard``: its standard error, too.
    """
    file, heard = program(invocation.program, allowed), Heard()
    environment = {name: os.environ[name] for name in HANDED_ON if name in os.environ}
    try:
        code = shell.run(
            [file, *invocation.arguments],
            Path.cwd(),
            environment=environment,
            seconds=seconds,
            hear=heard.add,
            is_all_heard=is_all_heard,
        )
    except OSError as error:
        return Outcome(False, -1, heard, f"'{file}' cannot be run: {error.strerror or type(error).__name__}")
    if code is None:
        heard.broke_off = True
        return Outcome(False, -1, heard, f"'{file}' had not ended after {seconds:g} s, and was killed")
    if code < 0:
        return Outcome(False, KILLED - code, heard, f"'{file}' was ended by signal {-code}")
    return Outcome(code == 0, code, heard, f"'{file}' ended with status {code}" if code else "")
