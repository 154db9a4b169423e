"""The draws of a batch are those of each seed, stream and step alone, whichever way they are made."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from simulator.world import native
from simulator.world.draws import Draws, stream_key
from simulator.world.lots import Lots, PlainLots, QuickLots, lots

SEEDS = (7, 8, -3, 2**70 + 1)
STREAMS = ("requests", "codes", "labels", "score", "unused")
WIDTHS = {"codes": 3, "score": 7}


def quick() -> Lots:
    call = native.functions()
    if call is None:
        pytest.skip("this numpy does not let its distributions be called by their names")
    return QuickLots(call, SEEDS, STREAMS)


def plain() -> Lots:
    return PlainLots(SEEDS, STREAMS)


def drawn(made: Lots, step: int) -> list[list[float]]:
    """Something of every law, a list a seed."""
    made.begin(step)
    many = made.poisson("requests", np.array([0.0, 3.5, 40.0, 1e5]))
    shares = np.array([[0.2, 0.5, 0.3], [0.0, 1.0, 0.0], [0.7, 0.3, 0.0], [0.999, 0.0005, 0.0005]])
    table = made.multinomials(WIDTHS)
    table.expect({"codes": shares, "score": np.full((4, 7), 1 / 7)})
    wobble = made.normals(["score"])
    made.draw(table, many)
    labelled = made.binomial("labels", many, np.full(4, 0.08))
    correct = made.binomial("labels", labelled, np.array([0.0, 0.5, 0.97, 1.0]))
    columns = [many, *table.counts["codes"].T, *wobble, *table.counts["score"].T, labelled, correct]
    found: list[list[float]] = np.column_stack(columns).tolist()
    return found


def drawn_alone(seed: int, place: int, step: int) -> list[float]:
    """The same of one seed, by numpy's own generators."""
    draws = Draws()
    many = draws.at(seed, stream_key("requests"), step).poisson([0.0, 3.5, 40.0, 1e5][place])
    shares = [[0.2, 0.5, 0.3], [0.0, 1.0, 0.0], [0.7, 0.3, 0.0], [0.999, 0.0005, 0.0005]][place]
    codes = draws.at(seed, stream_key("codes"), step).multinomial(many, shares)
    score = draws.at(seed, stream_key("score"), step)
    wobble, bins = score.standard_normal(), score.multinomial(many, np.full(7, 1 / 7))
    labels = draws.at(seed, stream_key("labels"), step)
    labelled = labels.binomial(many, 0.08)
    correct = labels.binomial(labelled, [0.0, 0.5, 0.97, 1.0][place])
    return [many, *codes, wobble, *bins, labelled, correct]


@pytest.mark.parametrize("made", [plain, quick])
@pytest.mark.parametrize("step", [-40, 0, 1234])
def test_a_batch_draws_what_each_seed_draws_alone(made: object, step: int) -> None:
    """Bit for bit, in the past and in the drill, for seeds of any size."""
    batch = drawn(made(), step)  # type: ignore[operator]

    assert batch == [drawn_alone(seed, place, step) for place, seed in enumerate(SEEDS)]


@pytest.mark.parametrize("made", [plain, quick])
def test_steps_may_be_drawn_in_any_order(made: object) -> None:
    """What was drawn before changes nothing."""
    one: Lots = made()  # type: ignore[operator]
    first = drawn(one, 5)
    drawn(one, 6)

    assert drawn(one, 5) == first


@pytest.mark.parametrize("made", [plain, quick])
def test_some_seeds_may_be_drawn_alone(made: object) -> None:
    """The others get nothing, and these get what they would in the whole batch."""
    one: Lots = made()  # type: ignore[operator]

    def counts(seeds: Sequence[int] | None) -> np.ndarray:
        table = one.multinomials({"codes": 3})
        table.expect({"codes": np.full((4, 3), 1 / 3)})
        one.begin(3)
        one.draw(table, np.array([50, 60, 70, 80]), seeds)
        return table.counts["codes"].copy()

    whole, some = counts(None), counts([1, 3])

    assert some[[1, 3]].tolist() == whole[[1, 3]].tolist()
    assert some[[0, 2]].sum() == 0


@pytest.mark.parametrize("made", [plain, quick])
@pytest.mark.parametrize("share", [np.nan, -0.1, 1.1])
def test_what_is_no_probability_is_refused(made: object, share: float) -> None:
    """A wrong model is an error, not a wrong count."""
    one: Lots = made()  # type: ignore[operator]
    table = one.multinomials({"codes": 2})

    with pytest.raises(ValueError, match="codes"):
        table.expect({"codes": np.full((4, 2), share)})


def test_the_quick_way_is_taken_only_where_it_draws_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """A numpy whose generators are laid out otherwise, or draw otherwise, is used as anybody uses it."""
    monkeypatch.setattr(native, "_POSITION", native._POSITION + 2)
    native.functions.cache_clear()
    try:
        assert isinstance(lots(SEEDS, STREAMS), PlainLots)
    finally:
        monkeypatch.undo()
        native.functions.cache_clear()
