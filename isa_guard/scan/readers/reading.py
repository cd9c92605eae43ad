"""A file into what stands in it, whatever its form."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, assert_never

from isa_guard.scan.contents import Spot, Unread
from isa_guard.scan.readers.archives import read_gzip, read_tar
from isa_guard.scan.readers.forms import Form, Told, form_of
from isa_guard.scan.readers.html import read_html
from isa_guard.scan.readers.json_texts import read_json, read_json_lines
from isa_guard.scan.readers.limits import ReadLimits, Spent
from isa_guard.scan.readers.lines import read_lines
from isa_guard.scan.readers.mail import read_mail
from isa_guard.scan.readers.old_office import read_old_office
from isa_guard.scan.readers.parquet import read_parquet
from isa_guard.scan.readers.pdf import read_pdf
from isa_guard.scan.readers.separated import read_separated
from isa_guard.scan.readers.streams import SAMPLE, sample_of
from isa_guard.scan.readers.visit import Visit, guarded
from isa_guard.scan.readers.xml_texts import read_xml
from isa_guard.scan.readers.zipped import read_zip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from isa_guard.scan.contents import Content


def read_contents(path: Path, limits: ReadLimits = ReadLimits()) -> Iterator[Content]:  # noqa: B008 - a frozen value
    """All that stands in a file, part by part; what cannot be read, or lies beyond a limit, is an `Unread`.

    Raises UsageError where a library that the form needs is not installed, and nothing else on account of the file.
    """
    spot = Spot(str(path))
    try:
        stream = path.open("rb", buffering=SAMPLE)
    except (OSError, ValueError):
        yield Unread(spot, "cannot be opened")
        return
    with stream:
        yield from read_stream(stream, path.name, Visit(spot, limits, Spent(limits), read_stream))


def read_stream(stream: BinaryIO, name: str, visit: Visit) -> Iterator[Content]:
    """All that stands in a stream; its name is a second opinion on its form."""
    told: list[Told] = []

    def tell() -> Iterator[Content]:
        told.append(form_of(sample_of(stream), name))
        yield from ()

    yield from guarded(tell(), visit, "file")
    for each in told:
        yield from guarded(_of_form(each, stream, name, visit), visit, each.form.value)


def _of_form(told: Told, stream: BinaryIO, name: str, visit: Visit) -> Iterator[Content]:
    match told.form:
        case Form.EMPTY:
            return iter(())
        case Form.TEXT:
            return read_lines(stream, told.encoding, visit)
        case Form.SEPARATED:
            assert told.layout is not None
            return read_separated(stream, told.encoding, told.layout, visit)
        case Form.JSON:
            return read_json(stream, visit)
        case Form.JSON_LINES:
            return read_json_lines(stream, told.encoding, visit)
        case Form.XML:
            return read_xml(stream, visit)
        case Form.HTML:
            return read_html(stream, visit)
        case Form.MAIL:
            return read_mail(stream, visit)
        case Form.ZIP:
            return read_zip(stream, visit)
        case Form.GZIP:
            return read_gzip(stream, name, visit)
        case Form.TAR:
            return read_tar(stream, visit)
        case Form.PDF:
            return read_pdf(stream, visit)
        case Form.PARQUET:
            return read_parquet(stream, visit)
        case Form.OLE:
            return read_old_office(stream, visit)
        case Form.TNEF | Form.RTF | Form.PICTURE | Form.UNKNOWN:
            return iter((visit.unread(f"{told.form.value}: not read"),))
        case _:
            assert_never(told.form)
