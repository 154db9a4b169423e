from __future__ import annotations

from pathlib import Path

import pytest

from generator.check import check
from generator.compile import load_catalogue
from generator.load import load
from generator.starting.watches import WATCHES
from simulator.events import CouldNotFollow, Declared, Opened, Resolved
from simulator.scoring import score
from tests.generator.corpus import copied
from tests.generator.starting.repositories import (
    SERVICES,
    begun,
    contents,
    payloads,
    played,
    run,
    with_service,
)

TEMPLATE = "signup-scorer"


def repository(folder: Path, service: str) -> Path:
    """One with that service, shipped or fresh."""
    return begun(folder) if service == TEMPLATE else with_service(folder, service)


def new_runbook(root: Path, *options: str) -> tuple[str, str]:
    """The names of the drill with a fault and of the one without, of a runbook that nobody was asked about."""
    done = run("new", "ours", "--no-input", "--root", str(root), *options)
    assert done.exception is None, done.output
    assert done.return_value == 0, done.output
    drills = [d for d in load_catalogue(root).drills if (root / f"runbooks/ours/drills/{d.id}.yaml").exists()]
    (fault,) = [drill.id for drill in drills if drill.faults]
    (quiet,) = [drill.id for drill in drills if not drill.faults]
    return fault, quiet


@pytest.mark.parametrize("service", [TEMPLATE, *SERVICES])
def test_a_new_runbook_is_clean_and_the_robot_gets_its_drill_under_control(
    service: str, tmp_path: Path
) -> None:
    """No findings, every objective met, and nothing declared when nobody is harmed."""
    root = repository(tmp_path, service)

    fault, quiet = new_runbook(root)

    assert check(load(root)) == ()
    for record in played(root, quiet):
        assert not payloads(record, Declared)
    for record in played(root, fault) if service != TEMPLATE else ():
        assert [one.runbook for one in payloads(record, Opened)] == ["ours"]
        assert [one.id for one in score(record).objectives if not one.met] == []


@pytest.mark.parametrize("kind", WATCHES)
@pytest.mark.parametrize("service", SERVICES)
def test_the_robot_plays_the_drill_of_every_kind_of_signal_to_its_end(
    service: str, kind: str, tmp_path: Path
) -> None:
    """Whatever is watched, the text leaves no gap that the robot finds."""
    root = with_service(tmp_path, service)

    fault, _ = new_runbook(root, "--signal", kind)

    assert check(load(root)) == ()
    (record,) = played(root, fault, seeds=(1,))
    assert payloads(record, Declared)
    assert payloads(record, Resolved)
    assert not payloads(record, CouldNotFollow)


def test_a_toggle_contains_and_is_switched_back(tmp_path: Path) -> None:
    """A control without phases of its own is set back by a step, and the drill comes under control."""
    root = with_service(tmp_path, "fraud-scorer")

    fault, _ = new_runbook(root, "--feature", "amount", "--control", "amount-toggle")

    assert check(load(root)) == ()
    (record,) = played(root, fault, seeds=(1,))
    assert [one.id for one in score(record).objectives if not one.met] == []
    assert payloads(record, Resolved)


def test_several_signals_are_watched_at_once(tmp_path: Path) -> None:
    """Each of them pages, and some drill moves each."""
    root = with_service(tmp_path, "support-assistant")

    new_runbook(root, "--signal", "psi", "--signal", "feature-null-ratio", "--signal", "latency-quantile")

    assert check(load(root)) == ()


def test_a_new_runbook_stands_beside_the_shipped_one(tmp_path: Path) -> None:
    """Names of drills that are taken are not taken twice, and the text keeps to the rules beside others."""
    root = copied(tmp_path)

    new_runbook(root)

    assert check(load(root)) == ()


def test_what_was_given_stands_in_the_text(tmp_path: Path) -> None:
    """Title, severity and symptom are the author's, whatever characters they hold."""
    root = with_service(tmp_path, "fraud-scorer")
    title = 'Scores: "off" by 10 % # now'

    new_runbook(root, "--title", title, "--severity", "sev3", "--symptom", "score-shift")

    (compiled,) = load_catalogue(root).runbooks
    assert (compiled.runbook.title, compiled.runbook.severity, compiled.runbook.symptom) == (
        title,
        "sev3",
        "score-shift",
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["Not An Id"], "such as 'not-an-id'"),
        (["input-drift"], "runbooks/input-drift exists already"),
        (["services"], "runbooks/services exists already"),
        (["ours", "--service", "signup-scorre"], "did you mean 'signup-scorer'?"),
        (["ours", "--signal", "psy"], "did you mean 'psi'?"),
        (["ours", "--severity", "urgent"], "sev1, sev2, sev3"),
        (["ours", "--feature", "mail_agee"], "did you mean 'mail_age'?"),
        (["ours", "--control", "nothing"], "there are: traffic-split"),
        (["ours", "--title", "two\nlines"], "the title has to be one line"),
    ],
)
def test_answers_that_cannot_be_are_refused(arguments: list[str], said: str, tmp_path: Path) -> None:
    """The message says what would do, and no file is written."""
    before = contents(begun(tmp_path))

    done = run("new", *arguments, "--no-input", "--root", str(tmp_path))

    assert said in str(done.exception)
    assert contents(tmp_path) == before


def test_without_services_one_is_told_how_to_begin(tmp_path: Path) -> None:
    """An empty folder is no repository."""
    done = run("new", "ours", "--no-input", "--root", str(tmp_path))

    assert "run 'runbook init' first" in str(done.exception)


def test_a_service_with_errors_is_mended_first(tmp_path: Path) -> None:
    """Nothing is made from names that may be wrong."""
    file = begun(tmp_path) / "runbooks/services/signup-scorer.yaml"
    file.write_text(file.read_text("utf-8").replace("label: abuse", "label: fraud"), encoding="utf-8")

    done = run("new", "ours", "--no-input", "--root", str(tmp_path))

    assert "mend what 'runbook check' finds first: runbooks/services/signup-scorer.yaml:" in str(
        done.exception
    )


def test_a_service_without_a_split_is_told_what_is_missing(tmp_path: Path) -> None:
    """A runbook returns to normal through a traffic split."""
    file = begun(tmp_path) / "runbooks/services/signup-scorer.yaml"
    before, _, rest = file.read_text("utf-8").partition("  - id: traffic-split\n")
    kept = before + rest[rest.index("  - id: mail-age-toggle\n") :]
    file.write_text(kept, encoding="utf-8")
    (tmp_path / "runbooks/input-drift/runbook.yaml").unlink()

    done = run("new", "ours", "--no-input", "--root", str(tmp_path))

    assert "has no control of kind traffic-split" in str(done.exception)
