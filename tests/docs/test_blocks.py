from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, blocks, pages
from tests.docs.playing import NOT_RUN, problems


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_what_a_page_tells_people_to_type_works(page: Path, tmp_path: Path) -> None:
    """Each page plays from top to bottom, and commands answer what it shows."""
    found = list(problems(page, tmp_path))

    assert found == []


def test_nothing_is_excused_that_no_page_says() -> None:
    """The list of what is not run holds only what stands on a page."""
    said = {block.text.strip() for page in pages() for block in blocks(page)}

    assert set(NOT_RUN) <= said


def test_a_page_goes_into_a_folder_once(tmp_path: Path) -> None:
    """As in the reader's own shell: what comes after ``cd`` happens there, in the blocks below it, too."""
    page = tmp_path / "page.md"
    page.write_text(
        "```console\n$ cd runbooks\n$ ls organization.yaml\norganization.yaml\n```\n\n"
        "```sh\ncd feature-drift\n```\n\n```console\n$ ls runbook.yaml; false\nrunbook.yaml\n$ echo $?\n1\n```\n",
        encoding="utf-8",
    )
    (tmp_path / "copy").mkdir()

    assert list(problems(page, tmp_path / "copy")) == []


def test_an_answer_that_no_command_gives_is_found(tmp_path: Path) -> None:
    """A page that shows what is not so is a problem, with the line of the command."""
    page = tmp_path / "page.md"
    page.write_text("# Page\n\n```console\n$ runbook check\ntwo findings\n```\n", encoding="utf-8")
    (tmp_path / "copy").mkdir()

    (found,) = problems(page, tmp_path / "copy")

    assert found == "page.md:4: 'runbook check' says otherwise:\nno findings\n"
