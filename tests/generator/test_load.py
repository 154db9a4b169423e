"""Files that cannot be read as they should are findings, whatever is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check import check
from generator.load import MAXIMUM_BYTES, find_root, load
from generator.located import compose

ORGANIZATION = "runbooks/organization.yaml"


def repository(root: Path, content: bytes) -> Path:
    """A repository whose organization file holds these bytes."""
    (root / "runbooks").mkdir()
    (root / ORGANIZATION).write_bytes(content)
    return root


def test_words_mean_what_yaml_1_2_says() -> None:
    """Times, dates, versions with two dots, ``on`` and ``no`` are text; only true and false are not."""
    text = "[02:40, 2026-11-22, on, no, 1.2.3, 010, 1e3, true, ~, '7']"

    data = compose(f"a: {text}", "a.yaml").data

    assert data == {"a": ["02:40", "2026-11-22", "on", "no", "1.2.3", 10, 1000.0, True, None, "7"]}


def test_every_key_and_value_has_its_place() -> None:
    """Lines and columns count from 1, in characters, also after other letters."""
    composed = compose("größe: {ä: 1, b: [x, yy]}\n", "a.yaml")

    assert str(composed.keys["größe", "b"]) == "a.yaml:1:15"
    assert str(composed.values["größe", "b", 1]) == "a.yaml:1:22"


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (b"id: a\ntitle: \xff\n", "2:8", "not UTF-8"),
        (b"id: a\ntitle: \x07\n", "2:8", "a control character stands here (U+0007)"),
        (b"#" * (MAXIMUM_BYTES + 1), "1:1", "larger than"),
    ],
)
def test_bytes_that_are_no_text_are_findings(
    content: bytes, place: str, message: str, tmp_path: Path
) -> None:
    """The place is where the first wrong byte stands."""
    (finding,) = check(load(repository(tmp_path, content)))

    assert str(finding.place) == f"{ORGANIZATION}:{place}"
    assert message in finding.message


def test_a_link_out_of_the_repository_is_not_followed(tmp_path: Path) -> None:
    """A file elsewhere on the machine is not read."""
    (tmp_path / "secret.yaml").write_text("id: secret\n", encoding="utf-8")
    root = tmp_path / "repository"
    (root / "runbooks").mkdir(parents=True)
    (root / ORGANIZATION).symlink_to(tmp_path / "secret.yaml")

    (finding,) = check(load(root))

    assert finding.message == "this link leads out of the repository"


def test_a_folder_without_runbooks_is_a_finding(tmp_path: Path) -> None:
    """The hint says where to go."""
    (finding,) = check(load(tmp_path))

    assert "there is no folder 'runbooks'" in finding.message
    assert "--root" in finding.hint


def test_files_that_would_be_passed_over_are_findings(tmp_path: Path) -> None:
    """A wrong ending, or a folder without its runbook, is told rather than ignored."""
    root = repository(tmp_path, b"id: a\n")
    (root / "runbooks/drift").mkdir()
    (root / "runbooks/drift/runbook.yml").touch()

    messages = {str(f.place.path): f.message for f in load(root).findings}

    assert messages == {
        "runbooks/drift/runbook.yaml": "a folder of runbooks/ holds no runbook",
        "runbooks/drift/runbook.yml": "this file is not read",
    }


def test_a_broken_file_does_not_accuse_others(tmp_path: Path) -> None:
    """What a service defines cannot be known while its file is broken, so nobody is told it is unknown."""
    root = repository(tmp_path, b"id: a\n")
    (root / "runbooks/services").mkdir()
    (root / "runbooks/services/scorer.yaml").write_text("id: scorer\nlineage: [\n", encoding="utf-8")
    (root / "runbooks/drift").mkdir()
    runbook = "id: drift\nservice: scorer\ndependencies:\n  - {node: feed, cascades_to: [model]}\n"
    (root / "runbooks/drift/runbook.yaml").write_text(runbook, encoding="utf-8")

    rules = {f.rule for f in check(load(root)) if f.place.path == "runbooks/drift/runbook.yaml"}

    assert rules == {"schema"}


def test_the_root_is_the_nearest_folder_upward(tmp_path: Path) -> None:
    """A command works from anywhere inside a repository."""
    inner = tmp_path / "runbooks" / "drift" / "drills"
    inner.mkdir(parents=True)

    assert find_root(inner) == tmp_path


@given(st.text())
def test_no_text_is_answered_by_a_traceback(text: str) -> None:
    """Whatever a file holds, it is data or findings."""
    composed = compose(text, "a.yaml")

    assert isinstance(composed.data, dict) or composed.findings


@given(st.text(alphabet="ab:-?[]{},&*!|>'\"#%@` \n\t", max_size=60))
def test_no_yaml_is_answered_by_a_traceback(text: str) -> None:
    """The same for texts that are made of what YAML is made of."""
    composed = compose(text, "a.yaml")

    assert isinstance(composed.data, dict) or composed.findings
