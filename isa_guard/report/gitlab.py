"""The report as GitLab's Code Quality JSON, shown in the merge request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from isa_guard.report.results import Gravity, results

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.report.results import Result
    from isa_guard.report.run import Run

SEVERITIES: Final = {Gravity.ERROR: "critical", Gravity.WARNING: "major", Gravity.NOTE: "info"}


def render(run: Run) -> str:
    """Answer the report, one JSON array ending in a newline."""
    return document(results(run))


def document(found: Sequence[Result]) -> str:
    """Answer the document of any results. GitLab asks for fingerprints that are unique."""
    seen: dict[str, int] = {}
    items = []
    for one in found:
        again = seen[one.fingerprint] = seen.get(one.fingerprint, -1) + 1
        items.append(
            {
                "description": one.message,
                "check_name": one.rule_id,
                "fingerprint": one.fingerprint if not again else f"{one.fingerprint}-{again}",
                "severity": SEVERITIES[one.gravity],
                "location": {"path": one.place.source, "lines": {"begin": max(one.place.line, 1)}},
            }
        )
    return json.dumps(items, indent=2, ensure_ascii=False) + "\n"
