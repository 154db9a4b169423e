"""The runs on a machine are put down so that whoever comes later can end them, and is not led astray."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.live import runs, turned
from simulator.live.runs import Process, RunError, Spec


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRILLBOOK_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_a_run_comes_back_as_it_was_put_down() -> None:
    """With this very process as its drill, and a token beside it."""
    specs = (Spec("sandbox", ("--seed", "1"), {"A": "b"}), Spec("proxy", ("--target", "{sandbox.url}")))
    folder, run = runs.begin("Some-drill", target="http://x", ours=True, specs=specs)

    assert runs.read(folder) == run
    assert run.drill.pid == os.getpid()
    assert run.lives(run.drill)
    assert runs.folders() == (folder,)
    assert len(runs.token(folder)) > 30


def test_it_is_for_this_user_alone(state: Path) -> None:
    """Folders and files."""
    folder, _ = runs.begin("some-drill", target="", ours=True, specs=())

    assert {path.stat().st_mode & 0o777 for path in (state, state / "live", folder)} == {0o700}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_a_folder_that_others_may_write_to_is_refused(state: Path) -> None:
    """They could have us end what they like."""
    state.mkdir(mode=0o777)
    state.chmod(0o777)

    with pytest.raises(RunError, match="chmod 700"):
        runs.begin("some-drill", target="", ours=True, specs=())


def test_its_token_is_never_put_down_with_it() -> None:
    """Not even when an option holds it."""
    folder, run = runs.begin("some-drill", target="", ours=True, specs=())

    with pytest.raises(RunError, match="DRILLBOOK_TOKEN"):
        runs.write(folder, replace(run, specs=(Spec("load", ("--token", runs.token(folder))),)))


def test_a_token_that_others_may_read_is_refused() -> None:
    """It is not secret any more."""
    folder, _ = runs.begin("some-drill", target="", ours=True, specs=())
    (folder / "token").chmod(0o644)

    with pytest.raises(RunError, match="chmod 600"):
        runs.token(folder)


def test_a_full_disk_leaves_the_run_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a file would be worse than an old one."""
    folder, run = runs.begin("some-drill", target="", ours=True, specs=())

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(RunError, match="make room on the disk"):
            runs.write(folder, run.having(Process("load", 4711, 1)))

    assert runs.read(folder) == run
    assert sorted(path.name for path in folder.iterdir()) == ["run.json", "token"]


def test_a_run_that_cannot_be_put_down_does_not_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does half of it stay."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="No space left"):
        runs.begin("some-drill", target="", ours=True, specs=())

    assert runs.folders() == ()


@pytest.mark.parametrize("name", ["../up", "", "a/b", "-x", "a b", "..", "x" * 500])
def test_a_name_that_is_no_folder_is_refused(name: str) -> None:
    """A drill's id is somebody's input."""
    with pytest.raises(RunError, match="cannot name a folder"):
        runs.begin(name, target="", ours=True, specs=())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "another"}, "is about a run 'another'"),
        ({"processes": [{"room": "proxy", "pid": 1, "began": 5}]}, "not the id of a process"),
        ({"processes": [{"room": "proxy", "pid": -7, "began": 5}]}, "not the id of a process"),
        ({"processes": [{"room": "kernel", "pid": 7, "began": 5}]}, "is none of: drill, load"),
        (
            {"processes": [{"room": "load", "pid": 7, "began": 5, "control": "http://evil:80"}]},
            "not on this machine",
        ),
        (
            {"processes": [{"room": "load", "pid": 7, "began": 5, "control": "http://127.0.0.1:80@evil"}]},
            "not on this machine",
        ),
        (
            {"processes": [{"room": "load", "pid": 7, "began": 5, "token": "../../key"}]},
            "leads out of its folder",
        ),
        ({"processes": {"room": "load"}}, "a list belongs"),
        ({"drill": None}, "a mapping belongs"),
        ({"ours": "yes"}, "true or false"),
        ({"boot": 7}, "a text belongs"),
        ({"specs": [{"room": "load", "options": [1]}]}, "a text belongs"),
    ],
)
def test_a_run_that_leads_astray_is_refused(change: dict[str, object], message: str) -> None:
    """Each with what is wrong."""
    folder, _ = runs.begin("some-drill", target="", ours=True, specs=())
    path = folder / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), **change}), encoding="utf-8")

    with pytest.raises(RunError, match=re.escape(message)):
        runs.read(folder)


@given(st.binary(max_size=300))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
def test_whatever_stands_there_is_a_run_or_a_clear_error(content: bytes) -> None:
    """Never a traceback."""
    folder = runs.folder_of_all() / "some-run"
    folder.mkdir(exist_ok=True)
    (folder / "run.json").write_bytes(content)

    with pytest.raises(RunError):
        runs.read(folder)


def test_a_run_cut_off_anywhere_is_a_clear_error() -> None:
    """At every length that a crash could leave, if files were not replaced whole."""
    folder, _ = runs.begin("some-drill", target="", ours=True, specs=(Spec("load"),))
    whole = (folder / "run.json").read_bytes()
    for length in range(len(whole) - 2):
        (folder / "run.json").write_bytes(whole[:length])
        with pytest.raises(RunError):
            runs.read(folder)


def test_runs_that_are_long_over_are_forgotten() -> None:
    """The newest stay for their logs, and so does everything that is not over."""
    for _ in range(runs.KEPT + 5):
        runs.end(*runs.begin("over", target="", ours=True, specs=()))
    going, _ = runs.begin("going", target="", ours=True, specs=())

    runs.prune()

    assert going in runs.folders()
    assert len(runs.folders()) == runs.KEPT + 1


@pytest.mark.parametrize(
    "content", ["{}", '{"environment": "staging", "defaults": {"traffic-split": 1.0}}', ""]
)
def test_a_run_that_left_something_turned_is_never_forgotten(content: str) -> None:
    """However many come after it, it is the only note of that; whoever has turned it back deletes the note."""
    folder, run = runs.begin("staging", target="https://staging.example.com", ours=False, specs=())
    (folder / turned.FILE).write_text(content, encoding="utf-8")
    runs.end(folder, run)
    os.utime(folder, (1, 1))

    for _ in range(runs.KEPT + 2):
        runs.end(*runs.begin("over", target="", ours=True, specs=()))

    assert (folder / turned.FILE).exists()
    (folder / turned.FILE).unlink()
    os.utime(folder, (1, 1))
    runs.prune()
    assert not folder.exists()


def test_a_mark_is_put_nowhere_else(tmp_path: Path) -> None:
    """Root may end what is somebody else's: a link there leads it nowhere."""
    folder, _ = runs.begin("some-drill", target="", ours=True, specs=())
    (folder / runs.PANICKED).symlink_to(tmp_path / "elsewhere")

    runs.mark_panicked(folder)

    assert not (tmp_path / "elsewhere").exists()
    assert runs.is_panicked(folder)


def test_what_is_over_has_no_token_and_cannot_go_on() -> None:
    """Whoever wakes up late finds out."""
    folder, run = runs.begin("some-drill", target="", ours=True, specs=())
    assert not runs.is_panicked(folder)

    runs.end(folder, run)

    assert runs.is_panicked(folder)
    assert runs.read(folder).ended is not None


def test_a_full_disk_does_not_keep_a_run_from_being_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The token goes, which needs no room; that it is over cannot be noted down, and it says so."""
    folder, run = runs.begin("some-drill", target="", ours=True, specs=())

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="make room on the disk"):
        runs.end(folder, run)

    assert runs.is_over(folder)
