"""What happens beside decisions, and is recorded: keys, witnessing, erasure, a restore, audits, acts of people.

Codes, digests and numbers only. A reason is one of a closed list and an authority is a post, because free text
could name a person and can never be taken out again.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.model.people import POST
from isa_guard.register.faults import RecordError
from isa_guard.register.records.act_event import ActEvent, act_event_part, read_act_event
from isa_guard.register.records.audit_event import AuditEvent, audit_part, read_audit
from isa_guard.register.records.clock import instant, read_instant
from isa_guard.register.records.members import DIGEST, Members

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.register.strict_json import Json

LIMIT_POST: Final = 60


class KeyAction(StrEnum):
    """What was done to a key."""

    ROTATED = "rotated"
    REVOKED = "revoked"
    GRANTED = "granted"


class ErasureReason(StrEnum):
    """Why a case was erased."""

    RETENTION_EXPIRED = "retention-expired"
    ERASURE_REQUEST = "erasure-request"  # UK GDPR article 17, DPA 2018 section 47
    COURT_ORDER = "court-order"
    RECORDED_IN_ERROR = "recorded-in-error"
    AGREEMENT_ENDED = "agreement-ended"


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """A key was rotated, revoked or granted, as the trust root of this version and digest says."""

    KIND: ClassVar[str] = "key-event"
    action: KeyAction
    role: str
    key_id: str
    successor: str | None
    trust_version: int
    trust_digest: str

    @property
    def told(self) -> str:
        """The event in a few words."""
        return f"{self.role} key {self.key_id[:8]} {self.action.value}"

    @property
    def subject(self) -> tuple[str, str]:
        """What the record is about: a name and a digest."""
        return "trust-root", self.trust_digest


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness, and when it says it cosigned."""

    name: str
    time: datetime


@dataclass(frozen=True, slots=True)
class WitnessEvent:
    """Witnesses cosigned the checkpoint of this size; its note, with their lines, has this digest."""

    KIND: ClassVar[str] = "witness-event"
    size: int
    note_digest: str
    cosigners: tuple[Cosigner, ...]

    @property
    def told(self) -> str:
        """The event in a few words."""
        return f"{self.size} records, by {', '.join(one.name for one in self.cosigners)}"

    @property
    def subject(self) -> tuple[str, str]:
        """What the record is about: a name and a digest."""
        return "checkpoint", self.note_digest


@dataclass(frozen=True, slots=True)
class ErasureEvent:
    """A case was erased from the case store, for a reason of the list, on the authority of a post."""

    KIND: ClassVar[str] = "erasure-event"
    digest: str
    reason: ErasureReason
    authority: str

    @property
    def told(self) -> str:
        """The event in a few words."""
        return f"{self.reason.value}, {self.authority}"

    @property
    def subject(self) -> tuple[str, str]:
        """What the record is about: a name and a digest."""
        return "case", self.digest


@dataclass(frozen=True, slots=True)
class RecoveryEvent:
    """The register begins anew where an older one, restored from a backup, ended: its name, epoch, size and root.

    `witnessed_size` is the size that witnesses are known to have seen: what lies between the two was lost.
    """

    KIND: ClassVar[str] = "recovery-event"
    origin: str
    epoch: int
    size: int
    note_digest: str
    witnessed_size: int | None

    @property
    def told(self) -> str:
        """The event in a few words."""
        return f"from {self.size} records of {self.origin}"

    @property
    def subject(self) -> tuple[str, str]:
        """What the record is about: a name and a digest."""
        return "checkpoint", self.note_digest


Event = KeyEvent | WitnessEvent | ErasureEvent | RecoveryEvent | AuditEvent | ActEvent


def post(text: str) -> str:
    """Answer a post as a record may name it. Raises UsageError for what could be a person or a sentence."""
    if not POST.match(text) or len(text) > LIMIT_POST:
        raise UsageError(
            "an authority is a post in small letters with hyphens, as data-protection-officer; never a person's name"
        )
    return text


def event_part(event: Event) -> dict[str, Json]:
    """Answer what a record says of an event."""
    match event:
        case KeyEvent():
            return {
                "action": event.action.value,
                "keyid": event.key_id,
                "kind": event.KIND,
                "role": event.role,
                "successor": event.successor,
                "trustRoot": {"digest": {"sha256": event.trust_digest}, "version": event.trust_version},
            }
        case WitnessEvent():
            cosigners: list[Json] = [{"name": one.name, "time": instant(one.time)} for one in event.cosigners]
            return {
                "cosigners": cosigners,
                "digest": {"sha256": event.note_digest},
                "kind": event.KIND,
                "size": event.size,
            }
        case ErasureEvent():
            return {
                "authority": event.authority,
                "digest": {"sha256": event.digest},
                "kind": event.KIND,
                "reason": event.reason.value,
            }
        case RecoveryEvent():
            return {
                "digest": {"sha256": event.note_digest},
                "epoch": event.epoch,
                "kind": event.KIND,
                "origin": event.origin,
                "size": event.size,
                "witnessedSize": event.witnessed_size,
            }
        case AuditEvent():
            return audit_part(event)
        case ActEvent():
            return act_event_part(event)


def read_event(members: Members) -> Event:
    """Answer the event that a record holds. Raises RecordError."""
    match members.text("kind"):
        case KeyEvent.KIND:
            members.only("action", "keyid", "kind", "role", "successor", "trustRoot")
            trust = members.object("trustRoot")
            trust.only("digest", "version")
            return KeyEvent(
                action=_action(members.text("action")),
                role=members.text("role"),
                key_id=members.text("keyid"),
                successor=_optional_digest(members.found["successor"]),
                trust_version=trust.number("version"),
                trust_digest=trust.object("digest").digest(),
            )
        case WitnessEvent.KIND:
            members.only("cosigners", "digest", "kind", "size")
            cosigners = [Members(one, "a cosigner") for one in members.list("cosigners")]
            for one in cosigners:
                one.only("name", "time")
            return WitnessEvent(
                size=members.number("size"),
                note_digest=members.object("digest").digest(),
                cosigners=tuple(
                    Cosigner(one.text("name"), read_instant(one.text("time"))) for one in cosigners
                ),
            )
        case ErasureEvent.KIND:
            members.only("authority", "digest", "kind", "reason")
            return ErasureEvent(
                digest=members.object("digest").digest(),
                reason=_reason(members.text("reason")),
                authority=members.text("authority"),
            )
        case RecoveryEvent.KIND:
            members.only("digest", "epoch", "kind", "origin", "size", "witnessedSize")
            return RecoveryEvent(
                origin=members.text("origin"),
                epoch=members.number("epoch"),
                size=members.number("size"),
                note_digest=members.object("digest").digest(),
                witnessed_size=None
                if members.found["witnessedSize"] is None
                else members.number("witnessedSize"),
            )
        case AuditEvent.KIND:
            return read_audit(members)
        case ActEvent.KIND:
            return read_act_event(members)
        case _:
            raise RecordError("it is an event of a kind that is not known")


def _action(text: str) -> KeyAction:
    try:
        return KeyAction(text)
    except ValueError:
        raise RecordError("`action` is none that is known") from None


def _reason(text: str) -> ErasureReason:
    try:
        return ErasureReason(text)
    except ValueError:
        raise RecordError("`reason` is none that is known") from None


def _optional_digest(value: Json) -> str | None:
    if value is None or (isinstance(value, str) and DIGEST.match(value)):
        return value
    raise RecordError("`successor` is no key id")
