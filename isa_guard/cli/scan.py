"""`isa-guard scan`: what is inside files, before anything is claimed of them."""

from __future__ import annotations

from pathlib import Path

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError
from isa_guard.model.observation import Seen

DEPARTS, UNREAD = 1, 4


@click.command()
@click.argument("files", nargs=-1)
@click.option("--agreement", "-a", help="Its parties' own mailboxes are known, and not told of.")
@click.option("--format", "-f", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
def command(*, files: tuple[str, ...], agreement: str | None, format_: str, policies: str | None) -> int:
    """Look into FILES: tables, documents, mails, archives. No value is shown, only what it is and where.

    Exit 0: nothing that identifies a person. 1: something does, or may. 4: a part could not be read.
    """
    if not files:
        raise UsageError("name the files to look into")
    from isa_guard.cli.checker import shelf_of
    from isa_guard.load.agreement import load
    from isa_guard.report import scan
    from isa_guard.scan.export.look import look_at
    from isa_guard.scan.identifiers import NOBODY, Known

    settings = read_settings().with_flags({"agreement": agreement, "policies": policies})
    named = settings.value("agreement")
    known = Known.of(load(named, shelf_of(settings)).agreements[-1].parties) if named else NOBODY
    seen = look_at([Path(name) for name in files], known)
    told = [one for one in seen.observations if one.seen in {Seen.IDENTIFIER, Seen.MARKING}]
    render = scan.as_json if format_ == "json" else scan.as_text
    click.echo(render(told, seen.problems), nl=False)
    if seen.problems:
        return UNREAD
    return DEPARTS if any(one.seen is Seen.IDENTIFIER for one in told) else 0
