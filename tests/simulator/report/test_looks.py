"""The page of a report in a browser: on a desk, on a phone, by night and on paper; with no request and no script."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, sync_playwright

from simulator.report import html
from simulator.scoring import score
from tests.conftest import require_tool
from tests.generator.site.test_access import serious
from tests.simulator.records import record_of
from tests.simulator.report.people import people
from tests.simulator.report.test_formats import STORIES
from tests.simulator.stages import catalogue

ON_PAPER = (
    "() => [...document.querySelectorAll('svg, table, section')].map(e => e.getBoundingClientRect().right)"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = require_tool("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The reports of people's drill, and of every other story."""
    folder = tmp_path_factory.mktemp("reports")
    records = {"people": people(), **{name: record_of(story) for name, story in STORIES.items()}}
    for name, record in records.items():
        text = html(score(record), record, catalogue())
        (folder / f"{name.replace(' ', '-')}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name.replace(' ', '-')}.html" for name in records}


def _opened(browser: Browser, file: Path, *, width: int, dark: bool = False) -> tuple[Page, list[str]]:
    """The page, and all that it asks for or complains of but itself."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light", bypass_csp=True
    )
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: asked.append(message.text))
    page.on("dialog", lambda dialog: asked.append(dialog.message))
    page.goto(file.as_uri())
    return page, [one for one in asked if one != file.as_uri()]


@pytest.mark.parametrize("width", [1280, 390])
def test_every_report_fits_its_screen_and_asks_for_nothing(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    """Nothing but the timeline and the log is wider than a phone, and those scroll by themselves."""
    for name, file in pages.items():
        page, asked = _opened(browser, file, width=width)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert asked == [], name
        page.context.close()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_everybody_can_read_a_report(
    browser: Browser, pages: dict[str, Path], width: int, dark: bool
) -> None:
    """Axe finds nothing serious, by day and by night."""
    page, _ = _opened(browser, pages["people"], width=width, dark=dark)

    assert serious(Axe().run(page, options={"resultTypes": ["violations"]}).response) == []
    page.context.close()


def test_a_report_prints_within_the_margins(browser: Browser, pages: dict[str, Path]) -> None:
    """On paper nothing is cut off at the side, and the ground is white even by night."""
    page, _ = _opened(browser, pages["people"], width=703, dark=True)
    page.emulate_media(media="print")

    assert max(page.evaluate(ON_PAPER)) <= 703
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.context.close()
