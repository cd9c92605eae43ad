"""What stands in a register of a period: every decision, every audit, every event, each proven on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.register import strict_json
from isa_guard.register.records.audit_event import AuditEvent
from isa_guard.register.records.event import ErasureEvent, KeyEvent, WitnessEvent
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.stores.store import Shelf
from isa_guard.register.verify import Walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from isa_guard.register.records.event import Event
    from isa_guard.register.stores.store import Log
    from isa_guard.register.strict_json import Json
    from isa_guard.register.trust_roots.trust_root import TrustRoot
    from isa_guard.register.verify import Verified


@dataclass(frozen=True, slots=True)
class Period:
    """From one instant to another, both included."""

    start: datetime
    end: datetime

    def covers(self, moment: datetime) -> bool:
        """Answer whether a moment lies in it."""
        return self.start <= moment <= self.end


@dataclass(frozen=True, slots=True)
class RuleFound:
    """What one rule came to in one decision."""

    rule: str
    outcome: str
    otherwise: str
    dispensation: str


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision of the period: where it stands, what it was about in codes, and what its rules came to."""

    index: int
    id: str
    at: datetime
    kind: str
    verdict: str
    agreement: str
    version: str
    purpose: str
    parties: tuple[tuple[str, str], ...]
    basis: tuple[str, ...]
    found: tuple[RuleFound, ...]
    met: tuple[str, ...]
    dispensations: tuple[str, ...]
    obligations: int
    supersedes: str
    fact: str

    def party(self, name: str) -> str:
        """Answer who stands in a place of the fact, as `from`; "" where nobody is named."""
        return dict(self.parties).get(name, "")


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of the period that is no act of a person."""

    index: int
    at: datetime
    event: Event


@dataclass(frozen=True, slots=True)
class Gathered:
    """All of a period, and the register as a whole as it verifies. `first` is the index of its first record in the period."""

    period: Period
    register: Verified
    decided: tuple[Decided, ...]
    audits: tuple[tuple[int, datetime, AuditEvent], ...]
    happened: tuple[Happened, ...]
    first: int | None
    last: int | None


def gather(log: Log, trust: TrustRoot, period: Period, against: Iterable[bytes] = ()) -> Gathered:
    """Answer what stands in a register of a period. Raises as `register.verify.verify` does: a review of what is broken is none."""
    walk = Walk(log, trust, against)
    decided: list[Decided] = []
    audits: list[tuple[int, datetime, AuditEvent]] = []
    happened: list[Happened] = []
    first = last = None
    for stored in walk.records():
        record, at = stored.record, stored.record.standing.decided_at
        if not period.covers(at):
            continue
        first, last = (stored.index if first is None else first), stored.index
        if isinstance(record, DecisionRecord):
            decided.append(_decided(stored.index, record, log))
        elif isinstance(record.event, AuditEvent):
            audits.append((stored.index, at, record.event))
        elif isinstance(record.event, ErasureEvent | KeyEvent | WitnessEvent):
            happened.append(Happened(stored.index, at, record.event))
    return Gathered(period, walk.verified(), tuple(decided), tuple(audits), tuple(happened), first, last)


def _decided(index: int, record: DecisionRecord, log: Log) -> Decided:
    part = {**record.decision_part, **_moved_out(record, log)}
    findings = part.get("findings")
    parties = part.get("parties")
    standing = record.standing
    return Decided(
        index,
        standing.id,
        standing.decided_at,
        record.kind,
        record.decision,
        record.agreement,
        record.version,
        _text(part.get("purpose")),
        tuple((name, _text(value)) for name, value in parties.items()) if isinstance(parties, dict) else (),
        _texts(part.get("legalBasis")),
        tuple(_found(one) for one in findings if isinstance(one, dict)) if isinstance(findings, list) else (),
        _texts(part.get("met")),
        _texts(part.get("dispensations")),
        len(obligations) if isinstance(obligations := part.get("obligations"), list) else 0,
        standing.supersedes or "",
        record.fact_digest,
    )


def _moved_out(record: DecisionRecord, log: Log) -> Mapping[str, Json]:
    """Answer the lists that were too long for the record, from its attachment, which the walk has found to be there."""
    if record.attachment is None:
        return {}
    content = log.blob(Shelf.ATTACHMENTS, record.attachment)
    return strict_json.read_object(content) if content is not None else {}


def _found(one: Mapping[str, Json]) -> RuleFound:
    return RuleFound(
        _text(one.get("rule")),
        _text(one.get("outcome")),
        _text(one.get("otherwise")),
        _text(one.get("dispensation")),
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
