"""`isa-guard register erase|backup|restore|reindex`: keeping a register, and letting go of what must go."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from isa_guard.cli.opening import KEY, PASSPHRASE, REGISTER, TRUST, opened, register_store
from isa_guard.cli.settings import read_settings
from isa_guard.register.records.event import ErasureReason

_PATH: Final = click.Path(path_type=Path)


@click.command()
@click.argument("digest")
@click.option(
    "--reason",
    required=True,
    type=click.Choice([one.value for one in ErasureReason]),
    help="Why. It is one of these and no free text, for the record stays.",
)
@click.option(
    "--authority", required=True, help="On whose authority: a post, as data-protection-officer. Never a name."
)
@REGISTER
@KEY
@PASSPHRASE
def erase(
    *,
    digest: str,
    reason: str,
    authority: str,
    register: str | None,
    key: str | None,
    passphrase_file: str | None,
) -> int:
    """Erase the case with this DIGEST, here and in every backup, and record that it was erased.

    The register verifies as before: it never held the case, only its digest.
    """
    from isa_guard.cli.recording import note_tip, open_appender
    from isa_guard.register.custody.erasure import erase as erase_case

    settings = read_settings().with_flags({"register": register, "key": key})
    appender = open_appender(settings, passphrase_file)
    done = erase_case(appender, digest, ErasureReason(reason), authority)
    note_tip(settings, appender)
    if done.unreached:
        click.echo("Not gone everywhere: these backups were not to be reached, and may hold it.")
        for place in done.unreached:
            click.echo(f"  {place}")
        click.echo(
            "Bring them back and erase it again, or say that one is no more: register forget-backup FILE"
        )
    else:
        click.echo("Erased.")
    click.echo(f"Record {done.receipt.index} says so: {reason}, on the authority of the {authority}.")
    if done.backups:
        number = len(done.backups)
        click.echo(
            "It was in 1 backup, and is no longer."
            if number == 1
            else f"It was in {number} backups, and is no longer."
        )
    return 4 if done.unreached else 0


@click.command()
@click.argument("file", type=_PATH)
@REGISTER
@KEY
@TRUST
def backup(*, file: Path, register: str | None, key: str | None, trust: str | None) -> int:
    """Write all of a register that verifies to FILE, a tar. It holds the cases: keep it as you keep them."""
    from isa_guard.register.custody.backup import write
    from isa_guard.register.verify import verify

    found = opened(register, key, trust)
    verify(found.store, found.trust, found.heads)
    count = write(found.store, file)
    click.echo(f"{count} records are in {file}, with the cases that were not erased.")
    click.echo("An erasure reaches it as long as it stays there; if it goes: register forget-backup FILE")
    return 0


@click.command("forget-backup")
@click.argument("place", metavar="FILE")
@REGISTER
def forget_backup(*, place: str, register: str | None) -> int:
    """Say that a backup is no more, so that no erasure looks for it."""
    from isa_guard.errors import UsageError

    store = register_store(read_settings().with_flags({"register": register}).value("register"))
    known = store.backups()
    named = next((one for one in (place, str(Path(place).absolute())) if one in known), None)
    if named is None:
        raise UsageError(f"no backup of this register is noted at {place}")
    store.forget_backup(named)
    click.echo(f"{named} is no longer looked for.")
    return 0


@click.command()
@click.argument("file", type=_PATH)
@click.option(
    "--former",
    required=True,
    type=_PATH,
    help="A folder for the register as it was: to be read, never to go on.",
)
@click.option(
    "--witnessed",
    type=click.IntRange(min=0),
    help="The largest size that the witness has cosigned: what lies beyond the backup was lost.",
)
@REGISTER
@KEY
@TRUST
@PASSPHRASE
def restore(
    *,
    file: Path,
    former: Path,
    witnessed: int | None,
    register: str | None,
    key: str | None,
    trust: str | None,
    passphrase_file: str | None,
) -> int:
    """Begin a new epoch in --register from a backup FILE. Its first record names the state that it came from.

    The old register is never gone on with: what was appended after the backup is lost, and others may hold proofs of
    it. The root key is needed, for the new epoch has a trust root of its own.
    """
    from isa_guard.cli.opening import fingerprint
    from isa_guard.cli.recording import surroundings
    from isa_guard.cli.unlocking import keys_folder, known_passphrase
    from isa_guard.register.custody.restore import restore as restore_register
    from isa_guard.register.custody.restore import unpack
    from isa_guard.register.register import Signers
    from isa_guard.register.signing.keys import Role, load_signer
    from isa_guard.register.signing.ml_dsa import load_ml_dsa_signer
    from isa_guard.register.trust_roots.trust import claimed_origin
    from isa_guard.register.trust_roots.trusted import remember, remembered

    settings = read_settings().with_flags({"register": register, "key": key})
    keys, store = keys_folder(settings.value("key")), register_store(settings.value("register"))
    secret = known_passphrase(passphrase_file)
    old = unpack(file, former)
    trusted = (
        fingerprint(trust) if trust is not None else remembered(keys, claimed_origin(old.trust_roots()[0]))
    )
    signers = Signers(
        load_signer(keys, Role.RECORD, secret),
        load_signer(keys, Role.LOG, secret),
        load_ml_dsa_signer(keys, secret),
    )
    root = load_signer(keys, Role.ROOT, secret)
    done = restore_register(old, trusted, store, root, signers, surroundings(), witnessed)
    remember(keys, done.trust)
    click.echo(f"The register goes on as {done.trust.origin}, epoch {done.trust.epoch}, in {store.place}.")
    click.echo(
        f"Its first record names the {done.event.size} records of {done.event.origin} that the backup had."
    )
    if witnessed is not None and witnessed > done.event.size:
        lost = witnessed - done.event.size
        click.echo(
            f"At least {lost} later {'record was' if lost == 1 else 'records were'} lost: a witness saw {witnessed}."
        )
    click.echo(f"The register as it was is in {former}; read it there. Tell the witness the new name.")
    return 0


@click.command()
@REGISTER
@KEY
@TRUST
def reindex(*, register: str | None, key: str | None, trust: str | None) -> int:
    """Make the index anew from the journal, which is verified on the way. The index is never evidence."""
    from isa_guard.register.custody.reindex import reindex as reindexed

    found = opened(register, key, trust)
    count = reindexed(found.store, found.trust)
    click.echo(f"{count} records are in the index.")
    return 0


COMMANDS: Final = (erase, backup, forget_backup, restore, reindex)
