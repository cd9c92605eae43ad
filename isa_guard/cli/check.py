"""`isa-guard check`: decide facts; the exit code is the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from isa_guard.cli.clock import now_or
from isa_guard.cli.output import FORMATS, parse_formats, write_reports
from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError

if TYPE_CHECKING:
    from isa_guard.cli.settings import Settings


@click.command()
@click.argument("facts", nargs=-1)
@click.option(
    "--agreement", "-a", help="A folder, or the id of a shipped agreement. Default: what each fact names."
)
@click.option(
    "--as-of", help="Decide as at this day or time instead of now: 2026-11-23, or 2026-11-23T10:00:00Z."
)
@click.option(
    "--format",
    "-f",
    "formats",
    multiple=True,
    help=f"{', '.join(FORMATS)}; FORMAT=FILE writes a file. Repeatable.",
)
@click.option(
    "--record/--no-record",
    default=None,
    help="Sign and append each decision. Default: yes if a register is set.",
)
@click.option("--register", help="The register's folder.")
@click.option("--key", help="The folder of the keys that sign.")
@click.option("--passphrase-file", help="A file, or /dev/fd/N, that holds the passphrase of the keys.")
@click.option(
    "--supersedes", help="The id of an earlier record, whose decision this one replaces. For one fact."
)
@click.option("--rules", help="A folder of rule packs, looked at before the shipped ones.")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
@click.option(
    "--releases", help="The folder of earlier releases: exports are compared with them, and kept there."
)
@click.option("--verbose", "-v", is_flag=True, help="Say also what was met.")
@click.option("--show-config", is_flag=True, help="Print each setting and where it came from, and stop.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour in text reports."
)
def command(
    *,
    facts: tuple[str, ...],
    agreement: str | None,
    as_of: str | None,
    formats: tuple[str, ...],
    record: bool | None,
    register: str | None,
    key: str | None,
    passphrase_file: str | None,
    supersedes: str | None,
    rules: str | None,
    policies: str | None,
    releases: str | None,
    verbose: bool,
    show_config: bool,
    color: str,
) -> int:
    """Decide every fact in FACTS: files, folders of files, or - for standard input."""
    flags = {
        "agreement": agreement,
        "rules": rules,
        "policies": policies,
        "register": register,
        "key": key,
        "releases": releases,
    }
    settings = read_settings().with_flags({**flags, "format": ",".join(formats) or None})
    if show_config:
        click.echo(settings.shown())
        return 0
    if not facts:
        raise UsageError("name the facts to check: files, folders, or - for standard input")
    reports = parse_formats(filter(None, (settings.value("format") or "text").split(",")), facts)
    moment = now_or(as_of)
    # The heavy part of the program is imported once the call itself is known to make sense.
    from isa_guard.cli.checker import Checker
    from isa_guard.report.run import Run

    checker = Checker(settings, moment)
    decisions = tuple(checker.check_all(facts))
    run = Run(decisions, tuple(checker.problems))
    recording = _recording(record, settings)
    if supersedes is not None and not (recording and len(decisions) == 1):
        raise UsageError("--supersedes goes with one fact that is recorded")
    if decisions and recording:
        from isa_guard.cli.recording import recorded

        run = recorded(run, settings, passphrase_file, supersedes)
    write_reports(run, reports, color, verbose=verbose)
    return run.exit_code


def _recording(asked: bool | None, settings: Settings) -> bool:  # noqa: FBT001 - click's own three-valued flag
    if asked and not settings.value("register"):
        raise UsageError("--record needs a register: give --register, ISA_GUARD_REGISTER or a setting")
    return bool(settings.value("register")) if asked is None else asked
