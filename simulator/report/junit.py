"""A score and its record in, JUnit XML out: each objective, task, gate and finding is a test case."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from generator.model import Catalogue
from simulator.events import Record
from simulator.report import phrases
from simulator.report.whole import Report, report_of
from simulator.scoring import Score


def junit(score: Score, record: Record, catalogue: Catalogue | None = None) -> str:
    """One suite a drill; what was not judged is skipped, and a drill that is not scored is an error."""
    report = report_of(score, record, catalogue)
    cases = [*_objectives(score), *_tasks(score), *_gates(score), *_findings(report), *_scored(score)]
    failures = sum("<failure" in case for case in cases)
    errors = sum("<error" in case for case in cases)
    skipped = sum("<skipped" in case for case in cases)
    name = _attribute(score.drill or score.service or "drill")
    counts = f"tests='{len(cases)}' failures='{failures}' errors='{errors}' skipped='{skipped}'"
    head = f"<testsuite name={name} {counts}>"
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *cases, "</testsuite>"]) + "\n"


def _objectives(score: Score) -> Iterator[str]:
    for objective in score.objectives:
        told = f"took {phrases.took(objective)}, {phrases.limit(objective)} allowed"
        inner = ""
        if objective.met is None:
            inner = f"<skipped message={_attribute(objective.note)}/>"
        elif not objective.met:
            inner = f"<failure message={_attribute(told)}>{_text(objective.note)}</failure>"
        yield _case("objective", objective.title, inner, (objective.minutes or 0.0) * 60)


def _tasks(score: Score) -> Iterator[str]:
    for task in score.tasks:
        told = f"message={_attribute(task.note)}"
        inner = {True: "", False: f"<failure {told}/>", None: f"<skipped {told}/>"}[phrases.task_state(task)]
        yield _case("task", task.title, inner, 0.0)


def _gates(score: Score) -> Iterator[str]:
    for gate in score.gates:
        told = f"message={_attribute(gate.why)}"
        inner = {True: "", False: f"<failure {told}/>", None: f"<skipped {told}/>"}[gate.passed]
        yield _case("gate", gate.title, inner, 0.0)


def _findings(report: Report) -> Iterator[str]:
    """Each fails, named by its step and its rule; where it stands is the text."""
    for finding in report.findings:
        name = f"{finding.runbook}/{finding.step}: {finding.rule} at {finding.time}"
        where = _text(finding.where)
        yield _case("finding", name, f"<failure message={_attribute(finding.message)}>{where}</failure>", 0.0)


def _scored(score: Score) -> Iterator[str]:
    inner = "" if score.scored else f"<error message={_attribute(score.reason)}/>"
    yield _case("score", phrases.headline(score), inner, 0.0)


def _case(kind: str, name: str, inner: str, seconds: float) -> str:
    head = f"<testcase classname={_attribute(kind)} name={_attribute(name)} time='{seconds:.0f}'"
    return f"  {head}>{inner}</testcase>" if inner else f"  {head}/>"


def _attribute(text: str) -> str:
    return quoteattr(phrases.clean(text))


def _text(text: str) -> str:
    return escape(phrases.clean(text))
