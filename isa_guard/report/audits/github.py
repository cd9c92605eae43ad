"""An audit as workflow commands of GitHub Actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.report.audits.results import results
from isa_guard.report.audits.words import number, span, verdict_words
from isa_guard.report.github import command, data
from isa_guard.report.visible import visible

if TYPE_CHECKING:
    from isa_guard.model.audit import Audit


def render(audit: Audit) -> str:
    """Answer the commands, and a line on the whole, ending in a newline."""
    whole = f"{verdict_words(audit)}: {number(audit.audited, 'event')} {span(audit)}"
    return visible("\n".join([*(command(one) for one in results(audit)), data(whole)]) + "\n")
