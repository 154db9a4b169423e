"""A site that is built again, or that follows its sources, is the one that would be built from nothing."""

from __future__ import annotations

import dataclasses
import http.client
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.compile import load_published
from generator.preview import Preview
from generator.site import build
from generator.site.mkdocs import QUIET
from generator.site.parsing import is_fed
from generator.site.serving import TURN, Shown, server
from tests.generator.corpus import BASE, ROOT
from tests.generator.site.example import catalogue

BOOK = Path("runbooks", "feature-drift", "runbook.yaml")
PAGE = "runbooks/feature-drift.html"
PATIENCE_S = 240
"""A build that takes longer hangs."""


def content(site: Path) -> dict[str, bytes]:
    """Every file of a site."""
    return {
        path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }


def test_a_memory_changes_no_byte(built: tuple[Path, object], tmp_path: Path) -> None:
    """With a memory, with a damaged one and without any, a build gives the same site."""
    fresh = content(built[0] / "site")
    out = tmp_path / "site"
    build(catalogue(), tmp_path, out)
    kept = sorted((tmp_path / "build/cache/pages").iterdir())
    assert len(kept) > 5

    build(catalogue(), tmp_path, out)
    assert content(out) == fresh

    for number, path in enumerate(kept):
        text = path.read_bytes()
        path.write_bytes([b"", text[:-9], text.replace(b"Fraud", b"Faked"), b'{"content": 1}'][number % 4])
    build(catalogue(), tmp_path, out)
    assert content(out) == fresh

    build(catalogue(), tmp_path, out, cached=False)
    assert content(out) == fresh


def test_mkdocs_itself_gives_the_same(built: tuple[Path, object], tmp_path: Path) -> None:
    """What we do to build sooner changes nothing: bare MkDocs makes the same pages and the same search index."""
    command = [sys.executable, "-m", "mkdocs", "build", "-f", "mkdocs.yml", "-d", str(tmp_path / "bare")]
    subprocess.run(
        command, cwd=built[0] / "build", env={**os.environ, **QUIET}, check=True, capture_output=True
    )

    ours, bare = content(built[0] / "site"), content(tmp_path / "bare")

    dated_or_reworded = {"404.html", "sitemap.xml", "sitemap.xml.gz"}
    assert {name for name in {*ours, *bare} if ours.get(name) != bare.get(name)} <= dated_or_reworded


def test_a_page_that_is_no_more_goes(tmp_path: Path) -> None:
    """The page of a runbook that was deleted is not built again from memory."""
    build(catalogue(), tmp_path, tmp_path / "site")
    assert (tmp_path / "site" / PAGE).is_file()

    build(dataclasses.replace(catalogue(), runbooks=()), tmp_path, tmp_path / "site")

    assert not (tmp_path / "site" / PAGE).exists()
    assert b"feature-drift.html" not in (tmp_path / "site/search/search_index.json").read_bytes()


class _Heard(HTMLParser):
    """What a parser is called with."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[object, ...]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.calls.append(("begin", tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.calls.append(("end", tag))

    def handle_data(self, data: str) -> None:
        self.calls.append(("data", data))

    def handle_comment(self, data: str) -> None:
        self.calls.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.calls.append(("declaration", decl))


PIECES = (
    "<p>", "</p>", "<br/>", "<br />", '<a href="x&amp;y">', "<a href=x>", "<a b>", "<A Title='&lt;'>", '<i a="">',
    "<!-- c -->", "<!---->", "<!-->", "<!-- > -->", "<!doctype html>", "<script>", "</script>", "<style>", "</style>",
    "<script src=x>a < b && c</script>", "<style>p > a {}</style>", "<textarea>", "a < b", "a > b", "&amp;", "&lt",
    "&", "&#96;", "<", ">", "</", "<1>", '<a b="<">', '<a b=">">', "<?x?>", "<![CDATA[x]]>", "text\n", '"', "=",
    '<a b = "c">', '<a b="c"d="e">', "<a/b>", "</p x>", "<svg:rect x='1'/>", "\0", "<title>", "<a\nb='c'\n>",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8))
def test_html_reads_the_same_sooner(pieces: list[str]) -> None:
    """Whatever the HTML, either it is read as the standard parser reads it, or it is left to that."""
    html = "".join(pieces)
    slow, quick = _Heard(), _Heard()
    slow.feed(html)
    slow.close()

    if is_fed(quick, html):
        assert _joined(quick.calls) == _joined(slow.calls)
    else:
        assert quick.calls == []


def _joined(calls: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """The calls with texts that follow each other as one."""
    joined: list[tuple[object, ...]] = []
    for call in calls:
        if call[0] == "data" and joined and joined[-1][0] == "data":
            joined[-1] = ("data", f"{joined[-1][1]}{call[1]}")
        else:
            joined.append(call)
    return joined


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """One service with one runbook, and its site."""
    for part in BASE:
        source, target = ROOT / "runbooks" / part, tmp_path / "runbooks" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        # Its certificate is of a service with other runbooks, which are not here.
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("proof.json"))
        else:
            shutil.copy(source, target)
    build(load_published(tmp_path)[0], tmp_path, tmp_path / "site")
    return tmp_path


def write(root: Path, old: str, new: str) -> None:
    """Edit the runbook, some moments after whatever was done to it before."""
    text = (root / BOOK).read_text(encoding="utf-8")
    assert old in text
    (root / BOOK).write_text(text.replace(old, new, 1), encoding="utf-8")
    later = (root / BOOK).stat().st_mtime_ns + 10_000_000
    os.utime(root / BOOK, ns=(later, later))


def wait(preview: Preview) -> None:
    """Look until nothing is being built."""
    until = time.monotonic() + PATIENCE_S
    while preview.is_building:
        assert time.monotonic() < until
        time.sleep(0.05)
        preview.look()


def test_an_edited_page_is_up_first(repository: Path) -> None:
    """The page shows the edit before the site is built; then all of it is what a build from nothing gives."""
    said: list[str] = []
    preview = Preview(repository, said.append)
    preview.look()
    write(repository, "summary: >-\n  ", "summary: >-\n  Zebras were seen. ")

    preview.look()
    assert preview.is_building
    early = preview.shown.page(PAGE)
    assert early is not None
    assert b"Zebras were seen" in early
    assert b"Zebras" not in (repository / "site" / PAGE).read_bytes()

    wait(preview)
    assert "the whole site is up" in said[-1]
    assert preview.shown.newer == {}
    after = content(repository / "site")
    assert after[PAGE] == early
    shutil.rmtree(repository / "build")
    build(load_published(repository)[0], repository, repository / "site")
    assert content(repository / "site") == after


def test_errors_are_told_and_the_last_good_page_stays(repository: Path) -> None:
    """A source with an error changes nothing that is shown; what is wrong is said, with its place."""
    said: list[str] = []
    preview = Preview(repository, said.append)
    before = preview.shown.page(PAGE)
    write(repository, "symptom:", "symptoms:")

    preview.look()
    wait(preview)

    assert preview.shown.page(PAGE) == before
    assert any("feature-drift/runbook.yaml:" in words and "symptoms" in words for words in said)


def test_stopping_leaves_no_process(repository: Path) -> None:
    """What is being built when the preview ends, ends with it."""
    preview = Preview(repository, lambda words: None)
    write(repository, "summary: >-\n  ", "summary: >-\n  Once more. ")
    preview.look()
    assert preview._building is not None
    group = preview._building.process.pid

    preview.stop()

    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """A server of a small site, with a secret beside it and a link that leads there."""
    (tmp_path / "secret.html").write_text("secret")
    site = tmp_path / "site"
    site.mkdir()
    (site / "index.html").write_text("<p>home</p>")
    (site / "plain.css").write_text("p {}")
    (site / "away.html").symlink_to(tmp_path / "secret.html")
    (site / "away.txt").symlink_to(tmp_path / "secret.html")
    with server(Shown(site, reloads=True), port=0) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        assert running.server_address[0] == "127.0.0.1"
        yield running.server_port
        running.shutdown()
        thread.join()


def ask(port: int, path: str, host: str = "localhost", method: str = "GET") -> tuple[int, str]:
    """Status and text of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest(method, path, skip_host=True)
    connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read().decode("utf-8", "replace")
    connection.close()
    return found


def test_pages_ask_for_newer_ones(port: int, tmp_path: Path) -> None:
    """The server adds a script to pages, which asks it for the state; the file has none."""
    status, page = ask(port, "/")

    assert status == 200
    assert page.startswith("<p>home</p>")
    assert TURN in page
    assert ask(port, TURN) == (200, "0")
    assert ask(port, "/plain.css") == (200, "p {}")
    assert (tmp_path / "site/index.html").read_text() == "<p>home</p>"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]"])
def test_other_hosts_are_refused(host: str, port: int) -> None:
    """A name that somebody made to lead to this machine reads nothing."""
    for method in ("GET", "HEAD"):
        status, text = ask(port, "/", host, method)
        assert status == 403
        assert "home" not in text


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.html", "/%2e%2e/secret.html", "/..%2fsecret.html", "//secret.html", "/away.html", "/away.txt",
        "/x/../../secret.html", "/%2e%2e%5csecret.html", "/index.html/../../secret.html",
    ],
)  # fmt: skip
def test_nothing_beside_the_site_is_served(path: str, port: int) -> None:
    """No path leads out of the site, nor does a link inside it."""
    status, text = ask(port, path)

    assert status == 404
    assert "secret" not in text.replace("secret.html", "")
