"""``drill rehearse`` as its users meet it: what it says, what it writes, how it goes on after Ctrl-C."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.catalogue_file import write
from generator.cli import runbook
from generator.compile import load_catalogue
from generator.evidence import proofs
from simulator.cli import drill
from tests.simulator.schemas import objections
from tests.simulator.stages import ROOT

RUNBOOK = "input-drift"
PATIENCE_S = 300.0
COMMAND = (sys.executable, "-c", "from simulator.cli import main; main()", "rehearse", "--runs", "2")


def _rehearse(root: Path, *more: str) -> Result:
    return CliRunner().invoke(drill, ["rehearse", "--root", str(root), *more], standalone_mode=False)


def _misuse(root: Path, *more: str) -> Result:
    """The same where the message counts, which click writes."""
    return CliRunner().invoke(drill, ["rehearse", "--root", str(root), *more])


def _begin(root: Path) -> Path:
    """A repository with one service, one runbook and two drills."""
    done = CliRunner().invoke(runbook, ["init", str(root), "--organization", "T"], standalone_mode=False)
    assert done.exit_code == 0, done.output
    return root


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A small repository that was rehearsed once, and what that said."""
    root = _begin(tmp_path_factory.mktemp("rehearsed") / "ours")
    return root, _rehearse(root, "--runs", "2", "--workers", "2")


@pytest.fixture
def copied(rehearsed: tuple[Path, Result], tmp_path: Path) -> Path:
    """The same repository to spoil, with what the rehearsal left in its cache."""
    return Path(shutil.copytree(rehearsed[0], tmp_path / "ours"))


def test_a_runbook_that_keeps_its_promises_passes(rehearsed: tuple[Path, Result]) -> None:
    """Exit code 0, the verdict first; stderr says in a line how much work that was."""
    _, result = rehearsed

    assert result.return_value == 0
    assert result.stdout.startswith(f"✓ {RUNBOOK}: Every promise is kept.")
    assert "tasks, 0 of them from the cache" in result.stderr
    assert result.stderr.count("\n") == 1


def test_what_was_rehearsed_is_not_worked_on_again(rehearsed: tuple[Path, Result]) -> None:
    """The same answer, by one process now, and all of it from the cache."""
    root, first = rehearsed

    again = _rehearse(root, "--runs", "2", "--workers", "1")

    assert again.stdout == first.stdout
    tasks = again.stderr.partition(" tasks, ")[0].rpartition(" ")[2]
    assert f"{tasks} tasks, {tasks} of them from the cache" in again.stderr


def test_prose_of_a_runbook_costs_no_work_and_a_threshold_does(copied: Path) -> None:
    """Results hang on what acts."""
    file = copied / "runbooks" / RUNBOOK / "runbook.yaml"
    text = file.read_text()
    file.write_text(text.replace("summary: ", "summary: Well, ", 1))
    prose = _rehearse(copied, "--runs", "2")
    before, *_ = [line for line in text.splitlines() if line.strip().startswith("threshold:")]
    file.write_text(text.replace(before, before.partition(":")[0] + ": 0.21", 1))

    numbers = _interrupted_at_once(copied)

    tasks = prose.stderr.partition(" tasks, ")[0].rpartition(" ")[2]
    assert f"{tasks} tasks, {tasks} of them from the cache" in prose.stderr
    assert f"0 of {tasks} tasks are done" in numbers


def _interrupted_at_once(root: Path) -> str:
    """What a rehearsal says that is interrupted before anything is done."""
    process = subprocess.Popen([*COMMAND, "--root", str(root)], stderr=subprocess.PIPE, text=True, cwd=ROOT)
    _until(lambda: bool(_workers(process.pid)), process)
    process.send_signal(signal.SIGINT)
    return process.communicate(timeout=PATIENCE_S)[1]


def test_json_is_for_programs(rehearsed: tuple[Path, Result]) -> None:
    """Nothing but JSON stands on stdout."""
    found = json.loads(_rehearse(rehearsed[0], "--runs", "2", "--json").stdout)

    assert found["passed"] is True
    assert [one["proof"]["runbook"] for one in found["runbooks"]] == [RUNBOOK]


def test_a_certificate_is_written_once_and_the_gate_holds_against_it(copied: Path) -> None:
    """To have none forbids no first; a second says that nothing is new; a promise that is tightened fails."""
    file = copied / "runbooks" / RUNBOOK / "evidence" / "proof.json"
    first = _rehearse(copied, "--runs", "2", "--gate", "--write")
    written = file.read_bytes()

    again = _rehearse(copied, "--runs", "2", "--gate", "--write")
    source = file.parents[1] / "runbook.yaml"
    source.write_text(source.read_text().replace("detect_minutes: 10", "detect_minutes: 6"))
    tightened = _rehearse(copied, "--runs", "2", "--gate", "--format", "github")

    assert first.return_value == 0
    assert f"written: {file}" in first.stderr
    assert (again.return_value, file.read_bytes()) == (0, written)
    assert "says all this already" in again.stderr
    assert "nothing got worse" in again.stdout
    assert tightened.return_value == 1
    assert "::error file=runbooks/input-drift/runbook.yaml" in tightened.stdout
    assert "rehearse-detect" in tightened.stdout


def test_a_certificate_that_is_not_believed_can_be_made_anew(copied: Path) -> None:
    """The command that a finding names works beside that very finding; the gate does not pass it."""
    _rehearse(copied, "--runs", "2", "--write")
    file = copied / proofs.file_of(RUNBOOK)
    written = file.read_text(encoding="utf-8")
    file.write_text(written.replace('"passed": true', '"passed": false'), encoding="utf-8")

    gated = _rehearse(copied, "--runs", "2", "--gate")
    anew = _rehearse(copied, "--runs", "2", "--write")

    assert gated.return_value == 1
    assert "it says that it failed, and names no broken promise" in gated.stderr
    assert anew.return_value == 0, anew.stderr
    assert proofs.read(copied, RUNBOOK)[0] is not None
    assert '"passed": true' in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("format_", "said"),
    [
        ("terminal", "✗ input-drift has no certificate to compare with"),
        ("markdown", "- ❌ input-drift has no certificate to compare with"),
        ("json", '"rule": "no-certificate"'),
        ("github", "rehearse-no-certificate::input-drift has no certificate to compare with"),
    ],
)
def test_the_gate_lets_no_runbook_pass_that_has_no_certificate(copied: Path, format_: str, said: str) -> None:
    """Whoever deletes it has nothing to fear otherwise; it is told how to make one, and nothing is written."""
    result = _rehearse(copied, "--runs", "2", "--gate", "--format", format_)

    assert result.return_value == 1
    assert said in result.stdout
    assert f"drill rehearse {RUNBOOK} --runs 2 --write" in " ".join(result.stdout.split())
    assert not (copied / "runbooks" / RUNBOOK / "evidence" / "proof.json").exists()


def test_the_first_certificate_is_not_written_where_a_promise_is_broken(copied: Path) -> None:
    """Then both are told: what is broken, and that there is still none."""
    source = copied / "runbooks" / RUNBOOK / "runbook.yaml"
    source.write_text(source.read_text().replace("detect_minutes: 10", "detect_minutes: 6"))

    result = _rehearse(copied, "--runs", "2", "--gate", "--write", "--json")

    rules = [one["rule"] for one in json.loads(result.stdout)["runbooks"][0]["broken"]]
    assert result.return_value == 1
    assert {"detect", "no-certificate"} <= set(rules)
    assert "no certificate was written: a promise is broken" in result.stderr


@pytest.mark.parametrize(
    ("format_", "said"),
    [
        (
            "terminal",
            "✗ input-drift: nothing to rehearse.\n\n✗ All drills of input-drift that its certificate",
        ),
        ("markdown", "## ❌ input-drift: nothing to rehearse.\n\n- ❌ All drills of input-drift that its"),
        ("json", '"undrilled": [\n    {\n      "rule": "drill-gone",'),
        ("github", "title=drillbook rehearse-drill-gone::All drills of input-drift that its certificate"),
    ],
)
def test_the_gate_lets_no_runbook_pass_whose_drills_are_gone(copied: Path, format_: str, said: str) -> None:
    """To delete all of them is no way through the gate."""
    _rehearse(copied, "--runs", "2", "--write")
    _without_drills(copied, RUNBOOK)

    result = _rehearse(copied, "--runs", "2", "--gate", "--format", format_)

    assert result.return_value == 1
    assert said in result.stdout
    if format_ == "json":
        assert objections("rehearsal", json.loads(result.stdout)) == []
        assert json.loads(result.stdout)["passed"] is False


def test_the_gate_lets_no_runbook_pass_that_never_had_a_drill(copied: Path) -> None:
    """It has no certificate either, and there is nothing to make one with; --write writes none."""
    _without_drills(copied, RUNBOOK)

    result = _rehearse(copied, "--runs", "2", "--gate", "--write")

    assert result.return_value == 1
    said = " ".join(result.stdout.split())
    assert f"no drill stands in runbooks/{RUNBOOK}/drills/: nothing shows that its text works" in said
    assert not (copied / "runbooks" / RUNBOOK / "evidence" / "proof.json").exists()


def test_a_runbook_without_drills_fails_where_it_is_asked_for_by_name(copied: Path) -> None:
    """Beside others it is passed over with a word; whoever names it wants to know of it."""
    made = CliRunner().invoke(runbook, ["new", "other", "--root", str(copied)], standalone_mode=False)
    assert made.exit_code == 0, made.output
    _without_drills(copied, "other")

    named = _rehearse(copied, RUNBOOK, "other", "--runs", "2")
    all_ = _rehearse(copied, "--runs", "2")

    assert (named.return_value, all_.return_value) == (1, 0)
    for result in (named, all_):
        assert "other: nothing to rehearse: no drill stands in runbooks/other/drills/" in result.stderr
        assert result.stdout.startswith(f"✓ {RUNBOOK}: ")


def _without_drills(root: Path, name: str) -> None:
    """Every drill is deleted, and the check that would say so is waived, as an author may."""
    folder = root / "runbooks" / name
    for file in (folder / "drills").glob("*.yaml"):
        file.unlink()
    with (folder / "runbook.yaml").open("a") as source:
        source.write("\nwaivers: [{rule: exercise, reason: Its drills are being written anew.}]\n")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_rehearsal_keeps_what_is_done(tmp_path: Path, sign: signal.Signals) -> None:
    """Exit code 130, no process is left, the message says how much is kept; the same command starts from there."""
    root = _begin(tmp_path / "ours")
    kept = root / "build" / "cache" / "rehearsals"
    process = subprocess.Popen(
        [*COMMAND, "--root", str(root)], stderr=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
    )
    _until(lambda: kept.is_dir() and len(list(kept.iterdir())) > 0, process)
    workers = _workers(process.pid)

    # A terminal sends it to the whole group; whoever ends a job may, too.
    os.killpg(process.pid, sign) if sign == signal.SIGINT else process.send_signal(sign)
    said = process.communicate(timeout=PATIENCE_S)[1]

    assert process.returncode == 130
    assert "interrupted: " in said
    assert "tasks are done and kept; the same command goes on from there" in said
    assert "Traceback" not in said
    assert workers
    _until(lambda: not any(map(_is_alive, workers)))


def test_nothing_that_can_be_written_is_said_and_costs_no_answer(copied: Path) -> None:
    """With a cache folder that is no folder, what was found out is told all the same."""
    cache = copied / "build" / "cache" / "rehearsals"
    kept = cache.rename(cache.with_name("kept"))
    cache.symlink_to(kept)
    for entry in list(kept.iterdir())[:1]:
        entry.unlink()
        entry.mkdir()

    result = _rehearse(copied, "--runs", "2", "--workers", "2")

    assert result.return_value == 0
    assert f"1 could not be kept: nothing can be written to {cache}" in result.stderr


def test_an_unknown_runbook_is_wrong_usage_with_a_likely_name(rehearsed: tuple[Path, Result]) -> None:
    """The message names what was probably meant."""
    result = _misuse(rehearsed[0], "imput-drift")

    assert result.exit_code == 2
    assert "unknown runbook 'imput-drift' (did you mean 'input-drift'?)" in result.output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--runs", "0"), "--runs"),
        (("--workers", "0"), "--workers"),
        (("--json", "--format", "markdown"), "leave one out"),
        (("--dask", "tcp://127.0.0.1:9", "--workers", "2"), "leave one out"),
    ],
)
def test_wrong_usage_is_said_before_any_work(
    rehearsed: tuple[Path, Result], options: tuple[str, ...], said: str
) -> None:
    """Exit code 2, and which option is wrong."""
    result = _misuse(rehearsed[0], *options)

    assert result.exit_code == 2
    assert said in result.output


def test_a_runbook_without_drills_is_named(rehearsed: tuple[Path, Result], tmp_path: Path) -> None:
    """There is nothing to rehearse, which is no success."""
    file = tmp_path / "catalogue.json"
    file.write_bytes(write(replace(load_catalogue(rehearsed[0]), drills=())))

    result = _rehearse(rehearsed[0], "--catalogue", str(file))

    assert result.return_value == 1
    assert f"{RUNBOOK}: nothing to rehearse: no drill stands in runbooks/{RUNBOOK}/drills/" in result.stderr


def test_what_comes_without_sources_is_rehearsed_but_not_written(
    rehearsed: tuple[Path, Result], tmp_path: Path
) -> None:
    """A catalogue from a file has no folder for a certificate."""
    file = tmp_path / "catalogue.json"
    file.write_bytes(write(load_catalogue(rehearsed[0])))

    refused = _misuse(rehearsed[0], "--catalogue", str(file), "--write")

    assert refused.exit_code == 2
    assert "--write writes beside the sources" in refused.output


def _until(true: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert process is None or process.poll() is None, "it ended before"
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def _workers(pid: int) -> list[int]:
    """All processes that descend from one; the fork server among them."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_workers(child)]
    return found


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_pipe_is_as_wide_as_it_is_told(rehearsed: tuple[Path, Result]) -> None:
    """``COLUMNS`` counts where there is no terminal to ask, as for help texts."""
    more = ["rehearse", "--root", str(rehearsed[0]), "--runs", "2"]
    done = CliRunner().invoke(drill, more, standalone_mode=False, env={"COLUMNS": "64"})
    screen = done.output.partition("What could be better, as a change")[0].splitlines()

    assert 50 < max(map(len, screen)) <= 64
    assert max(map(len, rehearsed[1].output.splitlines())) > 64
