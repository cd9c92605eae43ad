"""Whether a condition can ever come into play: a rule that can never be broken gives a false sense of safety.

Exact where every field it reads can take few values (bools, closed vocabularies, presence): all are tried.
Elsewhere values near those that the condition itself names are tried, and not finding one proves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from itertools import product
from math import prod
from random import Random
from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from isa_guard.frozen import dataclass
from isa_guard.language.condition import Condition
from isa_guard.language.exact import EvalError, evaluate
from isa_guard.language.lets import free_names
from isa_guard.language.outcome import Outcome
from isa_guard.language.python import compile_conditions
from isa_guard.language.syntax import Has, Literal, Name, OptionalSelect, Select, walk
from isa_guard.language.types import (
    Bool,
    Bytes,
    Date,
    Double,
    Duration,
    Int,
    List,
    Nothing,
    Optional,
    PeriodType,
    Record,
    String,
    Timestamp,
    Type,
)
from isa_guard.language.values import INT_MAX, INT_MIN
from isa_guard.uk.periods import Period, Unit

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from isa_guard.language.checker import Checked
    from isa_guard.language.syntax import Expr
    from isa_guard.language.types import Field
    from isa_guard.language.values import Value

MAX_TRIALS: Final = 20_000
_DAY: Final = 20_600  # 27 May 2026: inside every calendar
_DAYS: Final = (0, 1, 2, 5, 7, 10, 14, 20, 28, 31, 60, 92, 183, 366, 800, -1, -10, -40)
_HOUR: Final = 3_600_000_000
_HOURS: Final = (0, 1, 23, 24, 25, 48, 71, 72, 73, 168, 800, -1, -24)


class Reach(StrEnum):
    """Whether something can happen for some fact that keeps to the schema."""

    POSSIBLE = "possible"
    NEVER = "never"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Reaches:
    """Of one condition: whether it can apply, be met, and be broken."""

    applies: Reach
    met: Reach
    broken: Reach


@dataclass(frozen=True, slots=True)
class _Domain:
    """The values that are tried for one field; `whole` when it has no others. An absent one is ABSENT."""

    values: tuple[Value | _Absent, ...]
    whole: bool


class _Absent:
    pass


ABSENT: Final = _Absent()
Path: TypeAlias = tuple[str, ...]


def satisfiable(condition: Condition) -> Reach:
    """Whether some fact breaks the condition: `when` true and `require` false."""
    return reaches(condition).broken


def reaches(condition: Condition) -> Reaches:
    """Whether some fact makes the condition apply, meets it, and breaks it."""
    outcomes, missing = _tried(condition)
    applies = Reach.POSSIBLE
    if condition.when is not None:  # on its own: it may read less than `require`, and so be told exactly
        applied, unmet = _tried(Condition(None, condition.when))
        applies = Reach.POSSIBLE if Outcome.MET in applied else unmet
    return Reaches(
        applies,
        Reach.POSSIBLE if Outcome.MET in outcomes else missing,
        Reach.POSSIBLE if Outcome.NOT_MET in outcomes else missing,
    )


def _tried(condition: Condition) -> tuple[frozenset[Outcome], Reach]:
    """The outcomes that were seen, and what it means of another that it was not: NEVER if all was tried."""
    scope = condition.require.scope
    variables = tuple(scope.variables)
    domains = _domains(condition)
    program = compile_conditions([condition], variables)
    seen: set[Outcome] = set()
    for trial in _trials([domain.values for domain in domains.values()]):
        fact = _fact(dict(zip(domains, trial, strict=True)), scope.variables)
        seen.add(program.run(*(fact.get(name, 0) for name in variables))[0])  # one not read needs no value
        if Outcome.MET in seen and Outcome.NOT_MET in seen:
            break
    whole = all(domain.whole for domain in domains.values()) and _count(domains.values()) <= MAX_TRIALS
    return frozenset(seen), Reach.NEVER if whole else Reach.UNKNOWN


def _trials(values: Sequence[tuple[Value | _Absent, ...]]) -> Iterator[tuple[Value | _Absent, ...]]:
    """Every combination if they are few; otherwise some, the same ones each time."""
    if prod(map(len, values)) <= MAX_TRIALS:
        yield from product(*values)
        return
    chance = Random(0)  # noqa: S311 - a repeatable sample, nothing secret
    for _ in range(MAX_TRIALS):
        yield tuple(chance.choice(choices) for choices in values)


def _count(domains: Iterable[_Domain]) -> int:
    return prod(len(domain.values) for domain in domains)


def _fact(chosen: Mapping[Path, Value | _Absent], variables: Mapping[str, Type]) -> dict[str, Value]:
    """The variables with the chosen fields, records made on the way to them."""
    fact: dict[str, Any] = {name: {} for name, type_ in variables.items() if isinstance(type_, Record)}
    for path in sorted(chosen, key=len):
        value = chosen[path]
        record: dict[str, Any] | None = fact
        for step in path[:-1]:
            record = record.get(step) if record is not None else None
        if record is not None and not isinstance(value, _Absent):
            record[path[-1]] = dict(value) if isinstance(value, dict) else value
    return fact


def _domains(condition: Condition) -> dict[Path, _Domain]:
    """For every field that is read, and every record on the way to one, what is tried."""
    parts = [part for part in (condition.when, condition.require) if part is not None]
    variables = condition.require.scope.variables
    pool = _Pool(parts)
    read: set[Path] = set()
    asked: set[Path] = set()
    for part in parts:
        for node in walk(part.expr):
            path = _path(node)
            if path is not None and path[0] in variables:
                (asked if isinstance(node, Has) else read).add(path)
    domains: dict[Path, _Domain] = {}
    for path in sorted(read | asked, key=len):
        for length in range(1, len(path) + 1):
            step = path[:length]
            if step not in domains:
                domain = _domain(step, variables, pool, step in read or length < len(path))
                domains |= {} if domain is None else {step: domain}
    return domains


def _path(node: Expr) -> Path | None:
    steps: list[str] = []
    while isinstance(node, Select | OptionalSelect | Has):
        steps.append(node.field)
        node = node.operand
    return (node.name, *reversed(steps)) if isinstance(node, Name) else None


def _domain(path: Path, variables: Mapping[str, Type], pool: _Pool, read: object) -> _Domain | None:
    type_, optional = _declared(path, variables)
    if isinstance(type_, Record):
        if len(path) == 1:
            return None
        return _Domain(({}, ABSENT) if optional else ({},), whole=True)
    absent = (ABSENT,) if optional else ()
    if not read:
        return _Domain((pool.some(type_)[0], *absent), whole=True)
    whole = isinstance(type_, Bool) or (isinstance(type_, String) and type_.values is not None)
    return _Domain((*pool.some(type_), *absent), whole)


def _declared(path: Path, variables: Mapping[str, Type]) -> tuple[Type, bool]:
    type_, optional = variables[path[0]], False
    for step in path[1:]:
        field = type_.field(step) if isinstance(type_, Record) else None
        assert field is not None, path
        type_, optional = field.type, field.optional
    return type_, optional


class _Pool:
    """Values worth trying, by type: near those that the condition writes or takes from the agreement."""

    def __init__(self, parts: Sequence[Checked]) -> None:
        self._named: dict[type[Type], list[Value]] = {}
        for part in parts:
            for node in walk(part.expr):
                free = free_names(node)
                if not isinstance(node, Literal) and not (free and free <= part.scope.constants.keys()):
                    continue
                value = evaluate(replace(part, expr=node), {})
                type_ = part.type_of(node)
                if not isinstance(value, EvalError) and not isinstance(type_, Optional):
                    self._keep(value, type_)

    def _keep(self, value: Value, type_: Type) -> None:
        if isinstance(value, tuple) and isinstance(type_, List):
            for item in value[:20]:
                self._keep(item, type_.element)
            return
        self._named.setdefault(type(type_), []).append(value)

    def some(self, type_: Type) -> tuple[Value, ...]:
        """At least one value of the type; all of them for a bool or a closed vocabulary."""
        named: list[Any] = self._named.get(type(type_), [])
        match type_:
            case Bool():
                return (False, True)
            case String(values=None):
                return tuple(dict.fromkeys([*named, "", "elsewhere"]))
            case String(values=values):
                return values or ("",)
            case Int():
                near = (n + d for n in [0, *named] for d in (-1, 0, 1) if INT_MIN <= n + d <= INT_MAX)
                return tuple(dict.fromkeys(near))
            case Double():
                return tuple(dict.fromkeys(n + d for n in [0.0, *named] for d in (-0.5, 0.0, 0.5)))
            case Bytes():
                return tuple(dict.fromkeys([*named, b""]))
            case Date():
                return tuple(dict.fromkeys(n + d for n in [_DAY, *named] for d in _DAYS))
            case Timestamp():
                return tuple(
                    dict.fromkeys(n + d * _HOUR for n in [_DAY * 24 * _HOUR, *named] for d in _HOURS)
                )
            case Duration():
                written = [n + d for n in [0, *named] for d in (-1, 0, 1)]
                return tuple(dict.fromkeys([*written, *(d * _HOUR for d in _HOURS)]))
            case PeriodType():
                return (*named, Period(10, Unit.DAYS))
            case List(element=element):
                items = self.some(element)
                return ((), *((item,) for item in items[:20]), items[:2])
            case Record():
                return tuple(
                    self._record(type_, optional, turn)
                    for turn in range(6)
                    for optional in (type_.fields, ())
                )
            case Optional() | Nothing():
                return ((),)
            case _:
                assert_never(type_)

    def _record(self, record: Record, optional: Sequence[Field], turn: int) -> Value:
        """A record with those of its optional fields; each turn takes another value of every field."""
        return {
            field.name: self.some(field.type)[turn % len(self.some(field.type))]
            for field in record.fields
            if not field.optional or field in optional
        }
