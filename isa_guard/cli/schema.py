"""`isa-guard schema`: the JSON Schema of a kind of document."""

from __future__ import annotations

import json

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError


@click.command()
@click.argument("kind", required=False)
@click.option("--agreement", "-a", help="Include this agreement's own fields in the schemas of facts.")
def command(*, kind: str | None, agreement: str | None) -> int:
    """Print the JSON Schema of KIND; without KIND, list the kinds."""
    from isa_guard.load.json_schema import KINDS, json_schema
    from isa_guard.model.schemas import SCHEMAS

    if kind is None:
        click.echo("\n".join(KINDS))
        return 0
    schemas = SCHEMAS
    if agreement:
        from isa_guard.cli.checker import shelf_of
        from isa_guard.load.agreement import load

        schemas = load(agreement, shelf_of(read_settings())).agreements[-1].schemas
    try:
        click.echo(json.dumps(json_schema(kind, schemas), indent=2))
    except UsageError as error:
        raise click.UsageError(str(error)) from None
    return 0
