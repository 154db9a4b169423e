from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from generator.site import SiteReport
from tests.generator.site.conftest import Visited


def test_a_phone_never_scrolls_sideways(visited: Visited) -> None:
    """At 360 pixels every page is exactly as wide as the screen."""
    assert len(visited.sizes) > 12
    assert {name: size for name, size in visited.sizes.items() if size[0] != 360} == {}


def test_a_runbook_is_short_on_a_phone(visited: Visited) -> None:
    """Folded, no runbook is longer than about eleven screens."""
    heights = {name: size[1] for name, size in visited.sizes.items() if name.startswith("runbooks/")}

    assert len(heights) >= 8
    assert {name: height for name, height in heights.items() if height >= 9000} == {}


def test_no_request_leaves_the_site(visited: Visited) -> None:
    """With the rest of the world cut off no page asks for it, nothing is missing, and nothing fails."""
    assert visited.wrong == []


def test_the_first_screen_answers(phone: Page, address: str) -> None:
    """Confirm, act, stop, whom to wake and the clock are seen without scrolling."""
    phone.goto(address + "runbooks/feature-drift.html")

    for part in (".db-confirm", ".db-act", ".db-stop", ".db-wake", ".db-clock"):
        box = phone.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


def test_a_search_finds_the_runbook_first(phone: Page, address: str) -> None:
    """Whoever types what fires gets the page that says what to do."""
    phone.goto(address)

    phone.locator("label.md-header__button[for=__search]").click()
    phone.locator(".md-search__input").press_sequentially("fraud")

    first = phone.locator(".md-search-result__link").first
    assert first.get_attribute("href").partition("?")[0].endswith("runbooks/feature-drift.html")  # type: ignore[union-attr]


def test_a_search_finds_a_step_by_a_word_in_it(phone: Page, address: str) -> None:
    """A word that stands in one folded step alone leads to that step, unfolded."""
    phone.goto(address)

    phone.locator("label.md-header__button[for=__search]").click()
    phone.locator(".md-search__input").press_sequentially("halve")
    phone.locator(".md-search-result__link[href*='#do-rules-half']").first.click()

    step = phone.locator("#step-rules-half")
    step.wait_for()
    box = step.bounding_box()
    assert step.evaluate("element => element.classList.contains('db-landed')")
    assert box is not None
    assert 0 <= box["y"] < 800


def test_a_page_from_a_file_offers_no_search(phone: Page, built: tuple[Path, SiteReport]) -> None:
    """A button that could do nothing is not shown."""
    phone.goto((built[0] / "site/index.html").as_uri())

    phone.locator("label.md-header__button[for=__search]").wait_for(state="hidden")


def test_a_link_to_a_signal_unfolds_it(phone: Page, address: str) -> None:
    """Signals are folded until somebody looks one up."""
    phone.goto(address + "runbooks/feature-drift.html#signal-amount-psi")

    phone.locator("#signal-amount-psi[open]").wait_for()
    assert phone.locator("#signal-score-psi[open]").count() == 0
