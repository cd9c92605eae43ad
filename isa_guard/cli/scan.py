"""`isa-guard scan`: what is inside files, before anything is claimed of them."""

from __future__ import annotations

import secrets
from pathlib import Path

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError
from isa_guard.model.coverage import Coverage
from isa_guard.model.observation import Seen

DEPARTS, CANNOT_TELL, UNREAD = 1, 3, 4
_SEEDS = 2**32


@click.command()
@click.argument("files", nargs=-1)
@click.option("--agreement", "-a", help="Its parties' own mailboxes are known, and not told of.")
@click.option("--format", "-f", "format_", type=click.Choice(["text", "json"]), default="text")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
@click.option(
    "--sample", type=click.IntRange(1), metavar="ROWS", help="Look at so many random rows of a table."
)
@click.option("--seed", type=click.IntRange(0), help="Draw the rows of an earlier sample again.")
@click.option("--fail-fast", "until", flag_value="sure", help="Stop at the first sure finding.")
def command(
    *,
    files: tuple[str, ...],
    agreement: str | None,
    format_: str,
    policies: str | None,
    sample: int | None,
    seed: int | None,
    until: str | None,
) -> int:
    """Look into FILES: tables, documents, mails, archives. No value is shown, only what it is and where.

    Exit 0: nothing that identifies a person. 1: something does, or may. 3: nothing in a sample, which cannot tell for
    the rest. 4: a part could not be read.
    """
    if not files:
        raise UsageError("name the files to look into")
    if seed is not None and sample is None:
        raise UsageError("--seed draws a sample again: say how large with --sample")
    from isa_guard.cli.checker import shelf_of
    from isa_guard.load.agreement import load
    from isa_guard.report import scan
    from isa_guard.scan.export.look import look_at
    from isa_guard.scan.export.sampled import Sampler
    from isa_guard.scan.export.through import Until
    from isa_guard.scan.identifiers import NOBODY, Known

    settings = read_settings().with_flags({"agreement": agreement, "policies": policies})
    named = settings.value("agreement")
    known = Known.of(load(named, shelf_of(settings)).agreements[-1].parties) if named else NOBODY
    drawn_with = secrets.randbelow(_SEEDS) if seed is None else seed
    sampler = Sampler(sample, drawn_with) if sample else None
    seen, stopped_in = look_at(
        [Path(name) for name in files], known, Until.SURE if until else Until.END, sampler
    )
    coverage = Coverage(tuple(sampler.drawn) if sampler else (), drawn_with, stopped_in)
    told = [one for one in seen.observations if one.seen in {Seen.IDENTIFIER, Seen.MARKING}]
    render = scan.as_json if format_ == "json" else scan.as_text
    click.echo(render(told, seen.problems, coverage), nl=False)
    if seen.problems:
        return UNREAD
    if any(one.seen is Seen.IDENTIFIER for one in told):
        return DEPARTS
    return CANNOT_TELL if coverage.sampled else 0
