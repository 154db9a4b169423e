"""The evidence kept beside a runbook in, what was rehearsed, exercised and reviewed out."""

from __future__ import annotations

from collections import Counter

from generator.model import Exercise, Review
from generator.site.due import Due, dues_of
from generator.site.markup import NOTHING, Html, escape, heading, join, local, tag
from generator.site.pages.rehearsed import rehearsed
from generator.site.standing import (
    BY,
    Passage,
    PassageState,
    judgements,
    missed,
    passage,
    passages,
    silent_approvers,
    standing,
)
from generator.site.view import View

LISTED = 8
"""So many exercises and reviews are shown; the rest is counted."""
_STATES: tuple[tuple[PassageState, str], ...] = (
    ("exercised", "exercised as they stand"),
    ("changed", "changed since"),
    ("never", "never exercised"),
)


def chip(view: View, id: str) -> Html:
    """Beside a step: when its very text was exercised last, or that it changed since.

    Beside the steps of a runbook that was never exercised stands nothing: its badge says it once.
    """
    kept = view.catalogue.kept(view.runbook.id)
    if not kept.exercises or id not in view.compiled.parts:
        return NOTHING
    found = passage(view.compiled, kept, id)
    return tag("p", _passage_words(found), class_=f"db-chip db-chip-{found.state}")


def badge(view: View) -> Html:
    """One link for the card: how far the page can be trusted, by evidence alone."""
    found = standing(view.compiled, view.catalogue.kept(view.runbook.id))
    return local("#proven", found.words, class_=f"db-badge db-badge-{found.light}")


def proven(view: View) -> list[str]:
    """The section that says how far the page has been proven."""
    return [
        heading(2, "How far this is proven", "proven"),
        tag(
            "div",
            *_share(view),
            *rehearsed(view),
            *_exercises(view),
            *_reviews(view),
            _due(view),
            class_="db-proven",
        ),
    ]


def due_words(due: Due) -> Html:
    """What is due and when; a script marks what is late."""
    return tag(
        "span",
        escape("next review " if due.occasion == "review" else "next drill "),
        tag("time", due.day.isoformat(), datetime=due.day.isoformat()),
        data_due=due.day.isoformat(),
    )


def _passage_words(found: Passage) -> Html:
    if found.exercise is None:
        return escape("never exercised")
    day = tag("time", found.exercise.date)
    if found.state == "changed":
        return Html(escape("changed since it was exercised on ") + day)
    return Html(escape("exercised ") + day + escape(f", {_where(found.exercise)}"))


def _where(exercise: Exercise) -> str:
    return f"{exercise.environment}, by {BY[exercise.responder]}"


def _share(view: View) -> list[Html]:
    """How many steps were gone through as they stand, as a bar and in words."""
    found = passages(view.compiled, view.catalogue.kept(view.runbook.id))
    counts = Counter(one.state for one in found.values())
    parts = [(state, counts[state], words) for state, words in _STATES if counts[state]]
    if not parts:
        return []
    bar = [tag("span", " ", class_=f"db-part-{state}", style=f"flex-grow: {n}") for state, n, _ in parts]
    words = ", ".join(f"{n} {said}" for _, n, said in parts)
    shown = [
        tag("div", *bar, class_="db-bar-parts", aria_hidden="true"),
        tag("p", f"Of {len(found)} steps: {words}."),
    ]
    untried = [view.go(id) for id, one in found.items() if one.state != "exercised"]
    if untried and counts["exercised"]:
        listed = tag("ul", *[tag("li", link) for link in untried])
        shown.append(tag("details", tag("summary", "Steps to exercise next"), listed, class_="db-signal"))
    return shown


def _exercises(view: View) -> list[Html]:
    found = view.catalogue.kept(view.runbook.id).exercises[::-1]
    if not found:
        return [tag("p", "No drill of this runbook was kept.")]
    shown = [_exercise(view, one) for one in found[:LISTED]]
    return [tag("p", tag("b", "Exercised")), tag("ul", *shown, *_earlier(len(found)))]


def _exercise(view: View, exercise: Exercise) -> Html:
    known = any(drill.id == exercise.drill for drill in view.catalogue.drills)
    score = "not scored" if exercise.score is None else f"{exercise.score:g} of 100"
    objectives = "" if exercise.score is None else f", objectives {'missed' if missed(exercise) else 'met'}"
    return tag(
        "li",
        tag("b", exercise.date),
        escape(": "),
        tag("code", exercise.drill) if known else escape("a drill"),
        escape(f", {_where(exercise)}: {score}{objectives}, {len(exercise.parts)} steps, "),
        _of_text(view, exercise.hash),
        *(_record(exercise) if known else ()),
    )


def _record(exercise: Exercise) -> tuple[Html, Html]:
    """The record tells the truth of its drill, so it is named to those alone who may know of the drill."""
    return escape(", record "), tag("code", exercise.record[:8])


def _reviews(view: View) -> list[Html]:
    kept = view.catalogue.kept(view.runbook.id)
    found = kept.reviews[::-1]
    shown = [_review(view, one) for one in found[:LISTED]]
    parts = [tag("p", tag("b", "Reviewed")), tag("ul", *shown, *_earlier(len(found)))] if found else []
    silent = [view.role(role) for role in silent_approvers(view.compiled, kept)]
    if silent:
        judged = "Nobody has judged this text" if not judgements(view.compiled, kept) else "Still to judge it"
        parts.append(tag("p", escape(f"{judged}; approvers asked: "), join(", ", silent), escape(".")))
    return parts


def _review(view: View, review: Review) -> Html:
    words = [tag("b", review.date), escape(": "), view.role(review.role), escape(f" {review.verdict} ")]
    note = [escape(": "), escape(review.note)] if review.note else []
    return tag("li", *words, _of_text(view, review.hash), *note)


def _of_text(view: View, hash: str) -> Html:
    if hash == view.compiled.hash:
        return escape("this very text")
    return tag("span", "an older text", class_="db-older")


def _earlier(count: int) -> list[Html]:
    return [tag("li", f"and {count - LISTED} earlier")] if count > LISTED else []


def _due(view: View) -> Html:
    found = list(dues_of(view.compiled, view.catalogue.kept(view.runbook.id)))
    if not found:
        return NOTHING
    words = [due_words(due) for due in found]
    return tag("p", local("../calendar.html", "Calendar"), escape(": "), join(", ", words), escape("."))
