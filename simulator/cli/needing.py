"""What live drills need besides: wrong usage, with what to install, where it is missing."""

from __future__ import annotations

import importlib.util

import click

NEEDED = ("aiohttp", "httptools", "orjson", "prometheus_client")
INSTALL = "pip install 'drillbook[live]'"


def installed() -> None:
    """Nothing where all is there."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise click.UsageError(f"live drills need {', '.join(missing)}: {INSTALL}")
