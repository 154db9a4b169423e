"""The arguments of ``mkdocs`` in, what MkDocs does out; pages whose text did not change are not rendered again.

Markdown and the search index are most of a build, and both depend on one page alone. What they give
is kept in ``build/cache/pages``; templates are filled for every page, since each shows the navigation.
"""

from __future__ import annotations

import functools
import gc
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from markdown.extensions.md_in_html import HtmlBlockPreprocessor  # type: ignore[import-untyped]
from material.plugins.search import plugin as search
from mkdocs.__main__ import cli
from mkdocs.commands import build as commands
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page, _HTMLHandler
from mkdocs.structure.toc import AnchorLink, TableOfContents

from generator.cache import Cache
from generator.site import parsing
from generator.site.parsing import apart, begun, is_fed

FOLDER = Path("cache/pages")
"""Where the cache stands, below the folder of ``mkdocs.yml``."""
NOT_SOUGHT = "data-search-exclude"
# Garbage is rare here, and looking for it among so many objects is dear.
GARBAGE = (50_000, 50, 50)


def main(arguments: list[str], cache: Cache) -> None:
    """Run ``mkdocs`` with a memory."""
    remember(cache)
    hasten()
    cli(arguments, standalone_mode=False)
    cache.prune()


def stamp() -> str:
    """What every rendered page depends on beside its text and settings: all packages, Python, and our code."""
    packages = sorted(f"{one.name} {one.version}" for one in distributions())
    code = [Path(one).read_text(encoding="utf-8") for one in (__file__, parsing.__file__)]
    return "\n".join([sys.version, *packages, *code])


def remember(cache: Cache) -> None:
    """Let MkDocs and the search of Material ask the cache before they work."""
    render, add = Page.render, search.SearchIndex.add_entry_from_context

    def rendered(page: Page, config: MkDocsConfig, files: Files) -> None:
        key = _render_key(page, config, files)
        found = cache.get(key)
        if found is not None:
            _restore(page, files, found)
            return
        with _complaints() as complaints:
            render(page, config, files)
        if not complaints:
            cache.put(key, _rendered(page))

    def indexed(index: Any, page: Page) -> None:
        key = json.dumps(
            ["search", page.url, page.title, page.content, _toc(page.toc), page.meta], default=str
        )
        found = cache.get(key)
        if found is None:
            before = len(index.entries)
            add(index, page)
            cache.put(key, index.entries[before:])
        else:
            index.entries += found

    Page.render = rendered  # type: ignore[method-assign, assignment]
    search.SearchIndex.add_entry_from_context = indexed


def render_one(build: Path, source: str, into: Path) -> Path:
    """Build one page of the tree alone, with the whole navigation; where it stands below ``into``."""
    hasten()
    config = load_config(str(build / "mkdocs.yml"), site_dir=str(into), strict=False)
    config.plugins.on_startup(command="build", dirty=False)
    steps = commands._populate_page, commands._build_page
    built: list[str] = []

    def only(step: Callable[..., None]) -> Callable[..., None]:
        def wrapped(page: Page, *given: Any, **named: Any) -> None:
            if page.file.src_uri == source:
                step(page, *given, **named)
                built.append(page.file.dest_uri)

        return wrapped

    commands._populate_page, commands._build_page = only(steps[0]), only(steps[1])
    try:
        commands.build(config)
    finally:
        commands._populate_page, commands._build_page = steps
    return into / built[-1]


def _render_key(page: Page, config: MkDocsConfig, files: Files) -> str:
    """Everything that a page's Markdown can depend on; the other files only where there can be a link."""
    markdown = page.markdown or ""
    others = sorted(files.src_uris) if "[" in markdown else []
    settings = repr(
        [config.markdown_extensions, config.mdx_configs, config.validation, config.use_directory_urls]
    )
    return json.dumps(["render", page.file.src_uri, page.url, markdown, settings, others])


def _rendered(page: Page) -> dict[str, Any]:
    links = {file.src_uri: anchors for file, anchors in (page.links_to_anchors or {}).items()}
    return {
        "content": page.content,
        "toc": _toc(page.toc),
        "title": page._title_from_render,
        "anchors": sorted(page.present_anchor_ids or ()),
        "links": links,
    }


def _restore(page: Page, files: Files, found: dict[str, Any]) -> None:
    page.content = found["content"]
    page.toc = TableOfContents([_anchor_link(item) for item in found["toc"]])
    for first in page.toc.items[:1]:
        first.active = True  # type: ignore[attr-defined]
    page._title_from_render = found["title"]
    page.present_anchor_ids = set(found["anchors"])
    page.links_to_anchors = {files.src_uris[uri]: anchors for uri, anchors in found["links"].items()}


def _toc(items: Any) -> list[Any]:
    return [[item.title, item.id, item.level, _toc(item.children)] for item in items]


def _anchor_link(item: list[Any]) -> AnchorLink:
    link = AnchorLink(item[0], item[1], item[2])
    link.children = [_anchor_link(child) for child in item[3]]
    return link


class Element(str):
    """An element as the search of Material keeps it, equal to its tag; its own asks Python for every comparison."""

    __slots__ = ("attrs",)

    def __new__(cls, tag: str, attrs: dict[str, str | None] | None = None) -> Element:
        element = super().__new__(cls, tag)
        element.attrs = attrs or {}
        return element

    attrs: dict[str, str | None]

    @property
    def tag(self) -> str:
        return str(self)

    def is_excluded(self) -> bool:
        return NOT_SOUGHT in self.attrs


@functools.cache
def hasten() -> None:
    """Let MkDocs, Markdown and the search of Material read regular HTML in the quick way, from here on."""
    search.Element = Element
    _replace(search.Parser, "feed", lambda parser, html: is_fed(parser, html, skipped=NOT_SOUGHT))
    _replace(_HTMLHandler, "feed", has_anchors)
    _replace(HtmlBlockPreprocessor, "run", stashed)


def _replace(kind: Any, name: str, quick: Callable[[Any, Any], Any]) -> None:
    """Let a method of a kind of object try the quick way first; it gives nothing where there is none."""
    slow = getattr(kind, name)
    setattr(kind, name, lambda self, given: quick(self, given) or slow(self, given))


def has_anchors(handler: _HTMLHandler, html: str) -> bool:
    """Let MkDocs take the anchors of a page."""
    tags = begun(html)
    for tag in tags or ():
        handler.handle_starttag(tag.name, tag.attributes)  # type: ignore[arg-type]
    return tags is not None


def stashed(preprocessor: HtmlBlockPreprocessor, lines: list[str]) -> list[str] | None:
    """The lines with placeholders for blocks of raw HTML, as Markdown puts them aside."""
    blocks = set(preprocessor.md.block_level_elements) - {"hr"}
    parts = apart("\n".join(lines), blocks)
    if parts is None:
        return None
    for index in range(1, len(parts), 2):
        parts[index] = f"\n{preprocessor.md.htmlStash.store(parts[index] + chr(10))}\n\n"
    return "".join(parts).split("\n")


@contextmanager
def _complaints() -> Iterator[list[str]]:
    """What is logged meanwhile: a page that is complained about must be complained about every time."""
    said: list[str] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("mkdocs").addHandler(handler)
    try:
        yield said
    finally:
        logging.getLogger("mkdocs").removeHandler(handler)


if __name__ == "__main__":
    gc.set_threshold(*GARBAGE)
    forgetful = "--no-cache" in sys.argv
    given = [one for one in sys.argv[1:] if one != "--no-cache"]
    main(given, Cache(None if forgetful else FOLDER, stamp()))
