"""A watchdog keeps the processes of a run while the drill is there, and ends them, faults first, when it is not."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator import shell
from simulator.live import runs
from simulator.live.runs import Room, RunError
from simulator.live.watchdog.calling import call
from simulator.live.watchdog.ledger import Ledger
from tests.simulator.live.lives import LIMIT_S, ROOMS, Live, live, stub, until


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DRILLBOOK_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def up() -> Iterator[Live]:
    with live() as one:
        one.until_up("sandbox", "proxy", "load")
        yield one


def hold(one: Live) -> None:
    """Put a lease on the proxy."""
    one.ask("proxy", lambda proxy: proxy.put("leases", "slow", data={}))
    assert one.ask("proxy", lambda proxy: proxy.get("leases")) == ["slow"]


def test_it_starts_what_the_run_names_and_notes_it_down(up: Live) -> None:
    """Each process stands in the file with who it is and where it takes orders, and no token does."""
    run = up.run()

    assert {one.room for one in run.processes} == {"watchdog", "sandbox", "proxy", "load"}
    assert all(shell.lives(one.identity) for one in run.processes)
    token = runs.token(up.folder)
    for path in up.folder.iterdir():
        assert path.name == "token" or token not in path.read_text(encoding="utf-8")
        assert path.stat().st_mode & 0o077 == 0, path
    for one in run.processes:
        assert token.encode() not in Path(f"/proc/{one.pid}/cmdline").read_bytes()


@pytest.mark.parametrize("room", ["sandbox", "proxy", "load"])
def test_what_is_killed_comes_back_on_the_same_ports(room: Room, up: Live) -> None:
    """Others find it where it was."""
    before = up.process(room)

    killed = up.kill(room)

    until(lambda: up.process(room).identity != killed and up.is_up(room), "a new one")
    assert (up.process(room).url, up.process(room).control) == (before.url, before.control)
    assert up.says(f"{room} (pid {killed.pid}) has ended with -9")


def test_what_hangs_is_ended_and_started_again(up: Live) -> None:
    """A process that was stopped answers nobody; two seconds of that are enough."""
    hung = up.kill("proxy", signal.SIGSTOP)

    until(lambda: up.process("proxy").identity != hung and up.is_up("proxy"), "a new proxy")
    assert not shell.lives(hung)
    assert up.says(f"proxy (pid {hung.pid}) does not answer for ")


def test_what_says_that_it_is_not_well_is_replaced(up: Live) -> None:
    """It answers, but does not do what it is there for."""
    before = up.process("proxy").identity
    up.ask("proxy", lambda proxy: proxy.put("leases", "unwell", data={}))

    until(lambda: up.process("proxy").identity != before and up.is_up("proxy"), "a new proxy")
    assert not shell.lives(before)
    assert up.says(f"proxy (pid {before.pid}) says that it is not well (503): ended")


def test_the_state_says_what_is_up(up: Live) -> None:
    """So that the drill knows where everything is, and what was started again."""
    killed = up.kill("load")
    until(lambda: up.process("load").identity != killed and up.is_up("load"), "a new load")

    def rooms() -> dict[str, dict[str, object]]:
        state = up.ask("watchdog", lambda watchdog: watchdog.get("state"))
        assert isinstance(state, dict)
        return {one["room"]: one for one in state["rooms"]}

    until(lambda: rooms()["load"]["up"] is True, "load up")
    assert {name: one["starts"] for name, one in rooms().items()} == {"sandbox": 1, "proxy": 1, "load": 2}
    assert rooms()["proxy"]["url"] == up.process("proxy").url


def test_when_the_drill_dies_nothing_is_left(up: Live) -> None:
    """Leases, load, proxy, sandbox, and in the end the watchdog itself."""
    hold(up)

    shell.end(up.drill.identity)

    until(lambda: not shell.lives(up.watchdogs[0].identity), "the watchdog to end")
    assert runs.marked(up.folder) == ()
    assert up.run().ended is not None
    assert up.run().processes == ()
    assert not (up.folder / "token").exists()
    _, _, log = up.log().partition("ending the run: the process of the drill is gone")
    places = [
        log.index(words) for words in ("its leases were ended", "load (pid", "proxy (pid", "sandbox (pid")
    ]
    assert places == sorted(places)


def test_when_the_drill_is_silent_nothing_is_left(up: Live) -> None:
    """A drill that hangs is as good as gone, after ten seconds."""
    up.ask("watchdog", lambda watchdog: watchdog.post("alive"))
    os.kill(up.drill.identity.pid, signal.SIGSTOP)

    until(lambda: not shell.lives(up.watchdogs[0].identity), "the watchdog to end")
    assert runs.marked(up.folder) == ()
    assert up.says("the drill has been silent for 10 s")


def test_when_the_drill_says_so_nothing_is_left(up: Live) -> None:
    """The orderly end."""
    up.ask("watchdog", lambda watchdog: watchdog.post("stop"))

    until(lambda: not shell.lives(up.watchdogs[0].identity), "the watchdog to end")
    assert runs.marked(up.folder) == ()
    assert up.watchdogs[0].code == 0


def test_a_hung_proxy_is_ended_with_its_leases_when_the_drill_is_gone(up: Live) -> None:
    """Who cannot be told to end a fault is ended by force."""
    hold(up)
    up.kill("proxy", signal.SIGSTOP)
    shell.end(up.drill.identity)

    until(lambda: not shell.lives(up.watchdogs[0].identity), "the watchdog to end")
    assert runs.marked(up.folder) == ()


def test_a_new_watchdog_adopts_what_lives(up: Live) -> None:
    """The old one was killed: nothing is started twice, and nothing was interrupted."""
    before = {one.room: one.identity for one in up.run().processes}
    hold(up)
    up.kill("watchdog")

    up.call_watchdog()

    until(lambda: up.log().count("it was adopted") == 3, "all adopted")
    after = {one.room: one.identity for one in up.run().processes}
    assert {**after, "watchdog": None} == {**before, "watchdog": None}
    assert after["watchdog"] != before["watchdog"]
    assert up.ask("proxy", lambda proxy: proxy.get("leases")) == ["slow"]
    assert len(runs.marked(up.folder)) == 4


def test_a_new_watchdog_starts_what_died_with_the_old_one(up: Live) -> None:
    """On the ports that it had."""
    before = up.process("sandbox")
    up.kill("watchdog")
    killed = up.kill("sandbox")

    up.call_watchdog()

    until(lambda: up.process("sandbox").identity != killed and up.is_up("sandbox"), "a new sandbox")
    assert up.process("sandbox").url == before.url
    assert len(runs.marked(up.folder)) == 4


def test_a_second_watchdog_is_turned_away(up: Live) -> None:
    """Two would start everything twice."""
    with pytest.raises(RunError, match="did not come up"):
        call(up.folder)

    assert "is watched already" in (up.folder / "watchdog.errors").read_text(encoding="utf-8")
    assert len(runs.marked(up.folder)) == 4


def test_a_watchdog_that_hangs_is_replaced(up: Live) -> None:
    """The new one ends it, and adopts what it had."""
    hung = up.kill("watchdog", signal.SIGSTOP)

    up.call_watchdog()

    assert not shell.lives(hung)
    until(lambda: up.log().count("it was adopted") == 3, "all adopted")


def test_a_watchdog_that_was_held_up_blames_nobody(up: Live) -> None:
    """It slept for longer than anybody may be silent; the others, and the drill, are still there."""
    up.ask("watchdog", lambda watchdog: watchdog.post("alive"))
    before = {one.room: one.identity for one in up.run().processes}
    who = up.kill("watchdog", signal.SIGSTOP)
    shell.gone(who, within_s=12)

    os.kill(who.pid, signal.SIGCONT)

    until(lambda: up.says("the watchdog was held up for"), "it to notice")
    up.ask("watchdog", lambda watchdog: watchdog.post("alive"))
    shell.gone(who, within_s=3)
    assert {one.room: one.identity for one in up.run().processes} == before


def test_what_was_started_but_not_noted_is_found_by_its_mark() -> None:
    """The watchdog died between both: the stray is ended, and one process is there in the end."""
    with live([stub("sandbox")], watched=False) as one:
        marks = runs.marks(one.folder, "sandbox", runs.token(one.folder))
        stray = shell.start(stub("sandbox").command, Path.cwd(), environment=marks)
        assert stray.first_line(LIMIT_S)

        one.call_watchdog()

        one.until_up("sandbox")
        assert stray.code == -9
        assert [room for room, _ in runs.marked(one.folder)].count("sandbox") == 1
        stray.forget()


def test_what_dies_again_and_again_is_given_time() -> None:
    """And the log and the state say so; the others go on."""
    with live([stub("sandbox"), stub("load", wrong="dies")]) as one:
        until(
            lambda: one.says("the load dies again and again: 3 times in a row, started again in 0.5 s"),
            "backoff",
        )
        assert one.says("the load did not come up: it ended with 7 (see load.log)")
        one.until_up("sandbox")


@pytest.mark.parametrize(("wrong", "message"), [("astray", "is not on this machine: 'http://192.0.2.1:")])
def test_who_says_something_wrong_is_not_kept(wrong: str, message: str) -> None:
    """A process that is not where it may be is ended."""
    with live([stub("sandbox", wrong=wrong)]) as one:
        until(lambda: one.says(message), message)


def test_one_that_ignores_being_asked_is_ended_by_force() -> None:
    """SIGTERM can be ignored, SIGKILL cannot."""
    with live([stub("sandbox", wrong="deaf lingers")]) as one:
        one.until_up("sandbox")
        one.ask("watchdog", lambda watchdog: watchdog.post("stop"))

        until(lambda: not shell.lives(one.watchdogs[0].identity), "the watchdog to end")
        assert runs.marked(one.folder) == ()


def test_the_proxy_of_anothers_target_stays_without_a_lease() -> None:
    """Its clients go on through it; only what we did is undone."""
    with live([stub("proxy", "--target", "http://127.0.0.1:1")], ours=False) as one:
        one.until_up("proxy")
        hold(one)
        proxy = one.process("proxy")
        shell.end(one.drill.identity)

        until(lambda: not shell.lives(one.watchdogs[0].identity), "the watchdog to end")
        assert shell.lives(proxy.identity)
        assert one.run().processes == (proxy,)
        assert one.ask("proxy", lambda asked: asked.get("leases")) == []


def test_the_observer_of_anothers_target_stays_with_its_proxy() -> None:
    """Clients come through both; only what we did is undone."""
    specs = [stub("proxy", "--target", "{observer.url}"), stub("observer")]
    with live(specs, ours=False) as one:
        one.until_up("observer", "proxy")
        hold(one)
        both = {one.process(room) for room in ("observer", "proxy")}
        shell.end(one.drill.identity)

        until(lambda: not shell.lives(one.watchdogs[0].identity), "the watchdog to end")
        assert {*one.run().processes} == both
        assert all(shell.lives(process.identity) for process in both)
        assert one.ask("proxy", lambda asked: asked.get("leases")) == []


def test_the_hung_proxy_of_anothers_target_is_replaced() -> None:
    """The fault goes with the old one; requests flow again through a new one on the same port."""
    with live([stub("proxy", "--target", "http://127.0.0.1:1")], ours=False) as one:
        one.until_up("proxy")
        hold(one)
        url, hung = one.process("proxy").url, one.kill("proxy", signal.SIGSTOP)
        shell.end(one.drill.identity)

        until(lambda: not shell.lives(one.watchdogs[0].identity), "the watchdog to end")
        assert not shell.lives(hung)
        assert one.is_up("proxy")
        assert one.process("proxy").url == url
        assert one.ask("proxy", lambda asked: asked.get("leases")) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is torn or not ours"),
        ('{"id": "x", "boo', "is torn or not ours"),
        ("[" * 100_000, "is torn or not ours"),
        ("[]", "is torn or not ours"),
        ("\x00\xff", "is torn or not ours"),
    ],
)
def test_a_torn_run_is_a_clear_error(text: str, message: str) -> None:
    """No traceback, but where and what to do."""
    with live(watched=False) as one:
        (one.folder / "run.json").write_text(text, encoding="latin-1")
        with pytest.raises(RunError):
            one.call_watchdog()

        said = (one.folder / "watchdog.errors").read_text(encoding="utf-8")
        assert message in said
        assert "drill panic" in said
        assert "Traceback" not in said


def test_a_run_that_is_over_is_not_watched_again(up: Live) -> None:
    """Else a drill that wakes up late would start everything anew."""
    up.ask("watchdog", lambda watchdog: watchdog.post("stop"))
    until(lambda: not shell.lives(up.watchdogs[0].identity), "the watchdog to end")

    with pytest.raises(RunError):
        up.call_watchdog()

    assert "nothing of it is started again" in (up.folder / "watchdog.errors").read_text(encoding="utf-8")


def test_a_full_disk_keeps_nothing_from_being_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be put down is said once, and put down as soon as there is room."""
    folder, run = runs.begin("some-drill", target="", ours=True, specs=ROOMS)
    ledger, before = Ledger(folder, run), (folder / "run.json").read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert not ledger.note(runs.Process("load", 4711, 1))
        assert not ledger.note(runs.Process("proxy", 4712, 1))
        assert (folder / "run.json").read_bytes() == before
        assert sorted(path.name for path in folder.iterdir()) == ["run.json", "token", "watchdog.log"]

    assert ledger.is_behind
    assert ledger.write()
    assert {one.pid for one in runs.read(folder).processes} == {4711, 4712}
    assert (folder / "watchdog.log").read_text(encoding="utf-8").count("make room on the disk") == 1


def test_a_log_that_cannot_be_written_stops_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it would have said stands on standard error."""
    folder, run = runs.begin("some-drill", target="", ours=True, specs=ROOMS)
    (folder / "watchdog.log").symlink_to("/dev/full")

    Ledger(folder, run).say("the proxy was started")

    assert "the proxy was started" in capsys.readouterr().err
