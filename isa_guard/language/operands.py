"""What an operator of two operands gives for their types, and what is wrong with them if it gives nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from isa_guard.language import refusals
from isa_guard.language.faults import Fault
from isa_guard.language.operators import COMPARISONS, ORDERED, arithmetic
from isa_guard.language.printer import show
from isa_guard.language.syntax import Binary, BinaryOp, Expr, ListLiteral, Literal
from isa_guard.language.types import (
    BOOL,
    NOTHING,
    List,
    Nothing,
    Record,
    String,
    Type,
    accepts,
    is_private,
    join,
    tainted,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    TypesOf: TypeAlias = Callable[[Expr], Type]


def result(node: Binary, left: Type, right: Type, types: TypesOf, faults: list[Fault]) -> Type:
    """The type of a comparison, a membership or a sum. What is wrong is added to `faults`.

    `types` gives the types of nodes already known: those of the elements of a list written out.
    """
    if node.op in {BinaryOp.EQ, BinaryOp.NE}:
        return _equality(node, left, right, faults)
    if node.op is BinaryOp.IN:
        return _membership(node, left, right, types, faults)
    if node.op in COMPARISONS:
        return _order(node, left, right, faults)
    return _arithmetic(node, left, right, faults)


def _fault(node: Expr, what: str, hint: str = "") -> Fault:
    return Fault(node.start, node.end, what, hint)


def _equality(node: Binary, left: Type, right: Type, faults: list[Fault]) -> Type:
    if not accepts(left, right):
        faults.append(_fault(node, *refusals.mixed(node, left, right)))
    elif _holds_record(left) or _holds_record(right):
        faults.append(_fault(node, "records are not compared whole", "compare their fields"))
    else:
        _vocabulary(node, left, right, faults)
    return BOOL


def _membership(node: Binary, left: Type, right: Type, types: TypesOf, faults: list[Fault]) -> Type:
    if isinstance(right, Nothing):
        return BOOL
    if not isinstance(right, List):
        faults.append(_fault(node.right, f"`in` needs a list, but {show(node.right)} is {right}"))
    elif not accepts(left, right.element):
        faults.append(_fault(node, *refusals.mixed(node, left, right.element)))
    elif _holds_record(left):
        faults.append(_fault(node, "records are not compared whole", "compare their fields, with exists()"))
    elif isinstance(node.right, ListLiteral):
        for item in node.right.items:
            _vocabulary(replace(node, right=item, start=item.start, end=item.end), left, types(item), faults)
    else:
        _vocabulary(node, left, right.element, faults)
    return BOOL


def _vocabulary(node: Binary, left: Type, right: Type, faults: list[Fault]) -> None:
    """Two closed vocabularies that share no word can never be equal: a slip of the pen."""
    if isinstance(left, List) and isinstance(right, List):
        left, right = left.element, right.element
    if not isinstance(left, String) or not isinstance(right, String):
        return
    if left.values is None or right.values is None or set(left.values) & set(right.values):
        return
    if isinstance(node.left, Literal) and isinstance(node.right, Literal):
        return
    faults.append(_fault(node, *refusals.outside_vocabulary(node, left.values, right.values)))


def _order(node: Binary, left: Type, right: Type, faults: list[Fault]) -> Type:
    if not accepts(left, right):
        faults.append(_fault(node, *refusals.mixed(node, left, right)))
    for side in (left, right):
        if not isinstance(side, Nothing) and type(side) not in ORDERED:
            faults.append(_fault(node, f"{side} has no order", refusals.ORDER_HINTS.get(type(side), "")))
            break
    return BOOL


def _arithmetic(node: Binary, left: Type, right: Type, faults: list[Fault]) -> Type:
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return NOTHING
    if node.op is BinaryOp.ADD and isinstance(left, List) and accepts(left, right):
        return join(left, right)
    known = arithmetic(node.op, left, right)
    if known is None:
        faults.append(_fault(node, *refusals.no_sum(node, left, right)))
        return NOTHING
    private = is_private(left) or is_private(right)
    return tainted(known.result) if private else known.result


def _holds_record(type_: Type) -> bool:
    while isinstance(type_, List):
        type_ = type_.element
    return isinstance(type_, Record)
