"""What requests meet: refusals, errors, waiting, and hands that are turned meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generator.model import Control
from simulator.live.clock import Compression
from simulator.live.sandbox import shown
from simulator.live.sandbox.crew import Crew, FullError
from simulator.live.sandbox.fate import Lognormal, fate_of
from simulator.live.sandbox.given import Given
from simulator.live.sandbox.healthy import case_of
from simulator.live.sandbox.service import NoAnswerError, Sandbox
from simulator.live.sandbox.settings import as_released
from simulator.world.queue import FULL
from tests.simulator.live.sandbox.served import DELAYS, FRAUD, Clock, bench, given, run


def with_controls(*controls: Control) -> Given:
    shipped = given()
    return replace(shipped, service=replace(shipped.service, controls=controls))


def made_of(given: Given) -> Sandbox:
    return Sandbox(given, compression=Compression(600), seed=7, now=Clock(), pace=0.0)


def other(id: str, kind: str, default: object, value: object, **with_: object) -> Control:
    """A control of a kind that no shipped service has."""
    node = {"decision-threshold": "delay-model"}.get(kind, "delay-endpoint")
    return Control(
        id=id,
        kind=kind,
        title=id,
        cost="",
        minutes=1,
        default=default,  # type: ignore[arg-type]
        values=(default, value),  # type: ignore[arg-type]
        bindings=(),
        with_={"node": node, **with_},
    )


def test_a_share_is_refused_up_front_and_errors_are_as_rare_as_the_profile_says() -> None:
    """Shed requests get 429, as the simulated world counts them; who is refused is keyed by the id."""

    async def play() -> tuple[dict[int, int], float]:
        made = bench()
        made.turn("load-shed", 0.2)
        seen = {200: 0, 429: 0, 500: 0}
        for number in range(20000):
            asked = replace(case_of(made.sandbox.held, number % 2000), id=f"r-{number}")
            try:
                await made.sandbox.answer(asked.id, [asked])
                seen[200] += 1
            except NoAnswerError as error:
                seen[error.status] += 1
        return seen, made.gauge("model_inference_requests_total", code="429")

    seen, counted = run(play)

    assert counted == seen[429] == pytest.approx(4000, abs=5 * np.sqrt(3200))
    assert 0 < seen[500] < 30


def test_decisions_are_split_as_the_simulated_world_splits_them() -> None:
    """The share that is blocked, under the model and under the rules of the fallback."""
    for service, control, low, high in (
        (DELAYS, 1.0, 0.1, 0.4),
        (DELAYS, 0.0, 0.05, 0.4),
        (FRAUD, 1.0, 0.0, 0.1),
    ):

        async def play(service: str = service, share: float = control) -> float:
            made = bench(service)
            made.turn("traffic-split", share)
            await made.traffic(5)
            blocked = made.gauge("model_decisions_total", decision="block")
            return blocked / made.sandbox.counters.answers

        assert low < run(play) < high


def test_times_are_lognormal_through_both_quantiles_and_keyed_by_seed_and_id() -> None:
    """Half a percent of 20,000 ids around the quantiles of the profile."""
    times = Lognormal(given().service.profile.latency.model)
    drawn = np.array([times.at(fate_of(7, f"r-{number}").time) for number in range(20000)])

    assert abs((drawn <= 0.060).mean() - 0.5) < 0.018
    assert abs((drawn <= 0.220).mean() - 0.99) < 0.0035
    assert drawn.mean() == pytest.approx(times.mean_s, rel=0.03)
    assert times.at(fate_of(7, "r-3").time) == drawn[3]


def test_who_finds_all_places_taken_waits_and_more_than_that_are_refused() -> None:
    """Three places, and as many that wait as are served within the deadline: who comes next is one too many."""

    async def play() -> tuple[int, int, int]:
        service = given().service
        crew = Crew(service, Compression(1), usual_rate_per_s=12, pace=0.05)
        crew.settle(as_released(service))
        tasks = [asyncio.create_task(crew.serve("model", 0.5)) for _ in range(23)]
        done = await asyncio.gather(*tasks, return_exceptions=True)
        served = sum(one is None for one in done)
        while crew.busy:
            await asyncio.sleep(0.001)
        return crew.places, served, sum(isinstance(one, FullError) for one in done)

    assert run(play) == (3, 22, 1)


def test_more_workers_admit_who_waits_at_once() -> None:
    """Capacity takes effect on those who wait already, and a client that went away leaves no place taken."""

    async def play() -> int:
        service = given().service
        crew = Crew(service, Compression(1), usual_rate_per_s=12, pace=1000.0)
        crew.settle(as_released(service))
        tasks = [asyncio.create_task(crew.serve("model", 0.5)) for _ in range(6)]
        await asyncio.sleep(0)
        tasks[4].cancel()
        await asyncio.sleep(0)
        crew.settle(replace(as_released(service), workers=6))
        await asyncio.sleep(0)
        busy = crew.busy
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return busy

    assert run(play) == 5


@pytest.mark.parametrize(("rate_per_s", "workers"), [(12, 3), (21.5, 3), (32, 3), (32, 6), (80, 3)])
def test_requests_take_as_long_as_the_simulated_world_says_of_that_load(
    rate_per_s: float, workers: float
) -> None:
    """Many workers hardly ever let anybody wait; what few of them would is put back."""
    service = given().service
    crew = Crew(service, Compression(20), usual_rate_per_s=rate_per_s)
    crew.settle(replace(as_released(service), workers=workers))

    usual, used = 12 * 0.08 / 3, min(rate_per_s * 0.08 / workers, FULL)
    assert crew._crowding() == pytest.approx((1 - usual) / (1 - used))


def test_compression_multiplies_places() -> None:
    """So that load may be raised by as much."""
    made = bench()

    assert made.sandbox.crew.places == 60


def test_capacity_drains_and_restarts_move_the_places_that_serve() -> None:
    """A restart takes some away for its minutes, counts once, and passes by itself."""
    drain = other("drain", "drain", 0.0, 0.5)
    restart = other("restart", "restart", "running", "restarted", share_at_a_time=0.25, rolling_minutes=5)
    pin = other("pin", "pin-route", "balanced", "pinned", idle_share=0.5)
    slow = other("old-config", "configuration", "current", "previous", slowdown=1.5)

    async def play() -> list[int]:
        sandbox = made_of(with_controls(drain, restart, pin, slow))
        seen = [sandbox.crew.places]
        for control in (drain, restart, pin, slow):
            sandbox.turn(control, control.values[1])
            seen.append(sandbox.crew.places)
            sandbox.turn(control, control.default)
        sandbox.turn(restart, "restarted")
        sandbox.now.seconds += 301  # type: ignore[attr-defined]
        while sandbox.crew.places < seen[0]:
            await asyncio.sleep(0.01)
        return [*seen, sandbox.counters.restarts]

    assert run(play) == [1800, 900, 1350, 900, 1800, 2]


def test_a_decision_threshold_replaces_that_of_the_version_until_it_is_the_default_again() -> None:
    """Nothing passes under a threshold of nothing."""
    threshold = other("threshold", "decision-threshold", 0.333, 0.0)

    async def play() -> tuple[bool, bool]:
        sandbox = made_of(with_controls(threshold))
        asked = case_of(sandbox.held, 1)
        before = sandbox.scorer.score(asked).block
        sandbox.turn(threshold, 0.0)
        return before, sandbox.scorer.score(asked).block

    assert run(play) == (False, True)


def test_what_it_would_answer_is_one_digest_that_returns_with_its_settings() -> None:
    """Every setting but those of capacity and training changes it; turned back, it is what it was."""

    async def play() -> dict[str, bool]:
        made = bench()
        before = shown.digest(made.sandbox)
        changes = {}
        for control in made.sandbox.service.controls:
            value = next(value for value in control.values if value != control.default)
            made.turn(control.id, value)
            changes[control.id] = shown.digest(made.sandbox) != before
            made.turn(control.id, control.default)
            assert shown.digest(made.sandbox) == before
        return changes

    changes = run(play)

    assert {id for id, changed in changes.items() if not changed} == {
        "capacity",
        "load-shed",
        "training-freeze",
    }


def test_a_model_that_is_trained_learns_from_what_came_and_from_what_was_said_to_be_right() -> None:
    """On kilometres it learns another weight of distance; frozen, it does not."""

    async def play(frozen: bool) -> float:
        made = bench()

        def kilometres(inputs: dict[str, dict[str, object]]) -> None:
            miles = float(str(inputs["schedule-feed"]["distance_miles"]))
            inputs["schedule-feed"]["distance_miles"] = 1.609344 * miles

        await made.traffic(10, change=kilometres)
        if frozen:
            made.turn("training-freeze", "on")
        made.turn("retrain", "retrained")
        return made.sandbox.scorer.coefficients.slope["distance"]

    learned, healthy = run(lambda: play(False)), run(lambda: play(True))

    assert learned < 0.8 * healthy


def test_one_that_is_started_anew_goes_on_with_what_was_turned(tmp_path: Path) -> None:
    """A killed sandbox does not undo what responders did; what acts for some minutes has acted by then."""
    path = tmp_path / "kept.json"
    restart = other("restart", "restart", "running", "restarted", share_at_a_time=0.25, rolling_minutes=5)
    shipped = given()
    more = replace(shipped, service=replace(shipped.service, controls=(*shipped.service.controls, restart)))

    async def play() -> tuple[str, str, int, int]:
        before = Sandbox(more, compression=Compression(20), seed=7, now=Clock(), pace=0.0, kept=path)
        for control, value in (("pipeline-version", "v1"), ("capacity", 6), ("restart", "restarted")):
            before.turn(more.service.control(control), value)
        after = Sandbox(more, compression=Compression(20), seed=7, now=Clock(), pace=0.0, kept=path)
        assert after.turned == before.turned
        return shown.digest(before), shown.digest(after), before.crew.places, after.crew.places

    there, again, before, after = run(play)

    assert there == again
    assert (before, after) == (90, 120)
    assert [file.name for file in tmp_path.iterdir()] == ["kept.json"]


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"capacity": "many", "safe-mode": true, "x": 1}', b"[" * 10_000]
)
def test_whatever_stands_in_the_file_of_what_was_turned_it_starts(tmp_path: Path, content: bytes) -> None:
    """What is none of its controls' values is as if it were not there."""
    path = tmp_path / "kept.json"
    path.write_bytes(content)

    async def play() -> Sandbox:
        return Sandbox(given(), compression=Compression(20), seed=7, now=Clock(), pace=0.0, kept=path)

    sandbox = run(play)

    assert sandbox.turned == {control.id: control.default for control in given().service.controls}


def test_a_control_acts_even_where_the_disk_does_not_take_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The hand counts; the log says that it will not be remembered."""

    async def play() -> str:
        made = bench(kept=tmp_path / "nowhere" / "kept.json")
        made.turn("pipeline-version", "v1")
        return made.sandbox.scorer.settings.version["flight-pipeline"]

    assert run(play) == "v1"
    assert "what was turned is not kept" in caplog.text
