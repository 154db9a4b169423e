"""What a runbook promises, and how it is said that a promise is not kept: in the words of an incident, at a place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from generator.model import Catalogue, DrillProof, Interval, Proof, Quantiles
from generator.source import Finding, Place
from simulator.scoring.words import minutes

Rule: TypeAlias = Literal[
    "detect",
    "contain",
    "not-followed",
    "wrong-runbook",
    "rarer",
    "acknowledge",
    "mitigate",
    "page-budget",
    "false-alarms",
    "without-leave",
    "unproven",
    "promises-less",
    "signal-quieter",
    "unowned",
    "slower",
    "spares-less",
    "false-pages",
    "not-reached",
    "drill-gone",
    "no-certificate",
    "other-figures",
    "other-drill",
    "other-leave",
    "untried",
    "proves-nothing",
    "renamed",
    "other-origin",
]
GRAVITY: Mapping[str, int] = {rule: place for place, rule in enumerate(get_args(Rule))}
RULES: Mapping[Rule, str] = {
    "detect": "Harm is detected within the minutes that the text promises, in 95 of 100 runs.",
    "contain": "It is contained within the minutes that the text promises, in 95 of 100 runs.",
    "not-followed": "Whoever follows a step to the letter can do so, from what can be seen.",
    "wrong-runbook": "The runbook that is opened first is the right one, in 95 of 100 runs.",
    "rarer": "What was detected, contained and mitigated before the change still is.",
    "acknowledge": "A page is acknowledged within the minutes that the text promises, in 95 of 100 runs.",
    "mitigate": "The harm is gone within the minutes that the text promises, in 95 of 100 runs.",
    "page-budget": "All pages of the service together wake nobody for nothing more often than the budget allows.",
    "false-alarms": "What harms nobody is no incident: nobody declares one, and nobody turns a control.",
    "without-leave": "A control that was turned with leave before the change still is.",
    "unproven": "A control that was proven by a check before the change still is.",
    "promises-less": "The text promises no less than before the change.",
    "signal-quieter": "What paged or opened a ticket before the change still does.",
    "unowned": "A drill in which something does harm names the runbook that is for it.",
    "slower": "Nothing takes longer than before the change.",
    "spares-less": "Users are spared as much harm as before the change.",
    "false-pages": "Signals fire on healthy traffic no more often than before the change.",
    "not-reached": "A step that was gone through before the change still is, in some drill.",
    "drill-gone": "What a drill proved before the change is still proven.",
    "no-certificate": "There is a certificate to compare with.",
    "other-figures": "The certificate says what a rehearsal of its texts, seeds and engine finds.",
    "other-drill": "A drill is the one that the certificate was made with.",
    "other-leave": "A control takes the leave of the same roles as before the change.",
    "untried": "What was edited is gone through in some run.",
    "proves-nothing": "Something does harm in some run of a drill that is about harm.",
    "renamed": "A step has the name that the certificate knows it by.",
    "other-origin": "The certificate was made with the same seeds and by the same engine.",
}
"""What each rule asks for."""
LONGEST = 400
"""Characters of a message, as ``proof.schema.json`` has it."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One that is not kept; or, as a warning, what else a reviewer should know."""

    rule: Rule
    message: str
    runbook: str
    place: str = ""
    """``path:line:column`` of the signal, step or objective; empty where the sources are not at hand."""
    cause: str = ""
    """What was edited and could be why."""
    drill: str = ""
    seed: int | None = None
    """One of the drill's runs that shows it."""
    severity: Literal["error", "warning"] = "error"

    @property
    def replay(self) -> str:
        """The command that shows it; empty where no single run does."""
        return "" if self.seed is None else f"drill run {self.drill} --responder robot --seed {self.seed}"


def by_gravity(promises: Iterable[Promise]) -> tuple[Promise, ...]:
    """The gravest first, and each said once."""
    found = dict.fromkeys(promises)
    return tuple(
        sorted(found, key=lambda one: (one.severity == "warning", GRAVITY[one.rule], one.drill, one.message))
    )


def grouped(promises: Iterable[Promise]) -> Iterator[tuple[Promise, ...]]:
    """Promises with the same cause and drill together, in the order of the first of each group."""
    groups: dict[tuple[str, str] | int, list[Promise]] = {}
    for place, one in enumerate(promises):
        groups.setdefault((one.cause, one.drill) if one.cause else place, []).append(one)
    return (tuple(group) for group in groups.values())


def finding_of(promise: Promise) -> Finding:
    """The same as a finding in a source; where its place is not known, the runbook's file."""
    path, line, column = f"runbooks/{promise.runbook}/runbook.yaml", "1", "1"
    if promise.place:
        path, line, column = promise.place.rsplit(":", 2)
    replay = f"see it with: {promise.replay}" if promise.replay else ""
    hint = "; ".join(part for part in (promise.cause, replay) if part)
    place = Place(path, int(line), int(column))
    return Finding(place, f"rehearse-{promise.rule}", promise.severity, promise.message, hint)


def place_of(catalogue: Catalogue, runbook: str, *ids: str) -> str:
    """Where the first of those that is known stands; else the top of the runbook's file; else empty."""
    for id in ids:
        if place := catalogue.places.get(f"{runbook}/{id}"):
            return place
    anything = (place for key, place in catalogue.places.items() if key.startswith(f"{runbook}/"))
    found = next(anything, "")
    return f"{found.rsplit(':', 2)[0]}:1:1" if found else ""


def place_of_drill(catalogue: Catalogue, runbook: str, drill: str) -> str:
    """The top of the file of a drill that stands in the folder of that runbook; empty where no place is known."""
    top = place_of(catalogue, runbook)
    return f"{top.rsplit('/', 1)[0]}/drills/{drill}.yaml:1:1" if top else ""


# --- words --------------------------------------------------------------------------------------------


def cut(message: str) -> str:
    """The message, as long as a certificate can hold it."""
    return message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…"


def of(count: int, runs: int) -> str:
    """
    >>> of(38, 200), of(200, 200)
    ('38 of 200 runs', 'all 200 runs')
    """
    return f"all {runs} runs" if count == runs and runs > 1 else f"{count} of {runs} runs"


def hits(interval: Interval | None, runs: int) -> int:
    """The count that a share was made of."""
    return 0 if interval is None else round(interval.estimate * runs)


def at_most(found: Quantiles) -> str:
    """What 95 of 100 runs stay within.

    >>> at_most(Quantiles(3, 4, 21)), at_most(Quantiles(3, None, None)), at_most(Quantiles(None, None, None))
    ('after 21 min at the 95th percentile', 'in fewer than 95 of 100 runs at all', 'in fewer than half of all runs')
    """
    if found.p95 is not None:
        return f"after {minutes(found.p95)} at the 95th percentile"
    return "in fewer than half of all runs" if found.p50 is None else "in fewer than 95 of 100 runs at all"


def percentile(value: float | None) -> str:
    """Minutes, or that it never was."""
    return "never" if value is None else minutes(value)


def per_week(found: Interval) -> str:
    """
    >>> per_week(Interval(0.5, 0.1, 1.25)), per_week(Interval(0, 0, 0.9))
    ('0.5 times a week (0.1 to 1.25)', '0 times a week (at most 0.9)')
    """
    bounds = f"{found.least:.3g} to {found.most:.3g}" if found.least else f"at most {found.most:.3g}"
    return f"{found.estimate:.3g} times a week ({bounds})"


def listed(words: Iterable[str], *, most: int = 4) -> str:
    """
    >>> listed(["a", "b", "c"]), listed("abcdef", most=2)
    ('a, b and c', 'a, b and 4 more')
    """
    known = list(words)
    shown = known[:most] if len(known) > most else known[:-1]
    last = f"{len(known) - most} more" if len(known) > most else "".join(known[-1:])
    return f"{', '.join(shown)} and {last}" if shown else last


def first_seed(proof: Proof, drill: DrillProof) -> int:
    """A run that missed something; where none did, the first."""
    return next(iter(drill.failed_seeds), proof.seeds.first)
