"""A score in, JUnit XML out: each objective and each critical task is a test case."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from simulator.events import Record
from simulator.report import phrases
from simulator.scoring import Score


def junit(score: Score, record: Record) -> str:
    """One suite a drill; what was not judged is skipped, and a drill that is not scored is an error."""
    cases = [*_objectives(score), *_tasks(score), *_scored(score)]
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
        good = task.done != task.must_not
        inner = "" if good else f"<failure message={_attribute(task.note)}/>"
        yield _case("task", task.title, inner, 0.0)


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
