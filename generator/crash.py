"""A bug of ours in, one line to read and one log to paste out."""

from __future__ import annotations

import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OUR_BUG = 3
_TOKEN = re.compile(r"drillbook1\.[\w.-]+")
"""What arms a drill may stand on the command line, and in no report."""


def version_of_drillbook() -> str:
    """The version that is installed; ``unknown`` in a bare checkout."""
    try:
        return version("drillbook")
    except PackageNotFoundError:
        return "unknown"


def write_log(command: str, arguments: Sequence[str], error: BaseException) -> Path:
    """A file with all that a report needs: version, command and traceback."""
    lines = [
        f"drillbook {version_of_drillbook()}, Python {platform.python_version()}, {platform.system()}",
        f"{command} {' '.join(arguments)}",
        "",
        "".join(traceback.format_exception(error)),
    ]
    with tempfile.NamedTemporaryFile(
        "w", prefix=f"{command}-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(_TOKEN.sub("[token]", "\n".join(lines)))
    return Path(log.name)


def confess(command: str, error: BaseException) -> int:
    """Say in one line that this is our bug; the exit code for it."""
    log = write_log(command, sys.argv[1:], error)
    said = f"{type(error).__name__}: {error}".splitlines()[0]
    print(f"{command}: this is a bug of ours ({said}); please report it with {log}", file=sys.stderr)
    return OUR_BUG
