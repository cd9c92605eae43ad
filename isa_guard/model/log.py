"""A log as the rules see it: events in a closed vocabulary, each at an instant, on a line of a file.

The fields of an event are those of the `event` fact (`model.schemas.EVENT` and the agreement's own). A log
holds some of them; what it does not hold is absent, and a rule that needs it cannot be told.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from isa_guard.frozen import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from isa_guard.language.values import Value

# A line dated outside these years is no line of a log of this kind, but a broken clock: it is rejected.
FIRST_INSTANT: Final = 0  # 1970-01-01T00:00:00Z, in microseconds
LAST_INSTANT: Final = 4_102_444_800_000_000 - 1  # the end of 2099


class LogPlace(NamedTuple):
    """Where an event stands: which file of the audit, counted from 0, and which line of it, counted from 1.

    The record number stands for the line in a file that has no lines (Parquet, a table).
    """

    file: int
    line: int


class LogEvent(NamedTuple):
    """One event. `values` are its fields by name, `reference` and `at` among them. Ordered by time, then place."""

    at: int
    place: LogPlace
    values: Mapping[str, Value]


class Fault(StrEnum):
    """Why a line is no event. Each is told to people in words that name the line and never what stands in it."""

    BROKEN = (
        "broken"  # it is not of the form that the file has: broken JSON, a cut last line, a quote not closed
    )
    ENCODING = "encoding"  # not UTF-8, or a lone surrogate
    NOT_A_RECORD = "not-a-record"  # JSON, but no object
    DUPLICATE_KEY = "duplicate-key"  # an evasion: one reader sees the first, the next the last
    MISSING = "missing"  # a column that every line must hold
    UNKNOWN = "unknown"  # a column that the mapping does not know
    WRONG_TYPE = "wrong-type"  # text for a number, a fraction for a whole one
    TIME = "time"  # no time, or a local time that did not exist or existed twice
    UNMAPPED = "unmapped"  # a value for which the mapping has no word
    NO_VALUE = "no-value"  # an expression of the mapping has no value here
    TOO_LONG = "too-long"


class Rejected(NamedTuple):
    """A line that is no event: where, why, and which column if one is at fault."""

    place: LogPlace
    fault: Fault
    column: str


class Blank(NamedTuple):
    """A line with nothing on it."""

    place: LogPlace


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file of an audit, all of it accounted for: `lines` are `audited`, `rejected` or `blank`.

    For a CSV file the header line is counted in none of them. `sha256` is of the bytes as they lie on disk.
    """

    name: str
    mapping: str
    sha256: str
    octets: int
    lines: int
    audited: int
    rejected: int
    blank: int
