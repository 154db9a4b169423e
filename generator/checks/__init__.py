"""The table of checks: one rule a module, in alphabetical order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from generator.checks import (
    approvals,
    measures,
    names,
    nodes,
    panels,
    plan,
    prose,
    references,
    scenarios,
    schema,
    settings,
    windows,
    worlds,
)
from generator.checks.sources import Sources
from generator.source import Finding, Severity


class Check(Protocol):
    """One rule: what it is called, how bad it is to break it, and who breaks it."""

    @property
    def name(self) -> str: ...

    @property
    def severity(self) -> Severity: ...

    @property
    def check(self) -> CheckFunction: ...


class CheckFunction(Protocol):
    def __call__(self, sources: Sources, /) -> Iterable[Finding]: ...


CHECKS: tuple[Check, ...] = (
    approvals,
    measures,
    names,
    nodes,
    panels,
    plan,
    prose,
    references,
    scenarios,
    schema,
    settings,
    windows,
    worlds,
)

FIRM = frozenset(
    {
        "measures",
        "names",
        "nodes",
        "panels",
        "plan",
        "prose",
        "references",
        "scenarios",
        "schema",
        "settings",
        "windows",
        "worlds",
    }
)
"""Rules that no waiver switches off: pages, alerts and drills are made of what they hold."""
