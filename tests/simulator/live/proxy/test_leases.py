from __future__ import annotations

import asyncio
import errno
import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.live.effects import prepared
from simulator.live.lease import Cap, Course, Effect, Lease, Stop
from simulator.live.proxy import journal as journals
from simulator.live.proxy.bounds import RefusedError
from simulator.live.proxy.control import lease_of
from simulator.live.proxy.counters import Counters
from simulator.live.proxy.journal import Journal, NotWrittenError
from simulator.live.proxy.leases import Table
from simulator.live.proxy.log import Log
from simulator.live.proxy.stops import Window
from tests.simulator.live.proxy.stage import run

SHIFT = Effect("shift", {"field": "a", "by": 1.0})


class Clocks:
    """Hands of two clocks that a test sets."""

    def __init__(self) -> None:
        self.now, self.wall = 1000.0, 1_800_000_000.0

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds


def table_of(folder: Path, clocks: Clocks, cap: Cap | None = None) -> Table:
    counters = Counters()
    log = Log(folder / "journal.jsonl.log", now=lambda: clocks.now, wall=lambda: clocks.wall)
    return Table(
        cap=cap or Cap(),
        journal=Journal(folder / "journal.jsonl"),
        prepare=prepared,
        counters=counters,
        log=log,
        now=lambda: clocks.now,
        wall=lambda: clocks.wall,
    )


def lease(id: str = "f1", *effects: Effect, **with_: Any) -> Lease:
    return Lease(id, effects or (SHIFT,), **{"seed": 7, **with_})


def journalled(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "journal.jsonl").read_text().splitlines()]


def live(table: Table) -> list[str]:
    return [grant.lease.id for grant in table.live()]


def refusal(table: Table, wanted: Lease) -> tuple[int, str]:
    with pytest.raises(RefusedError) as refused:
        run(table.grant(wanted))
    return refused.value.status, refused.value.sentence


def test_a_lease_ends_by_the_clock_alone(tmp_path: Path) -> None:
    """Fifteen seconds after the last word it is over, though nothing was swept."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks)
    run(table.grant(lease()))
    clocks.pass_(10)
    table.renew("f1")

    states = []
    for seconds in (14.9, 0.1):
        clocks.pass_(seconds)
        states.append(live(table))

    assert states == [["f1"], []]


@pytest.mark.parametrize(
    ("seconds", "ends", "status", "words"),
    [
        (15.0, "", 404, "nobody renewed the lease 'f1' in time: ask for it anew"),
        (5.0, "enough", 410, "the lease 'f1' has ended: enough"),
        (12.0, "", 410, "the lease 'f1' has ended: it has run its course"),
    ],
)
def test_what_has_ended_cannot_be_renewed(
    tmp_path: Path, seconds: float, ends: str, status: int, words: str
) -> None:
    """The caller is told why, and by the status whether it may ask anew (404) or not (410)."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks)
    run(table.grant(lease(course=Course(duration_s=12 if seconds == 12 else 100))))
    clocks.pass_(seconds)
    if ends:
        table.end("f1", ends)

    with pytest.raises(RefusedError) as refused:
        table.renew("f1")

    assert (refused.value.status, refused.value.sentence) == (status, words)


def test_a_lease_ends_with_its_course(tmp_path: Path) -> None:
    """However often it is renewed."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks)
    run(table.grant(lease(course=Course(duration_s=20))))
    clocks.pass_(10)
    table.renew("f1")
    clocks.pass_(10)

    assert live(table) == []
    table.sweep()
    table.close()
    assert journalled(tmp_path)[-1]["what"] == "over"


def test_who_adds_up_what_a_lease_did_can_tell_its_grants_apart(tmp_path: Path) -> None:
    """One that is asked for anew counts from 0 again; what an ended one did stands until then."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks)
    run(table.grant(lease())).touched = 5000
    clocks.pass_(16)
    table.sweep()
    (ended,) = table.told()
    run(table.grant(lease())).touched = 12
    (anew,) = table.told()

    assert (ended["touched"], ended["granted_s"], ended["age_s"]) == (5000, 1000.0, 16.0)
    assert (anew["touched"], anew["granted_s"], anew["age_s"]) == (12, 1016.0, 0.0)


def test_a_wall_clock_that_jumps_changes_no_lease(tmp_path: Path) -> None:
    """Neither does it end one, nor does it lengthen what the cap allows."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks, Cap(until=clocks.wall + 60))
    run(table.grant(lease()))
    clocks.wall -= 1e6
    before = live(table)
    clocks.pass_(14.9)
    table.renew("f1")
    clocks.now += 14
    table.renew("f1")
    clocks.now += 14
    table.renew("f1")
    clocks.now += 14
    table.renew("f1")
    clocks.now += 60 - 14.9 - 42

    assert before == ["f1"]
    assert live(table) == []
    assert refusal(table, lease("f2"))[0] == 403


def test_it_is_on_the_disk_before_it_is_in_force(tmp_path: Path) -> None:
    """While the journal is written, nothing is touched; then the line says all that was asked for."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks)
    wanted = lease(course=Course("linear", 10), stop=Stop(p99_ms=100))

    async def scenario() -> tuple[list[str], list[str]]:
        granting = asyncio.ensure_future(table.grant(wanted))
        await asyncio.sleep(0)
        before = live(table)
        await granting
        return before, live(table)

    assert run(scenario()) == ([], ["f1"])
    (line,) = journalled(tmp_path)
    assert line["what"] == "granted"
    assert lease_of(json.dumps(line["lease"]), "f1") == wanted


def test_on_a_full_disk_nothing_is_granted_and_everything_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """507 and a sentence; what is in force ends as before, and what the journal holds stays readable."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks)
    run(table.grant(lease()))

    def full(fd: int, data: bytes) -> int:
        if len(data) < 20:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, bytes(data)[:10])

    write = os.write
    monkeypatch.setattr(journals.os, "write", full)
    found = refusal(table, lease("f2"))
    table.renew("f1")
    table.end("f1", "enough")
    table.close()

    assert found[0] == 507
    assert "No space left on device" in found[1]
    assert live(table) == []
    assert [line["what"] for line in journalled(tmp_path)] == ["granted"]


def test_a_line_that_a_crash_cut_off_spoils_no_other(tmp_path: Path) -> None:
    """The next one begins anew."""
    (tmp_path / "journal.jsonl").write_text('{"what": "gran')
    Journal(tmp_path / "journal.jsonl").append({"what": "granted"})

    lines = (tmp_path / "journal.jsonl").read_text().splitlines()

    assert json.loads(lines[1]) == {"what": "granted"}


def test_a_folder_that_is_gone_refuses_leases_too(tmp_path: Path) -> None:
    """Whatever keeps the journal from being written."""
    with pytest.raises(NotWrittenError, match="No such file"):
        Journal(tmp_path / "gone" / "journal.jsonl").append({})


def test_who_ends_everything_ends_what_is_being_granted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow disk does not bring a fault back after the panic."""
    table = table_of(tmp_path, Clocks())
    release = threading.Event()
    append = Journal.append
    monkeypatch.setattr(Journal, "append", lambda self, entry: (release.wait(10), append(self, entry))[1])

    async def scenario() -> None:
        granting = asyncio.ensure_future(table.grant(lease()))
        await asyncio.sleep(0.01)
        table.end_all("panic")
        release.set()
        await granting

    with pytest.raises(RefusedError, match="meanwhile somebody ended leases"):
        run(scenario())
    assert live(table) == []


@pytest.mark.parametrize(
    ("cap", "wanted", "words"),
    [
        (Cap(share=0.3), lease(share=0.4), "a share of 0.4 is more than the 0.3"),
        (Cap(effects=("delay",)), lease(), "the effect 'shift' is not allowed here: delay"),
        (Cap(fields=("b",)), lease(), "the field 'a' may not be changed here: b"),
        (Cap(until=0), lease(), "the time for which faults are allowed here is over"),
    ],
)
def test_nothing_beyond_the_cap_is_granted(tmp_path: Path, cap: Cap, wanted: Lease, words: str) -> None:
    """Share, effects, fields, and the time."""
    status, sentence = refusal(table_of(tmp_path, Clocks(), cap), wanted)

    assert status == 403
    assert words in sentence
    assert not (tmp_path / "journal.jsonl").exists()


def test_leases_together_stay_below_the_cap(tmp_path: Path) -> None:
    """Two that fall on different requests touch what they add up to; one that has ended counts no more."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks, Cap(share=0.5))
    run(table.grant(lease(share=0.3)))
    found = refusal(table, lease("f2", share=0.3))
    table.end("f1", "enough")
    run(table.grant(lease("f2", share=0.3)))

    assert found == (403, "a share of 0.3, with 0.3 in force, is more than the 0.5 that is allowed here")
    assert live(table) == ["f2"]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (lease("a/b"), "a lease is called by"),
        (lease(seconds=15.1), "at most 15 s, not for 15.1"),
        (lease(seconds=0), "at most 15 s, not for 0"),
        (lease(share=1.5), "between 0 and 1, not 1.5"),
        (Lease("f1", (), 1), "1 to 50 effects, not 0"),
        (lease("f1", Effect("dealy")), "is of no kind that there is"),
        (lease("f1", Effect("delay", {"ms": -1})), "delay"),
        (lease(stop=Stop()), "names an error ratio or a p99"),
        (lease(course=Course("periodic")), "says in ramp_s how long its period is"),
        (lease(course=Course("pulse")), "says in duration_s how long it is"),
        (lease(stop=Stop(error_ratio=0.1, window_s=0)), "looks back 0.1 s to an hour"),
        (lease(paths=("predict",)), "paths begin with a slash"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(tmp_path: Path, wanted: Lease, words: str) -> None:
    """Before anything is written."""
    status, sentence = refusal(table_of(tmp_path, Clocks()), wanted)

    assert status == 422
    assert words in sentence
    assert not (tmp_path / "journal.jsonl").exists()


def test_the_same_lease_again_renews_it_and_another_is_refused(tmp_path: Path) -> None:
    """Asking twice harms nobody; changing what is in force does."""
    clocks = Clocks()
    table = table_of(tmp_path, clocks)
    run(table.grant(lease()))
    clocks.pass_(10)
    run(table.grant(lease()))
    clocks.pass_(10)

    assert live(table) == ["f1"]
    assert refusal(table, lease(share=0.5))[0] == 409
    assert len(journalled(tmp_path)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "written as JSON"),
        ("[" * 100_000, "written as JSON"),
        ("[]", "is a mapping"),
        ('{"seed": 1}', "'effects' is missing"),
        ('{"effects": [], "seed": 1, "id": "other"}', "is put to 'f1'"),
        ('{"effects": [], "seed": 1, "shrae": 0.1}', "has no 'shrae'"),
        ('{"effects": [], "seed": 1, "course": {"shap": 1}}', "has no 'shap'"),
        ('{"effects": [{"kind": "delay", "wiht": {}}], "seed": 1}', "has no 'wiht'"),
        ('{"effects": [], "seed": 1, "share": NaN}', "a number of a sensible size"),
        ('{"effects": [], "seed": 1, "share": "1"}', "a number of a sensible size"),
        ('{"effects": 5, "seed": 1}', "where a list belongs"),
        ('{"effects": [], "seed": 1, "course": {"shape": "cliff"}}', "is none of"),
    ],
)
def test_what_is_no_lease_is_told_so(text: str, words: str) -> None:
    """A sentence for each, and a misspelt key is not passed over."""
    with pytest.raises(RefusedError) as refused:
        lease_of(text, "f1")
    assert words in refused.value.sentence


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "effects", "kind", "with", "course", "stop", "seed", "x"]), inner
        )
    ),
    max_leaves=8,
)


@given(_JSON)
def test_any_json_is_a_lease_or_refused(data: object) -> None:
    """Never a traceback."""
    try:
        found = lease_of(json.dumps(data), "f1")
    except RefusedError:
        return
    assert found.id == "f1"


def test_a_stop_condition_sees_the_last_answers_alone() -> None:
    """What failed before the window does not count; too few answers say nothing."""
    window = Window(Stop(error_ratio=0.5, window_s=10, least_requests=4))
    for second in range(4):
        window.add(second, 0.01, True)
    early = window.worse(4)
    for second in range(20, 24):
        window.add(second, 0.01, second == 20)

    assert early == "100.0% of 4 answers failed: more than 50.0%"
    assert window.worse(24) == ""
    assert window.worse(40) == ""


def test_a_stop_condition_sees_slow_answers() -> None:
    """One in fifty is slow: the 99th percentile is."""
    window = Window(Stop(p99_ms=200, least_requests=100))
    for number in range(100):
        window.add(0, 0.5 if number % 50 == 0 else 0.01, False)
    calm = Window(Stop(p99_ms=200, least_requests=100))
    for number in range(200):
        calm.add(0, 0.5 if number == 0 else 0.01, False)

    assert window.worse(1).startswith("p99 of 100 answers is 497 ms")
    assert calm.worse(1) == ""


def test_a_stop_condition_sees_what_is_under_way() -> None:
    """A target that hangs answers nobody, and is late from the moment on at which it should have."""
    window = Window(Stop(p99_ms=5000, least_requests=50))
    for _ in range(100):
        window.add(0, 0.01, False)

    assert window.worse(3, [3.0] * 60) == ""
    found = "p99 of 160 requests, 60 of them under way, is 6022 ms: more than 5000 ms"
    assert window.worse(6, [6.0] * 60) == found
    assert window.worse(60, [7.0] * 60).startswith("p99 of 60 requests, 60 of them under way")
    assert window.worse(60, [7.0] * 49) == ""
    assert Window(Stop(error_ratio=0.5)).worse(60, [7.0] * 60) == ""


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (None, "it does not stop by itself when answers fail or come too late, and here it has to"),
        (Stop(p99_ms=1000), "it stops by itself by no error ratio, and here it has to by 0.5 at most"),
        (Stop(error_ratio=0.9, p99_ms=1000), "by the error ratio 0.9, and here it has to by 0.5 at most"),
        (Stop(error_ratio=0.5, p99_ms=9000), "by the p99 in ms 9000, and here it has to by 1000 at most"),
        (Stop(0.5, 1000, window_s=60), "by the window in s 60, and here it has to by 10 at most"),
        (
            Stop(0.5, 1000, least_requests=500),
            "by the number of requests 500, and here it has to by 50 at most",
        ),
    ],
)
def test_no_lease_is_granted_that_would_not_stop_as_soon_as_the_cap_says(
    tmp_path: Path, stop: Stop | None, words: str
) -> None:
    """Whoever asks for it: the cap is signed."""
    table = table_of(tmp_path, Clocks(), Cap(stop=Stop(error_ratio=0.5, p99_ms=1000)))
    run(table.grant(lease("f0", share=0.0, stop=Stop(error_ratio=0.5, p99_ms=800))))

    status, sentence = refusal(table, lease(stop=stop))

    assert status == 403
    assert words in sentence


def test_what_stopped_by_itself_says_so(tmp_path: Path) -> None:
    """And cannot be renewed: whoever asked for it hears why."""
    table = table_of(tmp_path, Clocks())
    run(table.grant(lease(stop=Stop(error_ratio=0.5))))
    for _ in range(50):
        table.observe(0.01, failed=True)
    table.sweep()

    with pytest.raises(RefusedError) as refused:
        table.renew("f1")

    assert refused.value.status == 410
    assert "it stopped by itself: 100.0% of 50 answers failed: more than 50.0%" in refused.value.sentence


def test_the_log_gives_what_is_new(tmp_path: Path) -> None:
    """By running number; what nobody asked for in time is counted as lost; the file has it all."""
    log = Log(tmp_path / "log", now=lambda: 5.0, wall=lambda: 6.0)
    for number in range(50_010):
        log.add("touched", {"number": number})
    log.write(log.waiting())

    first, later = json.loads(log.since(0)), json.loads(log.since(50_008))

    assert (first["lost"], first["next"], len(first["entries"])) == (10, 10_010, 10_000)
    assert first["entries"][0] == {"n": 11, "what": "touched", "at": 6.0, "monotonic": 5.0, "number": 10}
    assert [entry["n"] for entry in later["entries"]] == [50_009, 50_010]
    assert json.loads(log.since(50_010)) == {"entries": [], "next": 50_010, "lost": 0}
    assert json.loads(log.since(10**17)) == first
    assert len((tmp_path / "log").read_text().splitlines()) == 50_010
