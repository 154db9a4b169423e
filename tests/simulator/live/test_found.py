"""``drill panic`` finds what somebody began with another state folder; and says whom it cannot see, or leaves alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from simulator import shell
from simulator.cli import drill as command
from simulator.live import found, runs
from simulator.live.found import APART_VARIABLE
from simulator.live.panic import Told, panic
from simulator.live.runs import Process
from tests.simulator.live.lives import live, stub

NOBODY = 4_194_305
"""No process has such a number: it is more than Linux gives."""
USER = 4_294_967_294


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What these tests begin is kept apart from everything else on the machine."""
    monkeypatch.setenv(APART_VARIABLE, str(tmp_path))
    monkeypatch.setenv("DRILLBOOK_STATE", str(tmp_path / "theirs"))


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Goes on as from cron, by sudo or over ssh: with another state folder."""
    return lambda: monkeypatch.setenv("DRILLBOOK_STATE", str(tmp_path / "ours"))


@pytest.fixture
def marked() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts processes that carry the mark of a folder."""
    started: list[subprocess.Popen[bytes]] = []

    def start(mark: str, **more: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, runs.RUN_VARIABLE: mark, runs.ROOM_VARIABLE: "proxy", **more}
        started.append(subprocess.Popen(["sleep", "600"], env=environment))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def sentences(told: Told) -> str:
    return "\n".join(text for one in told.runs for text in (*one.ended, *one.left, *one.notes))


def called(*options: str) -> Result:
    return CliRunner().invoke(command, ["panic", *options], standalone_mode=False)


def test_a_run_of_another_state_folder_is_ended(elsewhere: Callable[[], None]) -> None:
    """Its drill, too, which is known from the folder that the marks of the others name."""
    with live() as one:
        one.until_up("sandbox", "proxy", "load")
        elsewhere()

        told = panic()

        assert runs.marked(one.folder) == ()
        assert not shell.lives(one.drill.identity)
        assert told.is_clean
        assert [each.folder for each in told.runs] == [str(one.folder)]
        assert one.run().ended is not None


def test_the_proxy_of_anothers_target_goes_on_wherever_its_state_is(elsewhere: Callable[[], None]) -> None:
    with live([stub("proxy", wrong="lingers")], ours=False, target="http://models.example:80") as one:
        one.until_up("proxy")
        one.ask("proxy", lambda proxy: proxy.put("leases", "slow", data={}))
        elsewhere()

        assert panic().is_clean
        assert shell.lives(one.process("proxy").identity)
        assert one.ask("proxy", lambda proxy: proxy.get("leases")) == []


def test_a_mark_is_enough(
    tmp_path: Path, marked: Callable[..., subprocess.Popen[bytes]], elsewhere: Callable[[], None]
) -> None:
    """The folder that it names may be gone, or be that of another machine's disk."""
    one = marked(str(tmp_path / "gone" / "live" / "x-1"))
    elsewhere()

    told = panic()

    assert f"the proxy (process {one.pid}) was ended" in sentences(told)
    assert told.is_clean
    assert one.poll() is not None


@pytest.mark.parametrize("mark", ["1", "live/x-1", "/tmp/x-1", "/live/X 1"])
def test_a_variable_of_the_same_name_is_no_mark(
    mark: str, marked: Callable[..., subprocess.Popen[bytes]]
) -> None:
    """Somebody else's process is left in peace."""
    one = marked(mark)

    assert panic().runs == ()
    assert one.poll() is None


def test_a_folder_that_others_may_write_to_leads_to_nobody(elsewhere: Callable[[], None]) -> None:
    """What carries the mark is ended; what the file says is not believed."""
    with live([stub("sandbox")]) as one:
        one.until_up("sandbox")
        one.folder.chmod(0o777)
        elsewhere()

        told = panic()

        assert runs.marked(one.folder) == ()
        assert shell.lives(one.drill.identity)
        assert "others may write to it" in sentences(told)


def test_a_file_leads_to_no_process_of_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root reads everybody's runs, and ends nobody's processes for somebody else."""
    with live([stub("sandbox")], watched=False) as one:
        monkeypatch.setattr(shell, "owner", lambda pid: USER)

        assert found.living(one.folder, one.run()) == []


def test_what_is_kept_apart_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, elsewhere: Callable[[], None]
) -> None:
    """So tests of drills and of panic can run beside each other."""
    with live([stub("sandbox")]) as one:
        one.until_up("sandbox")
        elsewhere()
        monkeypatch.setenv(APART_VARIABLE, "others")

        assert panic().runs == ()
        assert one.is_up("sandbox")
        assert called().output == (
            "No live drill runs among those with DRILLBOOK_APART=others, and no fault is left. "
            "No others were looked for.\n"
        )


# --- a machine of paper: nothing here may meet what really runs on this one -----------------------------------


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts a process into a ``/proc`` in which nobody else is, for who is not kept apart."""
    proc = tmp_path / "proc"
    (proc / "sys" / "kernel" / "random").mkdir(parents=True)
    monkeypatch.setattr(shell, "PROC", proc)
    monkeypatch.delenv(APART_VARIABLE)

    def put(number: int, *words: str, environ: Mapping[str, str] | None) -> None:
        folder = proc / str(number)
        folder.mkdir()
        (folder / "stat").write_text(f"{number} (python) S 1 {' '.join(['0'] * 17)} 77 0\n", encoding="ascii")
        (folder / "cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in words))
        if environ is None:
            # Reading it fails, as it does for another user's; for root, too.
            (folder / "environ").mkdir()
        else:
            lines = (f"{name}={value}".encode() + b"\0" for name, value in environ.items())
            (folder / "environ").write_bytes(b"".join(lines))

    return put


def test_a_drill_of_another_user_is_named_and_nothing_is_called_clear(machine: Callable[..., None]) -> None:
    machine(NOBODY, sys.executable, "-m", "simulator.live.proxy", "--port", "1", environ=None)
    machine(NOBODY + 1, sys.executable, "-m", "http.server", environ=None)

    done = called()

    assert done.return_value == 1
    assert f"LEFT: the proxy (process {NOBODY}) of the user " in done.output
    assert "type 'drill panic' as " in done.output
    assert str(NOBODY + 1) not in done.output
    assert "no fault is left" not in done.output.lower()
    assert not json.loads(called("--json").output)["clean"]
    assert f"process {NOBODY}" in called("--list").output


def test_what_is_kept_apart_is_named_to_whoever_ends_all_the_rest(machine: Callable[..., None]) -> None:
    """No fault of theirs is called ended."""
    environ = {runs.RUN_VARIABLE: "/somewhere/live/x-1", APART_VARIABLE: "night\x1b"}
    machine(NOBODY, "sleep", environ=environ)

    done = called()

    assert done.return_value == 1
    assert "1 process of live drills kept apart by DRILLBOOK_APART=night?: if they are to end" in done.output
    assert "no fault is left" not in done.output.lower()


def test_a_process_that_has_nothing_of_ours_is_no_concern(
    machine: Callable[..., None], tmp_path: Path
) -> None:
    """It carries no variable of ours, and runs no module of ours."""
    machine(NOBODY, "sleep", "600", environ={"HOME": str(tmp_path)})

    assert called().output == "No live drill runs on this machine, and no fault is left.\n"


# --- what would be ended --------------------------------------------------------------------------------------


def test_what_panic_would_end_is_shown_first_and_nothing_is_touched(elsewhere: Callable[[], None]) -> None:
    """Which drill, where, since when, and whose."""
    with live([stub("proxy", "--environment", "staging", wrong="lingers")], ours=False) as one:
        one.until_up("proxy")
        elsewhere()

        shown, told = called("--list"), json.loads(called("--list", "--json").output)

        assert shown.return_value == 0
        (run,) = told["runs"]
        assert (run["run"], run["drill"], run["environment"]) == (one.folder.name, "some-drill", "staging")
        assert (run["target"], run["folder"]) == ("http://127.0.0.1:1", str(one.folder))
        proxy, drill = one.process("proxy").pid, one.drill.identity.pid
        assert {"room": "proxy", "pid": proxy} in run["processes"]
        assert {"room": "drill", "pid": drill} in run["processes"]
        for words in (
            f"{one.folder.name}:",
            "drill:     some-drill",
            "target:    http://127.0.0.1:1 (staging)",
            f"since:     {run['since'][:10]}",
            f"folder:    {one.folder}",
            f"proxy {proxy}",
        ):
            assert words in shown.output
        assert one.is_up("proxy")
        assert not runs.is_panicked(one.folder)

        assert f"{one.folder.name} ({one.folder}):" in called().output


def test_where_nothing_runs_the_list_says_so() -> None:
    assert called("--list").output.startswith("No live drill runs ")
    assert json.loads(called("--list", "--json").output) == {"runs": [], "beyond": []}


def test_a_run_that_cannot_be_read_is_listed_by_its_marks(
    tmp_path: Path, marked: Callable[..., subprocess.Popen[bytes]]
) -> None:
    one = marked(str(tmp_path / "gone" / "live" / "x-1"))

    output = called("--list").output

    assert "drill:     unknown" in output
    assert f"proxy {one.pid}" in output


def test_what_is_over_is_not_listed() -> None:
    folder, run = runs.begin("over", target="", ours=True, specs=())
    runs.end(folder, replace(run, drill=Process("drill", run.drill.pid, run.drill.began)))

    assert called("--list").output.startswith("No live drill runs ")
