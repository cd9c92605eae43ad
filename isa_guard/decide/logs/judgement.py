"""One outcome of a rule over a log, with the lines that prove it, and the span of the log it was judged in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from isa_guard.language.template import fill

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.outcome import Outcome
    from isa_guard.language.template import Template
    from isa_guard.language.values import Value
    from isa_guard.model.log import LogEvent, LogPlace
    from isa_guard.model.log_rule import LogRule

# Why an outcome cannot be told, in words for people.
NOT_DUE = "not due yet where the log ends"
BEFORE_THE_LOG = "what would meet it may lie before the log begins"
POSSIBLE = "an event that would decide it does not say enough"


class Span(NamedTuple):
    """The instants of the first and the last event; nothing is known of what lies outside."""

    begin: int
    end: int


class Judgement(NamedTuple):
    """An outcome on one event, or on one window or run of numbers that begins with it.

    `at` and `place` are the event's; `shown` those of its fields that the rule's messages read. `others` are
    further lines that prove the outcome: the answer, the rest of the window, the other end of a gap.
    `dispensed` names a dispensation that allowed the departure.
    """

    outcome: Outcome
    at: int
    place: LogPlace
    shown: Mapping[str, Value]
    others: tuple[LogPlace, ...] = ()
    missing: tuple[str, ...] = ()
    cause: str = ""
    limit: int | None = None
    found: int | None = None
    total: int | None = None
    dispensed: str = ""

    @property
    def judged(self) -> Mapping[str, Value]:
        """What messages read of it as `judged`; what there is not is absent."""
        extras = (("limit", self.limit), ("found", self.found), ("total", self.total))
        return {name: value for name, value in extras if value is not None}


def message(template: Template, judgement: Judgement) -> str:
    """Answer a rule's words for this judgement."""
    return fill(template, (judgement.shown, judgement.judged))


def shown_of(rule: LogRule, event: LogEvent) -> Mapping[str, Value]:
    """Answer the fields of an event that the rule's messages read."""
    values = event.values
    return {name: values[name] for name in rule.shows if name in values}


def key_of(by: tuple[str, ...], values: Mapping[str, Value]) -> tuple[Value, ...] | None:
    """Answer the values of the key's fields, or None where one is not given."""
    try:
        return tuple([values[name] for name in by])
    except KeyError:
        return None


def missing_of(by: tuple[str, ...], values: Mapping[str, Value]) -> tuple[str, ...]:
    """Answer the fields of the key that are not given."""
    return tuple(f"event.{name}" for name in by if name not in values)
