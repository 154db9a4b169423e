"""``drill panic``: the end of every fault on this machine, and of every live drill; or what that would be."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from generator.entry import AMISS, GOOD
from simulator.cli.group import drill
from simulator.cli.needing import installed

if TYPE_CHECKING:
    from simulator.live.ending import Panicked
    from simulator.live.panic import Told
    from simulator.live.standing import Standing, Stands

ON_MACHINE = " on this machine"


@drill.command(
    epilog="""\b
Examples:
  drill panic              end every fault of every live drill on this machine, now
  drill panic --list       say what that would end, and end nothing
  drill panic --json       the same, for programs

\b
Exit codes: 0 nothing is left; 1 something could not be ended, and it says what to do.
"""
)
@click.option("--list", "only_list", is_flag=True, help="Say what there is to end, and end nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done, or what there is, for programs.")
def panic(*, only_list: bool, as_json: bool) -> int:
    """End every fault on this machine, and every live drill.

    Ends the live drills of everybody who uses this account, also those of other checkouts.
    See them first: drill panic --list.

    It needs nothing else to run: faults are ended at their proxies, and a proxy that does not answer is ended itself.
    Safe to type at any time, and again. A drill against somebody's service has the time that it takes to turn back
    what it turned; Ctrl-C does not wait for that.
    """
    installed()
    if only_list:
        from simulator.live.standing import standing

        stands = standing()
        click.echo(_list_json(stands) if as_json else _shown(_list(stands)))
        return GOOD
    from simulator.live.panic import panic as end_all

    with _hurried() as hurry:
        told = end_all(say=lambda text: click.echo(_plain(text), err=True), hurry=hurry)
    click.echo(_json(told) if as_json else _shown(_words(told)))
    return GOOD if told.is_clean else AMISS


@contextmanager
def _hurried() -> Iterator[threading.Event]:
    """Whoever presses Ctrl-C does not want to wait: nothing else is left undone for that."""
    hurry = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield hurry
        return
    before = signal.signal(signal.SIGINT, lambda *_: hurry.set())
    try:
        yield hurry
    finally:
        signal.signal(signal.SIGINT, before)


def _scope() -> tuple[str, str]:
    """Of which drills something is said, and what is not said of others."""
    from simulator.live.found import APART_VARIABLE, apart

    if kept := apart():
        return f" among those with {APART_VARIABLE}={kept}", " No others were looked for."
    return "", ""


def _words(told: Told) -> Iterator[str]:
    where, but = _scope()
    if not told.runs:
        yield f"No live drill runs{where or ON_MACHINE}, and no fault is left.{but}"
        return
    for one in told.runs:
        yield from _of_run(one)
    yield f"No fault is left{where}.{but}" if told.is_clean else "NOT EVERYTHING COULD BE ENDED: see above."


def _of_run(one: Panicked) -> Iterator[str]:
    yield f"{one.run} ({one.folder}):" if one.folder else f"{one.run}:"
    yield from (f"  ended: {line}" for line in one.ended)
    yield from (f"  LEFT: {line}" for line in one.left)
    yield from (f"  note: {line}" for line in one.notes)


def _json(told: Told) -> str:
    runs = [
        {"run": one.run, "folder": one.folder, "ended": one.ended, "left": one.left, "notes": one.notes}
        for one in told.runs
    ]
    return json.dumps({"clean": told.is_clean, "runs": runs}, indent=2)


def _list(stands: Stands) -> Iterator[str]:
    if not stands.runs and not stands.beyond:
        where, but = _scope()
        yield f"No live drill runs{where or ON_MACHINE}.{but}"
        return
    for one in stands.runs:
        yield f"{one.run}:"
        yield f"  drill:     {one.drill or 'unknown'}"
        yield f"  target:    {_target(one)}"
        yield f"  since:     {f'{one.since:%Y-%m-%d %H:%M:%S} UTC' if one.since else 'unknown'}"
        yield f"  folder:    {one.folder}"
        processes = (f"{room or 'unknown part'} {pid}" for room, pid in one.processes)
        yield f"  processes: {', '.join(processes)}"
    if stands.beyond:
        yield "Not ended from here:"
        yield from (f"  {line}" for line in stands.beyond)
    if stands.runs:
        yield "'drill panic' ends them."


def _target(one: Standing) -> str:
    if not one.target or one.target == one.environment:
        return one.environment or "unknown"
    return f"{one.target} ({one.environment})" if one.environment else one.target


def _list_json(stands: Stands) -> str:
    runs = [
        {
            "run": one.run,
            "drill": one.drill,
            "environment": one.environment,
            "target": one.target,
            "folder": one.folder,
            "since": None if one.since is None else one.since.isoformat(),
            "processes": [{"room": room, "pid": pid} for room, pid in one.processes],
        }
        for one in stands.runs
    ]
    return json.dumps({"runs": runs, "beyond": [*stands.beyond]}, indent=2)


def _shown(lines: Iterator[str]) -> str:
    return "\n".join(map(_plain, lines))


def _plain(line: str) -> str:
    """Nothing that somebody called a folder moves a cursor."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)
