"""Two versions of a small repository's site, as readers, auditors and git find them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from generator import catalogue_file
from generator.site.links import check_links
from tests.generator.site.publishing import (
    FILE,
    RUNBOOK,
    Twice,
    checked_out,
    commit,
    git,
    hosted,
    published,
    replace,
    state,
)

PAGE = f"runbooks/{RUNBOOK}.html"
CHANGED = "mail-age-psi pages at 0.3, was 0.25"


@pytest.fixture(scope="module")
def address(twice: Twice) -> Iterator[str]:
    """Where the branch is served, on loopback."""
    with hosted(twice.files) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on which no script complains."""
    context = browser.new_context(viewport={"width": 360, "height": 800})
    opened = context.new_page()
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    opened.on("console", hear)
    opened.on("pageerror", lambda error: said.append(str(error)))
    yield opened
    context.close()
    assert said == []


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_each_version_is_whole(twice: Twice) -> None:
    """Both versions stand side by side with every page and no broken link, and the alias is the newest."""
    versions = json.loads((twice.files / "versions.json").read_text())

    assert [(one["version"], one["title"], one["aliases"]) for one in versions] == [
        ("1.1", "1.1", ["latest"]),
        ("1.0", "1.0, first", []),
    ]
    for name in ("1.0", "1.1"):
        assert (twice.files / name / PAGE).is_file()
        assert check_links(twice.files / name, "/latest/") == []
    assert files_of(twice.files / "latest") == files_of(twice.files / "1.1")
    assert not [path for path in twice.files.rglob("*") if path.is_symlink()]


def test_a_version_holds_its_own_catalogue(twice: Twice) -> None:
    """Each version's catalogue.json has the numbers of its pages, and no drill."""
    found = [catalogue_file.read((twice.files / v / "catalogue.json").read_bytes()) for v in ("1.0", "1.1")]

    thresholds = [one.runbook(RUNBOOK).runbook.signal("mail-age-psi").threshold for one in found]
    assert thresholds == [0.25, 0.3]
    assert [one.drills for one in found] == [(), ()]


def test_the_provenance_says_what_a_version_is_made_of(twice: Twice) -> None:
    """Commit, time, hashes and the reviews of this very text; a review of another text does not count."""
    first, second = (json.loads((twice.files / v / "provenance.json").read_text()) for v in ("1.0", "1.1"))

    assert (first["commit"], second["commit"]) == twice.commits
    assert (first["version"], first["title"], first["committed_at"]) == (
        "1.0",
        "1.0, first",
        "2026-11-01T12:00:00Z",
    )
    assert [one["role"] for one in first["runbooks"][0]["reviews"]] == ["incident-commander"]
    assert "reviews" not in second["runbooks"][0]
    assert "before" not in first
    assert second["before"] == {"version": "1.0", "commit": twice.commits[0]}


def test_a_version_says_what_changed(twice: Twice) -> None:
    """In the words of ``runbook diff``, on a page for all and on the runbook's own; drills stay sealed."""
    pages = {name: (twice.files / name).read_text() for name in ("1.1/changes.html", f"1.1/{PAGE}")}

    assert all(CHANGED in text for text in pages.values())
    assert "1 change since version 1.0." in pages["1.1/changes.html"]
    assert "It is the first version." in (twice.files / "1.0/changes.html").read_text()


def test_an_old_page_leads_to_the_one_in_force(page: Page, twice: Twice, address: str) -> None:
    """The banner names both versions, and its link keeps the place and what the alert said."""
    page.goto(f"{address}1.0/{PAGE}?amount=3#containment")

    note = page.locator(".db-version")
    note.wait_for()
    assert "This is version 1.0, first. The version in force is 1.1." in note.inner_text()
    assert note.locator("a").get_attribute("href") == f"{address}latest/{PAGE}?amount=3#containment"


def test_a_page_that_is_gone_leads_to_the_front_page(page: Page, address: str) -> None:
    """Where the version in force has no such page, the banner leads to its beginning."""
    page.goto(f"{address}1.0/guide/once.html")

    assert page.locator(".db-version a").get_attribute("href") == f"{address}latest/"


@pytest.mark.parametrize("name", ["1.1", "latest"])
def test_the_version_in_force_has_no_banner(page: Page, address: str, name: str) -> None:
    """Neither under its own name nor under its alias; the picker stands there."""
    page.goto(f"{address}{name}/{PAGE}", wait_until="networkidle")

    assert page.locator(".db-version").count() == 0
    assert page.locator(".md-version__current").inner_text() == "1.1"


def test_the_picker_offers_every_version(page: Page, address: str) -> None:
    """The front page of the branch leads to the version in force, and from there to any other."""
    page.goto(address, wait_until="networkidle")

    assert page.url == f"{address}latest/"
    links = page.locator(".md-version__link").all()
    assert [link.inner_text().strip() for link in links] == ["1.1", "1.0, first"]


def test_the_picker_keeps_the_page(page: Page, address: str) -> None:
    """Whoever looks up how a runbook was in another version gets that runbook."""
    page.goto(f"{address}latest/{PAGE}", wait_until="networkidle")

    page.locator(".md-version").hover()
    page.locator(".md-version__link").last.click()

    page.wait_for_url(f"{address}1.0/{PAGE}")


def test_a_site_without_versions_asks_for_none(page: Page, built: tuple[Path, object]) -> None:
    """A site that was built and not published has no picker, from a server and from a folder."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with hosted(built[0] / "site") as found:
        page.goto(f"{found}index.html", wait_until="networkidle")

    assert asked
    assert not [url for url in asked if "versions.json" in url]
    assert '"provider"' not in (built[0] / "site/index.html").read_text()


def test_the_same_commit_gives_the_same_bytes(
    twice: Twice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere, later and for another person; so a version that is there already is no error."""
    clone = tmp_path / "elsewhere"
    git(tmp_path, "clone", "--quiet", "--branch", "main", str(twice.remote), str(clone))
    monkeypatch.setenv("PYTHONHASHSEED", "7")
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    done = published(clone, "1.1", "latest")

    assert done.words == "version 1.1 is published already, with these very bytes"
    assert git(clone, "rev-parse", "gh-pages") == git(twice.remote, "rev-parse", "gh-pages")


def test_no_clock_stands_in_a_version(twice: Twice) -> None:
    """The day of the site's files is that of the newest change in its texts, not that of the build."""
    archive = (twice.files / "1.0/sitemap.xml.gz").read_bytes()

    days = gzip.decompress(archive).decode().split("<lastmod>")[1:]
    assert {day[:10] for day in days} == {"2026-11-01"}
    assert (
        datetime.fromtimestamp(int.from_bytes(archive[4:8], "little"), UTC).date().isoformat() == "2026-11-01"
    )


def test_the_branch_of_the_remote_is_built_upon(twice: Twice, tmp_path: Path) -> None:
    """Somebody else's clone that lacks the past publishes on top of what is there, first for itself alone."""
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--bare", str(twice.remote), str(remote))
    git(tmp_path, "clone", "--quiet", "--branch=main", str(remote), str(tmp_path / "other"))
    replace(tmp_path / "other", FILE, "threshold: 0.3", "threshold: 0.35")
    commit(tmp_path / "other")
    git(tmp_path / "other", "push", "--quiet", "origin", "main")
    git(tmp_path, "clone", "--quiet", "--depth=1", "--branch=main", remote.as_uri(), str(clone))

    assert published(clone, "1.2-draft", pushing=False).findings == ()
    assert git(remote, "rev-parse", "gh-pages") == git(twice.remote, "rev-parse", "gh-pages")
    done = published(clone, "1.2-draft")

    files = checked_out(remote, tmp_path / "files")
    assert done.words == "version 1.2-draft is published already, with these very bytes"
    assert {"1.0", "1.1", "1.2-draft", "latest"} <= {path.name for path in files.iterdir()}
    assert files_of(files / "1.0") == files_of(twice.files / "1.0")
    assert files_of(files / "latest") == files_of(twice.files / "1.1")
    assert (
        f"(commit {twice.commits[1][:12]}) were not at hand" in (files / "1.2-draft/changes.html").read_text()
    )


def test_publishing_leaves_the_work_tree_alone(twice: Twice) -> None:
    """Nothing is checked out, staged or written, not even what ``runbook build`` would write."""
    assert state(twice.root)[1] == ""
    assert not (twice.root / "build").exists()
    assert git(twice.root, "rev-parse", "--abbrev-ref", "HEAD") == "main"
