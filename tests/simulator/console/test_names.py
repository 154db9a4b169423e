"""Names and pseudonyms: what is replaced, and what stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.console.names import NameError_, Names, forget, remembered


@pytest.fixture
def names(tmp_path: Path) -> Names:
    found = Names(tmp_path)
    for name in ("Ana Silva", "Bo Li", "Ana-Maria Costa", "Will"):
        found.person(name)
    return found


@pytest.mark.parametrize(
    ("typed", "recorded"),
    [
        ("ask Ana Silva", "ask p1"),
        ("ask ana   SILVA's team", "ask p1's team"),
        ("Ana, and ANA again", "p1, and p1 again"),
        ("banana, Anabel and ana-log stay", "banana, Anabel and ana-log stay"),
        ("Silva alone stays, Bo as well, but not Bo Li", "Silva alone stays, Bo as well, but not p2"),
        ("Ana-Maria is another", "p3 is another"),
        ("we will see", "we p4 see"),
        ("", ""),
    ],
)
def test_names_are_replaced_as_whole_words(names: Names, typed: str, recorded: str) -> None:
    """Whole or first names, in any case, of at least three letters."""
    assert names.veil(typed) == recorded


def test_the_same_name_is_the_same_person(names: Names, tmp_path: Path) -> None:
    """Also for the next process that reads the file."""
    assert names.person("  ana SILVA ") == "p1"
    assert Names(tmp_path).person("Bo Li") == "p2"
    assert Names(tmp_path).person("Cleo") == "p5"


def test_two_with_the_same_first_name_are_not_mixed_up(tmp_path: Path) -> None:
    """The first name alone is the one who came first; both whole names are told apart."""
    names = Names(tmp_path)
    names.person("Ana Silva")
    names.person("Ana Costa")

    assert names.veil("Ana, Ana Costa, Ana Silva") == "p1, p2, p1"


@pytest.mark.parametrize("name", ["", "  ", "42", "\x1b[2J", "x" * 61])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    """Nobody sits down under it, and nothing is written."""
    with pytest.raises(NameError_, match="give a name"):
        Names(tmp_path).person(name)
    assert not remembered(tmp_path)


def test_a_name_cannot_break_its_file(tmp_path: Path) -> None:
    """Quotes, colons, hashes and control characters of a name are read back as they were shown."""
    wanted = 'A "B": #c\n\x1b[31m- d'
    Names(tmp_path).person(wanted)

    assert Names(tmp_path).person('A "B": #c - d') == "p1"


def test_a_file_that_somebody_mangled_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """An edited name counts, and a torn line costs nothing."""
    (tmp_path / "people.yaml").write_bytes(b"# note\np1: Ana Costa\np2\np3: [1\n\xff\xfe\n")

    assert Names(tmp_path).veil("Ana and [1") == "p1 and [1"
    assert Names(tmp_path).person("Bo") == "p4"


def test_what_is_forgotten_is_gone(names: Names, tmp_path: Path) -> None:
    """Nothing of it is left in the folder."""
    forget(tmp_path)

    assert [*tmp_path.iterdir()] == []
    assert not remembered(tmp_path)
