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
        ("banana, Anabel and ana2 stay", "banana, Anabel and ana2 stay"),
        ("Silva alone is p1, Bo stays, but not Bo Li", "p1 alone is p1, Bo stays, but not p2"),
        ("Ana-Silva, Ana- now, Ana_Silva, ana.silva@x", "p1, p1- now, p1, p1@x"),
        ("@anasilva, but no analog", "@p1, but no analog"),
        ("Ana-Maria is another", "p3 is another"),
        ("we will see", "we p4 see"),
        ("", ""),
    ],
)
def test_names_are_replaced_as_whole_words(names: Names, typed: str, recorded: str) -> None:
    """Whole or in part, in any case, of at least three letters."""
    assert names.veil(typed) == recorded


@pytest.mark.parametrize(
    ("name", "typed", "recorded"),
    [
        ("İpek Demir", "İpek Demir, İPEK, ipek and demir", "p1, p1, p1 and p1"),
        ("Strauß", "Strauß, STRAUSS, but not Straußen", "p1, p1, but not Straußen"),
        ("Jose\u0301 Gil", "Jos\u00e9, Jose\u0301 and Jose", "p1, p1 and p1"),
        ("Zo\u00eb", "Zoe\u0308, Zo\u00eb!", "p1, p1!"),
        ("O'Neil", "O’Neil’s, O'Neil", "p1’s, p1"),
        ("Jean\u2011Luc Picard", "Jean-Luc, Jean Luc, Jean\u2011Luc\u00a0Picard", "p1, p1, p1"),
        ("Łukasz Żak", "Lukasz ŻAK", "p1"),
        ("Ａｎａ Silva", "Ana", "p1"),
        ("Dr. Maria Lopez", "Dr. Maria Lopez, Dr. Lopez, Maria, Dr. Who", "p1, Dr. p1, p1, Dr. Who"),
        ("Anna van der Berg", "Anna van der Berg, the van of Berg", "p1, the van of p1"),
        ("Van Nguyen", "Van, Nguyen Van", "p1, p1 p1"),
        ("李 明", "李 明, 李明说, 李 now, 明天", "p1, p1说, p1 now, 明天"),
        ("김민수", "김민수가, 김민순", "p1가, 김민순"),
        ("राम कुमार", "राम, रामा", "p1, रामा"),
        ("Al Ly", "ally, Al Ly, al-ly", "ally, p1, p1"),
    ],
)
def test_names_are_found_however_they_are_typed(tmp_path: Path, name: str, typed: str, recorded: str) -> None:
    """With other quotes, dashes, spaces, accents, cases or joined; titles alone stay, and so does other text."""
    names = Names(tmp_path)
    names.person(name)

    assert names.veil(typed) == recorded


def test_what_is_no_name_is_recorded_as_it_was_typed(names: Names) -> None:
    """Signs that are compared as others are stay what they are."""
    typed = "The “naïve” Straße – ﬁne, İ, e\u0301, x² 明日\u00a0…"

    assert names.veil(f"{typed} Ana {typed}") == f"{typed} p1 {typed}"


def test_one_name_in_two_spellings_of_unicode_is_one_person(tmp_path: Path) -> None:
    """An accent of its own or within its letter; a name without it is another one."""
    names = Names(tmp_path)

    assert [names.person(name) for name in ("Zo\u00eb", "ZOE\u0308", "Zoe")] == ["p1", "p1", "p2"]


def test_a_name_that_cannot_be_written_down_is_not_known(tmp_path: Path) -> None:
    """Who comes again when it can gets the pseudonym, and is in the file."""
    folder = tmp_path / "run"
    names = Names(folder)
    with pytest.raises(FileNotFoundError):
        names.person("Ana Silva")
    folder.mkdir()

    assert not names.known("Ana Silva")
    assert names.person("Ana Silva") == "p1"
    assert Names(folder).known("Ana Silva") == "p1"


def test_the_same_name_is_the_same_person(names: Names, tmp_path: Path) -> None:
    """Also for the next process that reads the file."""
    assert names.person("  ana SILVA ") == "p1"
    assert Names(tmp_path).person("Bo Li") == "p2"
    assert Names(tmp_path).person("Cleo") == "p5"


def test_two_with_the_same_first_name_are_not_mixed_up(tmp_path: Path) -> None:
    """The first name alone is the one who came first; both whole names are told apart, and first from last ones."""
    names = Names(tmp_path)
    for name in ("Ana Silva", "Ana Costa", "Costa Maria"):
        names.person(name)

    assert names.veil("Ana, Ana Costa, Ana Silva, Costa") == "p1, p2, p1, p3"


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
