"""A real service, real requests and real telemetry in; the same session, record and score as at a table out."""
