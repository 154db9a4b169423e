"""Where a lease falls, and where nothing does."""

from __future__ import annotations

import json

import pytest

from simulator.live.lease import Effect
from tests.simulator.live.proxy.stage import Played, post, run, stage

SHIFT = Effect("shift", {"field": "a", "by": 1.0})


def _touched(path: str, *, of: str, spared: tuple[str, ...] = ()) -> bool:
    """Whether a request to a path is, by a lease of another."""
    target = Played()

    async def scenario() -> None:
        async with stage(target, spared=spared) as proxy:
            await proxy.grant(SHIFT, paths=(of,))
            await proxy.ask(post(b'{"a": 1}', path=path))

    run(scenario())
    return bool(json.loads(target.bodies[0])["a"] == 2)


@pytest.mark.parametrize(
    ("path", "of"),
    [
        ("/score", "/score"),
        ("/score?a=/", "/score"),
        ("/score/one", "/score"),
        ("/v1/models/m", "/v1/models/"),
        ("/anything", "/"),
    ],
)
def test_a_lease_falls_on_its_path_and_on_what_lies_below(path: str, of: str) -> None:
    assert _touched(path, of=of)


@pytest.mark.parametrize(
    ("path", "of"),
    [
        ("/scores/export", "/score"),
        ("/score-admin", "/score"),
        ("/nodes/model-shadow", "/nodes/model"),
        ("/v1/models-of-others", "/v1/models/"),
        ("/v1/score", "/score"),
        ("/", "/score"),
    ],
)
def test_a_path_that_only_begins_alike_is_another(path: str, of: str) -> None:
    """An export beside the scores is no score."""
    assert not _touched(path, of=of)


@pytest.mark.parametrize("path", ["/score/status", "/score/%73tatus?full=1", "/score//status/"])
def test_the_service_says_where_else_it_is_watched(path: str) -> None:
    """However that is written, and though it lies below what a lease touches."""
    spared = ("/score/status?full=1", "/")

    assert _touched(path, of="/score")
    assert not _touched(path, of="/score", spared=spared)
    assert _touched("/score/one", of="/score", spared=spared)
