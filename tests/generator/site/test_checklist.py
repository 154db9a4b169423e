from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from generator.site import SiteReport

PAGE = "runbooks/feature-drift.html"
FORBIDDEN = (
    "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
)
FULL = "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') }"


def tick(page: Page, step: str) -> None:
    """Tap the number of a step."""
    page.locator(f"#step-{step} .db-tick").click()


def now(page: Page, time: str) -> None:
    """Make it that time, in UTC, on the second of November."""
    page.clock.set_fixed_time(f"2026-11-02T{time}:00Z")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def state(page: Page, step: str) -> str | None:
    """How the checklist shows a step: ``done``, ``skipped`` or nothing."""
    return page.locator(f"#step-{step}").get_attribute("data-state")


def begin(page: Page, name: str) -> None:
    """Start an incident by the form of the bar."""
    if not page.locator(".db-incident details[open]").count():
        page.locator(".db-incident summary").click()
    if page.locator(".db-incident select").is_visible():
        page.locator(".db-incident select").select_option("")
    page.get_by_label("Name or number").fill(name)
    page.get_by_text("Start the incident").click()


def test_ticks_survive_a_reload(runbook: Page) -> None:
    """What was done and what was skipped is still there, with its minute, when the page comes back."""
    tick(runbook, "confirm-jump")
    runbook.locator("#step-rules-on .db-skip").click()

    runbook.reload()

    assert (state(runbook, "confirm-jump"), state(runbook, "rules-on")) == ("done", "skipped")
    assert runbook.locator("#step-confirm-jump .db-at").inner_text().count(":") == 1
    assert "2 of " in runbook.locator(".db-incident summary").inner_text()


def test_a_second_tap_takes_a_tick_back(runbook: Page) -> None:
    """Whoever hit the wrong step is not stuck with it."""
    tick(runbook, "confirm-jump")
    tick(runbook, "confirm-jump")

    assert state(runbook, "confirm-jump") == ""


def test_the_answer_that_was_taken_is_kept(runbook: Page) -> None:
    """A decision shows which way was gone."""
    runbook.locator("#step-is-it-real .db-take").first.click()

    runbook.reload()

    pressed = runbook.locator("#step-is-it-real .db-take[aria-pressed=true]")
    assert pressed.count() == 1
    assert pressed.get_attribute("data-answer") == "yes"
    assert state(runbook, "is-it-real") == "done"


def test_incidents_stand_side_by_side(runbook: Page) -> None:
    """Each incident has ticks of its own; choosing one shows them."""
    begin(runbook, "INC-1")
    tick(runbook, "confirm-jump")
    begin(runbook, "INC-2")
    assert state(runbook, "confirm-jump") == ""

    runbook.locator(".db-incident select").select_option("INC-1")

    assert state(runbook, "confirm-jump") == "done"
    assert "INC-1" in runbook.locator(".db-incident summary").inner_text()


def test_an_incident_ends_and_leaves_a_clean_page(runbook: Page) -> None:
    """After the end the page is as before, and the incident can still be looked up."""
    begin(runbook, "INC-1")
    tick(runbook, "confirm-jump")

    runbook.get_by_text("End", exact=True).click()

    assert state(runbook, "confirm-jump") == ""
    runbook.locator(".db-incident select").select_option(label="INC-1 (ended)")
    assert state(runbook, "confirm-jump") == "done"


def test_reset_asks_first(runbook: Page) -> None:
    """Taking back all ticks needs a second yes."""
    answers = iter(["dismiss", "accept"])
    runbook.on("dialog", lambda dialog: dialog.accept() if next(answers) == "accept" else dialog.dismiss())
    begin(runbook, "INC-1")
    tick(runbook, "confirm-jump")

    runbook.get_by_text("Reset", exact=True).click()
    assert state(runbook, "confirm-jump") == "done"
    runbook.get_by_text("Reset", exact=True).click()

    assert state(runbook, "confirm-jump") == ""


def test_another_tab_shows_the_same(hand: BrowserContext, address: str) -> None:
    """Two tabs of one browser agree without a reload."""
    first, second = hand.new_page(), hand.new_page()
    for page in (first, second):
        page.goto(address + PAGE)

    tick(first, "confirm-jump")

    second.locator("#step-confirm-jump[data-state=done]").wait_for()


@pytest.mark.parametrize("trouble", [FORBIDDEN, FULL])
def test_a_browser_that_keeps_nothing_still_ticks(phone: Page, address: str, trouble: str) -> None:
    """A full or forbidden storage is said once, quietly, and the list works until the page is closed."""
    phone.add_init_script(trouble)
    phone.goto(address + PAGE)

    tick(phone, "confirm-jump")

    assert state(phone, "confirm-jump") == "done"
    assert phone.get_by_text("This browser keeps nothing").is_visible()


def test_a_tick_on_another_text_is_shown_as_such(runbook: Page) -> None:
    """A step whose text changed since it was ticked asks to be looked at again."""
    tick(runbook, "confirm-jump")
    runbook.evaluate(
        "for (const key of Object.keys(localStorage)) localStorage[key] = "
        'localStorage[key].replace(/"text":"[0-9a-f]{12}"/, \'"text":"000000000000"\')'
    )

    runbook.reload()

    assert "Done on another text: “Look at the mean" in runbook.locator("#step-confirm-jump").inner_text()


def test_the_clock_counts_from_the_start(phone: Page, address: str) -> None:
    """The card says what is left of each objective, and when one was met or missed."""
    now(phone, "03:00")
    phone.goto(address + PAGE)
    begin(phone, "INC-1")

    now(phone, "03:06")
    assert phone.locator(".db-clock li", has_text="Contain").locator(".db-left").inner_text() == "9 min left"
    phone.get_by_text("Contained now").click()
    now(phone, "04:04")

    said = phone.locator(".db-clock .db-left").all_inner_texts()
    assert said == ["in 0 min", "in 0 min", "in 6 min", "4 min over"]


def test_nothing_jumps(phone: Page, address: str) -> None:
    """Neither the script's coming nor a tick moves what somebody reads."""
    phone.add_init_script(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => { window.moved += entry.value })).observe({type: 'layout-shift', buffered: true})"
    )
    phone.goto(address + PAGE)
    place = "document.querySelector('#containment').getBoundingClientRect().top + scrollY"
    before = phone.evaluate(place)

    tick(phone, "confirm-jump")
    phone.locator("#step-is-it-real .db-take").first.click()

    assert phone.evaluate(place) == before
    assert phone.evaluate("window.moved") < 0.01


def test_a_keyboard_reaches_every_tick(runbook: Page) -> None:
    """Tab and space work the list, and a screen reader hears the step, its state, and what happened."""
    button = runbook.get_by_role("button", name="Done: Look at the mean amount of the last hour.")
    button.focus()
    runbook.keyboard.press("Space")

    assert button.get_attribute("aria-pressed") == "true"
    assert runbook.get_by_role("status").inner_text().startswith("Done: Look at the mean")


def test_ticks_are_big_enough_for_a_thumb(runbook: Page) -> None:
    """Every tick, skip and answer that is seen is at least 44 pixels in both directions."""
    buttons = runbook.locator(".db-tick, .db-skip, .db-take").all()
    found = [box for one in buttons if one.is_visible() and (box := one.bounding_box())]

    assert len(found) > 5
    assert [box for box in found if box["width"] < 44 or box["height"] < 44] == []


def test_the_list_works_from_a_folder(phone: Page, built: tuple[Path, SiteReport]) -> None:
    """Opened from a disk the page ticks, and keeps it."""
    phone.goto((built[0] / "site" / PAGE).as_uri())
    tick(phone, "confirm-jump")

    phone.reload()

    assert state(phone, "confirm-jump") == "done"
