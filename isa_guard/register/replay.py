"""Deciding again what was decided: the same agreement, rules, fact and moment must give the same record."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from isa_guard.decide.decide import decide
from isa_guard.errors import IsaGuardError, LoadError
from isa_guard.frozen import dataclass
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.model.facts import Evidence
from isa_guard.register import archive, strict_json
from isa_guard.register.engine import this_engine
from isa_guard.register.faults import ArchiveBroken, ReplayContradicts, ReplayDiffers
from isa_guard.register.predicate import COMMITMENT_KEY_BYTES, decision_part
from isa_guard.register.rebuild import rebuilt
from isa_guard.register.register import COMMITMENTS, commitment_key
from isa_guard.register.verify import Walk, record_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isa_guard.load.facts import UntypedFact
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.decision import Decision
    from isa_guard.register.statement import Record
    from isa_guard.register.trust import TrustRoot
    from isa_guard.register.verify import Stored


class Replay(StrEnum):
    """What came of a replay that did not fail."""

    SAME = "the same"
    ERASED = "not replayed: the case has been erased"


@dataclass(frozen=True, slots=True)
class Replayed:
    """One record, decided again."""

    index: int
    decision: str
    came_out: Replay


def replay(folder: Path, trusted: str | TrustRoot, index: int) -> Replayed:
    """Decide record `index` again and answer how it came out.

    Raises ReplayContradicts where this very engine made the record and now decides otherwise, ReplayDiffers
    where another did, ArchiveBroken for a doctored archive, and whatever `verify` raises.
    """
    return Replayer(folder).replayed(record_at(folder, trusted, index))


def replay_all(folder: Path, trusted: str | TrustRoot) -> Iterator[Replayed]:
    """Decide every record again, in order. Raises as `replay` at the first that does not come out the same."""
    replayer = Replayer(folder)
    for stored in Walk(folder, trusted).records():
        yield replayer.replayed(stored)


class Replayer:
    """Replays records of one register; an agreement is put together once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._agreements: dict[tuple[str, str], Agreement] = {}
        # Without the key (it can be destroyed for good) all but the commitment is compared.
        self._key = commitment_key(folder) if (folder / COMMITMENTS).exists() else None

    def replayed(self, stored: Stored) -> Replayed:
        """Decide a record again. Raises as `replay`."""
        record = stored.record
        try:
            content = archive.read_case(self.folder, record.fact_digest)
            if content is None:
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

    def _decision(self, record: Record, content: bytes) -> Decision:
        agreement = self._agreement(record.agreement_digest, record.rules_digest)
        evidence = tuple(Evidence(*one) for one in record.evidence)
        untyped = next(
            (one for one in read_facts(content, "the kept fact") if _position(one) == record.position), None
        )
        if untyped is None:
            raise ArchiveBroken(f"the kept fact has nothing at {record.position}")
        return decide(agreement, type_fact(untyped, agreement.schemas, evidence), now=record.as_of)

    def _agreement(self, digest: str, rules_digest: str) -> Agreement:
        known = (digest, rules_digest)
        if known not in self._agreements:
            self._agreements[known] = rebuilt(self.folder, digest, rules_digest)
        return self._agreements[known]

    def _compare(self, index: int, record: Record, decision: Decision) -> None:
        wanted = record.decision_part
        came_out = dict(decision_part(decision, self._key or bytes(COMMITMENT_KEY_BYTES)).members)
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
