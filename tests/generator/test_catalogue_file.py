"""``catalogue.json``: what is written is what is read, and what is wrong with a file is said at its place."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator import catalogue_file
from generator.catalogue_file import read, write
from generator.catalogue_given import load_file
from generator.compile import load_catalogue, load_published
from generator.exports import EXPORTS
from generator.given import GivenError
from generator.model import Catalogue
from generator.site.downloads import downloads
from generator.starting import repository_files, write_new
from tests.contracts.schema_tree import errors
from tests.generator.corpus import ROOT

Json = dict[str, Any]


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The catalogue of a repository as ``runbook init`` begins it."""
    root = tmp_path_factory.mktemp("repository")
    write_new(
        root, repository_files(service="signup-scorer", organization="Acme", version="1.0"), unless="runbooks"
    )
    return load_catalogue(root)


def spoiled(catalogue: Catalogue, folder: Path, change: Callable[[Json], object]) -> str:
    """What is said of the catalogue's file after a change of its data."""
    data = json.loads(write(catalogue))
    change(data)
    file = folder / "catalogue.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(GivenError) as told:
        load_file(file)
    return str(told.value).replace(str(folder) + "/", "")


def test_what_is_written_is_read(catalogue: Catalogue, tmp_path: Path) -> None:
    """All values are the same again, those that equality leaves out among them, and so are the bytes."""
    file = tmp_path / "catalogue.json"
    file.write_bytes(write(catalogue))

    again = load_file(file)

    assert again == catalogue
    assert (again.evidence, again.places) == (catalogue.evidence, catalogue.places)
    assert write(again) == write(catalogue)


def test_evidence_from_which_a_drill_was_kept_back_is_read(tmp_path: Path) -> None:
    """Readers of the site learn that a drill was played, and not which; the file says so and is whole."""
    catalogue, _ = load_published(ROOT)
    file = tmp_path / "catalogue.json"
    file.write_bytes(write(catalogue))

    again = load_file(file)

    played = [one for kept in again.evidence.values() for one in kept.exercises]
    assert played
    assert {one.drill for one in played} == {""}
    assert again.evidence == catalogue.evidence


def test_the_shipped_catalogue_goes_there_and_back(tmp_path: Path) -> None:
    """Every value that the shipped runbooks hold fits the schema, also in the eyes of the library."""
    shutil.copytree(ROOT / "runbooks", tmp_path / "runbooks")
    whole = load_catalogue(tmp_path)

    content = write(whole)

    assert read(content) == whole
    rows = {"panels": {}}  # there are too many for the library
    assert errors("catalogue.schema.json", json.loads(content) | rows) == []


def test_defaults_are_left_out(catalogue: Catalogue) -> None:
    """A condition about a signal has two keys, and not nine."""
    signal = json.loads(write(catalogue))["runbooks"][0]["runbook"]["detection"]["steps"][1]["answers"][0][
        "when"
    ]

    assert signal == {"signal": "mail-age-psi", "is": "firing"}


def test_the_site_offers_it_without_drills(catalogue: Catalogue) -> None:
    """What drills hold stays sealed: they stand in the export for facilitators alone."""
    offered, exported = downloads(catalogue)[catalogue_file.NAME], EXPORTS["catalogue"].text(catalogue)

    assert read(offered) == replace(catalogue, drills=())
    assert read(exported.encode()) == catalogue
    assert not [drill for drill in catalogue.drills if drill.briefing.encode() in offered]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "catalogue.json:1:1: no JSON"),
        (b'{"hash": 1,\n x}', "catalogue.json:2:2: no JSON"),
        (b"\xff\xfe", "catalogue.json is not UTF-8 (byte 0)"),
        (b"[" * 100_000, "lie more than 60 deep"),
        (b"[" * 70 + b"]" * 70, "lie more than 60 deep"),
        (b'{"hash": "a", "hash": "b"}', "the key 'hash' stands twice"),
        (b'{"hash": NaN}', "NaN is no number"),
        (b'{"hash": ' + b"9" * 5_000 + b"}", "catalogue.json"),
        (b"[]", "catalogue.json: the top: "),
        (b"{}", "organization"),
    ],
    ids=range(10),
)
def test_what_is_no_catalogue_is_refused(content: bytes, words: str) -> None:
    """Whatever the bytes are, the answer is a message, and it names the place."""
    with pytest.raises(GivenError) as told:
        read(content)

    assert words in str(told.value)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is said."""
    monkeypatch.setattr("generator.given.MAXIMUM_BYTES", 1_000)

    with pytest.raises(GivenError, match="larger than 1,000 bytes"):
        read(b" " * 1_001)


def _first(data: Json) -> Json:
    found: Json = data["runbooks"][0]
    return found


SPOILED: dict[str, tuple[Callable[[Json], object], str]] = {
    "an unknown key": (
        lambda data: data["organization"].update(titel="x"),
        "catalogue.json: organization.titel: unknown key 'titel'",
    ),
    "a missing key": (
        lambda data: data["services"][0].pop("title"),
        "services[0]: missing key 'title'",
    ),
    "a wrong type": (
        lambda data: _first(data)["runbook"]["detection"]["signals"][0].update(threshold="high"),
        "runbooks[0].runbook.detection.signals[0].threshold: ",
    ),
    "a step that nobody knows": (
        lambda data: _first(data)["runbook"]["detection"]["signals"][0].update(triggers="nowhere"),
        "runbook input-drift: unknown step, path or remedy 'nowhere'",
    ),
    "a plan of other steps": (
        lambda data: _first(data)["plan"]["nodes"][0].update(on_success="end"),
        "runbook input-drift: the plan is not the one of its steps",
    ),
    "a query of another signal": (
        lambda data: _first(data)["queries"]["mail-age-psi"].update(firing="up == 0"),
        "runbook input-drift: the queries are not the ones of its signals",
    ),
    "a panel with a column too few": (
        lambda data: data["panels"]["signup-scorer"]["columns"].pop("mail_age_days"),
        "service signup-scorer: the panel has no column 'mail_age_days'",
    ),
    "columns of two lengths": (
        lambda data: data["panels"]["signup-scorer"]["columns"]["mail_age_days"].pop(),
        "panels.signup-scorer.columns: the columns are not of one length",
    ),
    "no panel": (lambda data: data["panels"].clear(), "service signup-scorer: "),
    "the same drill twice": (
        lambda data: data["drills"].append(data["drills"][0]),
        "drill monday-morning: it stands here twice",
    ),
    "a panel from elsewhere": (
        lambda data: data["services"][0]["profile"]["panel"].update(file="../../../etc/passwd"),
        "services[0].profile.panel.file: ",
    ),
}


@pytest.mark.parametrize("case", SPOILED)
def test_what_cannot_be_is_said_at_its_place(catalogue: Catalogue, tmp_path: Path, case: str) -> None:
    """A catalogue has to hold together as its sources would, and names no file that is read."""
    change, words = SPOILED[case]

    assert words in spoiled(catalogue, tmp_path, change)
