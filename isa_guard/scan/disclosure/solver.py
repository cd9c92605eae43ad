"""The least and the largest count of each open cell of one component, exactly.

One linear model, kept warm, is solved twice a cell. Its optimum is rounded inwards to a whole number, and a
verdict of "wide enough" never rests on floating point: each end is witnessed by a whole table that was added
up again in integers. Where a vertex is not whole (several tables tied crosswise), branch and bound finds one
that is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from isa_guard.errors import UsageError
from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.system import Contradiction, Interval, TooLarge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from isa_guard.scan.disclosure.elimination import Component

MOST_OPEN: Final = 5_000  # open cells of one component
MOST_STEPS: Final = (
    2_000_000  # steps of the simplex method over one component; a count, so that a run repeats
)
_STEPS_A_SOLVE: Final = 200_000
_NODES: Final = 2_000
_CLOSE: Final = 1e-5  # a solver's answer this near a whole number is that number


@dataclass(frozen=True, slots=True)
class Solved:
    """What a component's wanted cells can be, those left without an answer, and how many solves it took."""

    intervals: tuple[tuple[int, Interval], ...]
    unanswered: tuple[int, ...]
    solves: int


def solve(component: Component, bounds: tuple[Interval, ...], wanted: Iterable[int]) -> Solved:
    """The exact interval of each wanted cell.

    Raises Contradiction where no counts fit, TooLarge beyond `MOST_OPEN` cells, and UsageError where highspy
    is not installed.
    """
    if len(component.cells) > MOST_OPEN:
        raise TooLarge(
            f"{len(component.cells):,} withheld cells hang together; up to {MOST_OPEN:,} are solved"
        )
    model = _Model(component, bounds)
    found, unanswered = [], []
    for cell in wanted:
        interval = model.interval(cell)
        if interval is None:
            unanswered.append(cell)
        else:
            found.append((cell, interval))
    return Solved(tuple(found), tuple(unanswered), model.solves)


def inwards(optimum: float, sign: int) -> int:
    """The whole number nearest an optimum that a count can still reach: above a least (sign 1), below a largest (-1)."""
    return math.ceil(sign * optimum - _CLOSE) * sign


class _Model:
    """A warm linear model, and the smallest and largest value each cell was seen to have in a whole solution."""

    def __init__(self, component: Component, bounds: tuple[Interval, ...]) -> None:
        self.place = {cell: column for column, cell in enumerate(component.cells)}
        self.bounds = [bounds[cell] for cell in component.cells]
        self.equations = [
            ([self.place[cell] for cell, _ in one.terms], [by for _, by in one.terms], one.right)
            for one in component.equations
        ]
        self.highs = _highs()
        self.solver = self._built()
        self.solves = self.steps = 0
        self.least: list[int] | None = None
        self.most: list[int] = []

    def interval(self, cell: int) -> Interval | None:
        """What a cell can be; None where a limit of the work was met first."""
        column = self.place[cell]
        low = self._end(column, 1)
        if low is None:
            return None
        high = self._end(column, -1)
        if high is None:
            return None
        return Interval(int(low), None if high == math.inf else int(high))

    def _built(self) -> Any:
        highs = self.highs
        # The public class prints a banner to stdout as it is made; stdout belongs to the result.
        solver = highs.highs._Highs()  # noqa: SLF001
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("presolve", "off")  # it would throw away the basis that keeps the model warm
        solver.setOptionValue("threads", 1)
        solver.setOptionValue("simplex_iteration_limit", _STEPS_A_SOLVE)
        solver.setOptionValue("mip_max_nodes", _NODES)
        solver.setOptionValue("mip_rel_gap", 0.0)
        for bound in self.bounds:
            solver.addVar(float(bound.low), highs.kHighsInf if bound.high is None else float(bound.high))
        for columns, by, right in self.equations:
            solver.addRow(float(right), float(right), len(columns), columns, [float(one) for one in by])
        return solver

    def _end(self, column: int, sign: int) -> float | None:
        """The least (sign 1) or largest (sign -1) whole value of a cell; infinity; None where a limit was met."""
        bound = self.bounds[column].low if sign > 0 else self.bounds[column].high
        if bound is not None and self._seen(column, sign) == bound:
            return (
                bound  # a whole solution shows the very end that the bounds allow: nothing is left to solve
            )
        self.solver.changeColCost(column, float(sign))
        reached = self._run(column, sign)
        if reached is None or reached == math.inf:
            self.solver.changeColCost(column, 0.0)
            return reached
        end = inwards(reached, sign)
        if self._seen(column, sign) != end:
            reached = self._whole(column, sign)
            end = end if reached is None else round(reached)
        self.solver.changeColCost(column, 0.0)
        return float(end) if self._seen(column, sign) == end else None

    def _seen(self, column: int, sign: int) -> int | None:
        if self.least is None:
            return None
        return self.least[column] if sign > 0 else self.most[column]

    def _whole(self, column: int, sign: int) -> float | None:
        """The end by branch and bound, for a component whose vertices are not all whole."""
        kinds, every = self.highs.HighsVarType, range(len(self.bounds))
        for one in every:
            self.solver.changeColIntegrality(one, kinds.kInteger)
        reached = self._run(column, sign)
        for one in every:
            self.solver.changeColIntegrality(one, kinds.kContinuous)
        return reached

    def _run(self, column: int, sign: int) -> float | None:
        """Solve once: the value of the cell at its end, infinity where it has none, None at a limit."""
        if self.steps > MOST_STEPS:
            return None
        self.solver.run()
        self.solves += 1
        self.steps += max(0, self.solver.getInfo().simplex_iteration_count)
        status, known = self.solver.getModelStatus(), self.highs.HighsModelStatus
        if status == known.kInfeasible:
            raise Contradiction("no counts fit the published sums")
        if status == known.kUnbounded and sign < 0:
            return math.inf
        if status != known.kOptimal:
            return None
        values: list[float] = list(self.solver.getSolution().col_value)
        self._witness(values)
        return values[column]

    def _witness(self, values: list[float]) -> None:
        """Take a solution as seen where it is whole and, added up in integers, fits everything published."""
        whole = [round(value) for value in values]
        if any(
            one < bound.low or (bound.high is not None and one > bound.high)
            for one, bound in zip(whole, self.bounds, strict=True)
        ):
            return
        for columns, by, right in self.equations:
            if sum(whole[column] * each for column, each in zip(columns, by, strict=True)) != right:
                return
        if self.least is None:
            self.least, self.most = list(whole), list(whole)
            return
        self.least = list(map(min, self.least, whole))
        self.most = list(map(max, self.most, whole))


def _highs() -> Any:
    try:
        import highspy
    except ImportError as error:
        raise UsageError(
            "to audit suppression the solver is needed: pip install 'isa-guard[scan]'"
        ) from error
    return highspy
