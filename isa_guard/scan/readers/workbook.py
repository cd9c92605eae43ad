"""XLSX: the cells of every sheet, shown, hidden or very hidden, and what of a workbook stands in no cell."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from isa_guard.errors import UsageError
from isa_guard.scan.readers.office import part_text, properties, the_rest
from isa_guard.scan.readers.shared_strings import leftovers
from isa_guard.scan.readers.sheet_source import Source, source_of
from isa_guard.scan.readers.tables import table_parts
from isa_guard.scan.readers.visit import guarded
from isa_guard.scan.readers.workbook_parts import Sheet, sheets_of, workbook_texts

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from types import ModuleType

    from isa_guard.scan.contents import Content
    from isa_guard.scan.readers.package import Package
    from isa_guard.scan.readers.visit import Visit

_SHARED: Final = "xl/sharedStrings.xml"


def calamine() -> ModuleType:
    """The library that reads cells. Raises UsageError where it is not installed."""
    try:
        import python_calamine
    except ImportError as error:
        raise UsageError(
            "to read workbooks python-calamine is needed: pip install 'isa-guard[scan]'"
        ) from error
    return python_calamine


def read_workbook(package: Package, main: str, stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """All that stands in a workbook."""
    sheets = sheets_of(package, main, visit)
    yield from workbook_texts(package, main, sheets, visit)
    taken = {main, _SHARED}
    used: set[int] = set()
    safe: list[Sheet] = []
    for sheet in sheets[: visit.limits.sheets]:
        place = visit.at(f"sheet {sheet.number}")
        taken.update((sheet.path, *sheet.comments))
        if not sheet.has_cells:
            taken.discard(sheet.path)  # a chart or a dialogue: read with the other parts
            continue
        source = yield from _source(package, sheet, place)
        if source is None:
            continue
        used |= source.shared
        if source.cells > visit.limits.cells:
            yield place.unread(f"spread over more than {visit.limits.cells:,} cells: its cells are not read")
            used -= source.shared  # so that its texts are still handed on, as leftovers
        else:
            safe.append(sheet)
    if len(sheets) > visit.limits.sheets:
        yield visit.unread(f"more than {visit.limits.sheets:,} sheets: the rest is not read")
    if package.has(_SHARED):
        yield from guarded(
            leftovers(package, _SHARED, used, visit), visit.at("shared strings"), "shared strings"
        )
    yield from guarded(_cells(stream, safe, visit), visit, "workbook")
    yield from properties(package, visit)
    yield from the_rest(package, taken, visit)


def read_by_calamine(stream: BinaryIO, visit: Visit) -> Iterator[Content]:
    """The cells of a workbook in another form: .xls, .xlsb, .ods. What stands beside them is for the caller to read."""
    book = calamine().CalamineWorkbook.from_filelike(stream)
    for number, _ in enumerate(book.sheet_names[: visit.limits.sheets], 1):
        place = visit.at(f"sheet {number}")
        yield from guarded(_sheet(book, number, place), place, "sheet")
    yield from visit.at("sheet names").texts("\n".join(book.sheet_names))


def _source(package: Package, sheet: Sheet, place: Visit) -> Generator[Content, None, Source | None]:
    """What a sheet's source tells before its cells are read, with its headers, footers, formulas and comments."""
    found: list[Source] = []

    def look() -> Iterator[Content]:
        source = source_of(package.read(sheet.path))
        found.append(source)
        for number, text in enumerate(source.headers, 1):
            yield from place.at(f"header or footer {number}").texts(text)
        yield from place.at("formulas").texts("\n".join(source.formulas))
        yield from place.at("rules").texts("\n".join(source.rules))

    yield from guarded(look(), place, "sheet")
    for path in sheet.comments:
        yield from part_text(package, path, place.at("comments"))
    return found[0] if found else None


def _cells(stream: BinaryIO, sheets: Sequence[Sheet], visit: Visit) -> Iterator[Content]:
    if not sheets:
        return
    stream.seek(0)
    book = calamine().CalamineWorkbook.from_filelike(stream)
    for sheet in sheets:
        place = visit.at(f"sheet {sheet.number}")
        yield from guarded(_sheet(book, sheet.number, place), place, "sheet")


def _sheet(book: Any, number: int, place: Visit) -> Iterator[Content]:
    sheet = book.get_sheet_by_index(number - 1)
    if sheet.start is None:
        return
    first = sheet.start[0]
    rows = islice(sheet.iter_rows(), first, None)
    yield from table_parts((list(map(as_text, row)) for row in rows), first + 1, place)


def as_text(value: object) -> str:
    """A cell as people read it: whole numbers without a point, days and times as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)
