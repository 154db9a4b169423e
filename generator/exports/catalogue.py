"""A catalogue in, itself as JSON out, with its drills: for facilitators and for programs."""

from __future__ import annotations

from generator import catalogue_file
from generator.model import Catalogue

FILE = catalogue_file.NAME


def text(catalogue: Catalogue) -> str:
    """What ``drill run --catalogue`` takes in place of the sources."""
    return catalogue_file.write(catalogue).decode()
