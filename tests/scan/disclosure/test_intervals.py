"""The interval of a withheld count is exactly what listing every possible table gives."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds as ScipyBounds
from scipy.optimize import LinearConstraint, linprog, milp

from isa_guard.scan.disclosure import solver
from isa_guard.scan.disclosure.cells import WITHHELD, Cell, CellKind
from isa_guard.scan.disclosure.elimination import components, narrowed
from isa_guard.scan.disclosure.intervals import exact_intervals
from isa_guard.scan.disclosure.system import (
    Contradiction,
    Equation,
    Interval,
    System,
    TooLarge,
    base_of,
    own_bounds,
    system_of,
)
from tests.scan.disclosure.tables import FIVE, FIVE_AND_NOUGHT, brute_force, count, summed, table, with_totals

if TYPE_CHECKING:
    from isa_guard.scan.disclosure.limits import Limits
    from isa_guard.scan.disclosure.table import Table

BELOW = Cell(CellKind.BELOW, 0, 4)
AT_LEAST_ONE = Cell(CellKind.RANGE, 1, 3)


def intervals(grid: Table, limits: Limits) -> list[Interval]:
    audit = exact_intervals(system_of(grid, limits), range(grid.size))
    assert not audit.unanswered
    return [interval for _, interval in audit.intervals]


@st.composite
def tables_with_gaps(draw: st.DrawFn) -> Table:
    high, wide = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    body = draw(
        st.lists(st.lists(st.integers(0, 2), min_size=wide, max_size=wide), min_size=high, max_size=high)
    )
    grid = [[count(number) for number in row] for row in summed(body)]
    places = [(row, column) for row in range(high + 1) for column in range(wide + 1)]
    for row, column in draw(st.lists(st.sampled_from(places), unique=True, max_size=4)):
        number = grid[row][column].low
        fitting = [WITHHELD, *([BELOW] if 1 <= number <= 4 else []), *([AT_LEAST_ONE] * (1 <= number <= 3))]
        grid[row][column] = draw(st.sampled_from(fitting))
    return with_totals(grid)


def judged(grid: Table, limits: Limits) -> list[Interval] | None:
    base = base_of(grid, limits)
    bounds = [[own_bounds(cell, limits, base) for cell in row] for row in grid.cells]
    highest = max(max(one.low, one.high or 0) for row in bounds for one in row)
    found = brute_force(bounds, highest + 1)
    return None if found is None else [one for row in found for one in row]


@given(tables_with_gaps(), st.sampled_from([FIVE, FIVE_AND_NOUGHT]))
@settings(max_examples=80, deadline=None)
def test_every_interval_is_what_listing_every_table_gives(grid: Table, limits: Limits) -> None:
    assert intervals(grid, limits) == judged(grid, limits)


@given(tables_with_gaps())
@settings(max_examples=60, deadline=None)
def test_narrowing_by_sums_alone_never_says_more_than_is_true(grid: Table) -> None:
    true = judged(grid, FIVE_AND_NOUGHT)
    assert true is not None
    for outer, exact in zip(narrowed(system_of(grid, FIVE_AND_NOUGHT)), true, strict=True):
        assert outer.low <= exact.low
        assert outer.high is None or (exact.high is not None and exact.high <= outer.high)


@st.composite
def rounded_tables(draw: st.DrawFn) -> Table:
    """Counts rounded to 5, each for itself, so that totals need not add up."""
    body = draw(st.lists(st.lists(st.integers(0, 30), min_size=2, max_size=2), min_size=1, max_size=2))
    grid = [[count(5 * round(number / 5)) for number in row] for row in summed(body)]
    row, column = draw(st.integers(0, len(body))), draw(st.integers(0, 2))
    grid[row][column] = WITHHELD
    return with_totals(grid)


@given(rounded_tables())
@settings(max_examples=25, deadline=None)
def test_a_rounded_count_bounds_by_half_its_base(grid: Table) -> None:
    limits = replace(FIVE, rounding_base=5)
    assert intervals(grid, limits) == judged(grid, limits)


def test_an_equation_with_one_unknown_needs_no_solver() -> None:
    chain = table("* * 9 19", "3 4 5 12", "2 * 1 9", "8 17 15 40")
    audit = exact_intervals(system_of(chain, FIVE), range(chain.size))
    assert audit.solves == 0
    assert [dict(audit.intervals)[number] for number in (0, 1, 9)] == [Interval(3, 3), Interval(7, 7), Interval(6, 6)]  # fmt: skip


def test_cells_that_no_equation_ties_are_solved_apart() -> None:
    blocks = table(
        "* * 7 7 40", "* * 7 7 40", "7 7 * * 40", "7 7 * * 40", "40 40 40 40 160"
    )  # fmt: skip
    system = system_of(blocks, FIVE)
    parts = components(system, narrowed(system))
    assert [part.cells for part in parts] == [(0, 1, 5, 6), (12, 13, 17, 18)]
    assert {number for part in parts for one in part.equations for number, _ in one.terms} == {0, 1, 5, 6, 12, 13, 17, 18}  # fmt: skip


def test_ends_that_are_no_whole_numbers_are_rounded_inwards() -> None:
    """Three cells tied pairwise: a linear optimum of 1.5, and only whole people."""
    wide = Interval(0, None)
    pairs = System(
        (wide, wide, wide, Interval(0, 1), Interval(0, 1), Interval(0, 1)),
        (
            Equation(((0, 1), (1, 1), (3, 1)), 3),
            Equation(((1, 1), (2, 1), (4, 1)), 3),
            Equation(((0, 1), (2, 1), (5, 1)), 3),
        ),
    )
    fitting = [
        (a, b, c)
        for a, b, c in product(range(5), repeat=3)
        if all(two in {2, 3} for two in (a + b, b + c, a + c))
    ]
    audit = exact_intervals(pairs, range(3))
    for cell, interval in audit.intervals:
        values = [one[cell] for one in fitting]
        assert interval == Interval(min(values), max(values))


@given(st.fractions(0, 1000, max_denominator=60))
def test_an_optimum_is_rounded_towards_what_people_can_be(optimum: Fraction) -> None:
    assert solver.inwards(float(optimum), 1) == math.ceil(optimum)
    assert solver.inwards(float(optimum), -1) == math.floor(optimum)
    assert (
        solver.inwards(round(optimum) + 1e-7, 1)
        == solver.inwards(round(optimum) - 1e-7, -1)
        == round(optimum)
    )


def test_half_people_are_nobody() -> None:
    """a + b = b + c = a + c = 3 has the one solution of halves, so no count fits."""
    wide = Interval(0, None)
    pairs = System(
        (wide, wide, wide),
        tuple(Equation(((one, 1), (other, 1)), 3) for one, other in ((0, 1), (1, 2), (0, 2))),
    )
    with pytest.raises(Contradiction):
        exact_intervals(pairs, [0])


def test_totals_that_do_not_add_up_contradict() -> None:
    with pytest.raises(Contradiction):
        exact_intervals(system_of(table("* 3 2", "4 5 9", "9 8 17"), FIVE), [0])


def random_gaps(high: int, wide: int, gaps: int, seed: int) -> Table:
    dice = random.Random(seed)
    grid = [
        [count(number) for number in row]
        for row in summed([[dice.randint(0, 40) for _ in range(wide)] for _ in range(high)])
    ]
    for place in dice.sample(range(high * wide), gaps):
        grid[place // wide][place % wide] = WITHHELD
    return with_totals(grid)


def by_scipy(grid: Table, wanted: list[int]) -> list[Interval]:
    """The same ends by another library, from a model that no elimination has touched."""
    system = system_of(grid, FIVE)
    matrix = np.zeros((len(system.equations), grid.size))
    for row, equation in enumerate(system.equations):
        for cell, by in equation.terms:
            matrix[row, cell] = by
    right = np.array([equation.right for equation in system.equations])
    spans = [(one.low, one.high) for one in system.bounds]
    found = []
    for cell in wanted:
        ends = []
        for sign in (1, -1):
            cost = np.zeros(grid.size)
            cost[cell] = sign
            done = linprog(cost, A_eq=matrix, b_eq=right, bounds=spans)
            assert done.status == 0
            ends.append(math.ceil(done.fun - 1e-6) * sign)
        found.append(Interval(ends[0], ends[1]))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_larger_tables_agree_with_another_library(seed: int) -> None:
    grid = random_gaps(12, 8, 40, seed)
    wanted = [number for number, (_, _, cell) in enumerate(grid.places()) if cell is WITHHELD][:12]
    audit = exact_intervals(system_of(grid, FIVE), wanted)
    assert [interval for _, interval in audit.intervals] == by_scipy(grid, wanted)


@st.composite
def crosswise_systems(draw: st.DrawFn) -> System:
    """Equations over any subsets of few cells, as tables tied to one another have; vertices need not be whole."""
    cells = draw(st.integers(3, 5))
    truth = draw(st.lists(st.integers(0, 5), min_size=cells, max_size=cells))
    equations = []
    for subset in draw(st.lists(st.sets(st.integers(0, cells - 1), min_size=2), min_size=1, max_size=4)):
        equations.append(
            Equation(tuple((cell, 1) for cell in sorted(subset)), sum(truth[cell] for cell in subset))
        )
    return System((Interval(0, 7),) * cells, tuple(equations))


@given(crosswise_systems())
@settings(max_examples=60, deadline=None)
def test_crosswise_sums_are_solved_in_whole_numbers(system: System) -> None:
    fitting = [
        values
        for values in product(range(8), repeat=len(system.bounds))
        if all(sum(values[cell] for cell, _ in one.terms) == one.right for one in system.equations)
    ]
    audit = exact_intervals(system, range(len(system.bounds)))
    assert not audit.unanswered
    for cell, interval in audit.intervals:
        values = [one[cell] for one in fitting]
        assert interval == Interval(min(values), max(values))


@pytest.mark.parametrize("seed", range(3))
def test_whole_numbers_agree_with_another_branch_and_bound(seed: int) -> None:
    dice = random.Random(seed)
    truth = [dice.randint(0, 9) for _ in range(14)]
    subsets = [dice.sample(range(14), 4) for _ in range(7)]
    equations = tuple(
        Equation(tuple((cell, 1) for cell in subset), sum(truth[cell] for cell in subset))
        for subset in subsets
    )
    system = System((Interval(0, 12),) * 14, equations)
    matrix = np.array([[float(cell in subset) for cell in range(14)] for subset in subsets])
    right = [one.right for one in equations]
    audit = exact_intervals(system, range(14))
    for cell, interval in audit.intervals:
        for sign, end in ((1.0, interval.low), (-1.0, interval.high)):
            cost = np.zeros(14)
            cost[cell] = sign
            done = milp(
                cost,
                integrality=np.ones(14),
                bounds=ScipyBounds(0, 12),
                constraints=LinearConstraint(matrix, right, right),
            )
            assert round(sign * done.fun) == end


def test_a_component_beyond_the_limit_is_refused() -> None:
    cells = solver.MOST_OPEN + 1
    system = System((Interval(0, 9),) * cells, (Equation(tuple((cell, 1) for cell in range(cells)), 9_999),))
    (component,) = components(system, system.bounds)
    with pytest.raises(TooLarge, match="5,000"):
        solver.solve(component, system.bounds, [0])
    assert exact_intervals(system, [0]).unanswered == (0,)


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    exact_intervals(system_of(random_gaps(5, 5, 12, 1), FIVE), range(20))
    assert capfd.readouterr() == ("", "")


def test_known_cells_that_do_not_add_up_are_noticed_where_narrowing_stopped_early() -> None:
    fixed = (Interval(2, 2), Interval(3, 3))
    with pytest.raises(Contradiction, match="add up"):
        components(System(fixed, (Equation(((0, 1), (1, 1)), 6),)), fixed)
