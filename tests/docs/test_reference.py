from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from generator import kinds
from generator.checks import CHECKS
from generator.cli import runbook
from generator.reference.pages import pages
from generator.reference.writing import FOLDER, stale
from simulator.cli import drill
from simulator.console.commands import COMMANDS

PAGES = FOLDER


def commands() -> Iterator[tuple[str, click.Command]]:
    """Both commands and all that stand below them, by their full names."""
    for name, group in (("runbook", runbook), ("drill", drill)):
        yield name, group
        yield from ((f"{name} {sub}", command) for sub, command in group.commands.items())


@pytest.fixture(scope="module")
def made() -> dict[str, str]:
    """The reference as it should be."""
    return pages()


def test_the_reference_is_up_to_date(made: dict[str, str]) -> None:
    """``python -m generator.reference`` would change nothing."""
    assert stale(PAGES, made) == []


@pytest.mark.parametrize(
    ("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_command_and_option_is_in_the_reference(name: str, command: click.Command) -> None:
    """A section for each command, and each of its options in that section."""
    page = (PAGES / "commands" / f"{name.split()[0]}.md").read_text(encoding="utf-8")
    section = page.partition(f"# {name}\n")[2].partition("\n## ")[0]
    options = [option for parameter in command.params for option in parameter.opts if option.startswith("--")]

    assert section
    assert [option for option in options if option not in section] == []


def test_every_command_of_the_console_is_in_the_reference() -> None:
    """What people may type in a drill has its section."""
    page = (PAGES / "commands" / "console.md").read_text(encoding="utf-8")

    assert [command.name for command in COMMANDS if f"## {command.name}\n" not in page] == []


def test_every_kind_and_rule_is_in_the_reference() -> None:
    """Each kind of each table has its section, and each rule of the check its page."""
    wanted = {f"kinds/{table}.md": list(kinds.load(table)) for table in kinds.TABLES}
    texts = {path: (PAGES / path).read_text(encoding="utf-8") for path in wanted}

    assert [
        f"{path} {name}"
        for path, names in wanted.items()
        for name in names
        if f"## {name}\n" not in texts[path]
    ] == []
    assert [rule.name for rule in CHECKS if not (PAGES / "checks" / f"{rule.name}.md").exists()] == []


def test_the_page_of_a_rule_shows_what_is_wrong_and_what_is_better() -> None:
    """A rule that can be mended in one place has an example of both on its page."""
    page = (PAGES / "checks" / "approvals.md").read_text(encoding="utf-8")

    assert "without the leave of" in page
    assert "Better:" in page
    assert "waivers:" in page


def test_a_stale_page_is_named(tmp_path: Path) -> None:
    """Edited, missing and left-over pages are told apart from good ones by name."""
    (tmp_path / "good.md").write_text("good", encoding="utf-8")
    (tmp_path / "edited.md").write_text("by hand", encoding="utf-8")
    (tmp_path / "left-over.md").write_text("old", encoding="utf-8")

    found = stale(tmp_path, {"good.md": "good", "edited.md": "made", "missing.md": "made"})

    assert found == ["edited.md", "left-over.md", "missing.md"]
