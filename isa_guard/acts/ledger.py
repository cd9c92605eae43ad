"""Every act in a register, in its order. All lists of open requests, clocks, breaches and disposals are read off it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError
from isa_guard.frozen import dataclass
from isa_guard.load.acts import read_said
from isa_guard.model.act import Matter, Standing
from isa_guard.model.act_fields import FORMS
from isa_guard.register.faults import ArchiveBroken
from isa_guard.register.records.act_event import ActEvent
from isa_guard.register.records.statement import EventRecord
from isa_guard.register.sift import NOTHING, Sifted, sift
from isa_guard.register.stores.store import Shelf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.language.values import Value
    from isa_guard.model.act import Act, Action, MatterKind
    from isa_guard.register.stores.store import Log
    from isa_guard.register.trust_roots.trust_root import TrustRoot


MARK: Final = f'"kind":"{ActEvent.KIND}"'.encode()


@dataclass(frozen=True, slots=True)
class Ledger:
    """Acts in the order of the register, whose name is `origin`."""

    origin: str
    acts: tuple[Standing, ...]

    def opened(self, action: Action) -> tuple[Standing, ...]:
        """Answer the acts of one kind."""
        return tuple(one for one in self.acts if one.act.action is action)

    def matter(self, act_id: str) -> Matter:
        """Answer the matter that an act opened, by the id of that act, which the register must have."""
        return Matter(tuple(one for one in self.acts if one.act.matter == act_id))

    def matters(self, kind: MatterKind) -> tuple[Matter, ...]:
        """Answer every matter of a kind, in the order in which they were opened."""
        found: dict[str, list[Standing]] = {}
        for one in self.acts:
            form = FORMS[one.act.action]
            if form.opens and kind in form.matters:
                found[one.act.matter] = [one]
            elif one.act.matter in found:
                found[one.act.matter].append(one)
        return tuple(Matter(tuple(acts)) for acts in found.values())


def read_ledger(log: Log, trust: TrustRoot, against: Iterable[bytes] = ()) -> Ledger:
    """Answer the acts of a register that verifies as a whole. Raises RegisterBroken, HeadsContradict, Untrusted."""
    return ledger_from(log, trust, against, NOTHING)[0]


def ledger_from(log: Log, trust: TrustRoot, against: Iterable[bytes], noted: Sifted) -> tuple[Ledger, Sifted]:
    """Answer as `read_ledger`, going on from what was noted, and what to note now.

    An act that stands there twice counts once: whoever keeps the register cannot make a person act again.
    """
    records, now = sift(log, trust, (MARK,), against, noted)
    found: dict[str, Standing] = {}
    for stored in records:
        record = stored.record
        if not isinstance(record, EventRecord) or not isinstance(record.event, ActEvent):
            continue
        act = record.event.act
        grant = trust.person(record.event.key_id, stored.index)
        assert grant is not None  # sifting has checked it
        assert grant.person is not None
        standing = Standing(stored.index, record.standing.decided_at, act, grant.person, _words(log, act))
        found.setdefault(act.id, standing)
    return Ledger(trust.origin, tuple(found.values())), now


def _words(log: Log, act: Act) -> Mapping[str, Value] | None:
    """Answer what an act says in words, None where its document was erased. Raises ArchiveBroken where it is another."""
    content = log.blob(Shelf.CASES, act.document)
    if content is None:
        return None
    try:
        told = read_said(content, "the document of an act")
    except LoadError as error:
        raise ArchiveBroken(f"the document of act {act.id} cannot be read: {error}") from None
    if told.codes != act.values:
        raise ArchiveBroken(f"the document of act {act.id} says something else than its record")
    return told.words
