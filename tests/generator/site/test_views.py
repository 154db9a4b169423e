from __future__ import annotations

import dataclasses
from pathlib import Path

from playwright.sync_api import Page

from generator.site import SiteReport
from generator.site.building import gather
from tests.generator.site.example import catalogue

VIEW = "runbooks/feature-drift.html?view=incident-lead"


def test_a_view_is_a_link_that_can_be_sent(phone: Page, address: str) -> None:
    """Who opens it sees whose view it is, that role's steps in full, and the others' as one line each."""
    phone.goto(address + VIEW)

    assert "Incident lead" in phone.locator(".db-views summary").first.inner_text()
    assert phone.locator("#step-healthy .db-answers").is_visible()
    other = phone.locator("#step-pin-v1")
    assert other.locator(".db-do").is_visible()
    assert not other.locator(".db-meta").is_visible()
    box = other.bounding_box()
    assert box is not None
    assert box["height"] <= 50


def test_a_view_removes_nothing(phone: Page, address: str) -> None:
    """A tap on somebody else's step shows it, and all is one tap away."""
    phone.goto(address + VIEW)

    phone.locator("#step-pin-v1 .db-do").click()
    assert phone.locator("#step-pin-v1 .db-meta").is_visible()
    phone.get_by_text("Show all").click()

    assert phone.locator("#step-is-it-real .db-meta").is_visible()
    assert phone.locator(".db-other").count() == 0
    assert "view=" not in phone.url


def test_choosing_a_view_keeps_the_place(phone: Page, address: str) -> None:
    """The address carries the view and the anchor, and the way back leads to all of it."""
    phone.goto(address + "runbooks/feature-drift.html#containment")

    phone.locator(".db-views summary").first.click()
    phone.locator(".db-views a[data-view=on-call]").click()

    assert phone.url.endswith("?view=on-call#containment")
    assert phone.get_by_text("Your steps: ").is_visible()
    phone.go_back()
    assert phone.locator(".db-view-name").inner_text() == "everybody"


def test_plain_words_are_for_who_decides_on_money(phone: Page, address: str) -> None:
    """How bad, what users feel, until when and what a status means are open; the steps are folded."""
    phone.goto(address + "runbooks/feature-drift.html?view=plain-words")

    for words in ("About 3 % more payments wait", "The harm stops within 15 min", "it was a false alarm"):
        assert phone.get_by_text(words).first.is_visible()
    assert not phone.locator("#step-confirm-jump").is_visible()


def test_a_view_works_from_a_folder(phone: Page, built: tuple[Path, SiteReport]) -> None:
    """Views need no server."""
    phone.goto((built[0] / "site/runbooks/feature-drift.html").as_uri() + "?view=incident-lead")

    assert phone.locator(".db-view-name").inner_text() == "Incident lead"
    phone.locator(".db-views summary").first.click()
    phone.locator(".db-views a[data-view=on-call]").click()
    phone.locator(".db-view-name", has_text="On-call engineer").wait_for()


def test_facilitators_have_a_view_where_there_are_drills() -> None:
    """A site for readers who may not know of drills does not speak of facilitators."""
    pages = {
        bool(drills): next(
            page.markdown()
            for page in gather(dataclasses.replace(catalogue(), drills=drills))[0]
            if page.path == "runbooks/feature-drift.md"
        )
        for drills in (catalogue().drills, ())
    }

    assert "?view=facilitator" in pages[True]
    assert "?view=facilitator" not in pages[False]
