"""Whatever an address or a source says, a page's elements and a command's words stay what they were."""

from __future__ import annotations

import dataclasses
import json
import re
import shlex
import subprocess
import unicodedata
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from generator.site import build
from tests.generator.site import example
from tests.generator.site.conftest import served
from tests.generator.site.labelled import labelled
from tests.generator.site.test_hostile import poisoned

VALUES = (
    # markup
    "<script>boom()</script>", "</script><script>boom()</script>", "<img src=x onerror=boom()>",
    "<svg onload=boom()>", "<svg><script>boom()</script></svg>", "<iframe srcdoc='<script>boom()</script>'>",
    '"><script>boom()</script>', "'><img src=x onerror=boom()>", '" onmouseover="boom()',
    "' autofocus onfocus='boom()",
    "</code></pre><b>x</b>", "</title><b>x", "<!--", "-->", "<![CDATA[x]]>", "<base href=//evil.test>",
    "<a href=javascript:boom()>x</a>", "javascript:boom()", "data:text/html,<script>boom()</script>",
    "&lt;script&gt;boom()&lt;/script&gt;", "&#60;b&#62;", "&amp;", "<math><mi//xlink:href=data:x>",
    "<style>*{x:y}</style>",
    # shells
    "; boom", "&& boom", "|| boom", "| boom", "& boom", "$(boom)", "`boom`", "${IFS}boom", "$HOME",
    "$'\\x41'", "> /tmp/boom",
    "< /dev/null", "a b", "  two  spaces  ", "it's", "''", "'; boom; '", "'\"'\"'", "\\", "\\'", "a\\", '"',
    '"; boom; "', '$("")',
    "!!", "!boom", "#boom", "~root", "*", "?", "[a-z]*", "{a,b}", "a=b", "%s%n", "(boom)", "))", "^boom^",
    "=cmd",
    # options and ways up
    "-rf", "--output=/tmp/boom", "-", "..", ".", "../../etc/passwd", "/etc/passwd", "%2e%2e%2f",
    "@/etc/passwd", "file:///etc/passwd",
    # PromQL and JSON
    '"} or up{x="', '"}', "'}", ".*", "a|b", '\\"} or vector(1)#', "\\x22", "{}",
    '", "admin": true, "x": "', '\\", "x": "', "null",
    # templates
    "{{ value }}", "{{ alert.pod }}", "{{7*7}}", "{% raw %}", "{% import os %}", "${7*7}", "#{7*7}",
    "<%= 7*7 %>", "[[x]]", "%(x)s",
    "$$", "$&", "$1", "\\1", "__proto__", "constructor",
    # encodings
    "%27", "%2527", "%22%3E%3Cscript%3E", "%253Cscript%253E", "%00", "%0a", "%", "%zz", "+", "a+b", "a&b=c",
    "a#b", "a;b", "&region=x",
    # characters
    "\x00", "a\x00b", "a\nboom", "a\r\nboom", "a\tb", "\x1b[201~boom\n", "\x07", "\x7f", "\x85",
    "\u2028boom", "\u202eboom",
    "\u200b", "\u2066x\u2069", "\ufeffx", "\u00adx", "‘boom’", "“boom”", "‹region›", "＇；boom", "é́", "日本",
    "🙂", "İ", "ﬁ",
    "\ue000", "\U000e0041x", "x" * 200, "x" * 201, "x" * 5000, "🙂" * 200, "🙂" * 201, "'" * 200, "\\" * 200,
)  # fmt: skip
PAGE = "runbooks/feature-drift.html"


@dataclasses.dataclass(frozen=True)
class Usual:
    """What the page is made of, what its strip is made of, and the words of its commands."""

    elements: list[str]
    came: list[str]
    words: list[list[str]]


def is_taken(value: str) -> bool:
    """Whether a page takes the value; no pattern stands in its way."""
    unseen = any(unicodedata.category(one) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") for one in value)
    return not (unseen or len(value) > 200 or value.startswith("-") or set(value) == {"."})


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with labels of any value."""
    root = tmp_path_factory.mktemp("labelled")
    report = build(labelled(), root, root / "site")
    assert report.findings == ()
    return root / "site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The address of the runbook."""
    with served(site) as found:
        yield found + PAGE


@pytest.fixture(scope="module")
def dialogs() -> list[str]:
    """What dialogs said that opened on a page."""
    return []


@pytest.fixture(scope="module")
def page(browser: Browser, dialogs: list[str]) -> Iterator[Page]:
    """A page without the theme's scripts and styles, which take most of the time of a load."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    context.route(re.compile(r"/assets/(javascripts|stylesheets)/"), lambda route: route.abort())
    opened = context.new_page()
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    yield opened
    context.close()


ELEMENTS = """() => [...document.querySelectorAll("body *")]
    .filter((one) => !one.closest(".db-came"))
    .map((one) => one.localName + " " + one.getAttributeNames().filter((n) => n != "title").sort().join(" "))"""
CAME = """() => [...document.querySelectorAll(".db-came *")]
    .map((one) => one.localName + " " + one.getAttributeNames())"""
LINES = """() => [...document.querySelectorAll("details")].map((one) => { one.open = true; }) &&
    [...document.querySelectorAll(".db-command code")].map((one) => one.innerText)"""


def opened(page: Page, address: str, value: str) -> list[str]:
    """Go to the runbook with that label; what the theme would copy of its commands, each once."""
    page.goto(f"{address}?region={quote(value, safe='')}", wait_until="domcontentloaded")
    return list(dict.fromkeys(page.evaluate(LINES)))


def words_of_a_shell(line: str) -> list[str]:
    """The words that a POSIX shell makes of a line; nothing but a function of that name is run."""
    program, _, rest = line.partition(" ")
    script = f"{program}() {{ printf '%s\\0' \"$@\"; }}; {program} {rest}"
    done = subprocess.run(
        ["/bin/sh", "-c", script], capture_output=True, check=True, timeout=60, env={"PATH": ""}
    )
    return [program, *done.stdout.decode().removesuffix("\0").split("\0")]


@pytest.fixture(scope="module")
def usual(page: Page, address: str) -> Usual:
    """The page with a label as it should be."""
    words = [shlex.split(line) for line in opened(page, address, "eu-1")]
    return Usual(page.evaluate(ELEMENTS), page.evaluate(CAME), words)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: quote(value)[:40])
def test_a_label_from_an_address_is_a_word_and_a_text(
    page: Page, address: str, usual: Usual, dialogs: list[str], value: str
) -> None:
    """No dialog, no element and no word comes of any value; each stays the value, in its own place."""
    lines = opened(page, address, value)

    assert page.evaluate(ELEMENTS) == usual.elements
    assert page.evaluate("typeof boom") == "undefined"
    assert dialogs == []
    if is_taken(value):
        assert page.evaluate(CAME) == usual.came
        assert page.locator(".db-came code").text_content() == value
        assert page.locator(".db-summary .db-from-alert").first.text_content() == value
    assert len(lines) == len(usual.words)
    for line, words in zip(lines, usual.words, strict=True):
        found = shlex.split(line)
        assert found == words_of_a_shell(line)
        assert len(found) == len(words)
        _judge(found, words, value if is_taken(value) else "‹region›")


@pytest.mark.parametrize("value", ["eu-1", "it's", "$(boom)", "  two  spaces  ", '"; boom; "', "日本"])
def test_the_copy_button_gives_what_the_page_shows(browser: Browser, address: str, value: str) -> None:
    """With the theme's own scripts at work, the clipboard holds the filled line to the character."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    shown = opened(page, address, value)[0]
    block = page.locator("details.db-command pre").first

    block.locator("button").first.click()

    assert page.evaluate("navigator.clipboard.readText()") == shown
    assert f"--region={value}" in shlex.split(shown) or "scale" not in shown
    context.close()


def _judge(found: list[str], usually: list[str], value: str) -> None:
    """Each word is the usual one with the value in the place of the usual value, written for its context."""
    for word, usual in zip(found, usually, strict=True):
        if "eu-1" not in usual:
            assert word == usual
        elif usual.startswith("https://"):
            parts, before = urlsplit(word), urlsplit(usual)
            assert (parts.scheme, parts.netloc, parts.fragment) == (before.scheme, before.netloc, "")
            assert unquote(parts.path) == f"/{value}/pipeline"
            assert parse_qs(parts.query, keep_blank_values=True) == {"to": ["v1"], "in": [value]}
        elif usual.startswith("{"):
            carried = json.loads(word)
            assert carried.keys() == {"version", "note", "query"}
            assert carried["note"] == f"it's {value}"
            assert re.sub(r"\\x2[27]|\\\\", "", carried["query"].removesuffix('"}')).count('"') == 1
            assert _promql(carried["query"]) == value
        elif usual.startswith("up{"):
            assert re.fullmatch(_promql(word), value)
        else:
            assert word == usual.replace("eu-1", value)


def _promql(query: str) -> str:
    """The string of the one matcher of a query, as Prometheus reads it."""
    body = re.fullmatch(r'up\{region=~?"((?:[^"\\\n]|\\.)*)"\}', query)
    assert body is not None, query
    escapes = {"\\x22": '"', "\\x27": "'", "\\\\": "\\"}
    return re.sub(r"\\x2[27]|\\\\", lambda found: escapes[found.group()], body[1])


def test_every_context_is_judged(usual: Usual) -> None:
    """The commands of the page hold an address, a body, a query and plain words with the label in them."""
    words = {word for line in usual.words for word in line if "eu-1" in word}

    assert words == {
        "--region=eu-1",
        "'eu-1'",
        "eu-1",
        'up{region=~"eu-1"}',
        "https://staging.example.org/eu-1/pipeline?to=v1&in=eu-1",
        '{"version": "v1", "note": "it\'s eu-1", "query": "up{region=\\"eu-1\\"}"}',
    }


class Structure(HTMLParser):
    """The tags of a page, each with the names of its attributes; but pieces of text, whose number is their length's."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "text" and (tag != "span" or attrs):
            self.found.append((tag, *(name for name, _ in attrs)))


def structure(site: Path) -> dict[str, list[tuple[str, ...]]]:
    """Of every page, what it is made of."""
    pages = {}
    for path in sorted(site.rglob("*.html")):
        parser = Structure()
        parser.feed(path.read_text(encoding="utf-8"))
        pages[path.relative_to(site).as_posix()] = parser.found
    return pages


GROUPS = 3
TEXTS = [
    " ".join(value.split())
    for value in VALUES
    if len(value) < 100 and value.split() and "{{" not in value and "`" not in value
]
"""In a source, two braces are a reference and backticks are code: both mean something."""


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, ...]]]:
    """What pages are made of, with plain words behind every text."""
    return structure(_built(tmp_path_factory.mktemp("harmless"), " " + "word, " * 100))


@pytest.mark.parametrize("group", range(GROUPS))
def test_values_in_sources_change_nothing_but_text(
    tmp_path: Path, harmless: dict[str, list[tuple[str, ...]]], group: int
) -> None:
    """With any value behind every text, title, address and pattern, pages are made of the same elements."""
    found = structure(_built(tmp_path, " ".join(["", *TEXTS[group::GROUPS]])))

    assert found.keys() == harmless.keys()
    for name in found:
        assert found[name] == harmless[name], name


def _built(root: Path, poison: str) -> Path:
    clean = labelled("[a-z0-9-]+")
    catalogue = dataclasses.replace(
        example.catalogue(poisoned(clean.runbooks[0].runbook, poison), poisoned(clean.services[0], poison)),
        organization=poisoned(clean.organization, poison),
    )
    assert build(catalogue, root, root / "site").findings == ()
    return root / "site"
