"""One record: an in-toto Statement v1 about one decision, its place in the register in the signed bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.register import strict_json
from isa_guard.register.clock import Reading, instant, read_instant
from isa_guard.register.faults import RecordError
from isa_guard.register.predicate import context_part, decision_part

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from isa_guard.model.decision import Decision
    from isa_guard.register.engine import Engine
    from isa_guard.register.strict_json import Json

STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "https://isa-guard.org/decision/v1"
# What a replay compares; the rest says where, when and by whom the record was made, and on what it rested.
DECISION_MEMBERS: Final = frozenset(
    {
        "agreement", "asOf", "decision", "dispensations", "findings", "findingsDigest", "findingsTruncated",
        "inputs", "kind", "legalBasis", "notApplicable", "obligations", "parties", "position", "purpose", "readings",
        "reference", "rulePack",
    }
)  # fmt: skip
_DIGEST = re.compile(r"[0-9a-f]{64}\Z", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision ready to be recorded, all but place and time. `attachment` holds lists too long for it."""

    subject: str
    digest: str
    predicate: Mapping[str, Json]
    attachment: bytes | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where and when a record is made: its place in the register and what the clocks showed."""

    origin: str
    epoch: int
    index: int
    previous: str | None
    decided_at: datetime
    decision_id: str
    clock: Reading
    step_detected: bool
    operator: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read: its standing, what it names by digest, and its predicate for those who show it."""

    standing: Standing
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
    predicate: Mapping[str, Json]

    @property
    def decision_part(self) -> dict[str, Json]:
        """The members that a replay must give again."""
        return {name: value for name, value in self.predicate.items() if name in DECISION_MEMBERS}


def draft(decision: Decision, commitment_key: bytes, engine: Engine) -> Draft:
    """Answer the draft of a record of `decision`."""
    part = decision_part(decision, commitment_key)
    predicate = {**context_part(decision.agreement, engine), **part.members}
    return Draft(decision.fact.kind.value, decision.fact.digest, predicate, part.attachment)


def statement(of: Draft, standing: Standing) -> bytes:
    """Answer the payload to sign. Raises RecordError for what strict JSON cannot hold."""
    predicate: dict[str, Json] = {
        **of.predicate,
        "clock": {
            "bootId": standing.clock.boot_id,
            "monotonicNs": str(standing.clock.monotonic_ns),  # beyond 2^53 after a hundred days
            "source": standing.clock.source,
            "stepDetected": standing.step_detected,
        },
        "decidedAt": instant(standing.decided_at),
        "decisionId": standing.decision_id,
        "operator": standing.operator,
        "previous": standing.previous,
        "register": {"epoch": standing.epoch, "index": standing.index, "origin": standing.origin},
    }
    return strict_json.write(
        {
            "_type": STATEMENT_TYPE,
            "predicate": predicate,
            "predicateType": PREDICATE_TYPE,
            "subject": [{"digest": {"sha256": of.digest}, "name": of.subject}],
        }
    )


def read_statement(payload: bytes) -> Record:
    """Answer the record in a payload whose signature has been checked. Raises RecordError."""
    top = _Members(strict_json.read_object(payload), "the statement")
    if top.text("_type") != STATEMENT_TYPE or top.text("predicateType") != PREDICATE_TYPE:
        raise RecordError("it is no statement about a decision, or one of a later format")
    predicate = top.object("predicate")
    agreement, engine = predicate.object("agreement"), predicate.object("engine")
    inputs = [_Members(one, "an input") for one in predicate.list("inputs")]
    facts = [one for one in inputs if one.text("role") == "fact"]
    if len(facts) != 1:
        raise RecordError("it does not name exactly one fact")
    evidence = [one for one in inputs if one.text("role") == "evidence"]
    attachment = predicate.object("findingsDigest").digest() if "findingsDigest" in predicate.found else None
    return Record(
        standing=_standing(predicate),
        kind=predicate.text("kind"),
        decision=predicate.text("decision"),
        as_of=read_instant(predicate.text("asOf")),
        agreement=agreement.text("id"),
        version=agreement.text("version"),
        agreement_digest=agreement.object("digest").digest(),
        rules_digest=predicate.object("rulePack").object("digest").digest(),
        engine_version=engine.text("version"),
        engine_digest=engine.object("digest").digest(),
        fact_digest=facts[0].object("digest").digest(),
        position=predicate.text("position"),
        evidence=tuple(
            (one.text("field"), one.text("kind"), one.object("digest").digest()) for one in evidence
        ),
        attachment=attachment,
        predicate=predicate.found,
    )


def _standing(predicate: _Members) -> Standing:
    register, clock = predicate.object("register"), predicate.object("clock")
    decided_at = read_instant(predicate.text("decidedAt"))
    ticks = clock.text("monotonicNs")
    if not _DIGITS.match(ticks):
        raise RecordError("clock.monotonicNs is no number")
    previous = predicate.found.get("previous")
    if previous is not None and not (isinstance(previous, str) and _DIGEST.match(previous)):
        raise RecordError("`previous` is no digest")
    return Standing(
        origin=register.text("origin"),
        epoch=register.number("epoch"),
        index=register.number("index"),
        previous=previous,
        decided_at=decided_at,
        decision_id=predicate.text("decisionId"),
        clock=Reading(decided_at, int(ticks), clock.text("bootId"), clock.text("source")),
        step_detected=clock.found.get("stepDetected") is True,
        operator=predicate.text("operator"),
    )


class _Members:
    """The members of an object, each read as the type it must have."""

    def __init__(self, value: Json, what: str) -> None:
        if not isinstance(value, dict):
            raise RecordError(f"{what} is no object")
        self.found = value
        self.what = what

    def text(self, name: str) -> str:
        value = self.found.get(name)
        if not isinstance(value, str):
            raise RecordError(f"{self.what} lacks the text `{name}`")
        return value

    def number(self, name: str) -> int:
        value = self.found.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise RecordError(f"{self.what} lacks the number `{name}`")
        return value

    def list(self, name: str) -> list[Json]:
        value = self.found.get(name)
        if not isinstance(value, list):
            raise RecordError(f"{self.what} lacks the list `{name}`")
        return value

    def object(self, name: str) -> _Members:
        return _Members(self.found.get(name), f"`{name}`")

    def digest(self) -> str:
        value = self.text("sha256")
        if not _DIGEST.match(value):
            raise RecordError(f"{self.what} is no SHA-256 digest")
        return value
