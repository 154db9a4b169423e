from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from generator.site import SiteReport
from generator.site.serving import server
from tests.conftest import require_tool

PAGES = (
    "index.html",
    "runbooks/feature-drift.html",
    "services/fraud-scorer.html",
    "organization.html",
    "glossary.html",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    chromium = require_tool("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(built: tuple[Path, SiteReport]) -> Iterator[str]:
    """The address of the example's site on loopback."""
    with server(built[0] / "site", port=0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone held upright."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_never_scrolls_sideways(phone: Page, address: str, name: str) -> None:
    """At 360 pixels every page is exactly as wide as the screen."""
    phone.goto(address + name)

    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_the_first_screen_answers(phone: Page, address: str) -> None:
    """Confirm, act, stop, whom to wake and the clock are seen without scrolling."""
    phone.goto(address + "runbooks/feature-drift.html")

    for part in (".db-confirm", ".db-act", ".db-stop", ".db-wake", ".db-clock"):
        box = phone.locator(part).bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 800


def test_no_request_leaves_the_site(phone: Page, address: str) -> None:
    """Everything that every page loads comes from the site itself, and nothing fails."""
    asked: list[str] = []
    errors: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    phone.on("pageerror", lambda error: errors.append(str(error)))

    for name in PAGES:
        phone.goto(address + name, wait_until="networkidle")

    assert len(asked) > len(PAGES)
    assert [url for url in asked if not url.startswith(address)] == []
    assert errors == []


def test_paper_shows_what_a_screen_folds(phone: Page, address: str) -> None:
    """A printed runbook has the words of every signal and every message."""
    phone.goto(address + "runbooks/feature-drift.html")
    folded = phone.locator("details.db-signal > :not(summary)")
    assert not folded.first.is_visible()

    phone.emulate_media(media="print")

    assert all(part.is_visible() for part in folded.all())


def test_a_search_finds_the_runbook_first(phone: Page, address: str) -> None:
    """Whoever types what fires gets the page that says what to do."""
    phone.goto(address)

    phone.locator("label.md-header__button[for=__search]").click()
    phone.locator(".md-search__input").press_sequentially("fraud")

    first = phone.locator(".md-search-result__link").first
    assert first.get_attribute("href").partition("?")[0].endswith("runbooks/feature-drift.html")  # type: ignore[union-attr]


def test_a_page_from_a_file_offers_no_search(phone: Page, built: tuple[Path, SiteReport]) -> None:
    """A button that could do nothing is not shown."""
    phone.goto((built[0] / "site/index.html").as_uri())

    phone.locator("label.md-header__button[for=__search]").wait_for(state="hidden")


def test_a_link_to_a_signal_unfolds_it(phone: Page, address: str) -> None:
    """Signals are folded until somebody looks one up."""
    phone.goto(address + "runbooks/feature-drift.html#signal-amount-psi")

    phone.locator("#signal-amount-psi[open]").wait_for()
    assert phone.locator("#signal-score-psi[open]").count() == 0
