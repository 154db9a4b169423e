from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

MARGINS = dict.fromkeys(("top", "bottom", "left", "right"), "12mm")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("name", ["feature-drift", "accuracy-decline", "bad-model-release"])
def test_the_card_fits_one_page(phone: Page, own_address: str, name: str, paper: str) -> None:
    """Everything from the title to the end of the card comes out of the printer on one sheet."""
    phone.goto(f"{own_address}runbooks/{name}.html")
    phone.add_style_tag(content="article > :not(h1, :has(.db-card)) { display: none !important }")

    printed = phone.pdf(format=paper, margin=MARGINS)  # type: ignore[arg-type]

    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


def test_paper_shows_what_a_screen_folds(runbook: Page) -> None:
    """A printed runbook has every step, every signal, every message, and nothing to tap."""
    folded = runbook.locator("details.db-fold > :not(summary), details.db-signal > :not(summary)")
    assert not runbook.locator("#step-pin-v1").is_visible()

    runbook.emulate_media(media="print")

    hidden = [part for part in folded.all() if not part.is_visible()]
    assert [part.evaluate("element => element.outerHTML") for part in hidden if "db-buttons" not in
            (part.get_attribute("class") or "")] == []  # fmt: skip
    for part in (".db-incident", ".db-views", ".db-tick", ".db-skip", ".db-take"):
        assert not runbook.locator(part).first.is_visible()
