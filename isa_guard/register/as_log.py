"""A register as a log: one flat object for each record, for the ready log map `isa-guard-register`.

A record commits to the sender's reference and does not hold it. Where the case is kept, its own document says the
reference, so that other logs which name it can be held against the decision; where it has been erased, nothing does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import LoadError
from isa_guard.load.facts import read_facts, step_to
from isa_guard.register.records.clock import instant
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.register.stores.store import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.register.stores.store import Store
    from isa_guard.register.strict_json import Json
    from isa_guard.register.verify import Stored


def log_line(stored: Stored, store: Store) -> Mapping[str, Json]:
    """Answer what a log says of a record: when, what, under which agreement, between whom, by whose key."""
    record = stored.record
    standing = record.standing
    line: dict[str, Json] = {
        "index": stored.index,
        "id": standing.id,
        "time": instant(standing.decided_at),
        "operator": standing.operator,
        "supersedes": standing.supersedes,
    }
    if not isinstance(record, DecisionRecord):
        return {**line, "kind": record.event.KIND}
    part = record.decision_part
    agreement, parties, findings = part.get("agreement"), part.get("parties"), part.get("findings")
    line |= {
        "kind": part.get("kind"),
        "verdict": record.decision,
        "findings": len(findings) if isinstance(findings, list) else None,
        "purpose": part.get("purpose"),
        "reference": _reference(record, store),
    }
    if isinstance(agreement, dict):
        line |= {"agreement": agreement.get("id"), "version": agreement.get("version")}
    if isinstance(parties, dict):
        line |= {"from": parties.get("from"), "to": parties.get("to")}
    return {name: value for name, value in line.items() if value is not None}


def _reference(record: DecisionRecord, store: Store) -> str | None:
    content = store.blob(Shelf.CASES, record.fact_digest)
    if content is None:
        return None
    try:
        facts = read_facts(content, "the kept fact")
    except LoadError:  # of a form that this isa-guard no longer reads
        return None
    for one in facts:
        if f"{one.document.number}#{''.join(f'/{step}' for step in one.at)}" == record.position:
            found = step_to(one.document.data, (*one.at, one.kind.value, "reference"))
            return found if isinstance(found, str) else None
    return None
