"""One kind of row with a field of every type, any of which may be absent, and rows made to mislead."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import inf, nan
from typing import TYPE_CHECKING, Any

from isa_guard.language.checker import Scope, check
from isa_guard.language.parser import parse
from isa_guard.language.types import (
    BOOL,
    BYTES,
    DATE,
    DOUBLE,
    DURATION,
    INT,
    PERIOD,
    STRING,
    TIMESTAMP,
    Field,
    List,
    Record,
    String,
)
from isa_guard.language.values import (
    DATE_MAX,
    DATE_MIN,
    INT_MAX,
    INT_MIN,
    TIMESTAMP_MAX,
    TIMESTAMP_MIN,
    from_date,
    from_datetime,
)
from isa_guard.uk.calendars import calendar
from isa_guard.uk.periods import parse_period

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from isa_guard.language.checker import Checked
    from isa_guard.language.types import Type

INNER = Record("inner", (Field("flag", BOOL), Field("amount", INT, optional=True)))
ITEM = Record("item", (Field("kind", STRING), Field("limit", INT)))
_KINDS: dict[str, Type] = {
    "a": INT, "b": INT, "x": DOUBLE, "y": DOUBLE, "s": STRING, "t": STRING, "w": String(("red", "green")),
    "at": TIMESTAMP, "t1": TIMESTAMP, "t2": TIMESTAMP, "d": DATE, "e": DATE, "p": DURATION, "q": DURATION,
    "k": BYTES, "m": BYTES, "ok": BOOL, "no": BOOL, "la": List(INT), "ls": List(STRING), "lt": List(STRING),
    "lx": List(DOUBLE), "ly": List(DOUBLE), "mail": STRING, "mark": STRING, "inner": INNER,
}  # fmt: skip
# `a` to `inner` may each be absent and are read all the same; `sure` never is.
RECORD = Record("r", (Field("sure", INT), *(Field(name, type_, True) for name, type_ in _KINDS.items())))
AGREEMENT = Record(
    "agreement",
    (
        Field("purposes", List(STRING)), Field("none", List(STRING)), Field("numbers", List(INT)),
        Field("rates", List(DOUBLE)), Field("items", List(ITEM)), Field("limit", INT), Field("since", DATE, True),
        Field("until", DATE, True), Field("hours", PERIOD), Field("days", PERIOD), Field("months", PERIOD),
        Field("working", PERIOD), Field("bare", PERIOD), Field("clear", PERIOD),
    ),
)  # fmt: skip
_ENGLAND = calendar("england-and-wales")
AGREED: dict[str, Any] = {
    "purposes": ("a", "b", "é", "'; DROP TABLE log; --"), "none": (), "numbers": (0, 7, INT_MAX),
    "rates": (0.5, nan, inf), "items": ({"kind": "a", "limit": 3}, {"kind": "b", "limit": -1}), "limit": 500,
    "since": from_date(date(2026, 3, 1)), "hours": parse_period("72 hours"), "days": parse_period("30 days"),
    "months": parse_period("1 month"), "working": parse_period("10 working days").on(_ENGLAND),
    "bare": parse_period("10 working days"), "clear": parse_period("10 clear working days").on(_ENGLAND),
}  # fmt: skip
NOW = from_datetime(datetime(2026, 11, 25, 9, tzinfo=UTC))
GIVEN: dict[str, Any] = {"now": NOW, "today": from_date(date(2026, 11, 25))}
SCOPE = Scope(
    {"r": RECORD, "now": TIMESTAMP, "today": DATE},
    {"agreement": (AGREEMENT, AGREED)},
    frozenset({*(f"r.{name}" for name in _KINDS), "r.inner.amount", "agreement.until"}),
)
DATED = frozenset({"r.at"})


def checked(text: str) -> Checked:
    return check(parse(text), SCOPE)


def _instants(*texts: str) -> tuple[int, ...]:
    return tuple(from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC)) for text in texts)


# Around both changes of the clock, the ends of the tables, and of the type.
_DATED = _instants(
    "1970-01-01T00:00:00", "1971-10-31T01:59:59.999999", "1971-10-31T02:00:00", "2026-03-29T00:59:59.999999",
    "2026-03-29T01:00:00", "2026-10-25T00:00:00", "2026-10-25T00:59:59.999999", "2026-10-25T01:00:00", "2026-06-30T23:00:00",
    "2026-12-31T23:59:59.999999", "2000-02-29T12:34:56.789012", "2038-01-19T03:14:08", "2099-12-31T23:59:59.999999",
)  # fmt: skip
_UNDATED = (
    *_instants(
        "1969-12-31T23:59:59.999999", "1969-12-31T22:59:59.5", "1968-10-27T00:00:00", "1883-11-18T12:00:00",
        "2100-01-01T00:00:00", "2100-06-01T12:00:00", "1900-02-28T23:30:00", "0001-01-01T00:01:14",
    ),
    TIMESTAMP_MIN, TIMESTAMP_MIN + 1, TIMESTAMP_MAX, TIMESTAMP_MAX - 3_600_000_000,
)  # fmt: skip
_INTS = (0, 1, -1, 2, -2, 3, 7, -7, 500, 501, 2**31 - 1, 2**31, -(2**31) - 1, INT_MAX, INT_MIN, INT_MAX - 1, INT_MIN + 1, 2**53 + 1, 2**62, 3037000500, 253402300799, 253402300800, -62135596800, -62135596801)  # fmt: skip
_DOUBLES = (0.0, -0.0, 0.5, -0.5, 1.5, -1.9, 2.5, nan, inf, -inf, 1e308, -1e308, 5e-324, 2.0**53 + 2, 2.0**63, -(2.0**63), 9.223372036854775e18)  # fmt: skip
_TEXTS = (
    "", "a", "b", "ab", "A", "é", "e\u0301", "\U0001f600", "\u0130", "ß", "'", '"', "%_\\", "5\n", "AUTH-12345678\n", "AUTH-12345678",
    "\u0663", "\u00a0a\u2003", "a\x00b", "\uffff", "\U00010000", "$p1", ":p1", "1e3", "12", "-0", "+1", "9223372036854775808", " 7",
    "2026-11-24T01:30Z", "2026-11-24T24:00:00Z", "epoch", "2026-11-24T01:30:00Z", "0000-01-01T00:00:00Z", "2016-12-31T23:59:60Z",
    "2026-11-24", "0000-01-01", "2026-11-24T09:00:00,5Z", "true", "T", "1", "1h30m", "'; DROP TABLE log; --", "red", "K", "ſ",
)  # fmt: skip
_MAILS = ("", "a@police.uk", "a@x.police.uk", "a@xpolice.uk", "A@POLICE.UK", "a@b@police.uk", "police.uk", "é@gov.uk", "a@gov.uk.")  # fmt: skip
_MARKS = (
    "",
    "OFFICIAL",
    "OFFICIAL-SENSITIVE",
    "SECRET",
    "RESTRICTED",
    "official sensitive",
    "nonsense",
    "TOP SECRET",
)
_DURATIONS = (0, 1, -1, 999, -999, 1_500_000, -1_500_000, 3_600_000_000, -3_599_999_999, 259_200_000_000, INT_MAX // 1000, -(INT_MAX // 1000), INT_MAX // 1000 - 1)  # fmt: skip
_BYTES = (b"", b"a", b"\x00", b"\xff\x01", "é".encode(), b"\xc3", b"ab")


def row(chance: Random) -> dict[str, Any]:
    """A row that keeps to the schema, of values that databases treat each in its own way."""
    pick = chance.choice
    at, day = pick(_DATED), pick(_DATED) // 86_400_000_000
    makers: dict[Type, Callable[[], Any]] = {
        INT: lambda: pick(_INTS) if chance.random() < 0.7 else chance.randint(-1000, 1000),
        DOUBLE: lambda: pick(_DOUBLES) if chance.random() < 0.8 else chance.uniform(-1e6, 1e6),
        STRING: lambda: pick(_TEXTS),
        TIMESTAMP: lambda: pick(_UNDATED) if chance.random() < 0.3 else pick(_DATED) + chance.randint(-1, 1),
        DATE: lambda: pick((DATE_MIN, DATE_MAX, -1, 0, 47_481, 47_482, 47_665, day, day + 1, chance.randint(20_000, 21_000))),
        DURATION: lambda: pick(_DURATIONS),
        BYTES: lambda: pick(_BYTES),
        BOOL: lambda: chance.random() < 0.5,
    }  # fmt: skip
    found: dict[str, Any] = {"sure": pick(_INTS)}
    for name, type_ in _KINDS.items():
        if chance.random() < 0.1:
            continue
        if isinstance(type_, List):
            found[name] = tuple(makers[type_.element]() for _ in range(chance.randint(0, 3)))
        elif type_ in makers:
            found[name] = makers[type_]()
    found["at"] = at + chance.choice((0, 0, 1)) if at < max(_DATED) else at
    found["mail"], found["mark"] = pick(_MAILS), pick(_MARKS)
    if "w" in found or chance.random() < 0.9:
        found["w"] = pick(("red", "green"))
    if chance.random() < 0.8:
        inner = {"flag": chance.random() < 0.5, "amount": pick(_INTS)}
        found["inner"] = inner if chance.random() < 0.6 else {"flag": inner["flag"]}
    return found
