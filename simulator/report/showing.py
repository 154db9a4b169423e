"""A record in, what participants could see at each of its scrapes out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.events import AlertChanged, Observed, Record, Started
from simulator.scoring.shown import Shown


@dataclass(frozen=True, slots=True)
class Scrape:
    """One scrape, with the alerts that it set off, and where it stands in the record."""

    seq: int
    shown: Shown


def scrapes(record: Record) -> Iterator[Scrape]:
    """Every scrape of a record, in order."""
    found = record.first(Started)
    if found is None:
        return
    shown, scrape = Shown.at_start(found[1]), None
    for event in record.events:
        shown = shown.after(event.payload)
        if isinstance(event.payload, Observed):
            if scrape is not None:
                yield scrape
            scrape = Scrape(event.seq, shown)
        elif isinstance(event.payload, AlertChanged) and scrape is not None:
            scrape = Scrape(scrape.seq, scrape.shown.after(event.payload))
    if scrape is not None:
        yield scrape
