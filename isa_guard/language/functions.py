"""The one registry of functions: the checker, every reading and the reference are made from it.

A function with a receiver is written `target.name(args)` and its target is the first parameter. Functions of
one name and style differ in the types of their parameters.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from isa_guard.frozen import dataclass
from isa_guard.language import domain, regex, standard
from isa_guard.language.types import (
    BOOL,
    BYTES,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    NOTHING,
    PERIOD,
    STRING,
    TIMESTAMP,
    List,
    Type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from isa_guard.language.values import Value


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter. With `literal` the argument must be written out, and `literal` raises on a bad one."""

    name: str
    type: Type
    literal: Callable[[str], object] | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """One function of the language. `run` takes and gives values, and raises IsaGuardError if `may_fail`.

    `declassifies`: its result may be shown to people even where an argument is private.
    """

    name: str
    receiver: bool
    params: tuple[Param, ...]
    result: Type
    doc: str
    run: Callable[..., Value]
    may_fail: bool = False
    declassifies: bool = False

    @property
    def signature(self) -> str:
        """As people write it: `earliest(start: date, notice: period) -> date`."""
        shown = [f"{param.name}: {param.type}" for param in self.params]
        target = f"({shown.pop(0)})." if self.receiver else ""
        return f"{target}{self.name}({', '.join(shown)}) -> {self.result}"


_TEXT: Final = Param("text", STRING)
_PATTERN: Final = Param("pattern", STRING, regex.compiled)
_ZONE: Final = Param("zone", STRING, standard.zone)
_WHEN: Final = Param("at", TIMESTAMP)
_ELAPSED: Final = Param("elapsed", DURATION)
_START: Final = Param("start", DATE)
_NOTICE: Final = Param("notice", PERIOD)
_WITHIN: Final = Param("within", PERIOD)
_MARKING: Final = Param("marking", STRING)


def _sizes() -> Iterator[Function]:
    for what, of in (
        ("code points", Param("text", STRING)),
        ("octets", Param("octets", BYTES)),
        ("elements", Param("list", List(NOTHING))),
    ):
        for receiver in (False, True):
            doc = f"How many {what} there are."
            yield Function("size", receiver, (of,), INT, doc, len, declassifies=True)


def _texts() -> Iterator[Function]:
    part = Param("part", STRING)
    tests: tuple[tuple[str, str, Callable[[str, str], bool]], ...] = (
        ("contains", "Whether the part occurs in the text.", str.__contains__),
        ("startsWith", "Whether the text begins with the part.", str.startswith),
        ("endsWith", "Whether the text ends with the part.", str.endswith),
    )
    for name, doc, run in tests:
        yield Function(name, True, (_TEXT, part), BOOL, doc, run)
    doc = "Whether the RE2 pattern is found anywhere in the text; anchor it with ^ and $ to match the whole."
    for receiver in (False, True):
        yield Function("matches", receiver, (_TEXT, _PATTERN), BOOL, doc, regex.matches, may_fail=True)


def _conversion(name: str, of: Type, result: Type, run: Callable[..., Value], *, may_fail: bool) -> Function:
    doc = "The value itself." if run is _itself else f"The {result} that a {of} stands for."
    return Function(name, False, (Param("value", of),), result, doc, run, may_fail)


def _itself(value: Value) -> Value:
    return value


def _conversions() -> Iterator[Function]:
    for same in (BOOL, INT, DOUBLE, STRING, BYTES, TIMESTAMP, DURATION, DATE):
        yield _conversion(str(same), same, same, _itself, may_fail=False)
    yield _conversion("bool", STRING, BOOL, standard.bool_of, may_fail=True)
    yield _conversion("int", STRING, INT, standard.int_of_text, may_fail=True)
    yield _conversion("int", DOUBLE, INT, standard.int_of_double, may_fail=True)
    yield _conversion("int", TIMESTAMP, INT, standard.int_of_timestamp, may_fail=False)
    yield _conversion("double", INT, DOUBLE, float, may_fail=False)
    yield _conversion("double", STRING, DOUBLE, standard.double_of_text, may_fail=True)
    yield _conversion("string", BOOL, STRING, standard.text_of_bool, may_fail=False)
    yield _conversion("string", INT, STRING, str, may_fail=False)
    yield _conversion("string", BYTES, STRING, standard.text_of_bytes, may_fail=True)
    yield _conversion("string", TIMESTAMP, STRING, standard.text_of_timestamp, may_fail=False)
    yield _conversion("string", DURATION, STRING, standard.text_of_duration, may_fail=False)
    yield _conversion("string", DATE, STRING, standard.text_of_date, may_fail=False)
    yield _conversion("bytes", STRING, BYTES, str.encode, may_fail=False)
    yield _conversion("timestamp", STRING, TIMESTAMP, standard.timestamp_of_text, may_fail=True)
    yield _conversion("timestamp", INT, TIMESTAMP, standard.timestamp_of_int, may_fail=True)
    yield _conversion("duration", STRING, DURATION, standard.duration_of_text, may_fail=True)
    yield _conversion("date", STRING, DATE, standard.date_of_text, may_fail=True)


_PARTS_OF_TIME: Final[tuple[tuple[str, str, Callable[[int, str], int]], ...]] = (
    ("getFullYear", "The year", lambda at, zone: standard.local(at, zone).year),
    ("getMonth", "The month, January being 0", lambda at, zone: standard.local(at, zone).month - 1),
    ("getDate", "The day of the month, from 1", lambda at, zone: standard.local(at, zone).day),
    ("getDayOfMonth", "The day of the month, from 0", lambda at, zone: standard.local(at, zone).day - 1),
    (
        "getDayOfWeek",
        "The day of the week, Sunday being 0",
        lambda at, zone: standard.local(at, zone).isoweekday() % 7,
    ),
    (
        "getDayOfYear",
        "The day of the year, from 0",
        lambda at, zone: standard.local(at, zone).timetuple().tm_yday - 1,
    ),
    ("getHours", "The hour", lambda at, zone: standard.local(at, zone).hour),
    ("getMinutes", "The minute", lambda at, zone: standard.local(at, zone).minute),
    ("getSeconds", "The second", lambda at, zone: standard.local(at, zone).second),
    ("getMilliseconds", "The millisecond", lambda at, zone: standard.local(at, zone).microsecond // 1000),
)


def _in_utc(run: Callable[[int, str], int]) -> Callable[[int], int]:
    return lambda at: run(at, "UTC")


def _accessors() -> Iterator[Function]:
    for name, what, run in _PARTS_OF_TIME:
        yield Function(name, True, (_WHEN,), INT, f"{what}, in UTC.", _in_utc(run))
        doc = f"{what}, in a time zone such as 'Europe/London' or '+01:00'."
        yield Function(name, True, (_WHEN, _ZONE), INT, doc, run, may_fail=True)
    yield Function("getHours", True, (_ELAPSED,), INT, "Whole hours, towards zero.", standard.hours_of)
    yield Function("getMinutes", True, (_ELAPSED,), INT, "Whole minutes, towards zero.", standard.minutes_of)
    yield Function("getSeconds", True, (_ELAPSED,), INT, "Whole seconds, towards zero.", standard.seconds_of)
    yield Function(
        "getMilliseconds",
        True,
        (_ELAPSED,),
        INT,
        "The milliseconds beyond the whole seconds.",
        standard.milliseconds_of,
    )


def _plain(
    name: str,
    params: tuple[Param, ...],
    result: Type,
    run: Callable[..., Value],
    *,
    declassifies: bool = False,
    may_fail: bool = True,
) -> Function:
    """A domain function: its own docstring is its documentation."""
    doc = (run.__doc__ or "").split("\n")[0]
    return Function(name, False, params, result, doc, run, may_fail, declassifies)


def _clocks() -> Iterator[Function]:
    end, n = Param("end", DATE), Param("n", INT)
    yield _plain("working_days", (_START, end, _NOTICE), INT, domain.working_days)
    yield _plain("add_working_days", (_START, n, _NOTICE), DATE, domain.add_working_days)
    yield _plain("earliest", (_START, _NOTICE), DATE, domain.earliest)
    yield _plain("due", (Param("start", TIMESTAMP), _WITHIN), TIMESTAMP, domain.due_from_timestamp)
    yield _plain("due", (_START, _WITHIN), TIMESTAMP, domain.due_from_date)
    yield _plain("due_date", (_START, _WITHIN), DATE, domain.due_date)
    instants = (Param("start", TIMESTAMP), Param("end", TIMESTAMP))
    yield _plain("hours_between", instants, INT, domain.hours_between, may_fail=False)
    yield _plain("add_months", (_START, n), DATE, domain.add_months)
    yield _plain("add_years", (_START, n), DATE, domain.add_years)
    yield _plain("day", (_WHEN,), DATE, domain.day)
    yield _plain("start_of", (Param("day", DATE),), TIMESTAMP, domain.start_of)
    yield _plain("amount", (Param("period", PERIOD),), INT, domain.amount, may_fail=False)


def _places_and_markings() -> Iterator[Function]:
    address, suffix = Param("address", STRING), Param("suffix", STRING)
    suffixes = Param("suffixes", List(STRING))
    yield _plain("mail_suffix", (address, suffix), BOOL, domain.mail_suffix)
    yield _plain("mail_suffix_any", (address, suffixes), BOOL, domain.mail_suffix_any)
    # A domain names an organisation, not a person.
    yield _plain("mail_domain", (address,), STRING, domain.mail_domain, declassifies=True)
    place = Param("country", STRING), Param("territory", STRING)
    yield _plain("in_territory", place, BOOL, domain.in_territory)
    yield _plain("in_territory", (*place, Param("on", DATE)), BOOL, domain.in_territory_on)
    yield _plain("marking_at_least", (_MARKING, Param("floor", STRING)), BOOL, domain.marking_at_least)
    yield _plain("marking_legacy", (_MARKING,), BOOL, domain.marking_legacy)
    yield _plain("marking_has", (_MARKING, Param("part", STRING)), BOOL, domain.marking_has)
    yield _plain("marking_faults", (_MARKING,), INT, domain.marking_faults, declassifies=True)


def _requests_for_information() -> Iterator[Function]:
    claim = Param("citation", STRING), Param("condition", STRING)
    # None of these fails: what cannot be read is no exemption, which is an answer.
    yield _plain("exemption_known", claim, BOOL, domain.exemption_known, may_fail=False)
    yield _plain("exemption_strength", claim, STRING, domain.exemption_strength, may_fail=False)
    yield _plain("exemption_basis", claim, STRING, domain.exemption_basis, may_fail=False)
    yield _plain("exemption_superseded", claim, BOOL, domain.exemption_superseded, may_fail=False)
    yield _plain("exemption_current", claim, STRING, domain.exemption_current, may_fail=False)
    yield _plain("exemption_ncnd", claim, BOOL, domain.exemption_ncnd, may_fail=False)
    citations = Param("citations", List(STRING))
    yield _plain("exemptions_together", (citations,), BOOL, domain.exemptions_together, may_fail=False)
    references = Param("one", STRING), Param("other", STRING)
    yield _plain("same_reference", references, BOOL, domain.same_reference, may_fail=False)
    further = Param("further_months", INT)
    yield _plain("subject_access_due", (_START, further), DATE, domain.subject_access_due)


FUNCTIONS: Final = (
    *_sizes(),
    *_texts(),
    *_conversions(),
    *_accessors(),
    *_clocks(),
    *_places_and_markings(),
    *_requests_for_information(),
)

_BY_NAME: Final[dict[tuple[str, bool], list[Function]]] = defaultdict(list)
for _function in FUNCTIONS:
    _BY_NAME[_function.name, _function.receiver].append(_function)


def overloads(name: str, *, receiver: bool) -> tuple[Function, ...]:
    """The functions of that name and style; empty when there is none."""
    return tuple(_BY_NAME.get((name, receiver), ()))


def names(*, receiver: bool) -> tuple[str, ...]:
    """The names of all functions of that style, in the order of the registry."""
    return tuple(name for name, style in _BY_NAME if style is receiver)
