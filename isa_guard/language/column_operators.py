"""Operators between two texts of SQL, by the type of what they stand for.

SQL and CEL agree on NULL for an error and differ elsewhere: SQL orders NaN above all numbers and equal to itself,
its functions on lists answer despite a NULL, its integers fail the whole query when they overflow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.language.operators import DURATION_MAX, MAX_SIZE
from isa_guard.language.sql_dialects import NotPrintable, Spelling, unless_null
from isa_guard.language.syntax import BinaryOp
from isa_guard.language.types import Bytes, Double, Duration, Int, List, String, Timestamp, Type
from isa_guard.language.values import TIMESTAMP_MAX, TIMESTAMP_MIN

if TYPE_CHECKING:
    from collections.abc import Callable

_ORDERS: Final = {BinaryOp.LT: "<", BinaryOp.LE: "<=", BinaryOp.GT: ">", BinaryOp.GE: ">="}
_INTS: Final = {BinaryOp.ADD: "add", BinaryOp.SUBTRACT: "subtract", BinaryOp.MULTIPLY: "multiply"}
_DIVISIONS: Final = {BinaryOp.DIVIDE: "divide", BinaryOp.REMAINDER: "remainder"}
_DOUBLES: Final = {
    BinaryOp.ADD: "add doubles",
    BinaryOp.SUBTRACT: "subtract doubles",
    BinaryOp.MULTIPLY: "multiply doubles",
    BinaryOp.DIVIDE: "divide doubles",
}
# Written as text: as a number, its digits without the sign fit in no BIGINT.
_LEAST: Final = "CAST('-9223372036854775808' AS BIGINT)"
_NAN: Final = "CAST('NaN' AS DOUBLE)"


def equality(say: Spelling, type_: Type, left: str, right: str) -> str:
    """Whether two values of that type are equal, NaN being equal to nothing."""
    if isinstance(type_, List):
        return _equal_lists(say, type_, left, right)
    if not isinstance(type_, Double):
        return f"({left} = {right})"

    def without_nan(one: str, other: str) -> str:
        nan = say("nan", one)
        return f"CASE WHEN {nan} AND {other} IS NOT NULL THEN FALSE ELSE {one} = {other} END"

    return say.bound_both(left, right, without_nan)


def _equal_lists(say: Spelling, type_: List, left: str, right: str) -> str:
    if isinstance(type_.element, List):
        raise NotPrintable("a comparison of lists within lists")
    if not isinstance(type_.element, Double):
        return f"({left} = {right})"

    def without_nan(one: str, other: str) -> str:
        nan = say("holds", one, _NAN)
        return f"CASE WHEN {nan} AND {other} IS NOT NULL THEN FALSE ELSE {one} = {other} END"

    return say.bound_both(left, right, without_nan)


def order(say: Spelling, op: BinaryOp, type_: Type, left: str, right: str) -> str:
    """Whether one value comes before another; for NaN it never does, on either side."""
    if not isinstance(type_, Double):
        return f"({left} {_ORDERS[op]} {right})"

    def without_nan(one: str, other: str) -> str:
        # Only where the side that must be greater is NaN would SQL say yes.
        greater, less = (other, one) if op in {BinaryOp.LT, BinaryOp.LE} else (one, other)
        nan = f"{say('nan', greater)} AND {less} IS NOT NULL"
        return f"CASE WHEN {nan} THEN FALSE ELSE {one} {_ORDERS[op]} {other} END"

    return say.bound_both(left, right, without_nan)


def membership(say: Spelling, element: Type, needle: str, items: str) -> str:
    """Whether a list, itself a value of SQL, holds an element equal to this one."""
    if isinstance(element, List):
        raise NotPrintable("a search for lists within lists")

    def found(one: str, all_: str) -> str:
        held = unless_null((one, all_), say("holds", all_, one))
        return f"CASE WHEN {say('nan', one)} AND {all_} IS NOT NULL THEN FALSE ELSE {held} END"

    if isinstance(element, Double):
        return say.bound_both(needle, items, found)
    return say.bound_both(needle, items, lambda one, all_: unless_null((one, all_), say("holds", all_, one)))


def arithmetic(say: Spelling, op: BinaryOp, types: tuple[Type, Type], left: str, right: str) -> str:
    """A sum of two values; NULL where it leaves the range of its type. Raises NotPrintable."""
    match types[0], types[1]:
        case Int(), Int() if op in _INTS:
            return say(_INTS[op], left, right)
        case Int(), Int():
            return say.bound_both(left, right, _division(say, _DIVISIONS[op]))
        case Double(), Double() if op is BinaryOp.DIVIDE:
            return say.bound_both(left, right, lambda one, other: say(_DOUBLES[op], one, other))
        case Double(), Double():
            return say(_DOUBLES[op], left, right)
        case String(), String():
            return _concatenation(say, "code points", left, right)
        case Bytes(), Bytes():
            return _concatenation(say, "octets", left, right)
        case List(), List():
            return _joined_lists(say, left, right)
        case (Duration(), Duration()) | (Timestamp(), Timestamp()):
            return duration(say, say(_INTS[op], left, right))
        case (Timestamp(), Duration()) | (Duration(), Timestamp()):
            return instant(say, say(_INTS[op], left, right))
        case _:
            raise NotPrintable(f"{types[0]} {op} {types[1]}")


def _division(say: Spelling, what: str) -> Callable[[str, str], str]:
    def divided(one: str, other: str) -> str:
        never = f"{other} = 0 OR ({other} = -1 AND {one} = {_LEAST})"
        return f"CASE WHEN {never} THEN NULL ELSE {say(what, one, other)} END"

    return divided


def _concatenation(say: Spelling, size: str, left: str, right: str) -> str:
    def bounded(joined: str) -> str:
        return f"CASE WHEN {say(size, joined)} <= {MAX_SIZE} THEN {joined} END"

    return say.bound(say("concatenate", left, right), bounded)


def _joined_lists(say: Spelling, left: str, right: str) -> str:
    def joined(one: str, other: str) -> str:
        size = f"{say('elements', one)} + {say('elements', other)}"
        both = say("concatenate lists", one, other)
        return f"CASE WHEN {size} <= {MAX_SIZE} THEN {both} END"  # which no NULL is

    return say.bound_both(left, right, joined)


def between(say: Spelling, text: str, least: int, most: int) -> str:
    """The number itself if it lies in that range, else NULL."""
    return say.bound(text, lambda one: f"CASE WHEN {one} BETWEEN {least} AND {most} THEN {one} END")


def duration(say: Spelling, micros: str) -> str:
    """The duration itself if it is one, else NULL."""
    return between(say, micros, -DURATION_MAX, DURATION_MAX)


def instant(say: Spelling, micros: str) -> str:
    """The timestamp itself if it is one, else NULL."""
    return between(say, micros, TIMESTAMP_MIN, TIMESTAMP_MAX)


def element(say: Spelling, items: str, index: str) -> str:
    """An element of a list by its number from 0; NULL where there is none."""

    def at(all_: str, number: str) -> str:
        within = f"{number} >= 0 AND {number} < {say('elements', all_)}"
        return f"CASE WHEN {within} THEN {say('element', all_, number)} END"

    return say.bound_both(items, index, at)
