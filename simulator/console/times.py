"""Seconds since the start in, times of day out, and back."""

from __future__ import annotations

import re

from simulator.events import Started

DAY_MINUTES = 24 * 60


def time_of_day(started: Started, t: float, *, seconds: bool = False) -> str:
    """``02:53``, or ``02:53:15``: what a clock on the wall of the incident says."""
    whole = int(_minute_of_day(started.time) * 60 + t + 1e-6) % (DAY_MINUTES * 60)
    text = f"{whole // 3600:02d}:{whole // 60 % 60:02d}"
    return f"{text}:{whole % 60:02d}" if seconds else text


def minutes_of(text: str, started: Started) -> float | None:
    """Minutes since the start, from ``02:53`` or ``13``; None when it is neither.

    A time of day up to twelve hours before the start lies before it.
    """
    return minutes_between(started.time, text)


def minutes_between(start: str, text: str) -> float | None:
    """As ``minutes_of``, from the time of day of the start."""
    if found := re.fullmatch(r"(\d{1,2}):(\d{2})", text):
        hour, minute = int(found[1]), int(found[2])
        if hour > 23 or minute > 59:
            return None
        since = (hour * 60 + minute - _minute_of_day(start)) % DAY_MINUTES
        return float(since if since < DAY_MINUTES / 2 else since - DAY_MINUTES)
    if found := re.fullmatch(r"\+?(-?\d+(?:\.\d+)?)(?:m|min)?", text):
        return float(found[1])
    return None


def _minute_of_day(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)


def left(seconds: float) -> str:
    """The time until something that is shown to the minute: no more than there is.

    >>> left(45), left(110), left(5450)
    ('45 s', '1 min', '1 h 30 min')
    """
    return span(seconds if seconds < 60 else seconds // 60 * 60)


def span(seconds: float) -> str:
    """A duration as people say it.

    >>> span(45), span(600), span(5400)
    ('45 s', '10 min', '1 h 30 min')
    """
    if seconds < 60:
        return f"{max(0.0, seconds):.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
