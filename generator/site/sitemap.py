"""A built site in, its sitemap with the front page under the address of its folder out.

The theme's picker finds the same page of another version by the sitemap, and only beside that address.
"""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

NAME = "sitemap.xml"


def lead_to_folder(site: Path, *, day: date) -> None:
    """Rewrite the sitemap and its archive, as if on that day."""
    file = site / NAME
    pages = file.read_text(encoding="utf-8").split("<loc>")
    fronts = [page for page in pages if page.partition("</loc>")[0].endswith("/index.html")]
    if not fronts:
        return
    # Of the pages that are called so, the shortest address is that of the front page.
    front = min(fronts, key=lambda page: len(page.partition("</loc>")[0]))
    pages[pages.index(front)] = front.replace("/index.html</loc>", "/</loc>", 1)
    content = "<loc>".join(pages).encode()
    file.write_bytes(content)
    seconds = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    (site / f"{NAME}.gz").write_bytes(gzip.compress(content, mtime=seconds))
