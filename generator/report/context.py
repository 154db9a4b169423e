"""What a format may know beside the findings in, the words that formats share out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from generator.source import Finding, Severity

SEVERITIES: tuple[Severity, ...] = ("error", "warning")
WIDTH = 110


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that a finding can name, and its words: the first paragraph says what must hold."""

    name: str
    severity: str
    words: str


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the findings; all of it may be missing."""

    text_of: Callable[[str], str | None] = lambda path: None
    """The text of a source, by its path relative to the root."""
    colour: bool = False
    width: int = WIDTH
    folder: str = ""
    """What leads from the top of the repository to the root, such as ``ops/``."""
    changed: Mapping[str, frozenset[int] | None] = field(default_factory=dict)
    """The lines that a change touches, by path; None: all of them."""
    left_out: int = 0
    """Findings that are older than the change that is asked about."""
    rules: Sequence[Rule] = ()
    version: str = ""

    def touches(self, finding: Finding) -> bool:
        """Whether the finding stands on a line that the change touches."""
        if finding.place.path not in self.changed:
            return False
        lines = self.changed[finding.place.path]
        return lines is None or finding.place.line in lines


NOTHING_KNOWN = Context()


def summary(findings: Sequence[Finding], context: Context = NOTHING_KNOWN) -> str:
    """How many findings there are, in how many files, and how many were left out."""
    older = f" ({plural(context.left_out, 'older finding')} left out)" if context.left_out else ""
    if not findings:
        return "no findings" + older
    counts = counted(findings)
    words = [plural(counts[severity], severity) for severity in SEVERITIES if counts[severity]]
    return f"{' and '.join(words)} in {plural(len({f.place.path for f in findings}), 'file')}{older}"


def counted(findings: Sequence[Finding]) -> Counter[str]:
    """How many findings there are of each severity."""
    return Counter(finding.severity for finding in findings)


def said(finding: Finding) -> str:
    """Message and hint on one line, with nothing in it that a terminal would obey."""
    return harmless(finding.message + (f" — {finding.hint}" if finding.hint else ""))


def harmless(text: str) -> str:
    """The text with a sign in the place of each character that does not show.

    >>> harmless("a\\x1b[31mb")
    'a\N{REPLACEMENT CHARACTER}[31mb'
    """
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def plural(count: int, noun: str) -> str:
    """
    >>> plural(1, "file"), plural(1200, "file")
    ('1 file', '1,200 files')
    """
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
