"""Which lines of two tables are about the same: by their labels, whatever their order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from isa_guard.scan.disclosure.table import Line, Table


@dataclass(frozen=True, slots=True)
class Matched:
    """The lines that two tables share, as pairs of their numbers within each."""

    rows: tuple[tuple[int, int], ...]
    columns: tuple[tuple[int, int], ...]


def matched(one: Table, other: Table) -> Matched:
    """The shared lines. A label that stands twice in a table says not which line is meant, and matches none."""
    return Matched(_pairs(one.rows, other.rows), _pairs(one.columns, other.columns))


def plain(label: tuple[str, ...]) -> tuple[str, ...]:
    """A label as it is compared: case and spacing do not matter."""
    return tuple(" ".join(part.casefold().split()) for part in label)


def _pairs(lines: tuple[Line, ...], others: tuple[Line, ...]) -> tuple[tuple[int, int], ...]:
    here, there = _unique(lines), _unique(others)
    return tuple((number, there[label]) for label, number in here.items() if label in there)


def _unique(lines: tuple[Line, ...]) -> dict[tuple[str, ...], int]:
    labels = [plain(line.label) for line in lines]
    seen: dict[tuple[str, ...], list[int]] = {}
    for number, label in enumerate(labels):
        seen.setdefault(label, []).append(number)
    return {label: numbers[0] for label, numbers in seen.items() if len(numbers) == 1}
