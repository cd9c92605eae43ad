"""Checked expressions as Python text, for the quick reading.

Nothing of a rule is ever code: a string or a field's name goes in as an escaped literal, a list or a term as
a bound value, and every variable under a name made here.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.language import exact, operators, regex
from isa_guard.language.exact import EvalError
from isa_guard.language.lets import free_names
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
    Macro,
    MacroKind,
    MapLiteral,
    MessageLiteral,
    Name,
    OptionalIndex,
    OptionalSelect,
    Select,
    Unary,
    UnaryOp,
)
from isa_guard.language.types import Double, List, Optional, Type

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from isa_guard.language.checker import Checked
    from isa_guard.language.values import Value


class _Nothing:
    """What an optional holds when it holds nothing."""


_NOTHING: Final = _Nothing()


def _element(items: tuple[Value, ...], index: int) -> Value:
    if index < 0:
        raise IndexError
    return items[index]


def _held_field(holder: Mapping[str, Value] | _Nothing, name: str) -> Value | _Nothing:
    return holder if isinstance(holder, _Nothing) else holder.get(name, _NOTHING)


def _held_element(holder: tuple[Value, ...] | _Nothing, index: int) -> Value | _Nothing:
    if isinstance(holder, _Nothing):
        return holder
    return holder[index] if 0 <= index < len(holder) else _NOTHING


def _or_value(held: Value | _Nothing, otherwise: Callable[[], Value]) -> Value:
    return otherwise() if isinstance(held, _Nothing) else held


SUPPORT: Final[dict[str, object]] = {
    "NOTHING": _NOTHING,
    "add": operators.add,
    "subtract": operators.subtract,
    "multiply": operators.multiply,
    "divide": operators.divide,
    "remainder": operators.remainder,
    "negate": operators.negate,
    "concatenate": operators.concatenate,
    "equal": operators.equal,
    "contained": operators.contained,
    "element": _element,
    "held_field": _held_field,
    "held_element": _held_element,
    "or_value": _or_value,
}
_SUMS: Final = {
    BinaryOp.ADD: "add",
    BinaryOp.SUBTRACT: "subtract",
    BinaryOp.MULTIPLY: "multiply",
    BinaryOp.DIVIDE: "divide",
    BinaryOp.REMAINDER: "remainder",
}


class Emitter:
    """Python text for checked expressions; every value that is not a small literal is bound to a name."""

    def __init__(self, namespace: dict[str, object], variables: Mapping[str, str]) -> None:
        self._namespace = namespace
        self._variables = variables
        self._checked: Checked
        self._made = 0

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names given to the variables, in order."""
        return tuple(self._variables.values())

    def of(self, checked: Checked) -> str:
        """The text of one expression. Every name in it is a parameter or bound in the namespace."""
        self._checked = checked
        return self._emit(checked.expr, {})

    def _bind(self, value: object) -> str:
        name = f"k{len(self._namespace)}"  # which only grows, so no name is given twice
        self._namespace[name] = value
        return name

    def _emit(self, node: Expr, names: Mapping[str, str]) -> str:
        if not isinstance(node, Literal):
            folded = self._folded(node, names)
            if folded is not None:
                return folded
        match node:
            case Literal():
                return _literal(node)
            case Name():
                return self._name(node, names)
            case Select():
                return f"{self._emit(node.operand, names)}[{node.field!a}]"
            case Has():
                return f"({node.field!a} in {self._emit(node.operand, names)})"
            case Index():
                return self._index(node, names)
            case Call():
                return self._call(node, names)
            case Unary():
                return self._unary(node, names)
            case Binary():
                return self._binary(node, names)
            case Conditional():
                test, then = self._emit(node.test, names), self._emit(node.then, names)
                return f"({then} if {test} else {self._emit(node.otherwise, names)})"
            case ListLiteral():
                return "(" + "".join(f"{self._emit(item, names)}, " for item in node.items) + ")"
            case Macro():
                return self._macro(node, names)
            case OptionalSelect() | OptionalIndex() | MapLiteral() | MessageLiteral():
                raise TypeError(type(node).__name__)  # the checker lets none of these stand as a value
            case _:
                assert_never(node)

    def _folded(self, node: Expr, names: Mapping[str, str]) -> str | None:
        """A part that reads only constants is worked out now; one that fails is left to fail when read."""
        free = free_names(node)
        if free & names.keys() or not free <= self._checked.scope.constants.keys():
            return None
        value = exact.evaluate(self._part(node), {})
        return None if isinstance(value, EvalError) else self._bind(value)

    def _part(self, node: Expr) -> Checked:
        return replace(self._checked, expr=node)

    def _name(self, node: Name, names: Mapping[str, str]) -> str:
        if not node.rooted and node.name in names:
            return names[node.name]
        return self._variables[node.name]

    def _index(self, node: Index, names: Mapping[str, str]) -> str:
        items = self._emit(node.operand, names)
        index = node.index.value if isinstance(node.index, Literal) else -1
        if isinstance(index, int) and index >= 0:
            return f"{items}[{index}]"
        return f"element({items}, {self._emit(node.index, names)})"

    def _unary(self, node: Unary, names: Mapping[str, str]) -> str:
        operand = self._emit(node.operand, names)
        if node.op is UnaryOp.NOT:
            return f"(not {operand})"
        if isinstance(self._checked.type_of(node.operand), Double):
            return f"(-{operand})"
        return f"negate({operand})"

    def _binary(self, node: Binary, names: Mapping[str, str]) -> str:
        if node.op in {BinaryOp.AND, BinaryOp.OR}:
            word = " and " if node.op is BinaryOp.AND else " or "
            return "(" + word.join(self._emit(side, names) for side in _chain(node)) + ")"
        type_ = self._checked.type_of(node.left)
        if node.op is BinaryOp.IN:
            return self._membership(node, names)
        left, right = self._emit(node.left, names), self._emit(node.right, names)
        if node.op in {BinaryOp.EQ, BinaryOp.NE} and _may_hide_nan(type_):
            return f"equal({left}, {right})" if node.op is BinaryOp.EQ else f"(not equal({left}, {right}))"
        if node.op not in _SUMS:
            return f"({left} {node.op} {right})"
        return self._sum(node, left, right)

    def _sum(self, node: Binary, left: str, right: str) -> str:
        types = self._checked.type_of(node.left), self._checked.type_of(node.right)
        known = operators.arithmetic(node.op, *types)
        if known is None or known.run is operators.concatenate:
            return f"concatenate({left}, {right})"
        if isinstance(types[0], Double):
            return f"({left} {node.op} {right})"  # only a division by zero raises, and is read again exactly
        if known.run is getattr(operators, _SUMS[node.op]):
            return f"{_SUMS[node.op]}({left}, {right})"
        return f"{self._bind(known.run)}({left}, {right})"

    def _membership(self, node: Binary, names: Mapping[str, str]) -> str:
        left, right = self._emit(node.left, names), self._emit(node.right, names)
        if _may_hide_nan(self._checked.type_of(node.right)):
            return f"contained({left}, {right})"
        items = self._namespace.get(right)
        if isinstance(items, tuple) and not isinstance(self._checked.type_of(node.left), List):
            right = self._bind(frozenset(items))
        return f"({left} in {right})"

    def _call(self, node: Call, names: Mapping[str, str]) -> str:
        function = self._checked.function_of(node)
        if function is None:
            return self._optional_call(node, names)
        given = [] if node.target is None else [self._emit(node.target, names)]
        given += [self._emit(arg, names) for arg in node.args]
        if function.name == "matches":
            pattern = node.args[-1]
            assert isinstance(pattern, Literal)
            return f"{self._bind(regex.compiled(str(pattern.value)).search)}({given[0]})"
        if function.name == "contains":
            return f"({given[1]} in {given[0]})"
        if function.name in {"startsWith", "endsWith"}:
            return f"{given[0]}.{function.name.lower()}({given[1]})"
        if function.run is len:
            return f"len({given[0]})"
        return f"{self._bind(function.run)}({', '.join(given)})"

    def _optional_call(self, node: Call, names: Mapping[str, str]) -> str:
        assert node.target is not None
        held = self._optional(node.target, names)
        if node.name == "hasValue":
            return f"({held} is not NOTHING)"
        otherwise = node.args[0]
        simple = isinstance(node.target, OptionalSelect) and held.endswith(", NOTHING)")
        if simple and isinstance(otherwise, Literal):
            return f"{held.removesuffix('NOTHING)')}{_literal(otherwise)})"
        return f"or_value({held}, lambda: {self._emit(otherwise, names)})"

    def _optional(self, node: Expr, names: Mapping[str, str]) -> str:
        if isinstance(node, Select | OptionalSelect):
            if isinstance(self._checked.type_of(node.operand), Optional):
                return f"held_field({self._optional(node.operand, names)}, {node.field!a})"
            return f"{self._emit(node.operand, names)}.get({node.field!a}, NOTHING)"
        assert isinstance(node, Index | OptionalIndex)
        index = self._emit(node.index, names)
        if isinstance(self._checked.type_of(node.operand), Optional):
            return f"held_element({self._optional(node.operand, names)}, {index})"
        return f"held_element({self._emit(node.operand, names)}, {index})"

    def _macro(self, node: Macro, names: Mapping[str, str]) -> str:
        items = self._emit(node.operand, names)
        if short := self._without_loop(node, items, names):
            return short
        self._made += 1
        variable = f"e{self._made}"
        inner = {**names, node.variable: variable}
        body, each = self._emit(node.body, inner), f"for {variable} in {items}"
        match node.kind:
            case MacroKind.ALL:
                return f"all({body} {each})"
            case MacroKind.EXISTS:
                return f"any({body} {each})"
            case MacroKind.EXISTS_ONE:
                return f"(sum({body} {each}) == 1)"
            case MacroKind.FILTER:
                return f"tuple({variable} {each} if {body})"
            case MacroKind.MAP:
                guard = "" if node.guard is None else f" if {self._emit(node.guard, inner)}"
                return f"tuple({body} {each}{guard})"
            case _:
                assert_never(node.kind)

    def _without_loop(self, node: Macro, items: str, names: Mapping[str, str]) -> str | None:
        """Two common questions that Python answers at once: is this among them, are they all among these.

        Should what is asked for fail, the whole condition is read again exactly, as ever.
        """
        body = node.body
        if not isinstance(body, Binary) or body.left != Name(node.variable):
            return None
        scalar = not isinstance(self._checked.type_of(body.left), Double | List)
        if not scalar or node.variable in free_names(body.right):
            return None
        other = self._emit(body.right, names)
        if node.kind is MacroKind.EXISTS and body.op is BinaryOp.EQ:
            return f"({other} in {items})"
        known = self._namespace.get(other)
        if node.kind is MacroKind.ALL and body.op is BinaryOp.IN and isinstance(known, tuple):
            return f"{self._bind(frozenset(known))}.issuperset({items})"
        return None


def _literal(node: Literal) -> str:
    """Escaped by Python itself, in ASCII; a number is in brackets so that nothing can join it."""
    return f"({node.value!r})" if isinstance(node.value, int | float) else ascii(node.value)


def _chain(node: Binary) -> list[Expr]:
    """The sides of `a && b && c`, in order."""
    sides: list[Expr] = []
    left: Expr = node
    while isinstance(left, Binary) and left.op is node.op:
        sides.append(left.right)
        left = left.left
    return [left, *reversed(sides)]


def _may_hide_nan(type_: Type) -> bool:
    """Whether Python would compare by identity first, and so find a NaN in a list equal to itself."""
    if not isinstance(type_, List):
        return False
    inside: Type = type_
    while isinstance(inside, List):
        inside = inside.element
    return isinstance(inside, Double)
