"""Decisions into the register: nothing is reported before its record is on disk and covered by a checkpoint."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from isa_guard.cli.keys import keys_folder, known_passphrase
from isa_guard.errors import UsageError
from isa_guard.register.clock import Reading
from isa_guard.register.keys import Role, load_signer
from isa_guard.register.register import TRUST_ROOT, Signers, Surroundings, appending, read_part, trust_root_of
from isa_guard.register.trust import claimed_origin, remembered

if TYPE_CHECKING:
    from isa_guard.cli.settings import Settings
    from isa_guard.report.run import Run

AT_ONCE: Final = 1_000  # decisions in one commit
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def recorded(run: Run, settings: Settings, passphrase_file: str | None) -> Run:
    """Answer the run with the leaf index of each decision's record, all of them durable.

    Raises UsageError without a register or keys, KeyRefused, Untrusted, RegisterBroken, StorageFailed.
    """
    folder, keys = register_folder(settings.value("register")), keys_folder(settings.value("key"))
    trust = trust_root_of(folder, remembered(keys, claimed_origin(read_part(folder, TRUST_ROOT))))
    secret = known_passphrase(passphrase_file)
    signers = Signers(load_signer(keys, Role.RECORD, secret), load_signer(keys, Role.LOG, secret))
    indices: list[int] = []
    with appending(folder, trust, signers, surroundings()) as appender:
        for start in range(0, len(run.decisions), AT_ONCE):
            indices += [one.index for one in appender.append(run.decisions[start : start + AT_ONCE])]
    return replace(run, recorded=tuple(indices))


def register_folder(setting: str) -> Path:
    """Answer the register's folder that is set. Raises UsageError where none is."""
    if not setting:
        raise UsageError("say where the register is: --register, ISA_GUARD_REGISTER or a setting")
    return Path(setting)


def surroundings() -> Surroundings:
    """Answer this machine's clocks and randomness."""
    return Surroundings(read_clock, os.urandom)


def read_clock() -> Reading:
    """Answer what this machine's clocks show now."""
    try:
        boot_id = BOOT_ID.read_text("ascii").strip()
    except OSError:
        boot_id = "unknown"
    return Reading(datetime.now(UTC), time.monotonic_ns(), boot_id, "system")
