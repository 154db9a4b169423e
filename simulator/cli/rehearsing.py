"""``drill rehearse``: runbooks in, the proof of each of them out, and whether it keeps what its text promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import AMISS, INTERRUPTED, with_given_catalogue
from generator.model.proof import ENOUGH_SEEDS
from simulator.cli.group import drill
from simulator.cli.proving import FORMATS, prove
from simulator.cli.working import Means, Work

if TYPE_CHECKING:
    from generator.model import Catalogue
    from simulator.rehearsal.plan import Asked

MOST_RUNS = 10_000


@drill.command(
    epilog="""\b
Examples:
  drill rehearse                            all runbooks, with all cores
  drill rehearse feature-drift              one of them; after an edit, nothing else is done again
  drill rehearse feature-drift --runs 20    a quick look
  drill rehearse feature-drift --write      the certificate beside it, for a pull request
  drill rehearse --gate --format github     in CI: fails when something got worse, and says what
  drill rehearse --dask tcp://127.0.0.1:8786    on a cluster

\b
Exit codes: 0 every promise is kept; 1 one is broken; 2 wrong usage; 130 interrupted:
what is done is kept, and the same command goes on from there.
"""
)
@click.argument("names", metavar="[RUNBOOK]...", nargs=-1)
@click.option(
    "--runs", type=click.IntRange(1, MOST_RUNS), default=ENOUGH_SEEDS, show_default=True,
    help="Seeds of each drill: 0, 1, 2, ...; the run with seed 7 is 'drill run DRILL --responder robot --seed 7'.",
)  # fmt: skip
@click.option(
    "--deep",
    is_flag=True,
    help="Try each step's worth too, by leaving it out; and every kind of fault of the service.",
)
@click.option(
    "--gate",
    is_flag=True,
    help="Compare with the certificate beside the runbook: what got worse is a broken promise, too, and to have no "
    "certificate or no drill is one.",
)
@click.option(
    "--write",
    is_flag=True,
    help="Write the certificate, evidence/proof.json beside each runbook, to be committed.",
)
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Processes; default: one for each core.")
@click.option(
    "--dask", metavar="ADDRESS", help="Work on the cluster of this Dask scheduler; the results are the same."
)
@click.option(
    "--format", "format_", type=click.Choice(FORMATS), default=None,
    help="What is printed; default: terminal.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print it for programs; the same as --format json.")
@click.option(
    "--no-cache",
    is_flag=True,
    help="Use nothing that earlier rehearsals left in build/cache, and leave nothing.",
)
@with_given_catalogue
def rehearse(
    catalogue: Catalogue,
    *,
    root: Path,
    names: tuple[str, ...],
    runs: int,
    deep: bool,
    gate: bool,
    write: bool,
    workers: int | None,
    dask: str | None,
    format_: str | None,
    as_json: bool,
    no_cache: bool,
) -> int:
    """Prove that runbooks work, before somebody is woken for them.

    The robot plays every drill of a runbook on many seeds, and so does nobody. Healthy weeks say how often its
    signals wake people for nothing. All that is held against what the text promises: its objectives, and the budget
    of pages. Without RUNBOOK, all are rehearsed.
    """
    if as_json and format_ not in (None, "json"):
        raise click.UsageError(f"--json prints JSON, and --format {format_} something else: leave one out")
    if dask is not None and workers is not None:
        raise click.UsageError("--workers is for this machine, and --dask for others: leave one out")
    if write and _is_given_as_file():
        raise click.UsageError("--write writes beside the sources, and --catalogue names none: leave one out")
    asked, undrilled = _asked(catalogue, root, names, runs=runs, deep=deep)
    for name in () if gate else undrilled:
        click.echo(f"{name}: nothing to rehearse: no drill stands in runbooks/{name}/drills/", err=True)
    if not asked.drills and not (gate and undrilled):
        return AMISS
    proofs = Work(Means(workers, dask, not no_cache), root).through(asked) if asked.drills else ()
    if proofs is None:
        return INTERRUPTED
    code = prove(
        catalogue,
        None if _is_given_as_file() else root,
        proofs,
        undrilled,
        format_="json" if as_json else format_ or "terminal",
        gate=gate,
        write=write,
    )
    return AMISS if names and undrilled else code


def _is_given_as_file() -> bool:
    return click.get_current_context().params.get("file") is not None


def _asked(
    catalogue: Catalogue, root: Path, names: Sequence[str], *, runs: int, deep: bool
) -> tuple[Asked, tuple[str, ...]]:
    """What is to be rehearsed, and the runbooks of which nothing is: they have no drill."""
    from simulator.rehearsal.plan import Asked

    known = [one.runbook.id for one in catalogue.runbooks]
    for name in names:
        _known(name, known)
    drills = {name: _drills_of(catalogue, root, name) for name in dict.fromkeys(names or known)}
    for id in dict.fromkeys(id for own in drills.values() for id in own):
        _reachable(catalogue, id)
    asked = Asked(catalogue, {name: own for name, own in drills.items() if own}, runs, deep, _now())
    return asked, tuple(name for name, own in drills.items() if not own)


def _reachable(catalogue: Catalogue, drill: str) -> None:
    """Before hours of work: whether the drill's faults can have the effects that it states."""
    from simulator import controls
    from simulator.faults.solving import UnreachableError, solved

    one = catalogue.drill(drill)
    service = catalogue.service(one.service)
    try:
        solved(one, service, catalogue.panels[service.id], controls.knobs(service))
    except UnreachableError as error:
        raise click.UsageError(str(error)) from error


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _known(name: str, known: Sequence[str]) -> None:
    from generator.source import likely

    if name not in known:
        hint = likely(name, known) or "there are: " + ", ".join(known)
        raise click.BadParameter(f"unknown runbook '{name}' ({hint})", param_hint="RUNBOOK")


def _drills_of(catalogue: Catalogue, root: Path, runbook: str) -> tuple[str, ...]:
    """The drills in the folder of a runbook; those that are about it, where a catalogue comes without folders."""
    if _is_given_as_file():
        return tuple(one.id for one in catalogue.drills if one.truth.runbook == runbook)
    folder = root / "runbooks" / runbook / "drills"
    return tuple(one.id for one in catalogue.drills if (folder / f"{one.id}.yaml").is_file())
