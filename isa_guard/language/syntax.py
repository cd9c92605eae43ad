"""The syntax tree of an expression. Nodes are equal when they say the same, wherever they stand.

`start` and `end` are characters of the text (from 0, `end` excluded). `&&`, `||` and macros are nodes of
their own because they treat errors differently from every function (cel-spec, Logical Operators, Macros).
"""

from __future__ import annotations

from dataclasses import field as part
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias, assert_never

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class LiteralKind(StrEnum):
    """The kind of a literal, as CEL names its type. The language takes all but `uint` and `null`."""

    BOOL = "bool"
    INT = "int"
    UINT = "uint"
    DOUBLE = "double"
    STRING = "string"
    BYTES = "bytes"
    NULL = "null"


class UnaryOp(StrEnum):
    """Operators of one operand."""

    NOT = "!"
    NEGATE = "-"


class BinaryOp(StrEnum):
    """Operators of two operands, as written."""

    OR = "||"
    AND = "&&"
    EQ = "=="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="
    IN = "in"
    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"
    REMAINDER = "%"


class MacroKind(StrEnum):
    """The macros over the elements of a list, as written."""

    ALL = "all"
    EXISTS = "exists"
    EXISTS_ONE = "exists_one"
    MAP = "map"
    FILTER = "filter"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value written out. `kind` keeps `1`, `1.0` and `true` apart."""

    value: bool | int | float | str | bytes | None
    kind: LiteralKind
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A name; `rooted` when written `.name`, which skips the names that macros bring."""

    name: str
    rooted: bool = False
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Select:
    """`operand.field`."""

    operand: Expr
    field: str
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class OptionalSelect:
    """`operand.?field`: the field or nothing, never an error because it is absent."""

    operand: Expr
    field: str
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Index:
    """`operand[index]`."""

    operand: Expr
    index: Expr
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class OptionalIndex:
    """`operand[?index]`: the element or nothing."""

    operand: Expr
    index: Expr
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Has:
    """`has(operand.field)`: whether the field is there."""

    operand: Expr
    field: str
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`name(args)`, or `target.name(args)` when there is a target."""

    name: str
    args: tuple[Expr, ...]
    target: Expr | None = None
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Unary:
    """An operator before its operand."""

    op: UnaryOp
    operand: Expr
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between its operands."""

    op: BinaryOp
    left: Expr
    right: Expr
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """`test ? then : otherwise`."""

    test: Expr
    then: Expr
    otherwise: Expr
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class ListLiteral:
    """`[a, b]`."""

    items: tuple[Expr, ...]
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class MapLiteral:
    """`{key: value}`."""

    entries: tuple[tuple[Expr, Expr], ...]
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class MessageLiteral:
    """`Type{field: value}`."""

    name: str
    entries: tuple[tuple[str, Expr], ...]
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Macro:
    """`operand.kind(variable, body)`; only `map` may have a `guard`, written before its body."""

    kind: MacroKind
    operand: Expr
    variable: str
    body: Expr
    guard: Expr | None = None
    start: int = part(default=0, compare=False)
    end: int = part(default=0, compare=False)


Expr: TypeAlias = (
    Literal
    | Name
    | Select
    | OptionalSelect
    | Index
    | OptionalIndex
    | Has
    | Call
    | Unary
    | Binary
    | Conditional
    | ListLiteral
    | MapLiteral
    | MessageLiteral
    | Macro
)


def children(expr: Expr) -> tuple[Expr, ...]:
    """The nodes directly below, in the order of the text."""
    match expr:
        case Literal() | Name():
            return ()
        case Select() | OptionalSelect() | Has() | Unary():
            return (expr.operand,)
        case Index() | OptionalIndex():
            return (expr.operand, expr.index)
        case Call():
            return expr.args if expr.target is None else (expr.target, *expr.args)
        case Binary():
            return (expr.left, expr.right)
        case Conditional():
            return (expr.test, expr.then, expr.otherwise)
        case ListLiteral():
            return expr.items
        case MapLiteral():
            return tuple(part for entry in expr.entries for part in entry)
        case MessageLiteral():
            return tuple(value for _, value in expr.entries)
        case Macro():
            middle = () if expr.guard is None else (expr.guard,)
            return (expr.operand, *middle, expr.body)
        case _:
            assert_never(expr)


def with_children(expr: Expr, parts: Sequence[Expr]) -> Expr:
    """The same node over other nodes, given in the order of `children`."""
    match expr:
        case Literal() | Name():
            return expr
        case Select() | OptionalSelect() | Has() | Unary():
            return replace(expr, operand=parts[0])
        case Index() | OptionalIndex():
            return replace(expr, operand=parts[0], index=parts[1])
        case Call(target=None):
            return replace(expr, args=tuple(parts))
        case Call():
            return replace(expr, target=parts[0], args=tuple(parts[1:]))
        case Binary():
            return replace(expr, left=parts[0], right=parts[1])
        case Conditional():
            return replace(expr, test=parts[0], then=parts[1], otherwise=parts[2])
        case ListLiteral():
            return replace(expr, items=tuple(parts))
        case MapLiteral():
            return replace(expr, entries=tuple(zip(parts[::2], parts[1::2], strict=True)))
        case MessageLiteral():
            names = (name for name, _ in expr.entries)
            return replace(expr, entries=tuple(zip(names, parts, strict=True)))
        case Macro(guard=None):
            return replace(expr, operand=parts[0], body=parts[1])
        case Macro():
            return replace(expr, operand=parts[0], guard=parts[1], body=parts[2])
        case _:
            assert_never(expr)


def walk(expr: Expr) -> Iterator[Expr]:
    """The node and every node below it, parents first. Safe at any depth."""
    waiting = [expr]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def path_of(expr: Expr) -> tuple[str, ...] | None:
    """`transfer.purpose` as ("transfer", "purpose"); None for anything but a name and selections."""
    steps: list[str] = []
    while isinstance(expr, Select):
        steps.append(expr.field)
        expr = expr.operand
    if not isinstance(expr, Name):
        return None
    return (expr.name, *reversed(steps))
