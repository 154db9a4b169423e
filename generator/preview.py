"""A repository in, its site on loopback out, renewed after every change of its sources until somebody stops it.

An edited page is up first, alone; then the whole site is built beside the one that is shown, and takes its place
only when nothing is wrong with it.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from generator import shell
from generator.site.serving import Shown, address, server

PAUSE_S = 0.5
WATCHED = ("runbooks", "docs", "mkdocs.yml")
FOLDER = Path("build", "serving")
"""Where the next site grows, below the root."""
_BUILD = "from generator.cli import main; main()"

Marks = Mapping[str, tuple[int, int]]
Say = Callable[[str], None]


@dataclass(slots=True)
class Preview:
    """A site that follows its sources."""

    root: Path
    say: Say
    audience: str | None = None
    follows: bool = True
    """False: it shows what was built last, whatever changes."""
    shown: Shown = field(init=False)
    _seen: Marks = field(init=False)
    _building: shell.Running | None = None
    _begun: float = 0.0

    def __post_init__(self) -> None:
        self.shown = Shown(self.root / "site", reloads=self.follows)
        self._seen = marks(self.root)

    def look(self) -> None:
        """Once: take over what was built meanwhile, and answer what changed since the last look."""
        if not self.follows:
            return
        self._take_over()
        now = marks(self.root)
        changed = sorted(path for path in {*now, *self._seen} if now.get(path) != self._seen.get(path))
        self._seen = now
        if changed:
            self.say(f"changed: {', '.join(changed[:3])}{', ...' if len(changed) > 3 else ''}")
            self.stop()
            self._show_pages(changed)
            self._begin()

    @property
    def is_building(self) -> bool:
        """Whether the whole site is on its way."""
        return self._building is not None

    def stop(self) -> None:
        """Leave no process behind."""
        if self._building is not None:
            self._building.stop()
            self._building = None

    def _show_pages(self, changed: list[str]) -> None:
        """Put up the pages of edited runbooks, before anything else is built."""
        begun = time.monotonic()
        books = {
            path.split("/")[1] for path in changed if path.startswith("runbooks/") and path.count("/") > 1
        }
        for book in sorted(books - {"services"}):
            page = _page(self.root, book, self.audience)
            if page:
                self.shown.show({**self.shown.newer, **page})
                self.say(f"runbooks/{book}: its page is up ({time.monotonic() - begun:.1f} s)")

    def _begin(self) -> None:
        folder = self.root / FOLDER
        shutil.rmtree(folder, ignore_errors=True)
        given = ["--root", str(self.root), "--out", str(folder / "site")]
        given += [] if self.audience is None else ["--audience", self.audience]
        self._begun = time.monotonic()
        self._building = shell.start([sys.executable, "-c", _BUILD, "build", *given], self.root)

    def _take_over(self) -> None:
        if self._building is None or self._building.code is None:
            return
        code, output = self._building.code, self._building.output()
        self.stop()
        if code:
            self.say(f"{output.strip()}\nnot shown: the last good pages stay up")
            self.shown.show({})
            return
        new, old = self.root / FOLDER / "site", self.root / FOLDER / "old"
        with contextlib.suppress(FileNotFoundError):
            self.shown.folder.rename(old)
        new.rename(self.shown.folder)
        self.shown.show({})
        shutil.rmtree(old, ignore_errors=True)
        self.say(f"the whole site is up ({time.monotonic() - self._begun:.1f} s)")


def serve(preview: Preview, *, port: int) -> None:
    """Show the site until interrupted; OSError when the port is taken."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with server(preview.shown, port=port) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        preview.say(f"{address(running)} (Ctrl+C ends it)")
        if preview.follows:
            importlib.import_module("generator.site.rendering")  # a second that the first edit need not wait
        try:
            while True:
                preview.look()
                time.sleep(PAUSE_S)
        finally:
            preview.stop()
            running.shutdown()


def marks(root: Path) -> Marks:
    """When each watched file was changed last, and how long it is."""
    return {path: (stat.st_mtime_ns, stat.st_size) for path, stat in _stats(root)}


def _stats(root: Path) -> Iterator[tuple[str, os.stat_result]]:
    waiting = [root / name for name in WATCHED]
    while waiting:
        path = waiting.pop()
        with contextlib.suppress(OSError):
            if path.is_dir():
                waiting += (one for one in path.iterdir() if not one.name.startswith("."))
            else:
                yield path.relative_to(root).as_posix(), path.stat()


def _page(root: Path, runbook: str, audience: str | None) -> dict[str, bytes]:
    """The page of a runbook by its path; nothing where the whole build has to say what is wrong."""
    from generator.audience import UnknownAudienceError
    from generator.compile import SourceErrors, load_alone
    from generator.site.building import runbook_source
    from generator.site.rendering import render_one

    try:
        catalogue = load_alone(root, runbook, audience)
    except (SourceErrors, UnknownAudienceError, StopIteration):
        return {}
    source = runbook_source(catalogue, runbook)
    if source is None or not (root / "build" / "site-src" / source.path).is_file():
        return {}  # a new page has no place in the navigation yet
    (root / "build" / "site-src" / source.path).write_bytes(source.markdown().encode())
    into = root / FOLDER / "page"
    built = render_one(root / "build", source.path, into)
    return {built.relative_to(into).as_posix(): built.read_bytes()}
