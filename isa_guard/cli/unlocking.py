"""Where the keys of a call lie, and what unlocks them: a file, a credential, or somebody at the terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from isa_guard.errors import KeyRefused, UsageError
from isa_guard.register.signing import passphrase

TERMINAL: Final = "/dev/tty"


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
