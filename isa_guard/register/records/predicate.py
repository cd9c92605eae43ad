"""What a record says of a decision: codes, digests and positions, never a value out of the fact.

Whatever comes from the fact is written only where the agreement itself declares it; else stands NOT_OURS. The
sender's reference could be a name, so it is written as an HMAC under a key that stays outside the log:
whoever has the case can prove that it is the one; without the key nobody can guess which it was.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language.outcome import Outcome
from isa_guard.language.types import List, Record
from isa_guard.register import strict_json
from isa_guard.register.records.clock import instant
from isa_guard.uk.calendars import CALENDAR_IDS, calendar

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from isa_guard.language.values import Value
    from isa_guard.model.agreement import Agreement, Clause, Source
    from isa_guard.model.decision import Decision, Finding
    from isa_guard.model.facts import Fact, FactKind
    from isa_guard.register.records.engine import Engine
    from isa_guard.register.strict_json import Json

NOT_OURS: Final = "(not of this agreement)"
COMMITMENT_KEY_BYTES: Final = 32
LIMIT_INLINE: Final = 12 * 1024  # of each list, so that the three and all else fit an envelope
LIMIT_DESCRIBED: Final = 16
LIMIT_PATTERNS: Final = 4_096
PARTY_FIELDS: Final = ("from", "to", "originator", "party", "owner", "holder", "notified_party")
BASES: Final = frozenset({"statutory", "consent"})

_POSITION = re.compile(r"\[[0-9]*\]")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a record that a replay must give again, byte for byte, and the lists moved out of it."""

    content: bytes
    attachment: bytes | None

    @property
    def members(self) -> Mapping[str, Json]:
        """The content as one reads it."""
        return strict_json.read_object(self.content)


def decision_part(decision: Decision, commitment_key: bytes) -> Part:
    """Answer what a record says of a decision itself; the same decision gives the same bytes.

    A rule that is plainly met is named and no more: its clauses stand in the agreement, which is kept by digest.
    """
    described = _described(decision.agreement)
    pattern = described.pattern(decision)
    notable = [decision.findings[at] for at in pattern.notable]
    lists = {
        "findings": described.findings(decision.fact, notable) if notable else _NOTHING,
        "met": pattern.met,
        "notApplicable": pattern.silent,
        "obligations": described.obligations(decision) if decision.obligations else _NOTHING,
    }
    return _part(decision, commitment_key, lists, pattern, {"verdict": text(decision.verdict.value)})


def decision_part_1(decision: Decision, commitment_key: bytes) -> Part:
    """Answer the same as records of format 1 have it: each finding in full, the verdict called `decision`."""
    described = _described(decision.agreement)
    pattern = described.pattern(decision)
    lists = {
        "findings": described.findings(decision.fact, decision.applicable),
        "notApplicable": pattern.silent,
        "obligations": described.obligations(decision),
    }
    return _part(decision, commitment_key, lists, pattern, {"decision": text(decision.verdict.value)})


def context_part(agreement: Agreement, engine: Engine) -> dict[str, Json]:
    """Answer what a decision rests on besides agreement and fact: the program and the calendars."""
    calendars = [*(calendar(name) for name in CALENDAR_IDS), *agreement.calendars]
    return {
        "calendar": [
            {"digest": _sha256(one.digest), "id": one.id, "version": one.version} for one in calendars
        ],
        "engine": engine_part(engine),
    }


def engine_part(engine: Engine) -> Json:
    """Answer the program that made a record."""
    return {"digest": _sha256(engine.digest), "name": engine.name, "version": engine.version}


def _part(
    decision: Decision,
    commitment_key: bytes,
    lists: Mapping[str, _List],
    pattern: _Pattern,
    verdict: Mapping[str, bytes],
) -> Part:
    """Put a part together from members that are each written already; most are the same from record to record."""
    fact = decision.fact
    described = _described(decision.agreement)
    inline = {name: _fitting(one) for name, one in lists.items()}
    truncated = any(inline[name] is not one.array for name, one in lists.items())
    members = {
        **inline,
        **verdict,
        **described.named(fact),
        "agreement": described.agreement,
        "asOf": text(instant(decision.now)),
        "dispensations": _array(_texts(one.id for one in decision.dispensations))
        if pattern.notable
        else b"[]",
        "findingsTruncated": b"true" if truncated else b"false",
        "inputs": _inputs(fact),
        "kind": text(fact.kind.value),
        "position": text(fact.position),
        "readings": pattern.readings.array,
        "reference": b'{"hmac-sha256":"%s"}' % commitment(commitment_key, fact.reference).encode("ascii"),
        "rulePack": described.rule_pack,
    }
    if not truncated:
        return Part(_object(members), None)
    attachment = _object({name: one.array for name, one in lists.items()})
    members["findingsDigest"] = strict_json.write(_sha256(hashlib.sha256(attachment).hexdigest()))
    return Part(_object(members), attachment)


def _object(members: Mapping[str, bytes]) -> bytes:
    """Answer an object of members that are written already."""
    form, order = _form(tuple(members))
    return form % tuple([members[name] for name in order])


@lru_cache(maxsize=256)
def _form(names: tuple[str, ...]) -> tuple[bytes, tuple[str, ...]]:
    """Answer how an object of these names is written, and in which order."""
    order = tuple(sorted(names))
    return b"{%s}" % b",".join(b'"%s":%%s' % name.encode("ascii") for name in order), order


@lru_cache(maxsize=4_096)
def text(value: str) -> bytes:
    """Answer a text as strict JSON writes it."""
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return b'"%s"' % value.encode("ascii")
    return strict_json.write(value)


def _array(items: Iterable[bytes]) -> bytes:
    return b"[%s]" % b",".join(items)


def _texts(values: Iterable[str]) -> list[bytes]:
    return [text(value) for value in values]


@dataclass(frozen=True, slots=True)
class _List:
    """Items that are written already, and the array of them."""

    items: Sequence[bytes]
    array: bytes


def _listed(items: Sequence[bytes]) -> _List:
    return _List(items, _array(items))


_NOTHING: Final = _List((), b"[]")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """What follows from the outcomes alone; `notable` are the places of what is neither met nor beside the point."""

    notable: tuple[int, ...]
    met: _List
    silent: _List
    readings: _List


class _Described:
    """What is the same in many records under one agreement, put together once."""

    def __init__(self, agreement: Agreement) -> None:
        self.source = agreement
        self.agreement = strict_json.write(_agreement(agreement))
        self.rule_pack = strict_json.write(
            {"digest": _sha256(agreement.rules_digest), "families": _families(agreement.rule_sources)}
        )
        self._parties = frozenset(one.id for one in agreement.parties)
        self._purposes = frozenset(one.id for one in agreement.purposes)
        self._gateways = frozenset(one.id for one in agreement.gateways)
        self._patterns: dict[tuple[object, ...], _Pattern] = {}
        self._names: dict[FactKind, frozenset[str]] = {}
        self._clauses: dict[str, bytes] = {}

    def findings(self, fact: Fact, findings: Iterable[Finding]) -> _List:
        """Answer findings with clauses, outcome and place."""
        return _listed([self._finding(fact, one) for one in findings])

    def obligations(self, decision: Decision) -> _List:
        """Answer the obligations; a duty is named by its place in its rule, for its words are free text."""
        seen: set[tuple[str, int]] = set()
        written: list[bytes] = []
        for one in decision.obligations:
            index = next(
                number
                for number, duty in enumerate(one.rule.duties)
                if duty.do == one.do and (one.rule.id, number) not in seen
            )
            seen.add((one.rule.id, index))
            due = text(instant(one.by)) if one.by else b"null"
            clauses = self._of_clauses(one.rule.id, one.clauses)
            written.append(
                b'{"clauses":%s,"due":%s,"duty":%d,"rule":%s}' % (clauses, due, index, text(one.rule.id))
            )
        return _listed(written)

    def named(self, fact: Fact) -> dict[str, bytes]:
        """Answer what the fact names and the agreement declares: parties, purpose, basis and gateway."""
        values = fact.values
        parties = {name: _ours(value, self._parties) for name, value in _given(values, PARTY_FIELDS)}
        basis = [_ours(value, BASES) for _, value in _given(values, ("basis",))]
        gateway = [_ours(value, self._gateways) for _, value in _given(values, ("gateway",))]
        purpose = values.get("purpose")
        return {
            "legalBasis": _array(basis + gateway),
            "parties": _object(parties),
            "purpose": b"null" if purpose is None else _ours(purpose, self._purposes),
        }

    def pattern(self, decision: Decision) -> _Pattern:
        """Answer what follows from the outcomes of a decision. A year of transfers has a few dozen patterns."""
        key = (decision.fact.kind, *[one.outcome for one in decision.findings])
        found = self._patterns.get(key)
        if found is None:
            if len(self._patterns) >= LIMIT_PATTERNS:
                self._patterns.clear()
            found = self._patterns[key] = self._pattern(decision)
        return found

    def _pattern(self, decision: Decision) -> _Pattern:
        by_outcome: dict[Outcome, list[str]] = {outcome: [] for outcome in Outcome}
        for one in decision.findings:
            by_outcome[one.outcome].append(one.rule.id)
        plain = {Outcome.MET, Outcome.NOT_APPLICABLE}
        readings = {
            reading.id: None
            for one in decision.applicable
            for reading in self.source.readings_of(one.rule.id)
        }
        return _Pattern(
            tuple([at for at, one in enumerate(decision.findings) if one.outcome not in plain]),
            _listed(_texts(by_outcome[Outcome.MET])),
            _listed(_texts(by_outcome[Outcome.NOT_APPLICABLE])),
            _listed(_texts(readings)),
        )

    def _finding(self, fact: Fact, finding: Finding) -> bytes:
        names = self._declared(fact.kind)
        written = {
            "clauses": self._of_clauses(finding.rule.id, finding.clauses),
            "locator": text(_locator(finding, fact)),
            "otherwise": text(finding.rule.otherwise.value),
            "outcome": text(finding.outcome.value),
            "rule": text(finding.rule.id),
        }
        if finding.asserted:
            written["asserted"] = _array(_texts(_declared(finding.asserted, names)))
        if finding.missing:
            written["missing"] = _array(_texts(_declared(finding.missing, names)))
        if finding.dispensation is not None:
            written["dispensation"] = text(finding.dispensation.id)
        return _object(written)

    def _of_clauses(self, rule: str, clauses: Iterable[Clause]) -> bytes:
        if rule not in self._clauses:
            self._clauses[rule] = _array(_texts(clause.number for clause in clauses))
        return self._clauses[rule]

    def _declared(self, kind: FactKind) -> frozenset[str]:
        if kind not in self._names:
            self._names[kind] = frozenset(_paths(self.source.schemas[kind], kind.value))
        return self._names[kind]


_DESCRIBED: dict[int, _Described] = {}


def _described(agreement: Agreement) -> _Described:
    """Answer the description of an agreement; the last few are kept, each with its agreement so that no id is reused."""
    found = _DESCRIBED.get(id(agreement))
    if found is None:
        if len(_DESCRIBED) >= LIMIT_DESCRIBED:
            _DESCRIBED.clear()
        found = _DESCRIBED[id(agreement)] = _Described(agreement)
    return found


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


def _fitting(of: _List) -> bytes:
    """Answer the array of as many of the first items as fit the space of one list: the very array where all do."""
    if len(of.array) <= LIMIT_INLINE + 1:
        return of.array
    sizes = accumulate(len(item) + 1 for item in of.items)
    kept = [item for item, size in zip(of.items, sizes, strict=True) if size <= LIMIT_INLINE]
    return of.array if len(kept) == len(of.items) else _array(kept)


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


def _inputs(fact: Fact) -> bytes:
    """Answer what was decided on: the fact, and every piece of evidence, by digest."""
    kind = b"json" if fact.content.lstrip()[:1] in {b"{", b"["} else b"yaml"
    first = b'{"digest":{"sha256":"%s"},"mediaType":"application/%s","role":"fact","size":%d}' % (
        fact.digest.encode("ascii"),
        kind,
        len(fact.content),
    )
    rest = [
        b'{"digest":{"sha256":%s},"field":%s,"kind":%s,"role":"evidence"}'
        % (text(one.digest), text(one.field), text(one.kind))
        for one in sorted(fact.evidence, key=lambda one: one.field)
    ]
    return _array([first, *rest])


def _given(values: Mapping[str, Value], names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        value = values.get(name)
        if isinstance(value, str):
            yield name, value


def _ours(value: Value, declared: Container[str]) -> bytes:
    """Answer a word where it is one of ours; anything else could be anything."""
    return text(value) if isinstance(value, str) and value in declared else text(NOT_OURS)
