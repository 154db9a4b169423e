"""Webhooks of an Alertmanager in; which signals of a drill fire, for a session, out."""
