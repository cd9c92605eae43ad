"""The clocks of what permitted decisions oblige people to, until it is done or a holding takes its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.register.records.clock import read_instant
from isa_guard.register.records.statement import DecisionRecord
from isa_guard.review.clocks.clock import Clock, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from isa_guard.model.act import Matter
    from isa_guard.model.agreement import Agreement
    from isa_guard.register.strict_json import Json
    from isa_guard.register.verify import Stored

MARK: Final = b'"verdict":"permit-with-obligations"'


def obligation_clocks(
    records: Sequence[Stored], agreements: Sequence[Agreement], held: Sequence[Matter]
) -> Iterator[Clock]:
    """Answer a clock for each duty that has a day. One whose information is noted as a holding runs there, and not twice."""
    by_version = {(one.id, one.version): one for one in agreements}
    facts = {one.opened.code("fact") for one in held}
    replaced = {one.record.standing.supersedes for one in records}
    for stored in records:
        record = stored.record
        if not isinstance(record, DecisionRecord) or record.fact_digest in facts:
            continue
        if record.standing.id in replaced:
            continue
        agreement = by_version.get((record.agreement, record.version))
        duties = record.decision_part.get("obligations")
        for duty in duties if isinstance(duties, list) else ():
            if isinstance(duty, dict) and duty.get("due") is not None:
                yield _clock(stored.index, record, duty, agreement)


def _clock(
    index: int, record: DecisionRecord, duty: Mapping[str, Json], agreement: Agreement | None
) -> Clock:
    rule, number, clauses = str(duty["rule"]), duty["duty"], duty.get("clauses")
    found = next((one for one in agreement.rules if one.id == rule), None) if agreement else None
    known = found is not None and isinstance(number, int) and number < len(found.duties)
    does = (
        found.duties[number].do
        if known and found is not None and isinstance(number, int)
        else "what the rule obliges to"
    )
    where = ", ".join(map(str, clauses)) if isinstance(clauses, list) else ""
    return Clock(
        Kind.OBLIGATION,
        f"record {index}",
        record.standing.id,
        "it was permitted",
        record.as_of,
        does,
        read_instant(duty["due"]),
        f"{record.agreement} {record.version}, clause {where} ({rule})",
        note="note what came with `isa-guard holding receive --fact`, and its clock takes this one's place",
    )
