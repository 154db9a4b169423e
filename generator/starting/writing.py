"""Texts by path in, files on disk out: all of them or none, and never over another."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from generator.starting.ground import StartError

Files = Mapping[str, bytes]
"""Contents by path, relative to the folder they go to, with ``/``."""


def write_folder(folder: Path, files: Files) -> None:
    """A new folder with these files, which appears at once, when everything is written."""
    if os.path.lexists(folder):
        raise StartError(f"{folder} exists already, and nothing is overwritten")
    staged = _staged(folder.parent, files)
    try:
        staged.rename(folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def write_new(root: Path, files: Files, *, unless: str) -> tuple[str, ...]:
    """Files beside what a folder holds already; the paths that were there and stay as they are.

    Nothing is written when the folder holds ``unless``.
    """
    if os.path.lexists(root / unless):
        raise StartError(f"{root / unless} exists already, and nothing is overwritten: choose another folder")
    kept = tuple(path for path in files if os.path.lexists(root / path))
    files = {path: content for path, content in files.items() if path not in kept}
    root.mkdir(parents=True, exist_ok=True)
    staged = _staged(root, files)
    moved: list[Path] = []
    try:
        for path in files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).rename(root / path)
            moved.append(root / path)
    except BaseException:  # an interruption is the very case: what was moved goes again
        for file in moved:
            file.unlink(missing_ok=True)
        _remove_empty(root, files)
        raise
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return kept


def replace_files(root: Path, files: Files) -> None:
    """Files that a command made before, made again."""
    staged = _staged(root, files)
    try:
        for path in files:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).replace(root / path)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _staged(parent: Path, files: Files) -> Path:
    """All files in a folder of their own, on the disk that they will be moved on."""
    staged = Path(tempfile.mkdtemp(prefix=".runbook-", dir=parent))
    try:
        staged.chmod(0o755)  # as any other folder: it may become one
        for path, content in files.items():
            (staged / path).parent.mkdir(parents=True, exist_ok=True)
            (staged / path).write_bytes(content)
    except BaseException:
        shutil.rmtree(staged, ignore_errors=True)
        raise
    return staged


def _remove_empty(root: Path, files: Iterable[str]) -> None:
    folders = {folder for path in files for folder in (root / path).parents if folder.is_relative_to(root)}
    for folder in sorted(folders - {root}, key=lambda one: -len(one.parts)):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
