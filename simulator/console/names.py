"""Names of people in, pseudonyms out; who is who stands in one file beside the record, and can be erased."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from simulator.console.text import clean
from simulator.console.veil import same, veiled

FILE = "people.yaml"
DRAFT = f".{FILE}.new"
LONGEST = 60
HEAD = "# Who was who in this drill. `drill forget` erases this file; the record holds without it.\n"
ROW = re.compile(r"(p[1-9]\d*):\s*(.+)")


class NameError_(ValueError):  # noqa: N801, N818 - NameError is Python's
    """No name; the message says what one looks like."""


class Names:
    """Pseudonyms by order of coming. Who comes back under the same name gets the same one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._names = _read(self._file)
        """By pseudonym."""

    def name(self, person: str) -> str:
        return self._names[person]

    def known(self, name: str) -> str:
        """The pseudonym of somebody of that name who has been there before; empty for others."""
        wanted = same(clean(name))
        return next((person for person, known in self._names.items() if same(known) == wanted), "")

    def person(self, name: str) -> str:
        """The pseudonym of a name, written down before it is used.

        NameError_ for what is no name, OSError when it cannot be written down: nobody is known by it then.
        """
        wanted = " ".join(clean(name).split())
        if not any(sign.isalpha() for sign in wanted) or len(wanted) > LONGEST:
            raise NameError_(f"give a name of at most {LONGEST} signs, with --name")
        if known := self.known(wanted):
            return known
        person = f"p{1 + max((int(known[1:]) for known in self._names), default=0)}"
        names = {**self._names, person: wanted}
        self._write(names)
        self._names = names
        return person

    def veil(self, text: str) -> str:
        """The text with pseudonyms in the place of names, whole ones and parts of them."""
        return veiled(text, self._names)

    def _write(self, names: dict[str, str]) -> None:
        rows = (f"{person}: {json.dumps(name, ensure_ascii=False)}\n" for person, name in names.items())
        made = self._file.with_name(DRAFT)
        made.unlink(missing_ok=True)
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as out:
            out.write("".join([HEAD, *rows]))
        made.replace(self._file)


def remembered(folder: Path) -> bool:
    """Whether a run folder says who was who."""
    return (folder / FILE).exists()


def forget(folder: Path) -> None:
    """Erase who was who in a run folder."""
    for file in (folder / FILE, folder / DRAFT):
        file.unlink(missing_ok=True)


def _read(file: Path) -> dict[str, str]:
    """Names by pseudonym, as far as the file says; a line that was edited to something else is left out."""
    if not file.exists():
        return {}
    rows = map(ROW.fullmatch, file.read_text(encoding="utf-8", errors="replace").splitlines())
    return {row[1]: name for row in rows if row is not None and (name := _plain(row[2].strip()))}


def _plain(text: str) -> str:
    try:
        told = json.loads(text)
    except ValueError:
        told = text
    return " ".join(clean(str(told)).split())[:LONGEST]
