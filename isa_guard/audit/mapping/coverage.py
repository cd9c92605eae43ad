"""How well a mapping fits a log: which fields its lines fill, which values have no word, why lines are rejected.

    found = coverage(mapping, lambda watched: read_lines(path, watched, 0))

Nothing of a line is kept but codes: the values of columns that the mapping puts through words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from isa_guard.audit.mapping.bound import LINE
from isa_guard.audit.mapping.event import normal
from isa_guard.frozen import dataclass
from isa_guard.language.exact import EvalError
from isa_guard.language.python import quick_value
from isa_guard.model.log import Blank, LogEvent, Rejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    from isa_guard.audit.mapping.mapping import FieldMapping, LogMapping
    from isa_guard.language.values import Value
    from isa_guard.model.log import Fault, LogPlace

    Found: TypeAlias = LogEvent | Rejected | Blank
    Read: TypeAlias = Callable[[LogMapping], Iterable[Found]]

LIMIT_VALUES: Final = 1_000  # of one field: beyond that they are no codes
LIMIT_CODE: Final = 60  # characters: what is longer is no code and may say anything
TOO_LONG: Final = "(a text too long for a code)"
ANY_OTHER: Final = "(any other value)"


@dataclass(frozen=True, slots=True)
class Filled:
    """How many events have a field. `mapped`: the mapping says where it comes from."""

    field: str
    events: int
    mapped: bool


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A value without a word, and how many lines have it. `becomes` is what the mapping makes of it; None: rejected."""

    field: str
    value: str
    lines: int
    becomes: Value | None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why lines are rejected: the fault, the column or field at fault, how many lines, and the first of them."""

    fault: Fault
    column: str
    lines: int
    first: LogPlace


@dataclass(frozen=True, slots=True)
class Coverage:
    """What became of the lines of a log. `filled` has every field of an event, in the order of its schema."""

    audited: int
    rejected: int
    blank: int
    filled: tuple[Filled, ...]
    unmapped: tuple[Unmapped, ...]
    reasons: tuple[Reason, ...]

    @property
    def lines(self) -> int:
        """How many lines there are."""
        return self.audited + self.rejected + self.blank


def coverage(mapping: LogMapping, read: Read, fields: Iterable[str] = ()) -> Coverage:
    """Answer how a mapping fits what `read` reads by it. `fields` are all fields of an event, in order."""
    watch = _Watch(mapping)
    filled: Counter[str] = Counter()
    reasons: dict[tuple[Fault, str], tuple[int, LogPlace]] = {}
    audited = blank = 0
    for one in read(replace(mapping, event=watch.event)):
        if isinstance(one, LogEvent):
            audited += 1
            filled.update(one.values.keys())
        elif isinstance(one, Blank):
            blank += 1
        else:
            lines, first = reasons.get((one.fault, one.column), (0, one.place))
            reasons[one.fault, one.column] = lines + 1, first
    mapped = {"source", "reference", *(one.field for one in mapping.fields)}
    names = dict.fromkeys([*fields, *(one.field for one in mapping.fields), *filled])
    return Coverage(
        audited,
        sum(lines for lines, _ in reasons.values()),
        blank,
        tuple(Filled(name, filled[name], name in mapped) for name in names),
        watch.unmapped(),
        tuple(
            Reason(fault, column, lines, first)
            for (fault, column), (lines, first) in sorted(reasons.items(), key=lambda item: -item[1][0])
        ),
    )


class _Watch:
    """Stands in for the mapping's own `event`, and counts the values without a word on the way."""

    def __init__(self, mapping: LogMapping) -> None:
        self._event = mapping.event
        self._worded = [
            (one, quick_value(one.of, (LINE,)), Counter[str]())
            for one in mapping.fields
            if one.words is not None
        ]

    def event(self, line: Mapping[str, Value], place: LogPlace) -> LogEvent | Rejected:
        """As the mapping does."""
        for field, value_of, counts in self._worded:
            value = value_of(line)
            if isinstance(value, EvalError) or value == "" or _has_word(field, value):
                continue
            code = str(value)
            code = code if len(code) <= LIMIT_CODE else TOO_LONG
            counts[code if code in counts or len(counts) < LIMIT_VALUES else ANY_OTHER] += 1
        return self._event(line, place)

    def unmapped(self) -> tuple[Unmapped, ...]:
        """Answer the values without a word, the commonest first."""
        return tuple(
            Unmapped(field.field, code, lines, field.otherwise)
            for field, _, counts in self._worded
            for code, lines in counts.most_common()
        )


def _has_word(field: FieldMapping, value: Value) -> bool:
    words = field.words or {}
    return (normal(value) if isinstance(value, str) else value) in words
