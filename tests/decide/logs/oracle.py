"""What rules over logs mean, written down once more: every pair of events is looked at, and nothing is clever.

Follows docs/design/audit.md line by line and shares no code with isa_guard.decide.logs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from isa_guard.language import exact
from isa_guard.language.exact import EvalError
from isa_guard.language.values import to_datetime
from isa_guard.model.log import LogEvent
from isa_guard.model.log_rule import Ceiling, Expectation, LogRule, Order, Selector, Wanted, Window
from isa_guard.model.log_rule import Sequence as Numbers
from isa_guard.uk.periods import Period, Unit

LONDON = ZoneInfo("Europe/London")
Told = tuple[str, int, int]  # outcome, instant, line


def judged(rule: LogRule, log: Sequence[LogEvent], until: int | None) -> Counter[Told]:
    """Every outcome but those met, by instant and line, and the number of those met under ("met", 0, 0)."""
    if not log:
        return Counter()
    begin, end = min(e.at for e in log), max(e.at for e in log)
    end = end if until is None else max(end, until)
    pattern = rule.pattern
    if isinstance(pattern, Expectation):
        return Counter(
            _flat(_expectation(pattern, e, log, begin, end)) for e in log if _concerns(pattern.trigger, e)
        )
    if isinstance(pattern, Ceiling):
        return _ceiling(pattern, log)
    return _sequence(pattern, log)


def _flat(told: Told) -> Told:
    return ("met", 0, 0) if told[0] == "met" else told


def _truth(selector: Selector, event: LogEvent) -> bool | None:
    value = exact.evaluate(selector.condition, {selector.variable: event.values})
    return None if isinstance(value, EvalError) else bool(value)


def _concerns(selector: Selector, event: LogEvent) -> bool:
    return _truth(selector, event) is not False


def _key(by: Sequence[str], event: LogEvent) -> tuple[object, ...] | None:
    return tuple(event.values[name] for name in by) if all(name in event.values for name in by) else None


def _limit(at: int, within: Period | None) -> float | None:
    if within is None:
        return float("inf")
    moment = to_datetime(at)
    if within.unit is Unit.HOURS:
        return at + within.amount * 3_600_000_000
    assert within.unit is Unit.DAYS  # the only units that the strategies draw
    local = moment.astimezone(LONDON).date() + timedelta(days=within.amount)
    last = datetime(local.year, local.month, local.day, 23, 59, 59, 999_999, tzinfo=LONDON)
    return (last.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _expectation(pattern: Expectation, e: LogEvent, log: Sequence[LogEvent], begin: int, end: int) -> Told:
    def told(outcome: str) -> Told:
        return outcome, e.at, e.place.line

    key = _key(pattern.by, e)
    if _truth(pattern.trigger, e) is None or key is None:
        return told("cannot-tell")

    def in_time(other: LogEvent) -> bool:
        if pattern.order is Order.AFTER:
            limit = _limit(e.at, pattern.within)
            return limit is not None and e.at <= other.at <= limit
        limit = _limit(other.at, pattern.within)
        return limit is not None and other.at <= e.at <= limit

    answers = [o for o in log if o is not e and _key(pattern.by, o) == key and in_time(o)]
    certain = any(_truth(pattern.answer, o) is True for o in answers)
    possible = any(_truth(pattern.answer, o) is None for o in answers)
    expected = pattern.wanted is Wanted.EXPECT
    if certain:
        return told("met" if expected else "not-met")
    if possible:
        return told("cannot-tell")
    limit = _limit(e.at, pattern.within)
    if pattern.order is Order.AFTER and pattern.within is not None and limit is not None and limit > end:
        return told("cannot-tell")
    if expected and pattern.order is Order.BEFORE and pattern.within is not None:
        reach = _limit(begin, pattern.within)
        if reach is not None and e.at <= reach:
            return told("cannot-tell")
    return told("not-met" if expected else "met")


def _window(at: int, per: Window) -> object:
    local = to_datetime(at).astimezone(LONDON)
    named: dict[Window, Callable[[], object]] = {
        Window.HOUR: lambda: (local.date(), local.hour, local.utcoffset()),
        Window.DAY: local.date,
        Window.WEEK: lambda: local.isocalendar()[:2],
        Window.MONTH: lambda: (local.year, local.month),
    }
    return named[per]()


def _ceiling(pattern: Ceiling, log: Sequence[LogEvent]) -> Counter[Told]:
    found: Counter[Told] = Counter()
    windows: defaultdict[object, list[LogEvent]] = defaultdict(list)
    for e in log:
        truth, key = _truth(pattern.trigger, e), _key(pattern.by, e)
        if truth is False:
            continue
        if truth is None or key is None:
            found["cannot-tell", e.at, e.place.line] += 1
        else:
            windows[key, _window(e.at, pattern.per)].append(e)
    for events in windows.values():
        amounts = [1 if pattern.summed is None else e.values.get(pattern.summed) for e in events]
        total = sum(a for a in amounts if isinstance(a, int))
        first = min(events, key=lambda e: (e.at, e.place))
        if total > pattern.at_most:
            found["not-met", first.at, first.place.line] += 1
        elif None in amounts:
            found["cannot-tell", first.at, first.place.line] += 1
        else:
            found["met", 0, 0] += 1
    return found


def _sequence(pattern: Numbers, log: Sequence[LogEvent]) -> Counter[Told]:
    """By numbers alone: which line of two with one number is the second depends on the order of reading."""
    found: Counter[Told] = Counter()
    numbers: defaultdict[object, Counter[int]] = defaultdict(Counter)
    for e in log:
        truth = True if pattern.trigger is None else _truth(pattern.trigger, e)
        key, number = _key(pattern.by, e), e.values.get(pattern.number)
        if truth is False:
            continue
        if truth is None or key is None or not isinstance(number, int):
            found["cannot-tell", e.at, e.place.line] += 1
        else:
            numbers[key][number] += 1
    for counted in numbers.values():
        seen = sorted(counted)
        found["met", 0, 0] += len(seen)
        found["not-met", 0, 0] += sum(counted.values()) - len(seen)
        found["not-met", 0, 0] += sum(b - a > 1 for a, b in pairwise(seen))
    return +found
