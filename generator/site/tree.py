"""Pages and files in, a folder that holds exactly those out; what did not change is not touched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Written:
    """What writing a tree changed."""

    written: int
    removed: int
    kept: int


def write(folder: Path, files: Mapping[str, bytes]) -> Written:
    """Make ``folder`` hold these files (relative paths with ``/``) and no others."""
    written = removed = 0
    for name, content in files.items():
        target = folder / name
        if not target.resolve().is_relative_to(folder.resolve()):
            raise ValueError(f"'{name}' leads out of {folder}")
        if target.is_file() and target.read_bytes() == content:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written += 1
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder).as_posix() not in files:
            path.unlink()
            removed += 1
    return Written(written, removed, len(files) - written)
