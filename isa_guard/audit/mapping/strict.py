"""Whether an expression needs every value it reads, so that it has none where one of them is absent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.language.syntax import (
    Binary,
    BinaryOp,
    Call,
    Index,
    ListLiteral,
    Literal,
    Name,
    Select,
    Unary,
    walk,
)

if TYPE_CHECKING:
    from isa_guard.language.checker import Checked

_STRICT = (Binary, Call, Index, ListLiteral, Literal, Name, Select, Unary)


def is_strict(checked: Checked) -> bool:
    """Answer whether nothing in it stands in for an absent value: no &&, ||, ?:, has(), orValue() or macro."""
    return all(
        isinstance(node, _STRICT)
        and not (isinstance(node, Binary) and node.op in {BinaryOp.AND, BinaryOp.OR})
        and not (isinstance(node, Call) and checked.function_of(node) is None)
        for node in walk(checked.expr)
    )
