from __future__ import annotations

import dataclasses
import re

from generator import model as m
from generator.site.pages.organization import glossary_page
from generator.site.view import View, view_of
from tests.generator.site.example import ORGANIZATION, RUNBOOK, catalogue

TERMS = (
    m.Term("drift", "Inputs change."),
    m.Term("concept drift", "Meanings change."),
    m.Term("PSI", "A distance."),
)


def glossed(*terms: m.Term, runbook: m.Runbook = RUNBOOK) -> m.Catalogue:
    """The example with these words."""
    return dataclasses.replace(
        catalogue(runbook), organization=dataclasses.replace(ORGANIZATION, glossary=terms or TERMS)
    )


def view(*terms: m.Term) -> View:
    """The view of the example's runbook with these words."""
    given = glossed(*terms)
    return view_of(given, given.runbooks[0])


def links(html: str) -> list[tuple[str, str]]:
    """The words that lead to the glossary, with the anchors that they lead to."""
    return [
        (words, to) for to, words in re.findall(r'href="\.\./glossary\.html#([^"]+)"[^>]*>([^<]+)<', html)
    ]


def test_the_first_of_each_word_leads_to_the_glossary() -> None:
    """A word is explained once in a section; a link on every second word would be noise."""
    shown = view().prose("Drift is old.\n\n- Drift again.\n- The psi, too.")

    assert links(shown) == [("Drift", "term-drift"), ("psi", "term-PSI")]


def test_the_longest_word_wins_and_parts_of_words_do_not_count() -> None:
    """'Concept drift' is not 'drift', and 'drifting' is no word of the glossary; a plural is."""
    shown = view().prose("Drifting is not concept drift, nor are two drifts.")

    assert links(shown) == [("concept drift", "term-concept_20drift"), ("drifts", "term-drift")]


def test_code_and_names_stay_as_they_are() -> None:
    """What stands in backticks, and what is a link already, is left alone."""
    shown = view(m.Term("overview", "A look."), m.Term("drift", "x")).prose(
        "Open the overview dashboard: `drift`."
    )

    assert links(shown) == []
    assert "<code>drift</code>" in shown
    assert "<a" not in re.sub(r"<a [^>]*>[^<]*</a>", "", shown)


def test_steps_are_not_sprinkled_with_links() -> None:
    """What is done under pressure stays plain."""
    assert links(view().text("Look whether drift is over.")) == []


def test_a_word_of_the_glossary_is_text() -> None:
    """Whatever a word holds, it neither breaks the page nor the search for it."""
    shown = view(m.Term("<b>(a+)+$", "x"), m.Term("a|b", "y")).prose("See <b>(a+)+$ and a|b.")

    assert [words for words, _ in links(shown)] == ["&lt;b&gt;(a+)+$", "a|b"]


def test_the_glossary_says_where_a_word_is_used() -> None:
    """Each word lists the pages whose prose has it; one that nobody uses lists none."""
    runbook = dataclasses.replace(RUNBOOK, summary="This is drift.")

    page = glossary_page(glossed(runbook=runbook)).markdown()

    drift = page[page.index('id="term-drift"') : page.index('id="term-PSI"')]
    assert 'href="runbooks/feature-drift.html"' in drift
    assert "href" not in page[page.index('id="term-PSI"') :]
