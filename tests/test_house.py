"""Who may know whom: both packages keep the house rules, and a broken rule is seen."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.house import circles, forbidden_arrows, strangers, unlisted_rooms

ROOT = Path(__file__).parent.parent


def plant(root: Path, files: Mapping[str, str]) -> Path:
    """A small house with these files in it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def test_every_module_stands_in_a_room() -> None:
    """A new room asks for its arrows first."""
    assert unlisted_rooms(ROOT) == []


def test_rooms_import_along_the_arrows() -> None:
    """No room knows a room that it may not know."""
    assert forbidden_arrows(ROOT) == []


def test_rooms_do_not_import_in_circles() -> None:
    """The arrows stay one-way, on each floor too."""
    assert circles(ROOT) == []


def test_third_parties_stay_in_their_rooms() -> None:
    """What is heavy or dangerous is imported in one place."""
    assert strangers(ROOT) == []


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (
            "generator/site/pages.py",
            "import simulator.events",
            "generator.site may not import simulator.events",
        ),
        ("generator/load.py", "from generator import cli", "generator.load may not import generator.cli"),
        ("generator/model.py", "from . import source", "generator.model may not import generator.source"),
        (
            "simulator/world/step.py",
            "from ..events import Event",
            "simulator.world may not import simulator.events",
        ),
        ("simulator/scoring/rubric.py", "def f():\n    import simulator.session.loop", "simulator.session"),
        (
            "generator/site/page.py",
            "import generator.unheard",
            "generator.site may not import generator.unheard",
        ),
    ],
)
def test_a_forbidden_import_is_found(path: str, text: str, message: str, tmp_path: Path) -> None:
    """Whatever form an import takes, the arrow it draws is seen, at its line."""
    house = plant(tmp_path, {path: text, "generator/unheard.py": ""})

    (problem,) = forbidden_arrows(house)
    assert message in problem
    assert problem.startswith(f"{path}:{len(text.splitlines())}: ")


def test_an_allowed_import_is_left_in_peace(tmp_path: Path) -> None:
    """An arrow may lead through rooms, into the same room, or to the package itself."""
    text = "import simulator\nfrom simulator.world import state\nfrom generator import source, __version__\n"
    house = plant(tmp_path, {"simulator/session/loop.py": text + "from . import clock\n"})

    assert forbidden_arrows(house) == []


def test_a_room_outside_the_table_is_found(tmp_path: Path) -> None:
    """The message says which file, which room, and where to list it."""
    house = plant(tmp_path, {"generator/utils.py": "", "generator/__init__.py": ""})

    (problem,) = unlisted_rooms(house)
    assert problem.startswith(
        "generator/utils.py: room generator.utils is not in the table; give it its arrows"
    )


def test_a_circle_is_found(tmp_path: Path) -> None:
    """Two rooms of one floor may not need each other."""
    house = plant(
        tmp_path,
        {"generator/kinds.py": "import generator.schemas", "generator/schemas.py": "import generator.kinds"},
    )

    (problem,) = circles(house)
    assert "generator.kinds" in problem
    assert "generator.schemas" in problem


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("generator/statistics.py", "import numpy as np", "numpy may be imported only in simulator"),
        (
            "simulator/console/screen.py",
            "import click",
            "click may be imported only in generator.cli, generator.entry, simulator.cli",
        ),
        ("generator/site/git.py", "from subprocess import run", "subprocess may be imported only in"),
        ("simulator/world/draws.py", "import scipy.stats", "scipy may be imported only in tests"),
    ],
)
def test_a_third_party_out_of_its_room_is_found(path: str, text: str, message: str, tmp_path: Path) -> None:
    """The message names the third party's home."""
    (problem,) = strangers(plant(tmp_path, {path: text}))

    assert message in problem


def test_a_second_door_to_faker_is_found(tmp_path: Path) -> None:
    """Made-up people come through one seeded door."""
    text = "from faker import Faker"
    house = plant(tmp_path, {"simulator/session/people.py": text, "simulator/events.py": text})

    assert strangers(house) == ["faker has one door, not 2: simulator/events.py, simulator/session/people.py"]


@pytest.mark.parametrize(("package", "command"), [("generator", "runbook"), ("simulator", "drill")])
def test_help_imports_nothing_heavy(package: str, command: str) -> None:
    """Asking for help needs no arrays, no site builder and no schema validator."""
    code = (
        f"import sys; from {package}.cli import main; sys.argv = ['{command}', '--help']\n"
        "try:\n    main()\n"
        "finally:\n    print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    assert "Usage" in done.stdout, done.stderr
    loaded = set(done.stderr.split())
    assert not loaded & {"aiohttp", "faker", "jsonschema", "mike", "mkdocs", "numpy", "scipy"}


def test_schema_is_data_only() -> None:
    """A module in ``schema/`` would hide a public package of that name."""
    assert list((ROOT / "schema").rglob("*.py")) == []


def test_every_folder_of_tests_is_a_package() -> None:
    """Without its ``__init__.py`` a folder ``tests/generator`` would hide the product."""
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def test_every_dependency_is_pinned_by_name_and_version() -> None:
    """``constraints.txt`` holds ``name==version`` lines alone, and misses no dependency."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()[1:]

    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []
    assert {_plain(name) for name in wanted} - {_plain(line) for line in lines} == set()


def _plain(requirement: str) -> str:
    """The name in a requirement, spelled as package indexes compare it.

    >>> _plain("Types_PyYAML>=6.0")
    'types-pyyaml'
    """
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[-_.]+", "-", name[0]).lower()
