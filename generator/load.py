"""Files in, located data out; what cannot be read becomes a finding."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from generator.files import finding, read_text
from generator.source import Document, DocumentKind, Finding, Place

MAXIMUM_SOURCES = 20_000
MAXIMUM_ENTRIES = 200_000
"""Files and folders that are looked at to find the sources."""
MAXIMUM_TOTAL_BYTES = 100_000_000


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


class _TooMuchError(Exception):
    """There is more than anybody writes; the message says of what."""


def load(root: Path, paths: Sequence[Path] = ()) -> Loaded:
    """Read all sources under ``root``; ``paths`` limit what is reported, never what is read."""
    asked = tuple(_relative(root, path) for path in paths)
    if not (root / "runbooks").is_dir():
        message = "there is no folder 'runbooks' here"
        hint = "run this inside a repository of runbooks, or name one with --root"
        return Loaded(root, (), (Finding(Place("runbooks"), "load", "error", message, hint),))
    search = _Search(root)
    try:
        files = list(islice(search.files(), MAXIMUM_SOURCES + 1))
        if len(files) > MAXIMUM_SOURCES:
            raise _TooMuchError(f"{MAXIMUM_SOURCES:,} sources")
        documents = list(_documents(root, files, search.findings))
    except _TooMuchError as error:
        message, hint = f"there are more than {error} here", "split the repository"
        return Loaded(root, (), (Finding(Place("runbooks"), "load", "error", message, hint),), asked)
    return Loaded(root, tuple(documents), tuple(search.findings), asked)


def find_root(start: Path) -> Path:
    """The nearest folder, upward from ``start``, that holds ``runbooks/``; else ``start``."""
    return next((f for f in (start, *start.parents) if (f / "runbooks").is_dir()), start)


def _relative(root: Path, path: Path) -> str:
    return path.resolve().relative_to(root.resolve()).as_posix()


def _documents(root: Path, files: Sequence[_File], findings: list[Finding]) -> Iterator[Document]:
    total = 0
    for file in files:
        if not file.path.endswith(".yaml"):  # told already; its name is known, so that nobody misses it
            yield Document(file.path, file.kind, file.name, {}, whole=False)
            continue
        text, problem = read_text(root, file.path)
        total += len(text)
        if total > MAXIMUM_TOTAL_BYTES:
            raise _TooMuchError(f"{MAXIMUM_TOTAL_BYTES:,} characters in all sources")
        document, problems = _composed(file, text) if problem is None else (None, [problem])
        findings += problems
        yield document or Document(file.path, file.kind, file.name, {}, whole=False)


def _composed(file: _File, text: str) -> tuple[Document, list[Finding]]:
    from generator.located import compose  # YAML is imported where it is needed

    composed = compose(text, file.path)
    whole = not composed.findings
    data = composed.data if isinstance(composed.data, dict) else {}
    document = Document(file.path, file.kind, file.name, data, composed.values, composed.keys, whole, text)
    return document, list(composed.findings)


@dataclass(slots=True)
class _Search:
    """Looks where sources stand; what is missing or would be passed over is a finding."""

    root: Path
    findings: list[Finding] = field(default_factory=list)
    entries: int = 0

    def files(self) -> Iterator[_File]:
        home = self._names("runbooks")
        yield from self._named("organization", home)
        for name in self._sources("runbooks/services"):
            yield _File(f"runbooks/services/{name}", "service", _stem(name))
        folders = [name for name in home if name != "services" and (self.root / "runbooks" / name).is_dir()]
        drills: list[_File] = []
        for folder in folders:
            yield from self._runbook(folder)
            place = f"runbooks/{folder}/drills"
            drills += [_File(f"{place}/{name}", "drill", _stem(name)) for name in self._sources(place)]
        yield from drills

    def _named(self, stem: str, names: Sequence[str]) -> Iterator[_File]:
        """The organization, which is the only source right in ``runbooks/``."""
        found = [name for name in names if _stem(name) == stem and _is_source(name)]
        self._other_endings("runbooks", [name for name in names if _is_source(name)])
        if found:
            yield _File(f"runbooks/{found[0]}", "organization", "organization")
        else:
            hint = "add it: teams, roles, channels and severities stand there"
            self.findings.append(finding("runbooks/organization.yaml", "there is no organization", hint))

    def _runbook(self, folder: str) -> Iterator[_File]:
        names = self._sources(f"runbooks/{folder}")
        found = [name for name in names if _stem(name) == "runbook"]
        if found:
            yield _File(f"runbooks/{folder}/{found[0]}", "runbook", folder)
        elif not folder.startswith((".", "_")):
            path, hint = f"runbooks/{folder}/runbook.yaml", "add the file, or remove the folder"
            self.findings.append(finding(path, "a folder of runbooks/ holds no runbook", hint))

    def _sources(self, folder: str) -> list[str]:
        """The names in a folder that end like YAML, each stem once: the right ending before others."""
        names = [name for name in self._names(folder) if _is_source(name)]
        self._other_endings(folder, names)
        return list({_stem(name): name for name in sorted(names, key=lambda n: n.endswith(".yaml"))}.values())

    def _other_endings(self, folder: str, names: Sequence[str]) -> None:
        self.findings += [
            finding(f"{folder}/{name}", "this file is not read", f"rename it to {_stem(name)}.yaml")
            for name in names
            if not name.endswith(".yaml")
        ]

    def _names(self, folder: str) -> list[str]:
        """What stands in a folder, sorted; nothing when it is none."""
        try:
            with os.scandir(self.root / folder) as entries:
                names = [entry.name for entry in islice(entries, MAXIMUM_ENTRIES - self.entries + 1)]
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            hint = "let it be read by you"
            self.findings.append(finding(folder, f"the folder cannot be read: {error.strerror}", hint))
            return []
        self.entries += len(names)
        if self.entries > MAXIMUM_ENTRIES:
            raise _TooMuchError(f"{MAXIMUM_ENTRIES:,} files and folders")
        for name in sorted(name for name in names if not name.isprintable()):
            path = f"{folder}/{''.join(c if c.isprintable() else '�' for c in name)}"
            message = "a name with characters that do not show"
            self.findings.append(finding(path, message, "rename it: letters, digits, dashes"))
        return sorted(name for name in names if name.isprintable())


def _is_source(name: str) -> bool:
    return name.lower().endswith((".yaml", ".yml"))


def _stem(name: str) -> str:
    return name.rpartition(".")[0]
