"""`isa-guard schema`: the JSON Schema of a kind of document."""

from __future__ import annotations

import json
from typing import Any, Final

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError

LOG_MAP: Final = "log-map"


def log_map_schema() -> dict[str, Any]:
    """Answer the schema of a log map, whose shape is the audit's own."""
    from isa_guard.audit.mapping.shapes import LogMapDocument
    from isa_guard.load.json_schema import shape_schema

    return shape_schema(LogMapDocument, LOG_MAP)


@click.command()
@click.argument("kind", required=False)
@click.option("--agreement", "-a", help="Include this agreement's own fields in the schemas of facts.")
def command(*, kind: str | None, agreement: str | None) -> int:
    """Print the JSON Schema of KIND; without KIND, list the kinds."""
    from isa_guard.load.json_schema import KINDS, json_schema
    from isa_guard.model.schemas import SCHEMAS

    if kind is None:
        click.echo("\n".join((*KINDS, LOG_MAP)))
        return 0
    if kind == LOG_MAP:
        click.echo(json.dumps(log_map_schema(), indent=2))
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
