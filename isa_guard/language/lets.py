"""Local names: each use of a `let` is replaced by what it stands for, before anything is checked.

The nodes put in carry the place of the name they replace, so that a fault points into the expression that its
author is reading. Size is bounded: definitions that double one another would grow without end.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.language.faults import ExpressionError, Fault
from isa_guard.language.syntax import Expr, Macro, Name, children, with_children

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_NODES: Final = 10_000


def expand(expr: Expr, lets: Mapping[str, Expr], known: frozenset[str]) -> Expr:
    """`expr` with every let replaced. `known` are the names of the scope, which a let may read.

    Raises ExpressionError for a let that leads to itself, reads a name that is nowhere defined, hides a name
    of the scope, or makes the expression longer than MAX_NODES.
    """
    if not lets:
        return expr
    names = {name: free_names(body) for name, body in lets.items()}
    faults = [*_ill_named(names, known), *_cycles(names)]
    if faults:
        raise ExpressionError(*faults)
    return _Expansion(lets).replace(expr, frozenset())


def free_names(expr: Expr) -> frozenset[str]:
    """The names an expression reads that no macro of its own brings."""
    found: set[str] = set()
    _note_names(expr, frozenset(), found)
    return frozenset(found)


def _note_names(expr: Expr, hidden: frozenset[str], found: set[str]) -> None:
    if isinstance(expr, Name):
        if expr.name not in hidden:
            found.add(expr.name)
        return
    below = children(expr)
    if isinstance(expr, Macro):
        _note_names(below[0], hidden, found)
        below, hidden = below[1:], hidden | {expr.variable}
    for child in below:
        _note_names(child, hidden, found)


def _ill_named(lets: Mapping[str, frozenset[str]], known: frozenset[str]) -> list[Fault]:
    faults = [
        Fault(0, 0, f"let {name!r} hides a name that is already defined") for name in lets if name in known
    ]
    for name, read in lets.items():
        faults += [
            Fault(0, 0, f"let {name!r} reads {unknown!r}, which is not defined")
            for unknown in sorted(read - known - lets.keys())
        ]
    return faults


def _cycles(lets: Mapping[str, frozenset[str]]) -> list[Fault]:
    """A fault for each let that leads back to itself; `lets` are the names that each reads."""
    reads = {name: read & lets.keys() for name, read in lets.items()}
    settled: set[str] = set()
    while ready := {name for name, needs in reads.items() if name not in settled and needs <= settled}:
        settled |= ready
    return [
        Fault(0, 0, f"let {name!r} is defined by way of itself", "a let may only read lets before it")
        for name in lets
        if name not in settled
    ]


class _Expansion:
    """One expansion, counting the nodes it makes."""

    def __init__(self, lets: Mapping[str, Expr]) -> None:
        self._lets = lets
        self._made = 0

    def replace(self, expr: Expr, hidden: frozenset[str]) -> Expr:
        self._count(expr)
        if isinstance(expr, Name) and expr.name in self._lets and (expr.rooted or expr.name not in hidden):
            return self._put(self._lets[expr.name], expr)
        if isinstance(expr, Macro):
            inner = hidden | {expr.variable}
            rest = [self.replace(child, inner) for child in children(expr)[1:]]
            return _over(expr, [self.replace(expr.operand, hidden), *rest])
        return _over(expr, [self.replace(child, hidden) for child in children(expr)])

    def _put(self, body: Expr, use: Name) -> Expr:
        """A fresh copy of the body, its own lets replaced, standing where the name stood."""
        inside = self.replace(body, frozenset())
        return self._moved(inside, use)

    def _moved(self, expr: Expr, use: Name) -> Expr:
        self._count(use)
        parts = [self._moved(child, use) for child in children(expr)]
        return replace(with_children(expr, parts), start=use.start, end=use.end)

    def _count(self, at: Expr) -> None:
        self._made += 1
        if self._made > MAX_NODES:
            raise ExpressionError(
                Fault(at.start, at.end, f"with its lets written out it has over {MAX_NODES} parts")
            )


def _over(expr: Expr, parts: list[Expr]) -> Expr:
    """The node over these parts; itself where they are its own, which is nearly always."""
    if all(new is old for new, old in zip(parts, children(expr), strict=True)):
        return expr
    return with_children(expr, parts)
