"""How findings combine: the strictest wins, and what cannot be told never passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.language.outcome import Outcome
from isa_guard.model.decision import Verdict
from isa_guard.model.rule import Otherwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from isa_guard.model.decision import Finding, Obligation


_HARMLESS: Final = (Outcome.MET, Outcome.NOT_APPLICABLE)


def combined(findings: Iterable[Finding], obligations: Sequence[Obligation]) -> Verdict:
    """Answer the verdict (DESIGN 5.3): not-covered, refuse, refer, then permit, with what it obliges to."""
    worst = {stopping(finding) for finding in findings if finding.outcome not in _HARMLESS}
    for otherwise, verdict in (
        (Otherwise.NOT_COVERED, Verdict.NOT_COVERED),
        (Otherwise.REFUSE, Verdict.REFUSE),
        (Otherwise.REFER, Verdict.REFER),
    ):
        if otherwise in worst:
            return verdict
    dispensed = any(finding.dispensation for finding in findings)
    return Verdict.PERMIT_WITH_OBLIGATIONS if obligations or dispensed else Verdict.PERMIT


def stopping(finding: Finding) -> Otherwise | None:
    """Answer what a finding leads to, or None where it stops nothing.

    A binding rule that cannot be told is a person's to decide, whatever it would lead to if it were not met.
    """
    otherwise = finding.rule.otherwise
    if otherwise is Otherwise.ADVISE or finding.dispensation is not None:
        return None
    if finding.outcome is Outcome.NOT_MET:
        return otherwise
    return Otherwise.REFER if finding.outcome is Outcome.CANNOT_TELL else None
