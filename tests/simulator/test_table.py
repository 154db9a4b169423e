"""``drill run --table``, ``join``, ``watch`` and ``forget`` as people type them, each a process of its own."""

from __future__ import annotations

import os
import queue
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from simulator.cli import drill
from simulator.console.door import Door
from simulator.console.wire import LOST
from simulator.events import Ended, Joined, Left, Noted, read, verify
from tests.simulator.stages import QUIET_DRILL, ROOT, payloads

PATIENCE_S = 90.0


class Process:
    """A command at a pipe; what it says is kept as it comes."""

    def __init__(self, *arguments: str, root: Path | None = ROOT, cwd: Path = ROOT) -> None:
        command = [sys.executable, "-u", "-c", "from simulator.cli import main; main()", *arguments]
        sources = [] if root is None else ["--root", str(root)]
        self._process = subprocess.Popen(
            [*command, *sources], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=cwd, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self._lines: queue.Queue[str] = queue.Queue()
        self.said: list[str] = []
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line.decode())

    def type(self, *lines: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())
        self._process.stdin.flush()

    def sees(self, words: str) -> None:
        """Wait for a line with these words, that was not waited for before."""
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                self.said.append(self._lines.get(timeout=max(0.01, until - time.monotonic())))
            except queue.Empty:
                pytest.fail(f"'{words}' did not come:\n{''.join(self.said)}")
            if words in self.said[-1]:
                return

    def send(self, sign: signal.Signals) -> None:
        self._process.send_signal(sign)

    def ends(self) -> int:
        """Its exit code; all it said is in ``said`` then."""
        code = self._process.wait(PATIENCE_S)
        self._reading.join()
        self.said += [*self._lines.queue]
        return code

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._reading.join()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()


class Company:
    """Processes that are all gone at the end of a test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._processes: list[Process] = []

    def start(self, *arguments: str, root: Path | None = ROOT, cwd: Path = ROOT) -> Process:
        self._processes.append(Process(*arguments, root=root, cwd=cwd))
        return self._processes[-1]

    def hosts(self, speed: str = "unpaced") -> Process:
        host = self.start(
            "run", QUIET_DRILL, "--table", "--seed", "1", "--speed", speed, "--out", str(self.folder)
        )
        host.sees("Others join with")
        return host

    def joins(self, name: str, role: str) -> Process:
        guest = self.start("join", str(self.folder), "--name", name, "--role", role)
        guest.sees(f"You act as {role} now.")
        return guest

    def close(self) -> None:
        for process in self._processes:
            process.close()


@pytest.fixture
def company(tmp_path: Path) -> Iterator[Company]:
    found = Company(tmp_path / "run")
    yield found
    found.close()


def run(*arguments: str, answer: str = "") -> tuple[int, str]:
    result = CliRunner().invoke(drill, [*arguments], input=answer, standalone_mode=False)
    code = result.return_value if result.exception is None else getattr(result.exception, "exit_code", 1)
    return code or 0, result.output + (str(result.exception) if result.exception else "")


def test_a_guest_is_killed_and_comes_back(company: Company) -> None:
    """Nobody else notices more than that they left, and the drill is played to its end."""
    host = company.hosts()
    ana = company.joins("Ana Silva", "ml-on-call")
    bo = company.joins("Bo Li", "communications")
    ana.send(signal.SIGKILL)
    bo.sees("p1 has left the table")
    back = company.start("join", str(company.folder), "--name", "Ana Silva")
    back.sees("p1 sits down at the table")
    back.sees("p1 sits down at the table")
    back.type("note back again")
    bo.sees("ml-on-call notes: back again")
    host.type("end", "yes", "", "", "", "", "", "")
    codes = [bo.ends(), back.ends()]
    host.ends()

    record = read(company.folder)
    assert codes == [0, 0]
    assert (
        bo.said[-1]
        == "The drill was ended. Stay at the table: the debriefing comes now. The facilitator has the score.\n"
    )
    assert payloads(record, Joined) == [Joined("p1"), Joined("p2"), Joined("p1")]
    assert payloads(record, Left) == [Left("p1")]
    assert payloads(record, Noted) == [Noted("back again")]
    assert verify(record) == ()


def test_the_line_that_others_join_with_works_from_anywhere(company: Company, tmp_path: Path) -> None:
    """As it is pasted, where the host was told which sources to take; who types `leave` is told how to return."""
    host = company.hosts()
    (line,) = [line for line in host.said if "Others join with" in line]
    _, *words = shlex.split(line.partition("with: ")[2])
    given = {"NAME": "Ana Silva", "ROLE": "ml-on-call"}
    ana = company.start(*(given.get(word, word) for word in words), root=None, cwd=tmp_path)
    ana.sees("You act as ml-on-call now.")
    ana.type("leave")
    host.sees("p1 has left the table")

    assert ana.ends() == 0
    _, *again = shlex.split(ana.said[-1].partition("with: ")[2])
    back = company.start(*again, root=None, cwd=tmp_path)
    back.sees("You are p1 at this table")


def test_who_comes_before_the_table_is_set_is_told_so(tmp_path: Path) -> None:
    """Where was looked, and what the facilitator types first."""
    code, said = run("join", str(tmp_path / "later"), "--name", "Ana", "--root", str(ROOT))

    assert code == 2
    assert f"there is no folder '{tmp_path / 'later'}' here" in said
    assert "the facilitator sets the table first, with 'drill run DRILL --table --out" in said


def test_ctrl_c_at_the_facilitators_terminal_sends_everybody_home(company: Company) -> None:
    """With a sentence, and with the record whole."""
    host = company.hosts()
    ana = company.joins("Ana Silva", "ml-on-call")
    watcher = company.start("watch", str(company.folder))
    watcher.sees("You read along")
    host.send(signal.SIGINT)

    assert (host.ends(), ana.ends(), watcher.ends()) == (130, 0, 0)
    assert ana.said[-1] == "The drill was interrupted. The facilitator has the score.\n"
    assert watcher.said[-1] == "The drill was interrupted.\n"
    assert payloads(read(company.folder), Ended) == [Ended("interrupted")]


def test_ctrl_c_at_a_guests_terminal_leaves_the_table(company: Company) -> None:
    """The drill goes on without them, and they are told how to come back."""
    host = company.hosts()
    ana = company.joins("Ana Silva", "ml-on-call")
    ana.send(signal.SIGINT)
    host.sees("p1 has left the table")

    assert ana.ends() == 130
    assert "the drill goes on. Come back with: drill join" in ana.said[-1]


def test_a_host_that_is_killed_leaves_word(company: Company) -> None:
    """Guests are told that it is gone; who comes then, how to go on."""
    host = company.hosts()
    ana = company.joins("Ana Silva", "ml-on-call")
    host.send(signal.SIGKILL)

    assert ana.ends() == 1
    assert "The facilitator's terminal is gone." in ana.said[-1]
    code, said = run("join", str(company.folder), "--name", "Ana", "--root", str(ROOT))
    assert code == 2
    assert f"'drill run --resume {company.folder}' goes on" in said


def test_a_table_that_ends_without_a_word_is_gone(company: Company) -> None:
    """A host that hangs up without an end of the drill: guests are told how to come back."""
    company.folder.mkdir()
    door = Door(company.folder)
    door.socket.setblocking(True)
    ana = company.start("join", str(company.folder), "--name", "Ana Silva")
    end, _ = door.socket.accept()
    end.sendall(b'{"bye": ""}\n')
    code = ana.ends()
    end.close()
    door.close()

    assert (code, ana.said) == (1, [f"{LOST}\n"])


def test_a_table_is_set_again_after_a_crash(company: Company) -> None:
    """Who was there sits down again as who they were, in their role, and the drill goes on."""
    host = company.hosts()
    company.joins("Bo Li", "communications")
    company.joins("Ana Silva", "ml-on-call")
    host.type("start", "wait 3")
    host.sees("It is 09:23.")
    host.send(signal.SIGKILL)
    host.ends()
    again = company.start("run", "--resume", str(company.folder))
    again.sees("Others join with")
    ana = company.start("join", str(company.folder), "--name", "Ana Silva")
    ana.sees("You are p2")
    ana.type("note we go on")
    ana.sees("ml-on-call notes: we go on")
    again.type("start", "wait 2", "end", "yes", "", "", "", "", "", "")

    assert ana.ends() == 0
    again.ends()
    record = read(company.folder)
    assert verify(record) == ()
    assert payloads(record, Joined) == [Joined("p1"), Joined("p2")]
    assert "Ana" not in (company.folder / "events.jsonl").read_text(encoding="utf-8")


def test_who_was_who_can_be_erased(company: Company) -> None:
    """The record holds without it, and the score is the same."""
    host = company.hosts()
    company.joins("Ana Silva", "ml-on-call").type("note Ana was here")
    host.sees("notes: p1 was here")
    assert "still runs" in run("forget", str(company.folder), "--yes")[1]
    host.type("end", "yes", "", "", "", "", "", "")
    host.ends()
    people = company.folder / "people.yaml"
    before = run("score", str(company.folder), "--json")

    assert "Ana Silva" in people.read_text(encoding="utf-8")
    assert run("forget", str(company.folder), answer="n\n")[0] == 1
    assert people.exists()
    code, said = run("forget", str(company.folder), answer="y\n")
    assert (code, said.endswith("forgotten; the record holds\n")) == (0, True)
    assert not people.exists()
    assert run("score", str(company.folder), "--json") == before
    assert "Ana" not in "".join(file.read_text(encoding="utf-8") for file in company.folder.iterdir())
    assert run("forget", str(company.folder), "--yes") == (0, f"{company.folder}: no names are kept here\n")


def test_a_record_is_watched_to_its_end(company: Company) -> None:
    """A file is followed like a table, and the truth is not told."""
    out = company.folder
    run("run", QUIET_DRILL, "--responder", "robot", "--seed", "1", "--out", str(out), "--root", str(ROOT))
    watcher = company.start("watch", str(out / "events.jsonl"))

    assert watcher.ends() == 0
    said = "".join(watcher.said)
    assert "You took over the pager" in said
    assert said.endswith("The time of the drill is over.\n")
    assert QUIET_DRILL not in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("join", ".", "--name", "Ana"), "nobody hosts a table here; the facilitator begins one with"),
        (("join", ".", "--name", "Ana", "--role", "ml-oncall"), "unknown role 'ml-oncall' (did you mean"),
        (("watch", "docs"), "there is no drill in docs"),
        (("forget", "docs"), "docs/events.jsonl"),
        (("run", QUIET_DRILL, "--table", "--responder", "robot"), "'robot' answers by itself"),
    ],
)
def test_wrong_usage_says_what_to_do(
    arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no table, no record, no such role."""
    monkeypatch.chdir(ROOT)
    code, output = run(*arguments)

    assert code == 2
    assert said in output


def test_a_guest_with_other_runbooks_is_told(company: Company, tmp_path: Path) -> None:
    """Their steps would be others than those that are drilled."""
    company.hosts()
    other = tmp_path / "other"
    subprocess.run(
        [sys.executable, "-c", "from generator.cli import main; main()", "init", str(other)],
        check=True, capture_output=True, cwd=ROOT, env=os.environ,
    )  # fmt: skip
    guest = company.start("join", str(company.folder), "--name", "Ana", root=other)

    assert guest.ends() == 2
    assert "name the facilitator's sources with --root" in "".join(guest.said)
