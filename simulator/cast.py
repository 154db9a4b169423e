"""A drill's cast and a seed in, who and what its messages are about out; the only door to Faker.

Each draw is keyed by the seed and the place in the file: a name may be renamed, and nothing that is drawn changes.
"""

from __future__ import annotations

import functools
import hashlib
import random
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from faker import Faker

PREFIX = "cast."
PERSONS = ("en_GB", "de_DE", "nl_NL", "fr_FR", "es_ES", "it_IT")
COMPANIES = ("en_GB", "de_DE", "fr_FR", "it_IT")
"""Those whose companies are made up of family names, and are nobody's."""
CITIES = ("de_DE", "nl_NL", "fr_FR")
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
"""RFC 5737: addresses for documentation, which belong to nobody."""
DESKS = ("CS", "HD", "SR")
TRIES = 20
"""How often another first name is drawn, where somebody has it already."""

Figure: TypeAlias = Mapping[str, str]
"""What may stand for a name of the cast: the whole under ``""``, its parts under theirs."""


def cast_of(kinds: Mapping[str, str], seed: int) -> Mapping[str, str]:
    """What stands for each ``cast.NAME`` of a drill with that seed; for a person, for ``cast.NAME.first`` too.

    >>> cast_of({"ticket": "ticket"}, 7) == cast_of({"case": "ticket"}, 7)
    False
    >>> [*cast_of({"ticket": "ticket"}, 7).values()] == [*cast_of({"case": "ticket"}, 7).values()]
    True
    """
    figures = _figures(tuple(kinds.values()), seed)
    return {
        f"{PREFIX}{name}{f'.{part}' if part else ''}": text
        for name, figure in zip(kinds, figures, strict=True)
        for part, text in figure.items()
    }


def faker_version(kinds: Mapping[str, str]) -> str:
    """The version of Faker on which the draws depend; empty where nothing is drawn."""
    return version("faker") if kinds else ""


@functools.lru_cache(maxsize=4096)
def _figures(kinds: tuple[str, ...], seed: int) -> tuple[Figure, ...]:
    found: list[Figure] = []
    for place, kind in enumerate(kinds):
        taken = {figure["first"] for figure in found if "first" in figure}
        figure = _DRAWS[kind](_source(seed, place, 0))
        for again in range(1, TRIES):
            if figure.get("first") not in taken:
                break
            figure = _DRAWS[kind](_source(seed, place, again))
        found.append(figure)
    return tuple(found)


def _source(seed: int, place: int, again: int) -> random.Random:
    key = hashlib.sha256(f"cast {seed} {place} {again}".encode()).digest()
    return random.Random(int.from_bytes(key[:8], "big"))


# --- one draw a kind ----------------------------------------------------------------------------


def _account(source: random.Random) -> Figure:
    return {"": f"{source.randrange(10**4):04d} {source.randrange(10**4):04d}"}


def _address(source: random.Random) -> Figure:
    return {"": f"{source.choice(NETWORKS)}.{source.randrange(1, 255)}"}


def _amount(source: random.Random) -> Figure:
    return {"": f"{source.uniform(9, 160):.2f} euros"}


def _city(source: random.Random) -> Figure:
    return {"": _local(source, CITIES).city()}


def _company(source: random.Random) -> Figure:
    return {"": _local(source, COMPANIES).company()}


def _person(source: random.Random) -> Figure:
    who = _local(source, PERSONS)
    first, last = who.first_name(), who.last_name()
    return {"": f"{first} {last}", "first": first}


def _request(source: random.Random) -> Figure:
    return {"": f"req-{source.getrandbits(40):010x}"}


def _ticket(source: random.Random) -> Figure:
    return {"": f"{source.choice(DESKS)}-{source.randrange(10_000, 100_000)}"}


_DRAWS: Mapping[str, Callable[[random.Random], Figure]] = {
    "account": _account,
    "address": _address,
    "amount": _amount,
    "city": _city,
    "company": _company,
    "person": _person,
    "request": _request,
    "ticket": _ticket,
}


def _local(source: random.Random, locales: tuple[str, ...]) -> Faker:
    """Faker in one of these languages, with this source's next draw as its seed."""
    faker = _faker(source.choice(locales))
    faker.seed_instance(source.getrandbits(64))
    return faker


@functools.cache
def _faker(locale: str) -> Faker:
    # It takes a third of a second to import, and most drills need none of it.
    from faker import Faker

    return Faker(locale, use_weighting=False)
