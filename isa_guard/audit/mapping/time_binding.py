"""The formats of times and days: whether they fit what is written and the field that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.audit.mapping.bound import Bound
from isa_guard.audit.mapping.time_patterns import day_reader
from isa_guard.audit.mapping.times import ISO_DAY, RFC3339, SCALES, TimeFormat, TimeFormatError, time_reader
from isa_guard.language.types import Date, Double, Int, String, Timestamp

if TYPE_CHECKING:
    from isa_guard.audit.mapping.shapes import TimeShape
    from isa_guard.audit.mapping.times import ReadTime
    from isa_guard.errors import Problem
    from isa_guard.language.checker import Checked
    from isa_guard.language.types import Field, Type
    from isa_guard.load.yaml import Document, Path


def reader_for(form: TimeFormat, field: Type) -> ReadTime:
    """Answer what reads a format for a field, an instant or a day. Raises TimeFormatError."""
    return day_reader(form) if isinstance(field, Date) else time_reader(form)


def bound_time(
    document: Document, shape: TimeShape | None, checked: Checked, field: Field, path: Path
) -> tuple[TimeFormat | None, list[Problem]]:
    """Answer the format, and what is wrong with it. None where the expression gives the instant or day itself.

    Without a `shape`, the format is the one that an event's own document has.
    """
    bound = Bound(document)
    if not isinstance(field.type, Date | Timestamp):
        if shape is not None:
            bound.fault(f"`{field.name}` is no time and no day", path)
        return None, bound.problems
    if shape is None:
        return TimeFormat(ISO_DAY if isinstance(field.type, Date) else RFC3339), []
    if type(checked.type) is type(field.type):
        policies = {shape.missing_hour, shape.repeated_hour, shape.leap}
        if (shape.format, shape.zone) != (None, None) or policies != {"reject"}:
            bound.fault("this has been read already: it has no format and no zone", (*path, "of"))
        return None, bound.problems
    name = shape.format or (ISO_DAY if isinstance(field.type, Date) else RFC3339)
    form = TimeFormat(name, shape.zone, shape.missing_hour, shape.repeated_hour, shape.leap)
    counted = form.name in SCALES and isinstance(field.type, Timestamp)
    if isinstance(checked.type, Int | Double) and not counted:
        bound.fault("a number is counted from 1970: unix-s, unix-ms or unix-us", (*path, "format"))
    elif not isinstance(checked.type, String | Int | Double):
        bound.fault(f"a time is text or a number, but this is {checked.type}", (*path, "of"))
    try:
        reader_for(form, field.type)
    except TimeFormatError as error:
        bound.fault(str(error), (*path, "format"))
    return form, bound.problems
