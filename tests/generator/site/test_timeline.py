from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from generator.site import SiteReport
from tests.generator.site.test_checklist import PAGE, begin, now, tick

CLIPBOARD = "navigator.clipboard.writeText = text => { window.copied = text; return Promise.resolve() }"


def opened(phone: Page, address: str) -> None:
    """The example's runbook at three in the morning, with an incident begun."""
    now(phone, "03:00")
    phone.add_init_script(CLIPBOARD)
    phone.goto(address + PAGE)
    begin(phone, "INC-7")


def test_the_timeline_says_who_did_what_when(phone: Page, address: str) -> None:
    """Copied as Markdown: what was ticked, skipped and decided, in UTC, by which role, in order of time."""
    opened(phone, address)
    now(phone, "03:02")
    tick(phone, "confirm-jump")
    now(phone, "03:03")
    phone.locator("#step-is-it-real .db-take").first.click()
    phone.locator("#step-rules-on .db-skip").click()

    phone.get_by_text("Copy timeline").click()

    copied = phone.evaluate("window.copied")
    assert copied.startswith("# Timeline of INC-7: A feature drifted\n\n- 2026-11-02 03:00 UTC · started\n")
    steps = [line for line in copied.splitlines() if "On-call engineer" in line]
    assert steps == [
        "- 2026-11-02 03:02 UTC · On-call engineer · done: Look at the mean amount of the last hour. (confirm-jump)",
        "- 2026-11-02 03:03 UTC · On-call engineer · decided “yes”: "
        "Did the mean amount jump by more than half at one moment? (is-it-real)",
        "- 2026-11-02 03:03 UTC · On-call engineer · skipped: Send all traffic to the rule set. (rules-on)",
    ]


def test_the_timeline_can_be_downloaded(phone: Page, address: str) -> None:
    """The same as a file that is named after the incident."""
    opened(phone, address)

    with phone.expect_download() as given:
        phone.get_by_text("Download timeline").click()

    assert given.value.suggested_filename == "INC-7-timeline.md"
    assert "03:00 UTC · started" in Path(given.value.path()).read_text()


def test_messages_are_filled_and_gaps_stay_marked(phone: Page, address: str) -> None:
    """What is known of the incident stands in the message; what nobody wrote yet is seen to be missing."""
    now(phone, "03:00")
    phone.add_init_script(CLIPBOARD)
    phone.goto(address + PAGE + "#template-first-update")
    message = phone.locator("#template-first-update pre")
    assert "‹started›" in message.inner_text()

    begin(phone, "INC-7")
    phone.locator("#template-first-update .db-button", has_text="Copy").click()

    assert phone.evaluate("window.copied").startswith("Since 2026-11-02 03:00 UTC some payments wait")
    assert message.locator("mark.db-filled").count() == 1


def test_a_postmortem_takes_the_timeline(phone: Page, address: str) -> None:
    """The filled template has the incident's name and timeline in it."""
    opened(phone, address)
    tick(phone, "confirm-jump")
    phone.goto(address + PAGE + "#postmortem-template")

    with phone.expect_download() as given:
        phone.get_by_text("Download filled").click()

    text = Path(given.value.path()).read_text()
    assert given.value.suggested_filename == "INC-7-postmortem.md"
    assert text.startswith("# Postmortem of INC-7: A feature drifted\n\nWhat happened?\n\nWhat did we learn?")
    assert "done: Look at the mean amount" in text.partition("## Timeline")[2]


def test_the_empty_template_needs_no_script(built: tuple[Path, SiteReport]) -> None:
    """It lies beside the page as a file, with a place for the timeline whatever the author wrote."""
    text = (built[0] / "site/runbooks/feature-drift-postmortem.md.txt").read_text()

    assert text.startswith("# Postmortem of ‹name›: A feature drifted\n\nWhat happened?")
    assert text.endswith("## Timeline\n\n‹timeline›\n")
