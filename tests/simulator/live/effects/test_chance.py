"""Draws are keyed, and courses mean what they mean in the simulated world."""

from __future__ import annotations

from itertools import product
from typing import get_args, get_type_hints

import numpy as np
import pytest
from scipy import stats

from simulator.live.effects.chance import chance, intensity, stream
from simulator.live.effects.evenly import evenly
from simulator.live.lease import Course
from simulator.world.courses import level_of

SHAPES = get_args(get_type_hints(Course)["shape"])


def test_draws_are_those_of_seed_stream_and_key() -> None:
    """They are the same wherever they are drawn, and another one with anything else."""
    assert chance(7, "hit", "r-1") == stream(7, "hit")("r-1")
    assert (
        len(
            {
                chance(7, "hit", "r-1"),
                chance(8, "hit", "r-1"),
                chance(7, "hot", "r-1"),
                chance(7, "hit", "r-2"),
            }
        )
        == 4
    )
    assert chance(7, "a", "bc") != chance(7, "ab", "c")


def test_draws_stay_what_they_were() -> None:
    """A fault of last year can be repeated request by request."""
    assert [round(chance(seed, "hit", key), 9) for seed, key in ((0, ""), (7, "r-1"), (-1, "é\ud800"))] == [
        0.460602714,
        0.023252705,
        0.388984326,
    ]


def test_draws_are_uniform_and_do_not_follow_each_other() -> None:
    """20,000 draws by running number pass Kolmogorov and Smirnov at 1 %, and neighbours are not alike."""
    draw = stream(7, "hit")
    draws = np.array([draw(f"r-{number}") for number in range(20_000)])

    assert draws.min() >= 0
    assert draws.max() < 1
    assert stats.kstest(draws, "uniform").pvalue > 0.01
    assert abs(np.corrcoef(draws[1:], draws[:-1])[0, 1]) < 0.03


@pytest.mark.parametrize(
    ("shape", "ramp_s", "duration_s"),
    [
        one
        for one in product(SHAPES, (0.0, 60.0, 600.0), (None, 300.0, 900.0))
        if one
        not in (("pulse", 0.0, None), *(("periodic", 0.0, duration) for duration in (None, 300.0, 900.0)))
    ],
)
def test_a_course_is_as_strong_as_the_simulated_one(
    shape: str, ramp_s: float, duration_s: float | None
) -> None:
    """Second by second, the level is that of the world's shape at the same age in minutes."""
    seconds = np.arange(0.0, duration_s or 1000.0, 7.0)
    minutes = None if duration_s is None else duration_s / 60
    expected = level_of(shape, seconds / 60, ramp_s / 60, minutes)
    course = Course(shape, ramp_s, duration_s)  # type: ignore[arg-type]

    np.testing.assert_allclose([intensity(course, second) for second in seconds], expected, atol=1 / 64)
    assert np.mean(np.isclose([intensity(course, second) for second in seconds], expected, atol=1e-12)) > 0.97


@pytest.mark.parametrize("shape", SHAPES)
def test_a_course_has_a_beginning_and_an_end(shape: str) -> None:
    """There is nothing before the lease was granted, and nothing after the course."""
    course = Course(shape, ramp_s=10.0, duration_s=60.0)

    assert intensity(course, -0.1) == 0
    assert intensity(course, 60.0) == 0
    assert intensity(course, 35.0) > 0


def test_running_numbers_are_spread_evenly() -> None:
    """Each block of 256 has every 256th part once, and 16 blocks every 4,096th; hit and delay together too."""
    hit, delay = evenly(7, "hit"), evenly(7, "delay.0", crossed=True)
    points = np.array([[hit(f"r-{number}"), delay(f"r-{number}")] for number in range(4096)])

    for begin, count in ((0, 256), (256, 256), (3840, 256), (0, 4096)):
        for parts in [2**bits for bits in range(count.bit_length())]:
            cells = np.floor(points[begin : begin + count] * [parts, count // parts])
            assert len(np.unique(cells, axis=0)) == count


def test_running_numbers_have_no_rhythm() -> None:
    """What is in the tail comes after gaps of many lengths, not whenever a number of requests has passed."""
    delay = evenly(7, "delay.0", crossed=True)
    tail = [number for number in range(20_000) if delay(f"r-{number}") > 0.99]
    gaps = np.diff(tail)

    assert len(set(gaps)) > 80
    assert gaps.std() > 40


@pytest.mark.parametrize("name", ["r-{}", "{}", "user-{}-x", "r-{}-7", "{}000"])
def test_each_draw_alone_is_uniform_whatever_ids_look_like(name: str) -> None:
    """Over blocks, seeds and streams; and neighbours, seeds and streams do not follow each other."""
    draws = np.array([[evenly(seed, "hit")(name.format(n)) for n in range(2000)] for seed in range(5)])
    other = np.array([evenly(0, "delay.0", crossed=True)(name.format(n)) for n in range(2000)])

    assert stats.kstest(draws.ravel(), "uniform").pvalue > 0.01
    assert abs(np.corrcoef(draws[0], draws[1])[0, 1]) < 0.08
    assert abs(np.corrcoef(draws[0], other)[0, 1]) < 0.08
    assert abs(np.corrcoef(draws[:, 1:].ravel(), draws[:, :-1].ravel())[0, 1]) < 0.03


def test_one_request_over_many_seeds_is_uniform() -> None:
    """No place in a block is favoured."""
    for id in ("r-0", "r-255", "17"):
        draws = [evenly(seed, "delay.0", crossed=True)(id) for seed in range(3000)]
        assert stats.kstest(draws, "uniform").pvalue > 0.01


@pytest.mark.parametrize("id", ["", "r-", "٣٤", "²", "9" * 400, "\ud8001", "0007"])
def test_odd_ids_are_drawn_like_others(id: str) -> None:
    """Nothing that a client sends as an id stops a request."""
    assert 0 <= evenly(7, "hit")(id) < 1
