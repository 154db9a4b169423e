"""The sources of two times in; what their difference means in an incident, in one line each, out."""

from __future__ import annotations

from generator.changes.asking import changes_since, changes_since_review
from generator.changes.change import Change, Comparison, Group, Weight
from generator.changes.comparing import compare_documents, compare_roots
from generator.changes.report import FORMATS

__all__ = [
    "FORMATS",
    "Change",
    "Comparison",
    "Group",
    "Weight",
    "changes_since",
    "changes_since_review",
    "compare_documents",
    "compare_roots",
]
