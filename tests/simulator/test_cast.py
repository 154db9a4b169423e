"""Who and what messages are about: drawn by seed and place, and by nothing else."""

from __future__ import annotations

import ipaddress
import re
import subprocess
import sys

import pytest

from generator import schemas
from simulator.cast import cast_of

KINDS = schemas.of_kind("drill")["definitions"]["cast-kind"]["enum"]
FORMS = {
    "account": r"\d{4} \d{4}",
    "amount": r"\d+\.\d\d euros",
    "request": r"req-[0-9a-f]{10}",
    "ticket": r"[A-Z]{2}-\d{5}",
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_the_schema_is_drawn(kind: str) -> None:
    """The same for a seed, another for most others."""
    drawn = [cast_of({"one": kind}, seed)["cast.one"] for seed in range(20)]

    assert drawn == [cast_of({"one": kind}, seed)["cast.one"] for seed in range(20)]
    assert len(set(drawn)) > 15
    assert all(text.strip() == text and text and "{" not in text for text in drawn)
    assert all(re.fullmatch(FORMS.get(kind, r".+"), text) for text in drawn)


def test_a_name_is_nothing_but_a_name() -> None:
    """Renaming changes no draw, and one more at the end changes none before it."""
    before = cast_of({"caller": "person", "case": "ticket"}, 7)
    after = cast_of({"who": "person", "number": "ticket", "more": "city"}, 7)

    assert [before["cast.caller"], before["cast.case"]] == [after["cast.who"], after["cast.number"]]


def test_a_person_has_a_first_name_of_its_own() -> None:
    """Nobody in a drill shares it, so that it tells who is meant."""
    for seed in range(30):
        cast = cast_of({f"p{place}": "person" for place in range(12)}, seed)

        firsts = [cast[f"cast.p{place}.first"] for place in range(12)]
        assert all(cast[f"cast.p{place}"].startswith(first) for place, first in enumerate(firsts))
        assert len(set(firsts)) == 12


def test_addresses_belong_to_nobody() -> None:
    """They are of the ranges that are kept for documentation (RFC 5737)."""
    kept = [ipaddress.ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]

    for seed in range(50):
        address = ipaddress.ip_address(cast_of({"host": "address"}, seed)["cast.host"])
        assert any(address in network for network in kept)


def test_faker_is_not_loaded_without_a_cast() -> None:
    """It is slow to import, and most drills need none of it."""
    script = (
        "import sys, simulator.session.play; from simulator.cast import cast_of; "
        "cast_of({'case': 'ticket'}, 7); assert 'faker' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", script], check=True)
