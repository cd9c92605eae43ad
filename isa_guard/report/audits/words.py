"""The words in which every report on an audit speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.language.outcome import Outcome
from isa_guard.language.values import day_text, from_date, to_datetime
from isa_guard.model.audit import Counts
from isa_guard.model.log import Fault
from isa_guard.model.rule import Otherwise
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.model.audit import Audit, LogFinding, Tally
    from isa_guard.model.log import LogPlace, Rejected

FAULTS: Final[Mapping[Fault, str]] = {
    Fault.BROKEN: "is not of the form that the file has",
    Fault.ENCODING: "is not UTF-8 text",
    Fault.NOT_A_RECORD: "is no record",
    Fault.DUPLICATE_KEY: "names one column twice",
    Fault.MISSING: "lacks a column that every line must hold",
    Fault.UNKNOWN: "holds a column that the mapping does not know",
    Fault.WRONG_TYPE: "holds a value of another type than its column has",
    Fault.TIME: "has no time that can be read",
    Fault.UNMAPPED: "holds a value for which the mapping has no word",
    Fault.NO_VALUE: "gives no value where the mapping needs one",
    Fault.TOO_LONG: "is too long",
}


def verdict_words(audit: Audit) -> str:
    """Answer what came of an audit, in a few words."""
    if not audit.audited:
        return "NOTHING WAS AUDITED"
    if audit.refused > audit.tolerated:
        return "NOT WHOLE: lines could not be read"
    words = {0: "IN ORDER", 1: "NOT IN ORDER", 3: "REFER to a person"}
    return words.get(audit.exit_code, "NOTHING WAS AUDITED")


def number(count: int, what: str) -> str:
    """Answer "1 event", "12,000 events"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def span(audit: Audit) -> str:
    """Answer "from Thu 1 Jan 2026 to Tue 31 Mar 2026"; empty for an audit of nothing."""
    if audit.begin is None or audit.end is None:
        return ""
    begin, end = _day(audit.begin), _day(audit.end)
    return f"on {begin}" if begin == end else f"from {begin} to {end}"


def _day(at: int) -> str:
    return day_text(from_date(london_day(to_datetime(at))))


def where(place: LogPlace, audit: Audit) -> str:
    """Answer "access.csv:12"."""
    return f"{audit.files[place.file].name}:{place.line}"


def counted(counts: Counts) -> str:
    """Answer "2 not met, 1 cannot tell yet, 11 met" without the parts that are nought."""
    parts = [
        (counts.not_met - counts.dispensed, "not met"),
        (counts.dispensed, "not met under a dispensation"),
        (counts.cannot_tell, "cannot tell yet"),
        (counts.met, "met"),
    ]
    return ", ".join(f"{many:,} {words}" for many, words in parts if many) or "nothing to judge"


def why(finding: LogFinding) -> str:
    """Answer why a finding cannot be told, in one phrase; empty where it can."""
    if finding.outcome is not Outcome.CANNOT_TELL:
        return ""
    return f"not given: {', '.join(finding.missing)}" if finding.missing else finding.cause


def fault_words(rejected: Rejected) -> str:
    """Answer what is wrong with a line, without what stands in it."""
    column = f" ({rejected.column})" if rejected.column else ""
    return FAULTS[rejected.fault] + column


def departs(tally: Tally) -> bool:
    """Answer whether a rule was not met somewhere without leave."""
    return tally.counts.not_met > tally.counts.dispensed


def stops(tally: Tally) -> bool:
    """Answer whether what was not met is more than advice."""
    return departs(tally) and tally.rule.otherwise is not Otherwise.ADVISE


def months(tallies: Iterable[Tally]) -> Mapping[str, Counts]:
    """Answer what all rules came to, month by month, in order."""
    found: dict[str, Counts] = {}
    for tally in tallies:
        for month, counts in tally.months.items():
            found[month] = found.get(month, Counts()).plus(counts)
    return dict(sorted(found.items()))
