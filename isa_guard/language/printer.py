"""A syntax tree written out as text that parses to the same tree, with no bracket more than it needs."""

from __future__ import annotations

import re
from typing import Final, assert_never

from isa_guard.language.parser import PRECEDENCE
from isa_guard.language.syntax import (
    Binary,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListLiteral,
    Literal,
    LiteralKind,
    Macro,
    MapLiteral,
    MessageLiteral,
    Name,
    OptionalIndex,
    OptionalSelect,
    Select,
    Unary,
    UnaryOp,
)

_CONDITIONAL: Final = 0
_UNARY: Final = 6
_MEMBER: Final = 7
_NUMBER_FIRST: Final = re.compile(r"-?\.?[0-9]")
_ESCAPES: Final = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_PRINTABLE_ASCII: Final = range(0x20, 0x7F)


def show(expr: Expr) -> str:
    """The expression as text: `parse(show(e)) == e`. Strings are shown in single quotes."""
    return _show(expr, _CONDITIONAL)


def _show(expr: Expr, least: int) -> str:
    """As text that binds at least as tightly as `least`."""
    text, binds = _written(expr)
    return text if binds >= least else f"({text})"


def _written(expr: Expr) -> tuple[str, int]:
    match expr:
        case Literal():
            return _literal(expr), _MEMBER
        case Name():
            return ("." if expr.rooted else "") + expr.name, _MEMBER
        case Select():
            return f"{_show(expr.operand, _MEMBER)}.{expr.field}", _MEMBER
        case OptionalSelect():
            return f"{_show(expr.operand, _MEMBER)}.?{expr.field}", _MEMBER
        case Index():
            return f"{_show(expr.operand, _MEMBER)}[{show(expr.index)}]", _MEMBER
        case OptionalIndex():
            return f"{_show(expr.operand, _MEMBER)}[?{show(expr.index)}]", _MEMBER
        case Has():
            return f"has({_show(expr.operand, _MEMBER)}.{expr.field})", _MEMBER
        case Call():
            target = "" if expr.target is None else f"{_show(expr.target, _MEMBER)}."
            return f"{target}{expr.name}({_listed(expr.args)})", _MEMBER
        case Unary():
            return _unary(expr), _UNARY
        case Binary():
            rank = PRECEDENCE[expr.op]
            return f"{_show(expr.left, rank)} {expr.op} {_show(expr.right, rank + 1)}", rank
        case Conditional():
            test, then = _show(expr.test, 1), _show(expr.then, 1)
            return f"{test} ? {then} : {show(expr.otherwise)}", _CONDITIONAL
        case ListLiteral():
            return f"[{_listed(expr.items)}]", _MEMBER
        case MapLiteral():
            return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in expr.entries) + "}", _MEMBER
        case MessageLiteral():
            return expr.name + "{" + ", ".join(f"{k}: {show(v)}" for k, v in expr.entries) + "}", _MEMBER
        case Macro():
            parts = [expr.body] if expr.guard is None else [expr.guard, expr.body]
            operand = _show(expr.operand, _MEMBER)
            return f"{operand}.{expr.kind}({expr.variable}, {_listed(tuple(parts))})", _MEMBER
        case _:
            assert_never(expr)


def _listed(items: tuple[Expr, ...]) -> str:
    return ", ".join(show(item) for item in items)


def _unary(expr: Unary) -> str:
    operand = _show(expr.operand, _UNARY)
    # A minus straight before a number would become part of it, whatever follows.
    joins = expr.op is UnaryOp.NEGATE and _NUMBER_FIRST.match(operand)
    return f"{expr.op}({operand})" if joins else f"{expr.op}{operand}"


def _literal(expr: Literal) -> str:
    match expr.kind:
        case LiteralKind.STRING:
            assert isinstance(expr.value, str)
            return quoted(expr.value)
        case LiteralKind.BYTES:
            assert isinstance(expr.value, bytes)
            return "b'" + "".join(_octet(octet) for octet in expr.value) + "'"
        case LiteralKind.BOOL:
            return "true" if expr.value else "false"
        case LiteralKind.NULL:
            return "null"
        case LiteralKind.UINT:
            return f"{expr.value!r}u"
        case LiteralKind.INT | LiteralKind.DOUBLE:
            return repr(expr.value)
        case _:
            assert_never(expr.kind)


def quoted(text: str) -> str:
    """A string as a literal of the language, safe to stand anywhere in an expression."""
    return "'" + "".join(_character(character) for character in text) + "'"


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"


def _octet(octet: int) -> str:
    character = chr(octet)
    if character in "\\'":
        return "\\" + character
    return character if octet in _PRINTABLE_ASCII else f"\\x{octet:02x}"
