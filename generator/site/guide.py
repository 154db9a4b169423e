"""The repository's ``docs/`` in, its files for the tree and their navigation out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from generator.site.markup import plain_title
from generator.site.navigation import Entry

FOLDER = "guide"
ORDER = (
    "index.md",
    *("tutorial", "first-drill.md", "first-drill-debrief.md", "first-change.md"),
    *("how-to", "reference", "explanation", "glossary.md"),
)
_HEADING = re.compile(r"^#\s+(.+?)(?:\s*\{[^}]*\})?\s*$", re.MULTILINE)


def guide_files(docs: Path) -> dict[str, bytes]:
    """Every file below ``docs/`` by its path in the tree; changelog fragments and hidden files stay out."""
    if not docs.is_dir():
        return {}
    return {
        f"{FOLDER}/{path.relative_to(docs).as_posix()}": path.read_bytes()
        for path in sorted(docs.rglob("*"))
        if path.is_file() and not _left_out(path.relative_to(docs))
    }


def guide_navigation(files: Mapping[str, bytes]) -> tuple[Entry, ...]:
    """The guide's pages in reading order, folders as sections."""
    pages = [name for name in files if name.startswith(f"{FOLDER}/") and name.endswith(".md")]
    return _section(PurePosixPath(FOLDER), pages, files)


def _section(folder: PurePosixPath, pages: list[str], files: Mapping[str, bytes]) -> tuple[Entry, ...]:
    names = {PurePosixPath(page).relative_to(folder).parts[0] for page in pages}
    entries = []
    for name in sorted(names, key=_rank):
        path = folder / name
        if name.endswith(".md"):
            entries.append(Entry(_title(path, files[str(path)]), str(path)))
        else:
            inside = [page for page in pages if PurePosixPath(page).is_relative_to(path)]
            entries.append(Entry(name.replace("-", " ").capitalize(), None, _section(path, inside, files)))
    return tuple(entries)


def _rank(name: str) -> tuple[int, str]:
    if name == "index.md":
        return -1, name
    return (ORDER.index(name) if name in ORDER else len(ORDER)), name


def _title(path: PurePosixPath, content: bytes) -> str:
    found = _HEADING.search(content.decode("utf-8", "replace"))
    return plain_title(found.group(1) if found else path.stem.replace("-", " ").capitalize())


def _left_out(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    return hidden or any(part.startswith("changelog") for part in path.parts[:-1])
