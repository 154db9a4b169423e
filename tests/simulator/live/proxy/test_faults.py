from __future__ import annotations

import asyncio
import json

import pytest

from generator.model import Slice
from simulator.live.lease import Course, Effect, Stop
from tests.simulator.live.proxy.stage import (
    Played,
    answer_from,
    closed,
    get,
    named,
    post,
    run,
    stage,
    until,
)

LATE = Effect("delay", {"distribution": "constant", "ms": 100_000})
SHIFT = Effect("shift", {"field": "a", "by": 1.0})


def test_a_field_of_the_request_is_changed_and_the_request_says_so() -> None:
    """The target sees another value, the right length and who did it; the caller is told too, and so is the log."""
    target = Played()

    async def scenario() -> tuple[bytes, dict[str, object]]:
        async with stage(target) as proxy:
            await proxy.grant(SHIFT)
            answer = await proxy.ask(post(b'{"a": 9, "b": [1, {"c": null}]}', "X-Request-Id: r-1"))
            return answer, json.loads(proxy.plane.log.since(0))

    answer, log = run(scenario())

    assert json.loads(target.bodies[0]) == {"a": 10, "b": [1, {"c": None}]}
    assert named(target.heads[0], "x-drillbook-fault") == named(answer, "x-drillbook-fault") == [b"f1"]
    granted, touched = log["entries"]  # type: ignore[misc]
    assert (granted["what"], touched["what"]) == ("granted", "touched")
    assert touched["request"] == "r-1"
    assert touched["status"] == 200
    assert list(touched["leases"]) == ["f1"]


def test_a_lease_may_keep_quiet_about_itself() -> None:
    """Without the header nothing on the request tells."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            await proxy.grant(SHIFT, header=False)
            return await proxy.ask(post(b'{"a": 9}'))

    answer = run(scenario())

    assert json.loads(target.bodies[0]) == {"a": 10}
    assert named(target.heads[0], "x-drillbook-fault") == named(answer, "x-drillbook-fault") == []


@pytest.mark.parametrize(
    "path",
    [
        "/health",
        "/v2/health/live",
        "/v2/models/x/ready",
        "/METRICS",
        "/metrics/",
        "/metrics?x=1",
        "/%6detrics",
        "/%256detrics",
        "/a/..%2Fhealthz",
        "//livez;a=b",
        "http://elsewhere.example/readyz",
        "/ping",
    ],
)
def test_health_and_metrics_are_never_touched(path: str) -> None:
    """However they are written, and whatever a lease asks for."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            await proxy.grant(LATE, SHIFT, Effect("refuse", {"status": 503}), paths=("/",))
            return await proxy.ask(post(b'{"a": 1}', path=path))

    answer = run(scenario())

    assert answer.startswith(b"HTTP/1.1 200")
    assert target.bodies == [b'{"a": 1}']
    assert named(answer, "x-drillbook-fault") == []


def test_a_lease_touches_its_paths_alone() -> None:
    """Others pass."""
    target = Played()

    async def scenario() -> None:
        async with stage(target) as proxy:
            await proxy.grant(SHIFT, paths=("/predict",))
            for path in ("/predict", "/labels"):
                await proxy.ask(post(b'{"a": 1}', path=path))

    run(scenario())

    assert [json.loads(body)["a"] for body in target.bodies] == [2, 1]


def test_a_slice_and_a_share_pick_the_same_requests_each_time() -> None:
    """Who is touched follows from seed, id and field."""

    async def scenario() -> list[bool]:
        target = Played()
        async with stage(target) as proxy:
            await proxy.grant(SHIFT, share=0.5, slice=Slice("b", 1.0, 1.0))
            for number in range(40):
                body = b'{"a": 0, "b": %d}' % (number % 2)
                await proxy.ask(post(body, f"X-Request-Id: r-{number}"))
            return [json.loads(body)["a"] == 1 for body in target.bodies]

    first, second = run(scenario()), run(scenario())

    assert first == second
    assert not any(first[::2])
    assert 0 < sum(first[1::2]) < 20


def test_a_refusal_never_reaches_the_target() -> None:
    """The caller gets what the lease says; its connection goes on."""
    target = Played()

    async def scenario() -> tuple[bytes, bytes]:
        async with stage(target) as proxy:
            await proxy.grant(Effect("refuse", {"status": 503}), paths=("/predict",))
            reader, writer = await proxy.connect()
            writer.write(post(b"{}", ends=False))
            refused, _ = await answer_from(reader)
            writer.write(get("/else", ends=False))
            passed, _ = await answer_from(reader)
            await closed(writer)
            return refused, passed

    refused, passed = run(scenario())

    assert refused.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert named(refused, "x-drillbook-fault") == [b"f1"]
    assert passed.startswith(b"HTTP/1.1 200")
    assert len(target.heads) == 1


def test_a_reset_is_one() -> None:
    """The caller sees its connection reset, with nothing on it."""
    target = Played()

    async def scenario() -> None:
        async with stage(target) as proxy:
            await proxy.grant(Effect("reset"))
            reader, writer = await proxy.connect()
            writer.write(post(b"{}"))
            try:
                await reader.read()
            finally:
                writer.transport.abort()

    with pytest.raises(ConnectionResetError):
        run(scenario())
    assert target.heads == []


def test_a_swallowed_request_is_answered_as_if_it_had_arrived() -> None:
    """The target never sees it."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            await proxy.grant(Effect("swallow"))
            return await proxy.ask(post(b"{}"))

    assert run(scenario()).startswith(b"HTTP/1.1 2")
    assert target.heads == []


def test_an_answer_is_cut_before_its_announced_end() -> None:
    """A share of the body comes, then the end."""
    target = Played([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + b"x" * 100])

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            await proxy.grant(Effect("truncate", {"share": 0.25}))
            return await proxy.ask(get())

    head, _, body = run(scenario()).partition(b"\r\n\r\n")

    assert named(head, "content-length") == [b"100"]
    assert body == b"x" * 25


def test_an_answer_is_throttled_until_the_lease_ends() -> None:
    """Some bytes come at a time; when the lease is over, all the rest comes."""
    target = Played([b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000])

    async def scenario() -> tuple[int, int]:
        async with stage(target) as proxy:
            await proxy.grant(Effect("throttle", {"bytes_per_s": 2000}))
            reader, writer = await proxy.connect()
            writer.write(get(ends=False))
            await reader.readuntil(b"\r\n\r\n")
            early = len(await reader.read(100_000))
            proxy.plane.table.end_all("enough")
            rest = len(await reader.readexactly(100_000 - early))
            await closed(writer)
            return early, rest

    early, rest = run(scenario())

    assert 0 < early < 10_000
    assert early + rest == 100_000


def test_whoever_is_delayed_goes_on_when_the_lease_ends() -> None:
    """A long delay ends with its lease, and the body goes on as it came."""
    target = Played()

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            await proxy.grant(LATE, SHIFT)
            asking = asyncio.ensure_future(proxy.ask(post(b'{"a": 1}')))
            await until(lambda: proxy.plane.counters.requests)
            proxy.plane.table.end("f1", "enough")
            return await asking

    answer = run(scenario())

    assert answer.startswith(b"HTTP/1.1 200")
    assert target.bodies == [b'{"a": 1}']
    assert named(answer, "x-drillbook-fault") == []


def test_the_log_tells_the_delay_asked_for_and_the_one_achieved() -> None:
    """Both in milliseconds; delays of several leases add up."""

    async def scenario() -> dict[str, float]:
        async with stage(Played()) as proxy:
            await proxy.grant(Effect("delay", {"distribution": "constant", "ms": 30}))
            await proxy.grant(
                Effect("delay", {"distribution": "constant", "ms": 20}), id="f2", share=0.999999
            )
            await proxy.ask(get())
            return json.loads(proxy.plane.log.since(2))["entries"][0]

    entry = run(scenario())

    assert entry["delay_asked_ms"] == pytest.approx(50)
    assert entry["delay_achieved_ms"] > 48


def test_an_answer_is_edited() -> None:
    """A field of the answer is another one; its length is right, and what told of the old body is gone."""
    body = b'{"score": 0.25, "id": "r-1"}'
    head = (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nETag: x\r\nContent-Length: %d\r\n\r\n"
        % len(body)
    )
    target = Played([head + body])

    async def scenario() -> bytes:
        async with stage(target) as proxy:
            await proxy.grant(Effect("shift", {"field": "score", "by": 0.5, "in": "answer"}))
            return await proxy.ask(post(b'{"score": 9}', "Accept-Encoding: gzip"))

    answer = run(scenario())

    assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"score": 0.75, "id": "r-1"}
    assert target.bodies == [b'{"score": 9}']
    assert named(answer, "etag") == []
    assert named(target.heads[0], "accept-encoding") == [b"identity"]


def test_a_ramp_reaches_more_and_more() -> None:
    """At its beginning a linear course falls on nobody."""
    target = Played()

    async def scenario() -> None:
        async with stage(target) as proxy:
            await proxy.grant(SHIFT, course=Course("linear", ramp_s=1e6))
            for _ in range(20):
                await proxy.ask(post(b'{"a": 1}'))

    run(scenario())

    assert target.bodies == [b'{"a": 1}'] * 20


def test_a_lease_stops_by_itself_when_too_many_answers_fail() -> None:
    """Its own refusals use up the budget; then requests pass again."""
    target = Played()

    async def scenario() -> tuple[bytes, dict[str, int]]:
        async with stage(target) as proxy:
            await proxy.grant(
                Effect("refuse", {"status": 503}), stop=Stop(error_ratio=0.2, window_s=60, least_requests=10)
            )
            for _ in range(10):
                await proxy.ask(get("/predict"))
            proxy.plane.table.sweep()
            return await proxy.ask(get("/predict")), dict(proxy.plane.counters.leases)

    answer, leases = run(scenario())

    assert answer.startswith(b"HTTP/1.1 200")
    assert leases == {"granted": 1, "stopped": 1}


def test_what_breaks_inside_an_effect_breaks_no_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request passes as it came, and that is counted."""
    target = Played()

    async def scenario() -> int:
        async with stage(target) as proxy:
            await proxy.grant(SHIFT)
            (grant,) = proxy.plane.table.live()
            monkeypatch.setattr(type(grant.prepared), "fate", lambda *_: 1 / 0)
            await proxy.ask(post(b'{"a": 1}'))
            return proxy.plane.counters.untouched["error"]

    assert run(scenario()) == 1
    assert target.bodies == [b'{"a": 1}']


def test_a_delayed_large_body_waits_at_the_caller() -> None:
    """While a request is delayed, no more than some of its body is held here."""
    target = Played()

    async def scenario() -> int:
        async with stage(target) as proxy:
            await proxy.grant(LATE)
            reader, writer = await proxy.connect()
            size = 30_000_000
            writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)
            await until(lambda: any("waiting" in caller._held for caller in proxy.plane.callers))
            (caller,) = proxy.plane.callers
            held = sum(map(len, caller._read.queue[0].pieces))
            proxy.plane.table.end_all("enough")
            await answer_from(reader)
            await closed(writer)
            return held

    assert run(scenario()) < 2**20
    assert len(target.bodies[0]) == 30_000_000
