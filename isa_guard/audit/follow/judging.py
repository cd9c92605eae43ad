"""Holds events against every version of the agreement while the logs grow, each event under the version of its day."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, assert_never

from isa_guard.audit.follow.ceilings import Ceilings
from isa_guard.audit.follow.entries import Ref
from isa_guard.audit.follow.expectations import Expected
from isa_guard.audit.follow.sequences import Sequences
from isa_guard.decide.decide import variables_for
from isa_guard.decide.logs.each import EachEvent
from isa_guard.decide.logs.judgement import Span
from isa_guard.decide.logs.windows import HOUR
from isa_guard.language.values import to_datetime
from isa_guard.model.facts import FactKind
from isa_guard.model.log_rule import Ceiling, Expectation, Sequence
from isa_guard.uk.periods import london_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from isa_guard.audit.follow.entries import Book
    from isa_guard.decide.logs.judgement import Judgement
    from isa_guard.model.agreement import Agreement, Versions
    from isa_guard.model.audit import AnyRule
    from isa_guard.model.log import LogEvent
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.rule import Rule

Between: TypeAlias = Expected | Ceilings | Sequences
Reads: TypeAlias = "Callable[[LogEvent], None]"


class Part:
    """One version of the agreement: its rules about single events, and those between events with their rows."""

    def __init__(self, agreement: Agreement, book: Book, now: datetime, first: int) -> None:
        self.agreement = agreement
        self.book = book
        self.each = EachEvent(agreement, now, self._keep)
        rules: list[AnyRule] = [*self.each.rules, *agreement.log_rules]
        self.refs = tuple(
            Ref(number, rule, agreement, tuple(one.number for one in agreement.clauses_of(rule.id)))
            for number, rule in enumerate(rules, first)
        )
        self.numbered = {ref.rule.id: ref for ref in self.refs}
        self.between = tuple(_between(self.numbered[rule.id], rule, book) for rule in agreement.log_rules)

    def as_at(self, now: datetime) -> None:
        """Judge single events as at another moment from now on."""
        self.each.now = now
        self.each.clock = variables_for(self.agreement, FactKind.EVENT, {}, now)

    def _keep(self, rule: Rule, judgement: Judgement) -> None:
        self.book.judged(self.numbered[rule.id], judgement, *self.each.words(rule, judgement))


def _between(ref: Ref, rule: LogRule, book: Book) -> Between:
    pattern = rule.pattern
    match pattern:
        case Expectation():
            return Expected(ref, pattern, book)
        case Ceiling():
            return Ceilings(ref, pattern, book)
        case Sequence():
            return Sequences(ref, pattern, book)
        case _:
            assert_never(pattern)


class Judging:
    """All versions together."""

    def __init__(self, versions: Versions, book: Book, now: datetime) -> None:
        self.versions = versions
        self.book = book
        parts: list[Part] = []
        for agreement in versions.agreements:
            parts.append(Part(agreement, book, now, sum(len(part.refs) for part in parts)))
        self.parts = tuple(parts)
        self.begin: int | None = book.state.meta("begin")
        self.end: int | None = book.state.meta("end")
        self._kept = self.begin, self.end
        self._by_hour: dict[int, int] = {}
        self._readers: dict[tuple[int, object], tuple[Reads, ...]] = {}

    def read(self, event: LogEvent) -> None:
        """Hold one event against the version of its day; it may answer an event of any other."""
        self._span(event.at)
        index = self._version_at(event.at)
        self.parts[index].each.judge(event)
        word = event.values.get("action")
        readers = self._readers.get((index, word))
        if readers is None:
            readers = self._readers[index, word] = tuple(self._reads(index, word))
        for read in readers:
            read(event)

    def settle(self, watermark: int) -> None:
        """Judge what the watermark has passed. To be called once for each batch, before it is committed."""
        for part in self.parts:
            part.each.counts.clear()  # what was met is nobody's to keep
        if self.begin is None or self.end is None:
            return
        span = Span(self.begin, max(self.end, watermark))
        for part in self.parts:
            for one in part.between:
                one.settle(span, watermark)
        if (self.begin, self.end) != self._kept:
            self._kept = self.begin, self.end
            self.book.state.keep("begin", self.begin)
            self.book.state.keep("end", self.end)

    def as_at(self, now: datetime) -> None:
        """Judge single events as at another moment from now on."""
        for part in self.parts:
            part.as_at(now)

    def _span(self, at: int) -> None:
        if self.end is None or at > self.end:
            self.end = at
        if self.begin is None:
            self.begin = at
        elif at < self.begin:
            for part in self.parts:
                for one in part.between:
                    if isinstance(one, Expected):
                        one.earlier(self.begin)
            self.begin = at

    def _version_at(self, at: int) -> int:
        if len(self.parts) == 1:
            return 0
        hour = at // HOUR
        if hour not in self._by_hour:
            agreement = self.versions.in_force(london_day(to_datetime(hour * HOUR)))
            found = (index for index, part in enumerate(self.parts) if part.agreement is agreement)
            self._by_hour[hour] = next(found)
        return self._by_hour[hour]

    def _reads(self, index: int, word: object) -> Iterator[Reads]:
        """Answer what reads the events of an action under one version; an event without an action is read by all."""
        for number, part in enumerate(self.parts):
            for one in part.between:
                if isinstance(one, Expected) and (word is None or word in one.pattern.answer.actions):
                    yield one.answer
                trigger = one.logic.pattern.trigger
                if number == index and (trigger is None or word is None or word in trigger.actions):
                    yield one.trigger
