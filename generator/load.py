"""Files in, located data out; what cannot be read becomes a finding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.source import Document, DocumentKind, Finding, Place

MAXIMUM_BYTES = 2_000_000


@dataclass(frozen=True, slots=True)
class Loaded:
    """Every source of a repository, and what was wrong with reading them."""

    root: Path
    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]
    asked: tuple[str, ...] = ()
    """Paths (relative to the root) that findings were asked for; empty: all."""


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    kind: DocumentKind
    name: str


def load(root: Path, paths: Sequence[Path] = ()) -> Loaded:
    """Read all sources under ``root``; ``paths`` limit what is reported, never what is read."""
    if not (root / "runbooks").is_dir():
        message = "there is no folder 'runbooks' here"
        hint = "run this inside a repository of runbooks, or name one with --root"
        return Loaded(root, (), (Finding(Place("runbooks"), "load", "error", message, hint),))
    documents: list[Document] = []
    findings: list[Finding] = []
    for file in _files(root):
        document, problems = _read(root, file)
        documents.append(document)
        findings += problems
    findings += _absent(root)
    asked = tuple(_relative(root, path) for path in paths)
    return Loaded(root, tuple(documents), tuple(findings), asked)


def find_root(start: Path) -> Path:
    """The nearest folder, upward from ``start``, that holds ``runbooks/``; else ``start``."""
    return next((f for f in (start, *start.parents) if (f / "runbooks").is_dir()), start)


def _relative(root: Path, path: Path) -> str:
    return path.resolve().relative_to(root.resolve()).as_posix()


def _files(root: Path) -> Iterator[_File]:
    home = root / "runbooks"
    if (home / "organization.yaml").exists():
        yield _File("runbooks/organization.yaml", "organization", "organization")
    for service in sorted(home.glob("services/*.yaml")):
        yield _File(f"runbooks/services/{service.name}", "service", service.stem)
    for runbook in sorted(home.glob("*/runbook.yaml")):
        yield _File(f"runbooks/{runbook.parent.name}/runbook.yaml", "runbook", runbook.parent.name)
    for drill in sorted(home.glob("*/drills/*.yaml")):
        yield _File(drill.relative_to(root).as_posix(), "drill", drill.stem)


def _absent(root: Path) -> Iterable[Finding]:
    """What one would expect and is not there: an organization, a runbook in each folder, ``.yaml``."""
    home = root / "runbooks"
    if not (home / "organization.yaml").exists():
        hint = "add it: teams, roles, channels and severities stand there"
        yield _finding("runbooks/organization.yaml", "there is no organization", hint)
    for folder in sorted(p for p in home.iterdir() if p.is_dir() and p.name != "services"):
        if not folder.name.startswith((".", "_")) and not (folder / "runbook.yaml").exists():
            path = f"runbooks/{folder.name}/runbook.yaml"
            yield _finding(
                path, "a folder of runbooks/ holds no runbook", "add the file, or remove the folder"
            )
    for file in sorted([*home.glob("*.yml"), *home.glob("*/*.yml"), *home.glob("*/drills/*.yml")]):
        path = file.relative_to(root).as_posix()
        yield _finding(path, "this file is not read", f"rename it to {file.stem}.yaml")


def _finding(path: str, message: str, hint: str) -> Finding:
    return Finding(Place(path), "load", "error", message, hint)


def _read(root: Path, file: _File) -> tuple[Document, list[Finding]]:
    """The document of one file; an empty one when the file cannot be read at all."""
    text, finding = _text(root, file.path)
    if finding is not None:
        return Document(file.path, file.kind, file.name, {}, whole=False), [finding]
    from generator.located import compose  # YAML is imported where it is needed

    composed = compose(text, file.path)
    whole = not composed.findings
    data = composed.data if isinstance(composed.data, dict) else {}
    document = Document(file.path, file.kind, file.name, data, composed.values, composed.keys, whole)
    return document, list(composed.findings)


def _text(root: Path, path: str) -> tuple[str, Finding | None]:
    try:
        target = (root / path).resolve()
    except (OSError, RuntimeError):
        return "", _finding(path, "this link leads nowhere", "replace it by the file itself")
    if not target.is_relative_to(root.resolve()):
        return "", _finding(path, "this link leads out of the repository", "replace it by the file itself")
    if not target.is_file():
        return "", _finding(path, "this is not a file", "replace it by a YAML file")
    try:
        content = target.read_bytes()
    except OSError as error:
        return "", _finding(path, f"the file cannot be read: {error.strerror}", "let it be read by you")
    if len(content) > MAXIMUM_BYTES:
        return "", _finding(path, f"the file is larger than {MAXIMUM_BYTES:,} bytes", "split it")
    return _decoded(content, path)


def _decoded(content: bytes, path: str) -> tuple[str, Finding | None]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = _position(content[: error.start].decode("utf-8", "replace"), path)
        return "", Finding(place, "load", "error", "the file is not UTF-8", "save it as UTF-8")
    return text, None


def _position(before: str, path: str) -> Place:
    lines = before.split("\n")
    return Place(path, len(lines), len(lines[-1]) + 1)
