"""Random but well-typed: a schema, then conditions over it, then facts near what the conditions name.

Every choice is drawn from a `random.Random`, which hypothesis can provide and shrink, or a seed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from isa_guard.language.checker import Scope
from isa_guard.language.syntax import (
    Binary,
    BinaryOp,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Macro,
    MacroKind,
    Name,
    OptionalIndex,
    OptionalSelect,
    Select,
    Unary,
    UnaryOp,
    walk,
)
from isa_guard.language.types import (
    BOOL,
    BYTES,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    PERIOD,
    STRING,
    TIMESTAMP,
    Bool,
    Bytes,
    Date,
    Double,
    Duration,
    Field,
    Int,
    List,
    PeriodType,
    Record,
    String,
    Timestamp,
    Type,
)
from isa_guard.language.values import from_date, from_datetime, from_timedelta
from isa_guard.uk.calendars import calendar
from isa_guard.uk.periods import parse_period

if TYPE_CHECKING:
    from random import Random

NOTICE = parse_period("10 working days").on(calendar("england-and-wales"))
AGREEMENT = Record(
    "agreement",
    (
        Field("notice", PERIOD),
        Field("limit", INT),
        Field("codes", List(STRING)),
        Field("since", DATE, optional=True),
        Field("until", DATE, optional=True),
    ),
)
AGREED: dict[str, Any] = {"notice": NOTICE, "limit": 500, "codes": ("a", "b", "é"), "since": 20_000}
WORDS = ("", "a", "b", "ab", "A", "é", "e\u0301", "\U0001f600", "'", "%_\\", "5\n", "٣")
CLOSED = ("formal", "informal", "urgent")
SCALARS: tuple[Type, ...] = (BOOL, INT, INT, DOUBLE, STRING, String(CLOSED), BYTES, TIMESTAMP, DURATION, DATE)
CITATIONS = ("s.31(1)(a)", "23(1)", "Section 30", "40(2)", "24(1)", "s.12", "43(2)", "37", "27")
CONDITIONS = ("", "40(3A)(a)", "40(3)(a)(ii)", "40(4A)", "(3A)")
REFERENCES = ("000636/18", "636/18", "636 / 18", "6360/18", "a-07", "A-7")
PATTERNS = ("^[0-9]$", "a", "^a?b*$", r"\d", r"\w+", "^$", "[ab]{2}", "a|é", r"^.\b")
INTS = (0, 1, -1, 2, 7, -7, 500, 2**63 - 1, -(2**63), 2**62)
DOUBLES = (0.0, -0.0, 0.5, -1.9, 1e308, 3.0, 9007199254740993.0)
DAYS = (
    *(from_date(date(2026, 1, 1) + timedelta(days=n)) for n in (0, 1, 14, 92, 95, 144)),
    from_date(date(1999, 1, 1)),
    from_date(date(9999, 12, 31)),
    from_date(date(2024, 2, 29)),
)
# Google's binding takes instants through a double: no microseconds far from 1970, nor the very ends.
INSTANTS = tuple(
    from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))
    for text in (
        "2026-03-29T00:59:59.999999",
        "2026-03-29T01:00:00",
        "2026-10-25T00:30:00",
        "0002-01-01T00:00:00",
        "9998-12-31T23:59:59",
        "1969-12-31T23:59:59.5",
    )
)
ELAPSED = tuple(
    from_timedelta(t) for t in (timedelta(), timedelta(hours=1), timedelta(days=-3), timedelta(days=100_000))
)


@dataclass
class Choices:
    """What the expressions being made may read."""

    chance: Random
    scope: Scope
    known: list[tuple[Expr, Type]] = field(default_factory=list)  # guarded or bound by a macro
    variables: int = 0


def schema(chance: Random) -> Scope:
    """One variable with fields of every kind; some optional, of which some are needed."""
    item = Record(
        "item",
        (
            Field("volume", INT, chance.random() < 0.5),
            Field("kind", String(CLOSED)),
            Field("note", STRING, True),
        ),
    )
    inner = Record("inner", (Field("flag", BOOL), Field("amount", INT, True), Field("words", List(STRING))))
    kinds = [*SCALARS, List(INT), List(STRING), List(DATE), List(DOUBLE), List(item), inner, List(TIMESTAMP)]
    fields = [Field(f"f{n}", type_, chance.random() < 0.4) for n, type_ in enumerate(kinds)]
    fields += [Field(f"g{n}", chance.choice(kinds), chance.random() < 0.5) for n in range(4)]
    record = Record("transfer", tuple(fields))
    needed = {f"transfer.{f.name}" for f in fields if f.optional and chance.random() < 0.6}
    return Scope({"transfer": record}, {"agreement": (AGREEMENT, AGREED)}, frozenset(needed))


def condition(chance: Random, scope: Scope, depth: int = 4) -> Expr:
    """A well-typed bool."""
    return _bool(Choices(chance, scope), depth)


def literal(value: Any, kind: LiteralKind) -> Literal:
    return Literal(value, kind)


def _readable(c: Choices) -> list[tuple[Expr, Type]]:
    """Everything that can be read here without a guard, with its type."""
    found = list(c.known)
    for name, type_ in c.scope.variables.items():
        found += _fields(c, Name(name), type_, name)
    for name in ("limit", "since", "notice", "codes"):
        declared = AGREEMENT.field(name)
        assert declared is not None
        found.append((Select(Name("agreement"), name), declared.type))
    for expr, type_ in list(c.known):
        found += _fields(c, expr, type_, "")
    return found


def _fields(c: Choices, expr: Expr, type_: Type, path: str) -> list[tuple[Expr, Type]]:
    if not isinstance(type_, Record):
        return []
    found: list[tuple[Expr, Type]] = []
    for declared in type_.fields:
        inner = f"{path}.{declared.name}"
        if not declared.optional or (path and inner in c.scope.needed):
            read = Select(expr, declared.name)
            found += [(read, declared.type), *_fields(c, read, declared.type, inner if path else "")]
    return found


def _optionals(c: Choices) -> list[tuple[Expr, str, Type]]:
    """Optional fields, as (record, field, type), of records that can be read."""
    records = [(Name(name), type_) for name, type_ in c.scope.variables.items()]
    records += [(e, t) for e, t in _readable(c) if isinstance(t, Record)]  # type: ignore[misc]
    return [
        (expr, f.name, f.type)
        for expr, type_ in records
        if isinstance(type_, Record)
        for f in type_.fields
        if f.optional
    ]


def expression(c: Choices, type_: Type, depth: int) -> Expr:
    """A value of that type."""
    if isinstance(type_, Bool):
        return _bool(c, depth)
    if depth <= 0 or c.chance.random() < 0.35:
        return _leaf(c, type_)
    makers = {
        Int: _int,
        Double: _double,
        String: _string,
        Date: _date,
        Timestamp: _timestamp,
        Duration: _duration,
        List: _list,
    }
    if c.chance.random() < 0.1:
        test = _bool(c, depth - 1)
        return Conditional(test, expression(c, type_, depth - 1), expression(c, type_, depth - 1))
    maker = makers.get(type(type_))
    return _leaf(c, type_) if maker is None else maker(c, type_, depth - 1)


def _leaf(c: Choices, type_: Type) -> Expr:
    fitting = [expr for expr, found in _readable(c) if _alike(found, type_)]
    optional = [(e, f) for e, f, found in _optionals(c) if _alike(found, type_)]
    draw = c.chance.random()
    if optional and draw < 0.2 and not isinstance(type_, List | Record | PeriodType):
        operand, name = c.chance.choice(optional)
        return Call("orValue", (written(c, type_),), OptionalSelect(operand, name))
    if fitting and draw < 0.75:
        return c.chance.choice(fitting)
    return written(c, type_)


def _alike(found: Type, wanted: Type) -> bool:
    if isinstance(found, String) and isinstance(wanted, String):
        return wanted.values is None or found.values == wanted.values
    return found == wanted


def written(c: Choices, type_: Type) -> Expr:
    """A literal of the type, or the nearest there is to one."""
    choose = c.chance.choice
    match type_:
        case Bool():
            return literal(choose((True, False)), LiteralKind.BOOL)
        case Int():
            return literal(choose(INTS), LiteralKind.INT)
        case Double():
            return literal(choose(DOUBLES), LiteralKind.DOUBLE)
        case String(values=None):
            return literal(choose(WORDS), LiteralKind.STRING)
        case String(values=values):
            return literal(choose(values or ("",)), LiteralKind.STRING)
        case Bytes():
            return literal(choose((b"", b"a", b"\xff\x01")), LiteralKind.BYTES)
        case Date():
            day = choose(("2026-01-01", "2026-04-06", "2024-02-29", "9999-12-31"))
            return Call("date", (literal(day, LiteralKind.STRING),))
        case Timestamp():
            at = choose(("2026-03-29T01:00:00Z", "0001-01-01T00:00:00Z", "2026-10-25T00:30:00+01:00"))
            return Call("timestamp", (literal(at, LiteralKind.STRING),))
        case Duration():
            return Call(
                "duration", (literal(choose(("0", "1h", "-72h", "1.5s", "2400000h")), LiteralKind.STRING),)
            )
        case List(element=element):
            return ListLiteral(tuple(written(c, element) for _ in range(c.chance.randint(0, 3))))
        case PeriodType():
            return Select(Name("agreement"), "notice")
        case _:
            raise AssertionError(type_)


def _call(name: str, *args: Expr) -> Expr:
    return Call(name, args)


def _method(target: Expr, name: str, *args: Expr) -> Expr:
    return Call(name, args, target)


def _bool(c: Choices, depth: int) -> Expr:
    chance = c.chance
    if depth <= 0:
        return _comparison(c, 0) if chance.random() < 0.6 else _leaf(c, BOOL)
    draw = chance.random()
    if draw < 0.3:
        op = chance.choice((BinaryOp.AND, BinaryOp.OR))
        return Binary(op, _bool(c, depth - 1), _bool(c, depth - 1))
    if draw < 0.36:
        return Unary(UnaryOp.NOT, _bool(c, depth - 1))
    if draw < 0.52:
        return _guarded(c, depth - 1)
    if draw < 0.64:
        return _quantified(c, depth - 1)
    if draw < 0.70:
        return _about_text(c, depth - 1)
    if draw < 0.74:
        return Conditional(_bool(c, depth - 1), _bool(c, depth - 1), _bool(c, depth - 1))
    return _comparison(c, depth - 1)


def _comparison(c: Choices, depth: int) -> Expr:
    if c.chance.random() < 0.2:
        element = c.chance.choice((INT, STRING, DATE, DOUBLE))
        return Binary(BinaryOp.IN, expression(c, element, depth), expression(c, List(element), depth))
    type_ = c.chance.choice((*SCALARS, List(INT), List(DOUBLE)))
    equal = (BinaryOp.EQ, BinaryOp.NE)
    ordered = (*equal, BinaryOp.LT, BinaryOp.LE, BinaryOp.GT, BinaryOp.GE)
    op = c.chance.choice(equal if isinstance(type_, Bool | List) else ordered)
    return Binary(op, expression(c, type_, depth), expression(c, type_, depth))


def _guarded(c: Choices, depth: int) -> Expr:
    """A guard, and something that may read what it guards."""
    optional = _optionals(c)
    if not optional:
        return _comparison(c, depth)
    operand, name, type_ = c.chance.choice(optional)
    guard: Expr = Has(operand, name)
    if c.chance.random() < 0.2:
        guard = Call("hasValue", (), OptionalSelect(operand, name))
    inside = replace_known(c, (Select(operand, name), type_))
    draw = c.chance.random()
    if draw < 0.45:
        return Binary(BinaryOp.AND, guard, _bool(inside, depth))
    if draw < 0.75:
        return Binary(BinaryOp.OR, Unary(UnaryOp.NOT, guard), _bool(inside, depth))
    if draw < 0.9:
        return Conditional(guard, _bool(inside, depth), _bool(c, depth))
    return guard


def replace_known(c: Choices, more: tuple[Expr, Type]) -> Choices:
    return replace(c, known=[*c.known, more])


def _element(c: Choices, depth: int) -> tuple[Expr, str, Choices]:
    """A list, a new name for its elements, and what can be read under it."""
    lists = [(e, t) for e, t in _readable(c) if isinstance(t, List)]
    items, type_ = c.chance.choice(lists)
    assert isinstance(type_, List)
    if c.chance.random() < 0.3 and not isinstance(type_.element, Record):
        items = expression(c, List(type_.element), depth)
    name = f"e{c.variables}"
    inside = replace(c, known=[*c.known, (Name(name), type_.element)], variables=c.variables + 1)
    return items, name, inside


def _quantified(c: Choices, depth: int) -> Expr:
    if c.variables >= 2:
        return _comparison(c, depth)
    items, name, inside = _element(c, depth)
    kind = c.chance.choice((MacroKind.ALL, MacroKind.EXISTS, MacroKind.EXISTS_ONE))
    return Macro(kind, items, name, _bool(inside, depth))


def _about_text(c: Choices, depth: int) -> Expr:
    text = expression(c, STRING, depth)
    if c.chance.random() < 0.1:
        return _call("same_reference", _one_of(c, REFERENCES), _one_of(c, REFERENCES))
    if c.chance.random() < 0.3:
        pattern = literal(c.chance.choice(PATTERNS), LiteralKind.STRING)
        return _method(text, "matches", pattern)
    name = c.chance.choice(("contains", "startsWith", "endsWith"))
    return _method(text, name, expression(c, STRING, depth))


def _one_of(c: Choices, texts: tuple[str, ...]) -> Expr:
    """One of them, or any text."""
    if c.chance.random() < 0.1:
        return expression(c, STRING, 0)
    return literal(c.chance.choice(texts), LiteralKind.STRING)


def _int(c: Choices, _: Type, depth: int) -> Expr:
    chance = c.chance
    e = expression
    makers = (
        lambda: Binary(
            chance.choice(
                (BinaryOp.ADD, BinaryOp.SUBTRACT, BinaryOp.MULTIPLY, BinaryOp.DIVIDE, BinaryOp.REMAINDER)
            ),
            e(c, INT, depth),
            e(c, INT, depth),
        ),
        lambda: Unary(UnaryOp.NEGATE, e(c, INT, depth)),
        lambda: _call("size", e(c, chance.choice((STRING, BYTES, List(INT))), depth)),
        lambda: _call("int", e(c, chance.choice((DOUBLE, TIMESTAMP, INT)), depth)),
        lambda: Index(e(c, List(INT), depth), e(c, INT, 0)),
        lambda: Call("orValue", (e(c, INT, depth),), OptionalIndex(e(c, List(INT), depth), e(c, INT, 0))),
        lambda: _call("working_days", e(c, DATE, depth), e(c, DATE, depth), written(c, PERIOD)),
        lambda: _call("hours_between", e(c, TIMESTAMP, depth), e(c, TIMESTAMP, depth)),
        lambda: _method(e(c, TIMESTAMP, depth), chance.choice(("getFullYear", "getDayOfWeek", "getHours"))),
    )
    return chance.choice(makers)()


def _double(c: Choices, _: Type, depth: int) -> Expr:
    if c.chance.random() < 0.2:
        return _call("double", expression(c, INT, depth))
    op = c.chance.choice((BinaryOp.ADD, BinaryOp.SUBTRACT, BinaryOp.MULTIPLY, BinaryOp.DIVIDE))
    return Binary(op, expression(c, DOUBLE, depth), expression(c, DOUBLE, depth))


def _string(c: Choices, type_: Type, depth: int) -> Expr:
    if isinstance(type_, String) and type_.values is not None:
        return _leaf(c, type_)
    if c.chance.random() < 0.3:
        return _call("string", expression(c, c.chance.choice((BOOL, INT, BYTES)), depth))
    if c.chance.random() < 0.15:
        name = c.chance.choice(("exemption_strength", "exemption_basis"))
        return _call(name, _one_of(c, CITATIONS), _one_of(c, CONDITIONS))
    return Binary(BinaryOp.ADD, expression(c, STRING, depth), expression(c, STRING, depth))


def _date(c: Choices, _: Type, depth: int) -> Expr:
    e = expression
    makers = (
        lambda: _call("earliest", e(c, DATE, depth), written(c, PERIOD)),
        lambda: _call("due_date", e(c, DATE, depth), written(c, PERIOD)),
        lambda: _call("add_working_days", e(c, DATE, depth), e(c, INT, 0), written(c, PERIOD)),
        lambda: _call("add_months", e(c, DATE, depth), e(c, INT, 0)),
        lambda: _call("add_years", e(c, DATE, depth), e(c, INT, 0)),
        lambda: _call("day", e(c, TIMESTAMP, depth)),
        lambda: _call("subject_access_due", e(c, DATE, depth), e(c, INT, 0)),
    )
    return c.chance.choice(makers)()


def _timestamp(c: Choices, _: Type, depth: int) -> Expr:
    if c.chance.random() < 0.3:
        return _call("start_of", expression(c, DATE, depth))
    op = c.chance.choice((BinaryOp.ADD, BinaryOp.SUBTRACT))
    return Binary(op, expression(c, TIMESTAMP, depth), expression(c, DURATION, depth))


def _duration(c: Choices, _: Type, depth: int) -> Expr:
    if c.chance.random() < 0.4:
        return Binary(BinaryOp.SUBTRACT, expression(c, TIMESTAMP, depth), expression(c, TIMESTAMP, depth))
    op = c.chance.choice((BinaryOp.ADD, BinaryOp.SUBTRACT))
    return Binary(op, expression(c, DURATION, depth), expression(c, DURATION, depth))


def _list(c: Choices, type_: Type, depth: int) -> Expr:
    assert isinstance(type_, List)
    draw = c.chance.random()
    if draw < 0.3:
        return ListLiteral(tuple(expression(c, type_.element, depth) for _ in range(c.chance.randint(1, 3))))
    if draw < 0.5:
        return Binary(BinaryOp.ADD, expression(c, type_, depth), expression(c, type_, depth))
    if c.variables >= 2:
        return _leaf(c, type_)
    items, name, inside = _element(c, depth)
    if draw < 0.7:
        guard = _bool(inside, depth - 1) if c.chance.random() < 0.3 else None
        return Macro(MacroKind.MAP, items, name, expression(inside, type_.element, depth), guard)
    inner = expression(c, type_, depth)
    inside = replace(c, known=[*c.known, (Name(name), type_.element)], variables=c.variables + 1)
    return Macro(MacroKind.FILTER, inner, name, _bool(inside, depth - 1))


# Facts ------------------------------------------------------------------------------------------------------


def fact(chance: Random, record: Record, near: Expr) -> dict[str, Any]:
    """A fact that keeps to the schema: optional fields left out at will, values near the condition's own."""
    named: dict[type, list[Any]] = {}
    for node in walk(near):
        if isinstance(node, Literal) and node.value is not None:
            named.setdefault(type(node.value), []).append(node.value)
    return _record(chance, record, named)


def _record(chance: Random, record: Record, named: dict[type, list[Any]]) -> dict[str, Any]:
    return {
        f.name: _value(chance, f.type, named)
        for f in record.fields
        if not f.optional or chance.random() < 0.6
    }


def _value(chance: Random, type_: Type, named: dict[type, list[Any]]) -> Any:
    match type_:
        case Bool():
            return chance.random() < 0.5
        case Int():
            near = chance.choice([*named.get(int, []), *INTS]) + chance.choice((-1, 0, 0, 1))
            return min(max(near, -(2**63)), 2**63 - 1)
        case Double():
            return chance.choice([*named.get(float, []), *DOUBLES])
        case String(values=None):
            return chance.choice([*named.get(str, []), *WORDS])
        case String(values=values):
            return chance.choice(values or ("",))
        case Bytes():
            return chance.choice([*named.get(bytes, []), b"", b"\xc3\xa9"])
        case Date():
            return min(chance.choice(DAYS) + chance.choice((0, 0, 1)), DAYS[7])
        case Timestamp():
            return chance.choice(INSTANTS)
        case Duration():
            return chance.choice(ELAPSED)
        case List(element=element):
            return tuple(_value(chance, element, named) for _ in range(chance.randint(0, 3)))
        case Record():
            return _record(chance, type_, named)
        case _:
            raise AssertionError(type_)
