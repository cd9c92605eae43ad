"""Small log maps for tests, and events made of lines."""

from __future__ import annotations

from isa_guard.audit.mapping.load import read_mapping
from isa_guard.audit.mapping.mapping import LogMapping
from isa_guard.errors import LoadError
from isa_guard.language.values import Value
from isa_guard.model.log import Fault, LogEvent, LogPlace, Rejected
from isa_guard.model.schemas import EVENT

HEAD = "format: isa-guard/log-map/1\nid: m\ntitle: t\n"
SIMPLE = """reads: jsonl
columns:
  when: {}
  verb: {}
  n: {type: int, optional: true}
  who: {optional: true}
time: {of: line.when}
"""


def bound(text: str, head: str = HEAD) -> LogMapping:
    return read_mapping((head + text).encode(), "m.yaml", EVENT)


def said(text: str, head: str = HEAD) -> list[str]:
    """The problems of a document, each as `line:column what`."""
    try:
        bound(text, head)
    except LoadError as error:
        return [f"{one.place.line}:{one.place.column} {one.what}" for one in error.problems]
    raise AssertionError("the document has no problem")


def event(mapping: LogMapping, **line: Value) -> dict[str, Value]:
    """The fields of the event that a line becomes."""
    found = mapping.event(line, LogPlace(0, 7))
    assert isinstance(found, LogEvent), found
    assert found.values["at"] == found.at
    return dict(found.values)


def fault(mapping: LogMapping, **line: Value) -> tuple[Fault, str]:
    found = mapping.event(line, LogPlace(0, 7))
    assert isinstance(found, Rejected), found
    return found.fault, found.column
