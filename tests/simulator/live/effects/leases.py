"""Leases and what they do to a document, in few words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from simulator.live.bodies import Document, read
from simulator.live.effects import Fate, Prepared, prepared
from simulator.live.lease import Effect, Lease

SEED = 7


def lease(kind: str, parameters: Mapping[str, Any] | None = None, **rest: Any) -> Prepared:
    """One effect on all requests, unless the rest says otherwise."""
    return prepared(Lease("drift", (Effect(kind, parameters or {}),), **{"seed": SEED, **rest}))


def document(body: Any, path: str = "/predict") -> Document:
    found = read(path, "application/json", json.dumps(body).encode())
    assert found is not None
    return found


def fallen(ready: Prepared, body: Any, id: str = "r-1") -> tuple[Fate, Any]:
    """What becomes of a request, and of its plain JSON."""
    asked = document(body)
    fate = ready.fate(id, asked, {}, 1.0)
    assert fate is not None
    return fate, json.loads(asked.dump())
