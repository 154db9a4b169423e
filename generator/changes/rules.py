"""The findings of two times in; the rules that the new text breaks and the old one did not, out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from generator.changes.change import Change, Weight
from generator.check import check
from generator.load import Loaded
from generator.source import Finding

LEFT_OUT = frozenset({"proof"})
"""That a certificate is of the text before says of every edit the same, and nothing of what it means."""
SHOWN = 3
"""How many findings of a rule are told one by one in a file."""


def newly_broken(old: Loaded, new: Loaded) -> Iterator[tuple[str, Change]]:
    """The new findings, each with the path of its file; one that only moved is not new."""
    alike: dict[tuple[str, str], list[Finding]] = {}
    for finding in _new(old, new):
        alike.setdefault((finding.place.path, finding.rule), []).append(finding)
    for (path, rule), findings in alike.items():
        for finding in findings[:SHOWN]:
            text = f"now breaks the rule {rule}: {finding.message}"
            yield path, Change(text, _weight(finding), finding.place, rule, detail=finding.hint)
        more = findings[SHOWN:]
        if more:
            times = "once more" if len(more) == 1 else f"{len(more)} times more"
            text = f"now breaks the rule {rule} {times}: 'runbook check' shows all"
            yield path, Change(text, _weight(more[0]), more[0].place, rule)


def _weight(finding: Finding) -> Weight:
    """An error stops what is built on the sources; a warning is about how the plan works."""
    return Weight.SAFETY if finding.severity == "error" else Weight.PLAN


def _new(old: Loaded, new: Loaded) -> Iterator[Finding]:
    left = Counter(_key(finding) for finding in check(old))
    for finding in check(new):
        if left[_key(finding)] > 0:
            left[_key(finding)] -= 1
        elif finding.rule not in LEFT_OUT:
            yield finding


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.place.path, finding.rule, finding.message
