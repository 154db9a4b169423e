"""A built site in, its broken links and its requests to elsewhere out; the standard library alone."""

from __future__ import annotations

import functools
import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.cache import Cache
from generator.site.parsing import is_fed
from generator.source import Finding, Place

LOADING = {
    "audio": ("src",),
    "embed": ("src",),
    "feImage": ("href", "xlink:href"),
    "form": ("action",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src",),
    "input": ("src",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src",),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
# These name an address without fetching it.
HARMLESS_RELATIONS = frozenset({"canonical", "alternate", "author", "license", "next", "prev", "me", "edit"})
# Material would fetch its diagram library, or facts about a repository, where it meets these.
FETCHING = {
    "mermaid": "Mermaid is fetched from elsewhere: draw it as SVG",
    "md-source": "repository facts are fetched from elsewhere: leave out repo_url",
}
_CSS_URL = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s;]+)""", re.IGNORECASE)
_SCRIPT_URL = re.compile(r"""["'`]((?:https?:)?//[^"'`\s]+)""")
NO_CACHE = Cache(None, "")
_THEME_SCRIPTS = "assets/javascripts/"


@dataclass(frozen=True, slots=True)
class Facts:
    """What one page defines and what it refers to, each once."""

    anchors: frozenset[str]
    links: tuple[str, ...]
    loads: tuple[str, ...]
    fetches: tuple[str, ...]


def open_cache(build: Path) -> Cache:
    """What earlier checks read in pages; by this very code."""
    return Cache(build / "cache" / "links", Path(__file__).read_text(encoding="utf-8"))


@dataclass(slots=True)
class _Read(HTMLParser):
    """The same, while it is read."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)
    within: str = ""

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.within = tag if tag in ("style", "script") else ""
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag in ("a", "area") and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and not set(given.get("rel", "").lower().split()) & HARMLESS_RELATIONS:
            self.loads.append(given.get("href", ""))
        self.loads += [given[name] for name in LOADING.get(tag, ()) if given.get(name)]
        self.loads += [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]
        self.loads += _CSS_URL.findall(given.get("style", ""))
        self.fetches += [FETCHING[name] for name in given.get("class", "").split() if name in FETCHING]

    def handle_data(self, data: str) -> None:
        if self.within == "style":
            self.loads += _CSS_URL.findall(data)

    def handle_endtag(self, tag: str) -> None:
        self.within = ""


def check_links(site: Path, base: str = "/", cache: Cache = NO_CACHE) -> list[Finding]:
    """Every broken link and every load from elsewhere; ``base`` is the path that the site is served under."""
    pages = {path.relative_to(site).as_posix(): _facts(path, cache) for path in sorted(site.rglob("*.html"))}
    cache.prune()
    files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    found = []
    for page, read in pages.items():
        found += [_finding(page, f"loads '{url}' from elsewhere") for url in read.loads if _foreign(url)]
        found += [_finding(page, words) for words in read.fetches]
        local = dict.fromkeys(url for url in (*read.links, *read.loads) if not _foreign(url))
        found += [_finding(page, words) for url in local if (words := _broken(page, url, base, files, pages))]
    return found + [
        _finding(name, f"refers to '{url}' elsewhere") for name, url in _foreign_in_files(site, files)
    ]


def _facts(path: Path, cache: Cache) -> Facts:
    """What a page defines and refers to; a page of the same bytes is read once."""
    content = path.read_bytes()
    key = hashlib.sha256(content).hexdigest()
    found = cache.get(key)
    if found is None:
        read = _read(content.decode("utf-8", "replace"))
        found = [
            list(dict.fromkeys(one)) for one in (sorted(read.anchors), read.links, read.loads, read.fetches)
        ]
        cache.put(key, found)
    anchors, *others = found
    return Facts(frozenset(anchors), *map(tuple, others))


def _read(html: str) -> _Read:
    read = _Read()
    if not is_fed(read, html):
        read.feed(html)
        read.close()
    return read


@functools.lru_cache(maxsize=20_000)
def _foreign(url: str) -> bool:
    parts = urlsplit(url.strip())
    return bool(parts.netloc) or parts.scheme in ("http", "https", "mailto", "tel", "ftp", "ws", "wss")


def _broken(page: str, url: str, base: str, files: set[str], pages: dict[str, Facts]) -> str:
    """What is wrong with a link inside the site, or nothing."""
    parts = urlsplit(url.strip())
    if parts.scheme == "data":
        return ""
    if parts.scheme:
        return f"link '{url}' has a scheme that is not allowed"
    target = _target(page, unquote(parts.path), base)
    if target in ("", "."):
        target = "index.html"
    if target not in files and f"{target}/index.html".lstrip("/") in files:
        target = f"{target}/index.html"
    if target not in files:
        return f"link '{url}' leads to a page that does not exist"
    fragment = unquote(parts.fragment)
    if fragment and target in pages and fragment not in pages[target].anchors:
        return f"link '{url}' leads to an anchor that does not exist"
    return ""


def _target(page: str, path: str, base: str) -> str:
    if not path:
        return page
    if path.startswith("/"):
        return posixpath.normpath(path.removeprefix(base).lstrip("/") or ".")
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path))


def _foreign_in_files(site: Path, files: set[str]) -> Iterator[tuple[str, str]]:
    """Loads in style sheets, and addresses in scripts that are not the theme's own."""
    for name in sorted(files):
        if name.endswith(".css"):
            urls = _CSS_URL.findall((site / name).read_text(encoding="utf-8", errors="replace"))
        elif name.endswith(".js") and not name.startswith(_THEME_SCRIPTS):
            urls = _SCRIPT_URL.findall((site / name).read_text(encoding="utf-8", errors="replace"))
        else:
            continue
        yield from ((name, url) for url in urls if _foreign(url))


def _finding(page: str, words: str) -> Finding:
    return Finding(Place(f"site/{page}"), "site", "error", words)
