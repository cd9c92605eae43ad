"""From a line to an event: absent is absent, what cannot be told rejects the line, and no field is invented."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.audit.mapping.load import load_mapping, read_mapping
from isa_guard.language.exact import EvalError, evaluate
from isa_guard.language.types import Field, List, Record, String, Timestamp
from isa_guard.language.values import from_date
from isa_guard.load.dates import read_day
from isa_guard.model.log import Fault, LogEvent, LogPlace
from isa_guard.model.schemas import EVENT
from tests.audit.mapping.maps import HEAD, SIMPLE, bound, event, fault

AT = "2026-11-24T10:30:00Z"
LINE = {"when": AT, "verb": "VIEW"}
DECOMPOSED = unicodedata.normalize("NFD", "Café")
WORDS = """
values: {verbs: {VIEW: accessed, EXP: shared, Café: printed}, ns: {"1": accessed, "-2": shared}, days: {VIEW: 2026-11-30}}
"""
VERB = "fields: {action: {of: line.verb, words: verbs}}"


def test_an_event_always_has_its_three() -> None:
    assert event(bound(SIMPLE), **LINE) == {"at": 1_795_516_200_000_000, "source": "m", "reference": "m:0:7"}


def test_what_is_mapped_takes_their_place() -> None:
    mapping = bound(SIMPLE + "fields: {reference: line.who, source: line.verb}\n")
    assert event(mapping, **LINE, who="r1") | {"at": 0} == {"at": 0, "source": "VIEW", "reference": "r1"}
    assert event(mapping, when=AT, verb="")["source"] == "m"
    assert event(mapping, **LINE)["reference"] == "m:0:7"


def test_words() -> None:
    mapping = bound(SIMPLE + WORDS + VERB)
    assert event(mapping, when=AT, verb="EXP")["action"] == "shared"
    assert event(mapping, when=AT, verb=DECOMPOSED)["action"] == "printed"
    assert fault(mapping, when=AT, verb="exp") == (Fault.UNMAPPED, "action")
    assert fault(mapping, when=AT, verb="Thé") == (Fault.UNMAPPED, "action")
    assert "action" not in event(mapping, when=AT, verb="")


def test_words_for_any_other_value() -> None:
    mapping = bound(SIMPLE + WORDS + VERB.replace("verbs}", "verbs, otherwise: other}"))
    assert event(mapping, when=AT, verb="exp")["action"] == "other"
    assert "action" not in event(mapping, when=AT, verb="")


def test_words_for_numbers_and_days() -> None:
    mapping = bound(
        SIMPLE + WORDS + "fields: {action: {of: line.n, words: ns}, needed_by: {of: line.verb, words: days}}"
    )
    found = event(mapping, when=AT, verb="VIEW", n=-2)
    day = read_day("2026-11-30")
    assert day
    assert (found["action"], found["needed_by"]) == ("shared", from_date(day))
    assert fault(mapping, when=AT, verb="VIEW", n=3) == (Fault.UNMAPPED, "action")
    assert fault(mapping, when=AT, verb="X") == (Fault.UNMAPPED, "needed_by")


@pytest.mark.parametrize(
    "text",
    [
        "line.who",
        "line.who + 'x'",
        "line.verb == 'VIEW' ? line.who : 'x'",
        "has(line.who) ? line.who : line.who",
    ],
)
def test_an_absent_column_leaves_the_field_absent(text: str) -> None:
    mapping = bound(SIMPLE + f'fields: {{actor: "{text}"}}\n')
    assert "actor" not in event(mapping, **LINE)
    assert str(event(mapping, **LINE, who="b7")["actor"]).startswith("b7")


def test_an_absent_column_that_is_not_needed() -> None:
    mapping = bound(
        SIMPLE + "fields: {actor: \"line.verb == 'VIEW' ? 'v' : line.who\", recorded: has(line.who)}\n"
    )
    found = event(mapping, **LINE)
    assert (found["actor"], found["recorded"]) == ("v", False)


def test_any_other_failure_rejects_the_line() -> None:
    mapping = bound(
        SIMPLE + "fields: {records: int(line.verb), needed_by: date(line.who), seq: line.n * line.n}\n"
    )
    assert fault(mapping, **LINE) == (Fault.NO_VALUE, "records")
    assert fault(mapping, when=AT, verb="1", who="x") == (Fault.NO_VALUE, "needed_by")
    assert fault(mapping, when=AT, verb="1", n=2**40) == (Fault.NO_VALUE, "seq")
    assert fault(mapping, when=AT) == (Fault.NO_VALUE, "records")
    assert event(mapping, when=AT, verb="1")["records"] == 1


def test_a_column_that_every_line_must_hold_is_never_passed_over() -> None:
    assert fault(bound(SIMPLE + "fields: {actor: line.verb}\n"), when=AT) == (Fault.NO_VALUE, "actor")


def test_times() -> None:
    mapping = bound(SIMPLE)
    for wrong in ("", "x", "1969-12-31T23:59:59Z", "2100-01-01T00:00:00Z"):
        assert fault(mapping, when=wrong, verb="VIEW") == (Fault.TIME, "at")
    assert fault(mapping, verb="VIEW") == (Fault.TIME, "at")
    optional = bound(SIMPLE.replace("of: line.when", "of: line.n, format: unix-s"))
    assert fault(optional, **LINE) == (Fault.TIME, "at")
    assert event(optional, **LINE, n=0)["at"] == 0
    assert fault(optional, **LINE, n=-1) == (Fault.TIME, "at")


def test_a_time_that_is_put_together_or_read_already() -> None:
    joined = "of: line.when + ' ' + line.verb, format: '%d/%m/%Y %H:%M', zone: Europe/London"
    mapping = bound(SIMPLE.replace("of: line.when", joined))
    assert event(mapping, when="24/11/2026", verb="10:30")["at"] == 1_795_516_200_000_000
    assert fault(mapping, when="29/03/2026", verb="01:30") == (Fault.TIME, "at")
    mapping = bound(SIMPLE.replace("of: line.when", "of: timestamp(line.when)"))
    assert event(mapping, **LINE)["at"] == 1_795_516_200_000_000
    assert fault(mapping, when="1960-01-01T00:00:00Z", verb="V") == (Fault.TIME, "at")
    assert fault(mapping, when="x", verb="V") == (Fault.TIME, "at")


def test_days() -> None:
    mapping = bound(
        SIMPLE
        + "fields: {needed_by: {time: {of: line.who, format: '%d/%m/%Y'}}, received_on: {time: {of: line.verb}}}\n"
    )
    found = event(mapping, when=AT, verb="2026-11-30", who="01/12/2026")
    assert (found["received_on"], found["needed_by"]) == (20_787, 20_788)
    assert fault(mapping, when=AT, verb="30/11/2026") == (Fault.TIME, "received_on")
    assert fault(mapping, when=AT, verb="2026-11-30", who="12/31/2026") == (Fault.TIME, "needed_by")
    assert "needed_by" not in event(mapping, when=AT, verb="2026-11-30", who="")


def test_texts_are_normalised_before_they_are_compared_and_after() -> None:
    mapping = bound(
        SIMPLE + "fields: {recorded: line.verb == 'Café', actor: line.verb, dataset: line.verb + line.who}\n"
    )
    found = event(mapping, when=AT, verb=DECOMPOSED, who="\u0301")
    assert (found["recorded"], found["actor"]) == (True, "Café")
    assert unicodedata.is_normalized("NFC", str(found["dataset"]))


def test_lets() -> None:
    mapping = bound(SIMPLE + "let: {both: line.verb + line.who}\nfields: {actor: both}\n")
    assert event(mapping, **LINE, who="1")["actor"] == "VIEW1"
    assert "actor" not in event(mapping, **LINE)


def test_instants_of_an_agreements_own_lie_in_the_same_years() -> None:
    own = Record("event", (*EVENT.fields, Field("opened_at", Timestamp(), optional=True)))
    text = HEAD + SIMPLE + "fields: {opened_at: timestamp(line.verb)}\n"
    mapping = read_mapping(text.encode(), "m.yaml", own)
    assert event(mapping, when=AT, verb=AT)["opened_at"] == 1_795_516_200_000_000
    assert fault(mapping, when=AT, verb="1960-01-01T00:00:00Z") == (Fault.TIME, "opened_at")
    timed = text.replace("timestamp(line.verb)", "{time: {of: line.n, format: unix-s}}")
    mapping = read_mapping(timed.encode(), "m.yaml", own)
    assert event(mapping, **LINE, n=0)["opened_at"] == 0
    assert "opened_at" not in event(mapping, **LINE)
    assert fault(mapping, **LINE, n=-1) == (Fault.TIME, "opened_at")
    as_it_is = load_mapping("isa-guard-events", own)
    assert fault(as_it_is, reference="r", at=AT, opened_at="x") == (Fault.TIME, "opened_at")


def test_events_as_they_are() -> None:
    own = Record(
        "event",
        (
            *EVENT.fields,
            Field("tags", List(String()), optional=True),
            Field("urgent", String(("y", "n")), optional=True),
        ),
    )
    mapping = load_mapping("isa-guard-events", own)
    assert {column.name for column in mapping.columns} == {field.name for field in own.fields}
    assert [column.name for column in mapping.columns if not column.optional] == ["reference", "at"]
    line = {"reference": "r", "at": AT, "action": "shared", "needed_by": "2026-11-30", "reviewers": ("a", "", DECOMPOSED), "tags": ("x",), "urgent": "y", "records": 0, "recorded": False}  # fmt: skip
    found = event(mapping, **line)  # type: ignore[arg-type]
    changed = {
        "at": 1_795_516_200_000_000,
        "needed_by": 20_787,
        "reviewers": ("a", "Café"),
        "source": "isa-guard-events",
    }
    assert found == line | changed
    assert fault(mapping, **(line | {"urgent": "maybe"})) == (Fault.UNMAPPED, "urgent")  # type: ignore[arg-type]


@given(
    st.fixed_dictionaries(
        {"when": st.just(AT), "verb": st.sampled_from(["", "1", "VIEW", "é"])},
        optional={"n": st.integers(-3, 2**63 - 1), "who": st.sampled_from(["", "1", "x"])},
    )
)
def test_the_compiled_reading_is_the_exact_one(line: dict[str, int | str]) -> None:
    texts = [
        "line.who + line.verb",
        "has(line.who) ? line.who : 'none'",
        "string(line.n + 1)",
        "line.verb == '1' && line.n > 2 ? 'a' : 'b'",
        "line.?who.orValue('z')",
        "string(int(line.who))",
    ]
    for text in texts:
        mapping = bound(SIMPLE + f'fields: {{actor: "{text}"}}\n')
        exact = evaluate(mapping.fields[1].of, {"line": line})
        found = mapping.event(line, LogPlace(0, 1))
        if isinstance(exact, EvalError):
            absent = exact.path in mapping.fields[1].of.needed
            assert isinstance(found, LogEvent) is absent
            assert not isinstance(found, LogEvent) or "actor" not in found.values
        else:
            assert isinstance(found, LogEvent)
            assert found.values.get("actor", "") == unicodedata.normalize("NFC", str(exact))
