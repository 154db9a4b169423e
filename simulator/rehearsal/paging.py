"""Proofs and the promises that they break in, a page for a pull request out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from generator.model import Proof
from simulator.rehearsal.gating.promises import Promise, grouped
from simulator.rehearsal.opens import HEADS, headline, matrix_rows
from simulator.rehearsal.rows import (
    Cell,
    drill_notes,
    drill_rows,
    harmless,
    heads,
    pages,
    signal_note,
    signal_rows,
    suggestions,
    worthless,
)
from simulator.rehearsal.telling import AGAIN, NOTHING, SIGNAL_HEADS, TIMES, Told, about, verdict
from simulator.report.markdown import escape

_NAME = re.compile(r"`([a-z0-9-]+)`")


def markdown(all_: Sequence[Told], undrilled: Sequence[Promise] = ()) -> str:
    """A page for a pull request: the verdicts, what is broken and why, then the figures."""
    pages = [*map(_bare_page, undrilled), *map(_page, all_)]
    return "\n".join(line for page in pages for line in (*page, "")) + "\n"


def _bare_page(promise: Promise) -> Iterator[str]:
    yield f"## ❌ {escape(promise.runbook)}: {NOTHING}"
    yield ""
    yield from _listed("❌", [promise])


def _page(one: Told) -> Iterator[str]:
    yield f"## {'✅' if one.passed else '❌'} {escape(one.proof.runbook)}: {verdict(one)}"
    yield ""
    yield f"{escape(about(one))}."
    yield ""
    yield from _listed("❌", one.broken)
    yield from _listed("⚠️", one.notes)
    yield from ("", "<details><summary>Figures</summary>", "")
    yield from _figures(one)
    yield "</details>"


def _listed(mark: str, promises: Sequence[Promise]) -> Iterator[str]:
    """What has the same cause and drill stands below the gravest of them."""
    for first, *others in grouped(promises):
        yield f"- {mark} {_said(first.message)}{_at(first)}"
        yield from (f"  - {_said(extra)}" for extra in (first.cause, first.replay) if extra)
        yield from (f"  - {mark} {AGAIN}{_said(other.message)}{_at(other)}" for other in others)


def _at(promise: Promise) -> str:
    return f" ({escape(promise.place)})" if promise.place else ""


def _figures(one: Told) -> Iterator[str]:
    rows = [*drill_rows(one.proof, one.compiled, one.held)]
    if rows:
        yield from _markdown_table([head.replace("\n", " ") for head in heads(one.compiled)], rows)
        yield from (TIMES, "")
        for note in drill_notes(one.proof, one.held):
            yield from (_said(note), "")
    if calm := harmless(one.proof):
        yield from (f"Harms nobody: {escape(calm)}.", "")
    yield from _markdown_table(("signal", "severity", *SIGNAL_HEADS), signal_rows(one.proof, one.compiled))
    for line in filter(None, (signal_note(one.proof), pages(one.proof).text)):
        yield from (escape(line), "")
    yield from _matrix(one.proof)
    yield from (f"- {_said(line)}" for line in (*suggestions(one.better), *worthless(one.proof)))


def _matrix(proof: Proof) -> Iterator[str]:
    """Every kind of fault at every place, folded: it is long."""
    if not proof.reactions:
        return
    yield from ("<details><summary>Which runbook each kind of fault opens</summary>", "")
    yield from (escape(headline(proof)), "")
    yield from _markdown_table(HEADS, matrix_rows(proof))
    yield from ("</details>", "")


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
