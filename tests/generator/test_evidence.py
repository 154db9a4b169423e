"""Evidence beside a runbook: what of it is read, what is wrong with it, and that it moves no hash."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from generator.check import check, check_paths, nothing_asked
from generator.compile import load_catalogue
from generator.evidence import exercises, kept, reviews
from generator.load import load
from generator.model import Catalogue, Exercise, Review, Step
from tests.generator.corpus import copied

HASH, OTHER = "ab" * 32, "cd" * 32
EXERCISE = Exercise(
    runbook="feature-drift",
    hash=HASH,
    drill="quiet-monday",
    responder="robot",
    environment="simulated",
    date="2026-11-20",
    record=HASH,
    parts={"look-at-scores": HASH},
    score=87.5,
    objectives_met=True,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A few of the shipped sources, without what is kept beside them."""
    copied(tmp_path)
    for file in tmp_path.glob("runbooks/*/evidence/*/*"):
        file.unlink()
    return tmp_path


def _messages(root: Path) -> list[str]:
    return [str(finding) for finding in check(load(root))]


def test_what_is_written_is_read_again(root: Path) -> None:
    """An exercise goes to a file and comes back as it was."""
    file = exercises.write(root, EXERCISE)

    assert file.relative_to(root).as_posix() == (
        "runbooks/feature-drift/evidence/exercises/2026-11-20-quiet-monday.yaml"
    )
    assert kept(root, "feature-drift").exercises == (EXERCISE,)
    assert _messages(root) == []


def test_what_could_not_be_scored_is_kept_without_a_score(root: Path) -> None:
    """No score is not a score of nothing."""
    unscored = replace(EXERCISE, score=None, objectives_met=False, parts={})
    exercises.write(root, unscored)

    assert kept(root, "feature-drift").exercises == (unscored,)
    assert _messages(root) == []


def test_a_second_exercise_of_a_day_overwrites_nothing(root: Path) -> None:
    """It gets a number, and comes after the first, the tenth after the second."""
    records = [f"{number:064x}" for number in range(11)]

    files = [exercises.write(root, replace(EXERCISE, record=record)).name for record in records]

    assert files[0] == "2026-11-20-quiet-monday.yaml"
    assert files[1] == "2026-11-20-quiet-monday-2.yaml"
    assert [one.record for one in kept(root, "feature-drift").exercises] == records
    assert _messages(root) == []


def test_evidence_comes_by_date_whatever_its_files_are_called(root: Path) -> None:
    """The newest is the last, also when another drill sorts before it."""
    for drill, date, record in (("sunday-night", "2026-11-19", OTHER), ("quiet-monday", "2026-11-20", HASH)):
        exercises.write(root, replace(EXERCISE, drill=drill, date=date, record=record))

    assert [one.drill for one in kept(root, "feature-drift").exercises] == ["sunday-night", "quiet-monday"]


def test_the_catalogue_holds_the_evidence_of_its_runbooks(root: Path) -> None:
    """What was loaded knows what was kept, and a runbook without evidence has none."""
    catalogue = load_catalogue(root)
    compiled = catalogue.runbook("feature-drift")
    step, text = next(iter(compiled.parts.items()))
    review = Review("feature-drift", compiled.hash, "model-owner", "approved", "2026-11-21")
    reviews.write(root, review)
    exercises.write(root, replace(EXERCISE, parts={step: text}, hash=compiled.hash))

    found = load_catalogue(root)

    assert found.kept("feature-drift").reviews == (review,)
    assert found.kept("feature-drift").exercises[0].parts == {step: text}
    assert found.kept("another").exercises == ()


def test_evidence_changes_no_hash(root: Path) -> None:
    """Neither the runbook's nor the catalogue's: new evidence does not change what it is evidence of."""
    before = load_catalogue(root)

    exercises.write(root, EXERCISE)
    after = load_catalogue(root)

    assert after.hash == before.hash
    assert after.runbook("feature-drift").hash == before.runbook("feature-drift").hash


def _edited(root: Path, old: str, new: str) -> Catalogue:
    file = root / "runbooks/feature-drift/runbook.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return load_catalogue(root)


def test_an_edit_of_a_step_changes_the_hash_of_that_step_alone(root: Path) -> None:
    """The evidence of all other steps goes on to count."""
    before = load_catalogue(root).runbook("feature-drift")
    step = before.runbook.detection.steps[0]
    assert isinstance(step, Step)

    begins = step.text[:12]

    after = _edited(root, f"text: {begins}", f"text: First, {begins}").runbook("feature-drift")

    assert after.hash != before.hash
    assert {id for id, text in after.parts.items() if before.parts[id] != text} == {step.id}


def test_layout_and_comments_change_no_hash(root: Path) -> None:
    """What reads the same is the same text."""
    before = load_catalogue(root).runbook("feature-drift")

    after = _edited(root, "\ncard:", "\n# The first screen.\n\n\ncard:").runbook("feature-drift")

    assert (after.hash, after.parts) == (before.hash, before.parts)


def test_phases_are_exercised_like_steps(root: Path) -> None:
    """The way back to normal is walked step by step, too."""
    compiled = load_catalogue(root).runbook("feature-drift")

    assert {phase.id for phase in compiled.runbook.mitigation.restoration.phases} <= set(compiled.parts)
    assert {node.id for node in compiled.plan.nodes} == set(compiled.parts)


def test_a_claim_that_the_text_does_not_hold_is_found(root: Path) -> None:
    """Whose hash is that of the present text must name its steps, and their words."""
    compiled = load_catalogue(root).runbook("feature-drift")
    (first, text), (second, _) = list(compiled.parts.items())[:2]
    exercises.write(
        root, replace(EXERCISE, hash=compiled.hash, parts={first: text, second: OTHER, f"{first}x": text})
    )

    found = _messages(root)

    assert len(found) == 2
    assert f"the text of this hash has other words in '{second}'" in found[0]
    assert f"the text of this hash has no step '{first}x' (did you mean '{first}'?)" in found[1]
    assert found[0].startswith("runbooks/feature-drift/evidence/exercises/2026-11-20-quiet-monday.yaml:13:")


def test_steps_of_an_older_text_are_not_judged(root: Path) -> None:
    """A step that was exercised and deleted since is no mistake."""
    exercises.write(root, replace(EXERCISE, parts={"long-gone": OTHER}))

    assert _messages(root) == []


def test_one_drill_counts_once(root: Path) -> None:
    """A copied file is found."""
    exercises.write(root, EXERCISE)
    exercises.write(root, EXERCISE)

    (found,) = _messages(root)

    assert "2026-11-20-quiet-monday-2.yaml:8:" in found
    assert "the same record as in 2026-11-20-quiet-monday.yaml" in found


def test_a_file_that_would_be_passed_over_is_found(root: Path) -> None:
    """Evidence with another ending is told, not forgotten."""
    file = exercises.write(root, EXERCISE)
    file.rename(file.with_suffix(".yml"))

    (found,) = _messages(root)

    assert "this file is not read (rename it to 2026-11-20-quiet-monday.yaml)" in found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("- a\n", "does not hold keys with values"),
        ("runbook: [", "runbooks/feature-drift/evidence/exercises/2026-11-20-quiet-monday.yaml:"),
        ('date: "2026-02-30"\n', "'2026-02-30' is not a date"),
        ("a: &a [1]\nb: [*a, *a]\n", "unknown key 'a'"),
    ],
)
def test_a_broken_file_is_a_finding_and_no_evidence(root: Path, text: str, said: str) -> None:
    """Whatever stands in a file, it is told and claims nothing."""
    file = exercises.write(root, EXERCISE)
    file.write_text(text, encoding="utf-8")

    assert any(said in message for message in _messages(root))
    assert kept(root, "feature-drift").exercises == ()


def test_a_link_out_of_the_repository_is_not_followed(
    root: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Evidence stands in the repository itself."""
    file = exercises.write(root, EXERCISE)
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text(file.read_text(encoding="utf-8"), encoding="utf-8")
    file.unlink()
    file.symlink_to(outside)

    assert "this link leads out of the repository" in _messages(root)[0]
    assert kept(root, "feature-drift").exercises == ()


def test_a_check_of_the_file_alone_finds_as_much(root: Path) -> None:
    """As a hook asks: only for the file that was changed."""
    file = exercises.write(root, EXERCISE)
    file.write_text(file.read_text(encoding="utf-8") + "words: 3\n", encoding="utf-8")

    loaded, findings = check_paths(root, [file])

    assert [str(finding) for finding in findings] == _messages(root) != []
    assert not nothing_asked(loaded)
