"""Which lines of a table are sums of others: by what they are called, and by whether the numbers add up.

Words alone are not believed where the numbers speak against them, nor numbers alone where one column of few
counts is all there is. A total that is called one and adds up to nothing is kept as doubtful, for the report.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.scan.disclosure.table import Axis, Sum, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from isa_guard.scan.disclosure.cells import Cell

_TOTAL: Final = re.compile(
    r"(?:grand|sub|overall)?[\s-]?totals?\b|\ball\b(?!\sother)|\boverall\b|^(?:sum|both|persons|people)$|^n$",
    re.IGNORECASE,
)
_MOST_LINES: Final = 5_000  # lines of one axis among which sums are looked for by their numbers
_MOST_STEPS: Final = (
    10_000_000  # cells added up along one axis; totals beyond are doubtful, so never passed over
)
_FEW: Final = 3  # parts with people in them that make one column's sum more than chance


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums found, and the lines called totals of which none was found."""

    sums: tuple[Sum, ...]
    doubtful: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """How often a sum was seen to hold and to fail, and how often it could not be told."""

    holds: int
    fails: int
    open: int


def is_total(label: tuple[str, ...]) -> bool:
    """Whether a line is called a total, by the last part of its label that says anything."""
    words = next((part for part in reversed(label) if part.strip()), "")
    return _TOTAL.search(words.strip()) is not None


def find_totals(table: Table, base: int) -> Totals:
    """The sums along both axes. `base` is what counts were rounded to: rounded parts may miss their total by it."""
    sums: list[Sum] = []
    doubtful: list[Sum] = []
    for axis in Axis:
        found = _along(table, axis, base)
        sums += found.sums
        doubtful += found.doubtful
    return Totals(tuple(sums), tuple(doubtful))


def _along(table: Table, axis: Axis, base: int) -> Totals:
    lines = table.rows if axis is Axis.ROW else table.columns
    grid: Sequence[Sequence[Cell]] = (
        table.cells if axis is Axis.ROW else tuple(zip(*table.cells, strict=True))
    )
    usable = [number for number, cells in enumerate(grid) if any(cell.counts for cell in cells)]
    called = [number for number in usable if is_total(lines[number].label)]
    sums: list[Sum] = []
    doubtful: list[Sum] = []
    labels = [line.label for line in lines]
    left = _MOST_STEPS
    for total in called:
        candidates = _candidates(total, usable, called, labels) if left > 0 else ((total,),)
        left -= sum(map(len, candidates)) * len(grid[total])
        if left < 0:
            doubtful.append(Sum(axis, total, candidates[0]))
            continue
        tried = [(parts, _evidence(grid, total, parts, base)) for parts in candidates]
        held = [parts for parts, seen in tried if seen.holds and not seen.fails]
        likely = [parts for parts, seen in tried if seen.open and not seen.fails]
        if held or likely:
            sums += [Sum(axis, total, parts) for parts in held or likely[:1]]
        elif tried:
            doubtful.append(Sum(axis, total, tried[0][0]))
    if not called and 2 < len(usable) <= _MOST_LINES:
        sums += _by_arithmetic(axis, grid, usable, base)
    return Totals(tuple(sums), tuple(doubtful))


def _by_arithmetic(axis: Axis, grid: Sequence[Sequence[Cell]], usable: list[int], base: int) -> Iterator[Sum]:
    """A first or last line that is the sum of all others although no word says so."""
    for total, parts in ((usable[-1], tuple(usable[:-1])), (usable[0], tuple(usable[1:]))):
        seen = _evidence(grid, total, parts, base)
        peopled = sum(bool(grid[line][other].low) for line in parts for other in range(len(grid[line])))
        if not seen.fails and (seen.holds > 1 or (seen.holds == 1 and peopled >= _FEW)):
            yield Sum(axis, total, parts)
            return


def _candidates(
    total: int, usable: list[int], called: list[int], labels: list[tuple[str, ...]]
) -> tuple[tuple[int, ...], ...]:
    """What a total could be the sum of, most natural first.

    The run of lines above or below it up to the next total, those under its own heading, all lines that are no
    totals (above, below, everywhere), and all totals above or below it.
    """
    totals = frozenset(called)
    plain = [line for line in usable if line not in totals]
    last = max((line for line in called if line < total), default=-1)
    following = min((line for line in called if line > total), default=len(labels))
    under = [line for line in plain if labels[line][:-1] == labels[total][:-1] and labels[total][:-1]]
    named = [line for line in plain if labels[total] == labels[line][:-1]]
    listed = (
        [line for line in plain if last < line < total],
        under,
        named,
        [line for line in plain if total < line < following],
        [line for line in plain if line < total],
        [line for line in plain if line > total],
        plain,
        [line for line in called if line < total],
        [line for line in called if line > total],
    )
    return tuple(
        dict.fromkeys(tuple(parts) for parts in listed if len(parts) > 1 or (parts and parts is listed[0]))
    )


def _evidence(grid: Sequence[Sequence[Cell]], total: int, parts: tuple[int, ...], base: int) -> _Evidence:
    holds = fails = open_ = 0
    slack = 0 if base == 1 else (len(parts) + 1) * (base // 2)
    for other, whole in enumerate(grid[total]):
        cells = [grid[part][other] for part in parts]
        if not whole.counts or not all(cell.counts for cell in cells):
            continue
        if whole.known is not None and all(cell.known is not None for cell in cells):
            off = abs(whole.low - sum(cell.low for cell in cells))
            fails += off > slack
            holds += off <= slack and whole.low > 0
            open_ += off <= slack and whole.low == 0
            continue
        too_much = whole.high is not None and sum(cell.low for cell in cells) > whole.high + slack
        most = None if any(cell.high is None for cell in cells) else sum(cell.high or 0 for cell in cells)
        too_little = most is not None and most + slack < whole.low
        fails += too_much or too_little
        open_ += not (too_much or too_little)
    return _Evidence(holds, fails, open_)
