"""``runbook``: options in, one call, one rendering, one exit code out."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.crash import version_of_drillbook
from generator.entry import AMISS, GOOD, enter, root_option, with_catalogue

if TYPE_CHECKING:
    from generator.model import Catalogue
    from generator.source import Finding

_EPILOG = """\b
Examples:
  runbook check                              everything, with path:line:column
  runbook check runbooks/feature-drift       one runbook and its drills
  runbook check --format github              annotations in a pull request
  runbook serve                              build the site and show it, on this machine
  runbook export prometheus --out build      alerting rules
  runbook show feature-drift                 a runbook and its plan

\b
Exit codes: 0 good; 1 findings; 2 wrong usage; 3 a bug of ours, with a log to paste; 130 interrupted.
"""


def main() -> None:
    """``runbook``, from the shell."""
    enter(runbook, "runbook")


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version_of_drillbook(), prog_name="runbook")
def runbook() -> None:
    """Check, publish and export incident runbooks that are written in YAML."""


@runbook.command(
    epilog="""\b
Examples:
  runbook check
  runbook check runbooks/services/fraud-scorer.yaml
  runbook check --format sarif > findings.sarif
"""
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "github", "sarif"]), default="text",
    show_default=True, help="For people, programs, GitHub annotations, or code scanners.",
)  # fmt: skip
@root_option
def check(paths: tuple[Path, ...], format_: str, root: Path) -> int:
    """Find every problem in the sources, each at its line and column.

    PATHs limit what is reported: these files and folders, and what depends on them.
    """
    from generator import report
    from generator.check import check as check_sources
    from generator.check import nothing_asked
    from generator.load import load

    for path in paths:
        if not path.resolve().is_relative_to(root.resolve()):
            raise click.BadParameter(f"{path} is not in {root}", param_hint="PATH")
    loaded = load(root, paths)
    findings = check_sources(loaded)
    # No error: hooks hand over every changed file, and most are none of our business.
    if nothing_asked(loaded) and not findings:
        click.echo("none of these is a source, so nothing was checked", err=True)
    if format_ == "text":
        click.echo(report.text(findings, colour=sys.stdout.isatty()))
    else:
        click.echo(report.FORMATS[format_](findings))
    return _code(findings)


def _code(findings: Sequence[Finding]) -> int:
    return AMISS if any(finding.severity == "error" for finding in findings) else GOOD


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
        click.echo(report.text(built.findings, colour=sys.stdout.isatty()))
    click.echo(f"{built.pages} pages in {folder}")
    return _code(built.findings)


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
    click.echo(json.dumps(plain(found), indent=2, ensure_ascii=False) if as_json else text_of(found))
    return GOOD
