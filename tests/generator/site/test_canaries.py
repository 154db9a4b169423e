"""No byte of a built site holds what its audience may not read, packed files and file names included."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from generator.site import build
from tests.generator.canaries import PROOF_WORDS, Planted, planted


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """The corpus with a canary in every place that can be classified."""
    return planted(tmp_path_factory.mktemp("canaries"))


def bytes_of(canaries: Planted, audience: str, root: Path) -> bytes:
    """The names and the content of all files of the site."""
    build(canaries.catalogue(audience, root), root, root / "site")
    files = [path for path in sorted((root / "site").rglob("*")) if path.is_file()]
    assert {"index.html", "sitemap.xml.gz", "search_index.json"} <= {path.name for path in files}
    return b"\n".join(path.relative_to(root).as_posix().encode() + b"\n" + content(path) for path in files)


def content(path: Path) -> bytes:
    """What a file holds, unpacked."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_a_site_holds_nothing_above_its_audience(canaries: Planted, tmp_path: Path) -> None:
    """Everybody in the company reads none of the canaries."""
    site = bytes_of(canaries, "internal", tmp_path)

    words = {word: where for where, words in canaries.words.items() for word in words}
    assert {where for word, where in words.items() if word.encode() in site} == set()
    assert {word for word in PROOF_WORDS if word.encode() in site} == set()
    assert b"proof failed" in site or b"changed since its proof failed" in site


def test_a_site_holds_what_its_audience_may_read(canaries: Planted, tmp_path: Path) -> None:
    """Those who handle the incident find of each thing that can be classified at least something."""
    site = bytes_of(canaries, "confidential", tmp_path)

    silent = {
        where for where, words in canaries.words.items() if not any(word.encode() in site for word in words)
    }
    assert silent == set()
    assert {word for word in PROOF_WORDS if word.encode() not in site} == set()
