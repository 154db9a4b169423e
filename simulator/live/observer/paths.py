"""The paths that the front of an observer answers itself."""

from __future__ import annotations

LABELS = "/labels"
METRICS = "/-/drillbook/metrics"
