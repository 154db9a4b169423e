"""Proofs and the promises that they break in; text for a terminal, Markdown, JSON and findings out."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from generator import values
from generator.model import Catalogue, CompiledRunbook, Proof
from generator.source import Finding
from simulator.rehearsal.gating.gate import broken, notes
from simulator.rehearsal.gating.promises import Promise, finding_of
from simulator.rehearsal.rows import (
    Cell,
    drill_rows,
    harmless,
    heads,
    pages,
    signal_rows,
    suggestions,
    worthless,
)
from simulator.report.markdown import escape
from simulator.report.phrases import clean

FORMAT = 1
WIDTH = 110
SHOWN = 8
"""Broken promises on a terminal; what is beyond them is counted."""
STYLES = {"good": "green", "bad": "red", "": ""}
_NAME = re.compile(r"`([a-z0-9-]+)`")


@dataclass(frozen=True, slots=True)
class Told:
    """A proof, judged: what it breaks, and what else is worth a word."""

    proof: Proof
    compiled: CompiledRunbook
    broken: tuple[Promise, ...]
    notes: tuple[Promise, ...]
    compared: bool
    """Whether there was a certificate to compare with."""

    @property
    def passed(self) -> bool:
        return not self.broken


def told(proof: Proof, catalogue: Catalogue, before: Proof | None = None) -> Told:
    """The proof, judged by its texts and, where there is one, by the certificate before it."""
    return Told(
        proof,
        catalogue.runbook(proof.runbook),
        broken(proof, catalogue, before),
        notes(proof, catalogue, before),
        before is not None,
    )


def findings(all_: Iterable[Told]) -> tuple[Finding, ...]:
    """Every promise that is not kept, and every note, bound to its place: for annotations, and for scanners."""
    return tuple(finding_of(promise) for one in all_ for promise in (*one.broken, *one.notes))


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
    return f"{proof.service}, {drills}, {which} each, answered by the robot and by nobody"


# --- terminal -----------------------------------------------------------------------------------------


def terminal_text(all_: Sequence[Told], *, colour: bool = False, width: int = WIDTH) -> str:
    """A screen for each runbook, the verdict first; without colours, for a file or a pipe."""
    out = io.StringIO()
    console = Console(
        file=out,
        width=min(width, WIDTH),
        color_system="standard" if colour else None,
        force_terminal=colour,
        highlight=False,
    )
    for place, one in enumerate(all_):
        console.print(Group(*([Text()] if place else []), *_screen(one)))
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _screen(one: Told) -> Iterator[RenderableType]:
    head = Text("✓ " if one.passed else "✗ ", style="bold green" if one.passed else "bold red")
    yield head.append(f"{one.proof.runbook}: {verdict(one)}")
    yield Text(about(one), style="dim")
    yield from _promises(one.broken, "red", "✗")
    yield from _promises(one.notes, "yellow", "!")
    yield from _drills(one)
    yield from _signals(one)
    yield from _lines("Could be better", suggestions(one.proof))
    yield from _lines("Does not earn its place", worthless(one.proof))


def _promises(promises: Sequence[Promise], style: str, mark: str) -> Iterator[RenderableType]:
    if not promises:
        return
    yield Text()
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    for promise in promises[:SHOWN]:
        line = Text(clean(promise.message))
        for extra in (promise.place, promise.cause, promise.replay):
            line.append(f"\n{clean(extra)}" if extra else "", style="dim")
        table.add_row(Text(mark, style=style), line)
    yield table
    if len(promises) > SHOWN:
        yield Text(f"  and {len(promises) - SHOWN} more (--json tells all of them)", style="dim")


def _drills(one: Told) -> Iterator[RenderableType]:
    rows = [*drill_rows(one.proof, one.compiled)]
    if rows:
        yield Text()
        yield _table(heads(one.compiled), rows)
        yield Text(
            "Minutes that 95 of 100 runs stay within, or the share of runs that ever got there.", style="dim"
        )
    calm = harmless(one.proof)
    if calm:
        yield Text(f"Harms nobody: {calm}.")


def _signals(one: Told) -> Iterator[RenderableType]:
    rows = [*signal_rows(one.proof, one.compiled)]
    yield Text()
    if rows:
        yield _table(("signal", "", "false pages a week", "fires in", "median delay"), rows)
    cell = pages(one.proof)
    yield Text(cell.text, style=STYLES[cell.tone])


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
        yield from (Text(f"  {clean(line)}") for line in lines)


# --- Markdown -----------------------------------------------------------------------------------------


def markdown(all_: Sequence[Told]) -> str:
    """A page for a pull request: the verdicts, what is broken and why, then the figures."""
    return "\n".join(line for one in all_ for line in (*_page(one), "")) + "\n"


def _page(one: Told) -> Iterator[str]:
    yield f"## {'✅' if one.passed else '❌'} {escape(one.proof.runbook)}: {verdict(one)}"
    yield ""
    yield f"{escape(about(one))}."
    yield ""
    for mark, promise in (*(("❌", p) for p in one.broken), *(("⚠️", p) for p in one.notes)):
        place = f" ({escape(promise.place)})" if promise.place else ""
        yield f"- {mark} {_said(promise.message)}{place}"
        yield from (f"  - {_said(extra)}" for extra in (promise.cause, promise.replay) if extra)
    yield from ("", "<details><summary>Figures</summary>", "")
    yield from _figures(one)
    yield "</details>"


def _figures(one: Told) -> Iterator[str]:
    rows = [*drill_rows(one.proof, one.compiled)]
    if rows:
        yield from _markdown_table([head.replace("\n", " ") for head in heads(one.compiled)], rows)
        yield from ("Minutes that 95 of 100 runs stay within, or the share of runs that ever got there.", "")
    if calm := harmless(one.proof):
        yield from (f"Harms nobody: {escape(calm)}.", "")
    yield from _markdown_table(
        ("signal", "severity", "false pages a week", "fires in", "median delay"),
        signal_rows(one.proof, one.compiled),
    )
    yield from (escape(pages(one.proof).text), "")
    yield from (f"- {_said(line)}" for line in (*suggestions(one.proof), *worthless(one.proof)))


def _markdown_table(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> Iterator[str]:
    names = list(head)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(_cell(cell) for cell in row)} |"
    yield ""


def _cell(cell: Cell) -> str:
    return f"**{escape(cell.text)}**" if cell.tone == "bad" else escape(cell.text)


def _said(text: str) -> str:
    """Names in backticks as code; no other character means anything."""
    parts = _NAME.split(text)
    return "".join(f"`{part}`" if place % 2 else escape(part) for place, part in enumerate(parts))


# --- JSON -----------------------------------------------------------------------------------------------


def as_json(all_: Sequence[Told]) -> str:
    """Every proof as ``proof.schema.json`` has it, with the promises that it breaks, and whether all passed."""
    whole = {
        "format": FORMAT,
        "passed": all(one.passed for one in all_),
        "runbooks": [
            {
                "proof": values.plain(one.proof),
                "compared": one.compared,
                "broken": [_plain(promise) for promise in one.broken],
                "notes": [_plain(promise) for promise in one.notes],
            }
            for one in all_
        ],
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
