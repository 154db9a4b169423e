"""``runbook``: options in, one call, one rendering, one exit code out."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.crash import version_of_drillbook
from generator.entry import AMISS, GOOD, context_of, enter, needing_catalogue, root_option, with_catalogue

if TYPE_CHECKING:
    from generator.model import Catalogue
    from generator.report import Context
    from generator.reviews import Verdict
    from generator.source import Finding

_EPILOG = """\b
Examples:
  runbook check                              everything, with path:line:column
  runbook check runbooks/feature-drift       one runbook and its drills
  runbook check --changed main               what the work since main touches or causes
  runbook check --format github              annotations in a pull request
  runbook serve                              build the site and show it, on this machine
  runbook export prometheus --out build      alerting rules
  runbook show feature-drift                 a runbook and its plan
  runbook diff main                          what the work since main changes in an incident
  runbook init .                             begin a repository, with an example
  runbook new missing-amounts                begin a runbook and its drills

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
  runbook check --changed main               what the work since main touches or causes
  runbook check --format sarif > findings.sarif
  runbook check --external                   ask each linked address whether it answers
"""
)
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path), metavar="[PATH]...")
@click.option(
    "--format", "format_", type=click.Choice(["text", "json", "github", "sarif"]), default="text",
    show_default=True, help="For people, programs, GitHub annotations, or code scanners.",
)  # fmt: skip
@click.option(
    "--external", is_flag=True, help="Also ask each linked address whether it answers; needs a network."
)
@click.option(
    "--changed", metavar="REV", help="Only what the change since this revision of git touches or causes."
)
@root_option
def check(paths: tuple[Path, ...], *, format_: str, external: bool, changed: str | None, root: Path) -> int:
    """Find every problem in the sources, each at its line and column.

    PATHs limit what is reported: these files and folders, and what depends on them.
    With --format github, a workflow's page gets a summary of the findings too.
    """
    from generator import report
    from generator.check import check_paths, nothing_asked

    for path in paths:
        if not path.resolve().is_relative_to(root.resolve()):
            raise click.BadParameter(f"{path} is not in {root}", param_hint="PATH")
    loaded, findings = check_paths(root, paths)
    dead: tuple[Finding, ...] = ()
    if external:
        from generator.external import unanswered

        dead = tuple(unanswered(loaded))
        findings = tuple(sorted({*findings, *dead}, key=lambda f: (f.place, f.rule, f.message)))
    # No error: hooks hand over every changed file, and most are none of our business.
    if nothing_asked(loaded) and not findings:
        click.echo("none of these is a source, so nothing was checked", err=True)
    context = context_of(root, sys.stdout)
    if changed is not None:
        findings, context = _since(findings, context, root=root, revision=changed, elsewhere=dead)
    if format_ == "github":
        context = _for_github(findings, context, root)
    elif format_ == "sarif":
        context = _for_scanners(context, root)
    click.echo(report.FORMATS[format_](findings, context))
    return _code(findings)


def _since(
    findings: Sequence[Finding], context: Context, *, root: Path, revision: str, elsewhere: Sequence[Finding]
) -> tuple[tuple[Finding, ...], Context]:
    """The findings that the change since a revision is answerable for."""
    from generator.revisions import UnknownRevisionError
    from generator.since import since

    try:
        recent = since(findings, root, revision, elsewhere=elsewhere)
    except UnknownRevisionError as error:
        raise click.BadParameter(str(error), param_hint="--changed") from error
    return recent.findings, replace(context, changed=recent.changed, left_out=recent.left_out)


def _for_github(findings: Sequence[Finding], context: Context, root: Path) -> Context:
    from generator import workflow
    from generator.revisions import UnknownRevisionError

    context = workflow.placed(context, root, os.environ)
    try:
        context = workflow.compared(context, root, os.environ)
    except UnknownRevisionError as error:
        click.echo(f"findings are not sorted by what the pull request changes: {error}", err=True)
    workflow.write_page(findings, context, os.environ)
    return context


def _for_scanners(context: Context, root: Path) -> Context:
    from generator import workflow
    from generator.reference.rules import rules
    from generator.report import Rule

    known = [Rule(rule.name, rule.severity, rule.words) for rule in rules()]
    context = workflow.placed(context, root, os.environ)
    return replace(context, rules=known, version=version_of_drillbook())


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
        click.echo(report.text(built.findings, context_of(root, sys.stdout)))
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
    click.echo(
        json.dumps(plain(found), indent=2, ensure_ascii=False) if as_json else text_of(found, catalogue)
    )
    return GOOD


@runbook.command(
    epilog="""\b
Examples:
  runbook diff                                     what is not committed yet
  runbook diff main                                what the work since main changes in an incident
  runbook diff HEAD~1 runbooks/feature-drift       of one runbook and its drills
  runbook diff main --format markdown              a comment for a pull request
  runbook diff --since-review feature-drift        since the text that was approved last

\b
Exit codes: 0 with and without changes, for it is a report; 2 an unknown revision; findings in the
sources do not stop it: rules that the new text breaks, and the old one did not, are among the changes.
"""
)
@click.argument("revision", metavar="[REV]", required=False)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--format", "format_", type=click.Choice(["text", "markdown", "json"]), default="text",
    show_default=True, help="For people, for a pull request, or for programs.",
)  # fmt: skip
@click.option("--since-review", metavar="ID", help="In place of REV: what was approved last of this runbook.")
@root_option
def diff(
    revision: str | None, paths: tuple[Path, ...], *, format_: str, since_review: str | None, root: Path
) -> int:
    """Say what a change of the sources means in an incident, one line each.

    The sources as they are now are compared with those of REV, a revision of git: a branch, a tag, a commit;
    default: HEAD, so that what is told is what is not committed yet.
    What hurts most comes first: safety lost, objectives, signals, the plan, people, words.
    Layout, comments and the order of keys are no change.
    PATHs limit what is told: these files and folders.
    """
    from generator.changes import FORMATS, changes_since, changes_since_review
    from generator.changes.approved import NotReviewedError
    from generator.revisions import UnknownRevisionError

    if revision is not None and since_review is not None:
        raise click.UsageError("name a revision, or a runbook with --since-review, not both")
    for path in paths:
        if not path.resolve().is_relative_to(root.resolve()):
            raise click.BadParameter(f"{path} is not in {root}", param_hint="PATH")
    asked = [path.resolve().relative_to(root.resolve()).as_posix() for path in paths]
    try:
        if since_review is not None:
            click.echo(FORMATS[format_](changes_since_review(root, since_review)))
        else:
            click.echo(FORMATS[format_](changes_since(root, revision or "HEAD", paths=asked)))
    except NotReviewedError as error:
        raise click.BadParameter(str(error), param_hint="--since-review") from error
    except UnknownRevisionError as error:
        raise click.BadParameter(str(error), param_hint="REV") from error
    return GOOD


@runbook.command(
    epilog="""\b
Examples:
  runbook review feature-drift --role model-owner
  runbook review feature-drift --role model-owner --verdict rejected --note "The way back is missing."
  runbook diff --since-review feature-drift
"""
)
@click.argument("id_", metavar="ID")
@click.option("--role", required=True, help="The role that has read the runbook: one of the organization's.")
@click.option(
    "--verdict", type=click.Choice(["approved", "rejected"]), default="approved", show_default=True,
    help="What the role says of the text.",
)  # fmt: skip
@click.option("--note", default="", help="What the role has to add.")
@needing_catalogue(otherwise="not reviewed: mend these first")
def review(catalogue: Catalogue, *, root: Path, id_: str, role: str, verdict: Verdict, note: str) -> int:
    """Note that a role has judged a runbook as it stands now.

    The review is a file in the runbook's evidence/reviews/, to be committed.
    It holds for this very text: the first change of its content makes it one of the past.
    To say the same of the same text again writes no second file; a new note is kept.
    """
    import datetime

    from generator.changes.approved import revision_now
    from generator.reviews import Review, problem_of, said_before, write
    from generator.source import likely

    found = {compiled.runbook.id: compiled for compiled in catalogue.runbooks}
    roles = [one.id for one in catalogue.organization.roles]
    if id_ not in found:
        hint = likely(id_, found) or "there are: " + ", ".join(found)
        raise click.BadParameter(f"unknown runbook '{id_}' ({hint})", param_hint="ID")
    if role not in roles:
        hint = likely(role, roles) or "there are: " + ", ".join(roles)
        raise click.BadParameter(f"unknown role '{role}' ({hint})", param_hint="--role")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    made = Review(id_, found[id_].hash, role, verdict, today, note.strip(), revision_now(root, id_))
    problem = problem_of(made)
    if problem:
        raise click.BadParameter(problem, param_hint="--note")
    before = said_before(root, made)
    if before is not None:
        click.echo(f"already {before.verdict} by {role} on {before.date}")
    else:
        click.echo(write(root, made).relative_to(root).as_posix())
    return GOOD


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
    return _code(findings)


def _asked(words: str, choices: Sequence[str], default: str) -> str:
    return str(click.prompt(words, default=default, type=click.Choice(choices) if choices else str))
