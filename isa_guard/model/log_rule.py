"""A rule over a log, bound to one agreement: what must hold between events, at what is counted, in what sequence."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from isa_guard.frozen import dataclass
from isa_guard.language.types import INT, TIMESTAMP, Field, Record

if TYPE_CHECKING:
    from isa_guard.errors import Place
    from isa_guard.language.checker import Checked
    from isa_guard.language.template import Template
    from isa_guard.model.rule import Otherwise
    from isa_guard.uk.periods import Period


class Order(StrEnum):
    """On which side of the event its answer is looked for."""

    BEFORE = "before"
    AFTER = "after"


class Wanted(StrEnum):
    """Whether an answer must be there or must not."""

    EXPECT = "expect"
    NEVER = "never"


class Window(StrEnum):
    """The stretch of London time in which a ceiling counts."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Selector:
    """A condition on one event, and the actions that an event must have for it to hold or to be untold.

    An event whose action is another one is passed over unread; one without an action is always read.
    """

    condition: Checked
    variable: str
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Expectation:
    """For each event of `trigger`, an event of `answer` with the same `by` on the given side within a period."""

    trigger: Selector
    answer: Selector
    wanted: Wanted
    order: Order
    within: Period | None  # None: at any time
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """At most so many events of `trigger`, or so much of a field summed over them, for each `by` and window."""

    trigger: Selector
    at_most: int
    summed: str | None
    per: Window
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    """Every number of a field once and none left out, for each `by`."""

    trigger: Selector | None
    number: str
    by: tuple[str, ...]


Pattern: TypeAlias = Expectation | Ceiling | Sequence
# What the messages of a rule over a log may read beside the event itself, as `{judged.limit}`.
JUDGED: Final = Record(
    "judged",
    (
        Field("limit", TIMESTAMP, optional=True, doc="the last instant at which an answer still counts"),
        Field(
            "found",
            TIMESTAMP,
            optional=True,
            doc="when the answer, or the nearest one, happened",
            absent="never",
        ),
        Field("total", INT, optional=True, doc="what was counted, or how many numbers are missing"),
    ),
)


@dataclass(frozen=True, slots=True)
class LogRule:
    """A pattern with what follows where it is not met, and how that is told."""

    id: str
    title: str
    why: str
    pattern: Pattern
    otherwise: Otherwise
    seen: Template
    satisfy: Template
    shows: tuple[str, ...]  # fields of the event that its messages read
    reads: frozenset[str]  # every dotted path that it reads anywhere, terms of the agreement included
    place: Place
    digest: str
