"""``runbook init`` and ``new``: the first lines of a repository, or of a runbook."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.crash import version_of_drillbook
from generator.entry import GOOD, code_of, context_of, root_option

if TYPE_CHECKING:
    pass
from generator.cli.group import runbook


@runbook.command(
    epilog="""\b
Examples:
  runbook init .                                   in a repository of git, or an empty folder
  runbook init runbooks-of-my-team --organization "My Team" --service fraud-scorer
  runbook init . --update-schemas                  after an update of Drillbook
"""
)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--service", default="signup-scorer", show_default=True, help="The id of the first service.")
@click.option(
    "--organization", default="Example Company", show_default=True, help="What the organization is called."
)
@click.option(
    "--update-schemas", is_flag=True, help="Renew DIR/schema/ for editors, and change nothing else."
)
def init(folder: Path, *, service: str, organization: str, update_schemas: bool) -> int:
    """Begin a repository of runbooks: an example that checks, builds and drills from the first commit on.

    It holds an organization, a service with its panel, a runbook with two drills, and the files for
    pre-commit, GitHub and GitLab. No file is overwritten.
    """
    from generator.starting import StartError, renew_schemas, repository_files, write_new

    version = version_of_drillbook()
    try:
        if update_schemas:
            for path in renew_schemas(folder, version=version):
                click.echo(f"renewed {path}")
            return GOOD
        files = repository_files(service=service, organization=organization, version=version)
        kept = write_new(folder, files, unless="runbooks")
    except StartError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{error.filename or folder}: {error.strerror}") from error
    for path in files:
        click.echo(f"kept {path}: it was there before" if path in kept else f"wrote {path}")
    click.echo(f"\nNext:\n  cd {shlex.quote(str(folder))}")
    click.echo("  runbook check\n  drill run wednesday-morning --responder robot --seed 7")
    return GOOD


@runbook.command(
    epilog="""\b
Examples:
  runbook new missing-amounts                      asks for the rest, at a terminal
  runbook new missing-amounts --no-input           takes the first answer that fits
  runbook new slow-scores --service fraud-scorer --title "Scores are slow" \\
      --severity sev2 --signal latency-quantile --no-input
"""
)
@click.argument("id_", metavar="ID")
@click.option("--service", default="", help="The service that it is for.")
@click.option("--title", default="", help="What happens, in a few words.")
@click.option(
    "--severity", default="", help="How bad it is, as a rule: one of the organization's severities."
)
@click.option("--symptom", default="", help="What responders see: one of the symptoms.")
@click.option(
    "--signal", "signals", multiple=True, metavar="KIND",
    help="What shows it: psi, feature-null-ratio, score-psi, latency-quantile or error-ratio; may be repeated.",
)  # fmt: skip
@click.option("--feature", default="", help="The feature that is watched, for psi and feature-null-ratio.")
@click.option("--control", default="", help="The control that ends the harm first.")
@click.option("--no-input", is_flag=True, help="Ask nothing: take the first answer that fits.")
@root_option
def new(id_: str, *, signals: tuple[str, ...], no_input: bool, root: Path, **given: str) -> int:
    """Begin a runbook with two drills, from the names of a service, and check them.

    What is not given is asked at a terminal. Signals, steps, roles and texts come from the sources of the
    service and of the organization; the author then rewrites what only the author knows.
    """
    import datetime

    from generator import report
    from generator.check import check as check_sources
    from generator.load import load
    from generator.starting import Answers, StartError, draft, ground_of, next_question, write_folder

    answers = Answers(id=id_, signals=tuple(dict.fromkeys(signals)), **given)
    is_asking = not no_input and sys.stdin.isatty()
    try:
        ground = ground_of(root)
        while (question := next_question(ground, answers)) is not None:
            said = (
                _asked(question.words, question.choices, question.default) if is_asking else question.default
            )
            answers = answers.with_(question.key, said)
        drafted = draft(ground, answers, today=datetime.datetime.now(datetime.UTC).date())
        folder = root / "runbooks" / id_
        write_folder(folder, drafted.files)
    except StartError as error:
        raise click.UsageError(str(error)) from error
    except OSError as error:
        raise click.UsageError(f"{error.filename}: {error.strerror}") from error
    for path in drafted.files:
        click.echo(f"wrote runbooks/{id_}/{path}")
    findings = check_sources(load(root, [folder]))
    click.echo(report.text(findings, context_of(root, sys.stdout)))
    click.echo("\nRewrite first, in your own words:")
    for words in drafted.rewrite:
        click.echo(f"  {words}")
    click.echo(f"\nThen:\n  runbook serve\n  drill run {drafted.fault_drill} --responder robot")
    return code_of(findings)


def _asked(words: str, choices: Sequence[str], default: str) -> str:
    return str(click.prompt(words, default=default, type=click.Choice(choices) if choices else str))
