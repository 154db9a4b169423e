"""Why something is not published, or cannot be told."""

from __future__ import annotations


class PublishError(ValueError):
    """Nothing was published, or there is no answer; the message says why, and what to do."""


class UnfitNameError(PublishError):
    """A version, an alias, a title or a branch cannot be called that."""
