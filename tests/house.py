"""A checkout in, broken house rules out: rooms, the arrows between them, the homes of third parties."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

PACKAGES = ("generator", "simulator")

# A room is a module or a folder right under its package. A room may import what stands beside it here and,
# through that, what lies below.
_READING = {
    "source",
    "model",
    "kinds",
    "schemas",
    "statistics",
    "values",
    "queries",
    "inside",
    "keywords",
    "located",
    "panel",
    "plan",
    "prose",
    "quantities",
    "files",
    "unseen",
    "misread",
    "ways",
    "conditions",
    "patterns",
    "contexts",
}
_GENERATOR: Mapping[str, set[str]] = {
    "source": set(),
    "statistics": set(),
    "model": set(),
    "shell": set(),
    "inside": {"source"},
    "keywords": {"source"},
    "unseen": {"source"},
    "misread": {"unseen"},
    "located": {"source", "unseen", "misread"},
    "files": {"source"},
    "values": {"model", "source"},
    "kinds": {"source"},
    "panel": {"source", "model"},
    "plan": {"model"},
    "ways": {"model", "plan", "kinds"},
    "prose": {"source", "model", "plan"},
    "quantities": {"prose"},
    "conditions": {"model"},
    "patterns": set(),
    "contexts": {"model", "prose"},
    "schemas": {"source", "kinds", "keywords"},
    "queries": {"model", "kinds"},
    "load": _READING,
    "cache": set(),
    "content": set(),
    "hashes": {"content", "model", "values"},
    "contradictions": {"model", "statistics"},
    "evidence": {
        "content",
        "files",
        "given",
        "hashes",
        "located",
        "model",
        "schemas",
        "shell",
        "source",
        "unseen",
        "values",
    },
    "checks": _READING | {"load", "audience", "content", "contradictions", "evidence"},
    "waivers": {"source"},
    "check": _READING | {"load", "checks", "waivers"},
    "web": set(),
    "external": _READING | {"load", "checks", "check", "web"},
    "audience": {"source", "model", "schemas", "waivers", "evidence"},
    "known": _READING | {"cache", "load", "checks", "check"},
    "compile": _READING | {"audience", "content", "evidence", "load", "check", "known"},
    "report": {"source"},
    "given": {"source", "schemas"},
    "catalogue_file": {"given", "model", "values"},
    "catalogue_given": _READING | {"load", "checks", "catalogue_file", "given"},
    "revisions": {"shell", "source", "load"},
    "since": {"check", "load", "report", "revisions"},
    "workflow": {"source", "report", "revisions"},
    "changes": _READING | {"load", "check", "compile", "evidence", "revisions"},
    "starting": _READING | {"load", "checks", "check", "site"},
    "site": {
        "source",
        "model",
        "kinds",
        "queries",
        "prose",
        "contexts",
        "plan",
        "shell",
        "catalogue_file",
        "cache",
    },
    "exports": {"model", "kinds", "queries", "contexts", "prose", "catalogue_file"},
    "crash": set(),
    "entry": {"audience", "catalogue_given", "crash", "files", "load", "compile", "report"},
    "show": {"model", "prose"},
    "preview": {"audience", "compile", "shell", "site"},
    "publishing": _READING
    | {
        "audience",
        "changes",
        "compile",
        "content",
        "crash",
        "given",
        "load",
        "revisions",
        "shell",
        "show",
        "site",
    },
    "reference": _READING | {"shell", "checks", "exports", "waivers"},
}
_GROUND = {
    f"generator.{room}"
    for room in (
        "model",
        "conditions",
        "contradictions",
        "kinds",
        "values",
        "statistics",
        "prose",
        "source",
        "hashes",
    )
}
_SIMULATOR: Mapping[str, set[str]] = {
    "events": set(),
    "shell": set(),
    "world": set(),
    "faults": {"world"},
    "signals": {"world"},
    "controls": {"world"},
    "responders": {"events"},
    "cast": set(),
    "session": {"world", "faults", "signals", "controls", "responders", "events", "cast"},
    "scoring": {"events"},
    "report": {"scoring", "events"},
    "exercises": {"events", "scoring"},
    "keeping": {"events", "exercises", "scoring", "report"},
    "console": {"session", "scoring", "report"},
    "rehearsal": {"session", "scoring", "report"},
    "live": {"session", "scoring", "report", "shell"},
    "reference": {"console"},
}


def _arrows() -> dict[str, set[str]]:
    """Both packages in one table of full names, with their cli on top."""
    arrows = {f"generator.{room}": {f"generator.{r}" for r in below} for room, below in _GENERATOR.items()}
    for room, below in _SIMULATOR.items():
        arrows[f"simulator.{room}"] = _GROUND | {f"simulator.{r}" for r in below}
    arrows["simulator.keeping"] |= {"generator.evidence"}
    arrows["simulator.rehearsal"] |= {"generator.cache"}
    arrows["simulator.rehearsal"] |= {"generator.located"}
    arrows["simulator.live"] |= {"generator.catalogue_file", "generator.exports", "generator.queries"}
    arrows["simulator.live"] |= {"generator.contexts", "generator.patterns"}
    arrows["generator.cli"] = {f"generator.{room}" for room in _GENERATOR}
    arrows["simulator.cli"] = {f"simulator.{room}" for room in _SIMULATOR}
    arrows["simulator.cli"] |= {
        f"generator.{room}"
        for room in ("source", "load", "check", "compile", "report", "crash", "entry", "workflow")
    }
    return arrows


ARROWS = _arrows()

# Third parties, and the rooms or packages that may import them.
HOMES: Mapping[str, set[str]] = {
    "aiohttp": {"simulator.live"},
    "click": {"generator.cli", "generator.entry", "simulator.cli"},
    "dask": {"simulator.rehearsal"},
    "distributed": {"simulator.rehearsal"},
    "markdown": {"generator.site"},
    "material": {"generator.site"},
    "mike": {"generator.site"},
    "mkdocs": {"generator.site"},
    "numpy": {"simulator"},
    "scipy": set(),
    "subprocess": {"generator.shell", "simulator.shell"},
}


@dataclass(frozen=True, slots=True)
class Import:
    """One imported module, and the line that asks for it."""

    path: Path
    line: int
    room: str
    module: str

    def __str__(self) -> str:
        return f"{self.path.as_posix()}:{self.line}"


def module_name(path: Path) -> str:
    """The dotted name of a file, relative to the root of the checkout.

    >>> module_name(Path("simulator/world/__init__.py"))
    'simulator.world'
    """
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room of a module; the package itself is a room that nobody needs leave to enter.

    >>> room_of("simulator.world.state")
    'simulator.world'
    """
    return ".".join(module.split(".")[:2])


def _imported(node: ast.AST, path: Path) -> Iterator[str]:
    """The modules that one statement names; ``from a import b`` counts as ``a.b``."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            folder = path.parents[node.level - 1]
            base = ".".join((*folder.parts, *filter(None, [base])))
        yield from (f"{base}.{alias.name}" for alias in node.names)


def modules(root: Path) -> Iterator[Path]:
    """All modules of both packages, relative to the root."""
    for package in PACKAGES:
        yield from (path.relative_to(root) for path in sorted((root / package).rglob("*.py")))


def imports(root: Path) -> Iterator[Import]:
    """Every import of every module, wherever in the module it stands."""
    for path in modules(root):
        room = room_of(module_name(path))
        for node in ast.walk(ast.parse((root / path).read_bytes(), path.as_posix())):
            for module in _imported(node, path):
                yield Import(path, getattr(node, "lineno", 1), room, module)


def _is_room(root: Path, name: str) -> bool:
    place = root.joinpath(*name.split("."))
    return name in ARROWS or place.is_dir() or place.with_suffix(".py").is_file()


def _between_rooms(root: Path) -> Iterator[tuple[Import, str]]:
    """The imports that lead from one room to another, each with the room it leads to."""
    for found in imports(root):
        target = room_of(found.module)
        if found.module.split(".")[0] in PACKAGES and target != found.room and _is_room(root, target):
            yield found, target


def _below(room: str) -> set[str]:
    """Every room that a room may import: along the arrows, as far as they lead."""
    seen: set[str] = set()
    waiting = [room]
    while waiting:
        for target in ARROWS.get(waiting.pop(), set()) - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def unlisted_rooms(root: Path) -> list[str]:
    """Modules that stand in no room of the table."""
    return [
        f"{path.as_posix()}: room {room} is not in the table; give it its arrows in tests/house.py"
        for path in modules(root)
        if (room := room_of(module_name(path))) not in ARROWS and room not in PACKAGES
    ]


def forbidden_arrows(root: Path) -> list[str]:
    """Imports between rooms that the table does not allow, one message a statement."""
    problems = (
        f"{found}: {found.room} may not import {target}"
        for found, target in _between_rooms(root)
        if target not in _below(found.room) and target not in PACKAGES
    )
    return list(dict.fromkeys(problems))


def circles(root: Path) -> list[str]:
    """The first circle of rooms that import each other, if there is one."""
    graph: dict[str, set[str]] = {}
    for found, target in _between_rooms(root):
        graph.setdefault(found.room, set()).add(target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return ["rooms import in a circle: " + " <- ".join(error.args[1])]
    return []


def strangers(root: Path) -> list[str]:
    """Third parties outside their rooms."""
    problems = []
    doors: set[str] = set()
    for found in imports(root):
        name = found.module.split(".")[0]
        homes = HOMES.get(name)
        if homes is not None and not homes & {found.room, found.room.split(".")[0]}:
            problems.append(f"{found}: {name} may be imported only in {', '.join(sorted(homes)) or 'tests'}")
        if name == "faker":
            doors.add(found.path.as_posix())
    if len(doors) > 1:
        problems.append(f"faker has one door, not {len(doors)}: {', '.join(sorted(doors))}")
    return problems
