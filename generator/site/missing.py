"""A built site in, the same site out with words on the page that is shown for what is not there.

The theme makes that page with addresses from the root of the site, which a page of the tree cannot do.
"""

from __future__ import annotations

import re
from pathlib import Path

from generator.site.markup import Html, escape, local, tag

FILE = "404.html"
_HEADING = re.compile(r"<h1>404 - Not found</h1>")
_BASE = re.compile(r'"base":\s*"(/[^"<>&\\]*)"')


def reword(site: Path) -> None:
    """Say on the theme's own page what to do next; a page of another form is left as it is."""
    file = site / FILE
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    base = _BASE.search(text)
    if base is None or not _HEADING.search(text):
        return
    words = _words(base[1].rstrip("/") + "/")
    file.write_text(_HEADING.sub(lambda _: words, text, count=1), encoding="utf-8")


def _words(base: str) -> Html:
    """What happened, and the ways on; as on every page, the search stands above."""
    ways = [
        Html(
            local(f"{base}index.html", "All runbooks")
            + escape(", by what you see, by service and by severity")
        ),
        Html(
            local(f"{base}alert.html", "An alert brought you here")
            + escape(": the nearest runbooks, and owners")
        ),
        Html(local(f"{base}organization.html", "Roles and channels") + escape(": whom to wake")),
    ]
    return Html(
        tag("h1", "There is no such page")
        + tag(
            "p",
            "It was renamed or taken down, or the address lacks a part. Search above, or go on from here:",
        )
        + tag("ul", *[tag("li", way) for way in ways])
    )
