from __future__ import annotations

from playwright.sync_api import Browser, Page


def test_a_link_opens_what_it_leads_into(phone: Page, address: str) -> None:
    """The address of a step inside a fold shows the step, and so does a link tapped a second time."""
    phone.goto(address + "runbooks/feature-drift.html#step-pin-v1")
    step = phone.locator("#step-pin-v1")
    step.wait_for()

    phone.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = false)")
    assert not step.is_visible()
    phone.evaluate(
        "const link = document.querySelector('article').appendChild(document.createElement('a'));"
        "link.href = '#step-pin-v1'; link.click()"
    )

    step.wait_for()


def test_without_script_all_is_there(browser: Browser, address: str) -> None:
    """Folds open by a tap, and no control stands on the page that could do nothing."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 800})
    page = context.new_page()
    page.goto(address + "runbooks/feature-drift.html")

    page.get_by_text("Owner, approvals, risk, retention").click()

    assert page.get_by_text("archived after 365 days").is_visible()
    assert not page.locator(".db-views").is_visible()
    assert page.locator("article button").count() == 0
    assert page.get_by_text("Download the empty template").count() == 1
    context.close()
