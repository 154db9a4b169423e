from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from playwright.sync_api import Page

from generator.model import Catalogue
from generator.site import SiteReport
from generator.site.pages.front import front_page
from generator.site.symptoms import SYMPTOMS
from tests.generator.site.example import RUNBOOK, catalogue

SCHEMA = Path(__file__).parents[3] / "schema" / "common.schema.json"


def several(count: int) -> Catalogue:
    """The example with so many runbooks of one kind."""
    one = catalogue()
    books = tuple(
        dataclasses.replace(one.runbooks[0], runbook=dataclasses.replace(RUNBOOK, id=f"book-{n}"))
        for n in range(count)
    )
    return dataclasses.replace(one, runbooks=books)


def test_every_symptom_has_plain_words() -> None:
    """Whoever sees something looks for it in their own words, not in those of a machine."""
    known = json.loads(SCHEMA.read_text())["definitions"]["symptom"]["enum"]

    assert set(known) == set(SYMPTOMS)


def test_a_runbook_shows_how_it_is_met() -> None:
    """The first alert and the first thing that people notice stand beside the name, without a tap."""
    page = front_page(catalogue()).markdown()

    shown, _, folded = page.partition("<details")
    assert "Wrong predictions" in shown
    assert "Amount drifted" in shown
    assert "Customers say that cards are declined." in shown
    assert "<li" not in folded.partition('id="services"')[0]


def test_there_are_three_ways_in(built: tuple[Path, SiteReport]) -> None:
    """What one sees, the service and the severity each lead to the runbook."""
    page = (built[0] / "site/index.html").read_text()

    for way, following in (("symptoms", "services"), ("services", "severities"), ("severities", "nobody")):
        section = page[page.index(f'id="{way}"') : page.index(f'id="{following}"')]
        assert 'href="runbooks/feature-drift.html"' in section


def test_when_nothing_fits_somebody_can_be_woken(built: tuple[Path, SiteReport]) -> None:
    """The front page ends with who has the watch over each service, one tap away."""
    page = (built[0] / "site/index.html").read_text()

    end = page[page.index('id="nobody"') :]
    assert "On-call engineer" in end
    assert 'href="mailto:risk-ml@example.org"' in end


def test_many_runbooks_stay_folded_by_symptom() -> None:
    """With a hundred runbooks the front page is a list of symptoms with counts."""
    few, many = (front_page(several(count)).markdown() for count in (3, 100))

    assert 'class="db-group"' in few
    assert "<summary><h3" not in few
    assert "<summary><h3" in many
    assert "<small>100</small>" in many


def test_words_narrow_the_list_without_a_server(phone: Page, own: Path) -> None:
    """From a folder, where the search does not work, a word of a cue leaves the runbooks that have it."""
    phone.goto((own / "index.html").as_uri())
    entries = phone.locator(".db-listed")
    everything = entries.count()

    phone.get_by_label("Filter the runbooks").press_sequentially("declined")

    left = [entry for entry in entries.all() if entry.is_visible()]
    assert 0 < len(left) < everything
    words = [f"{entry.text_content()} {entry.get_attribute('data-words')}" for entry in left]
    assert all("declined" in text.lower() for text in words)
    assert phone.locator("[role=status]").inner_text() == f"{len(left)} of {everything} runbooks"
    assert not phone.locator("#services").is_visible()


def test_the_filter_knows_names_of_signals_and_accents_do_not_matter(phone: Page, own: Path) -> None:
    """The name that stands in an alert finds its runbook, however it is written."""
    phone.goto((own / "index.html").as_uri())

    phone.get_by_label("Filter the runbooks").press_sequentially("ÁMOUNT-PSI")

    assert phone.locator(".db-entry:visible").all_inner_texts() == ["A feature of the fraud scorer drifts"]


def test_enter_opens_the_only_runbook_left(phone: Page, own: Path) -> None:
    """A word and one key are enough."""
    phone.goto((own / "index.html").as_uri())

    phone.get_by_label("Filter the runbooks").press_sequentially("amount-psi")
    phone.keyboard.press("Enter")

    phone.wait_for_url("**/feature-drift.html")


def test_a_word_that_nothing_has_says_so(phone: Page, own: Path) -> None:
    """An empty list is explained, and emptying the field brings everything back."""
    phone.goto((own / "index.html").as_uri())
    field = phone.get_by_label("Filter the runbooks")

    field.press_sequentially("zebra")
    told = phone.locator("[role=status]").inner_text()
    field.press("Escape")

    assert "No runbook" in told
    assert phone.locator(".db-listed:visible").count() == phone.locator(".db-listed").count()
    assert phone.locator("#services").is_visible()


def test_a_link_can_carry_the_words(phone: Page, own_address: str) -> None:
    """``?q=`` filters at once, so that a chat can link to it."""
    phone.goto(own_address + "index.html?q=amount-psi")

    assert phone.locator(".db-listed:visible").count() == 1


def test_without_a_script_everything_is_there(built: tuple[Path, SiteReport]) -> None:
    """The field that could do nothing is not shown, and no entry is hidden."""
    page = (built[0] / "site/index.html").read_text()

    assert '<div class="db-filter" hidden="">' in page
    assert "hidden" not in page[page.index('id="symptoms"') : page.index('id="nobody"')]


def test_the_ways_are_under_the_thumb(phone: Page, own_address: str) -> None:
    """On a phone the three ways stay at the lower edge, large enough to be hit."""
    phone.goto(own_address)
    phone.mouse.wheel(0, 1500)

    for link in phone.locator(".db-bar a").all():
        box = link.bounding_box()
        assert box is not None
        assert box["y"] > 700
        assert box["height"] >= 36
