"""``runbook show`` and ``export``: the catalogue as people and other tools read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import GOOD, with_catalogue

if TYPE_CHECKING:
    from generator.model import Catalogue
from generator.cli.group import runbook


@runbook.command(
    epilog="\b\nExamples:\n  runbook show feature-drift\n  runbook show feature-drift --json | jq .plan\n"
)
@click.argument("id_", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="All of it, for programs.")
@with_catalogue
def show(catalogue: Catalogue, *, root: Path, id_: str, as_json: bool) -> int:
    """Show a runbook, a service or a drill by its id."""
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


@runbook.command(epilog="\b\nExample:\n  runbook export prometheus --out build\n")
@click.argument("format_", metavar="FORMAT")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for the file; default: print it.",
)
@with_catalogue
def export(catalogue: Catalogue, *, root: Path, format_: str, out: Path | None) -> int:
    """Write what other tools read, such as Prometheus alerting rules."""
    from generator.exports import EXPORTS
    from generator.source import likely

    if format_ not in EXPORTS:
        hint = likely(format_, EXPORTS) or "there are: " + ", ".join(EXPORTS)
        raise click.BadParameter(f"unknown format '{format_}' ({hint})", param_hint="FORMAT")
    chosen = EXPORTS[format_]
    text = chosen.text(catalogue)
    if out is None:
        click.echo(text, nl=False)
        return GOOD
    out.mkdir(parents=True, exist_ok=True)
    (out / chosen.file).write_text(text, encoding="utf-8")
    click.echo(str(out / chosen.file))
    return GOOD
