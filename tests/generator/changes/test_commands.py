"""``runbook diff`` and ``runbook review``: what a person sees, and the exit code."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from generator import cli
from generator.check import check
from generator.evidence.reviews import read
from generator.load import load
from tests.generator.changes.repository import commit, edit, git, repository
from tests.generator.corpus import ROOT

LOWER = ("threshold: 0.2\n", "threshold: 0.25\n")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path)


def run(monkeypatch: pytest.MonkeyPatch, root: Path, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["runbook", *arguments, "--root", str(root)])
    with pytest.raises(SystemExit) as stop:
        cli.main()
    return int(stop.value.code or 0)


def test_diff_tells_what_changed_since_a_revision(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The work tree is compared with a revision; changes are a report, not a failure."""
    edit(root, *LOWER)

    code = run(monkeypatch, root, "diff", "HEAD")

    out = capsys.readouterr().out
    assert code == 0
    assert "  amount-psi pages at 0.25, was 0.2 [line" in out
    assert out.endswith("1 change since HEAD, in 1 file\n")


def test_diff_takes_findings_in_its_stride(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rule that the new text breaks is one of the changes."""
    edit(root, "on_failure: fall-back-to-rules", "on_failure: fall-back-to-rulse")

    code = run(monkeypatch, root, "diff", "HEAD", "--format", "json")

    (group,) = json.loads(capsys.readouterr().out)["groups"]
    assert code == 0
    assert any(c["text"].startswith("now breaks the rule references") for c in group["changes"])


def test_diff_of_an_unknown_revision_is_wrong_usage(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and what to do."""
    code = run(monkeypatch, root, "diff", "no-such-branch")

    assert code == 2
    assert "there is no revision 'no-such-branch' here" in capsys.readouterr().err


def test_diff_begins_from_what_was_committed_last(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a revision, the work that is not committed yet is told."""
    edit(root, *LOWER)

    code = run(monkeypatch, root, "diff")

    assert code == 0
    assert capsys.readouterr().out.endswith("1 change since HEAD, in 1 file\n")


def test_a_certificate_that_an_edit_makes_old_is_no_change(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check says so after every edit; what the edit means in an incident is another thing."""
    file = "runbooks/feature-drift/evidence/proof.json"
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / file, root / file)
    commit(root, "Keep the certificate")
    edit(root, *LOWER)

    assert run(monkeypatch, root, "diff") == 0
    assert capsys.readouterr().out.endswith("1 change since HEAD, in 1 file\n")
    assert "proof" in {finding.rule for finding in check(load(root))}


def test_diff_asks_for_one_beginning(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A revision and a review together are one too many."""
    assert run(monkeypatch, root, "diff", "HEAD", "--since-review", "feature-drift") == 2
    assert "not both" in capsys.readouterr().err


def test_a_review_is_kept_beside_the_runbook(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It holds the hash and the commit of the text, checks clean, and leaves the text's hash alone."""
    code = run(
        monkeypatch, root, "review", "feature-drift", "--role", "model-owner", "--note", 'Read: "fine".'
    )

    (made,), findings = read(root, "feature-drift")
    assert code == 0
    assert capsys.readouterr().out.strip() == made.path
    assert (made.value.verdict, made.value.note) == ("approved", 'Read: "fine".')
    assert made.value.revision == git(root, "rev-parse", "HEAD")
    assert findings == ()
    assert check(load(root)) == ()


def test_a_second_review_of_a_day_overwrites_nothing(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Evidence is only ever added."""
    for verdict in ("rejected", "approved"):
        run(monkeypatch, root, "review", "feature-drift", "--role", "model-owner", "--verdict", verdict)

    found, _ = read(root, "feature-drift")
    assert sorted(one.value.verdict for one in found) == ["approved", "rejected"]


def test_a_review_that_says_nothing_new_is_not_written_again(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same role, the same text, the same verdict: the file that is there is enough."""
    review = ("review", "feature-drift", "--role", "model-owner")
    run(monkeypatch, root, *review)
    capsys.readouterr()

    code = run(monkeypatch, root, *review)

    (made,), _ = read(root, "feature-drift")
    assert code == 0
    assert capsys.readouterr().out == f"already approved by model-owner on {made.value.date}\n"


@pytest.mark.parametrize(
    "more", [("--note", "Read again."), ("--verdict", "rejected")], ids=["note", "verdict"]
)
def test_a_review_that_says_more_is_kept(
    more: tuple[str, ...], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new note, or another verdict, is new evidence; the newest stands last."""
    review = ("review", "feature-drift", "--role", "model-owner")
    run(monkeypatch, root, *review)

    run(monkeypatch, root, *review, *more)

    found, _ = read(root, "feature-drift")
    assert len(found) == 2
    assert more[1] in (found[-1].value.note, found[-1].value.verdict)


def test_a_text_with_errors_is_not_reviewed(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The findings are shown, and what to do about them."""
    edit(root, "on_failure: fall-back-to-rules", "on_failure: fall-back-to-rulse")

    code = run(monkeypatch, root, "review", "feature-drift", "--role", "model-owner")

    assert code == 1
    assert capsys.readouterr().err.endswith("not reviewed: mend these first\n")
    assert read(root, "feature-drift") == ((), ())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("feature-drift", "--role", "modle-owner"), "did you mean 'model-owner'?"),
        (("feature-drfit", "--role", "model-owner"), "did you mean 'feature-drift'?"),
        (
            ("feature-drift", "--role", "model-owner", "--note", "a\x07"),
            "a control character stands in the note",
        ),
    ],
)
def test_a_review_that_cannot_be_is_refused(
    arguments: tuple[str, ...],
    message: str,
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A slip is answered with what was meant, and nothing is written."""
    assert run(monkeypatch, root, "review", *arguments) == 2
    assert message in capsys.readouterr().err
    assert read(root, "feature-drift") == ((), ())


def test_since_review_says_when_nothing_changed(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The approved text is the present one; a comment does not make another of it."""
    run(monkeypatch, root, "review", "feature-drift", "--role", "model-owner")
    edit(root, "objectives:\n", "# How fast it has to go.\nobjectives:\n")

    code = run(monkeypatch, root, "diff", "--since-review", "feature-drift")

    said = capsys.readouterr().out.splitlines()[-1]
    assert code == 0
    assert said.startswith("nothing changes in an incident since 2")
    assert said.endswith(", approved by model-owner")


def test_since_review_compares_with_the_approved_text(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commit of the approved text is found, whatever was committed after it."""
    run(monkeypatch, root, "review", "feature-drift", "--role", "model-owner")
    edit(root, *LOWER)
    commit(root, "Page later")
    edit(root, "detect_minutes: 10", "detect_minutes: 9")

    code = run(monkeypatch, root, "diff", "--since-review", "feature-drift")

    out = capsys.readouterr().out
    assert code == 0
    assert "amount-psi pages at 0.25, was 0.2" in out
    assert "the objective to detect fell to 9 min, was 10" in out
    assert "approved by model-owner (" in out


def test_since_review_finds_a_text_that_was_committed_after_its_review(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A review of a text that no commit held yet has no revision; the log has it."""
    edit(root, *LOWER)
    run(monkeypatch, root, "review", "feature-drift", "--role", "model-owner")
    commit(root, "Page later")
    edit(root, "threshold: 0.25\n", "threshold: 0.3\n")
    commit(root, "Page later still")

    code = run(monkeypatch, root, "diff", "--since-review", "feature-drift")

    assert code == 0
    assert "amount-psi pages at 0.3, was 0.25" in capsys.readouterr().out


def test_since_review_needs_a_review(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A rejected text is none to compare with."""
    run(monkeypatch, root, "review", "feature-drift", "--role", "model-owner", "--verdict", "rejected")

    code = run(monkeypatch, root, "diff", "--since-review", "feature-drift")

    assert code == 2
    assert "no role has approved 'feature-drift' yet" in capsys.readouterr().err
