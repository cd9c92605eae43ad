"""The words in which every report speaks: plain British English, the same everywhere."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING, Final

from isa_guard.language.outcome import Outcome
from isa_guard.language.types import DATE, TIMESTAMP, List, Record
from isa_guard.language.values import from_date, from_datetime, text
from isa_guard.model.decision import Verdict
from isa_guard.model.facts import FactKind
from isa_guard.uk.periods import in_london

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from isa_guard.language.types import Type
    from isa_guard.model.agreement import Clause
    from isa_guard.model.decision import Decision, Finding

VERDICTS: Final = {
    Verdict.PERMIT: "PERMITTED",
    Verdict.PERMIT_WITH_OBLIGATIONS: "PERMITTED, with obligations",
    Verdict.REFER: "REFER to a person",
    Verdict.REFUSE: "REFUSED",
    Verdict.NOT_COVERED: "NOT COVERED by the agreement",
}
# What has happened already is not permitted or refused: it was in order or it was not.
VERDICTS_OF_THE_PAST: Final = {
    Verdict.PERMIT: "IN ORDER",
    Verdict.PERMIT_WITH_OBLIGATIONS: "IN ORDER so far, with obligations",
    Verdict.REFER: "REFER to a person",
    Verdict.REFUSE: "NOT IN ORDER",
    Verdict.NOT_COVERED: "NOT COVERED by the agreement",
}
OUTCOMES: Final = {
    Outcome.MET: "met",
    Outcome.NOT_MET: "not met",
    Outcome.CANNOT_TELL: "cannot tell yet",
    Outcome.NOT_APPLICABLE: "not applicable",
}


def verdict_words(decision: Decision) -> str:
    """Answer the verdict as people say it of this kind of fact."""
    ahead = decision.fact.kind in {FactKind.TRANSFER, FactKind.EXPORT}
    return (VERDICTS if ahead else VERDICTS_OF_THE_PAST)[decision.verdict]


def instant(moment: datetime) -> str:
    """Answer an instant as people in London read it: to the minute, the last of a day as its end."""
    local = in_london(moment)
    if local.time() == time.max:
        return f"the end of {text(from_date(local.date()), DATE)}"
    return text(from_datetime(moment.replace(second=0, microsecond=0)), TIMESTAMP)


def clause_numbers(clauses: Iterable[Clause]) -> str:
    """Answer "clause 4.21" or "clauses 4.12, 7.3"."""
    numbers = [clause.number for clause in clauses]
    return f"clause{'s' if len(numbers) > 1 else ''} {', '.join(numbers)}"


def needs(finding: Finding) -> str:
    """Answer why a finding cannot be told, in one phrase; empty where it can."""
    if finding.outcome is not Outcome.CANNOT_TELL:
        return ""
    if finding.missing:
        return f"not given: {', '.join(finding.missing)}"
    if finding.asserted:
        why = f" ({finding.cause})" if finding.cause else ""
        return f"asserted, but not evidenced: {', '.join(finding.asserted)}{why}"
    return finding.cause


def field_doc(record: Record, dotted: str) -> str:
    """Answer what the schema says of a field such as `transfer.recipients[0].post`; empty where it has none."""
    kind: Type = record
    doc = ""
    for step in dotted.split(".")[1:]:
        while isinstance(kind, List):
            kind = kind.element
        field = kind.field(step.partition("[")[0]) if isinstance(kind, Record) else None
        if field is None:
            return ""
        kind, doc = field.type, field.doc
    return doc


def counts(findings: Iterable[Finding]) -> str:
    """Answer "35 rules: 20 met, 1 not met, ..." with the parts that are not nought."""
    tally = dict.fromkeys(OUTCOMES, 0)
    for finding in findings:
        tally[finding.outcome] += 1
    total = sum(tally.values())
    parts = [f"{number} {OUTCOMES[outcome]}" for outcome, number in tally.items() if number]
    return f"{total} rule{'' if total == 1 else 's'}: {', '.join(parts)}"
