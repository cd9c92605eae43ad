"""How a person acts at the command line: by their own key, on the register as it stands, once, and told in words."""

from __future__ import annotations

import functools
import os
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from isa_guard.cli.opening import KEY, PASSPHRASE, REGISTER, opened_by
from isa_guard.cli.settings import read_settings
from isa_guard.errors import KeyRefused, UsageError
from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.acts.ledger import Ledger
    from isa_guard.cli.opening import Opened
    from isa_guard.cli.settings import Settings
    from isa_guard.load.acts import Said
    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.people import Person

PERSON: Final = click.option("--person", help="The folder of your own key, as `keys new --person` makes it.")
PERSON_PASSPHRASE: Final = click.option(
    "--person-passphrase-file",
    help="A private file, or /dev/fd/N, that holds the passphrase of your own key.",
)


@dataclass(frozen=True, slots=True)
class Calling:
    """On which register somebody acts and as whom, as the flags say; None where the settings do."""

    register: str | None
    key: str | None
    person: str | None
    passphrase_file: str | None
    person_passphrase_file: str | None


def acting(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that every act needs. It gets them as one `calling`."""

    @functools.wraps(command)
    def run(**given: Any) -> int:
        calling = Calling(**{one.name: given.pop(one.name) for one in fields(Calling)})
        return command(calling=calling, **given)

    for option in (PERSON_PASSPHRASE, PASSPHRASE, PERSON, KEY, REGISTER):
        run = option(run)
    return run


@dataclass(frozen=True, slots=True)
class Desk:
    """Where a person acts: the settings, the register as it stands and verifies, every act in it, and who it is."""

    calling: Calling
    settings: Settings
    opened: Opened
    ledger: Ledger
    size: int
    person: Person

    def agreement(self, name: str, version: str | None = None) -> Agreement:
        """Answer an agreement of the shelf, the newest version where none is named. Raises LoadError."""
        from isa_guard.cli.checker import shelf_of
        from isa_guard.load.agreement import load

        versions = load(name, shelf_of(self.settings))
        return versions.version(version) if version else versions.agreements[-1]

    def agreement_of(self, matter: Matter) -> Agreement:
        """Answer the agreement that a matter was opened under."""
        return self.agreement(matter.opened.act.agreement, matter.opened.act.version)


def desk(calling: Calling) -> Desk:
    """Answer the desk of the flags and settings. Raises UsageError, KeyRefused, Untrusted, RegisterBroken."""
    from isa_guard.register.register import checkpoint_of
    from isa_guard.register.signing.keys import Role, load_public

    settings = read_settings().with_flags(
        {"register": calling.register, "key": calling.key, "person": calling.person}
    )
    folder = settings.value("person")
    if not folder:
        raise UsageError("say where your own key is: --person, ISA_GUARD_PERSON or a setting")
    held = opened_by(settings)
    key_id = load_public(Path(folder), Role.PERSON).key_id
    size = checkpoint_of(held.store, held.trust).size
    grant = held.trust.person(key_id, size)
    if grant is None or grant.person is None:
        what = f"the key {key_id[:8]} is not of a person that {held.trust.origin} trusts"
        raise KeyRefused(f"{what}: `isa-guard keys grant person` grants it a post")
    return Desk(calling, settings, held, held.ledger(), size, grant.person)


def act(at: Desk, said: Said, agreement: Agreement, matter: Matter | None = None) -> tuple[str, int]:
    """Sign and record an act in a matter; None: it opens one. Answer its id and the index of its record.

    Raises NotAuthorised, LoadError, KeyRefused, StorageFailed.
    """
    from isa_guard.acts.acting import prepared
    from isa_guard.cli.recording import note_tip, open_appender
    from isa_guard.cli.unlocking import known_passphrase
    from isa_guard.register.records.act_event import signed
    from isa_guard.register.signing.keys import Role, load_signer

    made = prepared(said, at.person, agreement, at.ledger, matter, datetime.now(UTC), os.urandom)
    calling = at.calling
    secret = known_passphrase(calling.person_passphrase_file or calling.passphrase_file)
    signer = load_signer(Path(at.settings.value("person")), Role.PERSON, secret)
    event = signed(made.act, signer)
    appender = open_appender(at.settings, calling.passphrase_file)
    receipt = appender.append_act(event, made.document, agreement, at.size)
    note_tip(at.settings, appender)
    return made.act.id, receipt.index
