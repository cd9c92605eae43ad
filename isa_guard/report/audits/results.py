"""What an audit found, as remarks on lines: for SARIF, GitHub and GitLab."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from isa_guard.errors import Place
from isa_guard.language.outcome import Outcome
from isa_guard.model.rule import Otherwise
from isa_guard.report.audits.words import fault_words, where, why
from isa_guard.report.results import Gravity, Result
from isa_guard.report.words import clause_numbers

if TYPE_CHECKING:
    from isa_guard.model.audit import Audit, LogFinding
    from isa_guard.model.log import LogPlace, Rejected


def results(audit: Audit) -> tuple[Result, ...]:
    """Answer every finding and every rejected line that the audit kept, in the order of their lines."""
    found = [_finding(one, audit) for one in audit.findings]
    return (*found, *(_rejected(one, audit) for one in audit.rejected))


def fingerprint(finding: LogFinding, audit: Audit) -> str:
    """Answer what stays the same when the same lines are audited again: rule, outcome, file and line."""
    place = finding.places[0]
    return _hashed(
        finding.rule.digest, finding.outcome.value, audit.files[place.file].sha256, str(place.line)
    )


def _hashed(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode(errors="surrogateescape")).hexdigest()


def gravity(finding: LogFinding) -> Gravity:
    """Answer how grave a finding is."""
    if finding.rule.otherwise is Otherwise.ADVISE or finding.dispensed:
        return Gravity.NOTE
    if finding.outcome is Outcome.CANNOT_TELL or finding.rule.otherwise is Otherwise.REFER:
        return Gravity.WARNING
    return Gravity.ERROR


def _place(place: LogPlace, audit: Audit) -> Place:
    return Place(audit.files[place.file].name, place.line)


def _finding(finding: LogFinding, audit: Audit) -> Result:
    parts = [f"{finding.rule.title} ({clause_numbers(finding.clauses)})", f"seen: {finding.seen}"]
    if why(finding):
        parts.append(why(finding))
    if finding.dispensed:
        parts.append(f"departed from under dispensation {finding.dispensed}")
    if finding.places[1:]:
        parts.append(f"see also {', '.join(where(place, audit) for place in finding.places[1:])}")
    parts.append(f"to satisfy: {finding.satisfy}")
    place = _place(finding.places[0], audit)
    return Result(
        finding.rule.id,
        finding.rule.title,
        gravity(finding),
        ". ".join(parts),
        place,
        fingerprint(finding, audit),
        finding.rule,
    )


def _rejected(one: Rejected, audit: Audit) -> Result:
    place = _place(one.place, audit)
    key = _hashed(one.fault.value, audit.files[one.place.file].sha256, str(one.place.line))
    gravity_ = Gravity.ERROR if audit.refused > audit.tolerated else Gravity.WARNING
    message = f"the line {fault_words(one)}"
    return Result(f"line/{one.fault.value}", "It could not be read", gravity_, message, place, key, None)
