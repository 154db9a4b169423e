from __future__ import annotations

from pathlib import Path

import pytest

from generator.site.links import check_links

BROKEN = {
    "page that is gone": (
        '<a href="gone.html">x</a>',
        "link 'gone.html' leads to a page that does not exist",
    ),
    "dead anchor": ('<a href="#gone">x</a>', "link '#gone' leads to an anchor that does not exist"),
    "dead anchor elsewhere": (
        '<a href="other.html#gone">x</a>',
        "link 'other.html#gone' leads to an anchor that does not exist",
    ),
    "script scheme": (
        '<a href="javascript:x()">x</a>',
        "link 'javascript:x()' has a scheme that is not allowed",
    ),
    "foreign script": (
        '<script src="https://cdn.test/x.js"></script>',
        "loads 'https://cdn.test/x.js' from elsewhere",
    ),
    "foreign style": (
        '<link rel="stylesheet" href="//cdn.test/x.css">',
        "loads '//cdn.test/x.css' from elsewhere",
    ),
    "foreign image": ('<img src="https://cdn.test/x.png">', "loads 'https://cdn.test/x.png' from elsewhere"),
    "foreign image set": (
        '<img srcset="https://cdn.test/x.png 2x">',
        "loads 'https://cdn.test/x.png' from elsewhere",
    ),
    "foreign background": (
        "<p style=\"background: url('https://cdn.test/x.png')\">x</p>",
        "loads 'https://cdn.test/x.png' from elsewhere",
    ),
    "foreign font": (
        "<style>@import 'https://fonts.test/x';</style>",
        "loads 'https://fonts.test/x' from elsewhere",
    ),
    "mermaid": ('<pre class="mermaid">graph</pre>', "Mermaid is fetched from elsewhere: draw it as SVG"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_is_found_on_its_page(tmp_path: Path, case: str) -> None:
    """Each kind of broken link or foreign load is one finding that names page and link."""
    html, words = BROKEN[case]
    (tmp_path / "index.html").write_text(html)
    (tmp_path / "other.html").write_text("<h1 id='here'>x</h1>")

    found = check_links(tmp_path)

    assert [str(one) for one in found] == [f"site/index.html:1:1: {words}"]


def test_sound_links_pass(tmp_path: Path) -> None:
    """Local pages, anchors, the served base path and plain links out are fine."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(
        '<a href="sub/page.html#here">x</a><a href="/base/sub/page.html">x</a><a href="https://other.test/">x</a>'
        '<link rel="canonical" href="https://site.test/">'
    )
    (tmp_path / "sub/page.html").write_text("<h1 id='here'>x</h1><a href='..'>x</a><a href='#here'>x</a>")

    assert check_links(tmp_path, "/base/") == []


def test_style_sheets_and_own_scripts_are_read_too(tmp_path: Path) -> None:
    """A font in a style sheet or an address in a script of ours is a finding."""
    (tmp_path / "own.css").write_text("@font-face { src: url(https://fonts.test/a.woff2) }")
    (tmp_path / "own.js").write_text("fetch('https://api.test/')")

    found = [str(one) for one in check_links(tmp_path)]

    assert found == [
        "site/own.css:1:1: refers to 'https://fonts.test/a.woff2' elsewhere",
        "site/own.js:1:1: refers to 'https://api.test/' elsewhere",
    ]
