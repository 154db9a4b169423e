"""Names by which the processes of a live drill know each other's requests: headers, and a field of bodies."""

from __future__ import annotations

REQUEST_ID = "X-Request-Id"
FAULT = "X-Drillbook-Fault"
"""On what a fault fell, to the target and back: the leases."""
ASIDE = "X-Drillbook-Aside"
"""Served as others are, and in no metric: who only looks is no traffic."""
TAKEN_AT = "as_of_s"
"""The field by which a source says when its values were taken, in seconds of the drill."""
