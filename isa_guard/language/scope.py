"""What an expression may read, and what is known of one that passed the checker."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.functions import Function
    from isa_guard.language.syntax import Call, Expr
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value

Path: TypeAlias = tuple[str, ...]
# What is known to be present. None stands for everything: a place that no evaluation reaches.
Present: TypeAlias = frozenset[Path] | None

NOTHING_KNOWN: Final[frozenset[Path]] = frozenset()


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
    scope: Scope = field(repr=False)
    reads: frozenset[str]
    needed: frozenset[str]
    functions: frozenset[str]
    present: Present
    _types: Mapping[int, Type] = field(repr=False)
    _calls: Mapping[int, Function] = field(repr=False)

    def type_of(self, node: Expr) -> Type:
        """The type of a node of `expr`; the node itself, not one that is equal to it."""
        return self._types[id(node)]

    def function_of(self, call: Call) -> Function | None:
        """Which function a call of `expr` means; None for orValue and hasValue, which are no functions."""
        return self._calls.get(id(call))


def both(first: Present, second: Present) -> Present:
    """What is known where both are."""
    return None if first is None or second is None else first | second


def either(first: Present, second: Present) -> Present:
    """What is known where one of the two is, it is not known which."""
    if first is None or second is None:
        return second if first is None else first
    return first & second


def dotted(path: Path) -> str:
    """The path as people write it. Elements of lists are `[]`; the
    number that tells one macro's elements from another's is left out.
    """
    return ".".join(step.split("#")[0] for step in path).replace(".[]", "[]")
