"""The exact reading: walks the tree and keeps every error until something absorbs it.

It says why a condition cannot be told, and is what the quick reading falls back to. Slow and plain on
purpose. Inside, an error travels as an exception; `&&`, `||`, `all` and `exists` catch it where CEL lets
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from isa_guard.errors import IsaGuardError
from isa_guard.frozen import dataclass
from isa_guard.language.operators import (
    COMPARISONS,
    arithmetic,
    concatenate,
    contained,
    equal,
    negation,
)
from isa_guard.language.outcome import Outcome
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
from isa_guard.language.types import Optional

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isa_guard.language.checker import Checked
    from isa_guard.language.condition import Condition
    from isa_guard.language.values import Value


@dataclass(frozen=True, slots=True)
class EvalError:
    """Why an expression has no value: what is wrong, the characters of the expression, and the path if it is
    a field that is not given ("transfer.items[2].volume").
    """

    what: str
    start: int
    end: int
    path: str = ""

    def __str__(self) -> str:
        return self.what


def evaluate(checked: Checked, variables: Mapping[str, Value]) -> Value | EvalError:
    """The value of an expression, or why it has none. Never raises for facts that keep to the schema; for
    others it gives an EvalError rather than an answer.
    """
    try:
        return _Walk(checked, variables).value(checked.expr, {})
    except _Failed as failed:
        return failed.error
    except (TypeError, AttributeError, LookupError, ValueError, ArithmeticError, RecursionError) as error:
        # Only a fact that was not checked against its schema can lead here: fail closed, say so.
        expr = checked.expr
        return EvalError(
            f"a value is not of its declared type ({type(error).__name__})", expr.start, expr.end
        )


def outcome(condition: Condition, variables: Mapping[str, Value]) -> Outcome:
    """What becomes of a condition, errors absorbed only where CEL absorbs them."""
    if condition.when is not None:
        applies = evaluate(condition.when, variables)
        if isinstance(applies, EvalError):
            return Outcome.CANNOT_TELL
        if not applies:
            return Outcome.NOT_APPLICABLE
    kept = evaluate(condition.require, variables)
    if isinstance(kept, EvalError):
        return Outcome.CANNOT_TELL
    return Outcome.MET if kept else Outcome.NOT_MET


def cause(condition: Condition, variables: Mapping[str, Value]) -> EvalError | None:
    """Why a condition cannot be told; None when it can."""
    if condition.when is not None:
        applies = evaluate(condition.when, variables)
        if isinstance(applies, EvalError):
            return applies
        if not applies:
            return None
    kept = evaluate(condition.require, variables)
    return kept if isinstance(kept, EvalError) else None


class _Failed(Exception):
    def __init__(self, error: EvalError) -> None:
        self.error = error


class _Nothing:
    """What an optional holds when it holds nothing."""


_NOTHING: Final = _Nothing()


class _Local(NamedTuple):
    value: Value
    over: str
    at: int


class _Walk:
    """One evaluation. `locals_` are the names that macros bring, with where their elements come from."""

    def __init__(self, checked: Checked, variables: Mapping[str, Value]) -> None:
        self._checked = checked
        self._variables = variables

    def value(self, node: Expr, locals_: Mapping[str, _Local]) -> Value:
        match node:
            case Literal():
                assert node.value is not None
                return node.value
            case Name():
                return self._name(node, locals_)
            case Select():
                return self._select(node, locals_)
            case Has():
                return node.field in self._record(node.operand, locals_)
            case Index():
                return self._element(node, locals_)
            case Call():
                return self._call(node, locals_)
            case Unary():
                return self._unary(node, locals_)
            case Binary():
                return self._binary(node, locals_)
            case Conditional():
                test = self.value(node.test, locals_)
                return self.value(node.then if test else node.otherwise, locals_)
            case ListLiteral():
                return tuple(self.value(item, locals_) for item in node.items)
            case Macro():
                return self._macro(node, locals_)
            case OptionalSelect() | OptionalIndex() | MapLiteral() | MessageLiteral():
                raise TypeError(type(node).__name__)  # the checker lets none of these stand as a value
            case _:
                assert_never(node)

    def _name(self, node: Name, locals_: Mapping[str, _Local]) -> Value:
        if not node.rooted and node.name in locals_:
            return locals_[node.name].value
        if node.name in self._checked.scope.constants:
            return self._checked.scope.constants[node.name][1]
        if node.name not in self._variables:
            raise self._absent(node, node.name)
        return self._variables[node.name]

    def _record(self, node: Expr, locals_: Mapping[str, _Local]) -> Mapping[str, Value]:
        value = self.value(node, locals_)
        if not isinstance(value, Mapping):
            raise TypeError(type(value).__name__)
        return value

    def _select(self, node: Select, locals_: Mapping[str, _Local]) -> Value:
        record = self._record(node.operand, locals_)
        if node.field not in record:
            raise self._absent(node, self._path(node, locals_))
        return record[node.field]

    def _path(self, node: Expr, locals_: Mapping[str, _Local]) -> str:
        """Where a value comes from, for people: empty when from no field."""
        match node:
            case Name(name=name) if name in locals_ and not node.rooted:
                local = locals_[name]
                return f"{local.over}[{local.at}]" if local.over else name
            case Name(name=name):
                return name
            case Select():
                operand = self._path(node.operand, locals_)
                return f"{operand}.{node.field}" if operand else ""
            case _:
                return ""

    def _absent(self, node: Expr, path: str) -> _Failed:
        shown = path or "the field"
        return _Failed(EvalError(f"{shown} is not given", node.start, node.end, path))

    def _fail(self, node: Expr, what: str) -> _Failed:
        return _Failed(EvalError(what, node.start, node.end))

    def _list(self, node: Expr, locals_: Mapping[str, _Local]) -> tuple[Value, ...]:
        value = self.value(node, locals_)
        if not isinstance(value, tuple):
            raise TypeError(type(value).__name__)
        return value

    def _element(self, node: Index, locals_: Mapping[str, _Local]) -> Value:
        items = self._list(node.operand, locals_)
        index = self.value(node.index, locals_)
        assert isinstance(index, int)
        if not 0 <= index < len(items):
            raise self._fail(node, f"there is no element {index} in a list of {len(items)}")
        return items[index]

    # Optionals --------------------------------------------------------------------------------------------

    def _optional(self, node: Expr, locals_: Mapping[str, _Local]) -> Value | _Nothing:
        """The value of a node of optional type, or nothing."""
        assert isinstance(node, Select | OptionalSelect | Index | OptionalIndex)
        holder = self._held(node.operand, locals_)
        if isinstance(node, Select | OptionalSelect):
            if isinstance(holder, _Nothing):
                return holder
            if not isinstance(holder, Mapping):
                raise TypeError(type(holder).__name__)
            # Once optional, always optional: `a.?b.c` is nothing where `b` is there without its `c`.
            return holder.get(node.field, _NOTHING)
        index = self.value(node.index, locals_)
        if isinstance(holder, _Nothing):
            return holder
        if not isinstance(holder, tuple) or not isinstance(index, int):
            raise TypeError(type(holder).__name__)
        return holder[index] if 0 <= index < len(holder) else _NOTHING

    def _held(self, node: Expr, locals_: Mapping[str, _Local]) -> Value | _Nothing:
        if isinstance(self._checked.type_of(node), Optional):
            return self._optional(node, locals_)
        return self.value(node, locals_)

    # Operators --------------------------------------------------------------------------------------------

    def _unary(self, node: Unary, locals_: Mapping[str, _Local]) -> Value:
        operand = self.value(node.operand, locals_)
        if node.op is UnaryOp.NOT:
            return not operand
        known = negation(self._checked.type_of(node.operand))
        assert known is not None
        return self._run(node, known.run, operand)

    def _binary(self, node: Binary, locals_: Mapping[str, _Local]) -> Value:
        if node.op is BinaryOp.AND:
            return self._absorbing(iter((node.left, node.right)), locals_, decides=False)
        if node.op is BinaryOp.OR:
            return self._absorbing(iter((node.left, node.right)), locals_, decides=True)
        left, right = self.value(node.left, locals_), self.value(node.right, locals_)
        if node.op is BinaryOp.EQ:
            return equal(left, right)
        if node.op is BinaryOp.NE:
            return not equal(left, right)
        if node.op is BinaryOp.IN:
            assert isinstance(right, tuple)
            return contained(left, right)
        if node.op in COMPARISONS:
            return COMPARISONS[node.op](left, right)
        if not isinstance(left, int | float):
            return self._run(node, concatenate, left, right)
        known = arithmetic(node.op, self._checked.type_of(node.left), self._checked.type_of(node.right))
        assert known is not None
        return self._run(node, known.run, left, right)

    def _absorbing(self, sides: Iterator[Expr], locals_: Mapping[str, _Local], *, decides: bool) -> bool:
        """`&&` or `||`: one side that decides settles it, whatever the other does."""
        return self._settle((partial(self.value, side, locals_) for side in sides), decides=decides)

    def _settle(self, sides: Iterator[Callable[[], Value]], *, decides: bool) -> bool:
        failed: _Failed | None = None
        for side in sides:
            try:
                if side() is decides:
                    return decides
            except _Failed as error:
                failed = failed or error
        if failed is not None:
            raise failed
        return not decides

    def _run(self, node: Expr, run: Callable[..., Value], *args: Value) -> Value:
        try:
            return run(*args)
        except IsaGuardError as error:
            raise self._fail(node, str(error)) from error

    # Calls and macros -------------------------------------------------------------------------------------

    def _call(self, node: Call, locals_: Mapping[str, _Local]) -> Value:
        function = self._checked.function_of(node)
        if function is None:
            assert node.target is not None
            held = self._optional(node.target, locals_)
            if node.name == "hasValue":
                return held is not _NOTHING
            return self.value(node.args[0], locals_) if isinstance(held, _Nothing) else held
        given = (*(() if node.target is None else (node.target,)), *node.args)
        return self._run(node, function.run, *(self.value(arg, locals_) for arg in given))

    def _macro(self, node: Macro, locals_: Mapping[str, _Local]) -> Value:
        items = self._list(node.operand, locals_)
        over = self._path(node.operand, locals_)
        inner = ({**locals_, node.variable: _Local(item, over, index)} for index, item in enumerate(items))
        match node.kind:
            case MacroKind.ALL | MacroKind.EXISTS:
                sides = (partial(self.value, node.body, scope) for scope in inner)
                return self._settle(sides, decides=node.kind is MacroKind.EXISTS)
            case MacroKind.EXISTS_ONE:
                return sum(self.value(node.body, scope) is True for scope in inner) == 1
            case MacroKind.FILTER:
                return tuple(scope[node.variable].value for scope in inner if self.value(node.body, scope))
            case MacroKind.MAP:
                return tuple(
                    self.value(node.body, scope)
                    for scope in inner
                    if node.guard is None or self.value(node.guard, scope)
                )
            case _:
                assert_never(node.kind)
