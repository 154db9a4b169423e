"""What is classified above the audience of a branch stands in no object of it, of no version."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.generator.site.publishing import DRILL, FILE, begin, commit, git, published

CLOSED = "confidential"
SERVICE = "runbooks/services/signup-scorer.yaml"
Data = dict[str, Any]


def edited(root: Path, file: str, change: Callable[[Data], None]) -> None:
    """Change a source as data."""
    path = root / file
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), encoding="utf-8")


def close(root: Path, word: str) -> list[str]:
    """Put a word of its own into a closed thing of every kind; the words."""

    def organization(data: Data) -> None:
        room = {"id": "closed-room", "title": "Closed room", "address": "#closed", "classification": CLOSED}
        data["channels"] = [*(c for c in data["channels"] if c["id"] != room["id"]), room]
        terms = [term for term in data["glossary"] if "classification" not in term]
        data["glossary"] = [
            *terms,
            {"term": f"{word}term", "meaning": f"What nobody else calls {word}meaning.", **closed},
        ]

    def service(data: Data) -> None:
        for kind in ("dashboards", "logs"):
            links = [link for link in data["artifacts"][kind] if "classification" not in link]
            link = {
                "id": f"{word}{kind}",
                "title": f"{word}{kind}",
                "url": f"https://{word}{kind}.example.com/",
            }
            data["artifacts"][kind] = [*links, {**link, **closed}]

    def runbook(data: Data) -> None:
        message = data["communication"]["templates"][0]
        templates = [t for t in data["communication"]["templates"] if "classification" not in t]
        mine = {
            **message,
            "id": "closed-message",
            "channel": "closed-room",
            "text": f"All of {word}template.",
        }
        data["communication"]["templates"] = [*templates, {**mine, **closed}]
        source = {
            "title": f"{word}citation",
            "source": "A report of the year 2024",
            "fact": f"It says {word}fact.",
            **closed,
        }
        data["citations"] = [*(c for c in data.get("citations", []) if "classification" not in c), source]
        data["postmortem"]["evidence"][0] |= {
            "what": f"The list of {word}what.",
            "how": f"Save it from the store, as {word}how says.",
        }
        data["postmortem"]["evidence"][0] |= closed

    def drill(data: Data) -> None:
        data["title"], data["truth"]["explanation"] = f"About {word}drill", f"It was {word}truth."

    closed = {"classification": CLOSED}
    edited(root, "runbooks/organization.yaml", organization)
    edited(root, SERVICE, service)
    edited(root, FILE, runbook)
    edited(root, DRILL, drill)
    names = (
        "term",
        "meaning",
        "dashboards",
        "logs",
        "template",
        "citation",
        "fact",
        "what",
        "how",
        "drill",
        "truth",
    )
    return [word + name for name in names]


def objects(repository: Path) -> bytes:
    """Everything that anybody who fetches the repository gets, packed files unpacked."""
    names = git(repository, "cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)")
    found = []
    for line in names.splitlines():
        name, kind = line.split()
        content = subprocess.run(
            ["git", "cat-file", kind, name], cwd=repository, check=True, capture_output=True
        ).stdout
        found.append(gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content)
    return b"\n".join(found)


def test_no_object_of_a_branch_holds_what_its_audience_may_not_read(tmp_path: Path) -> None:
    """Neither a version, nor what it says has changed, nor the history: for the one that may, all is there."""
    root, remote = tmp_path / "root", tmp_path / "remote.git"
    root.mkdir()
    git(tmp_path, "init", "--quiet", "--bare", str(remote))
    begin(root)
    git(root, "remote", "add", "origin", str(remote))
    for version, word in (("1.0", "zqfirst"), ("1.1", "zqthen")):
        words = close(root, word)
        commit(root)
        done = published(root, version, "latest", audience="internal")
        assert done.findings == ()
        assert (root / FILE).read_text(encoding="utf-8").count(word) > 1
    open_to_all = objects(remote)
    published(root, "1.1", audience=CLOSED, branch="closed-pages", pushing=False)
    git(
        tmp_path,
        "clone",
        "--quiet",
        "--bare",
        "--single-branch",
        "--branch",
        "closed-pages",
        "root",
        "closed.git",
    )
    closed = objects(tmp_path / "closed.git")

    assert b"What changed in this version" in open_to_all
    assert not any(word in open_to_all for word in (b"zqfirst", b"zqthen"))
    assert {word for word in words if word.encode() not in closed} == set()
