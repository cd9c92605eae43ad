"""`isa-guard register`: make a register, read it, verify it, decide its records again."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.custody import COMMANDS as CUSTODY
from isa_guard.cli.evidence import COMMANDS as EVIDENCE
from isa_guard.cli.opening import KEY, PASSPHRASE, REGISTER, TRUST, held_against, opened, register_store
from isa_guard.cli.settings import read_settings
from isa_guard.cli.unlocking import keys_folder, known_passphrase
from isa_guard.cli.witness import command as witness
from isa_guard.errors import UsageError
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.signing.keys import Role, load_signer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isa_guard.register.records.statement import Record
    from isa_guard.register.replay import Replayed
    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot
    from isa_guard.register.verify import Verified

OLDER: Final = (
    "No head kept elsewhere was given: an older state of the register, put back whole, would verify too. "
    "Hold it against one with --against."
)


OVERDUE: Final = "Overdue:"


@click.group()
def command() -> None:
    """The register of signed records. Whatever does not verify ends with exit code 5."""


@command.command()
@click.argument("where", metavar="REGISTER")
@click.option("--origin", required=True, help="Its name for good, unique: example.org/cambridgeshire-opcc.")
@KEY
@PASSPHRASE
def init(*, where: str, origin: str, key: str | None, passphrase_file: str | None) -> int:
    """Make an empty REGISTER, a folder or postgresql://..., and note beside the keys which root key it has."""
    from isa_guard.register.register import Signers, create
    from isa_guard.register.signing.ml_dsa import load_ml_dsa_signer
    from isa_guard.register.tree.note import note_key
    from isa_guard.register.trust_roots.trusted import remember, trusted_path

    keys = keys_folder(read_settings().with_flags({"key": key}).value("key"))
    if trusted_path(keys, origin).exists():
        raise UsageError(f"a register named {origin} is trusted already: choose another --origin")
    secret = known_passphrase(passphrase_file)
    root, record, log = (load_signer(keys, role, secret) for role in (Role.ROOT, Role.RECORD, Role.LOG))
    store = register_store(where)
    trust = create(store, origin, root, Signers(record, log, load_ml_dsa_signer(keys, secret)), os.urandom)
    remember(keys, trust)
    click.echo(f"The register {origin} is made in {store.place}.")
    click.echo(f"Root key fingerprint: {trust.fingerprint}")
    click.echo(
        "Print the fingerprint in the agreement's annex: it is what an auditor checks the register against."
    )
    click.echo(f"A witness who is to cosign it needs this key: {note_key(origin, log.public_key)}")
    click.echo(f"Move {keys / 'root.pem'} to a place offline: recording does not need it.")
    return 0


@command.command("list")
@REGISTER
@KEY
@TRUST
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    help="jsonl: one object a line, which the log map isa-guard-register reads.",
)
def list_(*, register: str | None, key: str | None, trust: str | None, form: str) -> int:
    """List the records, verifying on the way: index, time, decision or event, and what it is about."""
    from isa_guard.register.as_log import log_line
    from isa_guard.register.verify import Walk

    found = opened(register, key, trust)
    for one in Walk(found.store, found.trust, found.heads).records():
        if form == "jsonl":
            click.echo(json.dumps(log_line(one, found.store), ensure_ascii=False))
            continue
        standing = one.record.standing
        when = standing.decided_at.strftime("%Y-%m-%d %H:%M:%SZ")
        click.echo(f"{one.index:>8}  {when}  {_line(one.record)}")
    return 0


@command.command()
@click.argument("record", metavar="INDEX|ID|DIGEST")
@REGISTER
@KEY
@TRUST
def show(*, record: str, register: str | None, key: str | None, trust: str | None) -> int:
    """Show a record as JSON, once the register has been verified: by index, by id, or all about a document's digest."""
    from isa_guard.register.verify import records_named

    found = opened(register, key, trust)
    for one in records_named(found.store, found.trust, record, found.heads):
        click.echo(json.dumps(one.record.predicate, ensure_ascii=False, indent=2, sort_keys=True))
    return 0


@command.command()
@REGISTER
@KEY
@TRUST
@click.option(
    "--tiles", type=click.Path(path_type=Path), help="Verify published tiles instead of a register."
)
@click.option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A checkpoint kept elsewhere, as a witness or an auditor has it. Repeatable.",
)
@click.option(
    "--review",
    type=click.Path(path_type=Path),
    help="The folder of a review: check its files, and that this register grew out of the one it was made from.",
)
def verify(
    *,
    register: str | None,
    key: str | None,
    trust: str | None,
    tiles: Path | None,
    against: tuple[Path, ...],
    review: Path | None,
) -> int:
    """Verify every record, the links between them, the checkpoint over all, and every head that was kept.

    With --review, what was reviewed last year too. Exit code 3 says that it verifies and that a witness is overdue.
    """
    from isa_guard.cli.evidence import read_note
    from isa_guard.register.faults import HeadsContradict
    from isa_guard.register.published.tiles import TileFolder
    from isa_guard.register.verify import verify as verify_log

    notes = [read_note(path) for path in against]
    log: Store | TileFolder
    try:
        if tiles is not None:
            log = TileFolder(tiles)
            root = held_against(log, read_settings().with_flags({"key": key}), trust)
        else:
            found = opened(register, key, trust)
            log, root, notes = found.store, found.trust, [*notes, *found.heads]
        proven = verify_log(log, root, notes)
    except HeadsContradict as error:
        _show_heads(error)
        raise
    # What a review was made from is a head that was kept elsewhere.
    code = _told_verified(proven, root, len(notes) + int(review is not None), datetime.now(UTC))
    if review is not None:
        from isa_guard.cli.review import told_of_review

        click.echo("\n".join(told_of_review(review, log, root, notes)))
    return code


@command.command()
@click.argument("index", required=False, type=click.IntRange(min=0))
@click.option("--all", "every", is_flag=True, help="Replay every record.")
@REGISTER
@KEY
@TRUST
def replay(
    *, index: int | None, every: bool, register: str | None, key: str | None, trust: str | None
) -> int:
    """Decide a record again from the archived agreement and the kept fact; it must come out the same.

    Exit code 70 says that this very isa-guard contradicts itself, 5 that another one, or an altered archive, does.
    """
    if every == (index is not None):
        raise UsageError("name one record by its INDEX, or give --all")
    found = opened(register, key, trust)
    from isa_guard.acts.dispensations import Departed
    from isa_guard.register.replay import replay as replay_one
    from isa_guard.register.replay import replay_all

    stood = Departed(found.ledger()).named
    one = (
        replay_all(found.store, found.trust, stood)
        if index is None
        else [replay_one(found.store, found.trust, index, stood)]
    )
    return _told(one, click.echo)


for _command in (*EVIDENCE, *CUSTODY):
    command.add_command(_command)
command.add_command(witness, "witness")


def _line(record: Record) -> str:
    if isinstance(record, DecisionRecord):
        replaces = f", instead of {record.standing.supersedes}" if record.standing.supersedes else ""
        return f"{record.decision:<23} {record.kind:<10} {record.agreement} {record.version}{replaces}"
    return f"{record.event.KIND:<23} {record.event.told}"


def _told(found: Iterable[Replayed], say: Callable[[str], None]) -> int:
    """Say how each replay came out. Answer 4 where nothing at all could be replayed."""
    from isa_guard.register.replay import Replay

    counts = dict.fromkeys(Replay, 0)
    for one in found:
        say(f"{one.index:>8}  {one.what:<23} {one.came_out.value}")
        counts[one.came_out] += 1
    rest = f", {_number(counts[Replay.EVENT], 'event')}" if counts[Replay.EVENT] else ""
    say(f"{counts[Replay.SAME]} replayed and the same, {counts[Replay.ERASED]} erased{rest}")
    return 0 if counts[Replay.SAME] else 4


def _told_verified(proven: Verified, trust: TrustRoot, heads: int, now: datetime) -> int:
    """Say what was proven. Answer 3 where a witness is overdue: somebody has to see to it."""
    verb = "verifies" if proven.size == 1 else "verify"
    click.echo(f"{proven.origin}: {_number(proven.size, 'record')} {verb}.\nroot {proven.root.hex()}")
    if proven.beyond:
        what = "one record follows" if proven.beyond == 1 else f"{proven.beyond} records follow"
        click.echo(f"{what} that no checkpoint covers: an append is going on, or was broken off.")
    if proven.heads:
        click.echo(
            f"It grew out of {_number(proven.heads, 'head')} that {'was' if proven.heads == 1 else 'were'} kept."
        )
    if proven.erased:
        click.echo(f"{_number(len(proven.erased), 'case')} erased, as records say.")
    if proven.clock_steps:
        first = ", ".join(str(index) for index in proven.clock_steps[:5])
        click.echo(
            f"The clock was set before record {first}{' and others' if proven.clock_steps[5:] else ''}."
        )
    said = witnessing(proven, trust, now)
    for line in said:
        click.echo(line)
    if not heads and proven.witnessed is None:
        click.echo(OLDER)
    return 3 if any(line.startswith(OVERDUE) for line in said) else 0


def witnessing(proven: Verified, trust: TrustRoot, now: datetime) -> list[str]:
    """Answer what is to be said of the witnesses of a register: nothing where its trust root names none."""
    if not trust.quorum:
        return []
    seen = proven.witnessed
    if seen is None:
        return [f"{OVERDUE} no witness has cosigned it yet. `isa-guard register witness request` begins it."]
    said = f"{_number(seen.size, 'record')} cosigned by {_number(trust.quorum, 'witness')} on {seen.at:%-d %B %Y %H:%M}Z."
    every = trust.witness_every
    if every is not None and now - seen.at > timedelta(days=every) and seen.size < proven.size:
        return [said, f"{OVERDUE} a witness is to see it every {_number(every, 'day')}."]
    return [said]


def _show_heads(error: object) -> None:
    from isa_guard.register.faults import HeadsContradict

    assert isinstance(error, HeadsContradict)
    for name, note in (("kept", error.kept), ("found", error.found)):
        click.echo(f"---- the signed head that was {name}\n{note.decode()}", err=True)


def _number(count: int, what: str) -> str:
    if count == 1:
        return f"1 {what}"
    return f"{count} {what}es" if what.endswith("s") else f"{count} {what}s"
