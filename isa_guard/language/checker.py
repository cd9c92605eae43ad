"""Whether an expression is well typed, and what it reads: every fault at once, each with what would mend it.

Stricter than CEL where CEL would leave the answer to run time: every name and field declared, no `dyn`, no
null, no mixing of numbers, and an optional field read only where it is known to be there. What passes here
cannot fail for its types on any fact that keeps to the schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.language.faults import ExpressionError, Fault
from isa_guard.language.inference import MAX_LIST, MAX_LIST_DEPTH, MAX_MACROS, Env, Inference
from isa_guard.language.lets import MAX_NODES, expand
from isa_guard.language.parser import MAX_DEPTH
from isa_guard.language.scope import NOTHING_KNOWN, Checked, Present, Scope, dotted
from isa_guard.language.syntax import Expr, children
from isa_guard.language.types import Type, accepts

__all__ = ["MAX_LIST", "MAX_LIST_DEPTH", "MAX_MACROS", "Checked", "Scope", "check", "check_unguarded"]

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    return _check(expr, scope, expected, lets or {}, given.present if given else NOTHING_KNOWN)


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
    checker = Inference(scope)
    found = checker.value(written_out, Env({}, present))
    if expected is not None and not accepts(expected, found.type):
        checker.fault(written_out, f"this must be {expected}, but is {found.type}")
    if checker.faults:
        raise ExpressionError(*dict.fromkeys(checker.faults))
    return Checked(
        written_out,
        found.type,
        scope,
        frozenset(dotted(path) for path, times in checker.reads.items() if times > 0 and path[0][0] != "#"),
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
