"""Draws are keyed: who else draws, and how much, changes nothing."""

from __future__ import annotations

import numpy as np

from simulator.world.draws import Draws, stream_key


def test_a_place_gives_the_same_draws_whatever_was_drawn_before() -> None:
    """The draws of a seed, stream and step do not depend on the order of use."""
    draws = Draws()
    first = draws.at(7, stream_key("requests"), 3).poisson(100, size=50).tolist()
    draws.at(7, stream_key("codes"), 3).poisson(5, size=1000)

    assert draws.at(7, stream_key("requests"), 3).poisson(100, size=50).tolist() == first


def test_places_that_differ_give_draws_that_differ() -> None:
    """Another seed, stream or step is another stream of draws; the past has steps of its own."""
    draws = Draws()
    places = [(7, "a", 3), (8, "a", 3), (7, "b", 3), (7, "a", 4), (7, "a", -3)]
    drawn = {tuple(draws.at(seed, stream_key(name), step).random(4)) for seed, name, step in places}

    assert len(drawn) == len(places)


def test_steps_of_a_stream_are_independent_draws_of_the_same_law() -> None:
    """Over 4,000 steps the mean of a uniform draw lies within four standard errors of one half."""
    draws = Draws()
    values = np.array([draws.at(1, stream_key("x"), step).random() for step in range(4000)])

    assert abs(values.mean() - 0.5) < 4 * np.sqrt(1 / 12 / len(values))
    assert abs(np.corrcoef(values[:-1], values[1:])[0, 1]) < 4 / np.sqrt(len(values))
