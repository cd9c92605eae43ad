"""The register that a call is about: where the settings say, held against a root key that does not come out of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from isa_guard.cli.settings import read_settings
from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.register.register import trust_root_of
from isa_guard.register.stores.opening import open_store
from isa_guard.register.trust_roots.trust import claimed_origin
from isa_guard.register.trust_roots.trusted import remembered, seen, tip

if TYPE_CHECKING:
    from isa_guard.acts.ledger import Ledger
    from isa_guard.cli.settings import Settings
    from isa_guard.register.stores.store import Log, Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot

REGISTER: Final = click.option("--register", help="The register: a folder, or postgresql://...")
KEY: Final = click.option(
    "--key", help="The folder of the keys, which also holds what registers are trusted."
)
TRUST: Final = click.option(
    "--trust",
    help="The root key's fingerprint, as the agreement's annex has it; nothing noted beside the keys is then asked.",
)
PASSPHRASE: Final = click.option(
    "--passphrase-file", help="A private file, or /dev/fd/N, that holds the passphrase of the keys."
)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opened:
    """A register, the trust root that it is held against, the heads noted of it here, and where they are noted."""

    store: Store
    trust: TrustRoot
    heads: tuple[bytes, ...]
    keys: Path | None = None

    def ledger(self) -> Ledger:
        """Answer every act in the register, reading what came since it was last sifted. Raises RegisterBroken, HeadsContradict."""
        from isa_guard.acts.ledger import ledger_from
        from isa_guard.acts.noted import read_noted, written
        from isa_guard.cli.log import LOG
        from isa_guard.errors import IsaGuardError
        from isa_guard.register.trust_roots.trusted import acts, remember_acts

        kept = acts(self.keys, self.trust.origin) if self.keys is not None else None
        before = read_noted(kept, self.trust.origin)
        ledger, now = ledger_from(self.store, self.trust, self.heads, before)
        if self.keys is not None and now != before:
            try:
                remember_acts(self.keys, self.trust.origin, written(now, self.trust.origin))
            except IsaGuardError as error:  # the next call reads all again
                LOG.warning("how far the register was sifted could not be noted", why=str(error))
        return ledger


def opened(register: str | None, key: str | None, trust: str | None) -> Opened:
    """Answer the register of the flags and settings. Raises UsageError, Untrusted, RegisterBroken."""
    return opened_by(read_settings().with_flags({"register": register, "key": key}), trust)


def opened_by(settings: Settings, trust: str | None = None) -> Opened:
    """Answer the register of settings. Raises as `opened`."""
    store = register_store(settings.value("register"))
    noted = settings.value("key")
    root = held_against(store, settings, trust)
    if not noted or trust is not None:
        return Opened(store, root, ())
    seen(Path(noted), root)
    kept = tip(Path(noted), root.origin)
    return Opened(store, root, (kept,) if kept is not None else (), Path(noted))


def held_against(log: Log, settings: Settings, trust: str | None) -> TrustRoot:
    """Answer the trust root of a log, if the root key of the flag, or the one noted beside the keys, stands behind it."""
    return trust_root_of(log, fingerprint(trust) if trust is not None else _remembered(log, settings))


def register_store(setting: str) -> Store:
    """Answer the store that is set. Raises UsageError where none is."""
    if not setting:
        raise UsageError("say where the register is: --register, ISA_GUARD_REGISTER or a setting")
    return open_store(setting)


def fingerprint(text: str) -> str:
    """Answer a fingerprint as typed. Raises UsageError."""
    plain = text.strip().lower().replace(":", "")
    if not _FINGERPRINT.match(plain):
        raise UsageError(
            "--trust takes a fingerprint: 64 hexadecimal digits, as `isa-guard register init` printed them"
        )
    return plain


def _remembered(log: Log, settings: Settings) -> str:
    if not settings.value("key"):
        raise UsageError(
            "say which root key to trust: --trust FINGERPRINT, or --key with the folder that notes it"
        )
    return remembered(Path(settings.value("key")), claimed_origin(log.trust_roots()[0]))
