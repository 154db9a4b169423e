"""Tasks that are worked on apart: the same results whoever works, and nothing lost when work is cut off."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random

import pytest

from generator.cache import Cache
from simulator.rehearsal.working import crews
from simulator.rehearsal.working.crews import processes
from simulator.rehearsal.working.kept import open_cache
from simulator.rehearsal.working.running import DeadWorkerError, TaskError, run
from simulator.rehearsal.working.standing import Pile, Running, Standing
from tests.simulator.rehearsal.toys import Answer, Deadly, Endless, Tied, Toy, Wrong
from tests.simulator.stages import ROOT

NO_CACHE = Cache(None, "")
PATIENCE_S = 60.0


def _here(tasks: Sequence[Toy], cache: Cache = NO_CACHE) -> tuple[Answer, ...]:
    return run(tasks, crews.here(), cache)


def _begun(folder: Path) -> int:
    return len(list(folder.iterdir()))


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def test_results_come_in_the_order_of_the_tasks_whoever_works() -> None:
    """One process, two of them, and threads that end in any order: equal to the last bit."""
    toys = [Toy(number) for number in range(20)]
    Random(7).shuffle(toys)
    alone = _here(toys)

    with processes(2) as crew, ThreadPoolExecutor(5) as threads:
        assert run(toys, crew, NO_CACHE) == alone
        assert run(toys, crews.given(threads, 5), NO_CACHE) == alone
    assert [answer.name for answer in alone] == [toy.what for toy in toys]
    assert all(type(part) is float for answer in alone for part in answer.parts[1:])


def test_what_was_found_out_is_not_worked_on_again(tmp_path: Path) -> None:
    """A second run asks the cache alone, and its results are those of the first."""
    (worked := tmp_path / "worked").mkdir()
    toys = [Toy(number, str(worked)) for number in range(5)]
    standing = Standing()

    first = run(toys, crews.here(), open_cache(tmp_path))
    second = run(toys, crews.here(), open_cache(tmp_path), standing=standing)

    assert first == second
    assert _begun(worked) == 5
    assert (standing.tasks, standing.kept, standing.done) == (5, 5, 0)


def test_what_another_rehearsal_has_found_out_meanwhile_is_not_worked_on(tmp_path: Path) -> None:
    """Two at once share a cache: the second asks again before each task."""
    toys, cache = [Toy(number) for number in range(4)], open_cache(tmp_path)
    standing = Standing()

    def meanwhile(now: Standing) -> None:
        if now.done == 1:
            run(toys, crews.here(), open_cache(tmp_path))

    run(toys, crews.here(), cache, meanwhile, standing=standing)

    assert (standing.kept, standing.done) == (3, 1)
    assert standing.share(0.0) == 1.0


def test_tasks_with_one_key_are_worked_on_once(tmp_path: Path) -> None:
    """Two runbooks that need the same share it."""
    assert _here([Toy(3, str(tmp_path)), Toy(3, str(tmp_path))])[0].value == 3 / 7
    assert _begun(tmp_path) == 1


@pytest.mark.parametrize("spoilt", ["cut", "foreign", "of another shape"])
def test_a_spoilt_entry_is_as_good_as_none(tmp_path: Path, spoilt: str) -> None:
    """Damaged on the disk, or made by something else: the task is worked on again, to the same result."""
    cache, toy = open_cache(tmp_path), Toy(1)
    first = _here([toy], cache)
    (entry,) = (tmp_path / "build/cache/rehearsals").iterdir()
    if spoilt == "cut":
        entry.write_bytes(entry.read_bytes()[:-3])
    elif spoilt == "foreign":
        entry.write_text("{}")
    else:
        cache.put(toy.key, {"name": "toy 1", "value": "much"})

    assert _here([toy], cache) == first


def test_other_code_finds_nothing_of_what_was_kept(tmp_path: Path) -> None:
    """A result says nothing of another engine."""
    _here([Toy(1)], Cache(tmp_path, "then"))
    standing = Standing()

    run([Toy(1)], crews.here(), Cache(tmp_path, "now"), standing=standing)

    assert standing.done == 1


def test_a_result_that_relied_on_another_text_is_not_used(tmp_path: Path) -> None:
    """Some tasks can only tell from the result what it depends on; they are asked."""
    cache = open_cache(tmp_path)

    assert [_here([Tied(1, text=text)], cache)[0].name for text in "aab"] == ["a", "a", "b"]


def test_a_worker_that_dies_is_survived(tmp_path: Path) -> None:
    """Its task is tried again with others, and the results are those of a quiet day."""
    toys = [Deadly(1, str(tmp_path)), *(Toy(number) for number in range(2, 12))]
    standing = Standing()

    with processes(2) as crew:
        results = run(toys, crew, NO_CACHE, standing=standing)

    assert results == _here([Toy(number) for number in range(1, 12)])
    assert standing.deaths == 1


def test_a_task_that_kills_every_worker_is_named(tmp_path: Path) -> None:
    """It is tried three times, at last alone, so that no other task is blamed; what the others found is kept."""
    (worked := tmp_path / "worked").mkdir()
    toys = [Toy(number) for number in range(8)]
    cache, standing = open_cache(tmp_path), Standing()

    with processes(2) as crew, pytest.raises(DeadWorkerError, match=r"^toy 100$"):
        run([Deadly(100, str(worked), times=9), *toys], crew, cache)

    assert _begun(worked) == 3
    run(toys, crews.here(), cache, standing=standing)
    assert standing.kept >= 7


def test_an_error_in_a_task_names_it_and_keeps_the_worker_s_traceback() -> None:
    """The first line is for people, the rest for the log."""
    with processes(2) as crew, pytest.raises(TaskError) as caught:
        run([Toy(1), Wrong(2)], crew, NO_CACHE)

    first, *rest = str(caught.value).splitlines()
    assert first == "toy 2: LookupError: no such toy"
    assert any("toys.py" in line for line in rest)


def test_no_more_tasks_are_given_away_than_there_are_workers(tmp_path: Path) -> None:
    """However many tasks there are, few of them take memory at a time."""
    most = 0

    def look(standing: Standing) -> None:
        nonlocal most
        most = max(most, len(standing.running))

    with processes(2) as crew:
        run([Toy(number) for number in range(30)], crew, NO_CACHE, look)

    assert most == 2


def test_an_interrupt_ends_all_work_at_once_and_keeps_what_is_done(tmp_path: Path) -> None:
    """Ctrl-C while a worker is in the middle of something endless: it is gone, and the rest is kept."""
    (worked := tmp_path / "worked").mkdir()
    cache, done = open_cache(tmp_path), [Toy(number) for number in range(3)]
    toys = [*done, Endless(99, str(worked))]

    def interrupt(standing: Standing) -> None:
        if standing.done == 3 and _begun(worked):
            raise KeyboardInterrupt

    with processes(2) as crew, pytest.raises(KeyboardInterrupt):
        run(toys, crew, cache, interrupt)
    (file,) = worked.iterdir()
    standing = Standing()
    run(done, crews.here(), cache, standing=standing)

    assert _is_gone(int(file.name.split("-")[1]))
    assert standing.kept == 3


def test_workers_do_not_outlive_whoever_is_killed(tmp_path: Path) -> None:
    """SIGKILL leaves no time to tidy up; workers see it by themselves."""
    script = (
        "from simulator.rehearsal.working.crews import processes\n"
        "from simulator.rehearsal.working.running import run\n"
        "from generator.cache import Cache\n"
        "from tests.simulator.rehearsal.toys import Endless\n"
        "with processes(2) as crew:\n"
        f"    run([Endless(1, {str(tmp_path)!r}), Endless(2, {str(tmp_path)!r})], crew, Cache(None, ''))\n"
    )
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT)
    _until(lambda: _begun(tmp_path) == 2)
    workers = [int(file.name.split("-")[1]) for file in tmp_path.iterdir()]

    process.kill()
    process.wait()

    assert process.returncode == -signal.SIGKILL
    _until(lambda: all(map(_is_gone, workers)))


def test_workers_do_not_hear_ctrl_c(tmp_path: Path) -> None:
    """A terminal sends it to all of them; it is for the command alone, which ends them."""
    toys, sent = [Endless(number, str(tmp_path)) for number in range(2)], []

    def interrupt(standing: Standing) -> None:
        if _begun(tmp_path) == 2 and not sent:
            sent.extend(int(file.name.split("-")[1]) for file in tmp_path.iterdir())
            for pid in sent:
                os.kill(pid, signal.SIGINT)
        elif sent:
            assert not any(map(_is_gone, sent))
            raise KeyboardInterrupt

    with processes(2) as crew, pytest.raises(KeyboardInterrupt):
        run(toys, crew, NO_CACHE, interrupt)

    assert all(map(_is_gone, sent))


def test_where_nothing_can_be_written_work_goes_on_and_it_is_said(tmp_path: Path) -> None:
    """A folder that is no folder: results come, and their number that was not kept."""
    (tmp_path / "build").write_text("in the way")
    standing = Standing()

    assert run([Toy(1)], crews.here(), open_cache(tmp_path), standing=standing) == _here([Toy(1)])
    assert standing.unkept == 1


def test_time_left_follows_from_the_pace_of_each_type_of_task() -> None:
    """Two workers, twenty seconds of quick work left and forty of slow work: half a minute, and half is done."""
    quick, slow = Pile(cost=60.0, done_cost=40.0, seconds=40.0), Pile(cost=3.0, done_cost=1.0, seconds=20.0)
    standing = Standing(tasks=8, done=4, piles={"quick": quick, "slow": slow}, workers=2)

    assert standing.seconds_left(0.0) == 30.0
    assert standing.share(0.0) == 0.5


def test_what_is_under_way_counts_as_far_as_it_should_be() -> None:
    """Five of its ten seconds have passed; later it counts whole, however long it takes."""
    pile = Pile(cost=20.0, done_cost=10.0, seconds=10.0)
    standing = Standing(tasks=2, done=1, piles={"toy": pile}, running={"a": Running("a", "toy", 10.0, 100.0)})

    assert (standing.seconds_left(105.0), standing.share(105.0)) == (5.0, 0.75)
    assert (standing.seconds_left(900.0), standing.share(900.0)) == (0.0, 1.0)


def test_nothing_is_guessed_before_anything_is_done() -> None:
    """No pace is known yet; and where nothing is to be done, all is."""
    assert Standing(tasks=1, piles={"toy": Pile(cost=5.0)}).seconds_left(0.0) is None
    assert Standing(tasks=1, piles={"toy": Pile(cost=5.0)}).share(0.0) == 0.0
    assert Standing(tasks=1, kept=1).share(0.0) == 1.0


def _is_gone(pid: int) -> bool:
    """Whether a process is no more, or is only waiting to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state in "ZX"
