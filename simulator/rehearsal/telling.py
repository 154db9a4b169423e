"""Proofs and the promises that they break in; text for a terminal, Markdown, JSON and findings out."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from generator import values
from generator.model import Catalogue, CompiledRunbook, Proof
from generator.source import Finding
from simulator.rehearsal.gating.gate import broken, notes, uncertified
from simulator.rehearsal.gating.promises import Promise, finding_of, grouped
from simulator.rehearsal.opens import headline, wrong_rows
from simulator.rehearsal.rows import (
    Cell,
    Held,
    drill_notes,
    drill_rows,
    harmless,
    heads,
    held,
    pages,
    signal_note,
    signal_rows,
    suggestions,
    worthless,
)
from simulator.report.phrases import clean

FORMAT = 1
WIDTH = 110
SHOWN = 8
"""Broken promises on a terminal; what is beyond them is counted."""
TIMES = "Minutes that 95 of 100 runs stay within, or the share of runs that ever got there."
SIGNAL_HEADS = ("false pages a week", "fires in", "median delay")
AGAIN = "For the same reason: "
"""Of a promise that stands below one with the same cause and drill."""
NOTHING = "nothing to rehearse."
STYLES = {"good": "green", "bad": "red", "": ""}


@dataclass(frozen=True, slots=True)
class Told:
    """A proof, judged: what it breaks, and what else is worth a word."""

    proof: Proof
    compiled: CompiledRunbook
    broken: tuple[Promise, ...]
    notes: tuple[Promise, ...]
    compared: bool
    """Whether there was a certificate to compare with."""
    held: Mapping[str, Held]
    """What each drill is held against, by drill."""

    @property
    def passed(self) -> bool:
        return not self.broken

    @property
    def better(self) -> Proof:
        """The proof with those suggestions alone that are worth a word now: where something broke, those about it."""
        words = " ".join(f"{promise.message} {promise.cause}" for promise in self.broken)
        signals = (
            one if self.passed or f"`{one.signal}`" in words else replace(one, suggested=None)
            for one in self.proof.signals
        )
        return replace(self.proof, signals=tuple(signals))


def told(proof: Proof, catalogue: Catalogue, before: Proof | None = None) -> Told:
    """The proof, judged by its texts and, where there is one, by the certificate before it."""
    return Told(
        proof,
        catalogue.runbook(proof.runbook),
        broken(proof, catalogue, before),
        notes(proof, catalogue, before),
        before is not None,
        held(proof, catalogue),
    )


def without_certificate(one: Told, catalogue: Catalogue) -> Told:
    """The same where a certificate is asked for, and there is none."""
    promise = uncertified(catalogue, one.proof.runbook, one.proof.seeds.count)
    return replace(one, broken=(*one.broken, promise))


def findings(all_: Iterable[Told], undrilled: Iterable[Promise] = ()) -> tuple[Finding, ...]:
    """Every promise that is not kept, and every note, bound to its place: for annotations, and for scanners."""
    found = (promise for one in all_ for promise in (*one.broken, *one.notes))
    return tuple(finding_of(promise) for promise in (*undrilled, *found))


# --- words that all formats share ---------------------------------------------------------------------


def verdict(one: Told) -> str:
    """Whether the runbook keeps its promises, in a sentence."""
    since = ", and nothing got worse" if one.compared else ""
    if one.passed:
        return f"Every promise is kept{since}."
    return "1 promise is broken." if len(one.broken) == 1 else f"{len(one.broken)} promises are broken."


def about(one: Told) -> str:
    """What was run."""
    proof, seeds = one.proof, one.proof.seeds
    last = seeds.first + seeds.count - 1
    which = f"seeds {seeds.first} to {last}" if seeds.count > 1 else f"seed {last}"
    drills = "1 drill" if len(proof.drills) == 1 else f"{len(proof.drills)} drills"
    return f"{proof.service}, {drills}, {which} each, by the robot, and with nobody acting"


# --- terminal -----------------------------------------------------------------------------------------


def terminal_text(
    all_: Sequence[Told], undrilled: Sequence[Promise] = (), *, colour: bool = False, width: int = WIDTH
) -> str:
    """A screen for each runbook, the verdict first; without colours, for a file or a pipe.

    ``undrilled``: the broken promise of each runbook that has no drill, which comes first.
    """
    out = io.StringIO()
    console = Console(
        file=out,
        width=min(width, WIDTH),
        color_system="standard" if colour else None,
        force_terminal=colour,
        highlight=False,
    )
    first: dict[str, str] = {}
    screens = [*map(_bare_screen, undrilled), *(_screen(one, first) for one in all_)]
    for place, screen in enumerate(screens):
        console.print(Group(*([Text()] if place else []), *screen))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _bare_screen(promise: Promise) -> Iterator[RenderableType]:
    yield Text(f"✗ {promise.runbook}: {NOTHING}", style="bold red")
    yield from _promises([promise], "red", "✗")


def _screen(one: Told, first: dict[str, str]) -> Iterator[RenderableType]:
    """``first`` of a service's runbooks tells what its faults open, and is noted."""
    head = Text("✓ " if one.passed else "✗ ", style="bold green" if one.passed else "bold red")
    yield head.append(f"{one.proof.runbook}: {verdict(one)}")
    yield Text(about(one), style="dim")
    yield from _promises(one.broken, "red", "✗")
    yield from _promises(one.notes, "yellow", "!")
    yield from _drills(one)
    yield from _signals(one)
    yield from _faults(one, first.setdefault(one.proof.service, one.proof.runbook))
    yield from _lines("Could be better", suggestions(one.better))
    yield from _lines("Does not earn its place", worthless(one.proof))


def _promises(promises: Sequence[Promise], style: str, mark: str) -> Iterator[RenderableType]:
    if not promises:
        return
    yield Text()
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    told = [(promise, group[0]) for group in grouped(promises) for promise in group]
    for promise, first in told[:SHOWN]:
        again = promise is not first
        line = Text(f"{AGAIN if again else ''}{clean(promise.message)}")
        for extra in (promise.place,) if again else (promise.place, promise.cause, promise.replay):
            line.append(f"\n{clean(extra)}" if extra else "", style="dim")
        table.add_row(Text(mark, style=style), line)
    yield table
    if len(promises) > SHOWN:
        yield Text(f"  and {len(promises) - SHOWN} more (--json tells all of them)", style="dim")


def _drills(one: Told) -> Iterator[RenderableType]:
    rows = [*drill_rows(one.proof, one.compiled, one.held)]
    if rows:
        yield Text()
        yield _table(heads(one.compiled), rows)
        yield Text(TIMES, style="dim")
        yield from (Text(note.replace("`", "")) for note in drill_notes(one.proof, one.held))
    calm = harmless(one.proof)
    if calm:
        yield Text(f"Harms nobody: {calm}.")


def _signals(one: Told) -> Iterator[RenderableType]:
    rows = [*signal_rows(one.proof, one.compiled)]
    yield Text()
    if rows:
        yield _table(("signal", "", *SIGNAL_HEADS), rows)
    if note := signal_note(one.proof):
        yield Text(note, style="dim")
    cell = pages(one.proof)
    yield Text(cell.text, style=STYLES[cell.tone])


def _faults(one: Told, first: str) -> Iterator[RenderableType]:
    """The kinds of fault that went wrong, once for a service: they are the same for each of its runbooks."""
    if not one.proof.reactions:
        return
    yield from (Text(), Text("Which runbook each kind of fault opens", style="bold"))
    if first != one.proof.runbook:
        yield Text(f"As for {first}, above: the faults of {one.proof.service} are the same.", style="dim")
        return
    yield Text(headline(one.proof))
    table = Table.grid(padding=(0, 2, 0, 0))
    for said, count, kinds in wrong_rows(one.proof):
        table.add_row(Text(clean(said.text), style=STYLES[said.tone]), count.text, clean(kinds.text))
    yield table
    yield Text("The whole matrix: --format markdown, and --json.", style="dim")


def _table(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for place, name in enumerate(head):
        table.add_column(name, overflow="fold", justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*(Text(clean(cell.text), style=STYLES[cell.tone]) for cell in row))
    return table


def _lines(title: str, lines: Sequence[str]) -> Iterator[RenderableType]:
    if lines:
        yield Text()
        yield Text(title, style="bold")
        yield from (Padding(Text(clean(line)), (0, 0, 0, 2)) for line in lines)


# --- JSON -----------------------------------------------------------------------------------------------


def as_json(all_: Sequence[Told], undrilled: Sequence[Promise] = ()) -> str:
    """Every proof as ``proof.schema.json`` has it, with the promises that it breaks, and whether all passed."""
    whole = {
        "format": FORMAT,
        "passed": not undrilled and all(one.passed for one in all_),
        "runbooks": [
            {
                "proof": values.plain(one.proof),
                "compared": one.compared,
                "broken": [_plain(promise) for promise in one.broken],
                "notes": [_plain(promise) for promise in one.notes],
            }
            for one in all_
        ],
        "undrilled": [_plain(promise) for promise in undrilled],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _plain(promise: Promise) -> dict[str, object]:
    return {
        "rule": promise.rule,
        "severity": promise.severity,
        "message": promise.message,
        "place": promise.place,
        "cause": promise.cause,
        "drill": promise.drill,
        "seed": promise.seed,
        "replay": promise.replay,
    }
