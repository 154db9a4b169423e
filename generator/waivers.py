"""Findings and the waivers of their files in; the findings that no waiver answers, and those of the waivers, out.

A waiver is a rule that an author switched off, with the reason, in the source itself. One of a runbook's for the
whole file answers warnings about the evidence beside it, too; evidence that is wrong cannot be waived.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from generator.source import Document, Finding, Place, Pointer, likely

NAME = "waivers"
"""The rule that waivers themselves are under."""


def applied(
    findings: Iterable[Finding],
    documents: Iterable[Document],
    *,
    rules: Collection[str],
    firm: Collection[str],
) -> Iterator[Finding]:
    """What is left of the findings; ``firm`` are the rules that cannot be switched off."""
    files = {document.path: _File(document) for document in documents if document.data.get("waivers")}
    blind = False
    for finding in findings:
        blind |= finding.rule in firm
        file = files.get(_home(finding))
        if file is None or finding.rule in firm or not file.answers(finding):
            yield finding
    for file in files.values():
        yield from file.problems(rules, firm, blind=blind)


def _home(finding: Finding) -> str:
    """The source whose waivers may answer a finding: its own, or of evidence that of the runbook."""
    runbook, beside, _ = finding.place.path.partition("/evidence/")
    return f"{runbook}/runbook.yaml" if beside and finding.severity == "warning" else finding.place.path


class _File:
    """One source, its waivers, and which of them were needed."""

    def __init__(self, document: Document) -> None:
        self.document = document
        given = document.data["waivers"]
        self.waivers: Sequence[Mapping[str, object]] = [
            waiver for waiver in (given if isinstance(given, list) else []) if isinstance(waiver, dict)
        ]
        self.used: set[int] = set()
        self._parts = [part_of(document, str(waiver.get("at", ""))) for waiver in self.waivers]

    @functools.cached_property
    def _at(self) -> Mapping[Place, Sequence[Pointer]]:
        """What begins where; hardly any file is asked."""
        found: dict[Place, list[Pointer]] = {}
        for places in (self.document.values, self.document.keys):
            for pointer, place in places.items():
                found.setdefault(place, []).append(pointer)
        return found

    @functools.cached_property
    def _places(self) -> Sequence[Place]:
        return sorted(self._at)

    def answers(self, finding: Finding) -> bool:
        """Whether some waiver answers the finding; all that do are noted as needed."""
        # Inside a text, the last thing that begins before it is the text.
        here = finding.place.path == self.document.path
        begun = bisect.bisect_right(self._places, finding.place) if here else 0
        pointers = self._at[self._places[begun - 1]] if begun else []
        answering = {
            index
            for index, (waiver, part) in enumerate(zip(self.waivers, self._parts, strict=True))
            if waiver.get("rule") == finding.rule and part is not None and _covers(part, pointers)
        }
        self.used |= answering
        return bool(answering)

    def problems(self, rules: Collection[str], firm: Collection[str], *, blind: bool) -> Iterator[Finding]:
        """Waivers of rules that there are not, or that are firm; of nothing; and those that nothing needs.

        ``blind``: something broke a firm rule, so other rules could not look at everything.
        """
        for index, waiver in enumerate(self.waivers):
            rule, at = waiver.get("rule"), waiver.get("at", "")
            if not isinstance(rule, str):
                continue  # the schema says so already
            if rule not in rules:
                hint = likely(rule, rules) or "a finding names its rule in brackets"
                yield self._finding((index, "rule"), f"there is no rule '{rule}'", hint)
            elif rule in firm:
                message = (
                    f"the rule '{rule}' cannot be switched off: pages and drills are made of what it holds"
                )
                yield self._finding((index, "rule"), message, "mend what it finds, and delete this waiver")
            elif self._parts[index] is None:
                hint = "name an id that this file defines, or a way such as postmortem.template"
                yield self._finding((index, "at"), f"nothing here is called '{at}'", hint)
            elif index not in self.used and not blind:
                yield self._finding((index,), f"nothing breaks the rule '{rule}' here", "delete this waiver")

    def _finding(self, pointer: Pointer, message: str, hint: str) -> Finding:
        return Finding(self.document.place(("waivers", *pointer)), NAME, "error", message, hint)


def part_of(document: Document, at: str) -> Pointer | None:
    """The way to what a waiver is about; None when there is no such part."""
    if not at:
        return ()
    for pointer in _ids(document.data, at):
        if pointer[:1] != ("waivers",):
            return pointer
    pointer = tuple(int(part) if part.isdecimal() else part for part in at.split("."))
    return pointer if pointer in document.values else None


def _ids(value: object, id: str, pointer: Pointer = ()) -> Iterator[Pointer]:
    """The mappings of that id, outside in."""
    if isinstance(value, Mapping):
        if value.get("id") == id:
            yield pointer
        for key, item in value.items():
            yield from _ids(item, id, (*pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _ids(item, id, (*pointer, index))


def _covers(part: Pointer, pointers: Iterable[Pointer]) -> bool:
    return not part or any(pointer[: len(part)] == part for pointer in pointers)
