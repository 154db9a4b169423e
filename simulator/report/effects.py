"""The truth of a fault and the record in; the effect that was asked for, what was solved and what it came to, out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from simulator.events import Observed, Record, StatedEffect, TruthOfFault

WORDS: Mapping[str, str] = {"psi": "PSI {}", "p99_ms": "p99 {} ms"}


def numbers(fault: TruthOfFault) -> Mapping[str, float]:
    """What a drill leaves open of a fault: the numbers that its seed drew, and the one that was solved for."""
    effect = fault.effect
    return fault.drawn if effect is None else {**fault.drawn, effect.parameter: effect.value}


def asked(fault: TruthOfFault) -> str:
    """The effect that the drill states, and the number that has it; empty where it states none."""
    effect = fault.effect
    if effect is None:
        return ""
    of = f" of {effect.of}" if effect.of else ""
    return (
        f"asked for: {_told(effect, effect.wanted)}{of}; "
        f"{effect.parameter.replace('_', ' ')} {effect.value:.3g} has {_told(effect, effect.achieved)} on the panel"
    )


def came_to(fault: TruthOfFault, record: Record) -> str:
    """The same, and the highest that was measured from the onset on, noise included."""
    effect, said = fault.effect, asked(fault)
    if effect is None:
        return ""
    found = max(_measured(effect, fault.onset_minutes, record), default=None)
    if found is None:
        return f"{said}; what it came to was not measured"
    value, name = found
    return f"{said}; the highest that was measured: {_told(effect, value)} ({name})"


def _told(effect: StatedEffect, value: float) -> str:
    return WORDS[effect.measure].format(f"{value:.3g}")


def _measured(effect: StatedEffect, onset: float, record: Record) -> Iterator[tuple[float, str]]:
    """Readings of the vital that shows the effect, each with the vital's name."""
    begins = "p99 ms" if effect.measure == "p99_ms" else f"{effect.of} psi "
    for event, observed in record.of(Observed):
        for name, value in observed.vitals.items():
            if event.minutes >= onset and value is not None and name.startswith(begins):
                yield value, name
