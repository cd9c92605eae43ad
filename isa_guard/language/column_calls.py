"""Calls of functions as SQL: natively where SQL agrees with us exactly, by a lookup everywhere else."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language import domain, regex, zones
from isa_guard.language.column_functions import NATIVE, PARTS, day_number
from isa_guard.language.column_lookups import Bound
from isa_guard.language.column_operators import instant
from isa_guard.language.column_patterns import re2
from isa_guard.language.sql_dialects import Dialect, NotPrintable
from isa_guard.language.types import BOOL, DATE, INT, STRING, TIMESTAMP, PeriodType, Record, Timestamp, Type
from isa_guard.uk.periods import Period, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.language.column_statement import Statement
    from isa_guard.language.functions import Function
    from isa_guard.language.values import Value

_LONDON: Final = "Europe/London"
_HOUR: Final = 3_600_000_000


class Instant(Enum):
    """What is known of a timestamp."""

    ANY = auto()
    DATED = auto()  # it surely lies between 1970 and the end of 2099
    START_OF_DAY = auto()  # it is the first instant in London of the day that the text stands for


@dataclass(frozen=True, slots=True)
class Varying:
    """An argument that is a text of SQL."""

    text: str
    type: Type
    instant: Instant = Instant.ANY


@dataclass(frozen=True, slots=True)
class AtStart:
    """A function of the first instant of a day, as one of the day: there are far fewer days."""

    function: Callable[..., Value]

    def __call__(self, day: int) -> Value:
        """What the function gives for the first instant of that day."""
        return self.function(domain.start_of(day))


@dataclass(frozen=True, slots=True)
class Constant:
    """An argument that is the same on every row."""

    value: Value
    type: Type


def call(statement: Statement, function: Function, args: tuple[Varying | Constant, ...]) -> str:
    """The text of a call, at least one of whose arguments varies by row. Raises NotPrintable."""
    if any(isinstance(arg, Varying) and arg.instant is Instant.START_OF_DAY for arg in args):
        return _looked_up(statement, function, args)
    match function.name, args:
        case ("matches", (Varying(text=text), Constant(value=str(pattern)))):
            return _matches(statement, text, pattern)
        case ("day", (Varying() as at,)):
            return _day(statement, at)
        case ("start_of", (Varying() as day,)):
            return _start_of(statement, day)
        case ("due", (Varying(type=Timestamp()) as start, Constant(value=Period() as period))):
            return _due(statement, start, period)
        case (name, (Varying(type=Timestamp()) as at,)) if name in PARTS:
            return statement.say.bound(at.text, lambda local: PARTS[name](statement.say, local))
        case (name, (Varying(type=Timestamp()) as at, Constant(value=str(zone)))) if name in PARTS:
            return _part(statement, function, at, zone)
    native = NATIVE.get((function.name, type(args[0].type)))
    if native is not None:
        return native(statement.say, *(_text(statement, arg) for arg in args))
    if function.name == str(function.params[0].type):
        return _text(statement, args[0])  # a conversion of what needs none, such as int(1)
    return _looked_up(statement, function, args)


def _text(statement: Statement, arg: Varying | Constant) -> str:
    return arg.text if isinstance(arg, Varying) else statement.value(arg.value, arg.type)


def _looked_up(statement: Statement, function: Function, args: tuple[Varying | Constant, ...]) -> str:
    given = [(place, arg.value) for place, arg in enumerate(args) if isinstance(arg, Constant)]
    varying = [arg for arg in args if isinstance(arg, Varying)]
    for arg in varying:
        if isinstance(arg.type, PeriodType | Record):
            raise NotPrintable(f"{function.name}() of a {arg.type} that varies by row")
    bound: Callable[..., Value] = Bound(
        function.run, tuple(place for place, _ in given), tuple(value for _, value in given)
    )
    types = tuple(arg.type for arg in varying)
    if varying[0].instant is Instant.START_OF_DAY:
        bound, types = AtStart(bound), (DATE,)
    return statement.lookup(bound, tuple(arg.text for arg in varying), types, function.result)


def _matches(statement: Statement, text: str, pattern: str) -> str:
    """By RE2 where the dialect has it; a text so long that we might give up on it is left to us."""
    search = Bound(regex.matches, (1,), (pattern,))
    known = re2(pattern)
    if statement.say.dialect is not Dialect.DUCKDB or known is None:
        return statement.lookup(search, (text,), (STRING,), BOOL)
    rewritten, longest = known
    say = statement.say
    key = say.bound(text, lambda one: f"CASE WHEN {say('code points', one)} > {longest} THEN {one} END")
    answer = statement.lookup(search, (key,), (STRING,), BOOL)
    found = statement.value(rewritten, STRING)

    def searched(one: str) -> str:
        short = say("matches", one, found)
        return f"CASE WHEN {say('code points', one)} > {longest} THEN {answer} ELSE {short} END"

    return say.bound(text, searched)


# Local time -------------------------------------------------------------------------------------------------


def _part(statement: Statement, function: Function, at: Varying, zone: str) -> str:
    def native(one: str) -> str:
        return PARTS[function.name](statement.say, _local(one, zone))

    return _spanned(statement, at, zones.offsets(zone), native, Bound(function.run, (1,), (zone,)), INT)


def _day(statement: Statement, at: Varying) -> str:
    def native(one: str) -> str:
        return statement.say.cast(day_number(statement.say, _local(one, _LONDON)), DATE)

    return _spanned(statement, at, zones.offsets(_LONDON), native, domain.day, DATE)


def _start_of(statement: Statement, day: Varying) -> str:
    steps = zones.midnights(_LONDON)

    def native(one: str) -> str:
        return f"({statement.say.cast(one, INT)} * 86400000000 + {zones.choice(one, steps)})"

    return _spanned(statement, day, steps, native, domain.start_of, TIMESTAMP)


def _local(at: str, zone: str) -> str:
    return f"({at} + {zones.choice(at, zones.offsets(zone))})"


def _spanned(
    statement: Statement,
    of: Varying,
    steps: zones.Steps,
    native: Callable[[str], str],
    function: Callable[..., Value],
    result: Type,
) -> str:
    """By the table of the zone within its span, by a lookup outside it: there the keys are few or none."""
    say = statement.say
    if of.instant is Instant.DATED:
        return say.bound(of.text, native)
    within = f"BETWEEN {steps.starts[0]} AND {steps.end - 1}"
    key = say.bound(of.text, lambda one: f"CASE WHEN NOT {one} {within} THEN {one} END")
    answer = statement.lookup(function, (key,), (of.type,), result)
    return say.bound(of.text, lambda one: f"CASE WHEN {one} {within} THEN {native(one)} ELSE {answer} END")


def _due(statement: Statement, start: Varying, period: Period) -> str:
    """Elapsed hours are a sum; every other period depends on nothing of the instant but its day in London."""
    if period.unit is Unit.HOURS:
        return instant(
            statement.say, statement.say("add", start.text, statement.value(period.amount * _HOUR, INT))
        )
    from_day = Bound(domain.due_from_date, (1,), (period,))
    return statement.lookup(from_day, (_day(statement, start),), (DATE,), TIMESTAMP)
