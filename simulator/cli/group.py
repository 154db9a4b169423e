"""The group that every command of ``drill`` joins; a command line in, what others must type as well out."""

from __future__ import annotations

import shlex

import click
from click.core import ParameterSource

from generator.crash import version_of_drillbook

_EPILOG = """\b
Examples:
  drill list                                        what there is to drill
  drill run amount-unit-change                      you answer, in real time
  drill run amount-unit-change --speed 10           the same, ten times as fast
  drill run amount-unit-change --responder robot    the runbook, followed to the letter
  drill report runs/2026-11-22T201500               the report of a drill, again
  drill rehearse feature-drift                      whether a runbook works, over hundreds of seeds

\b
Exit codes: 0 good; 1 objectives missed, or a record that does not hold; 2 wrong usage;
3 a bug of ours, with a log to paste; 130 interrupted.
"""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version_of_drillbook(), prog_name="drill")
def drill() -> None:
    """Drill the response to incidents of AI services, and score it."""


def sources_of(context: click.Context) -> str:
    """The options that name the sources as this command line did, for a line to paste anywhere; else nothing."""
    given = {"root": "--root", "file": "--catalogue"}
    return "".join(
        f" {option} {shlex.quote(str(context.params[name].resolve()))}"
        for name, option in given.items()
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE and context.params.get(name)
    )
