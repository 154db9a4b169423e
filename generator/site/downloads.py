"""A catalogue in, the files out that the site offers beside its pages."""

from __future__ import annotations

from generator.model import Catalogue


def downloads(catalogue: Catalogue) -> dict[str, bytes]:
    """Each file's content by its path in the tree."""
    return {}
