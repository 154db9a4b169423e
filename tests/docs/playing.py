"""A page in, what is wrong with its code blocks out: they run in order, in a copy of the sources."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path

from generator.compile import load_catalogue
from tests.docs.blocks import ROOT, Block, Shell, agrees, blocks, exchanges

# What a page tells people to type and a test cannot, and why.
NOT_RUN = {
    "drill rehearse feature-drift --write": "it takes minutes; the page on rehearsals does it with fewer seeds",
    "make demo": "it installs into an environment of its own; CI runs its commands by themselves",
    "make test": "it is what runs this test",
    ". .venv/bin/activate": "the commands are on the path already",
    "drill run amount-unit-change --speed 10 --out build/mine": "a person answers it at a terminal",
    "drill verify build/mine": "it reads what that person did",
    "drill run amount-unit-change --speed 1 --out build/team": "a team answers it at a terminal",
    "drill run amount-unit-change --table --speed unpaced --out runs/night": "a facilitator hosts it at a terminal",
    'drill join runs/night --name "Ana Silva" --role ml-on-call': "somebody sits down at that table",
    "drill watch runs/night": "it reads along at that table",
    "drill forget runs/night --yes": "it is about that table",
    "drill run amount-unit-change --facilitator --out build/led": "a facilitator leads it at a terminal",
    "drill run amount-unit-change --facilitator --speed unpaced --out build/table": "a facilitator leads it, too",
    "drill rehearse feature-drift --deep --write": "it takes many minutes",
    "pip install 'drillbook[live]'": "it is installed already",
    "drill run distance-in-kilometres --live": "a person answers it at a terminal",
    "drill run distance-in-kilometres --live --table --out runs/night": "a facilitator hosts it at a terminal",
    "drill run distance-in-kilometres --live --responder robot": "it takes minutes; a test plays a shorter one",
    "drill run distance-in-kilometres --live --alerts build/alerts": "it waits for servers; a test starts them",
    "pip install 'drillbook[dask]'\n"
    "dask scheduler --host 127.0.0.1\n"
    "dask worker tcp://127.0.0.1:8786 --nthreads 1\n"
    "drill rehearse --dask tcp://127.0.0.1:8786": "it serves until it is ended; the tests of clusters do the same",
    "drill run --resume build/team": "it goes on with what a crash left",
    "drill run --resume build/moved --sealed build/.sealed/COMMITMENT.json": "it does, too",
}
SOMEBODYS = {
    "drill-a-model-server.md": "tests/foreign starts these servers and plays that drill",
    "drill-your-own-service.md": "tests/foreign arms and plays such a drill",
}
"""Pages whose commands are about servers that are not ours, and who runs the like of them."""
COPIED = ("runbooks", "docs", "mkdocs.yml", "README.md", "LICENSE")


def checkout(folder: Path) -> Path:
    """A copy of what the commands read, as somebody has it who has checked it before."""
    return shutil.copytree(_checked(), folder, dirs_exist_ok=True)


@functools.cache
def _checked() -> Path:
    """The copy of which all others are made: what was found clean in it is not checked again on each page."""
    folder = Path(tempfile.mkdtemp(prefix="drillbook-docs-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            # Edits of shipped texts make their certificates old, which the page on them shows.
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("proof.json"))
        else:
            shutil.copy(source, folder / name)
    (folder / "build").mkdir()
    load_catalogue(folder, cached=True)
    return folder


def problems(page: Path, folder: Path) -> Iterator[str]:
    """Play a page from top to bottom in a fresh copy; one message for each block that is not true."""
    shell = Shell(checkout(folder))
    for block in blocks(page):
        play = _PLAYERS.get(block.language)
        if play is None:
            yield f"{block}: nobody knows how to test a block of '{block.language}'"
        else:
            yield from play(block, shell)


def _script(block: Block, shell: Shell) -> Iterator[str]:
    """The whole block in one shell, up to the first command that fails."""
    if block.text.strip() in NOT_RUN or Path(block.page).name in SOMEBODYS:
        return
    said = shell.run(block.text, stop_at_failure=True)
    if shell.code:
        yield f"{block}: ended with {shell.code}:\n{said}"


def _console(block: Block, shell: Shell) -> Iterator[str]:
    """Command by command, each with what the page shows as its answer; no answer shown, none compared."""
    for exchange in exchanges(block):
        said = shell.run(exchange.command)
        if exchange.answer and not agrees(said, exchange.answer):
            yield f"{block.page}:{exchange.line}: '{exchange.command}' says otherwise:\n{said}"


def _patch(block: Block, shell: Shell) -> Iterator[str]:
    """A change that the page makes to a source."""
    ((shell.place or shell.folder) / "change.diff").write_text(block.text, encoding="utf-8")
    said = shell.run("git apply --unidiff-zero --recount change.diff && rm change.diff")
    if shell.code:
        yield f"{block}: does not apply:\n{said}"


def _quote(block: Block, shell: Shell) -> Iterator[str]:
    """YAML that a page shows stands in a source, word by word."""
    wanted = textwrap.dedent(block.text)
    sources = sorted((shell.folder / "runbooks").rglob("*.yaml"))
    if not any(_stands_in(wanted, source.read_text(encoding="utf-8")) for source in sources):
        yield f"{block}: no source below runbooks/ says this"


def _stands_in(wanted: str, source: str) -> bool:
    lines, count = source.splitlines(), len(wanted.splitlines())
    windows = (lines[start : start + count] for start in range(len(lines) - count + 1))
    first = wanted.splitlines()[0]
    return any(
        window[0].strip() == first.strip() and textwrap.dedent("\n".join(window)) + "\n" == wanted
        for window in windows
    )


def _nothing(block: Block, shell: Shell) -> Iterator[str]:
    """A drawing, for people alone."""
    return iter(())


_PLAYERS = {"console": _console, "diff": _patch, "sh": _script, "text": _nothing, "yaml": _quote}
