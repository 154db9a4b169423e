"""Proofs in, what is printed and written of them out; and the exit code."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import AMISS, GOOD, context_of

if TYPE_CHECKING:
    from generator.model import Catalogue, Proof
    from simulator.rehearsal.gating.promises import Promise
    from simulator.rehearsal.telling import Told

FORMATS = ("terminal", "markdown", "json", "github")


def prove(
    catalogue: Catalogue,
    root: Path | None,
    proofs: Sequence[Proof],
    undrilled: Sequence[str] = (),
    *,
    format_: str,
    gate: bool,
    write: bool,
) -> int:
    """Print what was proven, write it where that is asked for; the exit code.

    ``root``: of the sources, if any. ``undrilled``: runbooks without any drill, which no gate lets pass.
    """
    from simulator.rehearsal.gating.gate import undrilled as without_drill
    from simulator.rehearsal.telling import told

    befores = {proof.runbook: _before(catalogue, root, proof.runbook) for proof in proofs}
    all_ = [told(proof, catalogue, befores[proof.runbook] if gate else None) for proof in proofs]
    bare = [without_drill(catalogue, name, _before(catalogue, root, name)) for name in undrilled if gate]
    if gate:
        all_ = _certified(all_, catalogue, first=write and not bare)
    passed = not bare and all(one.passed for one in all_)
    click.echo(_PRINTED[format_](all_, bare, root), nl=False)
    if write and gate and not passed:
        click.echo(
            "no certificate was written: a promise is broken (without --gate, --write writes what is)",
            err=True,
        )
    elif write and root is not None:
        _write(root, proofs, befores)
    return GOOD if passed else AMISS


def _certified(all_: Sequence[Told], catalogue: Catalogue, *, first: bool) -> list[Told]:
    """The same, where to have none is a broken promise, unless the ``first`` is made now, as all else is kept."""
    from simulator.rehearsal.telling import without_certificate

    if first and all(one.passed for one in all_):
        return list(all_)
    return [one if one.compared else without_certificate(one, catalogue) for one in all_]


def _before(catalogue: Catalogue, root: Path | None, runbook: str) -> Proof | None:
    """The certificate in the repository, whole: a catalogue has of it what its readers may know."""
    from generator.evidence import proofs as kept

    if root is None:
        return catalogue.kept(runbook).proof
    found = kept.read(root, runbook)[0]
    return None if found is None or found.value.runbook != runbook else found.value


def _write(root: Path, proofs: Sequence[Proof], befores: Mapping[str, Proof | None]) -> None:
    from generator.evidence import proofs as kept
    from simulator.rehearsal.plan import same, with_depth_of

    for proof in proofs:
        before = befores[proof.runbook]
        whole = with_depth_of(proof, before)
        if same(whole, before):
            click.echo(f"{kept.file_of(proof.runbook)} says all this already", err=True)
            continue
        try:
            file = kept.write(root, whole)
        except OSError as error:
            raise click.ClickException(
                f"{error.filename}: {error.strerror}: the certificate of {proof.runbook} could not be written "
                "(make room, and type the same command again: the work is kept)"
            ) from error
        click.echo(f"written: {file}", err=True)


def _terminal(all_: Sequence[Told], bare: Sequence[Promise], root: Path | None) -> str:
    from simulator.rehearsal.telling import WIDTH, terminal_text

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    width = shutil.get_terminal_size((WIDTH, 24)).columns
    text = terminal_text(all_, bare, colour=colour, width=width)
    diffs = _diffs(all_, root)
    return (
        f"{text}\nWhat could be better, as a change of the sources (save it, and: git apply FILE):\n\n{diffs}"
        if diffs
        else text
    )


def _markdown(all_: Sequence[Told], bare: Sequence[Promise], root: Path | None) -> str:
    from simulator.rehearsal.paging import markdown

    diffs = _diffs(all_, root)
    better = f"## What could be better\n\n```diff\n{diffs}```\n" if diffs else ""
    return markdown(all_, bare) + better


def _json(all_: Sequence[Told], bare: Sequence[Promise], root: Path | None) -> str:
    from simulator.rehearsal.telling import as_json

    return as_json(all_, bare)


def _github(all_: Sequence[Told], bare: Sequence[Promise], root: Path | None) -> str:
    """Annotations; in a workflow, the whole goes on the page below the run."""
    from generator import report, workflow
    from simulator.rehearsal.telling import findings

    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if page:
        text = _markdown(all_, bare, root).encode()
        with open(page, "ab") as file:
            file.write(text[: max(0, report.MAXIMUM_BYTES - file.tell())])
    folder = root or Path.cwd()
    context = workflow.placed(context_of(folder, sys.stdout), folder, os.environ)
    return report.FORMATS["github"](findings(all_, bare), context) + "\n"


_PRINTED: Mapping[str, Callable[[Sequence[Told], Sequence[Promise], Path | None], str]] = {
    "terminal": _terminal,
    "markdown": _markdown,
    "json": _json,
    "github": _github,
}


def _diffs(all_: Sequence[Told], root: Path | None) -> str:
    """Better thresholds and holds as a change of the sources; of those that can be changed by a machine."""
    from simulator.rehearsal.healthy.suggesting import UnchangeableError, diff
    from simulator.rehearsal.values import Point

    if root is None:
        return ""
    found = []
    for one in all_:
        path = f"runbooks/{one.proof.runbook}/runbook.yaml"
        better = {
            signal.signal: Point(signal.suggested.threshold, signal.suggested.hold_minutes)
            for signal in one.better.signals
            if signal.suggested is not None
        }
        try:
            text = (root / path).read_text(encoding="utf-8") if better else ""
            found.append(diff(text, path, better) if better else "")
        except (OSError, UnchangeableError) as error:
            click.echo(f"{path}: a better number cannot be shown as a change: {error}", err=True)
    return "".join(found)
