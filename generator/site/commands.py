"""A step in, the commands that carry it out in each environment out."""

from __future__ import annotations

from generator.model import Step
from generator.site.markup import NOTHING, Html
from generator.site.view import View


def commands(view: View, step: Step) -> Html:
    """What to type or to call for a step, an environment each; nothing when it turns no control."""
    return NOTHING
