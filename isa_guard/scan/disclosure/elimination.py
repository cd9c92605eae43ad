"""What follows without a solver: equations with one unknown, bounds that sums narrow, and parts that stand apart.

This is a reader's own arithmetic with pencil and paper, repeated until it says nothing new. It settles most
tables that were badly suppressed, and leaves the solver small components.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.system import Contradiction, Equation, Interval

if TYPE_CHECKING:
    from isa_guard.scan.disclosure.system import System

_ROUNDS: Final = 50  # looks at each equation; bounds stay true wherever narrowing stops


@dataclass(frozen=True, slots=True)
class Component:
    """Cells that are still open and tied to each other by equations, with what is known taken out of these."""

    cells: tuple[int, ...]
    equations: tuple[Equation, ...]


def narrowed(system: System) -> tuple[Interval, ...]:
    """The bounds of every cell, narrowed by each equation in turn until none says more.

    Never narrower than the truth, and often wider: only one equation is looked at at a time. Raises
    Contradiction where nothing fits.
    """
    bounds = list(system.bounds)
    using: list[list[int]] = [[] for _ in bounds]
    for number, equation in enumerate(system.equations):
        for cell, _ in equation.terms:
            using[cell].append(number)
    waiting = deque(range(len(system.equations)))
    queued = set(waiting)
    left = _ROUNDS * len(system.equations)
    while waiting and left:
        number = waiting.popleft()
        queued.discard(number)
        left -= 1
        for cell in _narrow(system.equations[number], bounds):
            fresh = [other for other in using[cell] if other not in queued and other != number]
            waiting.extend(fresh)
            queued.update(fresh)
    return tuple(bounds)


def components(system: System, bounds: tuple[Interval, ...]) -> tuple[Component, ...]:
    """The open cells, split where no equation ties them. A cell in no equation is in no component."""
    parent: dict[int, int] = {}
    reduced = [
        one for one in (_reduced(equation, bounds) for equation in system.equations) if one is not None
    ]
    for equation in reduced:
        first = equation.terms[0][0]
        for cell, _ in equation.terms:
            parent[_root(parent, cell)] = _root(parent, first)
    cells: dict[int, list[int]] = {}
    equations: dict[int, list[Equation]] = {}
    for cell in sorted(parent):
        cells.setdefault(_root(parent, cell), []).append(cell)
    for equation in reduced:
        equations.setdefault(_root(parent, equation.terms[0][0]), []).append(equation)
    return tuple(Component(tuple(cells[root]), tuple(equations[root])) for root in cells)


def _root(parent: dict[int, int], cell: int) -> int:
    parent.setdefault(cell, cell)
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell


def _reduced(equation: Equation, bounds: tuple[Interval, ...]) -> Equation | None:
    """An equation with its known cells moved to the right; None where nothing is open any more."""
    is_open = [(cell, by) for cell, by in equation.terms if bounds[cell].low != bounds[cell].high]
    known = sum(by * bounds[cell].low for cell, by in equation.terms if bounds[cell].low == bounds[cell].high)
    if is_open:
        return Equation(tuple(is_open), equation.right - known)
    if known != equation.right:
        raise Contradiction("the published numbers of a sum do not add up")
    return None


def _narrow(equation: Equation, bounds: list[Interval]) -> list[int]:
    """Narrow each cell of an equation by what the others leave it; answer those that changed."""
    least, most, endless_least, endless_most = 0, 0, 0, 0
    spans = [_span(bounds[cell], by) for cell, by in equation.terms]
    for low, high in spans:
        least, endless_least = (least, endless_least + 1) if low is None else (least + low, endless_least)
        most, endless_most = (most, endless_most + 1) if high is None else (most + high, endless_most)
    changed = []
    for (cell, by), (low, high) in zip(equation.terms, spans, strict=True):
        others_least = None if endless_least - (low is None) else least - (low or 0)
        others_most = None if endless_most - (high is None) else most - (high or 0)
        floor = None if others_most is None else equation.right - others_most
        ceiling = None if others_least is None else equation.right - others_least
        if by < 0:
            floor, ceiling = (
                None if ceiling is None else -ceiling,
                None if floor is None else -floor,
            )
        if (closer := _closer(bounds[cell], floor, ceiling)) != bounds[cell]:
            bounds[cell] = closer
            changed.append(cell)
    return changed


def _span(bound: Interval, by: int) -> tuple[int | None, int | None]:
    return (bound.low, bound.high) if by > 0 else (None if bound.high is None else -bound.high, -bound.low)


def _closer(bound: Interval, floor: int | None, ceiling: int | None) -> Interval:
    low = bound.low if floor is None else max(bound.low, floor)
    high = bound.high if ceiling is None else min(ceiling, ceiling if bound.high is None else bound.high)
    if high is not None and high < low:
        raise Contradiction("no counts fit the published sums")
    return Interval(low, high)
