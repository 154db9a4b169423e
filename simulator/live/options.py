"""Words of a command line in, what they mean out; and the loop that a process of a live drill runs on."""

from __future__ import annotations

import argparse
import asyncio
import math
import re
import resource
from collections.abc import Callable


def number(least: float, most: float) -> Callable[[str], float]:
    """A type of ``argparse``: numbers within these ends."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text[:40]}' is no number from {least:g} to {most:g}")
        return value

    return read


def whole(least: int, most: int) -> Callable[[str], int]:
    """A type of ``argparse``: whole numbers within these ends."""

    def read(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"'{text[:40]}' is no whole number from {least} to {most}")
        return int(text)

    return read


port = whole(0, 65535)
"""A type of ``argparse``; 0: a free one."""


def minute_of_day(text: str) -> int:
    """
    >>> minute_of_day("09:30")
    570
    """
    found = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if found is None:
        raise argparse.ArgumentTypeError(f"'{text[:40]}' is no time of day such as 09:30")
    return int(found[1]) * 60 + int(found[2])


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's where it is to be had; None: asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def raise_limits() -> None:
    """As many connections as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
