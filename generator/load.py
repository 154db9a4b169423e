"""Files in, located data out; what cannot be read becomes a finding."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import TypeVar

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
    passed_over: tuple[tuple[DocumentKind, str], ...] = ()
    """Kinds and names of the sources that were not read, since nothing that was asked for depends on them."""


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    kind: DocumentKind
    name: str


T = TypeVar("T", _File, Document)


class _TooMuchError(Exception):
    """There is more than anybody writes; the message says of what."""


def load(root: Path, paths: Sequence[Path] = (), *, narrowly: bool = False) -> Loaded:
    """Read the sources under ``root``; ``paths`` limit what is reported.

    ``narrowly``, they limit what is read too: nothing is found in ``paths`` only because a source was
    not read, but what is found there may say less than it would with all of them.
    """
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
        reader = _Reader(root)
        read = set(_needed(files, asked, reader)) if narrowly and asked else set(files)
        documents = tuple(reader.document(file) for file in files if file in read)
    except _TooMuchError as error:
        message, hint = f"there are more than {error} here", "split the repository"
        return Loaded(root, (), (Finding(Place("runbooks"), "load", "error", message, hint),), asked)
    findings = (*search.findings, *(one for file in files for one in reader.findings.get(file, ())))
    passed_over = tuple((file.kind, file.name) for file in files if file not in read)
    return Loaded(root, documents, findings, asked, passed_over)


def load_one(root: Path, runbook: str) -> Loaded:
    """One runbook with its drills, its service and the organization; of all other sources the names alone.

    Less than the findings of the runbook can depend on: what is found here need not be all, nor stand
    when everything is read.
    """
    files = list(islice(_Search(root).files(), MAXIMUM_SOURCES))
    reader = _Reader(root)
    own = [file for file in files if is_within(file.path, f"runbooks/{runbook}")]
    services = {reader.document(file).data.get("service") for file in own if file.kind == "runbook"}
    read = [
        f
        for f in files
        if f in own or f.kind == "organization" or (f.kind == "service" and f.name in services)
    ]
    documents = tuple(reader.document(file) for file in read)
    passed_over = tuple((file.kind, file.name) for file in files if file not in read)
    findings = tuple(one for file in read for one in reader.findings.get(file, ()))
    return Loaded(root, documents, findings, (f"runbooks/{runbook}",), passed_over)


def is_within(path: str, place: str) -> bool:
    """Whether a path is a place, or stands in it; both relative to the root."""
    return place in (".", path) or path.startswith(f"{place}/")


def is_evidence(path: str, source: str) -> bool:
    """Whether a path is what is kept beside a runbook's source, or stands in it."""
    folder, _, name = source.rpartition("/")
    return name == "runbook.yaml" and is_within(path, f"{folder}/evidence")


def find_root(start: Path) -> Path:
    """The nearest folder, upward from ``start``, that holds ``runbooks/``; else ``start``."""
    return next((f for f in (start, *start.parents) if (f / "runbooks").is_dir()), start)


def _relative(root: Path, path: Path) -> str:
    return path.resolve().relative_to(root.resolve()).as_posix()


@dataclass(slots=True)
class _Reader:
    """Reads each file once."""

    root: Path
    findings: dict[_File, Sequence[Finding]] = field(default_factory=dict)
    _texts: dict[_File, str] = field(default_factory=dict)
    _documents: dict[_File, Document] = field(default_factory=dict)
    _total: int = 0

    def text(self, file: _File) -> str:
        """The text of a file; empty when it has none."""
        if file not in self._texts:
            text, problem = read_text(self.root, file.path)
            self._texts[file] = text
            self._total += len(text)
            if problem is not None:
                self.findings[file] = [problem]
        if self._total > MAXIMUM_TOTAL_BYTES:
            raise _TooMuchError(f"{MAXIMUM_TOTAL_BYTES:,} characters in all sources")
        return self._texts[file]

    def document(self, file: _File) -> Document:
        """A file as located data; of one that cannot be read, its name."""
        if file not in self._documents:
            document = Document(file.path, file.kind, file.name, {}, whole=False)
            # A file with another ending is told already.
            if file.path.endswith(".yaml"):
                text = self.text(file)
                if file not in self.findings:
                    document, self.findings[file] = _composed(file, text)
            self._documents[file] = document
        return self._documents[file]


def _needed(files: Sequence[_File], asked: Sequence[str], reader: _Reader) -> Iterator[_File]:
    """The files that the findings in what was asked for can depend on.

    These are the organization, what is asked for, all that is about the same service, and what those name.
    """
    wanted = [f for f in files if any(is_within(f.path, at) or is_evidence(at, f.path) for at in asked)]
    if any(file.kind == "organization" for file in wanted):
        yield from files
        return
    services = {reader.document(f).data.get("service", f.name if f.kind == "service" else "") for f in wanted}
    names = {name for name in services if isinstance(name, str) and name}
    # A name that a text does not spell can only stand there by an escape, for which YAML needs a backslash.
    related = [f for f in files if "\\" in reader.text(f) or any(name in reader.text(f) for name in names)]
    core = {*wanted, *(f for f in related if reader.document(f).data.get("service") in names)}
    yield from needed(core, files, lambda file: reader.document(file).data)


def needed(core: Collection[T], among: Iterable[T], data_of: Callable[[T], object]) -> Iterator[T]:
    """Of some sources the organization, those of the core, and those that the core names."""
    own = {one.path for one in core}
    named = {one.name for one in core} | {text for one in core for text in _texts(data_of(one))}
    return (one for one in among if one.kind == "organization" or one.path in own or one.name in named)


def _texts(value: object) -> Iterator[str]:
    """Every text inside some data that can be a name."""
    stack = [value]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            stack += one.values()
        elif isinstance(one, list):
            stack += one


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
