"""A revision of the repository in, its sources and the lines that changed since out."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from generator import shell

_SOURCES = "runbooks"
_ENVIRONMENT: Mapping[str, str | None] = {
    "LC_ALL": "C",  # what git complains about is read here
    "GIT_OPTIONAL_LOCKS": "0",  # looking changes nothing, not even the index
    # A hook's git hands these to us, and they would not mean the repository of the root.
    "GIT_DIR": None,
    "GIT_WORK_TREE": None,
    "GIT_INDEX_FILE": None,
    "GIT_PREFIX": None,
}
# Whatever somebody has configured, the output is the one that is read here.
_DIFF = (
    "diff", "--no-color", "--no-ext-diff", "--no-textconv", "--text", "--unified=0", "--inter-hunk-context=0",
    "--find-renames", "--ignore-submodules", "--src-prefix=a/", "--dst-prefix=b/", "--relative",
)  # fmt: skip
_HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


class UnknownRevisionError(ValueError):
    """There is no such revision to be had here; the message says why, and what to do."""


@contextmanager
def sources_at(root: Path, revision: str, *, also: Sequence[str] = ()) -> Iterator[Path]:
    """A folder with the sources of a revision, for as long as the context lasts.

    It holds ``runbooks/``, empty when there was none then, and what there was of the names in ``also``.
    The work tree is not touched; :class:`UnknownRevisionError` when there is no such revision.
    """
    commit = _commit(root, revision)
    prefix = _line(_git(root, "rev-parse", "--show-prefix"))
    top = root / _line(_git(root, "rev-parse", "--show-cdup"))
    with tempfile.TemporaryDirectory(prefix="runbook-") as folder:
        target = Path(folder, "sources")
        (target / _SOURCES).mkdir(parents=True)
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        for name in (_SOURCES, *also):
            thing = f"{commit}:{prefix}{name}"
            kind = _asked(top, "cat-file", "-t", thing).output
            if kind == b"tree\n":
                _git(top, "read-tree", f"--prefix={name}/", thing, more=index)
            elif kind == b"blob\n":
                (target / name).write_bytes(_git(top, "cat-file", "blob", thing))
        if Path(index["GIT_INDEX_FILE"]).exists():
            _git(top, "checkout-index", "--all", f"--prefix={target}/", more=index)
        yield target


def changed_lines(root: Path, revision: str) -> Mapping[str, frozenset[int] | None]:
    """The sources that differ from a revision, each with its lines that are new or changed.

    None stands for a file that is wholly new. Where lines were deleted, the line that follows counts.
    """
    commit = _commit(root, revision)
    changed = _lines_of(_git(root, *_DIFF, commit, "--", _SOURCES))
    others = _git(root, "ls-files", "--others", "-z", "--", _SOURCES)
    return {**changed, **dict.fromkeys(os.fsdecode(name) for name in others.split(b"\0") if name)}


def _commit(root: Path, revision: str) -> str:
    """The full name of the commit that a revision means."""
    if not revision.strip() or revision.startswith("-") or not revision.isprintable():
        raise UnknownRevisionError(
            f"{revision!r} is no revision: name a branch, a tag or a commit, such as 'main' or 'HEAD~1'"
        )
    _git(root, "rev-parse", "--show-prefix")
    answer = _asked(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if answer.code:
        raise UnknownRevisionError(
            f"there is no revision '{revision}' here: 'git log' lists what there is, 'git fetch' brings more"
            " (a clone that was made with --depth lacks the older ones)"
        )
    return _line(answer.output)


def _git(folder: Path, *arguments: str, more: Mapping[str, str] | None = None) -> bytes:
    """What git answers; UnknownRevisionError with its own words when it does not."""
    answer = _asked(folder, *arguments, more=more)
    if answer.code == 0:
        return answer.output
    if "not a git repository" in answer.complaint:
        raise UnknownRevisionError(
            f"{folder} is not in a git repository: 'git init' and a first commit make it one"
        )
    lines = answer.complaint.strip().splitlines() or [f"it ended with exit code {answer.code}"]
    raise UnknownRevisionError(f"git {arguments[0]} did not work: {lines[0].removeprefix('fatal: ')}")


def _asked(folder: Path, *arguments: str, more: Mapping[str, str] | None = None) -> shell.Answer:
    command = ("git", "-c", "core.quotePath=false", "-c", "core.fsmonitor=false", *arguments)
    try:
        return shell.ask(command, folder, environment={**_ENVIRONMENT, **(more or {})})
    except FileNotFoundError:
        raise UnknownRevisionError(
            "git is not installed, and revisions are read with it: install git"
        ) from None


def _line(output: bytes) -> str:
    return os.fsdecode(output.removesuffix(b"\n"))


def _lines_of(patch: bytes) -> dict[str, frozenset[int] | None]:
    """The changed lines of each file that a patch without context tells of."""
    found: dict[str, set[int] | None] = {}
    before = path = ""
    lines = iter(patch.split(b"\n"))
    for line in lines:
        if line.startswith(b"--- "):
            before = _name(line[4:])
        elif line.startswith(b"+++ "):
            path = _name(line[4:])
            if path == "/dev/null":  # the file is gone, and whoever misses it says so at its first line
                path = before.removeprefix("a/")
            path = path.removeprefix("b/")
            found[path] = None if before == "/dev/null" else set()
        elif hunk := _HUNK.match(line):
            taken, start, given = (1 if part is None else int(part) for part in hunk.groups())
            numbers = found[path]
            if numbers is not None:
                numbers.update(range(start, start + given) if given else (start + 1,))
            _pass_over(lines, taken + given)
    return {name: None if lines is None else frozenset(lines) for name, lines in found.items()}


def _pass_over(lines: Iterator[bytes], count: int) -> None:
    """Leave out the text of a hunk, which may look like anything."""
    for _ in range(count):
        next(lines, None)


def _name(text: bytes) -> str:
    """A file's name as a patch writes it: with a tab behind it when it has spaces, quoted when it is odd."""
    text = text.removesuffix(b"\t")
    if not text.startswith(b'"'):
        return os.fsdecode(text)
    quoted = text[1:-1].decode("latin-1")
    plain = re.sub(r"\\([0-7]{3}|.)", _unescaped, quoted)
    return os.fsdecode(plain.encode("latin-1"))


def _unescaped(escape: re.Match[str]) -> str:
    sign = escape.group(1)
    return chr(int(sign, 8) if len(sign) == 3 else _ESCAPES.get(sign, ord(sign)))
