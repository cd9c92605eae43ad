"""The operators by the types of their operands, with CEL's ranges: 64-bit integers, RFC 3339 instants.

An operand pair that is not in the table does not exist in the language: no mixing of int and double, no order
of bools, no sums of dates (functions of the calendar do that).
"""

from __future__ import annotations

import operator
from math import copysign, inf, isnan, nan
from typing import TYPE_CHECKING, Final, TypeVar

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.language.syntax import BinaryOp
from isa_guard.language.types import (
    BYTES,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    Bytes,
    Date,
    Double,
    Duration,
    Int,
    String,
    Timestamp,
    Type,
)
from isa_guard.language.values import INT_MAX, INT_MIN, TIMESTAMP_MAX, TIMESTAMP_MIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from isa_guard.language.values import Value

# cel-spec, Overflow: a duration is one 64-bit number of nanoseconds, about 292 years either way.
DURATION_MAX: Final = INT_MAX // 1000


class ArithmeticFault(IsaGuardError):
    """A sum that has no answer of its type: overflow, division by zero."""


@dataclass(frozen=True, slots=True)
class Operator:
    """What an operator gives for operands of certain types."""

    result: Type
    run: Callable[..., Value]
    may_fail: bool = True


def whole(value: int) -> int:
    """The number itself if it fits in 64 bits. Raises ArithmeticFault."""
    if INT_MIN <= value <= INT_MAX:
        return value
    raise ArithmeticFault("the number leaves the range of 64 bits")


def duration(micros: int) -> int:
    """The duration itself if it is one. Raises ArithmeticFault beyond about 292 years."""
    if -DURATION_MAX <= micros <= DURATION_MAX:
        return micros
    raise ArithmeticFault("the duration is out of range: at most about 292 years")


def instant(micros: int) -> int:
    """The timestamp itself if it is one. Raises ArithmeticFault outside the years 1 to 9999."""
    if TIMESTAMP_MIN <= micros <= TIMESTAMP_MAX:
        return micros
    raise ArithmeticFault("the timestamp is out of range: years 1 to 9999")


def add(left: int, right: int) -> int:
    """The sum. Raises ArithmeticFault when it overflows."""
    return whole(left + right)


def subtract(left: int, right: int) -> int:
    """The difference. Raises ArithmeticFault when it overflows."""
    return whole(left - right)


def multiply(left: int, right: int) -> int:
    """The product. Raises ArithmeticFault when it overflows."""
    return whole(left * right)


def divide(left: int, right: int) -> int:
    """The quotient, towards zero as in C, not downwards as in Python. Raises ArithmeticFault."""
    if right == 0:
        raise ArithmeticFault("division by zero")
    quotient = abs(left) // abs(right)
    return whole(quotient if (left < 0) == (right < 0) else -quotient)


def remainder(left: int, right: int) -> int:
    """What `divide` leaves over, with the sign of `left`. Raises ArithmeticFault."""
    if right == 0:
        raise ArithmeticFault("remainder of a division by zero")
    if left == INT_MIN and right == -1:
        raise ArithmeticFault("the number leaves the range of 64 bits")
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def divide_doubles(left: float, right: float) -> float:
    """The IEEE 754 quotient, which is infinite or not a number for a division by zero."""
    if right:
        return left / right
    if left == 0 or isnan(left) or isnan(right):
        return nan
    return copysign(inf, left) * copysign(1.0, right)


def negate(value: int) -> int:
    """The opposite. Raises ArithmeticFault for the least integer, which has none."""
    return whole(-value)


def equal(left: Value, right: Value) -> bool:
    """Whether two values of one type are the same; element by element, so that no list hides a NaN."""
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    return left == right


def contained(element: Value, elements: tuple[Value, ...]) -> bool:
    """Whether the list holds an element equal to this one."""
    return any(equal(element, other) for other in elements)


# No concatenation makes more than this of anything, whatever a rule adds to itself.
MAX_SIZE: Final = 1_000_000
_Joined = TypeVar("_Joined", str, bytes, "tuple[Value, ...]")


def concatenate(left: _Joined, right: _Joined) -> _Joined:
    """Two texts, byte strings or lists in one. Raises ArithmeticFault for more than MAX_SIZE parts."""
    if len(left) + len(right) > MAX_SIZE:
        raise ArithmeticFault(f"more than {MAX_SIZE} parts in one text or list")
    return left + right


_ARITHMETIC: Final[dict[tuple[BinaryOp, type[Type], type[Type]], Operator]] = {
    (BinaryOp.ADD, Int, Int): Operator(INT, add),
    (BinaryOp.SUBTRACT, Int, Int): Operator(INT, subtract),
    (BinaryOp.MULTIPLY, Int, Int): Operator(INT, multiply),
    (BinaryOp.DIVIDE, Int, Int): Operator(INT, divide),
    (BinaryOp.REMAINDER, Int, Int): Operator(INT, remainder),
    (BinaryOp.ADD, Double, Double): Operator(DOUBLE, operator.add, may_fail=False),
    (BinaryOp.SUBTRACT, Double, Double): Operator(DOUBLE, operator.sub, may_fail=False),
    (BinaryOp.MULTIPLY, Double, Double): Operator(DOUBLE, operator.mul, may_fail=False),
    (BinaryOp.DIVIDE, Double, Double): Operator(DOUBLE, divide_doubles, may_fail=False),
    (BinaryOp.ADD, String, String): Operator(STRING, concatenate),
    (BinaryOp.ADD, Bytes, Bytes): Operator(BYTES, concatenate),
    (BinaryOp.ADD, Duration, Duration): Operator(DURATION, lambda a, b: duration(a + b)),
    (BinaryOp.SUBTRACT, Duration, Duration): Operator(DURATION, lambda a, b: duration(a - b)),
    (BinaryOp.ADD, Timestamp, Duration): Operator(TIMESTAMP, lambda a, b: instant(a + b)),
    (BinaryOp.ADD, Duration, Timestamp): Operator(TIMESTAMP, lambda a, b: instant(a + b)),
    (BinaryOp.SUBTRACT, Timestamp, Duration): Operator(TIMESTAMP, lambda a, b: instant(a - b)),
    (BinaryOp.SUBTRACT, Timestamp, Timestamp): Operator(DURATION, lambda a, b: duration(a - b)),
}
ORDERED: Final[tuple[type[Type], ...]] = (Int, Double, String, Bytes, Timestamp, Duration, Date)
COMPARISONS: Final[dict[BinaryOp, Callable[..., bool]]] = {
    BinaryOp.LT: operator.lt,
    BinaryOp.LE: operator.le,
    BinaryOp.GT: operator.gt,
    BinaryOp.GE: operator.ge,
}
_NEGATIONS: Final[dict[type[Type], Operator]] = {
    Int: Operator(INT, negate),
    Double: Operator(DOUBLE, operator.neg, may_fail=False),
}


def arithmetic(op: BinaryOp, left: Type, right: Type) -> Operator | None:
    """The operator `+ - * / %` for these operands; None when the language has none. Lists are not in here."""
    return _ARITHMETIC.get((op, type(left), type(right)))


def negation(operand: Type) -> Operator | None:
    """Unary minus for this operand; None when the language has none."""
    return _NEGATIONS.get(type(operand))
