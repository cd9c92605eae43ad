"""The other judges of the readings, each with its own form of the facts: the reference, and Google's CEL."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from cel_expr_python import cel

from isa_guard.language.printer import show
from isa_guard.language.syntax import (
    Call,
    Expr,
    Has,
    Index,
    Literal,
    LiteralKind,
    Name,
    OptionalSelect,
    Select,
    children,
    with_children,
)
from isa_guard.language.types import Date, Duration, List, Record, Timestamp, Type
from tests.language import reference
from tests.language.generator import AGREED, AGREEMENT, NOTICE

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.language.checker import Scope

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)


def natural(value: Any, type_: Type) -> Any:
    """A value as Python would have it: dates as dates, instants as datetimes."""
    match type_:
        case Date():
            return EPOCH_DAY + timedelta(days=value)
        case Timestamp():
            return EPOCH + timedelta(microseconds=value)
        case Duration():
            return timedelta(microseconds=value)
        case List(element=element):
            return tuple(natural(item, element) for item in value)
        case Record():
            return {f.name: natural(value[f.name], f.type) for f in type_.fields if f.name in value}
        case _:
            return value


def by_reference(expr: Expr, scope: Scope, fact: dict[str, Any]) -> Any:
    """The reference's answer: True, False or None for an error."""
    env = {"transfer": natural(fact, scope.variables["transfer"]), "agreement": natural(AGREED, AGREEMENT)}
    # Our durations come from text; the reference knows them by value.
    value = reference.evaluate(expr, env)
    return None if value is reference.ERROR else value


# Google's CEL -----------------------------------------------------------------------------------------------

_TYPE = cel.Type
_TIMES: tuple[tuple[type[Type], str, Any], ...] = (
    (Timestamp, "timestamps", _TYPE.TIMESTAMP),
    (Duration, "durations", _TYPE.DURATION),
)


def _home(type_: Type) -> str | None:
    """It takes instants only in maps declared to hold them: which of our maps a field goes into."""
    for kind, name, _ in _TIMES:
        if isinstance(type_, kind):
            return name
        if isinstance(type_, List) and isinstance(type_.element, kind):
            return f"{name}_lists"
    return None


def translated(expr: Expr, scope: Scope) -> Expr:
    """The expression with every instant of the fact read from the map that holds its kind."""
    record = scope.variables["transfer"]
    assert isinstance(record, Record)
    if isinstance(expr, Select | OptionalSelect | Has) and expr.operand == Name("transfer"):
        declared = record.field(expr.field)
        assert declared is not None
        home = _home(declared.type)
        return expr if home is None else with_children(expr, [Name(home)])
    below = with_children(expr, [translated(child, scope) for child in children(expr)])
    if isinstance(below, Call) and below.name in _OURS:
        return Index(below, Literal(0, LiteralKind.INT))
    return below


def _day(days: int) -> date:
    return EPOCH_DAY + timedelta(days=days)


def _days(day: date) -> int:
    return (day - EPOCH_DAY).days


def _function(name: str, params: list[Any], result: Any, run: Callable[..., Any]) -> Any:
    """A function that gives a list of one, or of none for an error: an exception spoils what follows."""

    def held(*args: Any) -> list[Any]:
        try:
            return [run(*args)]
        except (ValueError, OverflowError):
            return []

    return cel.FunctionDecl(name, [cel.Overload(f"{name}_isa", _TYPE.List(result), params, False, held)])


_FUNCTIONS = [
    _function("date", [_TYPE.STRING], _TYPE.INT, lambda text: _days(date.fromisoformat(text))),
    _function(
        "working_days",
        [_TYPE.INT, _TYPE.INT, _TYPE.STRING],
        _TYPE.INT,
        lambda start, end, _: reference.between(_day(start), _day(end)),
    ),
    _function(
        "add_working_days",
        [_TYPE.INT, _TYPE.INT, _TYPE.STRING],
        _TYPE.INT,
        lambda start, n, _: _days(reference.working_day(_day(start), n)),
    ),
    _function(
        "earliest",
        [_TYPE.INT, _TYPE.STRING],
        _TYPE.INT,
        lambda start, _: _days(reference.working_day(_day(start), 10)),
    ),
    _function(
        "due_date",
        [_TYPE.INT, _TYPE.STRING],
        _TYPE.INT,
        lambda start, _: _days(reference.working_day(_day(start), 10)),
    ),
    _function(
        "add_months",
        [_TYPE.INT, _TYPE.INT],
        _TYPE.INT,
        lambda day, n: _days(reference.months_later(_day(day), n)),
    ),
    _function(
        "add_years",
        [_TYPE.INT, _TYPE.INT],
        _TYPE.INT,
        lambda day, n: _days(reference.months_later(_day(day), 12 * n)),
    ),
    _function(
        "subject_access_due",
        [_TYPE.INT, _TYPE.INT],
        _TYPE.INT,
        lambda day, n: _days(reference.month_to_answer(_day(day), n)),
    ),
    *(
        _function(name, [_TYPE.STRING, _TYPE.STRING], result, reference.FUNCTIONS[name])
        for name, result in (
            ("exemption_strength", _TYPE.STRING),
            ("exemption_basis", _TYPE.STRING),
            ("same_reference", _TYPE.BOOL),
        )
    ),
    _function("day", [_TYPE.TIMESTAMP], _TYPE.INT, lambda at: _days(at.astimezone(reference.LONDON).date())),
    _function(
        "start_of", [_TYPE.INT], _TYPE.TIMESTAMP, lambda day: reference.FUNCTIONS["start_of"](_day(day))
    ),
    _function("hours_between", [_TYPE.TIMESTAMP, _TYPE.TIMESTAMP], _TYPE.INT, reference.hours),
]
_OURS = {
    "date",
    "working_days",
    "add_working_days",
    "earliest",
    "due_date",
    "add_months",
    "add_years",
    "day",
    "start_of",
    "hours_between",
    "subject_access_due",
    "exemption_strength",
    "exemption_basis",
    "same_reference",
}
_MAP = _TYPE.Map(_TYPE.STRING, _TYPE.DYN)
_ENV = cel.NewEnv(
    config=cel.NewEnvConfigFromYaml("extensions:\n- name: optional\n"),
    variables={
        "transfer": _MAP,
        "agreement": _MAP,
        **{name: _TYPE.Map(_TYPE.STRING, type_) for _, name, type_ in _TIMES},
        **{f"{name}_lists": _TYPE.Map(_TYPE.STRING, _TYPE.List(type_)) for _, name, type_ in _TIMES},
    },
    functions=_FUNCTIONS,
)


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return str(value) if value is NOTICE else value


class ByGoogle:
    """One expression compiled by cel-cpp."""

    def __init__(self, expr: Expr, scope: Scope) -> None:
        self._record = scope.variables["transfer"]
        self._program = _ENV.compile(show(translated(expr, scope)))

    def __call__(self, fact: dict[str, Any]) -> Any:
        """Its answer: True, False or None for an error."""
        assert isinstance(self._record, Record)
        data: dict[str, Any] = {"transfer": {}, "agreement": _plain(AGREED)}
        for _, name, _type in _TIMES:
            data |= {name: {}, f"{name}_lists": {}}
        for declared in self._record.fields:
            if declared.name not in fact:
                continue
            home = _home(declared.type)
            value = fact[declared.name]
            data[home or "transfer"][declared.name] = (
                _plain(value) if home is None else _plain(natural(value, declared.type))
            )
        found = self._program.eval(data=data)
        self.why = str(found.plain_value())
        return None if found.type() == _TYPE.ERROR else found.plain_value()
