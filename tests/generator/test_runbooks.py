"""The shipped runbooks are worth having: each says its own things, cites what it rests on, and is drilled."""

from __future__ import annotations

import functools
import itertools
import re
from collections import Counter

import pytest

from generator.check import check
from generator.compile import load_catalogue
from generator.load import load
from generator.model import Catalogue, CompiledRunbook
from tests.generator.corpus import ROOT

ALIKE = 0.8
"""Two steps are the same when they share so much of the words that either uses."""
MOST_SHARED = 1 / 3


@functools.cache
def catalogue() -> Catalogue:
    return load_catalogue(ROOT)


def words_of_steps(compiled: CompiledRunbook) -> list[frozenset[str]]:
    """The words of every step and decision, blind to case, numbers and references."""
    texts = [re.sub(r"{{.*?}}", " ", node.text) for node in compiled.plan.nodes]
    return [frozenset(re.findall(r"[a-z]+", text.lower())) for text in texts]


def shared(one: CompiledRunbook, other: CompiledRunbook) -> float:
    """The share of a runbook's steps that stand in another as well."""
    mine, theirs = words_of_steps(one), words_of_steps(other)
    same = [
        step for step in mine if any(len(step & that) >= ALIKE * max(1, len(step | that)) for that in theirs)
    ]
    return len(same) / len(mine)


def test_no_two_runbooks_share_more_than_a_third_of_their_steps() -> None:
    """Each runbook was written for its own kind of incident."""
    pairs = itertools.permutations(catalogue().runbooks, 2)

    too_alike = [
        (one.runbook.id, other.runbook.id) for one, other in pairs if shared(one, other) > MOST_SHARED
    ]

    assert too_alike == []


def test_every_runbook_cites_what_it_rests_on() -> None:
    """A runbook names the practice or the incident that it learned from."""
    assert [c.runbook.id for c in catalogue().runbooks if not c.runbook.citations] == []


def test_every_runbook_has_drills() -> None:
    """At least two for each, one of them with a fault; and two without any, over all."""
    found = Counter(
        (document.path.split("/")[1], bool(document.data["faults"]))
        for document in load(ROOT).documents
        if document.kind == "drill"
    )
    ids = [compiled.runbook.id for compiled in catalogue().runbooks]

    assert [id for id in ids if not found[id, True] or found[id, True] + found[id, False] < 2] == []
    assert sum(count for (_, has_faults), count in found.items() if not has_faults) >= 2


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_nothing_is_found_in_what_is_shipped(severity: str) -> None:
    """All shipped sources are clean with every check on."""
    assert [str(finding) for finding in check(load(ROOT)) if finding.severity == severity] == []
