"""The plan of a runbook leads, from every way in, through every step, to an ending."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.checks.sources import Sources
from generator.model import ENDINGS, Decision, Runbook
from generator.plan import entries, parts, reached
from generator.source import Document, Finding, Pointer, Severity

name = "plan"
severity: Severity = "error"


def check(sources: Sources) -> Iterator[Finding]:
    """Lists that just stop, decisions without a way out, steps that nothing leads to, endless loops."""
    for document in sources.sound("runbook"):
        if sources.is_muddled("runbook.node", document):
            continue  # a step that is given twice hides another
        runbook = sources.runbooks[document.path]
        loose = [*_loose_lists(runbook), *_loose_decisions(runbook)]
        walked = sources.ways[document.path]
        # When it is not whole, the check of references says why.
        leads = walked.leads if walked.is_whole and not loose else {}
        lost = [*_unreachable(runbook, leads), *_endless(leads)]
        for id, suffix, message, hint in [*loose, *lost]:
            pointer = _pointer(sources, document, id)
            yield Finding(document.place((*pointer, *suffix)), name, severity, message, hint)


_Trouble = tuple[str, Pointer, str, str]
"""The node, the way on from it to the very place, what is wrong, what to do."""


def _pointer(sources: Sources, document: Document, id: str) -> Pointer:
    """The mapping that says what a node is."""
    return sources.pointer(document, "runbook.node", id)[:-1]


def _loose_lists(runbook: Runbook) -> Iterator[_Trouble]:
    for part in parts(runbook):
        last = part.steps[-1] if part.steps else None
        if last is not None and not isinstance(last, Decision) and last.on_success is None:
            message = f"the last step of '{part.id}' does not say where to go"
            yield last.id, (), message, "add on_success: the next step, path or remedy, 'end' or 'stand-down'"


def _loose_decisions(runbook: Runbook) -> Iterator[_Trouble]:
    for part in parts(runbook):
        for step in part.steps:
            if isinstance(step, Decision):
                yield from _loose_answers(step)


def _loose_answers(decision: Decision) -> Iterator[_Trouble]:
    *others, last = enumerate(decision.answers)
    for index, answer in others:
        if answer.when is None:
            message = f"the answer '{answer.answer}' has no condition, and is not the last"
            yield decision.id, ("answers", index), message, "add 'when', or move it to the end"
    index, answer = last
    if answer.when is not None:
        message = f"the last answer of '{decision.id}' has a condition: nothing is left when it does not hold"
        yield decision.id, ("answers", index, "when"), message, "delete 'when', or add an answer for all else"


def _unreachable(runbook: Runbook, leads: Mapping[str, tuple[str, ...]]) -> Iterator[_Trouble]:
    """Of each run of unreachable steps the first: the others follow from it."""
    found = reached(entries(runbook), leads)
    lost = [node for node in leads if node not in found]
    followers = {way for node in lost for way in leads[node] if way != node}
    for node in [n for n in lost if n not in followers] or lost[:1]:
        yield node, (), f"nothing leads to '{node}'", "name it in on_success, on_failure or go, or delete it"


def _endless(leads: Mapping[str, tuple[str, ...]]) -> Iterator[_Trouble]:
    """Nodes from which no ending can be reached, the first of them in the order of the page."""
    back: dict[str, tuple[str, ...]] = {}
    for node, targets in leads.items():
        for target in targets:
            back[target] = (*back.get(target, ()), node)
    ending = reached(ENDINGS, back)
    for node in [n for n in leads if n not in ending][:1]:
        message = f"from '{node}' no way leads to an ending"
        yield node, (), message, "let a step of the loop lead to 'end' or 'stand-down'"
