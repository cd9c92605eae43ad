"""The type of every node, what it reads, and what its outcome tells about the presence of fields.

One class, because its methods call one another for every kind of node; the rules for operators and for
arguments stand in modules of their own.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from isa_guard.language import operands, refusals
from isa_guard.language.arguments import fits, literal_faults
from isa_guard.language.faults import Fault
from isa_guard.language.functions import Function, overloads
from isa_guard.language.operators import negation
from isa_guard.language.printer import show
from isa_guard.language.scope import NOTHING_KNOWN, Path, Present, Scope, both, dotted, either
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
    from collections.abc import Mapping

# Macros within macros multiply the work, lists within lists the size: these bound both.
MAX_MACROS: Final = 3
MAX_LIST: Final = 256
MAX_LIST_DEPTH: Final = 3


class Inferred(NamedTuple):
    """What the checker knows of a node: its type, where its value comes from, and what its outcome tells."""

    type: Type
    path: Path | None = None
    when_true: Present = NOTHING_KNOWN
    when_false: Present = NOTHING_KNOWN


class _Local(NamedTuple):
    type: Type
    path: Path


class Env(NamedTuple):
    """Where a node stands: the names that macros bring, what is known to be present, how deep in macros."""

    locals: Mapping[str, _Local]
    present: Present
    macros: int = 0

    def knowing(self, more: Present) -> Env:
        """The same place where more is known to be present."""
        return self._replace(present=both(self.present, more))


class Inference:
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

    def value(self, node: Expr, env: Env) -> Inferred:
        """A node that must have a value: an optional does not until it is read."""
        found = self.infer(node, env)
        if isinstance(found.type, Optional):
            hint = f"write {show(node)}.orValue(...) or {show(node)}.hasValue()"
            return self.fault(node, f"{show(node)} may hold nothing", hint)
        return found

    def infer(self, node: Expr, env: Env) -> Inferred:
        """A node, optional or not; its type is kept."""
        found = self._infer(node, env)
        self.types[id(node)] = found.type
        return found

    def _infer(self, node: Expr, env: Env) -> Inferred:
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
                    BOOL, None, NOTHING_KNOWN if node.value else None, None if node.value else NOTHING_KNOWN
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

    def _name(self, node: Name, env: Env) -> Inferred:
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

    def _select(self, node: Select, env: Env) -> Inferred:
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
        shown = dotted(path)
        if shown not in self._scope.needed:
            return False
        self.needed.add(shown)
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

    def _optional_select(self, node: OptionalSelect, env: Env) -> Inferred:
        step = self._step(node, self.infer(node.operand, env))
        return Inferred(NOTHING) if step is None else Inferred(Optional(step[0]), step[1])

    def _has(self, node: Has, env: Env) -> Inferred:
        step = self._step(node, self.value(node.operand, env))
        if step is None or step[1] is None:
            return Inferred(BOOL)
        return Inferred(BOOL, None, frozenset({step[1]}))

    def _index(self, node: Index | OptionalIndex, env: Env) -> Inferred:
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

    def _bool(self, node: Expr, env: Env, where: str) -> Inferred:
        found = self.value(node, env)
        if not accepts(BOOL, found.type):
            self.fault(node, f"{where} must be bool, but {show(node)} is {found.type}")
        return found

    def _unary(self, node: Unary, env: Env) -> Inferred:
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

    def _binary(self, node: Binary, env: Env) -> Inferred:
        if node.op is BinaryOp.AND:
            left = self._bool(node.left, env, "each side of `&&`")
            right = self._bool(node.right, env.knowing(left.when_true), "each side of `&&`")
            true = both(left.when_true, right.when_true)
            # Where it is false, one side is: the right one only after the left was true.
            return Inferred(BOOL, None, true, either(left.when_false, right.when_false))
        if node.op is BinaryOp.OR:
            left = self._bool(node.left, env, "each side of `||`")
            right = self._bool(node.right, env.knowing(left.when_false), "each side of `||`")
            false = both(left.when_false, right.when_false)
            return Inferred(BOOL, None, either(left.when_true, right.when_true), false)
        left, right = self.value(node.left, env), self.value(node.right, env)
        return Inferred(operands.result(node, left.type, right.type, self._known, self.faults))

    def _known(self, node: Expr) -> Type:
        return self.types[id(node)]

    def _conditional(self, node: Conditional, env: Env) -> Inferred:
        test = self._bool(node.test, env, "what stands before `?`")
        then = self.value(node.then, env.knowing(test.when_true))
        otherwise = self.value(node.otherwise, env.knowing(test.when_false))
        if not accepts(then.type, otherwise.type):
            what = f"the two sides of `? :` must be of one type, but are {then.type} and {otherwise.type}"
            return self.fault(node, what)
        return Inferred(
            join(then.type, otherwise.type),
            None,
            either(both(test.when_true, then.when_true), both(test.when_false, otherwise.when_true)),
            either(both(test.when_true, then.when_false), both(test.when_false, otherwise.when_false)),
        )

    # Lists and macros -----------------------------------------------------------------------------------

    def _list(self, node: ListLiteral, env: Env) -> Inferred:
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

    def _macro(self, node: Macro, env: Env) -> Inferred:
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

    def _inside(self, variable: str, element: Type, over: Path | None, env: Env) -> Env:
        self._bound += 1
        path = (f"#{self._bound}",) if over is None else (*over, f"[]#{self._bound}")
        return Env({**env.locals, variable: _Local(element, path)}, env.present, env.macros + 1)

    # Calls ----------------------------------------------------------------------------------------------

    def _call(self, node: Call, env: Env) -> Inferred:
        target = None if node.target is None else self.infer(node.target, env)
        if target is not None and isinstance(target.type, Optional):
            return self._optional_call(node, target, target.type, env)
        args = [self.value(arg, env).type for arg in node.args]
        if target is not None:
            args.insert(0, target.type)
        named = overloads(node.name, receiver=node.target is not None)
        fitting = [function for function in named if fits(function, args)]
        if not fitting:
            if any(isinstance(arg, Nothing) for arg in args) and named:
                return Inferred(named[0].result)
            return self.fault(node, *refusals.no_function(node, args))
        function = fitting[0]
        self.calls[id(node)] = function
        self.faults += literal_faults(node, function)
        result = function.result
        if not function.declassifies and any(map(is_private, args)):
            result = tainted(result)
        return Inferred(result)

    def _optional_call(self, node: Call, target: Inferred, optional: Optional, env: Env) -> Inferred:
        args = [self.value(arg, env).type for arg in node.args]
        if node.name == "hasValue" and not args:
            present = NOTHING_KNOWN if target.path is None else frozenset({target.path})
            return Inferred(BOOL, None, present)
        if node.name != "orValue" or len(args) != 1:
            what = f"an optional has no {node.name}() with {len(args)} arguments"
            return self.fault(node, what, "read it with orValue(...) or hasValue()")
        if not accepts(optional.element, args[0]):
            return self.fault(node, f"orValue() must give {optional.element}, but gives {args[0]}")
        return Inferred(join(optional.element, args[0]))
