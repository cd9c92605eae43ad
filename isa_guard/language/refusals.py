"""The words in which the checker refuses: what is wrong and what would mend it, one function for each case.

Each gives (what, hint), the two parts of a Fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from isa_guard.language.functions import names, overloads
from isa_guard.language.printer import show
from isa_guard.language.syntax import (
    Binary,
    Call,
    Expr,
    Literal,
    LiteralKind,
    MapLiteral,
    MessageLiteral,
)
from isa_guard.language.types import Bool, Date, Double, Int, PeriodType, Type

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LITERALS: Final[dict[type[Expr], tuple[str, str]]] = {
    MapLiteral: ("maps are not part of the language", "compare fields one by one, or use a list"),
    MessageLiteral: ("messages are not built in the language", "compare fields one by one"),
}
KINDS: Final = {
    LiteralKind.UINT: ("unsigned numbers are not part of the language", "leave out the `u`"),
    LiteralKind.NULL: ("there is no null: a field is there or absent", "write has(record.field)"),
}
ORDER_HINTS: Final[dict[type[Type], str]] = {
    Bool: "compare with == or !=",
    PeriodType: "compare the days they lead to, with earliest() or due_date(), or their amount()",
}
_FUNCTIONS: Final = {
    "dyn": ("dyn() would switch the types off", "leave it out"),
    "type": ("type() is not part of the language: every type is known beforehand", ""),
    "uint": ("unsigned numbers are not part of the language", "use int()"),
    "has": ("has() takes one field", "write has(record.field)"),
    "orValue": ("orValue() reads an optional", "write record.?field.orValue(...)"),
    "hasValue": ("hasValue() asks of an optional", "write has(record.field)"),
    "getValue": ("there is no getValue()", "write orValue(...)"),
}
_MACROS: Final = frozenset({"all", "exists", "exists_one", "map", "filter"})


def suggestion(wrong: str, known: Iterable[str]) -> str:
    """What the author may have meant, as a hint; empty when nothing is near."""
    from difflib import get_close_matches

    near = get_close_matches(wrong[:100], list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def unknown_name(name: str, known: Sequence[str]) -> tuple[str, str]:
    """A name that nothing defines."""
    return f"{name!r} is not defined", suggestion(name, known) or f"there is {', '.join(sorted(known))}"


def unknown_field(operand: str, field: str, known: Sequence[str]) -> tuple[str, str]:
    """A field that a record does not have."""
    return f"{operand} has no field {field!r}", suggestion(field, known)


def mixed(node: Binary, left: Type, right: Type) -> tuple[str, str]:
    """Two sides of an operator that are of different types."""
    what = f"`{node.op}` needs two of one type, but {show(node.left)} is {left} and the other is {right}"
    return what, _conversion(left, right)


def no_sum(node: Binary, left: Type, right: Type) -> tuple[str, str]:
    """A sum that the language does not have."""
    return f"there is no {left} {node.op} {right}", _conversion(left, right)


def _conversion(left: Type, right: Type) -> str:
    kinds = {type(left), type(right)}
    if kinds == {Int, Double}:
        return "write the number as 1.0, or convert it with double() or int()"
    if Date in kinds:
        return "use add_months(), add_working_days(), day() or start_of()"
    if PeriodType in kinds:
        return "use earliest(), due(), due_date(), or the amount() of the period"
    return ""


def outside_vocabulary(node: Binary, left: Sequence[str], right: Sequence[str]) -> tuple[str, str]:
    """A comparison with a word that cannot occur."""
    if isinstance(node.left, Literal):
        left, right = right, left
    shown = show(node.right if isinstance(node.left, Literal) else node.left)
    if len(right) == 1:
        what = f"{shown} is never {right[0]!r}"
        return what, suggestion(right[0], left) or f"it is one of {', '.join(map(repr, left))}"
    return f"{shown} can never be equal to this: they share no value", ""


def no_function(node: Call, args: Sequence[Type]) -> tuple[str, str]:
    """A call that no function answers."""
    receiver = node.target is not None
    same = overloads(node.name, receiver=receiver)
    if same:
        shown = ", ".join(map(str, args)) or "nothing"
        return f"{node.name}() does not take {shown}", "; ".join(function.signature for function in same)
    if node.name in _FUNCTIONS:
        return _FUNCTIONS[node.name]
    if node.name in _MACROS:
        return f"{node.name}() needs a list, a name and a test", f"write list.{node.name}(x, ...)"
    if other := overloads(node.name, receiver=not receiver):
        return f"{node.name}() is written differently", other[0].signature
    return f"there is no function {node.name}()", suggestion(node.name, names(receiver=receiver))
