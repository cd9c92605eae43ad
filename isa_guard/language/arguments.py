"""Which function a call means, and whether its written-out arguments can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.errors import IsaGuardError
from isa_guard.language.faults import Fault
from isa_guard.language.printer import show
from isa_guard.language.syntax import Call, Expr, Literal
from isa_guard.language.types import accepts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.language.functions import Function
    from isa_guard.language.types import Type


def fits(function: Function, given: Sequence[Type]) -> bool:
    """Whether a function takes arguments of these types."""
    return len(given) == len(function.params) and all(
        accepts(param.type, arg) for param, arg in zip(function.params, given, strict=True)
    )


def literal_faults(node: Call, function: Function) -> Iterator[Fault]:
    """Arguments that must be written out are, and a call of nothing but literals does not always fail."""
    given = (*(() if node.target is None else (node.target,)), *node.args)
    for param, arg in zip(function.params, given, strict=True):
        if param.literal is None:
            continue
        if not isinstance(arg, Literal):
            yield _fault(arg, f"the {param.name} of {node.name}() must be written out as a string")
            return
        try:
            param.literal(str(arg.value))
        except IsaGuardError as error:
            yield _fault(arg, str(error))
            return
    if function.may_fail and given and all(isinstance(arg, Literal) for arg in given):
        try:
            function.run(*(arg.value for arg in given if isinstance(arg, Literal)))
        except IsaGuardError as error:
            yield _fault(node, f"{show(node)} never has a value: {error}")


def _fault(node: Expr, what: str, hint: str = "") -> Fault:
    return Fault(node.start, node.end, what, hint)
