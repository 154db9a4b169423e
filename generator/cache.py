"""A folder and a stamp in, values kept between runs out: what is damaged, foreign or of another stamp is not there.

Each value is a JSON file of its own, named by the hash of the stamp and of everything that it was made from,
and begins with the hash of the rest. It is put in place whole, so several programs may share a folder.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Cache:
    """Values by the text that they depend on."""

    folder: Path | None
    """None keeps nothing."""
    stamp: str
    """What every value depends on, such as the code that made it."""
    _used: set[str] = field(default_factory=set)

    def get(self, key: str) -> Any:
        """The value that was put there, or None."""
        if self.folder is None:
            return None
        try:
            mark, _, body = (self.folder / self._name(key)).read_bytes().partition(b"\n")
            return json.loads(body) if mark == _hash(body) else None
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keep a value that JSON can tell; where nothing can be written, nothing is kept."""
        if self.folder is None:
            return
        body = json.dumps(value, separators=(",", ":")).encode()
        target = self.folder / self._name(key)
        passing = target.with_name(f".{target.name}.{os.getpid()}")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            passing.write_bytes(_hash(body) + b"\n" + body)
            passing.replace(target)
        except OSError:
            return

    def prune(self) -> None:
        """Drop what nobody asked for since this cache was opened."""
        if self.folder is None:
            return
        try:
            for path in self.folder.iterdir():
                if path.name not in self._used:
                    path.unlink(missing_ok=True)
        except OSError:
            return

    def _name(self, key: str) -> str:
        name = hashlib.sha256(f"{self.stamp}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()
        self._used.add(name)
        return name


def _hash(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


@functools.cache
def code_stamp() -> str:
    """The hash of this package's own code and of its schemas, and the version of Python."""
    package = Path(__file__).parent
    files = [*package.rglob("*.py"), *package.rglob("*.json"), *(package.parent / "schema").rglob("*.json")]
    mark = hashlib.sha256(sys.version.encode())
    for file in sorted(files):
        mark.update(file.name.encode() + b"\0" + file.read_bytes())
    return mark.hexdigest()
