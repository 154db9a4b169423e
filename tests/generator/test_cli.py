"""``runbook``: what a person sees, and the exit code that a program sees."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from generator import cli
from generator.exports import EXPORTS
from tests.generator.corpus import ROOT

RUNBOOK = "runbooks/feature-drift/runbook.yaml"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of the shipped sources, to be spoiled."""
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks", ignore=shutil.ignore_patterns("proof.json"))
    return tmp_path


def spoil(root: Path, old: str, new: str) -> None:
    path = root / RUNBOOK
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of ``runbook`` with these arguments."""
    monkeypatch.setattr(sys, "argv", ["runbook", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_clean_sources_end_good(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing to say is said, with exit code 0, from any folder inside the repository."""
    monkeypatch.chdir(repository / "runbooks" / "services")

    code = run(monkeypatch, "check")

    assert (code, capsys.readouterr().out) == (0, "no findings\n")


def test_a_finding_says_where_what_and_what_to_do(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line can be clicked, the hint names what was meant, the count ends it, and the exit code is 1."""
    spoil(repository, "severity: sev2\n", "severity: sev22\n")

    code = run(monkeypatch, "check", "--root", str(repository))

    line, quoted, mark, _, count = capsys.readouterr().out.splitlines()
    said = "error: unknown severity 'sev22' — did you mean 'sev2'? [references]"
    assert line == f"{RUNBOOK}:5:11: {said}"
    assert quoted == "    5 | severity: sev22"
    assert mark == "      |           ^^^^^"
    assert (code, count) == (1, "1 error in 1 file")


def test_paths_limit_what_is_reported(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding elsewhere is not shown; one in a file that depends on the path is."""
    spoil(repository, "severity: sev2\n", "severity: sev22\n")
    root = ["--root", str(repository)]

    drills = run(monkeypatch, "check", str(repository / "runbooks/feature-drift/drills"), *root)
    service = run(monkeypatch, "check", str(repository / "runbooks/services"), *root)

    assert (drills, service) == (0, 1)


def test_paths_that_hold_no_source_are_told(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody takes a file that was never read for a sound one."""
    readme = repository / "README.md"
    readme.touch()
    root = ["--root", str(repository)]

    code = run(monkeypatch, "check", str(readme), *root)
    stray = capsys.readouterr().err
    run(monkeypatch, "check", str(repository / RUNBOOK), *root)

    assert (code, stray) == (0, "none of these is a source, so nothing was checked\n")
    assert capsys.readouterr().err == ""


def test_programs_can_read_findings(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """JSON names path, line, column, rule and message."""
    spoil(repository, "severity: sev2\n", "severity: sev22\n")

    run(monkeypatch, "check", "--format", "json", "--root", str(repository))

    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["path"], finding["line"], finding["column"]) == (RUNBOOK, 5, 11)


def test_errors_stop_what_needs_the_catalogue(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A catalogue is made only of sources without errors; the findings go to stderr."""
    spoil(repository, "severity: sev2\n", "severity: sev22\n")

    code = run(monkeypatch, "show", "feature-drift", "--root", str(repository))

    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert "unknown severity 'sev22'" in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["chek"], "No such command"),
        (["show", "feature-drit"], "did you mean 'feature-drift'?"),
        (["export", "prometeus"], "did you mean 'prometheus'?"),
        (["export", "prometheus", "--compression", "0.5"], "it goes from 1 to 60"),
        (["export", "prometheus", "--compression", "nan"], "it goes from 1 to 60"),
        (["export", "catalogue", "--compression", "2"], "nothing in 'catalogue' takes time"),
        (["check", "/"], "is not in"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, and what was probably meant."""
    monkeypatch.chdir(ROOT)

    code = run(monkeypatch, *arguments)

    said = capsys.readouterr().err
    assert code == 2
    assert message in said
    assert "built for" not in said


def test_export_says_which_formats_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each with what it is, as its own table has it."""
    code = run(monkeypatch, "export", "--help")

    _, _, rest = capsys.readouterr().out.partition("Formats:\n")
    told = dict(line.strip().split(maxsplit=1) for line in rest.partition("\n\n")[0].splitlines())
    assert code == 0
    assert {name: title.casefold() for name, title in told.items()} == {
        name: export.title.casefold() for name, export in EXPORTS.items()
    }


def test_show_hands_all_of_a_runbook_to_programs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The JSON holds the runbook with the keys of its source, its plan and its hash."""
    code = run(monkeypatch, "show", "feature-drift", "--json", "--root", str(ROOT))

    shown = json.loads(capsys.readouterr().out)
    assert code == 0
    assert shown["runbook"]["id"] == "feature-drift"
    assert shown["plan"]["nodes"][0]["with"] == shown["runbook"]["detection"]["steps"][0]["with"]
    assert len(shown["hash"]) == 64


def test_a_bug_of_ours_leaves_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 3, one line, and a file with the traceback to paste."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("generator.check.load", lambda *_, **__: 1 / 0)

    code = run(monkeypatch, "check", "--root", str(ROOT))

    (log,) = tmp_path.glob("runbook-*.log")
    assert code == 3
    assert capsys.readouterr().err.count("\n") == 1
    assert "ZeroDivisionError" in log.read_text(encoding="utf-8")


def test_serve_builds_the_site_and_shows_it_on_loopback_alone(tmp_path: Path) -> None:
    """The first line that it prints last is an address that answers with the front page."""
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks", ignore=shutil.ignore_patterns("proof.json"))
    shutil.copy(ROOT / "mkdocs.yml", tmp_path)
    command = [sys.executable, "-c", "from generator.cli import main; main()"]
    process = subprocess.Popen(
        [*command, "serve", "--port", "0", "--root", str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = next(line for line in process.stdout if line.startswith("http://127.0.0.1:")).split()[0]
        with urllib.request.urlopen(address) as answer:
            page = answer.read().decode()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()

    assert "Harbour Card Payments" in page
    assert process.returncode == 130
