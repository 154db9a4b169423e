"""What comes with an alert stands on the page, in the commands and in the links, and nothing else does."""

from __future__ import annotations

import html as entities
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from generator.patterns import fits
from generator.site import build
from generator.site.commands import commands
from generator.site.view import view_of
from tests.generator.site.conftest import served
from tests.generator.site.labelled import labelled
from tests.generator.test_patterns import SOUND, VALUES

RUNBOOK = "runbooks/feature-drift.html"
STRIP = ".db-came"
REGION = "[a-z]{2}-[0-9]"


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the example whose alerts carry a region."""
    root = tmp_path_factory.mktemp("alert")
    assert build(labelled(REGION), root, root / "site").findings == ()
    with served(root / "site") as address:
        yield address


def text(page: Page, selector: str) -> str:
    return page.locator(selector).first.text_content() or ""


def test_a_label_fills_texts_commands_and_links(phone: Page, labels: str) -> None:
    """The region of the alert stands wherever the runbook speaks of it, and the strip says where it is from."""
    phone.goto(labels + RUNBOOK + "?region=eu-1")

    assert phone.locator(STRIP).inner_text().split() == ["From", "the", "alert", "Region", "eu-1"]
    assert "Since eu-1 changed." in text(phone, ".db-summary")
    assert "--region=eu-1" in text(phone, ".db-command:has-text('scale') code")
    assert phone.locator("a[data-from-alert]").first.get_attribute("href") == (
        "https://grafana.example.org/d/fraud/eu-1?r=eu-1"
    )


def test_a_page_without_an_alert_says_where_labels_belong(phone: Page, labels: str) -> None:
    """Without a query the places read as blanks, links work, and no strip is shown."""
    phone.goto(labels + RUNBOOK)

    assert not phone.locator(STRIP).is_visible()
    assert "Since ‹region› changed." in text(phone, ".db-summary")
    assert (
        phone.locator("a[data-from-alert]").first.get_attribute("href")
        == "https://grafana.example.org/d/fraud/?r="
    )


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("region=eu-1x", "not of the form"),
        ("region=eu-1&region=eu-2", "more than once"),
        ("region=eu-1%0a", "cannot be seen"),
        ("region=" + "e" * 201, "longer than 200"),
        ("region=..", "only dots"),
        ("region=-e", "hyphen"),
    ],
)
def test_a_label_of_another_form_is_refused(phone: Page, labels: str, query: str, reason: str) -> None:
    """It is shown with the reason, and fills nothing."""
    phone.goto(labels + RUNBOOK + "?" + query)

    assert reason in text(phone, STRIP + " .db-refused")
    assert "Since ‹region› changed." in text(phone, ".db-summary")


def test_what_is_not_declared_has_no_effect(phone: Page, labels: str) -> None:
    """Other parameters leave the page as it is, whatever they are called."""
    phone.goto(labels + RUNBOOK)
    before = phone.locator("article").inner_html()

    phone.goto(labels + RUNBOOK + "?Region=eu-1&zone=eu-1&__proto__=x&data-label=x&region=&pod=")

    assert phone.locator("article").inner_html() == before


def test_links_within_the_site_hand_the_labels_on(phone: Page, labels: str) -> None:
    """The page of the service and its runbooks keep the labels; other pages and anchors do not get them."""
    phone.goto(labels + RUNBOOK + "?region=eu-1&utm=x")

    hrefs = [link.get_attribute("href") or "" for link in phone.locator("article a").all()]
    assert "../services/fraud-scorer.html?region=eu-1" in hrefs
    assert any(href.startswith("../services/fraud-scorer.html?region=eu-1#control-") for href in hrefs)
    assert all("region" not in href for href in hrefs if "services/" not in href and "grafana" not in href
               and "feature-drift" not in href and not href.startswith("?"))  # fmt: skip
    assert not any("utm" in href for href in hrefs)

    phone.locator("article a[href^='../services/fraud-scorer.html?region=eu-1']").first.click()
    phone.locator(STRIP, has_text="eu-1").wait_for()


def test_a_view_and_a_label_do_not_disturb_each_other(phone: Page, labels: str) -> None:
    """A link to a view keeps the label, and the label is read beside the view."""
    phone.goto(labels + RUNBOOK + "?view=plain&region=eu-1")

    assert "eu-1" in text(phone, STRIP)
    links = [link.get_attribute("href") or "" for link in phone.locator("article a[href*='view=']").all()]
    assert all("region=eu-1" in link for link in links)


def test_a_phone_has_room_for_what_came(phone: Page, labels: str) -> None:
    """The longest values make no page wider than the screen."""
    phone.goto(labels + RUNBOOK + f"?region={'x' * 200}&pod={'y' * 40}")

    assert phone.locator(STRIP).is_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360


def test_only_steps_that_turn_a_control_have_a_command() -> None:
    """A command stands for each environment that the runbook claims, but for the simulated one."""
    catalogue = labelled()
    view = view_of(catalogue, catalogue.runbooks[0])
    path = view.runbook.containment.paths[0]

    shown = {step.id: commands(view, step) for step in path.steps}  # type: ignore[arg-type]

    assert [id for id, html in shown.items() if html] == ["rules-on"]
    assert "staging" in shown["rules-on"]
    assert "simulated" not in shown["rules-on"]


def test_a_pattern_means_the_same_in_a_browser(phone: Page) -> None:
    """Python and the browser agree on every pattern and value."""
    script = """([patterns, values]) => patterns.map((pattern) =>
        values.map((value) => new RegExp(`^(?:${pattern})$`, "su").test(value)))"""

    theirs = phone.evaluate(script, [list(SOUND), list(VALUES)])

    assert theirs == [[fits(pattern, value) for value in VALUES] for pattern in SOUND]


def test_an_alert_without_a_runbook_finds_the_nearest(phone: Page, own_address: str) -> None:
    """The service's own runbooks come first, and among them those that share words with the alert."""
    phone.goto(
        own_address
        + "alert.html?alertname=RequestLatencyHigh&service=fraud-scorer&severity=page&region=eu-west-1"
    )

    nearest = phone.locator(".db-nearest li a").all()
    assert nearest[0].get_attribute("href") == "runbooks/latency-surge.html?region=eu-west-1"
    assert "RequestLatencyHigh of fraud-scorer (page)" in text(phone, ".db-nearest")
    assert "mail" in phone.locator(".db-nearest .db-owner a").last.get_attribute("href")  # type: ignore[operator]


def test_an_alert_of_nobody_finds_its_words(phone: Page, own_address: str) -> None:
    """Without a service, the words of the alert decide; with none that fits, the page says so."""
    phone.goto(own_address + "alert.html?alertname=LatencyHigh")
    assert phone.locator(".db-nearest li a").first.get_attribute("href") == "runbooks/latency-surge.html"

    phone.goto(own_address + "alert.html?alertname=%3Cimg%20src=x%20onerror=boom()%3E")
    assert "<img src=x onerror=boom()>" in text(phone, ".db-nearest")
    assert phone.locator(".db-nearest img").count() == 0


def test_the_page_for_alerts_reads_without_a_script(own: Path) -> None:
    """Every service stands there with its runbooks and a way to its owner."""
    page = (own / "alert.html").read_text(encoding="utf-8")

    for service in ("delay-predictor", "fraud-scorer", "support-assistant"):
        assert f'data-service="{service}"' in page
    assert page.count("mailto:") >= 3
    assert page.count("data-words=") == 8


def test_a_missing_page_leads_on(phone: Page, own: Path) -> None:
    """The page for what is not there leads to the runbooks, to the alerts and to the people."""
    page = (own / "404.html").read_text(encoding="utf-8")

    assert "There is no such page" in page
    for name in ("index.html", "alert.html", "organization.html"):
        assert f'href="/{name}"' in page


def test_a_command_reads_as_words_without_a_script() -> None:
    """What a shell makes of a line is what the binding says, with the setting in it."""
    catalogue = labelled()
    view = view_of(catalogue, catalogue.runbooks[0])
    step = view.runbook.containment.paths[0].steps[0]

    shown = commands(view, step)  # type: ignore[arg-type]

    assert shlex.split(plain(shown))[:4] == ["scale", "it's", "1", "--region=‹region›"]


def plain(shown: str) -> str:
    """The text of the first code element."""
    code = re.search(r"<code>(.*?)</code>", shown, re.DOTALL)
    assert code is not None
    return entities.unescape(re.sub(r"<[^>]+>", "", code[1]))
