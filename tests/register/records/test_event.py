"""Events: what is written is read again, and what no event says is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import UsageError
from isa_guard.register import strict_json
from isa_guard.register.faults import RecordError
from isa_guard.register.records.audit_event import AuditedFile, AuditedRule, AuditedUnder, AuditEvent
from isa_guard.register.records.event import (
    LIMIT_POST,
    Cosigner,
    ErasureEvent,
    ErasureReason,
    Event,
    KeyAction,
    KeyEvent,
    RecoveryEvent,
    WitnessEvent,
    event_part,
    post,
    read_event,
)
from isa_guard.register.records.members import Members

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DIGEST = "ab" * 32
EVENTS: tuple[Event, ...] = (
    KeyEvent(KeyAction.ROTATED, "record", DIGEST, "cd" * 32, 2, "ef" * 32),
    KeyEvent(KeyAction.REVOKED, "log", DIGEST, None, 3, "ef" * 32),
    WitnessEvent(7, DIGEST, (Cosigner("example.org/partner", NOON), Cosigner("example.org/third", NOON))),
    ErasureEvent(DIGEST, ErasureReason.COURT_ORDER, "data-protection-officer"),
    RecoveryEvent("example.org/isa", 1, 5, DIGEST, 7),
    RecoveryEvent("example.org/isa", 1, 5, DIGEST, None),
    AuditEvent(
        NOON,
        1,
        DIGEST,
        (AuditedUnder("example", "2026", DIGEST, "cd" * 32, (AuditedRule("audit/trained", 7, 2, 1, 1),)),),
        (AuditedFile("ef" * 32, "records-system", 1_024, 10, 1, 2),),
    ),
)

digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
numbers = st.integers(0, 2**53 - 1)
names = st.from_regex(r"[a-z]{1,8}\.example/[a-z]{1,5}", fullmatch=True)
moments = st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1)).map(lambda one: one.replace(tzinfo=UTC))
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        KeyEvent,
        st.sampled_from(KeyAction),
        st.sampled_from(["record", "log", "log-ml-dsa", "root", "witness"]),
        digests,
        st.none() | digests,
        numbers,
        digests,
    ),
    st.builds(
        WitnessEvent,
        numbers,
        digests,
        st.lists(st.builds(Cosigner, names, moments), max_size=3).map(tuple),
    ),
    st.builds(ErasureEvent, digests, st.sampled_from(ErasureReason), names),
    st.builds(RecoveryEvent, names, numbers, numbers, digests, st.none() | numbers),
    st.builds(
        AuditEvent,
        moments,
        numbers,
        digests,
        st.lists(
            st.builds(
                AuditedUnder,
                names,
                names,
                digests,
                digests,
                st.lists(st.builds(AuditedRule, names, numbers, numbers, numbers, numbers), max_size=2).map(
                    tuple
                ),
            ),
            max_size=2,
        ).map(tuple),
        st.lists(st.builds(AuditedFile, digests, names, numbers, numbers, numbers, numbers), max_size=2).map(
            tuple
        ),
    ),
)


def written(event: Event) -> dict[str, Any]:
    return strict_json.read_object(strict_json.write(event_part(event)))


def read(found: dict[str, Any]) -> Event:
    return read_event(Members(found, "the event"))


@given(events)
def test_what_is_written_is_read_again(event: Event) -> None:
    assert read(written(event)) == event


@pytest.mark.parametrize("event", EVENTS, ids=lambda one: one.KIND)
def test_a_member_more_or_fewer_is_refused(event: Event) -> None:
    good = written(event)
    with pytest.raises(RecordError, match="other members than it should"):
        read({**good, "note": "free text"})
    for name in good:
        with pytest.raises(RecordError):
            read({other: value for other, value in good.items() if other != name})


@pytest.mark.parametrize("event", EVENTS, ids=lambda one: one.KIND)
def test_a_member_of_another_type_is_refused(event: Event) -> None:
    good = written(event)
    for name, value in good.items():
        strange = [7, True, -1, [], {}] if isinstance(value, str) else ["x", True, -1, {}]
        for one in strange:
            with pytest.raises(RecordError):
                read({**good, name: one})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"kind": "clock-event"}, "of a kind that is not known"),
        ({"kind": None}, "lacks the text `kind`"),
    ],
)
def test_another_kind_of_event_is_refused(change: dict[str, Any], what: str) -> None:
    with pytest.raises(RecordError, match=what):
        read({**written(EVENTS[0]), **change})


@pytest.mark.parametrize(
    ("event", "change", "what"),
    [
        (EVENTS[0], {"action": "lost"}, "`action` is none that is known"),
        (EVENTS[0], {"successor": "x"}, "`successor` is no key id"),
        (EVENTS[0], {"trustRoot": {"digest": {"sha256": "X"}, "version": 2}}, "no SHA-256 digest"),
        (EVENTS[0], {"trustRoot": {"digest": {"sha256": DIGEST}, "version": 2, "x": 1}}, "other members"),
        (EVENTS[2], {"cosigners": ["x"]}, "a cosigner is no object"),
        (EVENTS[2], {"cosigners": [{"name": "x", "time": "noon", "person": "x"}]}, "other members"),
        (EVENTS[2], {"cosigners": [{"name": "x", "time": "noon"}]}, "time"),
        (EVENTS[3], {"reason": "because"}, "`reason` is none that is known"),
        (EVENTS[3], {"digest": {"sha256": "ab"}}, "no SHA-256 digest"),
        (EVENTS[4], {"witnessedSize": "7"}, "lacks the number `witnessedSize`"),
    ],
)
def test_what_no_event_says_is_refused(event: Event, change: dict[str, Any], what: str) -> None:
    with pytest.raises(RecordError, match=what):
        read({**written(event), **change})


def test_each_event_is_told_in_a_few_words_and_is_about_one_digest() -> None:
    assert [(one.told, *one.subject) for one in EVENTS] == [
        ("record key abababab rotated", "trust-root", "ef" * 32),
        ("log key abababab revoked", "trust-root", "ef" * 32),
        ("7 records, by example.org/partner, example.org/third", "checkpoint", DIGEST),
        ("court-order, data-protection-officer", "case", DIGEST),
        ("from 5 records of example.org/isa", "checkpoint", DIGEST),
        ("from 5 records of example.org/isa", "checkpoint", DIGEST),
        ("10 events, 1 not met", "audit-report", DIGEST),
    ]


@pytest.mark.parametrize("text", ["data-protection-officer", "a", "x9-y", "a" * LIMIT_POST])
def test_a_post_is_named(text: str) -> None:
    assert post(text) == text


@pytest.mark.parametrize(
    "text",
    ["", "A Person", "data protection officer", "dpo.", "-a", "a-", "a--b", "é", "a\n", "9a", "a" * 61],
)
def test_what_could_be_a_person_or_a_sentence_is_no_post(text: str) -> None:
    with pytest.raises(UsageError, match="never a person's name"):
        post(text)
