"""An audit as JSON for programs: `isa-guard/audit/1`. Keys are in a fixed order; a new key may be added."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from isa_guard.language.values import to_datetime
from isa_guard.report.audits.results import fingerprint
from isa_guard.report.audits.words import verdict_words, why
from isa_guard.version import __version__

if TYPE_CHECKING:
    from datetime import datetime

    from isa_guard.model.audit import Audit, Counts, LogFinding, Tally
    from isa_guard.model.log import FileRead, LogPlace, Rejected

FORMAT: Final = "isa-guard/audit/1"
Json = dict[str, object]


def render(audit: Audit) -> str:
    """Answer the report, one JSON object ending in a newline."""
    return json.dumps(as_data(audit), indent=2, ensure_ascii=False) + "\n"


def as_data(audit: Audit) -> Json:
    """Answer the report as plain data."""
    return {
        "format": FORMAT,
        "tool": {"name": "isa-guard", "version": __version__, "engine": audit.engine},
        "exit_code": audit.exit_code,
        "in_words": verdict_words(audit),
        "agreements": [
            {"id": one.id, "version": one.version, "sha256": one.digest, "rules_sha256": one.rules_digest}
            for one in audit.agreements
        ],
        "as_of": _instant(audit.now),
        "begin": _at(audit.begin),
        "end": _at(audit.end),
        "files": [_file(one) for one in audit.files],
        "rejected": [_rejected(one, audit) for one in audit.rejected],
        "rules": [_tally(one) for one in audit.tallies],
        "findings": [_finding(one, audit) for one in audit.findings],
    }


def _file(one: FileRead) -> Json:
    return {
        "name": one.name,
        "mapping": one.mapping,
        "sha256": one.sha256,
        "octets": one.octets,
        "lines": one.lines,
        "audited": one.audited,
        "rejected": one.rejected,
        "blank": one.blank,
    }


def _tally(tally: Tally) -> Json:
    return {
        "rule": tally.rule.id,
        "title": tally.rule.title,
        "agreement": f"{tally.agreement.id} {tally.agreement.version}",
        "otherwise": tally.rule.otherwise.value,
        "clauses": [clause.number for clause in tally.clauses],
        **_counts(tally.counts),
        "months": {month: _counts(counts) for month, counts in tally.months.items()},
    }


def _counts(counts: Counts) -> Json:
    return {"looked_at": counts.looked_at, **counts._asdict()}


def _finding(one: LogFinding, audit: Audit) -> Json:
    return {
        "rule": one.rule.id,
        "outcome": one.outcome.value,
        "clauses": [clause.number for clause in one.clauses],
        "at": _at(one.at),
        "lines": [_place(place, audit) for place in one.places],
        "seen": one.seen,
        "needs": why(one),
        "missing": list(one.missing),
        "satisfy": one.satisfy,
        "dispensation": one.dispensed or None,
        "readings": [reading.id for reading in one.agreement.readings_of(one.rule.id)],
        "fingerprint": fingerprint(one, audit),
    }


def _rejected(one: Rejected, audit: Audit) -> Json:
    return {**_place(one.place, audit), "fault": one.fault.value, "column": one.column or None}


def _place(place: LogPlace, audit: Audit) -> Json:
    return {"file": audit.files[place.file].name, "line": place.line}


def _at(at: int | None) -> str | None:
    return None if at is None else _instant(to_datetime(at))


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
