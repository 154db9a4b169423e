"""A score in, its JSON out, as ``schema/score.schema.json`` describes it."""

from __future__ import annotations

import json

from generator import values
from simulator.events import Record
from simulator.scoring import Score


def as_json(score: Score, record: Record) -> str:
    """The whole score; the record is named by its hash."""
    return json.dumps(values.plain(score), indent=2, ensure_ascii=False) + "\n"
