"""Loaded sources in, the addresses in them that do not answer out; only on request, since it uses the network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from generator import web
from generator.check import concerned
from generator.checks.links import is_sound_address, targets
from generator.load import Loaded
from generator.source import Finding, Place, Pointer

NAME = "external"
MOST = 200
AT_A_TIME = 8


def unanswered(loaded: Loaded, *, knock: Callable[[str], str] = web.knock) -> tuple[Finding, ...]:
    """A warning at every place of an address that does not answer; each address is asked once."""
    places: dict[str, list[Place]] = {}
    wanted = concerned(loaded)
    for document in (one for one in loaded.documents if wanted(one.path)):
        for pointer, address in targets(document):
            if _is_for_readers(pointer) and _can_be_asked(address):
                places.setdefault(address.partition("#")[0], []).append(document.place(pointer))
    asked = list(places)[:MOST]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        answers = dict(zip(asked, pool.map(knock, asked), strict=True))
    return (*_dead(answers, places), *_left(list(places)[MOST:], places))


def _dead(answers: Mapping[str, str], places: Mapping[str, Sequence[Place]]) -> Iterator[Finding]:
    for address, problem in answers.items():
        for place in places[address] if problem else ():
            yield Finding(place, NAME, "warning", f"'{address}': {problem}", "mend the address, or try again")


def _left(addresses: Sequence[str], places: Mapping[str, Sequence[Place]]) -> Iterator[Finding]:
    if addresses:
        message = f"{len(addresses)} addresses from here on were not asked: {MOST} are enough for one run"
        yield Finding(places[addresses[0]][0], NAME, "warning", message, "check fewer files at a time")


def _is_for_readers(pointer: Pointer) -> bool:
    """Whether people open the address; what turns a control is never touched."""
    return "bindings" not in pointer and "with" not in pointer


def _can_be_asked(address: str) -> bool:
    return address.startswith(("http://", "https://")) and "{{" not in address and is_sound_address(address)
