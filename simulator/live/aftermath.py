"""A target before and after a drill in; ``clean``, or ``dirty`` with every difference in a sentence, out.

What could not be read is a difference too: nothing is called clean that was not looked at.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, Literal, TypeVar

from generator.model import Setting
from simulator.live.asking import Caller, NotJsonError, RefusedError, UnreachableError, read_json
from simulator.live.binding.reading import UnreadControlError

T = TypeVar("T")
MOST_DIFFERENCES = 40
LONGEST = 80
TRIES = 3
"""What nobody answers is asked again: a target may fail now and then when all is well."""
THE_SANDBOX, THE_HEALTH, THE_TARGET, A_PROBE = "the sandbox", "the health path", "the target", "the probe "


@dataclass(frozen=True, slots=True)
class Probe:
    """A question whose answer says whether the target is as it was; it must change nothing."""

    id: str
    path: str
    data: Mapping[str, Any] | None = None
    """Sent as JSON by POST; None: GET."""
    ignoring: tuple[str, ...] = ("id",)
    """Keys of the answer that differ anyhow, such as its time."""


@dataclass(frozen=True, slots=True)
class State:
    """What a target is like at one moment."""

    standing: Mapping[str, Any] = field(default_factory=dict)
    """By name, what its control plane says of itself; empty where it has none."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """By probe that was answered, its status and its answer."""
    through: Mapping[str, Any] = field(default_factory=dict)
    """The same through the proxy."""
    leases: tuple[str, ...] = ()
    """Those in force on the proxy."""
    unread: Mapping[str, str] = field(default_factory=dict)
    """What could not be read, and why; also what was answered by another status than 2xx."""


@dataclass(frozen=True, slots=True)
class Aftermath:
    verdict: Literal["clean", "dirty"]
    differences: tuple[str, ...] = ()
    """One sentence each."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a target can be looked at; None: it cannot from there."""

    direct: Caller
    """The target itself, past the proxy."""
    control: Caller | None = None
    """The control plane of our own sandbox."""
    through: Caller | None = None
    """The data plane of the proxy."""
    proxy: Caller | None = None
    """The control plane of the proxy."""
    health: str = ""
    """A path of the target that says whether it is well; empty: none."""
    settings: Mapping[str, Callable[[], Setting]] = field(default_factory=dict)
    """By control of somebody's service: asks where it stands; UnreadControlError."""


def state_of(places: Places, probes: Sequence[Probe] = ()) -> State:
    """What can be read of a target now. Nothing is raised: what cannot be read is said."""
    unread: dict[str, str] = {}
    control, proxy, direct = places.control, places.proxy, places.direct
    standing: Mapping[str, Any] = {}
    if control is not None:
        standing = _read(unread, THE_SANDBOX, lambda: _standing(control), standing)
    if settings := _settings(unread, places.settings):
        standing = {**standing, "controls": settings}
    if places.health:
        _read(unread, THE_HEALTH, lambda: _again(lambda: direct.verbatim(places.health)), b"")
    if not (control or places.health or probes):
        unread[THE_TARGET] = "it has neither a health path nor a case that could be asked"
    return State(
        standing,
        _answers(unread, direct, probes),
        {} if places.through is None else _answers(unread, places.through, probes, " through the proxy"),
        () if proxy is None else _read(unread, "the leases of the proxy", lambda: _leases(proxy), ()),
        unread,
    )


def blind(state: State) -> str:
    """Why nobody could tell afterwards whether a target is as it was, as none of its probes is answered.

    Empty: it can be told, or there was no probe.
    """
    why = [f"{what}: {why}" for what, why in state.unread.items() if what.startswith(A_PROBE)]
    return "" if state.answers or not why else why[0]


def compare(before: State, after: State) -> Aftermath:
    """Whether a target is as it was, and no lease is left."""
    found = [*islice(_differences(before, after), MOST_DIFFERENCES + 1)]
    if len(found) > MOST_DIFFERENCES:
        found[MOST_DIFFERENCES:] = ["and more"]
    return Aftermath("dirty" if found else "clean", tuple(found))


def _differences(before: State, after: State) -> Iterator[str]:
    for name in after.leases:
        yield f"the lease '{_short(name)}' is still in force on the proxy: call 'drill panic'"
    for moment, state in (("before the drill", before), ("after the drill", after)):
        yield from (f"{what} could not be read {moment}: {why}" for what, why in state.unread.items())
    unread = {**before.unread, **after.unread}
    if THE_SANDBOX not in unread:
        for place, was, now in _changes(_known(before.standing, unread), _known(after.standing, unread)):
            yield f"{place} is {now}, and was {was} before the drill"
    for id in sorted({*before.answers, *after.answers}):
        if _probed(id) not in unread:
            yield from _of_probe(id, before.answers.get(id), after.answers.get(id))
    for id, through in after.through.items():
        direct = after.answers.get(id, through)
        for place, was, now in _changes(direct, through):
            yield f"the probe '{_short(id)}' gets {_named(place)}{now} through the proxy, and {was} past it"


def _of_probe(id: str, before: Any, after: Any) -> Iterator[str]:
    for place, was, now in _changes(before, after):
        yield f"the probe '{_short(id)}' gets {_named(place)}{now}, and got {was} before the drill"


def _changes(before: Any, after: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Where two answers differ: the place, and both values as a sentence can take them."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*map(str, before), *map(str, after)}):
            yield from _changes(
                before.get(key, _NOTHING), after.get(key, _NOTHING), f"{place}.{_short(key)}".strip(".")
            )
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, (was, now) in enumerate(zip(before, after, strict=True)):
            yield from _changes(was, now, f"{place}[{number}]")
    elif not _equal(before, after):
        yield place, _shown(before), _shown(after)


class _Nothing:
    """What stands where one of two answers has no such key."""


_NOTHING = _Nothing()


def _equal(one: Any, other: Any) -> bool:
    """Numbers may differ by what a float cannot hold; whether something is true is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) or (one != one and other != other)
    return bool(one == other)


def _standing(control: Caller) -> Mapping[str, Any]:
    state, controls = control.get("state"), control.get("controls")
    held = {} if not isinstance(state, dict) else dict(state.get("standing", {}))
    turned = {str(one["control"]): one["value"] for one in controls if isinstance(one, dict)}
    return {**held, "controls": turned}


def _settings(
    unread: dict[str, str], asked: Mapping[str, Callable[[], Setting]]
) -> Mapping[str, Setting | None]:
    found = {control: _read(unread, _control(control), ask, None) for control, ask in asked.items()}
    return {control: value for control, value in found.items() if value is not None}


def _control(id: str) -> str:
    return f"the control '{_short(id)}'"


def _known(standing: Mapping[str, Any], unread: Mapping[str, str]) -> Mapping[str, Any]:
    """Without controls of which it is said already that they could not be read."""
    controls = {id: value for id, value in standing.get("controls", {}).items() if _control(id) not in unread}
    return {**standing, "controls": controls}


def _leases(proxy: Caller) -> tuple[str, ...]:
    told = proxy.get("leases")["leases"]
    return tuple(str(one["id"]) for one in told if one["live"])


def _answers(
    unread: dict[str, str], target: Caller, probes: Sequence[Probe], how: str = ""
) -> Mapping[str, Any]:
    """What each probe was answered; those that were not are added to the unread ones."""
    found = {
        probe.id: _read(unread, f"{_probed(probe.id)}{how}", partial(_answer, target, probe), None)
        for probe in probes
    }
    return {id: answer for id, answer in found.items() if answer is not None}


def _probed(id: str) -> str:
    return f"{A_PROBE}'{_short(id)}'"


def _answer(target: Caller, probe: Probe) -> dict[str, Any]:
    answer = _again(lambda: read_json(target.verbatim(probe.path, data=probe.data)))
    return {"status": 200, "answer": _without(answer, probe.ignoring)}


def _again(ask: Callable[[], T]) -> T:
    """An answer, if need be at the last try."""
    for _ in range(TRIES - 1):
        try:
            return ask()
        except RefusedError as error:
            if error.status < 500:
                raise
        except UnreachableError:
            continue
    return ask()


def _without(answer: Any, keys: tuple[str, ...]) -> Any:
    return (
        {key: value for key, value in answer.items() if key not in keys}
        if isinstance(answer, dict)
        else answer
    )


def _read(unread: dict[str, str], what: str, ask: Callable[[], T], otherwise: T) -> T:
    try:
        return ask()
    except (UnreachableError, RefusedError, UnreadControlError) as error:
        unread[what] = _told(error)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        unread[what] = f"it answers something else than it should ({type(error).__name__})"
    return otherwise


def _told(error: OSError | ValueError) -> str:
    """Why, with the status of an answer."""
    if (
        isinstance(error, RefusedError)
        and not isinstance(error, NotJsonError)
        and str(error.status) not in str(error)
    ):
        return _plain(f"it answers {error.status}: {error}"[:300])
    return _plain(str(error)[:300])


def _named(place: str) -> str:
    return f"{place} " if place else ""


def _shown(value: Any) -> str:
    if isinstance(value, _Nothing):
        return "nothing"
    return _short(json.dumps(value, sort_keys=True, default=str))


def _short(text: str) -> str:
    """As much of a text as a sentence can take; nothing in it moves a cursor or ends a line."""
    return _plain(text) if len(text) <= LONGEST else f"{_plain(text[:LONGEST])}..."


def _plain(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)
