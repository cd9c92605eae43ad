"""`isa-guard explain --cost LOG...`: what each rule costs on these logs."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final

from isa_guard.errors import LoadError, Place, Problem
from isa_guard.model.log import LogEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from isa_guard.cli.settings import Settings

LIMIT: Final = 200_000  # events, held in memory: enough to tell what is dear


def cost_table(logs: Sequence[str], maps: Sequence[str], settings: Settings) -> str:
    """Answer the table. Raises LoadError where the logs hold no event."""
    from isa_guard.audit.lines.merged import merged
    from isa_guard.audit.rows.cost import costs
    from isa_guard.cli.auditing import Auditing

    now = datetime.now(UTC)
    work = Auditing(settings, now, None, 1, maps)
    lines = merged(work.readings(work.logs(logs)))
    events = list(islice((line for line in lines if isinstance(line, LogEvent)), LIMIT))
    if not events:
        raise LoadError((Problem("there is no event in these logs", Place(logs[0]), "", "empty"),))
    found = costs(work.versions.agreements[-1], events, now, time.process_time_ns)
    total = sum(one.nanoseconds for one in found) or 1
    rows = [f"{'rule':<34}{'outcomes':>10}{'ns an event':>13}{'share':>8}"]
    rows += [
        f"{one.rule:<34}{one.judged:>10,}{one.nanoseconds / len(events):>13,.0f}{one.nanoseconds / total:>8.0%}"
        for one in found
    ]
    each = total / len(events) / 1_000
    rows.append(
        f"{len(events):,} events, {len(found)} rules, {each:,.1f} µs an event for all of them, one by one"
    )
    return "\n".join(rows)
