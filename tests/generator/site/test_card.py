from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from playwright.sync_api import Page

from generator import model as m
from generator.site.pages.card import card
from generator.site.view import view_of
from tests.generator.site.example import ORGANIZATION, RUNBOOK, catalogue

RUNBOOKS = tuple(
    path.parent.name for path in sorted((Path(__file__).parents[3] / "runbooks").glob("*/runbook.yaml"))
)


def shown(*, teams: tuple[m.Team, ...] = ORGANIZATION.teams, **words: str) -> str:
    """The card of the example with other words, or with other teams."""
    runbook = dataclasses.replace(RUNBOOK, card=dataclasses.replace(RUNBOOK.card, **words))
    given = dataclasses.replace(
        catalogue(runbook), organization=dataclasses.replace(ORGANIZATION, teams=teams)
    )
    return card(view_of(given, given.runbooks[0]))


@pytest.mark.parametrize("name", RUNBOOKS)
def test_every_card_fits_the_first_screen(phone: Page, own_address: str, name: str) -> None:
    """At 360 by 800 all of the card is seen, above the bar that leads to the sections."""
    phone.goto(f"{own_address}runbooks/{name}.html")

    bar = phone.locator(".db-bar").bounding_box()
    assert bar is not None
    for part in (".db-severity", ".db-confirm", ".db-act", ".db-stop", ".db-wake", ".db-clock"):
        box = phone.locator(part).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= bar["y"], part


def test_a_dashboard_that_is_named_is_a_link() -> None:
    """Where one has to look is one tap away, in the words that say so."""
    page = shown(confirm="Open the overview dashboard, then the scoring log.")

    assert (
        'href="https://grafana.example.org/d/fraud" rel="noopener noreferrer">overview dashboard</a>' in page
    )
    assert "grafana" not in page[page.index("db-act") :]


def test_a_card_that_names_no_dashboard_gets_that_of_its_signals() -> None:
    """The dashboard of what pages stands beside the question."""
    page = shown(confirm="The mean jumped at one moment.")

    assert page.index("https://grafana.example.org/d/fraud") < page.index("The mean jumped")


def test_a_word_is_not_taken_for_a_dashboard() -> None:
    """A dashboard called like an ordinary word is linked only where the text speaks of looking at it."""
    page = shown(confirm="An overview helps nobody.")

    assert ">overview</a>" not in page


def test_the_first_action_leads_to_its_step() -> None:
    """A control named on the card is a link to the step that turns it, and so is the word beside the title."""
    page = shown(act="Set fallback-share to 1; leave pipeline-versions alone.")

    assert '<a href="#step-rules-on" class="db-name">fallback-share</a>' in page
    assert '<a href="#step-rules-on" class="db-way-on">Step</a>' in page
    assert ">pipeline-version<" not in page


def test_stop_leads_to_the_way_back() -> None:
    """The roll-back of the path that begins with the first action is one tap away."""
    assert '<a href="#rollback-rules-path" class="db-way-on">Undo</a>' in shown()


def test_whoever_is_woken_can_be_called() -> None:
    """A number, a chat and a mail address are links, the fastest first; what is no address is none."""
    risk = m.Team(
        "risk-ml", "Risk ML", "risk-ml@example.org", ("+49 40 66969-110", "https://acme.slack.example/x")
    )
    silent = m.Team("risk-ml", "Risk ML", "ask at the desk", ("javascript:boom()",))

    page, nobody = shown(teams=(risk,)), shown(teams=(silent,))

    called = page[page.index("db-wake") :]
    assert 'href="tel:+494066969110"' in called
    assert called.index("tel:") < called.index("https://acme.slack.example/x")
    assert ">chat</a>" in called
    assert "Incident lead" in nobody
    assert "javascript" not in nobody


def test_a_jump_lands_below_the_header(phone: Page, own_address: str) -> None:
    """Following the card's link shows the step, not the header over it."""
    phone.goto(f"{own_address}runbooks/feature-drift.html")

    phone.locator(".db-act .db-way-on").click()

    target = phone.url.partition("#")[2]
    step = phone.locator(f"[id='{target}']")
    step.wait_for(state="visible")
    box, header = step.bounding_box(), phone.locator(".md-header").bounding_box()
    assert box is not None
    assert header is not None
    assert header["y"] + header["height"] <= box["y"] < 800
