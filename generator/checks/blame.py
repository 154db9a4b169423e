"""A postmortem asks what made a thing likely, never who is to blame.

People who expect blame leave out what the next reader needs; the cause then stays, and comes back.

Ask what the person saw, and why it made sense at the time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.inside import texts
from generator.source import Finding, Severity

name = "blame"
severity: Severity = "error"

_BLAME = re.compile(
    r"\b(?:to blame|blames?|whose (?:fault|mistake|error)|at fault|culprits?|guilty|human error|operator error|"
    r"careless(?:ly|ness)?|negligen(?:t|ce)|incompeten(?:t|ce)|should have (?:known|noticed|seen|checked)|"
    r"who (?:caused|broke|failed|forgot|is responsible for the (?:error|mistake|incident|outage))|"
    r"punish\w*|disciplin(?:e|ary)|reprimand\w*)\b",
    re.IGNORECASE,
)
_NO = re.compile(r"\b(?:no|without|never|not)\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_WHERE = ("template", "questions", "measures", "verify_root_cause", "action_items")


def check(sources: Sources) -> Iterator[Finding]:
    """Words of blame in what a postmortem asks, measures and writes down."""
    for document in sources.sound("runbook"):
        for key in _WHERE:
            for pointer, text in texts(document.data["postmortem"][key], ("postmortem", key)):
                for found in _BLAME.finditer(text):
                    if not _NO.search(text[: found.start()]):
                        message = f"'{found.group()}' asks for blame"
                        hint = "ask what made it likely, and what would have shown it sooner"
                        yield Finding(document.place(pointer), name, severity, message, hint)
