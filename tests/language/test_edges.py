"""Edges that a small wrong in the code would move, and no other test stood on."""

from __future__ import annotations

from datetime import date

import pytest

from isa_guard.language.checker import check
from isa_guard.language.exact import EvalError, evaluate
from isa_guard.language.faults import ExpressionError
from isa_guard.language.inference import MAX_LIST
from isa_guard.language.parser import parse
from isa_guard.language.regex import matches
from isa_guard.language.types import BOOL
from isa_guard.language.values import DATE_MAX, DATE_MIN, TIMESTAMP_MAX, to_date
from tests.language.examples import FACT, SCOPE


@pytest.mark.parametrize(
    "text",
    [
        "!transfer.urgent ? true : transfer.volume > 1",
        "!transfer.urgent || transfer.volume > 1",
        "(!has(transfer.volume) && transfer.urgent) ? true : transfer.volume > 1",
        "(has(transfer.volume) || transfer.urgent) ? transfer.volume > 1 : true",
        "!(has(transfer.volume) && transfer.urgent) ? transfer.volume > 1 : true",
    ],
)
def test_a_test_that_says_nothing_of_a_field_does_not_guard_it(text: str) -> None:
    with pytest.raises(ExpressionError, match="may be absent"):
        check(parse(text), SCOPE, BOOL)


@pytest.mark.parametrize(
    "text",
    [
        "!has(transfer.volume) ? true : transfer.volume > 1",
        "(!has(transfer.volume) || transfer.urgent) ? true : transfer.volume > 1",
        "!(!has(transfer.volume)) && transfer.volume > 1",
        "!(has(transfer.volume) && transfer.urgent) || transfer.volume > 1",
    ],
)
def test_a_test_that_says_it_does(text: str) -> None:
    check(parse(text), SCOPE, BOOL)


def test_a_list_may_be_as_long_as_is_said_and_no_longer() -> None:
    check(parse(f"1 in [{', '.join(['1'] * MAX_LIST)}]"), SCOPE, BOOL)
    with pytest.raises(ExpressionError, match=str(MAX_LIST)):
        check(parse(f"1 in [{', '.join(['1'] * (MAX_LIST + 1))}]"), SCOPE, BOOL)


def test_the_first_and_the_last_day_are_days() -> None:
    assert (to_date(DATE_MIN), to_date(DATE_MAX)) == (date.min, date.max)


def test_milliseconds_are_thousandths() -> None:
    assert (
        evaluate(check(parse("duration('0.999s').getMilliseconds() == 999"), SCOPE), {"transfer": FACT})
        is True
    )


def test_groups_beside_one_another_are_not_within_one_another() -> None:
    assert matches("a" * 300, "^" + "(a)" * 300 + "$")


def test_an_hour_beyond_the_last_year_says_so() -> None:
    found = evaluate(
        check(parse("transfer.sent_at.getHours('Asia/Tokyo') == 1"), SCOPE),
        {"transfer": {**FACT, "sent_at": TIMESTAMP_MAX}},
    )
    assert isinstance(found, EvalError)
    assert found.what == "a timestamp outside the years 1 to 9999"
