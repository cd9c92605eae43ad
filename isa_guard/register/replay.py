"""Deciding again what was decided: the same agreement, rules, fact and moment must give the same record."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.decide.decide import decide
from isa_guard.errors import IsaGuardError, LoadError
from isa_guard.frozen import dataclass
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.model.facts import Evidence
from isa_guard.register import strict_json
from isa_guard.register.faults import ArchiveBroken, ReplayContradicts, ReplayDiffers
from isa_guard.register.rebuild import rebuilt
from isa_guard.register.records.engine import this_engine
from isa_guard.register.records.predicate import COMMITMENT_KEY_BYTES, decision_part, decision_part_1
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.stores.store import Shelf
from isa_guard.register.verify import Walk, record_at, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isa_guard.load.facts import UntypedFact
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.decision import Decision
    from isa_guard.register.stores.store import Store
    from isa_guard.register.trust_roots.trust import TrustRoot
    from isa_guard.register.verify import Stored

    # An agreement with those dispensations of people that a record names. LoadError where one of them was erased.
    AsItStood = Callable[[Agreement, frozenset[str]], Agreement]


def _as_it_is(agreement: Agreement, named: frozenset[str]) -> Agreement:  # noqa: ARG001 - see AsItStood
    """Answer an agreement with nothing beside it."""
    return agreement


class Replay(StrEnum):
    """What came of a replay that did not fail."""

    SAME = "the same"
    ERASED = "not replayed: the case has been erased"
    EVENT = "not replayed: it records no decision"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One record, decided again. `what` is the decision, or the kind of event."""

    index: int
    what: str
    came_out: Replay


def replay(store: Store, trusted: str | TrustRoot, index: int, standing: AsItStood = _as_it_is) -> Replayed:
    """Decide record `index` again and answer how it came out.

    Raises ReplayContradicts where this very engine made the record and now decides otherwise, ReplayDiffers
    where another did, ArchiveBroken for a doctored archive, and whatever `verify` raises.
    """
    proven = verify(store, trusted)
    return Replayer(store, proven.erased, standing).replayed(record_at(store, trusted, index))


def replay_all(store: Store, trusted: str | TrustRoot, standing: AsItStood = _as_it_is) -> Iterator[Replayed]:
    """Decide every record again, in order. Raises as `replay` at the first that does not come out the same."""
    replayer = Replayer(store, verify(store, trusted).erased, standing)
    for stored in Walk(store, trusted).records():
        yield replayer.replayed(stored)


class Replayer:
    """Replays records of one register; an agreement is put together once."""

    def __init__(self, store: Store, erased: frozenset[str], standing: AsItStood = _as_it_is) -> None:
        self.store = store
        self.erased = erased
        self.standing = standing
        self._agreements: dict[tuple[str, str], Agreement] = {}
        # Without the key (it can be destroyed for good) all but the commitment is compared.
        self._key = store.commitment_key()

    def replayed(self, stored: Stored) -> Replayed:
        """Decide a record again. Raises as `replay`."""
        record = stored.record
        if not isinstance(record, DecisionRecord):
            return Replayed(stored.index, record.event.KIND, Replay.EVENT)
        try:
            content = self.store.blob(Shelf.CASES, record.fact_digest)
            if content is None and record.fact_digest in self.erased:
                return Replayed(stored.index, record.decision, Replay.ERASED)
            decision = self._decision(record, content)
        except ArchiveBroken as error:
            raise ArchiveBroken(f"record {stored.index}: {error}") from None
        except LoadError as error:
            why = f"this isa-guard no longer reads it: {error.problems[0].what}"
            raise ReplayDiffers(stored.index, ("decision",), why) from None
        except IsaGuardError as error:
            raise ReplayDiffers(stored.index, ("decision",), str(error)) from None
        self._compare(stored.index, record, decision)
        return Replayed(stored.index, record.decision, Replay.SAME)

    def _decision(self, record: DecisionRecord, content: bytes | None) -> Decision:
        if content is None:
            raise ArchiveBroken("the case is missing, and no record says that it was erased")
        agreement = self._agreement(record.agreement_digest, record.rules_digest)
        evidence = tuple(Evidence(*one) for one in record.evidence)
        untyped = next(
            (one for one in read_facts(content, "the kept fact") if _position(one) == record.position), None
        )
        if untyped is None:
            raise ArchiveBroken(f"the kept fact has nothing at {record.position}")
        named = record.decision_part.get("dispensations")
        ids = frozenset(map(str, named)) if isinstance(named, list) else frozenset[str]()
        agreement = self.standing(agreement, ids)
        return decide(agreement, type_fact(untyped, agreement.schemas, evidence), now=record.as_of)

    def _agreement(self, digest: str, rules_digest: str) -> Agreement:
        known = (digest, rules_digest)
        if known not in self._agreements:
            self._agreements[known] = rebuilt(self.store, digest, rules_digest)
        return self._agreements[known]

    def _compare(self, index: int, record: DecisionRecord, decision: Decision) -> None:
        wanted = dict(record.decision_part)
        written = decision_part if record.format > 1 else decision_part_1
        came_out = dict(written(decision, self._key or bytes(COMMITMENT_KEY_BYTES)).members)
        if self._key is None:
            came_out["reference"] = wanted.get("reference")
        if strict_json.write(came_out) == strict_json.write(wanted):
            return
        members = tuple(name for name in sorted(came_out | wanted) if came_out.get(name) != wanted.get(name))
        engine = this_engine()
        if record.engine_digest == engine.digest:
            raise ReplayContradicts(index, members)
        why = f"it was decided by isa-guard {record.engine_version}, and replayed by another build, {engine.version}"
        raise ReplayDiffers(index, members, why)


def _position(untyped: UntypedFact) -> str:
    return f"{untyped.document.number}#{''.join(f'/{step}' for step in untyped.at)}"
