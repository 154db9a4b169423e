"""A catalogue in, the files out that the site offers beside its pages."""

from __future__ import annotations

import dataclasses

from generator import catalogue_file
from generator.model import Catalogue
from generator.site.icalendar import calendar_files
from generator.site.pages.postmortem import postmortem_file, postmortem_text
from generator.site.view import view_of


def downloads(catalogue: Catalogue) -> dict[str, bytes]:
    """Each file's content by its path in the tree."""
    return {
        catalogue_file.NAME: _catalogue(catalogue),
        **_postmortems(catalogue),
        **calendar_files(catalogue),
    }


def _postmortems(catalogue: Catalogue) -> dict[str, bytes]:
    """The outline of each runbook's postmortem, to be filled by hand."""
    return {
        f"runbooks/{postmortem_file(compiled.runbook.id)}": postmortem_text(view_of(catalogue, compiled))
        for compiled in catalogue.runbooks
    }


def _catalogue(catalogue: Catalogue) -> bytes:
    """Everything for programs but the drills: what they hold stays sealed, as on the pages."""
    return catalogue_file.write(dataclasses.replace(catalogue, drills=()))
