"""Markdown in, its code blocks out; a block in, how it runs and what it should say out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROMPT = "$ "
ELLIPSIS = "..."
_FENCE = re.compile(r"^```(\S*)\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """The lines between two fences; ``line`` is where they begin, counted from 1."""

    page: str
    line: int
    language: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A command of a console block, and what the page says that it answers."""

    line: int
    command: str
    answer: tuple[str, ...]


@dataclass(slots=True)
class Shell:
    """A folder in which commands run one after another, each where the one before it left off."""

    folder: Path
    """Where the first one runs."""
    place: Path | None = None
    """Where ``cd`` went last; None: nowhere yet."""
    code: int = 0
    """How the last command ended; ``echo $?`` says it, as in one shell."""
    environment: Mapping[str, str] = field(default_factory=lambda: _environment())

    def run(self, script: str, *, stop_at_failure: bool = False) -> str:
        """What a script says on both streams."""
        options = ["-e"] if stop_at_failure else []
        first = f"(exit {self.code})\n" if not stop_at_failure else ""
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as place:
            done = subprocess.run(
                ["bash", *options, "-c", f"trap 'pwd > {place.name}' EXIT\n{first}{script}"],
                cwd=self.place or self.folder,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            self.place = Path(place.read().rstrip("\n") or self.folder)
        self.code = done.returncode
        return done.stdout


def pages() -> tuple[Path, ...]:
    """The README and everything that people wrote below ``docs/``; the reference is made."""
    written = sorted(path for path in (ROOT / "docs").rglob("*.md") if "reference" not in path.parts)
    return (ROOT / "README.md", *written)


def blocks(page: Path) -> Iterator[Block]:
    """The code blocks of a page, in order."""
    begin, language, inside = 0, "", list[str]()
    name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = _FENCE.match(line)
        if begin and line.strip() == "```":
            yield Block(name, begin, language, tuple(inside))
            begin = 0
        elif not begin and fence:
            begin, language, inside = number + 1, fence[1], []
        elif begin:
            inside.append(line)


def exchanges(block: Block) -> Iterator[Exchange]:
    """The commands of a console block, each with the lines below it."""
    starts = [index for index, line in enumerate(block.lines) if line.startswith(PROMPT)]
    for start, end in zip(starts, [*starts[1:], len(block.lines)], strict=True):
        command = block.lines[start].removeprefix(PROMPT)
        yield Exchange(block.line + start, command, block.lines[start + 1 : end])


def agrees(said: str, shown: Sequence[str]) -> bool:
    """Whether a page shows what a command said; ``...`` on a line of its own stands for any lines.

    >>> agrees("a\\nb\\nc\\n", ["a", "..."]), agrees("a\\nb\\n", ["b"]), agrees("a  \\n", ["a"])
    (True, False, True)
    """
    parts = [".*" if line == ELLIPSIS else re.escape(line.rstrip()) + "\n" for line in shown]
    text = "".join(f"{line.rstrip()}\n" for line in said.splitlines())
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _environment() -> dict[str, str]:
    """Our own, with the commands on the path and a terminal of a known width."""
    binaries = Path(sys.executable).parent
    path = f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "COLUMNS": "100", "NO_COLOR": "1"}
