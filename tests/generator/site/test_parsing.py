"""What is read the quick way is what Markdown, MkDocs and the search of Material would read."""

from __future__ import annotations

import re
from typing import Any
from unittest import mock

from hypothesis import example, given
from hypothesis import strategies as st
from markdown import Markdown
from markdown.extensions.md_in_html import HtmlBlockPreprocessor
from material.plugins.search import plugin
from mkdocs.structure.pages import _HTMLHandler

from generator.site import rendering
from generator.site.building import gather
from generator.site.parsing import is_fed
from tests.generator.site.example import catalogue
from tests.generator.site.test_incremental import PIECES

ROUGH = (
    *PIECES,
    *("\n", "\n\n", "\n \n", "  ", "<div>", "</div>", '\n\n<div class="db">\n', "\n</div>\n\n", "<hr>", "<hr/>"),
    *("\n\n<div>a</div>\n\n", "<pre>", "</pre>", '<div markdown="1">', "# Title {#x}", "`<b>`", "&nbsp;", "&#12a;"),
    *("<li>", "</li>", '<a id="x" name="y">', "<div data-search-exclude>", "<code>a</code>", "</a>", "<h1>", "</h1>"),
    *("<h2 id='a'>b</h2>", "<section>", "</section>", "<h3 id='c'>", "</h3>", "<object>", "</object>"),
    "\n<p>c</p>\n\n",
)  # fmt: skip
PAGE = next(page.markdown() for page in gather(catalogue())[0] if page.path.startswith("runbooks/"))
BODY = re.sub(r"\A---.*?---\n", "", PAGE, flags=re.DOTALL)
texts = st.lists(st.sampled_from(ROUGH), max_size=12).map("".join)


def markdown(text: str) -> tuple[HtmlBlockPreprocessor, list[str]]:
    """What takes raw HTML out of Markdown, and the lines that it is given."""
    md = Markdown(extensions=["md_in_html"])
    return HtmlBlockPreprocessor(md), md.preprocessors["normalize_whitespace"].run(text.split("\n"))


@given(texts)
@example(BODY)
def test_raw_html_is_put_aside_as_markdown_does(text: str) -> None:
    """Either the same lines and the same blocks as Markdown makes itself, or it is left to Markdown."""
    (quick, lines), (slow, _) = markdown(text), markdown(text)

    found = rendering.stashed(quick, lines)

    if found is not None:
        assert found == slow.run(lines)
        assert quick.md.htmlStash.rawHtmlBlocks == slow.md.htmlStash.rawHtmlBlocks
    assert found is not None or text != BODY


@given(texts)
@example(BODY)
def test_a_page_has_the_anchors_that_mkdocs_finds(text: str) -> None:
    """Either every anchor that MkDocs finds itself, or it is left to MkDocs."""
    quick, slow = _HTMLHandler(), _HTMLHandler()
    slow.feed(text)
    slow.close()

    if rendering.has_anchors(quick, text):
        assert quick.present_anchor_ids == slow.present_anchor_ids
    else:
        assert text != BODY


@given(texts)
@example(BODY)
@example('<h1 id="a">b</h1><div data-search-exclude><p>c</p></div><p>d</p><h2 id="e">f</h2>g')
def test_a_search_finds_what_it_finds_without_us(text: str) -> None:
    """The sections of a page are those that Material's parser makes of the whole of it."""
    slow = plugin.Parser()
    slow.feed(text)
    slow.close()

    with mock.patch.object(plugin, "Element", rendering.Element):
        quick = plugin.Parser()
        if is_fed(quick, text, skipped=rendering.NOT_SOUGHT):
            assert sections(quick) == sections(slow)
        else:
            assert text != BODY


def sections(parser: Any) -> list[tuple[object, ...]]:
    """What the search index is made of."""
    return [(one.id, one.title, one.text, one.is_excluded()) for one in parser.data]
