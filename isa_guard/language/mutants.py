"""Small wrongs done to a condition, to see whether a rule's own test cases would notice them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language.printer import show
from isa_guard.language.syntax import (
    Binary,
    BinaryOp,
    Expr,
    ListLiteral,
    Literal,
    LiteralKind,
    Macro,
    MacroKind,
    Unary,
    UnaryOp,
    children,
    with_children,
)
from isa_guard.language.values import INT_MAX, INT_MIN

if TYPE_CHECKING:
    from collections.abc import Iterator

_FLIPS: Final[dict[BinaryOp, tuple[BinaryOp, ...]]] = {
    BinaryOp.EQ: (BinaryOp.NE,),
    BinaryOp.NE: (BinaryOp.EQ,),
    BinaryOp.LT: (BinaryOp.LE, BinaryOp.GE),
    BinaryOp.LE: (BinaryOp.LT, BinaryOp.GT),
    BinaryOp.GT: (BinaryOp.GE, BinaryOp.LE),
    BinaryOp.GE: (BinaryOp.GT, BinaryOp.LT),
    BinaryOp.AND: (BinaryOp.OR,),
    BinaryOp.OR: (BinaryOp.AND,),
    BinaryOp.ADD: (BinaryOp.SUBTRACT,),
    BinaryOp.SUBTRACT: (BinaryOp.ADD,),
}
_MACROS: Final = {
    MacroKind.ALL: MacroKind.EXISTS,
    MacroKind.EXISTS: MacroKind.ALL,
    MacroKind.EXISTS_ONE: MacroKind.EXISTS,
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong: what was done, in words for the author, and the condition with it done."""

    description: str
    expr: Expr


def mutants(expr: Expr) -> Iterator[Mutant]:
    """Every condition that differs from this one by a single small wrong, none of them equal to it.

    They parse, but need not pass the checker: a dropped operand may have been a guard. The caller checks.
    """
    return (Mutant(description, changed) for description, changed in _changes(expr))


def _changes(node: Expr) -> Iterator[tuple[str, Expr]]:
    yield from _here(node)
    below = children(node)
    for index, child in enumerate(below):
        for description, changed in _changes(child):
            yield description, with_children(node, (*below[:index], changed, *below[index + 1 :]))


def _here(node: Expr) -> Iterator[tuple[str, Expr]]:
    shown = show(node)
    match node:
        case Binary():
            for op in _FLIPS.get(node.op, ()):
                yield f"{node.op} became {op} in {shown}", replace(node, op=op)
            if node.op in {BinaryOp.AND, BinaryOp.OR}:
                yield f"{show(node.right)} was dropped", node.left
                yield f"{show(node.left)} was dropped", node.right
            if node.op is BinaryOp.IN:
                yield f"{shown} was reversed", Unary(UnaryOp.NOT, node, start=node.start, end=node.end)
        case Unary(op=UnaryOp.NOT):
            yield f"the ! of {shown} was dropped", node.operand
        case Macro() if node.kind in _MACROS:
            kind = _MACROS[node.kind]
            yield f"{node.kind} became {kind} in {shown}", replace(node, kind=kind)
        case ListLiteral() if len(node.items) > 1:
            for index, item in enumerate(node.items):
                kept = node.items[:index] + node.items[index + 1 :]
                yield f"{show(item)} was left out of {shown}", replace(node, items=kept)
        case Literal():
            yield from _literal(node)
        case _:
            return


def _literal(node: Literal) -> Iterator[tuple[str, Expr]]:
    shown = show(node)
    if node.kind is LiteralKind.BOOL:
        yield f"{shown} was reversed", replace(node, value=not node.value)
    if node.kind is LiteralKind.INT and isinstance(node.value, int):
        for value in (node.value - 1, node.value + 1):
            if INT_MIN <= value <= INT_MAX:
                yield f"{shown} became {value}", replace(node, value=value)
