"""Conditions on one field, written without an expression: sugar for the same syntax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.language.printer import quoted

if TYPE_CHECKING:
    from isa_guard.load.shapes import Scalar, SimpleCondition


def simple_expression(condition: SimpleCondition) -> str:
    """Answer the expression that a simple condition stands for.

    A value that begins with `agreement.` names a term; any other text is itself. `given` asks whether the
    field is there at all.
    """
    field = condition.field
    parts = [
        f"{field} {operator} {_written(value)}"
        for operator, value in (
            ("==", condition.is_),
            ("!=", condition.is_not),
            ("<=", condition.at_most),
            (">=", condition.at_least),
            ("<", condition.before),
            (">", condition.after),
        )
        if value is not None
    ]
    if condition.one_of is not None:
        parts.append(f"{field} in [{', '.join(_written(value) for value in condition.one_of)}]")
    if condition.none_of is not None:
        parts.append(f"!({field} in [{', '.join(_written(value) for value in condition.none_of)}])")
    if condition.given is not None:
        parts.append(f"has({field})" if condition.given else f"!has({field})")
    return " && ".join(parts) or field


def _written(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if value.startswith("agreement.") else quoted(value)
    return repr(value)
