"""Loaded sources in, every finding of every file out."""

from __future__ import annotations

from collections.abc import Callable

from generator import waivers
from generator.checks import CHECKS, FIRM
from generator.checks.sources import Sources
from generator.load import Loaded
from generator.source import Finding


def check(loaded: Loaded) -> tuple[Finding, ...]:
    """All findings, in the order of their places; those of loading among them."""
    sources = Sources.of(loaded)
    found = [*loaded.findings, *(f for one in CHECKS for f in one.check(sources))]
    rules = {"load", waivers.NAME, *(one.name for one in CHECKS)}
    findings = list(waivers.applied(found, loaded.documents, rules=rules, firm={*FIRM, "load", waivers.NAME}))
    wanted = concerned(loaded)
    return tuple(
        sorted({f for f in findings if wanted(f.place.path)}, key=lambda f: (f.place, f.rule, f.message))
    )


def nothing_asked(loaded: Loaded) -> bool:
    """Whether paths were given, and not one of them is a source or holds one."""
    wanted = concerned(loaded)
    return bool(loaded.asked) and not any(wanted(document.path) for document in loaded.documents)


def concerned(loaded: Loaded) -> Callable[[str], bool]:
    """Which paths are reported: what was asked for, and what depends on it."""
    if not loaded.asked:
        return lambda path: True
    asked = {d.path for d in loaded.documents if any(_within(d.path, place) for place in loaded.asked)}
    names = [d.name for d in loaded.documents if d.path in asked and d.kind == "service"]
    if "runbooks/organization.yaml" in asked:
        return lambda path: True
    asked |= {d.path for d in loaded.documents if d.data.get("service") in names}
    return lambda path: path in asked or any(_within(path, place) for place in loaded.asked)


def _within(path: str, place: str) -> bool:
    return place in (".", path) or path.startswith(f"{place}/")
