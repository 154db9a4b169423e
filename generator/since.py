"""Findings and a revision in, those that the change since then touches or causes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.check import check
from generator.load import load
from generator.report import Context, fingerprints
from generator.revisions import changed_lines, sources_at
from generator.source import Finding


@dataclass(frozen=True, slots=True)
class Since:
    """What a change is answerable for."""

    findings: tuple[Finding, ...]
    left_out: int
    """How many findings are older, and stand on lines that the change does not touch."""
    changed: Mapping[str, frozenset[int] | None]


def since(
    findings: Sequence[Finding], root: Path, revision: str, *, elsewhere: Sequence[Finding] = ()
) -> Since:
    """The findings on changed lines, and those that the sources did not have at the revision.

    ``elsewhere`` are findings among them that no change of the sources causes, such as a page that is gone.
    """
    changed = changed_lines(root, revision)
    with sources_at(root, revision) as folder:
        older = {*fingerprints(check(load(folder))), *fingerprints(elsewhere)}
    touches = Context(changed=changed).touches
    kept = tuple(
        finding
        for finding, mark in zip(findings, fingerprints(findings), strict=True)
        if touches(finding) or mark not in older
    )
    return Since(kept, len(findings) - len(kept), changed)
