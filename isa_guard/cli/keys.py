"""`isa-guard keys`: make the three keys that sign, and say which there are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import KeyRefused, UsageError
from isa_guard.register import passphrase
from isa_guard.register.keys import Role, load_public, new_keys, private_path

PURPOSES: Final = {
    Role.RECORD: "signs decisions",
    Role.LOG: "signs checkpoints of the register",
    Role.ROOT: "says which keys to trust; keep it offline once the register is made",
}
TERMINAL: Final = "/dev/tty"
_FILE_HELP: Final = "A private file, or /dev/fd/N, that holds the passphrase of the keys."


@click.group()
def command() -> None:
    """The keys that sign records: one for decisions, one for checkpoints, one that says which to trust.

    A passphrase guards all three. It is asked for on the terminal, or read from --passphrase-file, or from the
    systemd credential `isa-guard-passphrase`; never from an argument or an environment variable.
    """


@command.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--passphrase-file", help=_FILE_HELP)
def new(*, folder: Path, passphrase_file: str | None) -> int:
    """Make the three keys in FOLDER, which only you can enter. A key that is there is never written over."""
    made = new_keys(folder, new_passphrase(passphrase_file), os.urandom)
    click.echo(f"Three keys made in {folder}:")
    for role, key in made.items():
        click.echo(f"  {role.value:<7} {key.key_id}\n          {PURPOSES[role]}")
    click.echo(f"Next: isa-guard register init REGISTER --origin NAME --key {folder}")
    return 0


@command.command("list")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def list_(*, folder: Path | None) -> int:
    """Say which keys are in FOLDER, by fingerprint: the SHA-256 of the public key's SPKI DER."""
    where = folder or keys_folder(read_settings().value("key"))
    for role in Role:
        state = "" if private_path(where, role).exists() else "  (private key not here)"
        click.echo(f"{role.value:<7} {load_public(where, role).key_id}{state}")
    return 0


def keys_folder(setting: str) -> Path:
    """Answer the folder of keys that is set. Raises UsageError where none is."""
    if not setting:
        raise UsageError(
            "say where the keys are: --key, ISA_GUARD_KEY or a setting; `isa-guard keys new` makes them"
        )
    return Path(setting)


def known_passphrase(file: str | None) -> bytes:
    """Answer the passphrase of keys that are there: from a file, a credential or the terminal. Raises KeyRefused."""
    found = passphrase.from_file(file) if file else passphrase.from_credential(os.environ)
    return found if found is not None else _asked("Passphrase of the keys: ")


def new_passphrase(file: str | None) -> bytes:
    """Answer a passphrase for new keys, typed twice or read from a file. Raises KeyRefused for a short one."""
    found = passphrase.from_file(file) if file else passphrase.from_credential(os.environ)
    if found is None:
        found = _asked("Passphrase for the new keys: ")
        passphrase.refuse_weak(found)
        if _asked("The same again: ") != found:
            raise KeyRefused("the two passphrases differ; no key was made")
    passphrase.refuse_weak(found)
    return found


def _asked(question: str) -> bytes:
    """Ask on the terminal itself, which is there even where facts come through standard input."""
    import getpass

    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY))
    except OSError:
        hint = "give --passphrase-file FILE, or the systemd credential isa-guard-passphrase"
        raise KeyRefused(f"there is no terminal to ask for the passphrase; {hint}") from None
    try:
        return passphrase.typed(getpass.getpass(question))
    except EOFError:
        raise KeyRefused("no passphrase was given") from None
