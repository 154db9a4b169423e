"""``drill list``, ``faults``, ``signals`` and ``controls``: what there is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from generator.entry import GOOD, with_given_catalogue
from simulator.cli.group import drill

if TYPE_CHECKING:
    from generator.model import Catalogue

TABLES = ("faults", "signals", "controls")


@drill.command("list", epilog="\b\nExample:\n  drill list --json | jq '.[].id'\n")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@with_given_catalogue
def list_(catalogue: Catalogue, *, root: Path, as_json: bool) -> int:
    """List the drills. For facilitators: titles may give the cause away."""
    rows = [
        {
            "id": one.id,
            "service": one.service,
            "horizon_minutes": one.horizon_minutes,
            "faults": len(one.faults),
            "title": one.title,
        }
        for one in catalogue.drills
    ]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return GOOD
    width = max((len(str(row["id"])) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row['id']:<{width}}  {row['service']}  {row['horizon_minutes']:g} min  {row['title']}")
    return GOOD


def _table_command(table: str) -> click.Command:
    @click.option("--json", "as_json", is_flag=True, help="For programs: the whole declarations.")
    def command(as_json: bool) -> int:
        from generator import kinds

        declared = kinds.load(table)
        if as_json:
            rows = [kind.declaration for kind in declared.values()]
            click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
            return GOOD
        for kind in declared.values():
            click.echo(f"{kind.name}: {kind.summary}")
            for name, schema in kind.parameters.get("properties", {}).items():
                click.echo(f"    {name}: {schema.get('description', '')}")
            if kind.effects:
                click.echo(f"    effect: {kinds.told_effects(kind.effects)}")
            if table == "faults":
                click.echo(f"    live: {kinds.told_live(kind.live)}")
        return GOOD

    text = f"List the kinds of {table[:-1]} there are, with their parameters."
    return drill.command(table, help=text)(command)


for _table in TABLES:
    _table_command(_table)
