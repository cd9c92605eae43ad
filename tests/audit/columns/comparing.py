"""One log held to one agreement by both engines, and what they say side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from isa_guard.audit.columns.engine import ColumnsAudit
from isa_guard.audit.rows.engine import RowsAudit
from isa_guard.model.agreement import Agreement, Versions
from isa_guard.model.audit import Audit
from isa_guard.model.log import Blank, LogEvent, Rejected

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
Line = LogEvent | Rejected | Blank


def by_rows(versions: Versions, log: Iterable[Line], until: int | None = None, limit: int = 1_000) -> Audit:
    audit = RowsAudit(versions, NOW, limit)
    audit.read(log)
    return audit.finished((), until)


def by_columns(
    versions: Versions, log: Iterable[Line], until: int | None = None, limit: int = 1_000
) -> Audit:
    with ColumnsAudit(versions, NOW, limit, threads=1) as audit:
        audit.read(log)
        return audit.finished((), until)


def told(audit: Audit) -> dict[str, Any]:
    """What must be equal, in a form that shows where it is not. Of further lines that prove an outcome, there may be fewer."""
    return {
        "span": (audit.begin, audit.end),
        "tallies": [(one.agreement.version, one.rule.id, one.counts, dict(one.months)) for one in audit.tallies],
        "findings": sorted(
            (one.rule.id, one.outcome, one.at, one.places[0], one.seen, one.satisfy, one.missing, one.cause, one.dispensed)
            for one in audit.findings
        ),
        "rejected": audit.rejected,
    }  # fmt: skip


def agree(versions: Versions, log: Sequence[Line], until: int | None = None, limit: int = 1_000) -> Audit:
    """Hold a log by both engines, and answer the audit once they agree."""
    expected = by_rows(versions, log, until, limit)
    found = by_columns(versions, log, until, limit)
    assert told(found) == told(expected)
    return found


def versions_of(*agreements: Agreement) -> Versions:
    return Versions(agreements)


def together(agreements: dict[str, Agreement]) -> Agreement:
    """One agreement with the rule over logs of each."""
    first = next(iter(agreements.values()))
    rules = tuple(replace(one.log_rules[0], id=f"test/{name}") for name, one in agreements.items())
    return replace(first, log_rules=rules)
