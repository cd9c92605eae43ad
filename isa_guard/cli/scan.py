"""`isa-guard scan`: what is inside files, before anything is claimed of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError
from isa_guard.model.observation import Seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.errors import Problem
    from isa_guard.model.observation import Observation

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
    from isa_guard.scan.export.look import look_at
    from isa_guard.scan.identifiers import NOBODY, Known

    settings = read_settings().with_flags({"agreement": agreement, "policies": policies})
    named = settings.value("agreement")
    known = Known.of(load(named, shelf_of(settings)).agreements[-1].parties) if named else NOBODY
    seen = look_at([Path(name) for name in files], known)
    told = [one for one in seen.observations if one.seen in {Seen.IDENTIFIER, Seen.MARKING}]
    click.echo(_json(told, seen.problems) if format_ == "json" else _text(files, told, seen.problems))
    if seen.problems:
        return UNREAD
    return DEPARTS if any(one.seen is Seen.IDENTIFIER for one in told) else 0


def _text(files: Sequence[str], told: Sequence[Observation], problems: Sequence[Problem]) -> str:
    from isa_guard.report.text import Manner, labelled

    how = Manner()
    identifiers = [one for one in told if one.seen is Seen.IDENTIFIER]
    verdict = "IDENTIFIERS FOUND" if identifiers else "NO IDENTIFIER FOUND"
    if problems:
        verdict += ", AND NOT ALL COULD BE READ"
    lines = [f"{verdict}  {len(files)} file{'' if len(files) == 1 else 's'}"]
    for one in told:
        lines += ["", f"  {one.words}"]
        lines += labelled("where", ", ".join(filter(None, (str(one.place), one.part))), how)
        lines += labelled("shape", one.shape, how) if one.shape else []
    for problem in problems:
        lines += ["", f"  could not be read: {problem.what}", *labelled("where", str(problem.place), how)]
    return "\n".join(lines)


def _json(told: Sequence[Observation], problems: Sequence[Problem]) -> str:
    from isa_guard.report.json import observation_json

    data = {
        "format": "isa-guard/scan/1",
        "observations": [observation_json(one) for one in told],
        "problems": [{"what": one.what, "place": str(one.place)} for one in problems],
    }
    return json.dumps(data, indent=2, ensure_ascii=False)
