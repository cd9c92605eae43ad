"""What a record says of a decision: codes, digests and positions, never a value out of the fact.

Whatever comes from the fact is written only where the agreement itself declares it; else stands NOT_OURS. The
sender's reference could be a name, so it is written as an HMAC under a key that stays outside the log:
whoever has the case can prove that it is the one; without the key nobody can guess which it was.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome
from isa_guard.language.types import List, Record
from isa_guard.register import strict_json
from isa_guard.register.clock import instant
from isa_guard.uk.calendars import CALENDAR_IDS, calendar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement, Source
    from isa_guard.model.decision import Decision, Finding
    from isa_guard.model.facts import Fact
    from isa_guard.register.engine import Engine
    from isa_guard.register.strict_json import Json

NOT_OURS: Final = "(not of this agreement)"
COMMITMENT_KEY_BYTES: Final = 32
LIMIT_INLINE: Final = 12 * 1024  # of each list, so that the three and all else fit an envelope
PARTY_FIELDS: Final = ("from", "to", "originator", "party", "owner", "holder", "notified_party")
BASES: Final = {"statutory", "consent"}

_POSITION = re.compile(r"\[[0-9]*\]")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a record that a replay must give again, byte for byte, and the lists moved out of it."""

    members: Mapping[str, Json]
    attachment: bytes | None

    @property
    def content(self) -> bytes:
        """The bytes that two replays of one decision have in common."""
        return strict_json.write(dict(self.members))


def decision_part(decision: Decision, commitment_key: bytes) -> Part:
    """Answer what a record says of a decision itself; the same decision gives the same bytes."""
    agreement, fact = decision.agreement, decision.fact
    applicable = decision.applicable
    unread = any(one.missing or one.asserted for one in applicable)
    names = frozenset(_paths(agreement.schemas[fact.kind], fact.kind.value) if unread else ())
    lists: dict[str, list[Json]] = {
        "findings": [_finding(fact, names, one) for one in applicable],
        "notApplicable": [one.rule.id for one in decision.findings if one.outcome is Outcome.NOT_APPLICABLE],
        "obligations": list(_obligations(decision)),
    }
    inline = {name: _fitting(items) for name, items in lists.items()}
    truncated = inline != lists
    attachment = (
        strict_json.write({name: list(items) for name, items in lists.items()}) if truncated else None
    )
    members: dict[str, Json] = {
        "agreement": _agreement(agreement),
        "asOf": instant(decision.now),
        "decision": decision.verdict.value,
        "dispensations": [one.id for one in decision.dispensations],
        "findingsTruncated": truncated,
        "inputs": list(_inputs(fact)),
        "kind": fact.kind.value,
        "legalBasis": list(_legal_basis(fact, agreement)),
        "parties": {name: _party(value, agreement) for name, value in _given(fact.values, PARTY_FIELDS)},
        "position": fact.position,
        "purpose": _purpose(fact, agreement),
        "readings": [one.id for one in decision.readings],
        "reference": {"hmac-sha256": commitment(commitment_key, fact.reference)},
        "rulePack": {
            "digest": _sha256(agreement.rules_digest),
            "families": _families(agreement.rule_sources),
        },
        **inline,
    }
    if attachment is not None:
        members["findingsDigest"] = _sha256(hashlib.sha256(attachment).hexdigest())
    return Part(members, attachment)


def context_part(agreement: Agreement, engine: Engine) -> dict[str, Json]:
    """Answer what a decision rests on besides agreement and fact: the program and the calendars."""
    calendars = [*(calendar(name) for name in CALENDAR_IDS), *agreement.calendars]
    return {
        "calendar": [
            {"digest": _sha256(one.digest), "id": one.id, "version": one.version} for one in calendars
        ],
        "engine": {"digest": _sha256(engine.digest), "name": engine.name, "version": engine.version},
    }


def commitment(key: bytes, reference: str) -> str:
    """Answer what stands for a reference in a record: an HMAC under the register's own key."""
    return hmac.new(key, b"isa-guard/reference\0" + reference.encode(), hashlib.sha256).hexdigest()


def _sha256(digest: str) -> dict[str, Json]:
    return {"sha256": digest}


def _agreement(agreement: Agreement) -> Json:
    until = agreement.in_force.until
    return {
        "digest": _sha256(agreement.digest),
        "effectiveFrom": agreement.in_force.start.isoformat(),
        "effectiveTo": until.isoformat() if until else None,
        "id": agreement.id,
        "version": agreement.version,
    }


def _families(sources: Iterable[Source]) -> list[Json]:
    """Answer the rule packs by name: the second step of `rules/family/rule/rule.yaml`."""
    return [*sorted({source.name.split("/")[1] for source in sources})]


def _finding(fact: Fact, names: frozenset[str], finding: Finding) -> Json:
    written: dict[str, Json] = {
        "clauses": [clause.number for clause in finding.clauses],
        "locator": _locator(finding, fact),
        "otherwise": finding.rule.otherwise.value,
        "outcome": finding.outcome.value,
        "rule": finding.rule.id,
    }
    if finding.asserted:
        written["asserted"] = list(_declared(finding.asserted, names))
    if finding.missing:
        written["missing"] = list(_declared(finding.missing, names))
    if finding.dispensation is not None:
        written["dispensation"] = finding.dispensation.id
    return written


def _obligations(decision: Decision) -> Iterator[Json]:
    """Answer the obligations; a duty is named by its place in its rule, for its words are free text."""
    seen: set[tuple[str, int]] = set()
    for one in decision.obligations:
        index = next(
            number
            for number, duty in enumerate(one.rule.duties)
            if duty.do == one.do and (one.rule.id, number) not in seen
        )
        seen.add((one.rule.id, index))
        yield {
            "clauses": [clause.number for clause in one.clauses],
            "due": instant(one.by) if one.by else None,
            "duty": index,
            "rule": one.rule.id,
        }


def _fitting(items: Sequence[Json]) -> list[Json]:
    """Answer as many of the first items as fit the space of one list."""
    sizes = accumulate(len(json.dumps(item, separators=(",", ":"))) + 1 for item in items)
    return [item for item, size in zip(items, sizes, strict=True) if size <= LIMIT_INLINE]


def _locator(finding: Finding, fact: Fact) -> str:
    """Answer the JSON Pointer (RFC 6901) within the fact of the first field the rule reads; "" is the fact."""
    path = next((path for path in finding.rule.shows if path in fact.places), "")
    if not path:
        return ""
    return "/" + path.replace("[", ".").replace("]", "").replace(".", "/")


def _declared(paths: Iterable[str], names: frozenset[str]) -> Iterator[str]:
    """Answer paths as they are where the schema has such a field."""
    for path in paths:
        yield path if _POSITION.sub("[]", path) in names else NOT_OURS


def _paths(record: Record, prefix: str) -> Iterator[str]:
    for field in record.fields:
        path, inner = f"{prefix}.{field.name}", field.type
        yield path
        while isinstance(inner, List):
            path, inner = f"{path}[]", inner.element
            yield path
        if isinstance(inner, Record):
            yield from _paths(inner, path)


def _inputs(fact: Fact) -> Iterator[Json]:
    kind = "application/json" if fact.content.lstrip()[:1] in {b"{", b"["} else "application/yaml"
    yield {"digest": _sha256(fact.digest), "mediaType": kind, "role": "fact", "size": len(fact.content)}
    for one in sorted(fact.evidence, key=lambda one: one.field):
        yield {"digest": _sha256(one.digest), "field": one.field, "kind": one.kind, "role": "evidence"}


def _given(values: Mapping[str, Value], names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        value = values.get(name)
        if isinstance(value, str):
            yield name, value


def _party(value: str, agreement: Agreement) -> str:
    return value if agreement.party(value) else NOT_OURS


def _purpose(fact: Fact, agreement: Agreement) -> str | None:
    value = fact.values.get("purpose")
    if value is None:
        return None
    return (
        value if isinstance(value, str) and any(one.id == value for one in agreement.purposes) else NOT_OURS
    )


def _legal_basis(fact: Fact, agreement: Agreement) -> Iterator[str]:
    """Answer the basis and the gateway that the fact names, each a word of ours or of the agreement."""
    gateways = {one.id for one in agreement.gateways}
    for name, value in _given(fact.values, ("basis", "gateway")):
        yield value if value in (BASES if name == "basis" else gateways) else NOT_OURS
