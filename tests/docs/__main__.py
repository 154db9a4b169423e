"""Renew the answers that pages show for commands: ``python -m tests.docs``; then read the diff."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.docs.blocks import ELLIPSIS, ROOT, Shell, agrees, blocks, exchanges, pages
from tests.docs.playing import NOT_RUN, checkout


def renew(page: Path, folder: Path) -> bool:
    """Play a page and write down what its commands say now; whether anything changed."""
    shell, lines = Shell(checkout(folder)), page.read_text(encoding="utf-8").splitlines()
    shift = 0
    for block in blocks(page):
        if block.language == "sh" and block.text.strip() not in NOT_RUN:
            shell.run(block.text, stop_at_failure=True)
        elif block.language == "diff":
            (folder / "change.diff").write_text(block.text, encoding="utf-8")
            shell.run("git apply --unidiff-zero --recount change.diff")
        for exchange in exchanges(block) if block.language == "console" else ():
            said = shell.run(exchange.command)
            if exchange.answer and not agrees(said, exchange.answer):
                answer = _shortened(said, exchange.answer)
                start = exchange.line + shift
                lines[start : start + len(exchange.answer)] = answer
                shift += len(answer) - len(exchange.answer)
    text = "\n".join(lines) + "\n"
    changed = text != page.read_text(encoding="utf-8")
    page.write_text(text, encoding="utf-8")
    return changed


def _shortened(said: str, shown: tuple[str, ...]) -> list[str]:
    """What was said; as many lines of it as the page showed, if the page cut it short."""
    lines = [line.rstrip() for line in said.splitlines()]
    return [*lines[: len(shown) - 1], ELLIPSIS] if shown[-1] == ELLIPSIS else lines


def main() -> None:
    for page in pages():
        with tempfile.TemporaryDirectory() as folder:
            if renew(page, Path(folder)):
                print(page.relative_to(ROOT))


if __name__ == "__main__":
    main()
