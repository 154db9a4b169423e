"""``make agreement``: one drill live and simulated over the same seeds; the page of the docs that compares them.

Records are kept in ``build/agreement``, so that a campaign of an hour goes on where it was interrupted.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from simulator.events import AlertChanged, ControlTookEffect, Inspected, Record, Revealed, read
from simulator.scoring import Score, score
from simulator.session.play import play_machine
from simulator.session.stage import set_up
from tests.simulator.stages import ROOT, whole_catalogue

PAGE = ROOT / "docs" / "explanation" / "agreement.md"
KEPT = ROOT / "build" / "agreement"
DRILL, SEEDS = "distance-in-kilometres", 20
MOST_HELD_UP = 0.05
"""Of the steps of a run: where the machine itself stood still in more, another seed is taken."""
HARM_WITHIN = 0.2
EDGES = (0, 10, 15, 20, 30, 45, 60)


@dataclass(frozen=True, slots=True)
class Played:
    """One drill, as it went in one environment."""

    seed: int
    score: Score
    harm_minutes: float
    """Minutes of full outage."""
    detected: float
    """Minutes from the start of harm."""
    fired: float
    """The first alarm after it, counted alike."""
    turned: float
    """The first control that took effect after it, counted alike."""
    curve: tuple[float, ...]
    """The mean harm between ``EDGES``."""
    held_up: float
    natural: float = 0.0
    """The share of its requests that ended worse with no fault at all."""


def main() -> None:
    whole = whole_catalogue()
    live, left_out = _live()
    simulated = [_read(one.seed, play_machine(set_up(whole, DRILL, [one.seed]), "robot")[0]) for one in live]
    window = _window()
    page = re.sub(r"(?<=\d)%", " %", text(live, simulated, left_out, window))
    PAGE.write_text(page, encoding="utf-8")
    print(page)
    if not _agree(live, simulated, window):
        raise SystemExit("simulated and live do not agree: see the page")


def _live() -> tuple[list[Played], list[Played]]:
    """The first runs on which the machine ran as it should, and those that were left out."""
    found: list[Played] = []
    left_out: list[Played] = []
    for seed in range(1, 10 * SEEDS):
        if len(found) == SEEDS:
            break
        folder = KEPT / str(seed)
        if not (folder / "score.json").exists():
            _play(seed, folder)
        one = _read(seed, read(folder / "events.jsonl"))
        (found if one.held_up <= MOST_HELD_UP else left_out).append(one)
        print(
            f"seed {seed}: {one.harm_minutes:.2f} min of harm, held up in {one.held_up:.1%} of its steps",
            flush=True,
        )
    return found, left_out


def _play(seed: int, folder: Path) -> None:
    """As people do, but out of reach of who ends live drills on this machine meanwhile."""
    shutil.rmtree(folder, ignore_errors=True)
    words = ["run", DRILL, "--live", "--responder", "robot", "--seed", str(seed), "--out", str(folder)]
    done = subprocess.run(
        [str(Path(sys.executable).with_name("drill")), *words],
        cwd=ROOT,
        env=os.environ | {"XDG_STATE_HOME": str(KEPT / "state"), "DRILLBOOK_APART": str(KEPT)},
        check=False,
        capture_output=True,
        text=True,
    )
    if not (folder / "score.json").exists():
        raise SystemExit(
            f"seed {seed}: the drill broke off ({done.returncode}); go on with `make agreement`\n{done.stderr}"
        )


def _read(seed: int, record: Record) -> Played:
    ((_, told),) = record.of(Revealed)
    scored, curves = score(record), told.impact
    minutes, team, nobody = (np.array(values) for values in (curves.minutes, curves.team, curves.none))
    onset = float(minutes[np.argmax(nobody > 0)])
    detect = next(one.minutes for one in scored.objectives if one.id == "detect")
    fired = [e.minutes for e, p in record.of(AlertChanged) if p.state == "firing" and e.minutes >= onset]
    turned = [e.minutes for e, _ in record.of(ControlTookEffect) if e.minutes >= onset]
    return Played(
        seed,
        scored,
        float(np.trapezoid(team, minutes)),
        np.inf if detect is None else detect,
        min(fired, default=np.inf) - onset,
        min(turned, default=np.inf) - onset,
        tuple(float(team[(minutes >= a) & (minutes < b)].mean()) for a, b in pairwise(EDGES)),
        next((found.held_up for _, found in record.of(Inspected)), 0.0),
        0.0 if curves.measured is None else curves.measured.natural,
    )


def _window() -> float:
    """The shortest drift window of the service, in minutes: by so much may detection differ."""
    whole = whole_catalogue()
    return min(whole.service(whole.drill(DRILL).service).profile.drift.windows_minutes)


def _agree(live: Sequence[Played], simulated: Sequence[Played], window: float) -> bool:
    detected, harm = (
        [np.median([getattr(one, name) for one in played]) for played in (live, simulated)]
        for name in ("detected", "harm_minutes")
    )
    return bool(abs(detected[0] - detected[1]) <= window and abs(harm[0] / harm[1] - 1) <= HARM_WITHIN)


def text(
    live: Sequence[Played], simulated: Sequence[Played], left_out: Sequence[Played], window: float
) -> str:
    """The page."""
    ratio = np.median([one.harm_minutes for one in live]) / np.median([one.harm_minutes for one in simulated])
    names = "".join(f"\n| {name} | {' | '.join(row)} |" for name, row in _compared(live, simulated))
    pairs = "".join(_pair(one, other) for one, other in zip(live, simulated, strict=True))
    return f"""# Whether live and simulated agree

Made by `make agreement`: the drill `{DRILL}`, answered by the robot on {len(live)} seeds, each in front of the sandbox
and in the simulated world. The same seed draws the same parameters and the same pace of the robot; requests, metrics
and harm are real in the one and computed in the other.

| median (least to most) | live | simulated |
|---|---|---|{names}

The median time to detect may differ by one window, {window:g} minutes; the median harm by {HARM_WITHIN:.0%}: it is
{ratio:.2f} times the simulated one.

## What differs, and why

The mean harm in each part of the drill, as a share of the requests, over all seeds:

| minutes | live | simulated |
|---|---|---|{_curves(live, simulated)}

{_explained(live, simulated)}

## What was left out

{_left_out(left_out)}

## Seed by seed

| seed | live: detect, harm, score | simulated: detect, harm, score | held up |
|---|---|---|---|{pairs}
"""


def _compared(live: Sequence[Played], simulated: Sequence[Played]) -> Iterable[tuple[str, tuple[str, str]]]:
    for name, title, unit in (
        ("detected", "time to detect", " min"),
        ("fired", "first alarm after the harm began", " min"),
        ("turned", "first control after the harm began", " min"),
        ("harm_minutes", "harm, in minutes of full outage", ""),
    ):
        yield (
            title,
            (
                _spread([getattr(one, name) for one in live], unit),
                _spread([getattr(one, name) for one in simulated], unit),
            ),
        )
    yield (
        "score",
        (
            _spread([one.score.total or 0 for one in live]),
            _spread([one.score.total or 0 for one in simulated]),
        ),
    )


def _curves(live: Sequence[Played], simulated: Sequence[Played]) -> str:
    means = [np.mean([one.curve for one in played], axis=0) for played in (live, simulated)]
    return "".join(
        f"\n| {a} to {b} | {means[0][at]:.2%} | {means[1][at]:.2%} |"
        for at, (a, b) in enumerate(pairwise(EDGES))
    )


def _explained(live: Sequence[Played], simulated: Sequence[Played]) -> str:
    """Where the differences come from, in figures of these runs."""
    fired, detected, turned, harm = (
        np.array(
            [getattr(one, name) - getattr(other, name) for one, other in zip(live, simulated, strict=True)]
        )
        for name in ("fired", "detected", "turned", "harm_minutes")
    )
    scrape_s = whole_catalogue().drill(DRILL).step_seconds
    one_later = np.isclose(fired, scrape_s / 60)
    others = fired[~one_later]
    late, follow, every = (
        sum(one_later),
        sum(np.isclose(detected, fired) & np.isclose(turned, fired)),
        len(fired),
    )
    slope, rest = np.polyfit(turned, harm, 1)
    natural = np.array([one.natural for one in live])
    return f"""- On {late} of {every} seeds the first alarm comes {scrape_s:g} s later, to the second: one scrape.
  In the simulated world a scrape shows the requests of the interval that it begins; a real one shows those that
  have ended.
{_elsewhere(others)}- On {follow} of {every} seeds declaration and first control come later or sooner by just as
  much as the alarm: nothing else holds the robot up or hurries it.
- Each minute by which the first control comes later adds {slope:.2f} minutes of full outage (least squares over the
  seeds; until then the fault takes {_worst(simulated):.0%} of the requests). Where it comes at the same time, live
  harm is {rest:+.2f} minutes more: requests that were under way, and windows that still hold them, make each change
  a little slower than its model.
- Of the live requests {np.median(natural):.2%} ({min(natural):.2%} to {max(natural):.2%}) ended worse with no fault at
  all. In the simulated world none do, so that share, measured before the fault, is taken off the harm."""


def _elsewhere(others: np.ndarray) -> str:
    """Of the seeds on which the alarm did not come just one scrape later."""
    if not len(others):
        return ""
    minutes = ", ".join(f"{one:+.2f}" for one in sorted(others))
    return f"""- On the other {len(others)} it comes by {minutes} minutes later. The signal is a mean of the
  few requests of a window, and these are others than in the twin: near its threshold chance decides in which scrape
  it is crossed. From seed to seed it moves the first alarm as far in either environment: see its least and most.
"""


def _worst(simulated: Sequence[Played]) -> float:
    """The mean harm while nothing has been done yet."""
    return float(np.mean([one.curve[1] for one in simulated]))


def _left_out(left_out: Sequence[Played]) -> str:
    rule = f"""A run in which the machine itself stood still in more than {MOST_HELD_UP:.0%} of the steps (the load
generator sent its own requests over 50 ms late) measures the machine: another seed was taken in its place."""
    if not left_out:
        return f"{rule}\nThere was none."
    seeds = ", ".join(
        f"{one.seed} ({one.held_up:.0%} of its steps, harm {one.harm_minutes:.1f})" for one in left_out
    )
    return f"{rule}\nSo it was with {len(left_out)}: seed {seeds}."


def _pair(live: Played, simulated: Played) -> str:
    cells = [
        f"{one.detected:.1f} min, {one.harm_minutes:.2f}, {one.score.total or 0:.1f}"
        for one in (live, simulated)
    ]
    return f"\n| {live.seed} | {cells[0]} | {cells[1]} | {live.held_up:.1%} |"


def _spread(values: Sequence[float], unit: str = "") -> str:
    return f"{np.median(values):.2f}{unit} ({min(values):.2f} to {max(values):.2f})"


if __name__ == "__main__":
    main()
