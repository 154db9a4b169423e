"""A commit of the sources in, a version of the site on a branch out; and what was in force when."""

from generator.publishing.answering import InForce, in_force
from generator.publishing.errors import PublishError, UnfitNameError
from generator.publishing.publish import Published, Request, publish
from generator.publishing.telling import as_data, as_text

__all__ = [
    "InForce",
    "PublishError",
    "Published",
    "Request",
    "UnfitNameError",
    "as_data",
    "as_text",
    "in_force",
    "publish",
]
