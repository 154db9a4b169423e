"""A runbook in, what managers and executives ask out: how bad, who feels it, when it ends, in plain words."""

from __future__ import annotations

import re

from generator.model import Severity, Term
from generator.site.markup import NOTHING, Html, anchor, escape, heading, join, local, tag
from generator.site.mentions import lacks
from generator.site.pages.fold import fold
from generator.site.pages.response import facts
from generator.site.view import View
from generator.site.views import PLAIN_WORDS
from generator.site.words import duration

STATUSES = (
    ("investigating", "Somebody is on it; what is wrong is not known yet."),
    ("containment", "The harm is stopped by a change that can be undone; the cause is still there."),
    ("mitigation", "The cause is being removed."),
    ("restoration", "The service goes back to normal, a share at a time."),
    ("stand down", "It was a false alarm, or it went by itself."),
)


def plain_words(view: View) -> list[str]:
    """How bad it is, what users feel, by when it ends, and what the words of a status mean."""
    pairs = [
        ("How bad", _how_bad(view)),
        ("What users feel", _effects(view)),
        ("What we promise", _promises(view)),
        ("Words of a status", _statuses(view)),
        ("More words", _words(view)),
    ]
    inside = fold("For managers and executives: how bad, who feels it, until when", facts(pairs),
                  readers=(PLAIN_WORDS,))  # fmt: skip
    return [heading(2, "In plain words", "plain-words"), inside]


def _severity(view: View) -> Severity | None:
    severities = view.catalogue.organization.severities
    return next((one for one in severities if one.id == view.runbook.severity), None)


def _how_bad(view: View) -> Html:
    found = _severity(view)
    if found is None:
        return escape(view.runbook.severity)
    words = f"{found.title}. {found.meaning} An update every {duration(found.update_minutes)}."
    return Html(tag("b", found.id) + escape(f" {words}"))


def _effects(view: View) -> Html:
    shown = [
        tag("li", tag("b", path.title), escape(": "), view.text(path.effect_on_users))
        for path in view.runbook.containment.paths
    ]
    return Html(escape("While it is contained, by what is done:") + tag("ul", *shown)) if shown else NOTHING


def _promises(view: View) -> Html:
    goals = view.runbook.objectives
    sentences = (
        f"We notice it within {duration(goals.detect_minutes)} from its start.",
        f"Somebody is on it within {duration(goals.acknowledge_minutes)} from the first page.",
        f"The harm stops within {duration(goals.contain_minutes)}.",
        f"The cause is gone within {duration(goals.mitigate_minutes)}.",
        f"The review is written within {goals.postmortem_days:g} days.",
    )
    return tag("ul", *[tag("li", sentence) for sentence in sentences])


def _statuses(view: View) -> Html:
    known = {term.term.lower(): term for term in view.catalogue.organization.glossary}
    shown = [
        tag("li", _term(known[word], word) if word in known else tag("b", word), escape(f": {meaning}"))
        for word, meaning in STATUSES
    ]
    return tag("ul", *shown)


def _words(view: View) -> Html:
    """The organization's own words that the summary and the effects use, as links to what they mean."""
    runbook = view.runbook
    texts = [runbook.title, runbook.summary, *[path.effect_on_users for path in runbook.containment.paths]]
    text = " ".join(view.plain(one) for one in texts)
    said = {word for word, _ in STATUSES}
    used = [
        term
        for term in view.catalogue.organization.glossary
        if term.term.lower() not in said
        and not lacks(text, [term.term])
        and re.search(rf"(?<!\w){re.escape(term.term)}s?(?!\w)", text, re.IGNORECASE)
    ]
    return join(", ", [_term(term, term.term) for term in used])


def _term(term: Term, shown: str) -> Html:
    return local(f"../glossary.html#{anchor('term', term.term)}", shown)
