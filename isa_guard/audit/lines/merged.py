"""Several logs read side by side, in the order of time, so that what waits for an answer waits no longer than it must."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from isa_guard.model.log import LogEvent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.audit.lines.found import Found
    from isa_guard.audit.lines.reading import Reading


def merged(readings: Sequence[Reading]) -> Iterator[Found]:
    """Answer the lines of all of them, each once; of logs that are in the order of time, in that order.

    Where two stand at the same time, that of the first log comes first. A log that is out of order stays as it is, and
    each of its lines counts as no earlier than those before it. What is no event comes right after the line before it.
    """
    if len(readings) == 1:
        return iter(readings[0])
    timed = [_timed(reading, number) for number, reading in enumerate(readings)]
    # The number differs between logs, so that two lines themselves are never compared.
    return (one for _, _, one in heapq.merge(*timed))


def _timed(reading: Reading, number: int) -> Iterator[tuple[int, int, Found]]:
    latest = 0
    for one in reading:
        if isinstance(one, LogEvent) and one.at > latest:
            latest = one.at
        yield latest, number, one
