"""``runbook build`` and ``serve``: the site on disk, or shown on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import GOOD, code_of, context_of, root_option, with_catalogue

if TYPE_CHECKING:
    from generator.model import Catalogue
from generator.cli.group import runbook


@runbook.command(epilog="\b\nExample:\n  runbook build --out public\n")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder to write; default: site/."
)
@with_catalogue
def build(catalogue: Catalogue, *, root: Path, out: Path | None) -> int:
    """Write the site: every runbook, service and team as pages that need nothing but themselves."""
    from generator import report, site

    folder = (out or root / "site").resolve()
    built = site.build(catalogue, root, folder, progress=lambda words: click.echo(words, err=True))
    if built.findings:
        click.echo(report.text(built.findings, context_of(root, sys.stdout)))
    click.echo(f"{built.pages} pages in {folder}")
    return code_of(built.findings)


@runbook.command(epilog="\b\nExamples:\n  runbook serve\n  runbook serve --port 8001 --no-build\n")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: a free one.")
@click.option("--no-build", is_flag=True, help="Show the site as it was built last.")
@root_option
@click.pass_context
def serve(context: click.Context, port: int, no_build: bool, root: Path) -> int:
    """Build the site and show it in a browser, on this machine alone."""
    from generator import site

    folder = root / "site"
    if not no_build:
        code = context.invoke(build, out=None, root=root)
        if code != GOOD:
            return int(code)
    if not (folder / "index.html").is_file():
        raise click.UsageError(f"there is no site in {folder}: leave --no-build out")
    try:
        site.serve(folder, port=port, ready=lambda address: click.echo(f"{address} (Ctrl+C ends it)"))
    except OSError as error:
        raise click.UsageError(f"port {port}: {error.strerror}; name another with --port") from error
    return GOOD
