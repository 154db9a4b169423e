from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar

import pytest

from generator.site import build
from generator.site.markup import Html, escape, external, md, plain_title, safe_url
from tests.generator.site import example

T = TypeVar("T")

HOSTILE = (
    "</title></svg><script>boom()</script><img src=x onerror=boom()> | a | b | `code` ``` "
    '{: onclick="boom()" } '
    "[x](javascript:boom()) ![x](https://evil.test/x.png) <!-- &lt;script&gt;boom()&lt;/script&gt; "
    '{% raw %} &#60;b onload=boom()&#62;\n\n```\nfence\n```\n\n# heading {#boom}\n\n    block\n\n--8<-- "x"'
)


class Inventory(HTMLParser):
    """What a page holds that a hostile text could have made."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.in_script = tag == "script"
        for name, value in attrs:
            bad = name.startswith("on") or ("javascript:" in (value or "") and name in ("href", "src"))
            if bad or (name in ("href", "src") and "evil.test" in (value or "")) or value == "boom":
                self.found.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        if self.in_script and "boom" in data:
            self.found.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.in_script = False


def poisoned(value: T, poison: str = HOSTILE) -> T:
    """The value with the hostile text behind every text that is not an id or a word of the model."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = {
            field.name: _field(field.name, getattr(value, field.name), poison)
            for field in dataclasses.fields(value)
        }
        return dataclasses.replace(value, **changes)
    if isinstance(value, tuple):
        return tuple(poisoned(item, poison) for item in value)  # type: ignore[return-value]
    return value


PROSE = {
    "title", "text", "decide", "answer", "summary", "problem", "confirm",
    "act", "stop", "noise", "notices", "who", "meaning", "duty",
    "why", "cost", "cascade", "dashboard", "log", "contact", "address",
    "url", "model_card", "change", "by", "risk", "where", "what",
    "how", "custody", "template", "effect_on_users", "diagnostics", "safety_net", "live_validation",
    "needs", "term", "site_url", "explanation", "reason", "fact", "source", "data_dictionary", "dependency_tree",
    "role_in_incident", "questions", "backlog", "briefing", "data_governance", "compliance", "verify_root_cause",
    "pattern", "example", "body",
}  # fmt: skip


def _field(name: str, value: object, poison: str) -> object:
    if name in PROSE and isinstance(value, tuple):
        return tuple(_field(name, item, poison) for item in value)
    return value + poison if isinstance(value, str) and name in PROSE else poisoned(value, poison)


def test_hostile_text_in_every_field_stays_text(tmp_path: Path) -> None:
    """Scripts, handlers, Markdown and template syntax in any field become no structure at all."""
    clean = example.catalogue()
    catalogue = dataclasses.replace(
        example.catalogue(poisoned(example.RUNBOOK), poisoned(example.SERVICE)),
        organization=poisoned(clean.organization),
    )

    report = build(catalogue, tmp_path, tmp_path / "site")

    assert report.findings == ()
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) >= 6
    for page in pages:
        inventory = Inventory()
        inventory.feed(page.read_text())
        assert (page.name, inventory.found) == (page.name, [])
    runbook = (tmp_path / "site/runbooks/feature-drift.html").read_text()
    assert "&lt;script&gt;boom()" in runbook
    assert (
        runbook.count("</svg>")
        == (tmp_path / "site/services/fraud-scorer.html").read_text().count("</svg>") + 2
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:x",
        "data:text/html,x",
        "java\nscript:x",
        " vbscript:x",
        "//evil.test",
        "file:///x",
    ],
)
def test_only_web_and_mail_addresses_become_links(url: str) -> None:
    """An address with another scheme is printed, never linked."""
    assert safe_url(url) is None
    assert "href" not in external(url, "here")


def test_markdown_has_no_meaning_in_a_heading() -> None:
    """What Markdown would read as structure is written as character references."""
    shown = md("a|b `c` *d* [e](f) {: #g } <h> &amp; # i")

    assert not set(shown) & set("|`*[](){}<>:")
    assert "\n" not in md("two\nlines")


def test_titles_hold_nothing_that_the_theme_would_take_for_markup() -> None:
    """Navigation and page titles are printed unescaped by the theme, even after its own unescaping."""
    assert plain_title('</title><b a="x">&lt;') == "‹/title›‹b a=”x”›&amp;lt;"


def test_html_that_was_built_here_is_not_escaped_twice() -> None:
    """Escaping leaves our own pieces alone and takes the line breaks out of others'."""
    assert escape(Html("<b>x</b>")) == "<b>x</b>"
    assert escape("<b>\n{x}") == "&lt;b&gt;&#10;&#123;x&#125;"
