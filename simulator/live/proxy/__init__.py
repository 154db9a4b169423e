"""Requests in, the target's answers out, and whatever the leases do to both; an end of every lease by its own clock."""
