"""A catalogue in, the bytes of ``catalogue.json`` out; and back, hostile until checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from generator.given import GivenError, data_of, refuse
from generator.model import Catalogue
from generator.values import StructureError, outline, structure

NAME = "catalogue.json"


def write(catalogue: Catalogue) -> bytes:
    """The catalogue as JSON: values as in the sources, without fields that equal their default."""
    text = json.dumps(catalogue, default=outline, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{text}\n".encode()


def read(content: bytes, *, path: str = NAME) -> Catalogue:
    """The catalogue that the bytes hold; GivenError when they hold none that its schema takes."""
    data = data_of(content, "catalogue", path=path)
    _columns_of_one_length(data["panels"], path)
    try:
        return structure(data, Catalogue)
    except StructureError as error:
        raise GivenError(f"{path}: {error}") from error


def _columns_of_one_length(panels: Mapping[str, Any], path: str) -> None:
    for service, panel in panels.items():
        lengths = {len(column) for column in panel["columns"].values()}
        if len(lengths) != 1 or 0 in lengths:
            refuse(path, [(("panels", service, "columns"), "the columns are not of one length above 0")])
