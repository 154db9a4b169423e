"""``drill panic``: with nothing else running, nothing of any run is left, and no stranger is touched."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from simulator import shell
from simulator.live import runs
from simulator.live.ending import within
from simulator.live.found import APART_VARIABLE
from simulator.live.panic import Told, panic
from simulator.live.runs import Process
from tests.simulator.live.lives import LIMIT_S, ROOT, Live, live, stub, until


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRILLBOOK_STATE", str(tmp_path / "state"))
    monkeypatch.setenv(APART_VARIABLE, str(tmp_path))
    return tmp_path / "state"


@pytest.fixture
def up() -> Iterator[Live]:
    with live() as one:
        one.until_up("sandbox", "proxy", "load")
        yield one


def sentences(told: Told) -> str:
    return "\n".join(text for one in told.runs for text in (*one.ended, *one.left, *one.notes))


def nothing_left(one: Live) -> bool:
    return runs.marked(one.folder) == () and not shell.lives(one.drill.identity)


def test_everything_of_a_run_is_ended_and_told(up: Live) -> None:
    """Leases first; then the watchdog, which would start the rest again; then the rest, the drill too."""
    up.ask("proxy", lambda proxy: proxy.put("leases", "slow", data={}))

    told = panic()

    assert nothing_left(up)
    assert told.is_clean
    (one,) = told.runs
    assert one.run == up.folder.name
    assert [text.split(" (")[0] for text in one.ended] == [
        "the leases of the proxy",
        "the watchdog",
        "the drill",
        "the load",
        "the proxy",
        "the sandbox",
    ]
    assert not (up.folder / "token").exists()
    assert up.run().ended is not None


def test_a_second_time_there_is_nothing_to_do(up: Live) -> None:
    """Whoever is in doubt may ask again."""
    panic()

    assert panic().runs == ()


def test_with_nothing_on_the_machine_there_is_nothing_to_say() -> None:
    """Nor does it need a folder to be there."""
    assert panic() == Told(())


def test_nothing_is_started_again_afterwards(up: Live) -> None:
    """A drill that goes on, as it was spared, finds its run over."""
    panic(drills=False)

    assert shell.lives(up.drill.identity)
    assert runs.is_panicked(up.folder)
    with pytest.raises(runs.RunError):
        up.call_watchdog()
    assert runs.marked(up.folder) == ()


@pytest.mark.parametrize("room", ["proxy", "watchdog", "load", "sandbox"])
def test_what_hangs_is_ended_by_force(room: runs.Room, up: Live) -> None:
    """One that was stopped hears nothing: it is let go on, asked, and ended."""
    up.kill(room, signal.SIGSTOP)

    told = panic()

    assert nothing_left(up)
    assert told.is_clean


def test_what_ignores_being_asked_is_ended_by_force() -> None:
    """SIGTERM can be ignored, SIGKILL cannot."""
    with live([stub("proxy", wrong="deaf lingers")]) as one:
        one.until_up("proxy")

        assert panic().is_clean
        assert nothing_left(one)


def test_orphans_are_ended_too(up: Live) -> None:
    """Drill and watchdog are long dead: what they left is known from the disk."""
    up.kill("watchdog")
    shell.end(up.drill.identity)

    told = panic()

    assert nothing_left(up)
    assert "the proxy" in sentences(told)


@pytest.mark.parametrize("content", [b"", b'{"id": "some', b"\x00" * 100, b"[" * 100_000, b"null"])
def test_a_torn_run_is_ended_by_its_marks(content: bytes, up: Live) -> None:
    """The file says nothing any more; the environment of the processes does."""
    (up.folder / "run.json").write_bytes(content)

    told = panic()

    assert runs.marked(up.folder) == ()
    assert told.is_clean
    assert "its processes were found by their mark" in sentences(told)


def test_a_run_whose_folder_is_gone_is_ended_by_its_marks(up: Live) -> None:
    """Somebody tidied up too early."""
    shutil.rmtree(up.folder)

    told = panic()

    assert runs.marked(up.folder) == ()
    assert "the proxy" in sentences(told)


def test_even_where_runs_cannot_be_read_their_processes_are_ended(up: Live, state: Path) -> None:
    """Others may write to the folder, so that nothing in it is believed; marks are."""
    state.chmod(0o777)

    told = panic()
    state.chmod(0o700)

    assert runs.marked(up.folder) == ()
    assert "chmod 700" in sentences(told)


def test_one_broken_run_does_not_keep_the_others(up: Live) -> None:
    """Each is ended for itself."""
    broken = runs.folder_of_all() / "broken-run"
    broken.mkdir(mode=0o700)
    (broken / "run.json").mkdir()

    assert panic().is_clean
    assert nothing_left(up)


@pytest.mark.parametrize("is_there", [True, False])
def test_no_token_has_to_be_on_the_disk(is_there: bool, up: Live) -> None:
    """A proxy has its own in its environment."""
    (up.folder / "token").unlink()
    if is_there:
        (up.folder / "token").write_text("another", encoding="ascii")

    told = panic()

    assert nothing_left(up)
    assert "the leases of the proxy" in sentences(told)


def test_a_stranger_with_the_same_id_is_left_in_peace() -> None:
    """Ids are given away again: only who began when it was noted is meant."""
    with live([stub("sandbox")]) as one:
        one.until_up("sandbox")
        one.kill("watchdog")
        stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        try:
            who = shell.identity(stranger.pid)
            assert who is not None
            run = one.run().having(Process("load", who.pid, who.began + 1))
            runs.write(
                one.folder, run.having(Process("proxy", who.pid, who.began - 1, control="http://127.0.0.1:9"))
            )

            assert panic().is_clean
            assert shell.lives(who)
        finally:
            stranger.kill()
            stranger.wait()


def test_what_another_start_of_the_machine_had_is_no_concern() -> None:
    """After a restart all ids mean something else."""
    with live([stub("sandbox")], watched=False) as one:
        runs.write(one.folder, replace(one.run(), boot="another"))

        assert panic().runs == ()
        assert shell.lives(one.drill.identity)


def test_this_very_process_is_spared() -> None:
    """A drill in whose terminal panic is called is not ended while it tells what was done."""
    _, run = runs.begin("own-drill", target="", ours=True, specs=())
    assert run.drill.pid == os.getpid()

    assert panic().is_clean
    code = "from simulator.live.panic import panic; print(panic().is_clean)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


def test_the_proxy_of_anothers_target_goes_on_without_leases() -> None:
    """Its clients did nothing wrong; it grants nothing any more, and ends when they have gone."""
    with live([stub("proxy", wrong="lingers")], ours=False, target="http://models.example:80") as one:
        one.until_up("proxy")
        one.ask("proxy", lambda proxy: proxy.put("leases", "slow", data={}))
        proxy = one.process("proxy")

        told = panic()

        assert told.is_clean
        assert shell.lives(proxy.identity)
        assert one.ask("proxy", lambda asked: asked.get("leases")) == []
        assert "passes requests through to http://models.example:80" in sentences(told)
        assert [process.room for process in one.run().processes] == ["proxy"]


def test_the_hung_proxy_of_anothers_target_is_ended() -> None:
    """No fault may stay; whoever asked through it is told where to ask now."""
    with live([stub("proxy")], ours=False, target="http://models.example:80") as one:
        one.until_up("proxy")
        proxy = one.kill("proxy", signal.SIGSTOP)

        told = panic()

        assert not shell.lives(proxy)
        assert "its clients have to ask http://models.example:80 itself" in sentences(told)


def test_a_full_disk_does_not_matter(up: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be ended is ended; that it was cannot be put down, and is said."""

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    told = panic()

    assert nothing_left(up)
    assert told.is_clean
    assert "could not be put down" in sentences(told)


def test_a_full_disk_takes_no_mark_and_nothing_is_started_again(
    up: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the token goes: whoever would start something finds none."""
    no_room_for(runs.PANICKED, monkeypatch)

    panic(drills=False)

    assert not (up.folder / runs.PANICKED).exists()
    assert runs.is_panicked(up.folder)
    with pytest.raises(runs.RunError):
        up.call_watchdog()


def test_on_a_full_disk_the_proxy_of_anothers_target_goes_on_whenever_panic_is_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with live([stub("proxy", wrong="lingers")], ours=False, target="http://models.example:80") as one:
        one.until_up("proxy")
        no_room_for(runs.PANICKED, monkeypatch)

        for _ in range(2):
            assert panic().is_clean
            assert shell.lives(one.process("proxy").identity)
        assert runs.is_panicked(one.folder)


def no_room_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = os.open

    def open_(path: str | Path, *rest: int, **named: int) -> int:
        if Path(path).name == name:
            raise OSError(28, "No space left on device")
        return opened(path, *rest, **named)

    monkeypatch.setattr(os, "open", open_)


def test_what_carries_the_mark_is_ended_whatever_it_says_that_it_is(up: Live) -> None:
    odd = subprocess.Popen(
        ["sleep", "600"], env={**os.environ, runs.RUN_VARIABLE: str(up.folder), runs.ROOM_VARIABLE: "attic"}
    )
    try:
        told = panic()

        assert f"the attic (process {odd.pid}) was ended" in sentences(told)
        assert odd.wait(LIMIT_S) != 0
    finally:
        odd.kill()
        odd.wait()


def test_who_answers_drop_by_drop_is_not_waited_for() -> None:
    """An answer has a second in all, however much of it trickles in."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def ask() -> bool:
            with socket.create_connection(server.getsockname()) as asking:
                return bool(asking.recv(1))

        assert not within(0.1, ask)


def test_several_runs_are_ended_at_once() -> None:
    """Panic is for the machine, not for one drill."""
    with live([stub("proxy")]) as one, live([stub("proxy")]) as other:
        one.until_up("proxy")
        other.until_up("proxy")

        told = panic()

        assert {each.run for each in told.runs} == {one.folder.name, other.folder.name}
        until(lambda: nothing_left(one) and nothing_left(other), "nothing left")
