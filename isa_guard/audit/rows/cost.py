"""What each rule of an agreement costs on a log: every rule alone over the same events, timed.

One innocent rule on a text can cost as much as all others together; this tells which.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from isa_guard.decide.logs.between import BetweenEvents
from isa_guard.decide.logs.each import EachEvent
from isa_guard.frozen import dataclass
from isa_guard.model.facts import FactKind

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from isa_guard.model.agreement import Agreement
    from isa_guard.model.log import LogEvent

    Clock = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Cost:
    """One rule: how many outcomes it came to, and the nanoseconds it took over all events."""

    rule: str
    title: str
    judged: int
    nanoseconds: int


def costs(agreement: Agreement, events: Sequence[LogEvent], now: datetime, clock: Clock) -> tuple[Cost, ...]:
    """Answer the cost of every rule, dearest first. `clock` answers nanoseconds of this process."""
    found = [
        _each(agreement, rule.id, events, now, clock) for rule in agreement.rules if rule.on is FactKind.EVENT
    ]
    for rule in agreement.log_rules:
        started = clock()
        between = BetweenEvents((rule,))
        for event in events:
            between.judge(event)
        for _ in between.settle(None):
            pass
        taken = clock() - started
        judged = sum(outcomes.total() for outcomes in between.tally().values())
        found.append(Cost(rule.id, rule.title, judged, taken))
    return tuple(sorted(found, key=lambda one: -one.nanoseconds))


def _each(
    agreement: Agreement, rule_id: str, events: Sequence[LogEvent], now: datetime, clock: Clock
) -> Cost:
    alone = replace(agreement, rules=tuple(rule for rule in agreement.rules if rule.id == rule_id))
    each = EachEvent(alone, now, lambda *_: None)
    started = clock()
    for event in events:
        each.judge(event)
    taken = clock() - started
    judged = sum(outcomes.total() for outcomes in each.tally().values())
    return Cost(rule_id, alone.rules[0].title, judged, taken)
