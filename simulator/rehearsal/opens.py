"""A deep proof in, which runbook every kind of fault of its service opens out: in short, and as a whole matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from generator.model import Proof, Reaction
from simulator.rehearsal.rows import NONE, Cell
from simulator.scoring.words import share

HEADS = ("fault", "at", "verdict", "opens", "right", "contained")
WRONG: Mapping[str, str] = {
    "wrong": "wrong runbook",
    "late": "opens too late",
    "unpaged": "wakes nobody",
    "nobody": "no runbook contains it",
    "needless": "opens, and nothing does harm",
}
"""What a text could mend, the gravest first."""
VERDICTS: Mapping[str, str] = {
    "right": "right",
    "harmless": "does no harm",
    "beyond": "beyond every control",
    **WRONG,
}
MOSTLY = 0.5


def headline(proof: Proof) -> str:
    """How many faults were tried, and for how many the right runbook opens."""
    counts = Counter[str](one.verdict for one in proof.reactions)
    harmful = len(proof.reactions) - counts["harmless"]
    return (
        f"Of {len(proof.reactions)} faults of {proof.service} (each kind at each place) {harmful} do harm: "
        f"for {counts['right']} a runbook opens that contains it, "
        f"and {counts['beyond']} are beyond every control of the service."
    )


def wrong_rows(proof: Proof) -> tuple[tuple[Cell, ...], ...]:
    """What goes wrong, at how many places, and with which kinds of fault: a row for each runbook that opens."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for one in sorted(proof.reactions, key=lambda one: one.kind):
        if (verdict := _verdict(one)) in WRONG:
            found.setdefault((verdict, _mostly(one), ", ".join(one.right)), Counter())[one.kind] += 1
    order = sorted(found, key=lambda key: ([*WRONG].index(key[0]), -found[key].total(), key))
    return tuple(
        (
            Cell(_words(*key), "" if key[0] == "needless" else "bad"),
            Cell(str(found[key].total())),
            Cell(", ".join(kind if n == 1 else f"{kind} ×{n}" for kind, n in found[key].items())),
        )
        for key in order
    )


def matrix_rows(proof: Proof) -> Iterator[tuple[Cell, ...]]:
    """A row for each kind of fault at each place."""
    for one in sorted(proof.reactions, key=lambda one: (one.kind, one.node)):
        verdict = _verdict(one)
        yield (
            Cell(one.kind),
            Cell(one.node),
            Cell(VERDICTS[verdict], "bad" if verdict in WRONG else ""),
            Cell(", ".join(f"{id or 'none'} {share(part)}" for id, part in _most(one)) or NONE),
            Cell(", ".join(one.right) or NONE),
            Cell(NONE if one.contained is None else share(one.contained)),
        )


def _verdict(one: Reaction) -> str:
    """That of the proof; but what does no harm and wakes somebody all the same is told apart."""
    called = 1 - one.opened.get("", 0.0) if one.opened else 0.0
    return "needless" if one.verdict == "harmless" and called > MOSTLY else one.verdict


def _words(verdict: str, opened: str, right: str) -> str:
    better = f" (right: {right})" if right else ""
    return {
        "wrong": f"opens {opened}{better}",
        "late": f"opens {opened}, too late",
        "unpaged": f"wakes nobody{better}",
        "nobody": f"opens {opened}, and no runbook contains it",
        "needless": f"opens {opened}, and nothing does harm",
    }[verdict]


def _mostly(one: Reaction) -> str:
    """The runbook that is opened most often."""
    return next((id for id, _ in _most(one)), "") or "none"


def _most(one: Reaction) -> list[tuple[str, float]]:
    return sorted(one.opened.items(), key=lambda item: (-item[1], item[0]))
