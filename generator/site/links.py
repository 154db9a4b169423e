"""A built site in, its broken links and its requests to elsewhere out; the standard library alone."""

from __future__ import annotations

import functools
import hashlib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from generator.cache import Cache
from generator.site import parsing
from generator.site.parsing import Tag, begun
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
TELLING = frozenset({"href", "id", "name", "srcset", "style"}.union(*LOADING.values()))
"""No attribute but these, and ``class``, says what a page defines or refers to."""
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


NOTHING = Facts(frozenset(), (), (), ())


def open_cache(build: Path) -> Cache:
    """What earlier checks read in pages; by this very code."""
    code = [Path(one).read_text(encoding="utf-8") for one in (__file__, parsing.__file__)]
    return Cache(build / "cache" / "links", "\n".join(code))


class _Tags(HTMLParser):
    """The tags of a page of any form, with what its style sheets hold."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Tag] = []
        self.within = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.within = tag
        self.found.append(Tag("begin", tag, tuple(attrs)))

    def handle_data(self, data: str) -> None:
        if self.within == "style":
            self.found.append(Tag("begin", "style", text=data))

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
        cache.put(key, [sorted(read.anchors), read.links, read.loads, read.fetches])
        return read
    anchors, *others = found
    return Facts(frozenset(anchors), *map(tuple, others))


def _read(html: str) -> Facts:
    tags = begun(html)
    if tags is None:
        slow = _Tags()
        slow.feed(html)
        slow.close()
        tags = slow.found
    found = [one for tag in tags if (one := _told(tag)) is not NOTHING]
    return Facts(
        frozenset().union(*[one.anchors for one in found]),
        *[
            tuple(dict.fromkeys(url for one in found for url in getattr(one, kind)))
            for kind in ("links", "loads", "fetches")
        ],
    )


@functools.lru_cache(maxsize=20_000)
def _told(tag: Tag) -> Facts:
    """What one tag defines and refers to."""
    name, given = tag.name, {name: value or "" for name, value in tag.attributes}
    fetches = tuple(FETCHING[one] for one in given.get("class", "").split() if one in FETCHING)
    if not fetches and not tag.text and TELLING.isdisjoint(given):
        return NOTHING
    loads = []
    if name == "link" and not set(given.get("rel", "").lower().split()) & HARMLESS_RELATIONS:
        loads.append(given.get("href", ""))
    loads += [given[one] for one in LOADING.get(name, ()) if given.get(one)]
    loads += [part.split()[0] for part in given.get("srcset", "").split(",") if part.strip()]
    loads += _CSS_URL.findall(given.get("style", ""))
    loads += _CSS_URL.findall(tag.text) if name == "style" else []
    return Facts(
        frozenset(given[one] for one in ("id", "name") if one in given),
        (given["href"],) if name in ("a", "area") and "href" in given else (),
        tuple(loads),
        fetches,
    )


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
