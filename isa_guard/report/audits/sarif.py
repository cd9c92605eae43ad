"""An audit as SARIF 2.1.0."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.report.audits.results import results
from isa_guard.report.sarif import document

if TYPE_CHECKING:
    from isa_guard.model.audit import Audit


def render(audit: Audit) -> str:
    """Answer the report, one JSON object ending in a newline."""
    return document(results(audit), audit.exit_code, whole=not audit.refused)
