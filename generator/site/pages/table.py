"""Rows of cells in, a table out: on a desk a table, on a phone a list of labelled facts."""

from __future__ import annotations

from collections.abc import Sequence

from generator.site.markup import Html, tag


def table(
    heads: Sequence[str], rows: Sequence[Sequence[Html]], *, class_: str = "", caption: str = ""
) -> Html:
    """The first cell of each row is its name."""
    head = tag("tr", *[tag("th", label, scope="col") for label in heads])
    body = [
        tag("tr", *[tag("td", cell, data_label=label) for label, cell in zip(heads, row, strict=True)])
        for row in rows
    ]
    said = [tag("caption", caption)] if caption else []
    return tag(
        "table", *said, tag("thead", head), tag("tbody", *body), class_=" ".join(["db-table", class_]).strip()
    )


def figures(heads: Sequence[str], rows: Sequence[Sequence[Html]], *, caption: str) -> Html:
    """A table of short numbers, which stays one on a phone; the first cell of each row is its name."""
    head = tag("tr", *[tag("th", label, scope="col") for label in heads])
    body = [tag("tr", tag("th", row[0], scope="row"), *[tag("td", cell) for cell in row[1:]]) for row in rows]
    return tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body), class_="db-figures")
