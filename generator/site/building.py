"""A catalogue in, a checked site on disk out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from generator.model import Catalogue
from generator.site import missing, mkdocs, sitemap, tree
from generator.site.days import newest_day
from generator.site.downloads import downloads
from generator.site.edition import CHANGES, TITLE, Edition, with_changes
from generator.site.guide import guide_files, guide_navigation
from generator.site.links import NO_CACHE, check_links, open_cache
from generator.site.navigation import Entry, navigation
from generator.site.page import Page
from generator.site.pages.front import front_page
from generator.site.pages.indexes import index_pages
from generator.site.pages.organization import glossary_page, organization_page
from generator.site.pages.runbook import runbook_page
from generator.site.pages.service import service_page
from generator.site.view import view_of
from generator.source import Finding

ASSETS = Path(__file__).parent / "assets"

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class SiteReport:
    """What was built, and what is wrong with it."""

    pages: int
    findings: tuple[Finding, ...]


def silent(_: str) -> None:
    """Progress that nobody watches."""


def build(
    catalogue: Catalogue,
    root: Path,
    out: Path,
    *,
    progress: Progress = silent,
    edition: Edition | None = None,
    cached: bool = True,
) -> SiteReport:
    """Write the Markdown tree to ``root/build/site-src``, build it into ``out``, check every link.

    An edition is what is published under a version; without one, the site stands for itself.
    ``cached``, what earlier builds left in ``build/cache`` is used; the bytes are the same without.
    """
    count, findings, written = write(catalogue, root, out, edition=edition)
    folder = root / "build"
    progress(f"{count} pages to build: {written.written} files changed, {written.removed} removed")
    progress("MkDocs builds the site")
    findings += mkdocs.run(folder, day=newest_day(catalogue), cached=cached)
    if out.is_dir():
        missing.reword(out)
        if edition is not None:
            sitemap.lead_to_folder(out, day=newest_day(catalogue))
        progress("checking links")
        base = urlsplit(catalogue.organization.site_url).path.rstrip("/") + "/"
        findings += check_links(out, base, open_cache(folder) if cached else NO_CACHE)
    return SiteReport(count, tuple(findings))


def write(
    catalogue: Catalogue, root: Path, out: Path, *, edition: Edition | None = None
) -> tuple[int, list[Finding], tree.Written]:
    """Write the Markdown tree and the settings to ``root/build``: all that MkDocs needs to build into ``out``.

    How many pages there are, what is wrong with them, and which files changed.
    """
    pages, findings = gather(catalogue)
    pages = pages if edition is None else with_changes(pages, edition, catalogue)
    files = {page.path: page.markdown().encode() for page in pages}
    guide = guide_files(root / "docs")
    assets = {f"assets/{path.name}": path.read_bytes() for path in sorted(ASSETS.iterdir()) if path.is_file()}
    folder = root / "build"
    entries = navigation(catalogue, guide_navigation(guide))
    entries += () if edition is None else (Entry(TITLE, CHANGES),)
    settings = mkdocs.config(
        catalogue.organization, entries, root=root, build=folder, out=out, is_published=edition is not None
    )
    more = {**downloads(catalogue), **(edition.files if edition else {})}
    written = tree.write(folder / "site-src", {**files, **guide, **assets, **more})
    (folder / "mkdocs.yml").write_bytes(settings)
    return len(files) + sum(name.endswith(".md") for name in guide), findings, written


def runbook_source(catalogue: Catalogue, runbook: str) -> Page | None:
    """The page of one runbook; None when readers may not see it, or it refers to what there is not."""
    for compiled in catalogue.runbooks:
        if compiled.runbook.id == runbook:
            view = view_of(catalogue, compiled)
            page = runbook_page(view)
            return None if view.problems else page
    return None


def gather(catalogue: Catalogue) -> tuple[list[Page], list[Finding]]:
    """All pages that come from the catalogue; nothing is written."""
    views = [view_of(catalogue, compiled) for compiled in catalogue.runbooks]
    pages = [front_page(catalogue), *[runbook_page(view) for view in views]]
    pages += [service_page(catalogue, service) for service in catalogue.services]
    pages += index_pages(catalogue)
    pages += [organization_page(catalogue.organization), glossary_page(catalogue)]
    return pages, [problem for view in views for problem in view.problems]
