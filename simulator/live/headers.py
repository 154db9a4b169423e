"""Names of the headers that the processes of a live drill know each other's requests by."""

from __future__ import annotations

REQUEST_ID = "X-Request-Id"
FAULT = "X-Drillbook-Fault"
"""On what a fault fell, to the target and back: the leases."""
ASIDE = "X-Drillbook-Aside"
"""Served as others are, and in no metric: who only looks is no traffic."""
