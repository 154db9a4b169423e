"""``runbook diff`` and ``review``: what changed, and who has judged it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import GOOD, needing_catalogue, root_option

if TYPE_CHECKING:
    from generator.model import Catalogue, Verdict
from generator.cli.group import runbook


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

    from generator.evidence.reviews import problem_of, said_before, write
    from generator.evidence.texts import revision_of
    from generator.model import Review
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
    hash, commit = found[id_].hash, revision_of(root, id_, found[id_].hash)
    made = Review(id_, hash, role, verdict, today, note.strip(), commit)
    problem = problem_of(made)
    if problem:
        raise click.BadParameter(problem, param_hint="--note")
    before = said_before(root, made)
    if before is not None:
        click.echo(f"already {before.verdict} by {role} on {before.date}")
    else:
        click.echo(write(root, made).relative_to(root).as_posix())
    return GOOD
