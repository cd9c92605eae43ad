"""How a departure from a schedule is told: which rule, how often, where; never what stands in a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from isa_guard.language.constraints import Rule
from isa_guard.language.values import to_date, to_datetime
from isa_guard.model.schedule import CellType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from isa_guard.model.schedule import ScheduledField

_NO: Final[Mapping[CellType, str]] = {
    CellType.STRING: "text",
    CellType.INTEGER: "whole number",
    CellType.FLOAT: "number",
    CellType.BOOLEAN: "true or false",
    CellType.DATE: "day in the form 2026-11-23",
    CellType.DATETIME: "time with its offset, in the form 2026-11-23T10:30:00Z",
}


def cells_break(field: ScheduledField, rule: Rule, many: int) -> str:
    """Answer what so many cells are: `3 cells are none of the words that the schedule allows`."""
    cells = f"{many:,} cells are" if many > 1 else "1 cell is"
    return f"{cells} {_what(field, rule)}"


def _what(field: ScheduledField, rule: Rule) -> str:
    held = field.constraints
    words = "words" if field.type is CellType.STRING else "values"
    match rule:
        case Rule.REQUIRED | Rule.NULLABLE:
            return "blank, and the schedule has none blank"
        case Rule.TYPE:
            return f"no {_NO[field.type]}"
        case Rule.ALLOWED:
            return f"none of the {words} that the schedule allows"
        case Rule.FORBIDDEN:
            return f"among the {words} that the schedule forbids"
        case Rule.REGEX:
            return "not of the form that the schedule gives"
        case Rule.MINLENGTH:
            return f"shorter than the {held.minlength} characters of the schedule"
        case Rule.MAXLENGTH:
            return f"longer than the {held.maxlength} characters of the schedule"
        case Rule.MIN:
            return f"{_before(field)} the schedule's {_shown(field, held.min)}"
        case Rule.MAX:
            return f"{_after(field)} the schedule's {_shown(field, held.max)}"
        case _:
            assert_never(rule)


def _before(field: ScheduledField) -> str:
    return "before" if field.type in {CellType.DATE, CellType.DATETIME} else "below"


def _after(field: ScheduledField) -> str:
    return "after" if field.type in {CellType.DATE, CellType.DATETIME} else "above"


def _shown(field: ScheduledField, limit: float | None) -> str:
    """A bound as the agreement writes it; it is the agreement's, and nobody's data."""
    if field.type is CellType.DATE:
        return to_date(int(limit or 0)).isoformat()
    if field.type is CellType.DATETIME:
        return to_datetime(int(limit or 0)).isoformat()
    return str(limit)


def list_of(more: Sequence[int], many: int) -> str:
    """Answer where else, as the file counts its rows: `, also at 7 and 9`; and whether that is all."""
    if not more:
        return ""
    rest = " and on" if many > len(more) + 1 else ""
    shown = ", ".join(map(str, more)) if rest else " and ".join(map(str, more))
    return f", also at {shown}{rest}"
