"""Whether an expression is well typed, and what it reads: every fault at once, each with what would mend it.

Stricter than CEL where CEL would leave the answer to run time: every name and field declared, no `dyn`, no
null, no mixing of numbers, and an optional field read only where it is known to be there. What passes here
cannot fail for its types on any fact that keeps to the schema.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, assert_never

from isa_guard.errors import IsaGuardError
from isa_guard.language import refusals
from isa_guard.language.faults import ExpressionError, Fault
from isa_guard.language.functions import Function, overloads
from isa_guard.language.lets import MAX_NODES, expand
from isa_guard.language.operators import COMPARISONS, ORDERED, arithmetic, negation
from isa_guard.language.parser import MAX_DEPTH
from isa_guard.language.printer import show
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
    LiteralKind,
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
    children,
)
from isa_guard.language.types import (
    BOOL,
    BYTES,
    DOUBLE,
    INT,
    NOTHING,
    List,
    Nothing,
    Optional,
    Record,
    String,
    Type,
    accepts,
    is_private,
    join,
    tainted,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from isa_guard.language.values import Value

Path: TypeAlias = tuple[str, ...]
# What is known to be present. None stands for everything: a place that no evaluation reaches.
Present: TypeAlias = frozenset[Path] | None

# Macros within macros multiply the work, lists within lists the size: these bound both.
MAX_MACROS: Final = 3
MAX_LIST: Final = 256
MAX_LIST_DEPTH: Final = 3
_NOTHING_KNOWN: Final[frozenset[Path]] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression may read. `constants` (such as `agreement`) have their values at check time.

    `needed` are dotted paths of optional fields that may be read unguarded: where one is absent the rule
    cannot be told, unless the rest of the condition decides it.
    """

    variables: Mapping[str, Type]
    constants: Mapping[str, tuple[Type, Value]] = field(default_factory=lambda: MappingProxyType({}))
    needed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, eq=False)
class Checked:
    """An expression that passed, its lets written out.

    `reads` are the dotted paths it reads or asks has() of ("transfer.items[].volume" for elements), `needed`
    those of them that scope lets it read unguarded, `functions` the names it calls, `present` the paths that
    are there whenever it is true.
    """

    expr: Expr
    type: Type
    scope: Scope
    reads: frozenset[str]
    needed: frozenset[str]
    functions: frozenset[str]
    present: Present
    _types: Mapping[int, Type]
    _calls: Mapping[int, Function]

    def type_of(self, node: Expr) -> Type:
        """The type of a node of `expr`; the node itself, not one that is equal to it."""
        return self._types[id(node)]

    def function_of(self, call: Call) -> Function | None:
        """Which function a call of `expr` means; None for orValue and hasValue, which are no functions."""
        return self._calls.get(id(call))


class Inferred(NamedTuple):
    """What the checker knows of a node: its type, where its value comes from, and what its outcome tells."""

    type: Type
    path: Path | None = None
    when_true: Present = _NOTHING_KNOWN
    when_false: Present = _NOTHING_KNOWN


class _Local(NamedTuple):
    type: Type
    path: Path


class _Env(NamedTuple):
    locals: Mapping[str, _Local]
    present: Present
    macros: int = 0

    def knowing(self, more: Present) -> _Env:
        return self._replace(present=_both(self.present, more))


def check(
    expr: Expr,
    scope: Scope,
    expected: Type | None = None,
    *,
    lets: Mapping[str, Expr] | None = None,
    given: Checked | None = None,
) -> Checked:
    """`expr`, well typed in `scope` and, if `expected` is given, of that type.

    `lets` are local names. `given` is a condition known to be true wherever `expr` is evaluated, such as the
    `when` of a rule: what it guards need not be guarded again. Raises ExpressionError with every fault.
    """
    return _check(expr, scope, expected, lets or {}, given.present if given else _NOTHING_KNOWN)


def check_unguarded(expr: Expr, scope: Scope, *, lets: Mapping[str, Expr] | None = None) -> Checked:
    """As `check`, but every optional field may be read without a guard: for messages, which say "not given"
    where a value is absent, never for conditions.
    """
    return _check(expr, scope, None, lets or {}, None)


def _check(
    expr: Expr, scope: Scope, expected: Type | None, lets: Mapping[str, Expr], present: Present
) -> Checked:
    known = frozenset(scope.variables) | frozenset(scope.constants)
    written_out = expand(expr, lets, known)
    _refuse_deep(written_out)
    checker = _Checker(scope)
    found = checker.value(written_out, _Env({}, present))
    if expected is not None and not accepts(expected, found.type):
        checker.fault(written_out, f"this must be {expected}, but is {found.type}")
    if checker.faults:
        raise ExpressionError(*dict.fromkeys(checker.faults))
    return Checked(
        written_out,
        found.type,
        scope,
        frozenset(_dotted(path) for path, times in checker.reads.items() if times > 0 and path[0][0] != "#"),
        frozenset(checker.needed),
        frozenset(function.name for function in checker.calls.values()),
        found.when_true,
        checker.types,
        checker.calls,
    )


def _refuse_deep(expr: Expr) -> None:
    """Trees that were built, not parsed, and lets may go deeper than the parser would."""
    waiting = [(expr, 1)]
    made = 0
    while waiting:
        node, depth = waiting.pop()
        made += 1
        if depth > MAX_DEPTH or made > MAX_NODES:
            raise ExpressionError(Fault(node.start, node.end, "the expression is too large or too deep"))
        waiting.extend((child, depth + 1) for child in children(node))


def _both(first: Present, second: Present) -> Present:
    return None if first is None or second is None else first | second


def _either(first: Present, second: Present) -> Present:
    if first is None or second is None:
        return second if first is None else first
    return first & second


def _dotted(path: Path) -> str:
    """Elements of lists are `[]`; the number that tells one macro's elements from another's is left out."""
    return ".".join(step.split("#")[0] for step in path).replace(".[]", "[]")


class _Checker:
    """One check: a method for each kind of node, gathering faults and going on."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self.faults: list[Fault] = []
        self.types: dict[int, Type] = {}
        self.calls: dict[int, Function] = {}
        self.reads: Counter[Path] = Counter()
        self.needed: set[str] = set()
        self._bound = 0

    def fault(self, node: Expr, what: str, hint: str = "") -> Inferred:
        """Note a fault; what it gives goes with everything, so that one fault does not breed others."""
        self.faults.append(Fault(node.start, node.end, what, hint))
        return Inferred(NOTHING)

    def value(self, node: Expr, env: _Env) -> Inferred:
        """A node that must have a value: an optional does not until it is read."""
        found = self.infer(node, env)
        if isinstance(found.type, Optional):
            hint = f"write {show(node)}.orValue(...) or {show(node)}.hasValue()"
            return self.fault(node, f"{show(node)} may hold nothing", hint)
        return found

    def infer(self, node: Expr, env: _Env) -> Inferred:
        found = self._infer(node, env)
        self.types[id(node)] = found.type
        return found

    def _infer(self, node: Expr, env: _Env) -> Inferred:
        match node:
            case Literal():
                return self._literal(node)
            case Name():
                return self._name(node, env)
            case Select():
                return self._select(node, env)
            case OptionalSelect():
                return self._optional_select(node, env)
            case Index() | OptionalIndex():
                return self._index(node, env)
            case Has():
                return self._has(node, env)
            case Call():
                return self._call(node, env)
            case Unary():
                return self._unary(node, env)
            case Binary():
                return self._binary(node, env)
            case Conditional():
                return self._conditional(node, env)
            case ListLiteral():
                return self._list(node, env)
            case MapLiteral() | MessageLiteral():
                for child in children(node):
                    self.infer(child, env)
                return self.fault(node, *refusals.LITERALS[type(node)])
            case Macro():
                return self._macro(node, env)
            case _:
                assert_never(node)

    def _literal(self, node: Literal) -> Inferred:
        match node.kind:
            case LiteralKind.BOOL:
                # What is never true tells everything where it is true.
                return Inferred(
                    BOOL, None, _NOTHING_KNOWN if node.value else None, None if node.value else _NOTHING_KNOWN
                )
            case LiteralKind.INT:
                return Inferred(INT)
            case LiteralKind.DOUBLE:
                return Inferred(DOUBLE)
            case LiteralKind.STRING:
                return Inferred(String((str(node.value),)))
            case LiteralKind.BYTES:
                return Inferred(BYTES)
            case LiteralKind.UINT | LiteralKind.NULL:
                return self.fault(node, *refusals.KINDS[node.kind])
            case _:
                assert_never(node.kind)

    def _name(self, node: Name, env: _Env) -> Inferred:
        local = None if node.rooted else env.locals.get(node.name)
        if local is not None:
            self.reads[local.path] += 1
            return Inferred(local.type, local.path)
        type_ = self._scope.variables.get(node.name)
        if node.name in self._scope.constants:
            type_ = self._scope.constants[node.name][0]
        if type_ is None:
            names = [*self._scope.variables, *self._scope.constants, *env.locals]
            return self.fault(node, *refusals.unknown_name(node.name, names))
        self.reads[node.name,] += 1
        return Inferred(type_, (node.name,))

    # Fields ---------------------------------------------------------------------------------------------

    def _step(
        self, node: Select | OptionalSelect | Has, operand: Inferred
    ) -> tuple[Type, Path | None] | None:
        """The type and the path of a field; None, with a fault, when there is no such field."""
        record = operand.type.element if isinstance(operand.type, Optional) else operand.type
        if isinstance(record, Nothing):
            return None
        if not isinstance(record, Record):
            self.fault(node, f"{show(node.operand)} is {record}, which has no fields")
            return None
        found = record.field(node.field)
        if found is None:
            names = [known.name for known in record.fields]
            self.fault(node, *refusals.unknown_field(show(node.operand), node.field, names))
            return None
        path = None if operand.path is None else (*operand.path, node.field)
        if operand.path is not None and path is not None:
            self.reads[operand.path] -= 1
            self.reads[path] += 1
        return tainted(found.type) if found.private else found.type, path

    def _select(self, node: Select, env: _Env) -> Inferred:
        operand = self.infer(node.operand, env)
        step = self._step(node, operand)
        if step is None:
            return Inferred(NOTHING)
        type_, path = step
        if isinstance(operand.type, Optional):
            return Inferred(Optional(type_))
        assert isinstance(operand.type, Record)
        declared = operand.type.field(node.field)
        if declared is not None and declared.optional and not self._is_present(path, env.present):
            shown = show(node)
            hint = (
                f"write has({shown}) && ..., has({shown}) ? ... : ..., "
                f"or {show(node.operand)}.?{node.field}.orValue(...)"
            )
            self.fault(node, f"{shown} may be absent", hint)
        return Inferred(type_, path)

    def _is_present(self, path: Path | None, present: Present) -> bool:
        if present is None:
            return True
        if path is None:
            return False
        if path in present or self._constant_has(path):
            return True
        dotted = _dotted(path)
        if dotted not in self._scope.needed:
            return False
        self.needed.add(dotted)
        return True

    def _constant_has(self, path: Path) -> bool:
        """Whether a field of a constant is there: its value is known already."""
        if path[0] not in self._scope.constants:
            return False
        value: object = self._scope.constants[path[0]][1]
        for step in path[1:]:
            # Lists of a constant are not followed: their elements may differ.
            if isinstance(value, tuple) or step not in value:  # type: ignore[operator]
                return False
            value = value[step]  # type: ignore[index]
        return True

    def _optional_select(self, node: OptionalSelect, env: _Env) -> Inferred:
        step = self._step(node, self.infer(node.operand, env))
        return Inferred(NOTHING) if step is None else Inferred(Optional(step[0]), step[1])

    def _has(self, node: Has, env: _Env) -> Inferred:
        step = self._step(node, self.value(node.operand, env))
        if step is None or step[1] is None:
            return Inferred(BOOL)
        return Inferred(BOOL, None, frozenset({step[1]}))

    def _index(self, node: Index | OptionalIndex, env: _Env) -> Inferred:
        operand, index = self.infer(node.operand, env), self.value(node.index, env)
        optional = isinstance(operand.type, Optional) or isinstance(node, OptionalIndex)
        list_ = operand.type.element if isinstance(operand.type, Optional) else operand.type
        if isinstance(list_, Nothing):
            return Inferred(NOTHING)
        if not isinstance(list_, List):
            hint = "write .field" if isinstance(list_, Record) else ""
            return self.fault(node, f"{show(node.operand)} is {list_}, which has no elements", hint)
        if not accepts(INT, index.type):
            return self.fault(node.index, f"the index of a list must be int, but is {index.type}")
        return Inferred(Optional(list_.element) if optional else list_.element)

    # Operators ------------------------------------------------------------------------------------------

    def _bool(self, node: Expr, env: _Env, where: str) -> Inferred:
        found = self.value(node, env)
        if not accepts(BOOL, found.type):
            self.fault(node, f"{where} must be bool, but {show(node)} is {found.type}")
        return found

    def _unary(self, node: Unary, env: _Env) -> Inferred:
        if node.op is UnaryOp.NOT:
            found = self._bool(node.operand, env, "what `!` reverses")
            return Inferred(BOOL, None, found.when_false, found.when_true)
        operand = self.value(node.operand, env)
        if isinstance(operand.type, Nothing):
            return operand
        known = negation(operand.type)
        if known is None:
            return self.fault(node, f"there is no `-` of {operand.type}")
        return Inferred(tainted(known.result) if is_private(operand.type) else known.result)

    def _binary(self, node: Binary, env: _Env) -> Inferred:
        if node.op is BinaryOp.AND:
            left = self._bool(node.left, env, "each side of `&&`")
            right = self._bool(node.right, env.knowing(left.when_true), "each side of `&&`")
            true = _both(left.when_true, right.when_true)
            # Where it is false, one side is: the right one only after the left was true.
            return Inferred(BOOL, None, true, _either(left.when_false, right.when_false))
        if node.op is BinaryOp.OR:
            left = self._bool(node.left, env, "each side of `||`")
            right = self._bool(node.right, env.knowing(left.when_false), "each side of `||`")
            false = _both(left.when_false, right.when_false)
            return Inferred(BOOL, None, _either(left.when_true, right.when_true), false)
        left, right = self.value(node.left, env), self.value(node.right, env)
        if node.op in {BinaryOp.EQ, BinaryOp.NE}:
            return self._equality(node, left.type, right.type)
        if node.op is BinaryOp.IN:
            return self._membership(node, left.type, right.type)
        if node.op in COMPARISONS:
            return self._order(node, left.type, right.type)
        return self._arithmetic(node, left.type, right.type)

    def _equality(self, node: Binary, left: Type, right: Type) -> Inferred:
        if not accepts(left, right):
            self.fault(node, *refusals.mixed(node, left, right))
        elif _holds_record(left) or _holds_record(right):
            self.fault(node, "records are not compared whole", "compare their fields")
        else:
            self._vocabulary(node, left, right)
        return Inferred(BOOL)

    def _membership(self, node: Binary, left: Type, right: Type) -> Inferred:
        if isinstance(right, Nothing):
            return Inferred(BOOL)
        if not isinstance(right, List):
            self.fault(node.right, f"`in` needs a list, but {show(node.right)} is {right}")
        elif not accepts(left, right.element):
            self.fault(node, *refusals.mixed(node, left, right.element))
        elif _holds_record(left):
            self.fault(node, "records are not compared whole", "compare their fields, with exists()")
        elif isinstance(node.right, ListLiteral):
            for item in node.right.items:
                self._vocabulary(
                    replace(node, right=item, start=item.start, end=item.end), left, self.types[id(item)]
                )
        else:
            self._vocabulary(node, left, right.element)
        return Inferred(BOOL)

    def _vocabulary(self, node: Binary, left: Type, right: Type) -> None:
        """Two closed vocabularies that share no word can never be equal: a slip of the pen."""
        if isinstance(left, List) and isinstance(right, List):
            left, right = left.element, right.element
        if not isinstance(left, String) or not isinstance(right, String):
            return
        if left.values is None or right.values is None or set(left.values) & set(right.values):
            return
        if isinstance(node.left, Literal) and isinstance(node.right, Literal):
            return
        self.fault(node, *refusals.outside_vocabulary(node, left.values, right.values))

    def _order(self, node: Binary, left: Type, right: Type) -> Inferred:
        if not accepts(left, right):
            self.fault(node, *refusals.mixed(node, left, right))
        for side in (left, right):
            if not isinstance(side, Nothing) and type(side) not in ORDERED:
                self.fault(node, f"{side} has no order", refusals.ORDER_HINTS.get(type(side), ""))
                break
        return Inferred(BOOL)

    def _arithmetic(self, node: Binary, left: Type, right: Type) -> Inferred:
        if isinstance(left, Nothing) or isinstance(right, Nothing):
            return Inferred(NOTHING)
        if node.op is BinaryOp.ADD and isinstance(left, List) and accepts(left, right):
            return Inferred(join(left, right))
        known = arithmetic(node.op, left, right)
        if known is None:
            return self.fault(node, *refusals.no_sum(node, left, right))
        private = is_private(left) or is_private(right)
        return Inferred(tainted(known.result) if private else known.result)

    def _conditional(self, node: Conditional, env: _Env) -> Inferred:
        test = self._bool(node.test, env, "what stands before `?`")
        then = self.value(node.then, env.knowing(test.when_true))
        otherwise = self.value(node.otherwise, env.knowing(test.when_false))
        if not accepts(then.type, otherwise.type):
            what = f"the two sides of `? :` must be of one type, but are {then.type} and {otherwise.type}"
            return self.fault(node, what)
        return Inferred(
            join(then.type, otherwise.type),
            None,
            _either(_both(test.when_true, then.when_true), _both(test.when_false, otherwise.when_true)),
            _either(_both(test.when_true, then.when_false), _both(test.when_false, otherwise.when_false)),
        )

    # Lists and macros -----------------------------------------------------------------------------------

    def _list(self, node: ListLiteral, env: _Env) -> Inferred:
        if len(node.items) > MAX_LIST:
            hint = "make it a term of the agreement"
            return self.fault(node, f"a list of {len(node.items)} elements; at most {MAX_LIST}", hint)
        element: Type = NOTHING
        for item in node.items:
            found = self.value(item, env)
            if not accepts(element, found.type):
                what = f"the elements of a list must be of one type, but here are {element} and {found.type}"
                return self.fault(item, what)
            element = join(element, found.type)
        return self._bounded(node, List(element))

    def _bounded(self, node: Expr, list_: List) -> Inferred:
        depth = 0
        inside: Type = list_
        while isinstance(inside, List):
            depth, inside = depth + 1, inside.element
        if depth > MAX_LIST_DEPTH:
            return self.fault(node, f"lists within lists go at most {MAX_LIST_DEPTH} deep")
        return Inferred(list_)

    def _macro(self, node: Macro, env: _Env) -> Inferred:
        operand = self.value(node.operand, env)
        element: Type = NOTHING
        if isinstance(operand.type, List):
            element = operand.type.element
        elif not isinstance(operand.type, Nothing):
            self.fault(node.operand, f"{node.kind}() goes through a list, but this is {operand.type}")
        if node.variable in self._scope.variables or node.variable in self._scope.constants:
            self.fault(node, f"{node.variable!r} already means something else here", "choose another name")
        if env.macros >= MAX_MACROS:
            return self.fault(node, f"at most {MAX_MACROS} macros may stand within one another")
        inner = self._inside(node.variable, element, operand.path, env)
        if node.guard is not None:
            guard = self._bool(node.guard, inner, f"the test of {node.kind}()")
            inner = inner.knowing(guard.when_true)
        if node.kind is MacroKind.MAP:
            return self._bounded(node, List(self.value(node.body, inner).type))
        self._bool(node.body, inner, f"the test of {node.kind}()")
        return Inferred(operand.type if node.kind is MacroKind.FILTER else BOOL)

    def _inside(self, variable: str, element: Type, over: Path | None, env: _Env) -> _Env:
        self._bound += 1
        path = (f"#{self._bound}",) if over is None else (*over, f"[]#{self._bound}")
        return _Env({**env.locals, variable: _Local(element, path)}, env.present, env.macros + 1)

    # Calls ----------------------------------------------------------------------------------------------

    def _call(self, node: Call, env: _Env) -> Inferred:
        target = None if node.target is None else self.infer(node.target, env)
        if target is not None and isinstance(target.type, Optional):
            return self._optional_call(node, target, target.type, env)
        args = [self.value(arg, env).type for arg in node.args]
        if target is not None:
            args.insert(0, target.type)
        named = overloads(node.name, receiver=node.target is not None)
        fitting = [function for function in named if _fits(function, args)]
        if not fitting:
            if any(isinstance(arg, Nothing) for arg in args) and named:
                return Inferred(named[0].result)
            return self.fault(node, *refusals.no_function(node, args))
        function = fitting[0]
        self.calls[id(node)] = function
        self._literal_arguments(node, function)
        result = function.result
        if not function.declassifies and any(map(is_private, args)):
            result = tainted(result)
        return Inferred(result)

    def _literal_arguments(self, node: Call, function: Function) -> None:
        """Arguments that must be written out are, and a call of nothing but literals does not always fail."""
        given = (*(() if node.target is None else (node.target,)), *node.args)
        for param, arg in zip(function.params, given, strict=True):
            if param.literal is None:
                continue
            if not isinstance(arg, Literal):
                self.fault(arg, f"the {param.name} of {node.name}() must be written out as a string")
                return
            try:
                param.literal(str(arg.value))
            except IsaGuardError as error:
                self.fault(arg, str(error))
                return
        if function.may_fail and given and all(isinstance(arg, Literal) for arg in given):
            try:
                function.run(*(arg.value for arg in given if isinstance(arg, Literal)))
            except IsaGuardError as error:
                self.fault(node, f"{show(node)} never has a value: {error}")

    def _optional_call(self, node: Call, target: Inferred, optional: Optional, env: _Env) -> Inferred:
        args = [self.value(arg, env).type for arg in node.args]
        if node.name == "hasValue" and not args:
            present = _NOTHING_KNOWN if target.path is None else frozenset({target.path})
            return Inferred(BOOL, None, present)
        if node.name != "orValue" or len(args) != 1:
            what = f"an optional has no {node.name}() with {len(args)} arguments"
            return self.fault(node, what, "read it with orValue(...) or hasValue()")
        if not accepts(optional.element, args[0]):
            return self.fault(node, f"orValue() must give {optional.element}, but gives {args[0]}")
        return Inferred(join(optional.element, args[0]))


def _holds_record(type_: Type) -> bool:
    while isinstance(type_, List):
        type_ = type_.element
    return isinstance(type_, Record)


def _fits(function: Function, args: Iterable[Type]) -> bool:
    given = tuple(args)
    return len(given) == len(function.params) and all(
        accepts(param.type, arg) for param, arg in zip(function.params, given, strict=True)
    )
