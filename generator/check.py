"""Loaded sources in, every finding of every file out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from generator import waivers
from generator.checks import CHECKS, FIRM
from generator.checks.sources import Sources
from generator.load import Loaded, is_evidence, is_within, load
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


def check_paths(root: Path, paths: Sequence[Path]) -> tuple[Loaded, tuple[Finding, ...]]:
    """What was read and found for some paths, or for all; reads no more than it takes to be sure."""
    loaded = load(root, paths, narrowly=True)
    findings = check(loaded)
    if findings and loaded.passed_over:  # with every name in sight, hints can say more
        loaded = load(root, paths)
        findings = check(loaded)
    return loaded, findings


def nothing_asked(loaded: Loaded) -> bool:
    """Whether paths were given, and not one of them is a source, holds one, or is evidence beside one."""
    wanted, paths = concerned(loaded), [document.path for document in loaded.documents]
    beside = any(is_evidence(place, path) for place in loaded.asked for path in paths)
    return bool(loaded.asked) and not beside and not any(wanted(path) for path in paths)


def concerned(loaded: Loaded) -> Callable[[str], bool]:
    """Which paths are reported: what was asked for, and what depends on it."""
    if not loaded.asked:
        return lambda path: True
    asked = {d.path for d in loaded.documents if any(is_within(d.path, place) for place in loaded.asked)}
    names = [d.name for d in loaded.documents if d.path in asked and d.kind == "service"]
    if "runbooks/organization.yaml" in asked:
        return lambda path: True
    asked |= {d.path for d in loaded.documents if d.data.get("service") in names}
    return lambda path: (
        path in asked
        or any(is_within(path, place) for place in loaded.asked)
        or any(is_evidence(path, source) for source in asked)
    )
