"""Why a binding is not carried out, before anything is sent or run."""

from __future__ import annotations


class RefusedBindingError(ValueError):
    """Nothing was sent or run; the message says what, why, and what to do."""
