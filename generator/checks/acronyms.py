"""A plain-words summary is plain: every acronym in it stands in the glossary.

Managers and new colleagues read the summary first, often during the incident, and nobody has time to explain then.

Add the acronym to the organization's glossary, or write what it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.checks.sources import Sources
from generator.prose import REFERENCE
from generator.source import Finding, Severity

name = "acronyms"
severity: Severity = "error"

PLAIN = ("title", "summary", "problem")
_ACRONYM = re.compile(r"\b(?:[A-Z][A-Z0-9]*[A-Z][A-Z0-9]*|p\d{2,3})\b")
_BARE = frozenset({"OK", "UTC", "AM", "PM"})


def check(sources: Sources) -> Iterator[Finding]:
    """Acronyms in the title, summary and problem of runbooks and the summary of services, without a meaning."""
    known = {word for term in _terms(sources) for word in (term, *_ACRONYM.findall(term))}
    for kind in ("runbook", "service"):
        for document in sources.sound(kind):
            for key in PLAIN:
                text = REFERENCE.sub("", str(document.data.get(key, "")))
                for word in dict.fromkeys(_ACRONYM.findall(text)):
                    if word.removesuffix("S") not in known and word not in known | _BARE:
                        message = f"'{word}' is explained nowhere"
                        hint = "add it to the glossary of the organization, or write it out"
                        yield Finding(document.place((key,)), name, severity, message, hint)


def _terms(sources: Sources) -> Iterator[str]:
    for organization in sources.of_kind("organization"):
        for entry in organization.data.get("glossary") or ():
            if isinstance(entry, dict):
                yield str(entry.get("term", ""))
