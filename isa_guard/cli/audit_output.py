"""Where an audit goes: its reports, and a file with every line that could not be read."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Self

from isa_guard.cli.output import coloured, width_for, write_each
from isa_guard.errors import UsageError
from isa_guard.model.log import Rejected
from isa_guard.report.audits.words import fault_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import TextIO

    from isa_guard.model.audit import Audit
    from isa_guard.model.log import Blank, LogEvent


def write_audit(audit: Audit, wanted: Iterable[tuple[str, str]], color: str) -> None:
    """Write every report. Raises UsageError where a file cannot be written."""

    def rendered(name: str, file: str) -> str:
        if name == "text":
            return _text(audit, color, file)
        return str(import_module(f"isa_guard.report.audits.{name}").render(audit))

    write_each(rendered, wanted)


def _text(audit: Audit, color: str, file: str) -> str:
    from isa_guard.report.audits import text
    from isa_guard.report.text import Manner, in_colour, plain

    manner = Manner(width=width_for(file), paint=in_colour if coloured(color, file) else plain)
    if file:  # a file has room for all that was kept
        return text.render(audit, manner, listed=len(audit.findings) or 1)
    return text.render(audit, manner)


class Rejects:
    """A file of lines that could not be read, one JSON object each; nothing where none was asked for."""

    def __init__(self, path: str | None, names: Sequence[str]) -> None:
        self.path = path
        self.names = names
        self.file: TextIO | None = None

    def __enter__(self) -> Self:
        if self.path:
            try:
                self.file = open(self.path, "w", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123
            except (OSError, ValueError) as error:
                why = (getattr(error, "strerror", None) or "no file can have this name").lower()
                raise UsageError(f"the rejected lines cannot be written to {self.path}: {why}") from None
        return self

    def __exit__(self, *_: object) -> None:
        if self.file:
            self.file.close()

    def note(self, one: Rejected) -> None:
        """Write one rejected line: its file, its number, why; never what stands in it."""
        if self.file is None:
            return
        data = {
            "file": self.names[one.place.file],
            "line": one.place.line,
            "fault": one.fault.value,
            "column": one.column or None,
            "why": fault_words(one),
        }
        self.file.write(json.dumps(data, ensure_ascii=False) + "\n")

    def noting(self, lines: Iterable[LogEvent | Rejected | Blank]) -> Iterator[LogEvent | Rejected | Blank]:
        """Answer the lines one by one, each rejected one written on the way."""
        for line in lines:
            if isinstance(line, Rejected):
                self.note(line)
            yield line
