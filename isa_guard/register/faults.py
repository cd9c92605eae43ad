"""How a register can fail: what does not verify, what cannot be stored, what cannot be opened."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from isa_guard.errors import Defect, EvidenceError, IsaGuardError


class RecordError(EvidenceError):
    """Bytes that are no record: what is wrong, and at which byte from 0 (-1: no one byte is to blame)."""

    def __init__(self, what: str, offset: int = -1) -> None:
        super().__init__(what if offset < 0 else f"{what} (at byte {offset})")
        self.what = what
        self.offset = offset


class SignatureInvalid(EvidenceError):
    """An envelope or a checkpoint whose signature, form or signer is not the one it must be."""


class ProofInvalid(EvidenceError):
    """A proof that does not bind what it should: a record to a signed state, or one state to a later one."""


class Forked(EvidenceError):
    """Two states of one register that cannot both be true, or an older one put in the place of a newer."""


class WitnessUnreachable(IsaGuardError):
    """A witness that did not answer, or whose answer cannot be used."""


class Damage(StrEnum):
    """The kinds of damage a register can show, in the words of its reports."""

    TRUST_ROOT = "the trust root does not verify"
    CHECKPOINT = "the checkpoint does not verify"
    FRAME = "the journal's frame is malformed"
    CONTENT = "the stored bytes are not those that were written"
    MISSING = "records that the checkpoint covers are missing"
    SIGNATURE = "the signature does not verify"
    STATEMENT = "the record is malformed"
    POSITION = "the record is not of this place"
    CHAIN = "the record does not follow the one before it"
    TIME = "the record is dated before the one before it"
    ATTACHMENT = "an attachment is missing or altered"
    TILE = "a published tile is missing or altered"
    ROOT = "the records are not those that the checkpoint was signed over"
    ROLLBACK = "the register is older than a state of it that was signed before"
    FORK = "two signed states of the register contradict each other"
    KEPT = "a kept checkpoint does not verify"


class RegisterBroken(EvidenceError):
    """A register that does not verify: the first broken record (None: no one record), and the damage."""

    def __init__(self, damage: Damage, index: int | None, detail: str = "") -> None:
        where = "" if index is None else f"record {index}: "
        super().__init__(f"{where}{damage.value}{f': {detail}' if detail else ''}")
        self.damage = damage
        self.index = index


class HeadsContradict(RegisterBroken):
    """Two signed heads that cannot both be true of one register: whoever holds its log key told two stories.

    Both notes are proof for anybody who has the key; no word of ours is needed.
    """

    def __init__(self, damage: Damage, detail: str, kept: bytes, found: bytes) -> None:
        super().__init__(damage, None, detail)
        self.kept = kept
        self.found = found


class Untrusted(EvidenceError):
    """Nothing outside the register says which root key to trust, or it says another one."""


class RegisterUnreadable(IsaGuardError):
    """A register that cannot be opened at all: not there, not readable, no such record."""


class StorageFailed(IsaGuardError):
    """The disk refused (full, read-only, faulty), or a lock was not to be had: nothing is acknowledged."""

    exit_code: ClassVar[int] = 4


class ArchiveBroken(EvidenceError):
    """An archived agreement, rule or fact that is missing, altered, or not to be put together again."""


class ReplayDiffers(EvidenceError):
    """Another engine, or a doctored archive, decides otherwise than the record says; `members` differ."""

    def __init__(self, index: int, members: tuple[str, ...], why: str) -> None:
        super().__init__(
            f"record {index}: replayed, {', '.join(members)} came out otherwise than recorded; {why}"
        )
        self.index = index
        self.members = members


class ReplayContradicts(Defect):
    """The very engine that made a record decides otherwise now: a defect. `members` differ."""

    def __init__(self, index: int, members: tuple[str, ...]) -> None:
        what = f"record {index}: the same engine now gives another {', '.join(members)}"
        super().__init__(f"{what}; please report this")
        self.index = index
        self.members = members
