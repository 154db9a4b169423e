"""Findings in, a name for each that stays the same when text above it moves out."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

from generator.source import Finding

_LINE = re.compile(r"\bline \d+")


def fingerprints(findings: Sequence[Finding]) -> tuple[str, ...]:
    """One fingerprint a finding: rule, file and message without line numbers, and which of its like it is."""
    seen: Counter[str] = Counter()
    return tuple(_fingerprint(finding, seen) for finding in findings)


def _fingerprint(finding: Finding, seen: Counter[str]) -> str:
    identity = f"{finding.rule}|{finding.place.path}|{_LINE.sub('line', finding.message)}"
    seen[identity] += 1
    return hashlib.sha256(f"{identity}|{seen[identity]}".encode("utf-8", "surrogatepass")).hexdigest()
