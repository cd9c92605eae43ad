"""A sample of a log as rows: which form its lines have, and what stands where in them."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.patterns import line_pattern
from isa_guard.errors import LoadError, Place, Problem
from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    Path: TypeAlias = tuple[str, ...]

LIMIT_LINES: Final = 10_000
LIMIT_OCTETS: Final = 8 * 1024 * 1024
UNFIT: Final = object()  # what no column can hold
HALF: Final = re.compile("[\ud800-\udfff]")
LIMIT_DEPTH: Final = 8  # of nested objects; what lies deeper is left out
MOST: Final = 0.9  # of the lines: the others are broken, and will be rejected
DELIMITERS: Final = ",;\t|"
# A time at the beginning of a line of text, and what follows it. The forms are told apart where times are.
TEXTS: Final = (
    r"^(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}(?:[.][0-9]{1,9})?(?:Z|[+-][0-9:]{4,6})?)[ ,;|](?P<rest>.*)$",
    r"^(?P<time>[0-9]{2}/[0-9]{2}/[0-9]{4} [0-9:]{5,8})[ ,;|](?P<rest>.*)$",
    r"^\[(?P<time>[^\]]+)\](?P<rest>.*)$",
    r"^(?P<time>[0-9]{10}(?:[.][0-9]{1,9})?) (?P<rest>.*)$",
)


@dataclass(frozen=True, slots=True)
class Sample:
    """Rows by path. `whole`: everything that stands in them was taken, so that anything else may be rejected."""

    reads: str
    rows: tuple[Mapping[Path, object], ...]
    whole: bool = True
    delimiter: str = ","
    pattern: str = ""


def read_sample(content: bytes, name: str) -> Sample:
    """Answer the rows of a sample. Raises LoadError where it is of no form that can be guessed."""
    lines = sample_lines(content)
    if not lines:
        raise _unknown(
            "the sample has no lines of text", name, "give a part of the log as it is, not compressed"
        )
    return _json(lines) or _text(lines) or _csv(lines) or _refused(name)


def sample_lines(content: bytes) -> list[str]:
    """Answer the lines of a sample that are not blank, as many as are looked at; none where it is no text."""
    cut = content[:LIMIT_OCTETS].removeprefix(b"\xef\xbb\xbf")
    lines = cut.split(b"\n")
    if len(content) > LIMIT_OCTETS:
        del lines[-1]  # it may be cut short
    if b"\0" in cut:
        return []
    texts = [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines[:LIMIT_LINES]]
    return [text for text in texts if text.strip()]


def _json(lines: list[str]) -> Sample | None:
    if not lines[0].lstrip().startswith("{"):
        return None
    rows: list[Mapping[Path, object]] = []
    whole = True
    for line in lines:
        try:
            found = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            row: dict[Path, object] = {}
            whole &= _flatten(found, (), row)
            rows.append(row)
    return Sample("jsonl", tuple(rows), whole) if rows else None


def _refuse(_: str) -> None:
    raise ValueError  # NaN and Infinity are no JSON


def _flatten(held: object, path: Path, row: dict[Path, object]) -> bool:
    """Put every value into the row by its path. Answers False where something cannot be a column."""
    if path and not path[-1].isascii() and HALF.search(path[-1]):
        return False  # half of a pair of UTF-16 can stand in no document
    if isinstance(held, dict) and held and len(path) < LIMIT_DEPTH:
        # Keys of figures are the entries of some list, and no columns.
        named = [(key, inner) for key, inner in held.items() if not key.isdigit()]
        before = len(row)
        taken = [_flatten(inner, (*path, key), row) for key, inner in named]
        if path and len(row) == before:
            row[path] = UNFIT
        return all(taken) and len(named) == len(held)
    if isinstance(held, list) and held and isinstance(held[0], dict) and len(path) < LIMIT_DEPTH:
        _flatten(held[0], (*path, "0"), row)  # further elements are left out
        return False
    fits = not isinstance(held, dict | list) or (
        isinstance(held, list) and all(isinstance(item, str) for item in held)
    )
    row[path] = held if fits else UNFIT
    return fits


def _text(lines: list[str]) -> Sample | None:
    """Lines that begin with a time, and are not cells: the rest is left for a person to take apart."""
    if _csv(lines) is not None:
        return None
    for pattern in TEXTS:
        found = [line_pattern(pattern).parts(line) for line in lines]
        rows = [_row(parts.items()) for parts in found if parts]
        if len(rows) >= MOST * len(lines):
            return Sample("text", tuple(rows), pattern=pattern)
    return None


def _csv(lines: list[str]) -> Sample | None:
    for delimiter in sorted(DELIMITERS, key=lambda one: -lines[0].count(one)):
        if delimiter not in lines[0]:
            continue
        try:
            records = list(csv.reader([line + "\n" for line in lines], delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        header, body = records[0], records[1:]
        fit = [cells for cells in body if len(cells) == len(header)]
        if _is_header(header) and fit and len(fit) >= MOST * len(body):
            rows = tuple(_row(zip(header, cells, strict=True)) for cells in fit)
            return Sample("csv", rows, delimiter=delimiter)
    return None


def _row(cells: Iterable[tuple[str, str]]) -> Mapping[Path, object]:
    return {(name,): cell for name, cell in cells}


def _is_header(cells: list[str]) -> bool:
    return (
        len(cells) > 1
        and len(set(cells)) == len(cells)
        and all(cells)
        and not any(cell.isdigit() for cell in cells)
    )


def _refused(name: str) -> Sample:
    what = "this sample is neither JSONL, CSV with a header, nor text whose lines begin with a time"
    raise _unknown(what, name, "look at the ready log maps, or write one by hand")


def _unknown(what: str, name: str, hint: str) -> LoadError:
    return LoadError((Problem(what, Place(name), hint, "log-map"),))
