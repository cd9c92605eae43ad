from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import UsageError
from isa_guard.language.checker import Scope
from isa_guard.language.faults import ExpressionError
from isa_guard.language.parser import parse
from isa_guard.language.template import MAX_TEMPLATE, NOT_GIVEN, parse_template, render
from isa_guard.language.types import DATE, STRING
from isa_guard.language.values import from_date
from tests.language.examples import FACT, SCOPE


def rendered(source: str, **fields: Any) -> str:
    return render(parse_template(source, SCOPE), {"transfer": {**FACT, **fields}})


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("{{braces}} and {{{transfer.cells}}}", "{braces} and {7}"),
        ("{transfer.formality} on {transfer.requested_on}", "formal on Tue 24 Nov 2026"),
        ("{transfer.needed_by}", NOT_GIVEN),
        ("{1 / (transfer.cells - 7)}", NOT_GIVEN),
        ("{working_days(transfer.requested_on, transfer.needed_by, agreement.notice)}", NOT_GIVEN),
        ("{earliest(transfer.requested_on, agreement.notice)}", "Tue 8 Dec 2026"),
        ("{agreement.notice} of {agreement.codes}", "10 working days of a, b"),
        ("{transfer.urgent ? 'a}b' : \"{\"}", "a}b"),
        ("{transfer.sent_at}, {transfer.took}", "Tue 24 Nov 2026 16:30 GMT, 1 hour"),
        (
            "{size(transfer.to)} characters at {mail_domain(transfer.to)}",
            "22 characters at example.police.uk",
        ),
        ("{transfer.items.map(i, i.kind)}", "count, rate"),
        ("{transfer.?notes.orValue('no notes')}", "no notes"),
        ("line\n{transfer.cells}\n'\"\\", "line\n7\n'\"\\"),
    ],
)
def test_a_message_fills_its_holes(source: str, shown: str) -> None:
    assert rendered(source) == shown


def test_lets_are_read_in_messages() -> None:
    template = parse_template(
        "{first}", SCOPE, {"first": parse("earliest(transfer.requested_on, agreement.notice)")}
    )
    assert render(template, {"transfer": FACT}) == "Tue 8 Dec 2026"
    assert len(template.holes) == 1


@pytest.mark.parametrize(
    ("source", "fault", "start"),
    [
        ("to {transfer.to}", "this would show what is private", 4),
        ("{'to ' + transfer.to}", "this would show what is private", 1),
        ("{[transfer.to]}", "this would show what is private", 1),
        ("{transfer.birthday}", "this would show what is private", 1),
        ("{transfer.items}", "this would show what is private", 1),
        ("{agreement}", "agreement is a record", 1),
        ("a {transfer.oops}", "no field 'oops'", 3),
        ("a {}", "expected a value", 3),
        ("a { b", "a { that opens or closes no hole", 2),
        ("a } b", "a } that opens or closes no hole", 2),
        ("{'a}", "a { that opens or closes no hole", 0),
        ("x" * (MAX_TEMPLATE + 1), "over 10000 characters", 0),
    ],
)
def test_a_message_that_cannot_be_filled_is_refused_with_its_place(
    source: str, fault: str, start: int
) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_template(source, SCOPE)
    assert fault in caught.value.faults[0].what
    assert caught.value.faults[0].start == start


def test_every_hole_is_checked_before_a_message_is_refused() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_template("{transfer.a} {transfer.b}", SCOPE)
    assert len(caught.value.faults) == 2


def test_a_value_is_never_read_as_part_of_the_message() -> None:
    assert rendered("<{transfer.marking}>", marking="{transfer.to}%s\\n'") == "<{transfer.to}%s\\n'>"


def test_a_value_out_of_range_reads_as_not_given() -> None:
    template = parse_template("{day}", Scope({"day": DATE}))
    assert render(template, {"day": from_date(date(2026, 1, 1))}) == "Thu 1 Jan 2026"
    assert render(template, {"day": 2**40}) == NOT_GIVEN


def test_a_missing_variable_is_the_callers_slip() -> None:
    with pytest.raises(UsageError, match="'transfer'"):
        render(parse_template("{transfer.cells}", SCOPE), {})


@given(st.text())
def test_any_words_can_be_written_by_doubling_braces(words: str) -> None:
    scope = Scope({"word": STRING})
    source = words.replace("{", "{{").replace("}", "}}")
    assert render(parse_template(source, scope), {"word": "x"}) == words


@given(st.text())
def test_any_value_is_shown_as_it_is(word: str) -> None:
    assert render(parse_template("<{word}>", Scope({"word": STRING})), {"word": word}) == f"<{word}>"


@given(st.text("{}ab'\" .", max_size=20))
def test_any_source_is_a_message_or_is_refused(source: str) -> None:
    try:
        parse_template(source, Scope({"a": STRING, "ab": STRING}))
    except ExpressionError as error:
        places = [fault.start for fault in error.faults]
    else:
        places = [0]
    assert all(0 <= place <= len(source) for place in places)


def test_yes_and_no_are_words() -> None:
    assert rendered("urgent: {transfer.urgent}", urgent=True) == "urgent: yes"
    assert rendered("urgent: {transfer.urgent}; {!transfer.urgent}", urgent=False) == "urgent: no; yes"


def test_what_reads_constants_alone_is_put_into_words_once() -> None:
    assert rendered("{1 / 0} of {2 + 3} is {2 > 1}") == f"{NOT_GIVEN} of 5 is yes"
