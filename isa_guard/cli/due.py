"""`isa-guard due`: every running clock, soonest first. It leaves with 1 where something is overdue, for a scheduler."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.clock import now_or
from isa_guard.cli.opening import KEY, REGISTER, TRUST
from isa_guard.cli.settings import read_settings
from isa_guard.errors import Place, UsageError
from isa_guard.model.act import MatterKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from isa_guard.acts.ledger import Ledger
    from isa_guard.cli.acting import Desk
    from isa_guard.cli.opening import Opened
    from isa_guard.cli.settings import Settings
    from isa_guard.language.values import Value
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement
    from isa_guard.review.clocks.clock import Clock
    from isa_guard.review.due import Due

OVERDUE, UNCOUNTED = 1, 4
FORMATS: Final = ("text", "json", "ics")
HOOK_SECONDS: Final = 60


@click.command()
@click.option(
    "--agreement",
    "-a",
    "named",
    multiple=True,
    help="Agreements whose reviews run too, by id. Default: those that the register names.",
)
@click.option(
    "--within", type=click.IntRange(min=0), help="Only what ends within so many days, or is overdue."
)
@click.option("--as-of", help="As at this day or time instead of now.")
@click.option("--format", "-f", "format_", type=click.Choice(FORMATS), default="text")
@click.option("--output", "-o", help="Write to this file instead of standard output.")
@click.option("--remind", help="A command that gets each clock that is shown, as JSON on its standard input.")
@REGISTER
@KEY
@TRUST
def command(
    *,
    named: tuple[str, ...],
    within: int | None,
    as_of: str | None,
    format_: str,
    output: str | None,
    remind: str | None,
    register: str | None,
    key: str | None,
    trust: str | None,
) -> int:
    """List every running clock: what set it off, what stops it, by which term or law, and how it was read.

    Exit 0: nothing is overdue. 1: something is. 4: a clock could not be counted.
    """
    from isa_guard.cli.opening import opened_by

    settings = read_settings().with_flags({"register": register, "key": key})
    now = now_or(as_of)
    found = counted(opened_by(settings, trust), settings, named, now)
    shown = _within(found, within)
    _write(_rendered(found, shown, format_), output)
    if remind:
        _remind(remind, found, shown)
    if found.problems:
        return UNCOUNTED
    return OVERDUE if found.overdue else 0


def counted(
    held: Opened, settings: Settings, named: Sequence[str], now: datetime, acts: Ledger | None = None
) -> Due:
    """Answer every clock of a register, or of those `acts` of it alone. Raises RegisterBroken, LoadError."""
    from isa_guard.register.sift import sifted, witnessed_at
    from isa_guard.review.clocks.obligations import MARK, obligation_clocks
    from isa_guard.review.clocks.standing import witness_clock
    from isa_guard.review.due import due

    ledger = acts if acts is not None else held.ledger()
    records = sifted(held.store, held.trust, (MARK,), held.heads)
    agreements = _agreements(ledger, settings, named, [one.record for one in records])
    first = next((one.record.standing.decided_at for one in records), now)
    more = [
        *obligation_clocks(records, agreements, ledger.matters(MatterKind.HOLDING)),
        *witness_clock(
            held.trust.origin, held.trust.witness_every, witnessed_at(held.store, held.trust), first
        ),
    ]
    return due(ledger, agreements, _needed_by(held, agreements), now, Place(held.store.place), more)


def told_clocks(ledger: Ledger, at: Desk, matter: str) -> list[str]:
    """Answer a line for each clock that runs in a matter after an act, and what its notices have not said yet."""
    from datetime import UTC, datetime

    from isa_guard.review.due import due
    from isa_guard.review.told import brief

    now = datetime.now(UTC)
    agreements = _agreements(ledger, at.settings, (), ())
    found = due(ledger, agreements, lambda _: None, now, Place(at.opened.store.place))
    mine = [one for one in found.clocks if one.matter == matter]
    return [f"  {brief(one, now)}" + (f"\n    {one.note}" if one.note else "") for one in mine]


def _agreements(
    ledger: Ledger, settings: Settings, named: Sequence[str], records: Sequence[object]
) -> tuple[Agreement, ...]:
    """Answer every version of the agreements that are asked for, or that the register names; the newest of each last."""
    from isa_guard.cli.checker import shelf_of
    from isa_guard.load.agreement import load
    from isa_guard.register.records.statement import DecisionRecord

    asked = named or filter(None, (settings.value("agreement"),))
    ids = dict.fromkeys(asked) or dict.fromkeys(one.act.agreement for one in ledger.acts)
    if not named:
        ids |= dict.fromkeys(one.agreement for one in records if isinstance(one, DecisionRecord))
    shelf = shelf_of(settings)
    return tuple(version for name in ids for version in load(name, shelf).agreements)


def _needed_by(held: Opened, agreements: Sequence[Agreement]) -> Callable[[Matter], Value | None]:
    from isa_guard.acts.asked import asked_for

    by_version = {(one.id, one.version): one for one in agreements}

    def needed_by(request: Matter) -> Value | None:
        agreement = by_version.get((request.opened.act.agreement, request.opened.act.version))
        values = asked_for(held.store, request, agreement) if agreement is not None else None
        return values.get("needed_by") if values is not None else None

    return needed_by


def _within(found: Due, days: int | None) -> tuple[Clock, ...]:
    from datetime import timedelta

    if days is None:
        return found.running
    last = found.now + timedelta(days=days)
    return tuple(one for one in found.running if one.end is None or one.end <= last)


def _rendered(found: Due, shown: Sequence[Clock], format_: str) -> bytes:
    from isa_guard.review import told

    if format_ == "ics":
        from isa_guard.review.ics import as_calendar

        return as_calendar(shown, found.now)
    return (told.as_json(found, shown) if format_ == "json" else told.as_text(found, shown)).encode()


def _write(content: bytes, output: str | None) -> None:
    from pathlib import Path

    if output is None:
        sys.stdout.flush()
        click.echo(content, nl=False)
        return
    try:
        Path(output).write_bytes(content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {(error.strerror or '').lower()}") from None


def _remind(hook: str, found: Due, shown: Sequence[Clock]) -> None:
    """Give each clock to the command. Raises UsageError where it does not take one: a reminder that is lost is told."""
    import json

    from isa_guard.review.told import as_json

    for one in json.loads(as_json(found, shown))["clocks"]:
        try:
            done = subprocess.run(  # noqa: S603 - the caller's own command, without a shell
                shlex.split(hook),
                input=json.dumps(one),
                text=True,
                timeout=HOOK_SECONDS,
                check=False,
                capture_output=True,
            )
        except (OSError, ValueError, subprocess.TimeoutExpired) as error:
            raise UsageError(f"the reminder could not be given to `{hook}`: {error}") from None
        if done.returncode:
            raise UsageError(
                f"`{hook}` did not take the reminder of {one['about']}: it left with {done.returncode}"
            )
