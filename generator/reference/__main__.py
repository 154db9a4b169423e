"""``python -m generator.reference`` writes the reference; with ``--check`` it exits 1 and says what is stale."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from generator.reference.pages import pages
from generator.reference.writing import FOLDER, stale, write


def main(arguments: Sequence[str]) -> int:
    """1 when ``--check`` finds a stale page."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m generator.reference [--check]", file=sys.stderr)
        return 2
    made = pages()
    if not arguments:
        write(FOLDER, made)
        return 0
    problems = stale(FOLDER, made)
    for path in problems:
        print(f"docs/reference/{path}: stale; run: python -m generator.reference", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
