"""Requests to any model server and its answers in, the same bytes on; and the metrics that signals read, out."""
