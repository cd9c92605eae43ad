"""An audit as GitLab's Code Quality JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.report.audits.results import results
from isa_guard.report.gitlab import document

if TYPE_CHECKING:
    from isa_guard.model.audit import Audit


def render(audit: Audit) -> str:
    """Answer the report, one JSON array ending in a newline."""
    return document(results(audit))
