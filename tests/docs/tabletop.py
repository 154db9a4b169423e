"""A tabletop with three people at three real terminals, played as written here; what stood on their screens out.

``python -m tests.docs.tabletop`` renews ``docs/explanation/a-tabletop.md``.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.conftest import require_tool
from tests.docs.blocks import ROOT

PAGE = ROOT / "docs" / "explanation" / "a-tabletop.md"
DRILL = f"{shlex.quote(sys.executable)} -c 'from simulator.cli import main; main()'"
SIZES = {"facilitator": (100, 40), "ana": (100, 30), "bo": (100, 30)}
FOLDER = "runs/night"
PATIENCE_S = 120.0
POLL_S, STILL_S = 0.1, 0.7
SIZE = ("COLUMNS", "LINES")
"""What an environment says of some other terminal's size."""
"""A screen draws itself anew every half a second: what stood still for longer stays."""

DAY = "2026-12-15"
DAY_TO_COME = (datetime.now(tz=UTC).date() + timedelta(days=60)).isoformat()
"""What is typed in its place, as a day that is over would be refused."""

COMMANDS = {
    "facilitator": f"run amount-unit-change --table --seed 7 --speed unpaced --out {FOLDER}",
    "ana": f"join {FOLDER} --name 'Ana Silva' --role ml-on-call",
    "bo": f"join {FOLDER} --name 'Bo Li' --role incident-commander",
}


@dataclass(frozen=True)
class Enter:
    """Somebody starts their command, and sees words."""

    who: str
    sees: str


@dataclass(frozen=True)
class Type:
    """Somebody types a line, and sees words that were not there before."""

    who: str
    line: str
    sees: str


@dataclass(frozen=True)
class Show:
    """What stands on somebody's screen goes onto the page."""

    who: str


@dataclass(frozen=True)
class Tell:
    """Words of the page."""

    text: str


Act = Enter | Type | Show | Tell


class Room:
    """A tmux server of its own with a window for each terminal."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tmux = [require_tool("tmux"), "-S", str(folder / "tmux"), "-f", "/dev/null"]
        self._environ = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("TMUX", *SIZE))},
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
        }
        self._begun = False

    def enter(self, who: str) -> None:
        """Start somebody's command in a terminal of their own; what it leaves on the screen stays."""
        width, height = SIZES[who]
        command = f"cd {shlex.quote(str(self._folder))}; {DRILL} {COMMANDS[who]}; echo EXIT $?; exec cat"
        self._run("new-session", "-d", "-s", who, "-x", str(width), "-y", str(height), command)
        self._begun = True

    def type(self, who: str, line: str) -> None:
        if line:
            self._run("send-keys", "-t", who, "-l", line)
        self._run("send-keys", "-t", who, "Enter")

    def press(self, who: str, key: str) -> None:
        self._run("send-keys", "-t", who, key)

    def screen(self, who: str) -> str:
        return self._run("capture-pane", "-t", who, "-p").rstrip("\n")

    def sees(self, who: str, words: str, *, more_than: int = 0) -> str:
        """The screen, as soon as the words stand on it, folded or not; fails when they do not come."""
        until = time.monotonic() + PATIENCE_S
        while _flat(screen := self.screen(who)).count(_flat(words)) <= more_than:
            assert time.monotonic() < until, f"{who} did not see '{words}':\n{screen}"
            time.sleep(POLL_S)
        return screen

    def still(self, who: str) -> str:
        """The screen, once nothing on it moves any more."""
        before, since = self.screen(who), time.monotonic()
        until = since + PATIENCE_S
        while time.monotonic() - since < STILL_S:
            assert time.monotonic() < until, f"the screen of {who} does not come to rest:\n{before}"
            time.sleep(POLL_S)
            if (now := self.screen(who)) != before:
                before, since = now, time.monotonic()
        return before

    def close(self) -> None:
        if self._begun:
            self._run("kill-server")

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._tmux, *arguments], capture_output=True, text=True, check=True, env=self._environ
        )
        return done.stdout


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@contextmanager
def room(folder: Path) -> Iterator[Room]:
    found = Room(folder)
    try:
        yield found
    finally:
        found.close()


def play(acts: Sequence[Act], here: Room) -> Iterator[str]:
    """The parts of the page, as the acts are played one after the other."""
    for act in acts:
        match act:
            case Enter(who, sees):
                here.enter(who)
                here.sees(who, sees)
            case Type(who, line, sees):
                before = _flat(here.still(who)).count(_flat(sees))
                here.type(who, line.replace(DAY, DAY_TO_COME))
                here.sees(who, sees, more_than=before)
            case Show(who):
                yield f"```text\n{_trimmed(here.still(who))}\n```\n"
            case Tell(text):
                yield f"{text}\n"


def _trimmed(screen: str) -> str:
    lines = [line.rstrip() for line in screen.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n").replace(DAY_TO_COME, DAY)


def page(acts: Sequence[Act], folder: Path) -> str:
    shutil.copytree(ROOT / "runbooks", folder / "runbooks")
    with room(folder) as here:
        return "\n".join(play(acts, here))


NIGHT: Sequence[Act] = (
    Tell(
        "# A tabletop, screen by screen\n\n"
        "Three people, three terminals, one machine: a facilitator, Ana who is on call, and Bo who commands.\n"
        "What follows is what stood on their screens; a test plays it again and compares.\n"
        "It gives the [first drill](../tutorial/first-drill.md) away: play that one first.\n"
        "[Facilitate a drill](../how-to/facilitate-a-drill.md) explains the commands."
    ),
    Tell("## The table is set\n\nThe facilitator types\n\n```text\n"
         f"drill run amount-unit-change --table --seed 7 --speed unpaced --out {FOLDER}\n```\n\n"
         "and the others, each at a terminal of their own,\n\n```text\n"
         f"drill join {FOLDER} --name \"Ana Silva\" --role ml-on-call\n"
         f"drill join {FOLDER} --name \"Bo Li\" --role incident-commander\n```\n\n"
         "The facilitator sees who is who; everybody else, and the record, knows `p1` and `p2` by their roles.\n"
         "What is wrong, what is due and what comes next stands on this screen alone:"),
    Enter("facilitator", "Others join with"),
    Enter("ana", "You are p1"),
    Enter("bo", "You are p2"),
    Type("bo", "as communications", "You act as communications now."),
    Type("facilitator", "start", "Time stands until"),
    Show("facilitator"),
    Tell("## Something is odd\n\nWith `next` the facilitator lets time pass to whatever happens next: "
         "a message, a first weak signal, a page."),
    Type("facilitator", "next", "It is 02:47."),
    Type("facilitator", "next", "It is 03:00."),
    Type("facilitator", "until 03:03", "It is 03:03."),
    Type("ana", "acknowledge all", "acknowledged amount-psi"),
    Type("ana", "open feature-drift", "`steps` shows what to do"),
    Show("ana"),
    Tell("Ana has opened the runbook; the line `next` says what it asks for.\n"
         "Each step takes the minutes that it states, and what arrives meanwhile does not wait:"),
    Type("ana", "do look", "ended look: success"),
    Type("ana", "decide is-it-real 1", "decided is-it-real"),
    Type("ana", "do declare", "ended declare: success"),
    Type("ana", "do save-snapshot", "ended save-snapshot: success"),
    Type("ana", "decide what-moved 1", "decided what-moved"),
    Type("ana", "do suspect-unit", "ended suspect-unit: success"),
    Show("ana"),
    Tell("## Whose decision is it\n\nThe next step is for the commander, and the table holds people to that:"),
    Type("ana", "do approve-switch-off", "? that is for incident-commander to do, and p2 has that role"),
    Show("ana"),
    Type("bo", "as incident-commander", "You act as incident-commander now."),
    Type("bo", "do approve-switch-off", "ended approve-switch-off: success"),
    Type("ana", "do amount-off", "Type `done amount-off`"),
    Tell("The facilitator writes down what they see, which nobody is shown before the end, "
         "and lets the minutes pass that the control needs."),
    Type("facilitator", "remark Ana asked before she touched anything", "p1 asked before she"),
    Type("facilitator", "wait 2", "It is 03:"),
    Type("ana", "done amount-off", "ended amount-off: success"),
    Show("facilitator"),
    Tell("## Somebody wants an answer\n\nBo holds two roles, and speaks to those who wait; "
         "a question is answered by whom it was written to:"),
    Type("bo", "as communications", "You act as communications now."),
    Type("bo", "do tell-engineers-amount-off", "ended tell-engineers-amount-off: success"),
    Type("bo", "answer 4 say-what-we-know", "message 4 is for ml-on-call to answer, and p1 has that role"),
    Show("bo"),
    Type("ana", "answer 4 say-what-we-know", "answers message 4: say-what-we-know"),
    Tell("## Back to health\n\nWhat contains an incident does not end it: the pipeline goes back, then the switch."),
    Type("ana", "acknowledge all", "acknowledged score-psi"),
    Type("ana", "decide which-pipeline 1", "decided which-pipeline"),
    Type("bo", "as incident-commander do approve-pipeline", "ended approve-pipeline: success"),
    Type("ana", "do pipeline-v1", "ended pipeline-v1: success"),
    Type("bo", "do tell-support-pipeline", "ended tell-support-pipeline: success"),
    Type("bo", "do tell-engineers-pipeline", "ended tell-engineers-pipeline: success"),
    Type("facilitator", "until 03:19", "It is 03:19."),
    Type("bo", "answer 6 freeze-training", "answers message 6: freeze-training"),
    Type("bo", "tell executives Too many payments are declined since 03:00; it is contained, and ends by 03:45.",
         "told executives on"),
    Type("ana", "do wait-for-pipeline", "Type `done wait-for-pipeline`"),
    Type("facilitator", "until 03:45", "It is 03:45."),
    Type("ana", "done wait-for-pipeline", "ended wait-for-pipeline: success"),
    Type("bo", "as incident-commander do approve-lift", "ended approve-lift: success"),
    Type("ana", "decide is-amount-off 1", "decided is-amount-off"),
    Type("ana", "do amount-on", "Type `done amount-on`"),
    Type("facilitator", "wait 4", "in force: amount-toggle is on"),
    Type("ana", "done amount-on", "ended amount-on: success"),
    Type("bo", "do tell-restored", "ended tell-restored: success"),
    Type("ana", "resolve", "says that it is over"),
    Show("ana"),
    Type("facilitator", "end", "Type yes or no."),
    Type("facilitator", "yes", "Before the score is shown"),
    Tell("## The debriefing\n\nThe others' terminals say that the drill is over, and are given back.\n"
         "Before any score is shown, the facilitator judges:"),
    Type("facilitator", "S The page came before they looked", "Diagnosis?"),
    Type("facilitator", "P The unit was named from two numbers", "Containment and mitigation?"),
    Type("facilitator", "P One control at a time, and approved", "Critical tasks?"),
    Type("facilitator", "", "Command and communication?"),
    Type("facilitator", "S Support waited for five minutes", "What is to be better"),
    Type("facilitator", "Give support its words before the switch is turned", "Who sees to it"),
    Type("facilitator", "communications 2026-12-15", "What else?"),
    Show("facilitator"),
    Tell("Then comes the score, the same for everybody who computes it from the record:"),
    Type("facilitator", "", "EXIT"),
    Show("facilitator"),
    Tell("The report has all of it, with charts.\n"
         f"Who `p1` and `p2` were stands in `{FOLDER}/people.yaml`, until `drill forget {FOLDER}` erases it."),
)  # fmt: skip


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(NIGHT, Path(folder)), encoding="utf-8")
    print(PAGE.relative_to(ROOT))


if __name__ == "__main__":
    main()
