"""Decisions into the register: nothing is reported before its record is on disk and covered by a checkpoint."""

from __future__ import annotations

import hashlib
import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.cli.log import LOG
from isa_guard.cli.opening import register_store
from isa_guard.cli.unlocking import keys_folder, known_passphrase
from isa_guard.errors import IsaGuardError
from isa_guard.register.appender import Appender, Surroundings
from isa_guard.register.heads import refuse_contradiction
from isa_guard.register.records.audit_event import audit_event
from isa_guard.register.records.clock import Reading
from isa_guard.register.register import Signers, trust_root_of
from isa_guard.register.signing.keys import Role, load_signer
from isa_guard.register.signing.ml_dsa import load_ml_dsa_signer
from isa_guard.register.trust_roots.trust import claimed_origin
from isa_guard.register.trust_roots.trusted import remember_tip, remembered, seen, tip
from isa_guard.report.audits.json import render

if TYPE_CHECKING:
    from isa_guard.cli.settings import Settings
    from isa_guard.model.audit import Audit
    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust_root import TrustRoot
    from isa_guard.report.run import Run

AT_ONCE: Final = 1_000  # decisions in one commit
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def recorded(run: Run, settings: Settings, passphrase_file: str | None, supersedes: str | None = None) -> Run:
    """Answer the run with the leaf index of each decision's record, all of them durable.

    `supersedes` is the id of the record that the one decision replaces.

    Raises UsageError without a register or keys, KeyRefused, Untrusted, RegisterBroken, StorageFailed.
    """
    appender = open_appender(settings, passphrase_file)
    indices: list[int] = []
    if supersedes is not None:
        indices.append(appender.supersede(supersedes, run.decisions[0]).index)
    for start in range(len(indices), len(run.decisions), AT_ONCE):
        indices += [one.index for one in appender.append(run.decisions[start : start + AT_ONCE])]
    note_tip(settings, appender)
    return replace(run, recorded=tuple(indices))


def with_record(audit: Audit, settings: Settings, passphrase_file: str | None) -> Audit:
    """Answer the audit with the leaf index of its record, which is durable. Raises as `recorded`.

    The record holds the digest of the report as `--format json` writes it, without the record's own number.
    """
    report = render(audit)
    appender = open_appender(settings, passphrase_file)
    receipt = appender.append_event(audit_event(audit, hashlib.sha256(report.encode()).hexdigest()))
    note_tip(settings, appender)
    return replace(audit, recorded=receipt.index)


def open_appender(settings: Settings, passphrase_file: str | None) -> Appender:
    """Answer the register of the settings, open for appending, once it agrees with the head seen last.

    Raises as `recorded`, and HeadsContradict where the register is older than it was, or another one.
    """
    store, keys = register_store(settings.value("register")), keys_folder(settings.value("key"))
    trust = trusted_here(store, keys)
    secret = known_passphrase(passphrase_file)
    signers = Signers(
        load_signer(keys, Role.RECORD, secret),
        load_signer(keys, Role.LOG, secret),
        load_ml_dsa_signer(keys, secret),
    )
    appender = Appender(store, trust, signers, surroundings())
    kept = tip(keys, trust.origin)
    if kept is not None:
        refuse_contradiction(store, trust, kept, appender.note)
    return appender


def trusted_here(store: Store, keys: Path) -> TrustRoot:
    """Answer the trust root of a register whose fingerprint is noted beside the keys, and not older than seen."""
    trust = trust_root_of(store, remembered(keys, claimed_origin(store.trust_roots()[0])))
    seen(keys, trust)
    return trust


def note_tip(settings: Settings, appender: Appender) -> None:
    """Note the newest head beside the keys: the second place that tells an old copy from the register."""
    try:
        remember_tip(keys_folder(settings.value("key")), appender.trust.origin, appender.note)
    except (IsaGuardError, OSError) as error:
        LOG.warning("the newest head could not be noted beside the keys", why=str(error))


def surroundings() -> Surroundings:
    """Answer this machine's clocks and randomness, and where warnings go."""
    return Surroundings(read_clock, os.urandom, LOG.warning)


def read_clock() -> Reading:
    """Answer what this machine's clocks show now."""
    try:
        boot_id = BOOT_ID.read_text("ascii").strip()
    except OSError:
        boot_id = "unknown"
    return Reading(datetime.now(UTC), time.monotonic_ns(), boot_id, "system")
