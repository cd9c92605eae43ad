"""What the source of a sheet tells before its cells are read: how far they spread, and what is said in no cell.

Patterns over the octets, because a sheet may hold millions of cells and none of its structure is needed.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

_TAG: Final = rb"<(?:[\w.-]+:)?"
_ENCODING: Final = re.compile(rb"""^\s*<\?xml[^<>]*?encoding\s*=\s*["']([\w-]+)""")
_PLACE: Final = re.compile(_TAG + rb"""c\s[^<>]*?\br\s*=\s*["']\$?([A-Za-z]{1,3})\$?(\d{1,7})""")
_ROW: Final = re.compile(_TAG + rb"""row\s[^<>]*?\br\s*=\s*["'](\d{1,7})""")
_SHARED: Final = re.compile(
    _TAG
    + rb"""c\s[^<>]*?\bt\s*=\s*["']s["'][^<>]*>(?:\s*"""
    + _TAG
    + rb"""f\b[^<]*</[^<>]*>)?\s*"""
    + _TAG
    + rb"""v\s*>\s*(\d{1,9})"""
)
_HEADER: Final = re.compile(_TAG + rb"(?:odd|even|first)(?:Header|Footer)[^<>]*>([^<]+)<")
_FORMULA: Final = re.compile(_TAG + rb"f(?:\s[^<>]*)?>([^<]+)<")
_RULE: Final = re.compile(_TAG + rb"formula[12]?(?:\s[^<>]*)?>([^<]+)<")
_PROMPT: Final = re.compile(
    rb"""\b(?:prompt|promptTitle|error|errorTitle|tooltip|display)\s*=\s*"([^"]+)\""""
)
_CODES: Final = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|K\d\d[+-]\d{3}|[LCRPNDTZFAGBIUESXYOH]|\d{1,3})')


class UnusualEncoding(ValueError):
    """A sheet that is not written in UTF-8: no spreadsheet program writes one."""


@dataclass(frozen=True, slots=True)
class Source:
    """`cells`: of the rectangle that holds all; `shared`: the shared strings that its cells show.

    `formulas` are those that hold a text of their own; `rules` what validations and formats of cells say.
    """

    cells: int
    shared: frozenset[int]
    headers: tuple[str, ...]
    formulas: tuple[str, ...]
    rules: tuple[str, ...]


def source_of(data: bytes) -> Source:
    """What the source of a sheet tells. Raises UnusualEncoding."""
    begin = data[:200].removeprefix(b"\xef\xbb\xbf")
    declared = _ENCODING.match(begin)
    if not begin.lstrip().startswith(b"<") or b"\0" in begin:
        raise UnusualEncoding
    if declared is not None and declared[1].lower() not in {b"utf-8", b"us-ascii", b"ascii"}:
        raise UnusualEncoding
    return Source(
        cells=_rectangle(data),
        shared=frozenset(map(int, _SHARED.findall(data))),
        headers=tuple(_CODES.sub(" ", text).strip() for text in _texts(_HEADER, data, b"Header", b"Footer")),
        formulas=tuple(text for text in _texts(_FORMULA, data, b"<f", b":f") if '"' in text),
        rules=(
            *_texts(_RULE, data, b"formula"),
            *_texts(_PROMPT, data, b"prompt", b"error", b"tooltip", b"display"),
        ),
    )


def _rectangle(data: bytes) -> int:
    """How many cells there are from the first to the last row and column that are named."""
    rows: set[int] = set(map(int, _ROW.findall(data)))
    columns: set[bytes] = set()
    for column, row in _PLACE.findall(data):
        columns.add(column)
        rows.add(int(row))
    if not rows or not columns:
        return 0
    numbers = [_column(one) for one in columns]
    return (max(rows) - min(rows) + 1) * (max(numbers) - min(numbers) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _texts(pattern: re.Pattern[bytes], data: bytes, *needed: bytes) -> Iterator[str]:
    """The different texts that a pattern finds, entities resolved. It cannot find any without one of `needed`."""
    if not any(word in data for word in needed):
        return
    for text in dict.fromkeys(pattern.findall(data)):
        yield unescape(text.decode(errors="replace"))
