"""`isa-guard dispose`: information is disposed of, its case document is erased, and a certificate says so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isa_guard.cli.acting import act, acting, desk
from isa_guard.errors import UsageError
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.act_fields import FORMS

if TYPE_CHECKING:
    from isa_guard.cli.acting import Calling, Desk

_HOW = next(one.type for one in FORMS[Action.DISPOSED].record.fields if one.name == "how")


@click.command()
@click.argument("matter")
@click.option(
    "--how", required=True, type=click.Choice(getattr(_HOW, "values", ())), help="How it was disposed of."
)
@click.option("--on", "day", help="When: 2026-11-23. Default: today.")
@click.option(
    "--authority", required=True, help="On whose authority: a post, as data-protection-officer. Never a name."
)
@click.option("--copies", type=click.IntRange(min=1), help="How many copies.")
@click.option("--note", help="Anything else that should be known.")
@click.option(
    "--certificate", "file", type=click.Path(path_type=Path), help="Write the certificate to this file."
)
@acting
def command(
    *,
    matter: str,
    how: str,
    day: str | None,
    authority: str,
    copies: int | None,
    note: str | None,
    file: Path | None,
    calling: Calling,
) -> int:
    """Record that MATTER, which was noted with `holding receive`, is disposed of. Its case document is erased with it.

    A hold that is not released refuses it.
    """
    from isa_guard.acts.naming import matter_named
    from isa_guard.load.acts import said
    from isa_guard.uk.periods import london_day

    if file is not None and file.exists():
        raise UsageError(f"{file} is there already: no certificate is written over another")
    at = desk(calling)
    held = matter_named(at.ledger, MatterKind.HOLDING, matter)
    given = {
        "how": how,
        "disposed_on": day or london_day(datetime.now(UTC)).isoformat(),
        "authority": authority,
        **({"copies": copies} if copies else {}),
        **({"note": note} if note else {}),
    }
    told = said(Action.DISPOSED, given, f"dispose {matter}")
    act(at, told, at.agreement_of(held), held)
    erased = _erased(at, held.code("fact"), authority)
    text = _certificate(desk(calling), held.id, erased)
    if file is not None:
        file.write_text(text, "utf-8")
    click.echo(text, nl=False)
    return 0


def _erased(at: Desk, fact: str, authority: str) -> str:
    """Erase the case document of a holding, where it has one, and answer what became of it."""
    from isa_guard.cli.recording import note_tip, open_appender
    from isa_guard.register.custody.erasure import erase
    from isa_guard.register.records.event import ErasureReason
    from isa_guard.register.stores.store import Shelf

    if not fact:
        return "none was named"
    if not at.opened.store.has(Shelf.CASES, fact):
        return f"sha256 {fact}, not here"
    appender = open_appender(at.settings, at.calling.passphrase_file)
    done = erase(appender, fact, ErasureReason.RETENTION_EXPIRED, authority)
    note_tip(at.settings, appender)
    left = f"; not gone from {', '.join(done.unreached)}" if done.unreached else ""
    return f"sha256 {fact}, erased, record {done.receipt.index}{left}"


def _certificate(at: Desk, matter: str, erased: str) -> str:
    from isa_guard.acts.certificate import certificate
    from isa_guard.register.register import checkpoint_of

    held = at.ledger.matter(matter)
    head = checkpoint_of(at.opened.store, at.opened.trust)
    disposed = held.last(Action.DISPOSED)
    assert disposed is not None  # it was recorded just now
    return certificate(held.opened, disposed, head.origin, head.root.hex(), head.size, erased)
