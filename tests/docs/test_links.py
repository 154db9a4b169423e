from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.docs.blocks import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
HEADING = re.compile(r"^#+\s+(.+?)\s*$", re.MULTILINE)
MOST_BYTES = 1_500_000


def links(page: Path) -> list[str]:
    """What a page refers to, code blocks left out."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return [first or second for first, second in LINK.findall(text)]


def anchors(page: Path) -> set[str]:
    """The names that headings get, on GitHub and in the site alike."""
    titles = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """Files exist, and the headings that links name stand in them."""
    broken = []
    for link in links(page):
        parts = urlsplit(link)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if not target.is_file():
            broken.append(f"{link}: no such file")
        elif parts.fragment and parts.fragment not in anchors(target):
            broken.append(f"{link}: no such heading")

    assert broken == []


def test_no_page_loads_a_picture_from_elsewhere() -> None:
    """Pictures stand in the repository, and load nothing themselves."""
    pictures = list((ROOT / "docs" / "images").glob("*.svg"))
    foreign = [path.name for path in pictures if re.search(r"url\(\s*[\"']?https?:", path.read_text())]
    remote = [
        link for page in PAGES for link in links(page) if re.match(r"https?:.*\.(png|svg|jpe?g|gif)$", link)
    ]

    assert foreign + remote == []


def test_pictures_are_small_enough_to_clone() -> None:
    """All pictures together stay under one and a half megabytes."""
    assert sum(path.stat().st_size for path in (ROOT / "docs" / "images").iterdir()) < MOST_BYTES


def test_every_page_of_the_guide_is_linked_from_its_index() -> None:
    """Nothing is written that nobody can find."""
    index = {(ROOT / "docs" / link).resolve() for link in links(ROOT / "docs" / "index.md")}
    written = [
        page
        for folder in ("tutorial", "how-to", "explanation")
        for page in sorted((ROOT / "docs" / folder).glob("*.md"))
    ]

    assert [page.name for page in written if page not in index] == []
