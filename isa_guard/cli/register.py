"""`isa-guard register`: make a register, read it, verify it, decide its records again."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.keys import keys_folder, known_passphrase
from isa_guard.cli.recording import register_folder
from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError
from isa_guard.register.keys import Role, load_signer
from isa_guard.register.register import TRUST_ROOT, Signers, create, read_part
from isa_guard.register.trust import claimed_origin, remember, remembered, trusted_path
from isa_guard.register.verify import Walk, record_at
from isa_guard.register.verify import verify as verify_register

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from isa_guard.cli.settings import Settings
    from isa_guard.register.replay import Replayed

_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_REGISTER: Final = click.option("--register", help="The register's folder.")
_KEY: Final = click.option(
    "--key", help="The folder of the keys, which also holds what registers are trusted."
)
_TRUST: Final = click.option("--trust", help="The root key's fingerprint, as the agreement's annex has it.")
OLDER: Final = "An older state of the register, put back whole, would verify too: compare with a checkpoint kept elsewhere."


@click.group()
def command() -> None:
    """The register of signed records. Whatever does not verify ends with exit code 5."""


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--origin", required=True, help="Its name for good, unique: example.org/cambridgeshire-opcc.")
@_KEY
@click.option(
    "--passphrase-file", help="A private file, or /dev/fd/N, that holds the passphrase of the keys."
)
def init(*, folder: Path, origin: str, key: str | None, passphrase_file: str | None) -> int:
    """Make an empty register in FOLDER, and note beside the keys which root key it has."""
    keys = keys_folder(read_settings().with_flags({"key": key}).value("key"))
    if trusted_path(keys, origin).exists():
        raise UsageError(f"a register named {origin} is trusted already: choose another --origin")
    secret = known_passphrase(passphrase_file)
    root, record, log = (load_signer(keys, role, secret) for role in (Role.ROOT, Role.RECORD, Role.LOG))
    trust = create(folder, origin, root, Signers(record, log), os.urandom)
    remember(keys, trust)
    click.echo(f"The register {origin} is made in {folder}.")
    click.echo(f"Root key fingerprint: {trust.fingerprint}")
    click.echo(
        "Print the fingerprint in the agreement's annex: it is what an auditor checks the register against."
    )
    click.echo(f"Move {keys / 'root.pem'} to a place offline: recording does not need it.")
    return 0


@command.command("list")
@_REGISTER
@_KEY
@_TRUST
def list_(*, register: str | None, key: str | None, trust: str | None) -> int:
    """List the records, verifying on the way: index, time, decision, kind of fact, agreement."""
    folder, trusted = _opened(register, key, trust)
    for one in Walk(folder, trusted).records():
        record = one.record
        when = record.standing.decided_at.strftime("%Y-%m-%d %H:%M:%SZ")
        click.echo(
            f"{one.index:>8}  {when}  {record.decision:<23} {record.kind:<10} {record.agreement} {record.version}"
        )
    return 0


@command.command()
@click.argument("index", type=click.IntRange(min=0))
@_REGISTER
@_KEY
@_TRUST
def show(*, index: int, register: str | None, key: str | None, trust: str | None) -> int:
    """Show one record as JSON, once the register has been verified."""
    folder, trusted = _opened(register, key, trust)
    found = record_at(folder, trusted, index)
    click.echo(json.dumps(found.record.predicate, ensure_ascii=False, indent=2, sort_keys=True))
    return 0


@command.command()
@_REGISTER
@_KEY
@_TRUST
def verify(*, register: str | None, key: str | None, trust: str | None) -> int:
    """Verify every record, the links between them, and the checkpoint over all of them."""
    folder, trusted = _opened(register, key, trust)
    proven = verify_register(folder, trusted)
    click.echo(f"{proven.origin}: {proven.records} records verify.\nroot {proven.root.hex()}")
    if proven.beyond:
        click.echo(
            f"{proven.beyond:,} bytes follow that no checkpoint covers: an append is going on, or was broken off."
        )
    click.echo(OLDER)
    return 0


@command.command()
@click.argument("index", required=False, type=click.IntRange(min=0))
@click.option("--all", "every", is_flag=True, help="Replay every record.")
@_REGISTER
@_KEY
@_TRUST
def replay(
    *, index: int | None, every: bool, register: str | None, key: str | None, trust: str | None
) -> int:
    """Decide a record again from the archived agreement and the kept fact; it must come out the same.

    Exit code 70 says that this very isa-guard contradicts itself, 5 that another one, or an altered archive, does.
    """
    if every == (index is not None):
        raise UsageError("name one record by its INDEX, or give --all")
    folder, trusted = _opened(register, key, trust)
    from isa_guard.register.replay import replay as replay_one
    from isa_guard.register.replay import replay_all

    found = replay_all(folder, trusted) if index is None else [replay_one(folder, trusted, index)]
    return _told(found, click.echo)


def _told(found: Iterable[Replayed], say: Callable[[str], None]) -> int:
    """Say how each replay came out. Answer 4 where nothing at all could be replayed."""
    from isa_guard.register.replay import Replay

    same = erased = 0
    for one in found:
        say(f"{one.index:>8}  {one.decision:<23} {one.came_out.value}")
        same += one.came_out is Replay.SAME
        erased += one.came_out is Replay.ERASED
    say(f"{same} replayed and the same, {erased} erased")
    return 0 if same else 4


def _opened(register: str | None, key: str | None, trust: str | None) -> tuple[Path, str]:
    """Answer the register's folder, and the fingerprint to hold it against, which never comes out of the register."""
    settings = read_settings().with_flags({"register": register, "key": key})
    folder = register_folder(settings.value("register"))
    return folder, _fingerprint(trust) if trust is not None else _remembered(folder, settings)


def _fingerprint(text: str) -> str:
    plain = text.strip().lower().replace(":", "")
    if not _FINGERPRINT.match(plain):
        raise UsageError(
            "--trust takes a fingerprint: 64 hexadecimal digits, as `isa-guard register init` printed them"
        )
    return plain


def _remembered(folder: Path, settings: Settings) -> str:
    if not settings.value("key"):
        raise UsageError(
            "say which root key to trust: --trust FINGERPRINT, or --key with the folder that notes it"
        )
    return remembered(Path(settings.value("key")), claimed_origin(read_part(folder, TRUST_ROOT)))
