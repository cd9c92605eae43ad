"""One record: an in-toto Statement v1 about a decision or an event, its place in the register in the signed bytes.

    predicate: {context: what it rests on, decision | event: what it says, standing: where and when it stands}

What it says is drafted before its place is known, so that a register which many write to holds its lock for the
standing and the signature alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register import strict_json
from isa_guard.register.faults import RecordError
from isa_guard.register.records import format_1
from isa_guard.register.records.clock import Reading, instant, read_instant
from isa_guard.register.records.event import Event, event_part, read_event
from isa_guard.register.records.members import DIGEST, Members
from isa_guard.register.records.predicate import context_part, decision_part, engine_part, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.decision import Decision
    from isa_guard.register.records.engine import Engine
    from isa_guard.register.strict_json import Json

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
DECISION_TYPE: Final = "https://isa-guard.org/decision/v2"
EVENT_TYPE: Final = "https://isa-guard.org/event/v1"
_PAYLOAD: Final = (
    b'{"_type":"%s","predicate":{"context":%s,"%s":%s,"standing":%s},'
    b'"predicateType":"%s","subject":[{"digest":{"sha256":"%s"},"name":"%s"}]}'
)
_STANDING: Final = (
    b'{"clock":{"bootId":%s,"monotonicNs":"%d","source":%s,"stepDetected":%s},"decidedAt":"%s","epoch":%d,'
    b'"id":"%s","index":%d,"operator":"%s","origin":%s,"previous":%s,"supersedes":%s}'
)
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """A record but for its standing, and what must be kept before it is signed: the agreement, the case, long lists."""

    predicate_type: str
    member: str
    context: bytes
    content: bytes
    subject: str
    digest: str
    agreement: Agreement | None
    case: bytes | None
    attachment: bytes | None
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where and when a record is made: its place in the register and what the clocks showed."""

    origin: str
    epoch: int
    index: int
    previous: str | None
    supersedes: str | None  # the id of an earlier record of this register, whose decision this one replaces
    decided_at: datetime
    id: str
    clock: Reading
    step_detected: bool
    operator: str


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """The record of a decision: its standing, what it names by digest, and all it says for those who show it."""

    standing: Standing
    format: int
    subject: str
    kind: str
    decision: str
    as_of: datetime
    agreement: str
    version: str
    agreement_digest: str
    rules_digest: str
    engine_version: str
    engine_digest: str
    fact_digest: str
    position: str
    evidence: tuple[tuple[str, str, str], ...]  # field, kind, digest
    attachment: str | None
    decision_part: Mapping[str, Json]  # what a replay must give again
    predicate: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class EventRecord:
    """The record of an event."""

    standing: Standing
    subject: str
    event: Event
    predicate: Mapping[str, Json]


Record = DecisionRecord | EventRecord


def draft(decision: Decision, commitment_key: bytes, engine: Engine, supersedes: str | None = None) -> Draft:
    """Answer the draft of a record of `decision`. Raises RecordError for what strict JSON cannot hold."""
    part = decision_part(decision, commitment_key)
    context = _context(decision.agreement, engine)
    fact = decision.fact
    return Draft(
        DECISION_TYPE,
        "decision",
        context,
        part.content,
        fact.kind.value,
        fact.digest,
        decision.agreement,
        fact.content,
        part.attachment,
        supersedes,
    )


def event_draft(
    event: Event, engine: Engine, agreement: Agreement | None = None, case: bytes | None = None
) -> Draft:
    """Answer the draft of a record of an event; `case` is the document of an act, which its subject is the digest of."""
    context = strict_json.write({"engine": engine_part(engine)})
    content = strict_json.write(event_part(event))
    return Draft(EVENT_TYPE, "event", context, content, *event.subject, agreement, case, None)


def statement(of: Draft, standing: Standing) -> bytes:
    """Answer the payload to sign: strict JSON in its one form, put together from parts that are."""
    return _PAYLOAD % (
        STATEMENT_TYPE.encode(),
        of.context,
        of.member.encode(),
        of.content,
        _written_standing(standing),
        of.predicate_type.encode(),
        of.digest.encode(),
        of.subject.encode(),
    )


def _written_standing(of: Standing) -> bytes:
    """Answer a standing as strict JSON; ticks are text because they pass 2^53 after a hundred days."""
    return _STANDING % (
        text(of.clock.boot_id),
        of.clock.monotonic_ns,
        text(of.clock.source),
        b"true" if of.step_detected else b"false",
        instant(of.decided_at).encode("ascii"),
        of.epoch,
        of.id.encode("ascii"),
        of.index,
        of.operator.encode("ascii"),
        text(of.origin),
        b'"%s"' % of.previous.encode("ascii") if of.previous else b"null",
        b'"%s"' % of.supersedes.encode("ascii") if of.supersedes else b"null",
    )


def read_statement(payload: bytes) -> Record:
    """Answer the record in a payload whose signature has been checked. Raises RecordError."""
    top = Members(strict_json.read_object(payload), "the statement")
    if top.text("_type") != STATEMENT_TYPE:
        raise RecordError("it is no in-toto statement of version 1")
    predicate = top.object("predicate")
    match top.text("predicateType"):
        case "https://isa-guard.org/decision/v2":
            predicate.only("context", "decision", "standing")
            context, decision = predicate.object("context"), predicate.object("decision")
            standing = _standing(predicate.object("standing"))
            return _decision(standing, 2, context, decision, decision.text("verdict"), predicate.found)
        case "https://isa-guard.org/event/v1":
            predicate.only("context", "event", "standing")
            event = read_event(predicate.object("event"))
            standing = _standing(predicate.object("standing"))
            return EventRecord(standing, event.subject[1], event, predicate.found)
        case format_1.DECISION_TYPE:
            standing = _standing(format_1.standing(predicate))
            part = format_1.decision(predicate)
            return _decision(standing, 1, predicate, part, part.text("decision"), predicate.found)
        case _:
            raise RecordError("it is no statement about a decision or an event, or one of a later format")


def _decision(
    standing: Standing, number: int, context: Members, part: Members, verdict: str, found: Mapping[str, Json]
) -> DecisionRecord:
    agreement, engine = part.object("agreement"), context.object("engine")
    inputs = [Members(one, "an input") for one in part.list("inputs")]
    facts = [one for one in inputs if one.text("role") == "fact"]
    if len(facts) != 1:
        raise RecordError("it does not name exactly one fact")
    evidence = [one for one in inputs if one.text("role") == "evidence"]
    attachment = part.object("findingsDigest").digest() if "findingsDigest" in part.found else None
    fact_digest = facts[0].object("digest").digest()
    return DecisionRecord(
        standing=standing,
        format=number,
        subject=fact_digest,
        kind=part.text("kind"),
        decision=verdict,
        as_of=read_instant(part.text("asOf")),
        agreement=agreement.text("id"),
        version=agreement.text("version"),
        agreement_digest=agreement.object("digest").digest(),
        rules_digest=part.object("rulePack").object("digest").digest(),
        engine_version=engine.text("version"),
        engine_digest=engine.object("digest").digest(),
        fact_digest=fact_digest,
        position=part.text("position"),
        evidence=tuple(
            (one.text("field"), one.text("kind"), one.object("digest").digest()) for one in evidence
        ),
        attachment=attachment,
        decision_part=part.found,
        predicate=found,
    )


def _standing(found: Members) -> Standing:
    clock = found.object("clock")
    decided_at = read_instant(found.text("decidedAt"))
    ticks = clock.text("monotonicNs")
    if not _DIGITS.match(ticks):
        raise RecordError("clock.monotonicNs is no number")
    previous = found.found.get("previous")
    if previous is not None and not (isinstance(previous, str) and DIGEST.match(previous)):
        raise RecordError("`previous` is no digest")
    supersedes = found.found.get("supersedes")
    if supersedes is not None and not (isinstance(supersedes, str) and ID.match(supersedes)):
        raise RecordError("`supersedes` is no id of a record")
    return Standing(
        origin=found.text("origin"),
        epoch=found.number("epoch"),
        index=found.number("index"),
        previous=previous,
        supersedes=supersedes,
        decided_at=decided_at,
        id=found.text("id"),
        clock=Reading(decided_at, int(ticks), clock.text("bootId"), clock.text("source")),
        step_detected=clock.found.get("stepDetected") is True,
        operator=found.text("operator"),
    )


_CONTEXTS: dict[tuple[str, str], bytes] = {}


def _context(agreement: Agreement, engine: Engine) -> bytes:
    """Answer the context of a record as bytes; it is the same for every decision under one agreement."""
    key = (agreement.digest, engine.digest)
    if key not in _CONTEXTS:
        _CONTEXTS[key] = strict_json.write(context_part(agreement, engine))
    return _CONTEXTS[key]
