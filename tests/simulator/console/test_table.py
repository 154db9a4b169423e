"""Several terminals at one table: who may do what, what participants get to know, and who hurts whom."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path

import pytest

from simulator.console.door import ADDRESS, ClosedError, Door, knock
from simulator.console.wire import LOST, PUBLIC, Hello
from simulator.events import (
    KINDS,
    Acknowledged,
    Assigned,
    Assumed,
    Improvement,
    Joined,
    Left,
    Noted,
    Rated,
    Remarked,
    Revealed,
    Steered,
)
from tests.simulator.console.tables import Seat, table, wait_until
from tests.simulator.stages import FAULT_DRILL, catalogue, payloads

HELLO = {"name": "Eve", "role": "", "watch": False}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def test_people_sit_down_and_take_roles(folder: Path) -> None:
    """By order of coming; a role at the door or later; each sees what the others do."""
    with table(folder) as host:
        ana = host.joins("Ana Silva", role="ml-on-call")
        bo = host.joins("Bo Li")
        bo.asks("as communications", "You act as communications now.")
        ana.asks("note all quiet", "ml-on-call notes: all quiet")
        bo.sees("ml-on-call notes: all quiet")
        record = host.ends()

    assert payloads(record, Joined) == [Joined("p1"), Joined("p2")]
    assert payloads(record, Assigned) == [Assigned("p1", "ml-on-call"), Assigned("p2", "communications")]
    assert payloads(record, Assumed) == [Assumed("ml-on-call"), Assumed("communications")]
    assert "You are p1" in ana.text
    assert "You are p2" in bo.text
    assert "p1 is Ana Silva" in host.text
    assert ana.goes_home() == bo.goes_home() == ""
    assert "The drill was ended." in bo.text


def test_people_act_in_roles_of_their_own(folder: Path) -> None:
    """Not without a role, and not in somebody else's, until the facilitator gives it to them."""
    with table(folder) as host:
        ana = host.joins("Ana", role="ml-on-call")
        bo = host.joins("Bo")
        bo.asks("note hello", "? take a role first")
        bo.asks("as ml-on-call note hello", "? ml-on-call is p1's; the facilitator can give it to you")
        host.asks("as ml-on-call note hello", "? ml-on-call is p1's")
        host.asks("assign p2 ml-on-call", "ml-on-call")
        bo.asks("as ml-on-call", "You act as ml-on-call now.")
        bo.asks("note mine", "ml-on-call notes: mine")
        ana.asks("note still mine", "? that is for ml-on-call to do, and p2 has that role")
        record = host.ends()

    assert payloads(record, Noted) == [Noted("mine")]


def test_a_step_is_for_the_role_that_it_names(folder: Path) -> None:
    """Who has another role is told whose it is, or how to take it."""
    with table(folder, drill=FAULT_DRILL, minutes=30) as host:
        ana = host.joins("Ana", role="incident-commander")
        host.asks("start", "Time stands until")
        ana.asks("open feature-drift", "opened the runbook feature-drift")
        ana.asks(
            "do look", "? that is for ml-on-call to do, and nobody has that role: `as ml-on-call` takes it"
        )
        ana.asks("as ml-on-call do look", "started look")


@pytest.mark.parametrize(
    "line", ["pause", "resume", "end", "start", "wait 3", "next", "remark they are slow", "truth"]
)
def test_participants_cannot_lead(folder: Path, line: str) -> None:
    """They are told whose command it is, and nothing happens."""
    with table(folder) as host:
        ana = host.joins("Ana", role="ml-on-call")
        ana.asks(line, f"? `{line.split()[0]}` is the facilitator's")
        ana.asks("note still here", "notes: still here")
        record = host.ends()

    assert {type(event.payload).__name__ for event in record.events} <= {
        "Started", "Observed", "Joined", "Assigned", "Assumed", "Noted", "Ended",
    }  # fmt: skip


def test_a_message_is_answered_by_whom_it_was_written_to(folder: Path) -> None:
    """Who has another role is told whose it is; whoever has that role may answer in any of theirs."""
    with table(folder, drill=FAULT_DRILL, minutes=40) as host:
        ana = host.joins("Ana", role="ml-on-call")
        bo = host.joins("Bo", role="support-lead")
        host.asks("start", "Time stands until")
        host.asks("until 03:10", "MESSAGE 4")
        host.asks("next", "It is ")
        bo.asks("answer 4 1", "? message 4 is for ml-on-call to answer, and p1 has that role")
        ana.asks("as communications", "You act as communications now.")
        ana.asks("answer 4 1", "answers message 4: say-what-we-know")
        host.ends()


def test_participants_are_told_what_they_can_do(folder: Path) -> None:
    """Not to type what is the facilitator's: in a pause, before the start, and when they want to go."""
    with table(folder) as host:
        ana = host.joins("Ana", role="ml-on-call")
        ana.asks(
            "declare", "? the drill has not started: `declare` works once the facilitator has started it"
        )
        host.asks("start", "Time stands until")
        host.asks("pause", "paused the drill")
        ana.asks("declare", "? the drill is paused: `declare` works again when the facilitator lets it go on")
        ana.asks("quit", "? unknown command 'quit' (did you mean 'leave'?)")
        ana.asks("note bye", "notes: bye")
        ana.type("leave")
        assert ana.goes_home() == ""
        host.sees("p1 has left the table")
        record = host.ends()

    assert ana.guest.has_left
    assert payloads(record, Left) == [Left("p1")]


def test_who_joins_knows_how_long_it_takes(folder: Path) -> None:
    """In minutes of their own where a clock runs, and who lets time pass where none does."""
    with table(folder / "clock", speed=5.0) as host:
        host.joins("Ana").sees("the exercise lasts at most 10 min more: at x5, 2 min of real time.")
    with table(folder / "none") as host:
        host.joins("Ana").sees("lasts at most 10 min more. Time passes as the facilitator says")


def test_the_facilitator_reads_what_to_tell_the_others(folder: Path) -> None:
    """A line to paste, with a role in it, and the roles that somebody should take."""
    with table(folder, drill=FAULT_DRILL, minutes=30) as host:
        pass

    assert f"Others join with: drill join {folder} --name NAME --role ROLE" in host.text
    (roles,) = [line for line in host.text.splitlines() if line.startswith("Roles: ")]
    for role in ("ml-on-call", "incident-commander", "communications", "support-lead"):
        assert role in roles


def test_names_stay_out_of_the_record(folder: Path) -> None:
    """What is typed has pseudonyms in their place, whoever types; the names stand in a file of their own."""
    with table(folder) as host:
        ana = host.joins("Ana Silva", role="ml-on-call")
        bo = host.joins("Mark Thu")
        ana.asks(
            "note ana silva asked MARK, and Mark's answer is no bookmark", "p1 asked p2, and p2's answer"
        )
        bo.asks("as communications", "You act as")
        host.asks("start", "Time stands until")
        bo.asks("tell support Ana looks into it", "told support on")
        host.asks("remark Silva hesitates, Ana-Silva does not", "p1 hesitates, p1 does not")
        host.ends()

    written = (folder / "events.jsonl").read_text(encoding="utf-8")
    people = folder / "people.yaml"
    assert "bookmark" in written
    assert [name for name in ("Ana", "ana silva", "Mark", "MARK", "Thu", "Silva") if name in written] == []
    assert people.read_text(encoding="utf-8").endswith('p1: "Ana Silva"\np2: "Mark Thu"\n')
    assert people.stat().st_mode & 0o777 == 0o600


def test_a_name_that_is_a_word_of_the_console_stays_one(folder: Path) -> None:
    """Who is called as an audience can still be written to."""
    with table(folder) as host:
        ana = host.joins("Support Note", role="ml-on-call")
        host.asks("start", "Time stands until")
        ana.asks("tell support please help support", "told support on support-desk: please help p1")
        ana.asks("note fine", "notes: fine")


def test_who_comes_back_goes_on(folder: Path) -> None:
    """A connection that breaks is seen; the same name gets the same seat, roles and all that has happened."""
    with table(folder) as host:
        ana = host.joins("Ana Silva", role="ml-on-call")
        ana.asks("note before", "notes: before")
        ana.end.shutdown(2)
        host.sees("p1 has left")
        again = host.joins("ana  silva")
        again.sees("notes: before")
        again.asks("note after", "ml-on-call notes: after")
        record = host.ends()

    assert "The facilitator's terminal is gone" in ana.goes_home()
    assert payloads(record, Joined) == [Joined("p1"), Joined("p1")]
    assert payloads(record, Left) == [Left("p1")]
    assert payloads(record, Assumed) == [Assumed("ml-on-call")]


def test_a_second_terminal_of_the_same_person_takes_over(folder: Path) -> None:
    """As when the first one hangs."""
    with table(folder) as host:
        first = host.joins("Ana", role="ml-on-call")
        second = host.joins("Ana")
        second.asks("note here now", "ml-on-call notes: here now")
        record = host.ends()

    assert first.goes_home() == "You came back in another terminal, and go on there; this one is closed."
    assert payloads(record, Joined) == [Joined("p1")]


def test_two_type_at_the_same_instant(folder: Path) -> None:
    """Nothing is lost or mixed, and each gets the answers to their own."""
    with table(folder) as host:
        seats = [host.joins("Ana", role="ml-on-call"), host.joins("Bo", role="communications")]
        gate = threading.Barrier(2)

        def typing(seat: Seat) -> None:
            gate.wait()
            seat.type(*(f"note {seat.name} {number}" for number in range(20)), "nonsense")

        threads = [threading.Thread(target=typing, args=(seat,)) for seat in seats]
        for thread in threads:
            thread.start()
        for seat in seats:
            seat.sees("? unknown command 'nonsense'")
        record = host.ends()

    said = {
        role: [n.text for e, n in record.of(Noted) if e.actor == role]
        for role in ("ml-on-call", "communications")
    }
    assert said["ml-on-call"] == [f"p1 {number}" for number in range(20)]
    assert said["communications"] == [f"Bo {number}" for number in range(20)]
    assert [seat.text.count("? unknown command") for seat in seats] == [1, 1]


def test_what_participants_get_tells_nothing_that_is_hidden(folder: Path) -> None:
    """Every byte that is sent: no remark, rating or steering, no truth, no id of a message, no name of the drill."""
    with table(folder, drill=FAULT_DRILL, minutes=30) as host:
        raw = host.connects()
        raw.send({**HELLO, "role": "ml-on-call"})
        host.sees("p1 is Eve")
        host.asks("remark hush-hush they are slow", "hush-hush")
        host.asks("hold 2", "holds back")
        host.asks("rate detection M hush-hush", "hush-hush")
        host.asks("improve ml-on-call 2099-12-01 hush-hush", "hush-hush")
        host.asks("agenda", "# Tasks")
        host.asks("truth", "Fault ")
        host.asks("start", "Time stands until")
        host.asks("wait 28", "It is ")
        raw.send({"line": "status", "width": 80})
        raw.sees(b'"ready"')
        record = host.ends()
        raw.is_hung_up_on()

    sent = raw.bytes.decode()
    drill = catalogue().drill(FAULT_DRILL)
    faults = [*drill.faults, *drill.noise]
    hidden = [
        "hush-hush", FAULT_DRILL, drill.truth.explanation[:30], *(fault.id for fault in faults),
        *(inject.id for inject in drill.injects), *(task.id for task in drill.tasks),
        *(event.hash for event in record.events), '"seq"', '"steer"', '"rate"', '"remark"', '"improve"', '"reveal"',
    ]  # fmt: skip
    assert [words for words in hidden if words in sent] == []
    assert '"observe"' in sent
    assert payloads(record, Remarked) != []
    assert payloads(record, Steered) != []


def test_every_kind_of_event_is_shown_or_hidden_on_purpose() -> None:
    """A new kind is hidden from participants until somebody says that they may see it."""
    hidden = {kind for kind in KINDS.values() if kind not in PUBLIC}

    assert {Remarked, Rated, Steered, Improvement, Revealed} <= hidden
    assert {kind.__name__ for kind in hidden} == {
        "CouldNotFollow", "Improvement", "Injected", "Inspected", "Rated", "Remarked", "Revealed", "Steered",
    }  # fmt: skip


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xfe\x00\n",
        b"[" * 100_000 + b"\n",
        b"{" * 20_000,
        b'{"name": 7}\n',
        b'{"name": ""}\n',
        b'{"line": "end"}\n',
        b'{"name": "Eve", "role": "", "watch": false}\n{"line": 7}\n',
        b'{"name": "Eve", "role": "", "watch": true}\n{"line": "end", "width": 80}\n' + b"x" * 70_000,
        b"\n",
        b"",
    ],
)
def test_rubbish_hurts_nobody_else(folder: Path, rubbish: bytes) -> None:
    """Who sends it is hung up on; the others play on."""
    with table(folder) as host:
        ana = host.joins("Ana", role="ml-on-call")
        raw = host.connects()
        raw.send(rubbish)
        if not rubbish:
            raw.close()
        else:
            raw.is_hung_up_on()
        ana.asks("note fine", "notes: fine")
        record = host.ends()

    assert payloads(record, Noted) == [Noted("fine")]


def test_a_flood_is_slowed_down_and_hurts_nobody(folder: Path) -> None:
    """Who types without an end waits in their own process; the facilitator and the others do not."""
    with table(folder, speed=60.0) as host:
        ana = host.joins("Ana", role="ml-on-call")
        raw = host.connects()
        raw.send({**HELLO, "role": "communications"})
        host.sees("p2 is Eve")
        stop = threading.Event()

        def flood() -> None:
            line = json.dumps({"line": "note flood", "width": 80}).encode() + b"\n"
            raw.end.settimeout(0.2)
            while not stop.is_set():
                try:
                    raw.end.send(line * 50)
                except TimeoutError:
                    continue
                except OSError:
                    return

        flooding = threading.Thread(target=flood, daemon=True)
        flooding.start()
        host.asks("start", "start")
        for number in range(5):
            ana.asks(f"note calm {number}", f"ml-on-call notes: calm {number}")
        record = host.ended()
        stop.set()
        flooding.join()

    assert record.events[-1].t == 600
    assert len([note for note in payloads(record, Noted) if note.text == "flood"]) < 400
    assert [note.text for note in payloads(record, Noted) if note.text != "flood"] == [
        f"calm {n}" for n in range(5)
    ]


@pytest.mark.parametrize("chain", ["as inc " * 560, "as inc " * 3])
def test_roles_piled_up_in_one_line_hurt_nobody(folder: Path, chain: str) -> None:
    """Who types them is told how a role is taken, and nothing is recorded of the line."""
    with table(folder) as host:
        ana = host.joins("Ana", role="ml-on-call")
        ana.asks(f"{chain}note x", "? ")
        host.asks(f"{chain}note x", "? ")
        ana.asks("note still here", "notes: still here")
        record = host.ends()

    assert payloads(record, Noted) == [Noted("still here")]
    assert payloads(record, Assumed) == [Assumed("ml-on-call")]


def test_guests_are_told_when_the_host_breaks(folder: Path) -> None:
    """Without an end of the drill: that the terminal is gone, and how to come back."""
    with table(folder) as host:
        ana = host.joins("Ana", role="ml-on-call")
        host.file.close()
        ana.type("note this cannot be written")
        said = ana.goes_home()
        host.thread.join()

    assert said == LOST
    assert isinstance(host.error, ValueError)


def test_who_cannot_be_written_down_is_turned_away(folder: Path) -> None:
    """With the reason, which the facilitator reads as well; the others go on, and they may come again."""
    with table(folder) as host:
        ana = host.joins("Ana", role="ml-on-call")
        blocked = folder / ".people.yaml.new"
        blocked.mkdir()
        said = host.sits(Hello(name="Bo Li")).goes_home()
        host.sees(f"? Somebody was turned away at the door: {folder / 'people.yaml'} cannot be written")
        ana.asks("note on we go", "notes: on we go")
        blocked.rmdir()
        host.joins("Bo Li")
        record = host.ends()

    assert said.startswith("The facilitator's terminal hung up: your name cannot be written down there (")
    assert payloads(record, Joined) == [Joined("p1"), Joined("p2")]


def test_a_role_at_the_door_is_no_line_of_its_own(folder: Path) -> None:
    """What is no role of the organization gives none, runs nothing, and stands nowhere."""
    with table(folder) as host:
        ana = host.joins("Ana Silva")
        raw = host.connects()
        raw.send({**HELLO, "role": "communications note Ana Silva\x1b[2J is late"})
        raw.sees(b"there is no such role here")
        raw.sees(b'"ready"')
        ana.asks("as communications note fine", "notes: fine")
        record = host.ends()

    assert payloads(record, Noted) == [Noted("fine")]
    assert payloads(record, Assigned) == [Assigned("p1", "communications")]
    assert "is late" not in host.text


def test_a_full_table_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To who comes then; who comes back has a place still, and a place that is left is free."""
    monkeypatch.setattr("simulator.console.hosting.MOST_GUESTS", 2)
    with table(folder) as host:
        host.joins("Ana")
        watcher = host.connects()
        watcher.send({**HELLO, "watch": True})
        watcher.sees(b'"welcome"')
        said = [host.sits(hello).goes_home() for hello in (Hello(name="Bo"), Hello(watch=True))]
        back = host.joins("Ana")
        back.type("leave")
        host.sees("p1 has left")
        host.joins("Bo")
        record = host.ends()

    assert (
        said
        == [
            "The facilitator's terminal hung up: the table is full, with 2 at it; come again when somebody has left."
        ]
        * 2
    )
    assert payloads(record, Joined) == [Joined("p1"), Joined("p2")]


def test_who_says_nothing_at_the_door_keeps_nobody_out(folder: Path) -> None:
    """However many connections wait there: others sit down at once, and the oldest make room."""
    with table(folder) as host:
        silent = [host.connects() for _ in range(40)]
        ana = host.joins("Ana", role="ml-on-call")
        ana.asks("note here", "notes: here")
        silent[0].sees(b"nobody said who comes")
        silent[0].is_hung_up_on()
        host.ends()


def test_who_comes_late_is_told_all_that_happened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, at their own pace, and however much it is; who never reads it holds nobody up."""
    monkeypatch.setattr("simulator.console.wire.MOST_UNSENT", 20_000)
    monkeypatch.setattr("simulator.console.connected.PART", 4_000)
    notes = [f"note {number} {'x' * 3_900}" for number in range(200)]
    with table(folder) as host:
        host.type("as communications", *notes)
        host.sees("notes: 199 ")
        deaf, raw = host.connects(), host.connects()
        deaf.send({**HELLO, "watch": True})
        raw.send({**HELLO, "role": "ml-on-call"})
        host.sees("p1 is Eve")
        host.asks("note while they read", "notes: while they read")
        raw.sees(b'"ready"')
        host.asks("note live", "notes: live")
        raw.sees(b'"live"')
        host.ends()
        raw.is_hung_up_on()

    told = [json.loads(line) for line in raw.bytes.splitlines()]
    events = [message["event"] for message in told if "event" in message]
    words = [event["data"]["text"].split()[0] for event in events if event["kind"] == "note"]
    assert words == [*map(str, range(200)), "while", "live"]
    assert [*told[0]] == ["welcome"]
    assert told[-1] == {"bye": ""}


def test_a_guest_that_does_not_read_holds_nobody_up(folder: Path) -> None:
    """A process that was stopped: the drill goes to its end without it."""
    with table(folder, speed=600.0, minutes=60) as host:
        deaf = knock(folder)
        deaf.sendall(json.dumps({**HELLO, "role": "ml-on-call"}).encode() + b"\n")
        host.sees("p1 is Eve")
        host.type("start")
        record = host.ended()
        deaf.close()

    assert record.events[-1].t == 3600


def test_the_door_is_for_this_user_alone_and_closes_with_the_drill(folder: Path) -> None:
    """A private folder, an address that only the user can read; afterwards nothing is left of either."""
    with table(folder) as host:
        address = folder / ADDRESS
        path = Path(json.loads(address.read_text())["socket"])
        modes = [address.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777]
        host.ends()

    assert modes == [0o600, 0o700]
    assert not address.exists()
    assert not path.parent.exists()
    with pytest.raises(ClosedError, match="nobody hosts a table here"):
        knock(folder)


def test_an_address_that_somebody_wrote_costs_no_file(tmp_path: Path) -> None:
    """Whatever a ``table.json`` names that no door has made stays: files, sockets, folders, a table that is hosted."""
    mine = tmp_path / "precious" / "table"
    mine.parent.mkdir()
    mine.write_text("kept", encoding="utf-8")
    private = tmp_path / "drill-mine" / "table"
    private.parent.mkdir(mode=0o700)
    private.write_text("kept", encoding="utf-8")
    with socket.socket(socket.AF_UNIX) as other, table(tmp_path / "hosted") as host:
        elsewhere = tmp_path / "precious" / "s"
        other.bind(str(elsewhere))
        hosted = Path(json.loads((host.folder / ADDRESS).read_text())["socket"])
        for named in (mine, private, elsewhere, hosted, tmp_path, "\0", 7):
            (tmp_path / ADDRESS).write_text(json.dumps({"socket": named}, default=str), encoding="utf-8")
            Door(tmp_path).close()
        host.joins("Ana")
        assert elsewhere.exists()

    assert mine.read_text(encoding="utf-8") == private.read_text(encoding="utf-8") == "kept"


def test_what_a_killed_host_has_left_is_taken_away(tmp_path: Path) -> None:
    """Its socket and the private folder of that."""
    killed = Door(tmp_path)
    left = Path(json.loads((tmp_path / ADDRESS).read_text())["socket"])
    killed.socket.close()
    Door(tmp_path).close()

    assert not left.parent.exists()


def test_the_address_is_written_through_no_link(tmp_path: Path) -> None:
    """A link in its place is replaced, and what it points to stays as it is."""
    precious = tmp_path / "precious"
    precious.write_text("kept", encoding="utf-8")
    precious.chmod(0o644)
    run = tmp_path / "run"
    run.mkdir()
    (run / f".{ADDRESS}.new").symlink_to(precious)
    door = Door(run)
    knock(run).close()
    door.close()

    assert precious.read_text(encoding="utf-8") == "kept"
    assert precious.stat().st_mode & 0o777 == 0o644


def test_a_path_that_is_too_long_for_a_socket_is_avoided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever temporary files go, and however deep the run's folder lies."""
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    monkeypatch.setattr("tempfile.tempdir", str(deep))
    with table(deep / "run") as host:
        host.joins("Ana")


def test_a_watcher_reads_along_and_types_nothing(folder: Path) -> None:
    """A view to share on a screen: no seat, no name, no line in the record."""
    with table(folder) as host:
        watcher = host.sits(Hello(watch=True))
        watcher.sees("You read along")
        ana = host.joins("Ana", role="ml-on-call")
        watcher.type("note nobody hears me")
        ana.asks("note for all to see", "notes: for all to see")
        watcher.sees("notes: for all to see")
        record = host.ends()

    assert payloads(record, Joined) == [Joined("p1")]
    assert payloads(record, Noted) == [Noted("for all to see")]
    assert watcher.goes_home() == ""


def test_the_clock_does_not_wait_for_guests(folder: Path) -> None:
    """A paced drill with company ends at its horizon by itself."""
    with table(folder, speed=600.0) as host:
        host.joins("Ana", role="ml-on-call")
        host.type("start")
        record = host.ended()

    assert record.events[-1].t == 600
    assert payloads(record, Acknowledged) == []


def test_who_sits_at_a_table_knows_when_it_starts(folder: Path) -> None:
    """What happened before they came is told to them in order."""
    with table(folder) as host:
        host.asks("start", "Time stands until")
        host.asks("wait 2", "It is 09:22.")
        ana = host.joins("Ana", role="ml-on-call")
        ana.asks("status", "as ml-on-call")

        wait_until(lambda: "09:22" in ana.text, lambda: ana.text)
