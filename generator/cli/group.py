"""The group that every command of ``runbook`` joins."""

from __future__ import annotations

import click

from generator.crash import version_of_drillbook

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


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version_of_drillbook(), prog_name="runbook")
def runbook() -> None:
    """Check, publish and export incident runbooks that are written in YAML."""
