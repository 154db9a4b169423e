from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

PAGES = (
    "index.html",
    "runbooks/feature-drift.html",
    "runbooks/feature-drift.html?view=incident-commander",
    "services/fraud-scorer.html",
    "organization.html",
)


@pytest.mark.parametrize(
    ("scheme", "rules"), [("light", None), ("dark", ["color-contrast", "link-in-text-block"])]
)
def test_everybody_can_use_the_pages(
    browser: Browser, own_address: str, scheme: str, rules: list[str] | None
) -> None:
    """Axe finds nothing serious on any kind of page, on a phone; by night it looks at the colours again."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
    found = []
    for name in PAGES:
        page.goto(own_address + name)
        page.evaluate("document.querySelectorAll('.db-incident details').forEach(bar => { bar.open = true })")
        found += [(name, *problem) for problem in serious(Axe().run(page, options=options).response)]
    context.close()

    assert found == []


def serious(response: dict[str, Any]) -> list[tuple[str, str, str]]:
    """The rule, the place and the words of every serious or critical problem."""
    return [
        (problem["id"], str(node["target"]), node["failureSummary"][:200])
        for problem in response["violations"]
        if problem["impact"] in ("serious", "critical")
        for node in problem["nodes"][:3]
    ]
