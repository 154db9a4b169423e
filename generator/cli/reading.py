"""``runbook show`` and ``export``: the catalogue as people and other tools read it."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from generator.entry import AMISS, GOOD, root_option, with_catalogue, with_published

if TYPE_CHECKING:
    from generator.model import Catalogue
from generator.cli.group import runbook


@runbook.command(
    epilog="""\b
Examples:
  runbook show feature-drift
  runbook show feature-drift --json | jq .plan
  runbook show feature-drift --at 1.1              as that version has it
  runbook show feature-drift --at 2026-11-22       as it was in force on that evening, in UTC
"""
)
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="All of it, for programs.")
@click.option(
    "--at", metavar="VERSION|DATE",
    help="Of a runbook: the published text of then, who approved it, and its evidence.",
)  # fmt: skip
@click.option(
    "--branch", default="gh-pages", show_default=True, help="With --at: where versions are published."
)
@click.option(
    "--remote", default="origin", show_default=True, help="With --at: whose branch of that name counts."
)
@root_option
def show(*, root: Path, id_: str, as_json: bool, at: str | None, branch: str, remote: str) -> int:
    """Show a runbook, a service or a drill by its id.

    With --at, the text comes from the commit that a published version was made of.
    It is checked against the hash that was published; the exit code is 1 when it is another.
    """
    if at is None:
        return _show_now(root=root, id_=id_, as_json=as_json)
    return _show_then(root, id_, at, as_json=as_json, branch=branch, remote=remote)


@with_catalogue
def _show_now(catalogue: Catalogue, *, root: Path, id_: str, as_json: bool) -> int:
    from generator.show import find, ids, text_of
    from generator.source import likely
    from generator.values import plain

    found = find(catalogue, id_)
    if found is None:
        known = ids(catalogue)
        hint = likely(id_, known) or "there are: " + ", ".join(known)
        raise click.BadParameter(f"unknown id '{id_}' ({hint})", param_hint="ID")
    click.echo(
        json.dumps(plain(found), indent=2, ensure_ascii=False) if as_json else text_of(found, catalogue)
    )
    return GOOD


def _show_then(root: Path, id_: str, at: str, *, as_json: bool, branch: str, remote: str) -> int:
    from generator.publishing import PublishError, as_data, as_text, in_force

    try:
        found = in_force(root, id_, at, branch=branch, remote=remote)
    except PublishError as error:
        raise click.UsageError(str(error)) from error
    click.echo(json.dumps(as_data(found), indent=2, ensure_ascii=False) if as_json else as_text(found))
    return AMISS if found.problems else GOOD


def _asked_well(function: Callable[..., int]) -> Callable[..., int]:
    """Wrong usage of ``export`` is told before any source is read."""

    @functools.wraps(function)
    def command(*, format_: str, compression: float, **options: Any) -> int:
        from generator.exports import EXPORTS, MOST_COMPRESSION
        from generator.source import likely

        if format_ not in EXPORTS:
            hint = likely(format_, EXPORTS) or "there are: " + ", ".join(EXPORTS)
            raise click.BadParameter(f"unknown format '{format_}' ({hint})", param_hint="FORMAT")
        if not 1 <= compression <= MOST_COMPRESSION:
            raise click.BadParameter(f"it goes from 1 to {MOST_COMPRESSION:g}", param_hint="--compression")
        if compression != 1 and EXPORTS[format_].compressed is None:
            message = f"nothing in '{format_}' takes time: leave it out"
            raise click.BadParameter(message, param_hint="--compression")
        return function(format_=format_, compression=compression, **options)

    return command


@runbook.command(
    epilog="""\b
Formats:
  catalogue         the catalogue, for programs and for drills elsewhere
  prometheus        Prometheus alerting rules
  prometheus-tests  unit tests of those rules, for promtool

\b
Examples:
  runbook export prometheus --out build
  runbook export prometheus-tests --out build      for promtool test rules
  runbook export prometheus --compression 24       for live drills that are played so much faster
"""
)
@click.argument("format_", metavar="FORMAT")
@click.option(
    "--compression",
    type=float,
    default=1.0,
    metavar="FACTOR",
    help="For live drills: windows, holds and the time between evaluations, divided by this. 1 to 60; default: 1.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for the file; default: print it.",
)
@_asked_well
@with_published
def export(catalogue: Catalogue, *, root: Path, format_: str, out: Path | None, compression: float) -> int:
    """Write what other tools read, such as Prometheus alerting rules."""
    from generator.exports import EXPORTS

    chosen = EXPORTS[format_]
    compressed = None if compression == 1 else chosen.compressed
    text = chosen.text(catalogue) if compressed is None else compressed(catalogue, compression)
    if out is None:
        click.echo(text, nl=False)
        return GOOD
    out.mkdir(parents=True, exist_ok=True)
    (out / chosen.file).write_text(text, encoding="utf-8")
    click.echo(str(out / chosen.file))
    return GOOD
