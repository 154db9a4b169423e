"""The example's site and the one of this repository's runbooks, built once for all tests that only read them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, sync_playwright

from generator.compile import load_catalogue
from generator.site import SiteReport, build
from generator.site.serving import Shown, server
from tests.conftest import require_tool
from tests.generator.site.example import catalogue
from tests.generator.site.publishing import Twice, publish_twice

ROOT = Path(__file__).parents[3]
PHONE = {"width": 360, "height": 800}


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SiteReport]:
    """The root that the example was built in, and the report."""
    root = tmp_path_factory.mktemp("site")
    return root, build(catalogue(), root, root / "site")


@pytest.fixture(scope="session")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this repository's own runbooks, without the guide."""
    root = tmp_path_factory.mktemp("own")
    build(load_catalogue(ROOT), root, root / "site")
    return root / "site"


# No longer than these tests: while it runs, nothing else in the process may start an event loop.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A browser without a window."""
    chromium = require_tool("chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield running
        running.close()


@contextmanager
def served(site: Path) -> Iterator[str]:
    """The address of a site on loopback."""
    with server(Shown(site), port=0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()
        thread.join()


@pytest.fixture(scope="package")
def address(built: tuple[Path, SiteReport]) -> Iterator[str]:
    """The address of the example's site."""
    with served(built[0] / "site") as found:
        yield found


@pytest.fixture(scope="package")
def own_address(own: Path) -> Iterator[str]:
    """The address of the site of this repository's own runbooks."""
    with served(own) as found:
        yield found


@dataclass(frozen=True, slots=True)
class Visited:
    """What a phone met on every page of the site of this repository's own runbooks, cut off from the world."""

    sizes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Width and height of each page, by its path."""
    wrong: list[str] = field(default_factory=list)
    """What was asked of elsewhere, what was missing, and what failed."""


@pytest.fixture(scope="package")
def visited(browser: Browser, own: Path, own_address: str) -> Visited:
    """A visit of every page."""
    found = Visited()
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type]

    def gate(route: Route) -> None:
        if route.request.url.startswith(own_address):
            route.continue_()
        else:
            found.wrong.append(route.request.url)
            route.abort()

    context.route("**/*", gate)
    page = context.new_page()
    page.on("pageerror", lambda error: found.wrong.append(str(error)))
    page.on("console", lambda said: found.wrong.append(said.text) if said.type == "error" else None)
    page.on("response", lambda answer: found.wrong.append(answer.url) if answer.status >= 400 else None)
    for path in sorted(own.rglob("*.html")):
        name = path.relative_to(own).as_posix()
        page.goto(own_address + name)
        root = "document.documentElement."
        found.sizes[name] = (page.evaluate(f"{root}scrollWidth"), page.evaluate(f"{root}scrollHeight"))
    context.close()
    return found


@pytest.fixture
def hand(browser: Browser) -> Iterator[BrowserContext]:
    """A phone held upright; its pages share what they keep."""
    context = browser.new_context(viewport=PHONE, has_touch=True)  # type: ignore[arg-type]
    context.set_default_timeout(60_000)
    yield context
    context.close()


@pytest.fixture
def phone(hand: BrowserContext) -> Page:
    """A page on the phone."""
    return hand.new_page()


@pytest.fixture
def runbook(phone: Page, address: str) -> Page:
    """The example's runbook on a phone."""
    phone.goto(address + "runbooks/feature-drift.html")
    return phone


@pytest.fixture(scope="session")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """A repository with two published versions, for tests that leave it as it is."""
    return publish_twice(tmp_path_factory.mktemp("twice"))
