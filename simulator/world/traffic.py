"""A moment of the week in, the expected rate of requests out."""

from __future__ import annotations

import numpy as np

from generator.model import Drill, Traffic
from simulator.world.flow import Floats

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY_MINUTES = 24 * 60
LEAST_RATE = 2.0**-20
LOAD_STEPS_PER_DOUBLING = 24
"""Offered load is rounded to 3 %, so that equal states are seen to be equal."""


def week_minute(drill: Drill) -> float:
    """The drill's start, in minutes since Monday 00:00."""
    hours, minutes = drill.time.split(":")
    return WEEKDAYS.index(drill.weekday) * DAY_MINUTES + int(hours) * 60 + int(minutes)


def rate_per_s(traffic: Traffic, week_minutes: Floats) -> Floats:
    """Requests per second: a daily cosine around the mean, lower at the weekend."""
    hour = week_minutes % DAY_MINUTES / 60
    day = week_minutes // DAY_MINUTES % 7
    swing = 1 + traffic.daily_swing * np.cos(2 * np.pi * (hour - traffic.peak_hour) / 24)
    return traffic.requests_per_s * swing * np.where(day >= 5, traffic.weekend_factor, 1.0)


def rounded_load(rate: Floats) -> Floats:
    """The rate on a logarithmic grid, for queues; what is next to nothing counts as ``LEAST_RATE``."""
    return 2 ** (
        np.round(np.log2(np.maximum(rate, LEAST_RATE)) * LOAD_STEPS_PER_DOUBLING) / LOAD_STEPS_PER_DOUBLING
    )
