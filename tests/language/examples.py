"""One small agreement and one kind of fact that the tests of the language speak about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from isa_guard.language import exact
from isa_guard.language.checker import Checked, Scope, check
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
from isa_guard.language.values import from_date, from_datetime
from isa_guard.uk.calendars import calendar
from isa_guard.uk.periods import parse_period

if TYPE_CHECKING:
    from isa_guard.language.types import Type
    from isa_guard.language.values import Value

ITEM = Record(
    "item",
    (
        Field("kind", String(("count", "rate"))),
        Field("volume", INT, optional=True),
        Field("subject", STRING, private=True),
    ),
)
REQUESTER = Record("requester", (Field("post", STRING), Field("mail", STRING, optional=True, private=True)))
TRANSFER = Record(
    "transfer",
    (
        Field("formality", String(("formal", "informal"))),
        Field("requested_on", DATE),
        Field("needed_by", DATE, optional=True),
        Field("volume", INT, optional=True),
        Field("cells", INT),
        Field("urgent", BOOL),
        Field("share", DOUBLE),
        Field("marking", STRING),
        Field("digest", BYTES),
        Field("sent_at", TIMESTAMP),
        Field("took", DURATION),
        Field("notes", STRING, optional=True),
        Field("to", STRING, private=True),
        Field("birthday", DATE, optional=True, private=True),
        Field("items", List(ITEM)),
        Field("codes", List(STRING)),
        Field("rates", List(DOUBLE)),
        Field("requester", REQUESTER),
        Field("deputy", REQUESTER, optional=True),
    ),
)
AGREEMENT = Record(
    "agreement",
    (
        Field("notice", PERIOD),
        Field("breach", PERIOD),
        Field("bare", PERIOD),
        Field("codes", List(STRING)),
        Field("limit", INT),
        Field("review", DATE, optional=True),
        Field("ended", DATE, optional=True),
        Field("suffixes", List(STRING)),
    ),
)
AGREED: dict[str, Any] = {
    "notice": parse_period("10 working days").on(calendar("england-and-wales")),
    "breach": parse_period("72 hours"),
    "bare": parse_period("10 working days"),
    "codes": ("a", "b"),
    "limit": 500,
    "review": from_date(date(2027, 1, 1)),
    "suffixes": ("police.uk", "gov.uk"),
}
SCOPE = Scope(
    {"transfer": TRANSFER},
    {"agreement": (AGREEMENT, AGREED)},
    frozenset({"transfer.needed_by"}),
)
FACT: dict[str, Any] = {
    "formality": "formal",
    "requested_on": from_date(date(2026, 11, 24)),
    "cells": 7,
    "urgent": True,
    "share": 0.5,
    "marking": "OFFICIAL-SENSITIVE",
    "digest": b"\x01\x02",
    "sent_at": from_datetime(datetime(2026, 11, 24, 16, 30, tzinfo=UTC)),
    "took": 3_600_000_000,
    "to": "post@example.police.uk",
    "items": ({"kind": "count", "volume": 3, "subject": "s"}, {"kind": "rate", "subject": "t"}),
    "codes": ("a", "z"),
    "rates": (0.5, 1.5),
    "requester": {"post": "SPOC officer"},
}


def checked(text: str, expected: Type | None = None, **options: Any) -> Checked:
    return check(parse(text), SCOPE, expected, **options)


def value(text: str, **fields: Value) -> Value | exact.EvalError:
    """What an expression gives for the fact, some of its fields replaced."""
    return exact.evaluate(checked(text), {"transfer": {**FACT, **fields}})


def failure(text: str, **fields: Value) -> str:
    """Why an expression has no value for the fact."""
    found = value(text, **fields)
    assert isinstance(found, exact.EvalError), found
    return found.what
