"""A share of the requests is no more than that, whatever clients call them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from simulator.live.effects import prepared
from simulator.live.lease import Course, Effect, Lease
from tests.simulator.live.proxy.stage import Played, answer_from, closed, post, run, stage

REFUSE = Effect("refuse", {"status": 503})
DUE = 0.2


def _refused(
    count: int, called: Callable[[int], str], *, field: str = "X-Request-Id", **with_: object
) -> int:
    """How many of the requests are, on one connection."""

    async def scenario() -> int:
        async with stage(Played()) as proxy:
            await proxy.grant(REFUSE, **{"share": DUE, **with_})
            reader, writer = await proxy.connect()
            found = 0
            for number in range(count):
                writer.write(post(b"{}", f"{field}: {called(number)}", ends=False))
                answer, _ = await answer_from(reader)
                found += answer.startswith(b"HTTP/1.1 503")
            await closed(writer)
            return found

    return run(scenario())


def _hit() -> str:
    """An id on which the lease falls."""
    ready = prepared(Lease("f1", (REFUSE,), 7, share=DUE))
    return next(id for id in (f"gw-{n}x" for n in range(1000)) if ready.fate(id, None, {}, 1.0) is not None)


def test_requests_of_one_name_are_hit_no_more_often_than_the_share() -> None:
    """A gateway may give all of them the same id, and the draw of that id would be the fate of all."""
    name = _hit()
    found = _refused(1000, lambda _: name)

    assert 1000 * DUE < found < 1000 * DUE + 5 + 5 * 13


def test_a_key_that_most_requests_share_is_hit_no_more_often_either() -> None:
    """A tenant that is nearly all of the traffic is not all of the share."""
    ready = prepared(Lease("f1", (REFUSE,), 7, share=DUE, sticky="header:X-Tenant"))
    tenant = next(
        name for name in map(str, range(1000)) if ready.fate("r", None, {"x-tenant": name}, 1.0) is not None
    )
    found = _refused(1000, lambda _: tenant, field="X-Tenant", sticky="header:X-Tenant")

    assert found < 1000 * DUE + 5 + 5 * 13


@pytest.mark.parametrize("name", ["r-{}", "{}-gateway"])
@pytest.mark.parametrize("course", [Course(), Course("linear", ramp_s=1e6, age_s=7e5)])
def test_requests_of_different_names_are_hit_as_ever(name: str, course: Course) -> None:
    """Nobody is let off: the same seed does the same to the same requests."""
    ready = prepared(Lease("f1", (REFUSE,), 7, share=DUE))
    strength = 0.703125 if course.ramp_s else 1.0
    drawn = sum(ready.fate(name.format(n), None, {}, strength) is not None for n in range(1500))

    assert _refused(1500, name.format, course=course) == drawn


def test_others_are_hit_again_when_the_share_is_there_again() -> None:
    """What was spared is not remembered against anybody."""
    name = _hit()
    found = _refused(600, lambda number: name if number < 200 else f"r-{number}")

    assert found > 600 * DUE * 0.9


def test_a_share_that_is_all_has_nothing_to_keep_to() -> None:
    """A fault on every request is one on every request."""
    assert _refused(50, lambda _: "same", share=1.0) == 50


def test_asking_for_a_body_in_pieces_counts_once() -> None:
    """A request that comes slowly is one request."""
    name = _hit()

    async def scenario() -> int:
        async with stage(Played()) as proxy:
            await proxy.grant(Effect("shift", {"field": "a", "by": 1}), share=DUE)
            reader, writer = await proxy.connect()
            for _ in range(200):
                request = post(b'{"a": 1}', f"X-Request-Id: {name}", ends=False)
                writer.write(request[:-4])
                await asyncio.sleep(0.001)
                writer.write(request[-4:])
                await answer_from(reader)
            await closed(writer)
            (told,) = proxy.plane.table.told()
            found = told["touched"]
            assert isinstance(found, int)
            return found

    assert 200 * DUE < run(scenario()) < 200 * DUE + 5 + 5 * 6
