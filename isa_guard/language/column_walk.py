"""Goes through one checked expression and gives the SQL of every node.

A part that reads only constants is worked out now, by the exact reading. A macro over a constant list is written
out; over a list of the row it becomes a lambda, inside which there can be no lookup.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from isa_guard.frozen import dataclass
from isa_guard.language import column_lists as lists
from isa_guard.language import column_operators as operators
from isa_guard.language import exact
from isa_guard.language.column_calls import Constant, Instant, Varying, call
from isa_guard.language.column_statement import MAX_NODES, MAX_TEXT
from isa_guard.language.exact import EvalError
from isa_guard.language.lets import free_names
from isa_guard.language.printer import show
from isa_guard.language.sql_dialects import NotPrintable, unless_null
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
    path_of,
)
from isa_guard.language.types import BOOL, INT, Double, Field, List, Nothing, Optional, Record, Type, join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.language.checker import Checked
    from isa_guard.language.column_statement import Statement
    from isa_guard.language.values import Value


@dataclass(frozen=True, slots=True)
class Known:
    """What a macro's variable stands for where its list is constant."""

    value: Value


@dataclass(frozen=True, slots=True)
class Each:
    """What a macro's variable is called inside a lambda."""

    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """An optional: NULL where it holds nothing; where one of `sure` is NULL, it is an error instead."""

    value: str
    sure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Folded:
    value: Value | EvalError


Locals: TypeAlias = "Mapping[str, Known | Each]"


class Walk:
    """One expression. `text` raises NotPrintable for what has no exact text in SQL."""

    def __init__(self, statement: Statement, checked: Checked) -> None:
        self._statement = statement
        self._say = statement.say
        self._checked = checked
        self._left = MAX_NODES

    @property
    def text(self) -> str:
        """The SQL of the whole expression."""
        return self._emit(self._checked.expr, {})

    def _emit(self, node: Expr, names: Locals, wanted: Type | None = None) -> str:
        """The SQL of a node. `wanted` is its type where the node itself, such as `[]`, does not tell it."""
        self._left -= 1
        text = self._text(node, names, wanted)
        if self._left < 0 or len(text) > MAX_TEXT:
            raise NotPrintable("so large an expression")
        return text

    def _text(self, node: Expr, names: Locals, wanted: Type | None) -> str:
        type_ = self._checked.type_of(node)
        type_ = type_ if wanted is None else join(type_, wanted)
        constant = self._constant(node, names)
        if constant is not None:
            if isinstance(constant.value, EvalError):
                return self._statement.nothing(type_)
            return self._statement.value(constant.value, type_)
        match node:
            case Name():
                return self._name(node, names)
            case Select():
                return self._field(node, names).value
            case Has():
                held = self._field(Select(node.operand, node.field), names)
                return unless_null(held.sure, f"({held.value} IS NOT NULL)")
            case Index():
                items, index = self._emit(node.operand, names), self._emit(node.index, names)
                return operators.element(self._say, items, index)
            case Call():
                return self._call(node, names)
            case Unary():
                return self._unary(node, names)
            case Binary():
                return self._binary(node, names)
            case Conditional():
                return self._conditional(node, names, type_)
            case ListLiteral():
                return self._list(node, names, type_)
            case Macro():
                return self._macro(node, names, type_)
            case Literal() | OptionalSelect() | OptionalIndex() | MapLiteral() | MessageLiteral():
                raise TypeError(type(node).__name__)  # the checker lets none of these stand as a value
            case _:
                assert_never(node)

    def _constant(self, node: Expr, names: Locals) -> _Folded | None:
        """What a node is that reads nothing of the row: its value, or the error that it always is."""
        known = self._known(names)
        free = free_names(node)
        if (
            free & names.keys() - known.keys()
            or not free <= known.keys() | self._checked.scope.constants.keys()
        ):
            return None
        return _Folded(exact.evaluate(replace(self._checked, expr=node), known))

    def _known(self, names: Locals) -> dict[str, Value]:
        """The values that are the same on every row, besides those of the scope itself."""
        locals_ = {name: local.value for name, local in names.items() if isinstance(local, Known)}
        return {**self._statement.given, **locals_}

    # Fields ---------------------------------------------------------------------------------------------

    def _name(self, node: Name, names: Locals) -> str:
        local = None if node.rooted else names.get(node.name)
        return local.text if isinstance(local, Each) else self._column((node.name,))

    def _column(self, path: tuple[str, ...]) -> str:
        text = self._statement.columns.get(".".join(path))
        if text is None:
            raise NotPrintable(f"{'.'.join(path)}, for which there is no column,")
        return text

    def _field(self, node: Expr, names: Locals) -> Held:
        """A field of a record of the row. To read it plainly is an error where a record that holds it is absent."""
        steps: list[Select | OptionalSelect] = []
        while isinstance(node, Select | OptionalSelect):
            steps.insert(0, node)
            node = node.operand
        if not isinstance(node, Name) or (not node.rooted and node.name in names):
            raise NotPrintable("a field of what is no record of the row")
        path: tuple[str, ...] = (node.name,)
        holder = Field(node.name, self._checked.scope.variables[node.name])
        sure: list[str] = []
        surely = True
        for step in steps:
            if holder.optional and surely:
                sure.append(self._column(path))
            surely = surely and isinstance(step, Select)
            assert isinstance(holder.type, Record)
            declared = holder.type.field(step.field)
            assert declared is not None
            path, holder = (*path, step.field), declared
        return Held(self._column(path), tuple(sure))

    # Optionals ------------------------------------------------------------------------------------------

    def _held(self, node: Expr, names: Locals) -> Held:
        if self._constant_optional(node, names):
            return self._known_optional(node, names)
        if isinstance(node, Select | OptionalSelect):
            return self._field(node, names)
        assert isinstance(node, Index | OptionalIndex)
        index = self._emit(node.index, names)
        if isinstance(self._checked.type_of(node.operand), Optional):
            holder = self._held(node.operand, names)
            items, sure = holder.value, (*holder.sure, index)
        else:
            items = self._emit(node.operand, names)
            sure = (items, index)
        return Held(operators.element(self._say, items, index), sure)

    def _constant_optional(self, node: Expr, names: Locals) -> bool:
        return free_names(node) <= self._known(names).keys() | self._checked.scope.constants.keys()

    def _known_optional(self, node: Expr, names: Locals) -> Held:
        """A constant optional, asked of the exact reading by the two calls that read one."""
        type_ = self._checked.type_of(node)
        assert isinstance(type_, Optional)
        known = self._known(names)
        there = exact.evaluate(replace(self._checked, expr=Call("hasValue", (), node)), known)
        if isinstance(there, EvalError):
            return Held(self._statement.nothing(type_.element), (self._statement.nothing(type_.element),))
        if not there:
            return Held(self._statement.nothing(type_.element))
        value = exact.evaluate(replace(self._checked, expr=Call("orValue", (node,), node)), known)
        assert not isinstance(value, EvalError)
        return Held(self._statement.value(value, type_.element))

    def _optional_call(self, node: Call, names: Locals) -> str:
        assert node.target is not None
        held = self._held(node.target, names)
        if node.name == "hasValue":
            return unless_null(held.sure, f"({held.value} IS NOT NULL)")
        type_ = self._checked.type_of(node.target)
        assert isinstance(type_, Optional)
        otherwise = self._emit(node.args[0], names, type_.element)
        return unless_null(held.sure, f"coalesce({held.value}, {otherwise})")

    # Operators ------------------------------------------------------------------------------------------

    def _unary(self, node: Unary, names: Locals) -> str:
        operand = self._emit(node.operand, names)
        if node.op is UnaryOp.NOT:
            return f"(NOT {operand})"
        if isinstance(self._checked.type_of(node.operand), Double):
            return self._say("negate double", operand)
        return self._say("subtract", self._statement.value(0, INT), operand)

    def _binary(self, node: Binary, names: Locals) -> str:
        if node.op is BinaryOp.IN:
            return self._membership(node, names)
        types = self._checked.type_of(node.left), self._checked.type_of(node.right)
        left, right = self._emit(node.left, names, types[1]), self._emit(node.right, names, types[0])
        match node.op:
            case BinaryOp.AND | BinaryOp.OR:
                return f"({left} {'AND' if node.op is BinaryOp.AND else 'OR'} {right})"
            case BinaryOp.EQ:
                return operators.equality(self._say, join(*types), left, right)
            case BinaryOp.NE:
                return f"(NOT {operators.equality(self._say, join(*types), left, right)})"
            case BinaryOp.LT | BinaryOp.LE | BinaryOp.GT | BinaryOp.GE:
                return operators.order(self._say, node.op, join(*types), left, right)
            case _:
                return operators.arithmetic(self._say, node.op, types, left, right)

    def _membership(self, node: Binary, names: Locals) -> str:
        list_ = self._checked.type_of(node.right)
        given = self._checked.type_of(node.left)
        element = join(given, list_.element if isinstance(list_, List) else Nothing())
        needle = self._emit(node.left, names)
        items = self._constant(node.right, names)
        if items is None:
            right = self._emit(node.right, names, List(given))
            return operators.membership(self._say, element, needle, right)
        if isinstance(items.value, EvalError):
            return self._statement.nothing(BOOL)
        assert isinstance(items.value, tuple)
        if isinstance(element, List):
            raise NotPrintable("a search for lists within lists")
        # NaN is equal to nothing, except in SQL.
        texts = [self._statement.value(item, element) for item in items.value if item == item]  # noqa: PLR0124
        return f"({needle} IN ({', '.join(texts)}))" if texts else unless_null((needle,), "FALSE")

    def _conditional(self, node: Conditional, names: Locals, type_: Type) -> str:
        test = self._emit(node.test, names)
        then, otherwise = self._emit(node.then, names, type_), self._emit(node.otherwise, names, type_)
        return f"CASE {test} WHEN TRUE THEN {then} WHEN FALSE THEN {otherwise} END"

    # Calls ----------------------------------------------------------------------------------------------

    def _call(self, node: Call, names: Locals) -> str:
        prepared = self._statement.columns.get(show(node))
        if prepared is not None and not free_names(node) & names.keys():
            return prepared
        function = self._checked.function_of(node)
        if function is None:
            return self._optional_call(node, names)
        given = (*(() if node.target is None else (node.target,)), *node.args)
        constants = [self._constant(arg, names) for arg in given]
        alone = constants.count(None) == 1
        args: list[Constant | Varying] = []
        for arg, constant in zip(given, constants, strict=True):
            if constant is None:
                args.append(self._varying(arg, names, alone=alone))
            elif isinstance(constant.value, EvalError):
                return self._statement.nothing(function.result)
            else:
                args.append(Constant(constant.value, self._checked.type_of(arg)))
        text = call(self._statement, function, tuple(args))
        elements = [local.text for local in names.values() if isinstance(local, Each)]
        asked = [key for lookup in self._statement.lookups_of(text) for key in lookup.keys]
        if any(element in key for element in elements for key in asked):
            raise NotPrintable(f"{function.name}() of an element of a list of the row")
        return text

    def _varying(self, node: Expr, names: Locals, *, alone: bool) -> Varying:
        type_ = self._checked.type_of(node)
        if alone and isinstance(node, Call) and node.name == "start_of":
            return Varying(self._emit(node.args[0], names), type_, Instant.START_OF_DAY)
        path = path_of(node)
        dated = path is not None and ".".join(path) in self._statement.dated
        return Varying(self._emit(node, names), type_, Instant.DATED if dated else Instant.ANY)

    # Lists ----------------------------------------------------------------------------------------------

    def _list(self, node: ListLiteral, names: Locals, type_: Type) -> str:
        assert isinstance(type_, List)
        return self._listed([self._emit(item, names, type_.element) for item in node.items], type_)

    def _listed(self, texts: Sequence[str], type_: Type) -> str:
        """A list of these, which is an error where one of them is."""
        return lists.whole(self._say, self._say.cast(self._say("list", ", ".join(texts)), type_))

    def _macro(self, node: Macro, names: Locals, type_: Type) -> str:
        items = self._constant(node.operand, names)
        if items is None or node.kind is MacroKind.FILTER or node.guard is not None:
            return self._each(node, names)
        if isinstance(items.value, EvalError):
            return self._statement.nothing(type_)
        assert isinstance(items.value, tuple)
        texts = [self._emit(node.body, {**names, node.variable: Known(item)}) for item in items.value]
        match node.kind:
            case MacroKind.ALL:
                return f"({' AND '.join(texts)})" if texts else "TRUE"
            case MacroKind.EXISTS:
                return f"({' OR '.join(texts)})" if texts else "FALSE"
            case MacroKind.EXISTS_ONE:
                counted = (f"CAST({text} AS INTEGER)" for text in texts)
                return f"({' + '.join(('0', *counted))} = 1)"
            case MacroKind.MAP:
                return self._listed(texts, type_)
            case _:
                assert_never(node.kind)

    def _each(self, node: Macro, names: Locals) -> str:
        """A macro over a list that SQL goes through."""
        items, name = self._emit(node.operand, names), self._say.variable()
        inner = {**names, node.variable: Each(name)}
        match node.kind:
            case MacroKind.ALL | MacroKind.EXISTS | MacroKind.EXISTS_ONE:
                return lists.tested(self._say, node.kind, items, name, self._emit(node.body, inner))
            case MacroKind.FILTER:
                return lists.filtered(self._say, items, name, self._emit(node.body, inner))
            case MacroKind.MAP:
                if node.guard is not None:
                    items = lists.filtered(self._say, items, name, self._emit(node.guard, inner))
                return lists.whole(self._say, self._say("each", items, name, self._emit(node.body, inner)))
            case _:
                assert_never(node.kind)
