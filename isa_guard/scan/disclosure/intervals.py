"""What each wanted cell can be, given everything published: elimination, then components, then the solver."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.elimination import components, narrowed
from isa_guard.scan.disclosure.solver import solve
from isa_guard.scan.disclosure.system import TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.scan.disclosure.system import Interval, System


@dataclass(frozen=True, slots=True)
class Audit:
    """The interval of each wanted cell, the cells that could not be answered and why, and the solves it took."""

    intervals: tuple[tuple[int, Interval], ...]
    unanswered: tuple[int, ...] = ()
    reason: str = ""
    solves: int = 0


def exact_intervals(system: System, wanted: Iterable[int]) -> Audit:
    """The exact whole-number interval of every wanted cell that a limit of the work leaves an answer.

    Raises Contradiction where no counts fit what is published, and UsageError without highspy.
    """
    bounds = narrowed(system)
    left = set(wanted)
    found: dict[int, Interval] = {}
    unanswered: list[int] = []
    reason, solves = "", 0
    for component in components(system, bounds):
        here = [cell for cell in component.cells if cell in left]
        if not here:
            continue
        left.difference_update(here)
        try:
            solved = solve(component, bounds, here)
        except TooLarge as error:
            unanswered, reason = unanswered + here, str(error)
            continue
        found.update(solved.intervals)
        solves += solved.solves
        if solved.unanswered:
            unanswered += solved.unanswered
            reason = "the solver met its limit of work"
    found.update((cell, bounds[cell]) for cell in left)
    return Audit(tuple(sorted(found.items())), tuple(sorted(unanswered)), reason, solves)
