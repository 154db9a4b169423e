"""How requests ended in, one row a step of the drill out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from simulator.live.load.ends import HELD, Answer, End, end_of, is_right, is_worse


@dataclass(slots=True)
class Goldens:
    """Requests past the proxy: harm among them comes from controls, not from faults."""

    asked: int = 0
    failed: int = 0
    late: int = 0
    wrong: int = 0
    compared: int = 0
    worse: int = 0


@dataclass(slots=True)
class Row:
    """The requests that were to come in one step."""

    step: int
    offered: int = 0
    known: int = 0
    """Of them, those of which it is known how the same case ended past the proxy when all was well."""
    ended: int = 0
    """Of them, those whose end is known: all, in a while."""
    answered: int = 0
    """With a decision, whenever it came."""
    failed: int = 0
    """No answer, a status of 500 and above, or an answer that nobody can use."""
    refused: int = 0
    held: int = 0
    late: int = 0
    """Answered over the deadline after they were to come."""
    wrong: int = 0
    compared: int = 0
    """Of those known, those that have ended."""
    worse: int = 0
    """Of those compared, the ones that ended worse than then."""
    dropped: int = 0
    """Of those that failed: never sent, as too many were under way."""
    skipped: int = 0
    """Not among those offered: we were held up ourselves for so long that they were not sent any more."""
    latency_ms: float = 0.0
    """The sum over those answered, from when they were to come."""
    sent_late_ms: float = 0.0
    """The most by which we ourselves sent one too late: what is our own fault."""
    labels: int = 0
    """Sent in this step."""
    goldens: Goldens = field(default_factory=Goldens)


class Tally:
    """Counts; ``healthy``: by case, how it ended when all was well."""

    def __init__(self, deadline_ms: float, labels: tuple[int, ...], healthy: dict[int, End]) -> None:
        self._deadline_ms, self._labels, self.healthy = deadline_ms, labels, healthy
        self._rows: dict[int, Row] = {}
        self._kept: set[int] = set()

    def restore(self, rows: Iterable[Row]) -> None:
        """Take up what was counted before."""
        self._rows |= {row.step: row for row in rows}
        self._kept |= self._rows.keys()

    def closed(self, before: int) -> list[Row]:
        """Rows of steps before that one whose requests have all ended; each is told once."""
        found = [
            row
            for step, row in sorted(self._rows.items())
            if step < before and step not in self._kept and row.ended == row.offered
        ]
        self._kept |= {row.step for row in found}
        return found

    def row(self, step: int) -> Row:
        if step not in self._rows:
            self._rows[step] = Row(step)
        return self._rows[step]

    def offered(self, step: int, case: int) -> None:
        """A request comes in that step."""
        row = self.row(step)
        row.offered += 1
        row.known += case in self.healthy

    def ended(self, step: int, case: int, answer: Answer, latency_ms: float) -> None:
        """A request that was to come in that step has ended."""
        row, label, is_late = self.row(step), self._labels[case], latency_ms > self._deadline_ms
        row.ended += 1
        if answer.decision:
            row.answered += 1
            row.latency_ms += latency_ms
            row.late += is_late
            row.held += answer.decision == HELD
            row.wrong += answer.decision != HELD and not is_right(answer, label)
        elif answer.status == 429:
            row.refused += 1
        else:
            row.failed += 1
        self._compare(row, case, end_of(answer, label, is_late=is_late))

    def golden(self, step: int, case: int, answer: Answer, latency_ms: float) -> None:
        """The same past the proxy."""
        row, label, is_late = self.row(step).goldens, self._labels[case], latency_ms > self._deadline_ms
        row.asked += 1
        end = end_of(answer, label, is_late=is_late)
        row.failed += end == "failed"
        row.late += end == "late"
        row.wrong += end == "wrong"
        self._compare(row, case, end)

    def _compare(self, row: Row | Goldens, case: int, end: End) -> None:
        if (healthy := self.healthy.get(case)) is not None:
            row.compared += 1
            row.worse += is_worse(end, healthy)

    def rows(self, since: int = 0) -> list[dict[str, object]]:
        return [asdict(row) for step, row in sorted(self._rows.items()) if step >= since]
