"""Which words of a closed vocabulary a field must hold for a condition to be anything but false.

An over-estimate, never an under-estimate: what is left out can be passed over without reading the condition,
what is left in is read. Only comparisons of the field itself with words written out are understood.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.language.syntax import (
    Binary,
    BinaryOp,
    ListLiteral,
    Literal,
    Unary,
    UnaryOp,
    path_of,
)

if TYPE_CHECKING:
    from isa_guard.language.syntax import Expr


def words_for(expr: Expr, path: tuple[str, ...], vocabulary: frozenset[str]) -> frozenset[str]:
    """Answer the words of `vocabulary` under which `expr` may be true, or have no value.

    `path` names the field, as ("event", "action").
    """
    if isinstance(expr, Binary) and expr.op is BinaryOp.AND:
        # Both sides must be other than false, whatever errors they absorb.
        return words_for(expr.left, path, vocabulary) & words_for(expr.right, path, vocabulary)
    if isinstance(expr, Binary) and expr.op is BinaryOp.OR:
        return words_for(expr.left, path, vocabulary) | words_for(expr.right, path, vocabulary)
    if isinstance(expr, Unary) and expr.op is UnaryOp.NOT:
        held = _held(expr.operand, path)
        return vocabulary if held is None else vocabulary - held
    if isinstance(expr, Binary) and expr.op is BinaryOp.NE:
        held = _one(expr, path)
        return vocabulary if held is None else vocabulary - held
    held = _held(expr, path)
    return vocabulary if held is None else vocabulary & held


def _held(expr: Expr, path: tuple[str, ...]) -> frozenset[str] | None:
    """Answer the words for which a bare comparison holds; None where it is not one."""
    if not isinstance(expr, Binary):
        return None
    if expr.op is BinaryOp.EQ:
        return _one(expr, path)
    if expr.op is BinaryOp.IN and path_of(expr.left) == path and isinstance(expr.right, ListLiteral):
        words = [item.value for item in expr.right.items if isinstance(item, Literal)]
        if len(words) == len(expr.right.items):
            return frozenset(word for word in words if isinstance(word, str))
    return None


def _one(expr: Binary, path: tuple[str, ...]) -> frozenset[str] | None:
    for field, word in ((expr.left, expr.right), (expr.right, expr.left)):
        if path_of(field) == path and isinstance(word, Literal) and isinstance(word.value, str):
            return frozenset({word.value})
    return None
