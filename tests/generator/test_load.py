"""Files that cannot be read as they should are findings, whatever is in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.check import check
from generator.files import MAXIMUM_BYTES
from generator.keywords import judge
from generator.load import find_root, load
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
        (b"id: a\rtitle: \xff\n", "2:8", "not UTF-8"),
        (b"id: a\ntitle: \x07\n", "2:8", "a control character stands here (U+0007)"),
        (b"#" * (MAXIMUM_BYTES + 1), "1:1", "larger than"),
        ("id: a\n".encode("utf-16"), "1:1", "the file is UTF-16"),
        ("title: größer\n".encode("latin-1"), "1:10", "a byte 0xF6 stands here"),
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

    (root / "runbooks/empty").mkdir()

    told = {str(f.place.path): (f.message, f.hint) for f in load(root).findings}

    assert told == {
        "runbooks/drift/runbook.yml": ("this file is not read", "rename it to runbook.yaml"),
        "runbooks/empty/runbook.yaml": (
            "a folder of runbooks/ holds no runbook",
            "add the file, or remove the folder",
        ),
    }


def test_a_wrong_ending_does_not_accuse_others(tmp_path: Path) -> None:
    """A service in a .yml file is a file to rename, not a service that everybody misses."""
    root = repository(tmp_path, b"id: a\n")
    (root / "runbooks/services").mkdir()
    (root / "runbooks/services/scorer.yml").write_text("id: scorer\n", encoding="utf-8")
    (root / "runbooks/drift").mkdir()
    (root / "runbooks/drift/runbook.yaml").write_text("id: drift\nservice: scorer\n", encoding="utf-8")

    findings = check(load(root))

    assert [f.message for f in findings if f.place.path.endswith(".yml")] == ["this file is not read"]
    assert not any("scorer" in f.message for f in findings)


@pytest.mark.parametrize("name", ["a\nb", "a\x1b[31m", "\udcff", "\u202eb"])
def test_names_that_do_not_show_are_findings(name: str, tmp_path: Path) -> None:
    """Such a name is never printed as it is, and what is in it is not read."""
    root = repository(tmp_path, b"id: a\n")
    (root / "runbooks" / name).mkdir()

    (finding,) = load(root).findings

    assert finding.message == "a name with characters that do not show"
    assert finding.place.path.isprintable()


@pytest.mark.parametrize("limit", ["MAXIMUM_SOURCES", "MAXIMUM_ENTRIES", "MAXIMUM_TOTAL_BYTES"])
def test_more_than_anybody_writes_is_one_finding(
    limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A flood of files ends in a sentence, not in hours of reading."""
    root = repository(tmp_path, b"id: a\n")
    for number in range(5):
        folder = root / "runbooks" / f"r{number}"
        folder.mkdir()
        (folder / "runbook.yaml").write_text("id: a\n", encoding="utf-8")
    monkeypatch.setattr(f"generator.load.{limit}", 4)

    loaded = load(root)

    assert [f.message.startswith("there are more than 4 ") for f in loaded.findings] == [True]
    assert loaded.documents == ()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("a: 1\nb: x\u202ey\n", "2:5", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a\u200b: 1\n", "1:2", "U+200B ZERO WIDTH SPACE"),
        ("a: 1\ufeff\n", "1:5", "U+FEFF"),
        ("a: x\u2028y\n", "1:5", "an end of line that is none everywhere"),
        ("a: x\ry\n", "1:5", "an end of line that is none everywhere"),
        ("a:\n\u00a0\u00a0b: 1\n", "2:1", "a space that YAML takes for a letter"),
        ("a:\u00a0b\nc: d\n", "1:3", "a space that YAML takes for a letter"),
        ("a:\n  -\u00a0b\n", "2:3", "a space that YAML takes for a letter"),
        ("a: " + "x" * 10_001, "1:4", "the text is longer than 10,000 characters"),
        ("? " + "k" * 201 + "\n: 1\n", "1:3", "the key is longer than 200 characters"),
        ("k" * 2000 + ": 1\n", "1:2001", "the key before this ':' is longer than 200 characters"),
        ("a: [1,\nb: 2\n", "1:4", "a bracket or brace is not closed"),
        ("a:\n  - b: 1\n -role: x\n", "3:2", "a space is missing after the dash"),
        ("a:\n  -role: x\n", "2:3", "a space is missing after the dash"),
        ("a:\n  - b: 1\n- c: 2\n", "3:1", "this does not fit what stands above"),
        ("a: {b: 1, ", "1:10", "the text ends in the middle of something"),
    ],
)
def test_what_is_not_what_it_seems_is_a_finding(text: str, place: str, message: str) -> None:
    """Characters that hide or turn text, spaces that are none, texts without end."""
    finding = compose(text, "a.yaml").findings[0]

    assert f"{finding.place.line}:{finding.place.column}" == place
    assert message in finding.message


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (
            "a:\n  - b: 1\n   c: 2\n",
            "it begins in column 4; the dashes of that list stand in column 3, its items in 5",
        ),
        ("a:\n  - b: 1\n- c: 2\n", "it begins in column 1, the dashes above in column 3"),
        ("a:\n  b: 1\n c: 2\n", "it begins in column 2, the keys above in column 1"),
    ],
)
def test_what_stands_in_a_wrong_column_is_told_both(text: str, hint: str) -> None:
    """The column of the line that does not fit, and that of what it could belong to."""
    (finding,) = compose(text, "a.yaml").findings

    assert finding.hint == hint


@pytest.mark.parametrize("text", ["👩\u200d💻", "می\u200cخواهم", "20\u00a0%", "e\u0301", "漢字\u3000漢字"])
def test_what_languages_need_is_no_finding(text: str) -> None:
    """Joiners between letters, spaces inside a text and marks on letters belong to people's languages."""
    assert compose(f"a: {text}\n", "a.yaml").findings == ()


@pytest.mark.parametrize(
    ("word", "hint"), [("no", "write false"), ("On", "write true"), ("maybe", "whether")]
)
def test_words_for_true_and_false_are_told_apart(word: str, hint: str) -> None:
    """``no`` is a word; where true or false must stand, the hint says which."""
    schema = {"type": "boolean", "description": "Say whether."}

    (problem,) = judge(schema, compose(f"a: {word}", "a.yaml").data["a"], ("a",))

    assert hint in problem.hint


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
