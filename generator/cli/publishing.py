"""``runbook build``, ``serve`` and ``publish``: the site on disk, shown on this machine, or as a version."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import AMISS, GOOD, code_of, context_of, root_option, with_published

if TYPE_CHECKING:
    from generator.model import Catalogue
from generator.cli.group import runbook


@runbook.command(epilog="\b\nExamples:\n  runbook build --out public\n  runbook build --audience internal\n")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="The folder to write; default: site/."
)
@click.option("--no-cache", is_flag=True, help="Use nothing that earlier builds left in build/cache.")
@with_published
def build(catalogue: Catalogue, *, root: Path, out: Path | None, no_cache: bool) -> int:
    """Write the site: every runbook, service and team as pages that need nothing but themselves."""
    from generator import report, site

    folder = (out or root / "site").resolve()
    with _telling() as tell:
        built = site.build(catalogue, root, folder, progress=tell, cached=not no_cache)
    if built.findings:
        click.echo(report.text(built.findings, context_of(root, sys.stdout)))
    click.echo(f"{built.pages} pages in {folder}")
    return code_of(built.findings)


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """Tell on stderr what is being done: on a terminal in one line that moves, else a line each."""
    if not sys.stderr.isatty():
        yield lambda words: click.echo(words, err=True)
        return
    from rich.console import Console

    with Console(stderr=True).status("writing pages") as status:
        yield lambda words: status.update(words)


@runbook.command(epilog="\b\nExamples:\n  runbook serve\n  runbook serve --port 8001 --no-build\n")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: a free one.")
@click.option("--no-build", is_flag=True, help="Show the site as it was built last.")
@click.option(
    "--audience", metavar="NAME", help="Build without what is classified above this; as with 'runbook build'."
)
@root_option
@click.pass_context
def serve(context: click.Context, port: int, no_build: bool, audience: str | None, root: Path) -> int:
    """Build the site and show it in a browser, on this machine alone.

    After every change of the sources, the page of an edited runbook is up first, then the whole site.
    What has errors is told, and is not shown.
    """
    from generator import preview

    folder = root / "site"
    if not no_build:
        code = context.invoke(build, out=None, root=root, audience=audience, no_cache=False)
        if code != GOOD:
            return int(code)
    if not (folder / "index.html").is_file():
        raise click.UsageError(f"there is no site in {folder}: leave --no-build out")
    following = preview.Preview(root, click.echo, audience=audience, follows=not no_build)
    try:
        preview.serve(following, port=port)
    except OSError as error:
        raise click.UsageError(f"port {port}: {error.strerror}; name another with --port") from error
    return GOOD


@runbook.command(
    epilog="""\b
Examples:
  runbook publish 1.1 --alias latest
  runbook publish 1.1 --alias latest --title "1.1, November" --audience internal
  runbook publish 2.0-draft --no-push              on the branch of this repository alone

\b
Exit codes: 0 published, or published already with the very same bytes; 1 findings in the sources or in
the site, or another reason not to publish; 2 wrong usage. With 1 and 2, nothing has changed anywhere.
"""
)
@click.argument("version")
@click.option(
    "--alias",
    "aliases",
    multiple=True,
    metavar="NAME",
    help="Another name, such as latest: it moves here from the version that has it; may be repeated.",
)
@click.option(
    "--audience",
    metavar="NAME",
    help="Leave out what is classified above this; default: site_audience of the organization.",
)
@click.option("--branch", default="gh-pages", show_default=True, help="The branch that holds the versions.")
@click.option(
    "--remote", default="origin", show_default=True, help="Where to push it, and what to build upon."
)
@click.option(
    "--push/--no-push", default=True, show_default=True, help="Whether anybody else gets to see it."
)
@click.option("--title", default="", help="What readers choose the version by; default: VERSION.")
@root_option
def publish(
    version: str,
    *,
    aliases: tuple[str, ...],
    audience: str | None,
    branch: str,
    remote: str,
    push: bool,
    title: str,
    root: Path,
) -> int:
    """Publish the site of the last commit as a version, beside those that are there.

    A version never changes once it is published, and nothing is ever forced.
    The version with the alias 'latest' is the one in force; the pages of all others say so.
    """
    from generator import report
    from generator.audience import UnknownAudienceError
    from generator.compile import SourceErrors
    from generator.publishing import PublishError, Request, UnfitNameError
    from generator.publishing import publish as publish_version

    request = Request(version, aliases, title, audience, branch, remote, push)
    try:
        done = publish_version(root, request, progress=lambda words: click.echo(words, err=True))
    except SourceErrors as errors:
        click.echo(report.text(errors.findings, context_of(root, sys.stderr)), err=True)
        click.echo("not published: mend these first", err=True)
        return AMISS
    except UnknownAudienceError as error:
        raise click.BadParameter(str(error), param_hint="--audience") from error
    except UnfitNameError as error:
        raise click.UsageError(str(error)) from error
    except PublishError as error:
        raise click.ClickException(f"not published: {error}") from error
    if done.findings:
        click.echo(report.text(done.findings, context_of(root, sys.stdout)))
        click.echo("not published: mend these first", err=True)
        return AMISS
    click.echo(done.words)
    for hint in done.hints:
        click.echo(hint, err=True)
    return GOOD
