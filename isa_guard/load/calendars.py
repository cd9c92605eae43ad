"""The calendars an agreement can count on: the shipped ones, and its own made from them."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - the runtime type of the closures
from typing import TYPE_CHECKING

from isa_guard.errors import IsaGuardError, LoadError, Problem
from isa_guard.load.dates import DAY_HINT, read_day
from isa_guard.load.suggest import did_you_mean
from isa_guard.uk.calendars import CALENDAR_IDS, Calendar, calendar, closed_range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.load.shapes import CalendarShape
    from isa_guard.load.yaml import Document, Path


def read_calendars(shapes: Mapping[str, CalendarShape], document: Document) -> dict[str, Calendar]:
    """Answer every calendar by id, the agreement's own included. Raises LoadError."""
    found = {name: calendar(name) for name in CALENDAR_IDS}
    problems: list[Problem] = []
    for name, shape in shapes.items():
        path: Path = ("calendars", name)
        if shape.based_on not in found:
            hint = did_you_mean(shape.based_on, found)
            problems.append(
                Problem(
                    f"no calendar `{shape.based_on}`", document.place((*path, "based-on")), hint, "calendar"
                )
            )
            continue
        try:
            found[name] = _derived(name, shape, found[shape.based_on])
        except IsaGuardError as error:
            problems.append(Problem(str(error), document.place(path), DAY_HINT, "calendar"))
    if problems:
        raise LoadError(tuple(problems))
    return found


def _derived(name: str, shape: CalendarShape, base: Calendar) -> Calendar:
    closed: dict[date, str] = {}
    for closure in shape.closed:
        closed |= closed_range(_day(closure.from_), _day(closure.to), closure.why)
    return base.derived(
        name, shape.title, shape.version, closed, _day(shape.known_from), _day(shape.known_until)
    )


def _day(text: str) -> date:
    day = read_day(text)
    if day is None:
        raise IsaGuardError(f"`{text}` is no day")
    return day
