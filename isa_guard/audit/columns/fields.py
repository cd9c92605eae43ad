"""The fields of an event that any rule of an audit reads, each with its type: the columns of the table of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.language.columns import Dialect, NotPrintable
from isa_guard.language.sql_dialects import Spelling
from isa_guard.language.syntax import Has, Name, OptionalSelect, Select, walk
from isa_guard.language.types import Record, Type
from isa_guard.model.facts import FactKind
from isa_guard.model.log_rule import Ceiling, Expectation, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from isa_guard.language.checker import Checked
    from isa_guard.language.syntax import Expr
    from isa_guard.language.template import Template
    from isa_guard.model.agreement import Agreement
    from isa_guard.model.log_rule import LogRule
    from isa_guard.model.rule import Rule

AT: Final = "at"
ALWAYS: Final = ("action",)
VARIES_BY: Final = ("category", "from", "to", "party", "holder")
VARIABLES: Final = frozenset({"event", "other"})


def fields_of(agreements: Iterable[Agreement]) -> dict[str, Type]:
    """Answer the fields that are read. Raises NotPrintable where two versions type one differently."""
    found: dict[str, Type] = {}
    for agreement in agreements:
        schema = agreement.schemas[FactKind.EVENT]
        for name in sorted({*ALWAYS, *_read(agreement)}):
            field = schema.field(name)
            if field is None:
                continue
            if isinstance(field.type, Record):
                raise NotPrintable(f"the record event.{name}")
            spelled = Spelling(Dialect.DUCKDB).type(field.type)
            if name in found and Spelling(Dialect.DUCKDB).type(found[name]) != spelled:
                raise NotPrintable(f"event.{name}, which has two types,")
            found.setdefault(name, field.type)
    return found


def column(name: str) -> str:
    """Answer the column of a field: it begins like no other column of the table, but that of the instant."""
    return '"at_"' if name == AT else f'"f_{name}"'


def _read(agreement: Agreement) -> Iterator[str]:
    for rule in agreement.rules:
        if rule.on is FactKind.EVENT:
            yield from _read_by_rule(rule)
    for one in agreement.dispensations:
        yield from _selected(one.scope)
    for log_rule in agreement.log_rules:
        yield from _read_by_log_rule(log_rule)
    if agreement.varied:
        yield from VARIES_BY


def _read_by_rule(rule: Rule) -> Iterator[str]:
    for checked in (rule.when, rule.require):
        if checked is not None:
            yield from _selected(checked)
    yield from _shown((rule.seen, rule.satisfy))


def _read_by_log_rule(rule: LogRule) -> Iterator[str]:
    yield from rule.shows
    yield from rule.pattern.by
    match rule.pattern:
        case Expectation(trigger=trigger, answer=answer):
            yield from _selected(trigger.condition)
            yield from _selected(answer.condition)
        case Ceiling(trigger=trigger, summed=summed):
            yield from _selected(trigger.condition)
            yield from (summed,) if summed else ()
        case Sequence(trigger=some, number=number):
            yield number
            yield from _selected(some.condition) if some else ()


def _selected(checked: Checked) -> Iterator[str]:
    for node in walk(checked.expr):
        if isinstance(node, Select | OptionalSelect | Has) and _is_event(node.operand):
            yield node.field


def _is_event(node: Expr) -> bool:
    return isinstance(node, Name) and node.name in VARIABLES


def _shown(templates: Iterable[Template]) -> Iterator[str]:
    for template in templates:
        for hole in template.holes:
            yield from (
                path.split(".")[1].removesuffix("[]") for path in hole.reads if path.startswith("event.")
            )
