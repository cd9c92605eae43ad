"""Each event of one kind has no event of another before it: as `expectation`, in sixteen bytes for each that is in order.

Nearly every event is in order, and none is settled before the log is known: a line that belongs before it may still come.
So an event whose key has no answer yet is kept as its time and place alone. In a log that is in order of time every
departure is seen as it is read, with all that its messages read; in one that is not, those that a later line makes a
departure show their key and time alone.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from isa_guard.decide.logs.expectation import ExpectationState, Open
from isa_guard.model.log import LogPlace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isa_guard.decide.logs.expectation import Key
    from isa_guard.decide.logs.judgement import Judgement, Span
    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import Expectation, LogRule

LINES: Final = 1 << 40  # more than any file has; a place is file * LINES + line


class AbsenceState:
    """What is known of one rule that something must never have been before."""

    def __init__(self, rule: LogRule, pattern: Expectation, met: Callable[[int], None]) -> None:
        self.pattern = pattern
        self.count_met = met
        self.known = ExpectationState(rule, pattern, met)
        self.quiet: dict[Key, tuple[array[int], array[int]]] = {}

    def trigger(self, event: LogEvent) -> None:
        """Read an event that may be one the rule is about."""
        known = self.known
        known.trigger(event)
        # At most this one is without an answer that its key knows of: all before it were put by.
        while known.fresh:
            key = known.fresh.pop()
            if key in known.certain or key in known.possible:
                continue
            (one,) = known.open.pop(key)
            times, places = self.quiet.setdefault(key, (array("q"), array("q")))
            times.append(one.at)
            places.append(one.place.file * LINES + one.place.line)

    def answer(self, event: LogEvent) -> None:
        """Read an event that may be what must not be."""
        self.known.answer(event)

    def settle(self, span: Span) -> Iterator[Judgement]:
        """Answer every outcome but those met, which are counted."""
        for key, (times, places) in self.quiet.items():
            answers = self.known.certain.get(key, []) + self.known.possible.get(key, [])
            if not answers:
                for at in times:
                    self.count_met(at)
                continue
            shown = dict(zip(self.pattern.by, key, strict=True))
            for at, place in zip(times, places, strict=True):
                spot = LogPlace(*divmod(place, LINES))
                self.known.open[key].append(Open(at, spot, at, {**shown, "at": at}))
        yield from self.known.settle(span)
