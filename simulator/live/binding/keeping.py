"""What a service answered or a program said in, a file for this user alone out, with no secret in it."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.live.binding.hearing import Heard
from simulator.live.binding.masking import Secrets
from simulator.live.runs import write_private

_UNFIT = re.compile(r"[^a-z0-9-]+")


def keep_output(heard: Heard, control: str, folder: Path | None, secrets: Secrets) -> str:
    """Put it beside the others, the first as ``said-001-CONTROL.txt``; what went wrong, in words.

    Whether a control was turned does not hang on it: a full disk loses what was said, not that it was done.
    """
    if folder is None or not heard.kept:
        return ""
    content = secrets.redacted(heard.kept, is_whole=heard.is_whole)
    if not heard.is_whole:
        content += b"\n[there was more]\n"
    name = _UNFIT.sub("-", control.lower())[:80]
    try:
        number = 1 + sum(1 for _ in folder.glob("said-*.txt"))
        write_private(folder / f"said-{number:03}-{name}.txt", content)
    except OSError as error:
        return f"what was said could not be kept: {error.strerror or type(error).__name__}"
    return ""
