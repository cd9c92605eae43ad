"""`isa-guard audit`: logs of what was done, held to the agreement; and `isa-guard audit map`, how their lines are read."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isa_guard.cli.clock import now_or, until
from isa_guard.cli.output import FORMATS, parse_formats
from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError

if TYPE_CHECKING:
    from isa_guard.cli.settings import Settings

ENGINES = ("rows", "duckdb", "spark")
KEPT = 1_000


class _WithMap(click.Command):
    """The command itself, and `map` under it; a log of that name is written ./map."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args[:1] == ["map"]:
            from isa_guard.cli.audit_map import command as mapping

            found: click.Context = mapping.make_context("audit map", args[1:], parent, **extra)
            return found
        return super().make_context(info_name, args, parent, **extra)


@click.command(cls=_WithMap)
@click.argument("logs", nargs=-1)
@click.option("--agreement", "-a", help="A folder, or the id of a shipped agreement.")
@click.option(
    "--map",
    "-m",
    "maps",
    multiple=True,
    help="The log map: a file, or the id of a ready one. NAME=MAP goes for the logs of that name or pattern. Repeatable.",
)
@click.option(
    "--as-of", help="Judge as at this day or time instead of now: 2026-11-23, or 2026-11-23T10:00:00Z."
)
@click.option(
    "--until", "whole_until", help="The logs are whole until this day or time. Default: their last event."
)
@click.option(
    "--format",
    "-f",
    "formats",
    multiple=True,
    help=f"{', '.join(FORMATS)}; FORMAT=FILE writes a file. Repeatable.",
)
@click.option(
    "--rejects", help="A file to which every line that could not be read is written, by number and reason."
)
@click.option(
    "--list",
    "listed",
    type=click.IntRange(1, 1_000_000),
    default=KEPT,
    help=f"How many findings of each rule are listed; all are counted. Default: {KEPT:,}.",
)
@click.option(
    "--follow", is_flag=True, help="Read on as the logs grow; tell each finding once, as JSON lines."
)
@click.option(
    "--state", help="With --follow: the file that keeps what is open. It is made where there is none."
)
@click.option("--lateness", default="1 hour", help="With --follow: how late a line may be. Default: 1 hour.")
@click.option("--once", is_flag=True, help="With --follow: read what there is, and end.")
@click.option(
    "--master", help="With the Spark engine: a cluster, as spark://host:7077. Default: this machine."
)
@click.option(
    "--shared", type=click.Path(path_type=Path), help="With --master: a folder that every machine of it has."
)
@click.option(
    "--kept",
    type=click.Path(path_type=Path),
    help="With the duckdb engine: a folder that keeps the events of each log, so that only new logs are read.",
)
@click.option("--engine", type=click.Choice(ENGINES), default=None, help="What does the work. Default: rows.")
@click.option(
    "--record/--no-record", default=None, help="Sign and append the audit. Default: yes if a register is set."
)
@click.option("--register", help="The register's folder.")
@click.option("--key", help="The folder of the keys that sign.")
@click.option("--passphrase-file", help="A file, or /dev/fd/N, that holds the passphrase of the keys.")
@click.option("--rules", help="A folder of rule packs, looked at before the shipped ones.")
@click.option("--policies", help="A folder of agreements, looked at before the shipped ones.")
@click.option(
    "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour in text reports."
)
def command(
    *,
    logs: tuple[str, ...],
    agreement: str | None,
    maps: tuple[str, ...],
    as_of: str | None,
    whole_until: str | None,
    formats: tuple[str, ...],
    rejects: str | None,
    listed: int,
    follow: bool,
    state: str | None,
    lateness: str,
    once: bool,
    engine: str | None,
    master: str | None,
    shared: Path | None,
    kept: Path | None,
    record: bool | None,
    register: str | None,
    key: str | None,
    passphrase_file: str | None,
    rules: str | None,
    policies: str | None,
    color: str,
) -> int:
    """Audit every log in LOGS: files, patterns, - for standard input, or a table as postgresql://...#table.

    Every line is accounted for: it is an event, it is blank, or it is rejected with its number and the reason.
    `isa-guard audit map` proposes and tries the map by which the lines of a log are read.

    Exit 0: in order. 1: something departs from the agreement. 3: a person must look. 4: lines could not be read.
    """
    flags = {"agreement": agreement, "rules": rules, "policies": policies, "register": register, "key": key}
    settings = read_settings().with_flags({**flags, "format": ",".join(formats) or None})
    if not logs:
        raise UsageError("name the logs to audit: files, patterns, or - for standard input")
    if not settings.value("agreement"):
        raise UsageError("say which agreement the logs are held to: --agreement")
    wanted = parse_formats(filter(None, (settings.value("format") or "text").split(",")), logs)
    recording = _recording(record, settings)
    from isa_guard.cli.audit_output import write_audit
    from isa_guard.cli.auditing import Auditing

    # Unlike a check, an audit lives long enough for its garbage to matter.
    gc.enable()
    work = Auditing(settings, now_or(as_of), until(whole_until), listed, maps)
    if follow:
        from isa_guard.cli.follow import follow as following

        return following(work, logs, state=state, lateness=lateness, once=once, as_of=as_of)
    if shared and not shared.is_dir():
        raise UsageError(f"--shared {shared} is no folder")
    if (master or shared) and engine != "spark":
        raise UsageError("--master and --shared go with --engine spark")
    if kept and engine != "duckdb":
        raise UsageError("--kept goes with --engine duckdb")
    work.master, work.folder, work.kept = master or work.master, shared, kept
    audit = work.audited(logs, engine or "rows", rejects)
    if audit.audited and recording:
        from isa_guard.cli.recording import with_record

        audit = with_record(audit, settings, passphrase_file)
    write_audit(audit, wanted, color)
    return audit.exit_code


def _recording(asked: bool | None, settings: Settings) -> bool:  # noqa: FBT001 - click's own three-valued flag
    if asked and not settings.value("register"):
        raise UsageError("--record needs a register: give --register, ISA_GUARD_REGISTER or a setting")
    return bool(settings.value("register")) if asked is None else asked
