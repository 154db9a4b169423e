"""What a screen is for in, its colours and the words in its last row out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from prompt_toolkit.styles import Style

Use: TypeAlias = Literal["all", "seat", "watch"]
"""What a screen is for: the whole drill, a seat at somebody else's table, or to read along."""

LEAVING: Mapping[Use, str] = {
    "all": " Ctrl-C again ends the drill for everybody",
    "seat": " Ctrl-C again leaves the table; the drill goes on, and you may come back",
    "watch": " Ctrl-C again leaves",
}
KEYS: Mapping[Use, str] = {
    "all": " Tab completes  Up/Down history  PageUp/PageDown scroll  help  Ctrl-D ends",
    "seat": " Tab completes  Up/Down history  PageUp/PageDown scroll  help  Ctrl-C leaves",
    "watch": " PageUp/PageDown scroll  Ctrl-C leaves",
}
WAITING: Mapping[Use, str] = {
    "all": " Enter starts the clock",
    "seat": " The facilitator starts the clock",
    "watch": " The facilitator starts the clock",
}

STYLE = Style.from_dict(
    {
        "title": "bold reverse",
        "paused": "bold reverse ansiyellow",
        "bad": "bold ansired",
        "warn": "ansiyellow",
        "good": "ansigreen",
        "dim": "ansibrightblack",
        "chart": "ansicyan",
        "next": "bold",
        "message": "bold ansimagenta",
        "deed": "ansicyan",
        "error": "ansired",
        "question": "bold ansiyellow",
        "rule": "ansibrightblack",
    }
)
