"""Facts at the border: what is typed passes, what is not is told field by field, and nothing is repeated."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.errors import LoadError, Place
from isa_guard.language.values import from_date, from_datetime
from isa_guard.load.dates import read_day, read_instant, read_span
from isa_guard.load.evidence import read_evidence
from isa_guard.load.facts import LIMIT_FACTS, read_facts, type_fact
from isa_guard.model.facts import Fact, FactKind
from isa_guard.model.schemas import SCHEMAS

HEAD = "format: isa-guard/transfer/1\ntransfer:\n  reference: T-1\n"


def typed(text: str) -> Fact:
    return type_fact(read_facts(text.encode(), "f")[0], SCHEMAS)


def said(text: str) -> str:
    with pytest.raises(LoadError) as caught:
        for fact in read_facts(text.encode(), "f"):
            type_fact(fact, SCHEMAS)
    return "\n".join(str(problem) for problem in caught.value.problems)


def test_a_fact_is_typed_with_the_place_of_every_field() -> None:
    fact = typed(HEAD + "  requested_on: 2026-11-02\n  volume: 12\n  storage: {members_only: true}\n")
    assert fact.values["requested_on"] == from_date(date(2026, 11, 2))
    assert fact.values["storage"] == {"members_only": True}
    assert fact.places["transfer.volume"] == Place("f", 5, 11)
    assert fact.places["transfer.storage.members_only"] == Place("f", 6, 27)
    assert (fact.kind, fact.reference, fact.position) == (FactKind.TRANSFER, "T-1", "0#")


def test_the_digest_is_that_of_the_bytes_as_received() -> None:
    assert typed(HEAD).digest == hashlib.sha256(HEAD.encode()).hexdigest()


def test_a_time_needs_its_offset() -> None:
    assert "2026-11-23T10:30:00Z" in said(HEAD + "  sent_at: 2026-11-02T10:00:00\n")
    fact = typed(HEAD + "  sent_at: 2026-06-02T10:00:00+01:00\n")
    instant = read_instant("2026-06-02T09:00:00Z")
    assert instant is not None
    assert fact.values["sent_at"] == from_datetime(instant)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("requested_on: 02/11/2026", "`transfer.requested_on` is no day"),
        ("requested_on: 2026-02-30", "`transfer.requested_on` is no day"),
        ("requested_on: 20261102", "`transfer.requested_on` is no day"),
        ("volume: '12'", "`transfer.volume` should be a whole number"),
        ("volume: 99999999999999999999", "`transfer.volume` should be a whole number"),
        ("volume: true", "`transfer.volume` should be a whole number"),
        ("personal: yes", "`transfer.personal` should be true or false"),
        ("formality: fromal", "did you mean `formal`?"),
        ("purpose: 12", "put it in quotes"),
        ("purpose: ''", "should be text"),
        ("purpose: [a]", "should be text"),
        ("categories: figures", "should be a list"),
        ("categories: [1]", "`transfer.categories[0]` should be text"),
        ("storage: folder", "`transfer.storage` should be a mapping"),
        ("requestd_on: 2026-11-02", "did you mean `requested_on`?"),
        ("storage: {plac: x}", "did you mean `place`?"),
        ("recipients: [{vetting: sc9}]", "`transfer.recipients[0].vetting`"),
    ],
)
def test_a_field_of_the_wrong_kind_is_told(line: str, what: str) -> None:
    assert what in said(HEAD + f"  {line}\n")


def test_every_wrong_field_is_told_at_once_in_order() -> None:
    found = said(HEAD + "  volume: many\n  personal: 1\n  requested_on: soon\n")
    assert [line.split(":")[1] for line in found.split("\n") if line.startswith("f:")] == ["4", "5", "6"]


def test_a_wrong_value_is_never_repeated() -> None:
    """It may be anything: a name typed into the wrong field would otherwise stand in every log."""
    secret = "Planted Person"
    for line in (
        f"formality: {secret}",
        f"requested_on: {secret}",
        f"volume: {secret}",
        f"personal: {secret}",
    ):
        assert secret not in said(HEAD + f"  {line}\n")


def test_a_field_without_a_value_is_not_given() -> None:
    assert "volume" not in typed(HEAD + "  volume:\n").values
    assert "the field `reference` is missing" in said(
        "format: isa-guard/transfer/1\ntransfer:\n  reference:\n"
    )


def test_text_is_one_form_of_unicode() -> None:
    assert typed(HEAD + "  purpose: e\u0301\n").values["purpose"] == "\u00e9"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("just words", "this is no fact"),
        ("transfer: {reference: x}", "the key `format` is missing"),
        ("format: isa-guard/transfer/2\ntransfer: {reference: x}", "did you mean `isa-guard/transfer/1`?"),
        ("format: isa-guard/transfer/1\nbreach: {reference: x}", "the key `breach` is not known here"),
        ("format: isa-guard/transfer/1\n", "the transfer itself is missing"),
        (
            "format: isa-guard/transfer/1\nagreement: [x]\ntransfer: {reference: x}",
            "`agreement` is the id of one",
        ),
        ("[]", "no fact in this file"),
        ("- 5\n- 6", "this is no fact"),
    ],
)
def test_what_is_no_fact_is_told(text: str, what: str) -> None:
    assert what in said(text)


def test_several_facts_stand_in_one_file_as_documents_or_as_a_list() -> None:
    one = '{"format": "isa-guard/transfer/1", "transfer": {"reference": "T"}}'
    assert len(read_facts(f"[{one}, {one}]".encode(), "f")) == 2
    stream = read_facts(f"{HEAD}---\n{HEAD}".encode(), "f")
    assert [type_fact(fact, SCHEMAS).position for fact in stream] == ["0#", "1#"]
    listed = read_facts(f"[{one}, {one}]".encode(), "f")
    assert [type_fact(fact, SCHEMAS).position for fact in listed] == ["0#/0", "0#/1"]


def test_too_many_facts_belong_into_an_audit() -> None:
    one = '{"format": "isa-guard/transfer/1", "transfer": {"reference": "T"}}'
    with pytest.raises(LoadError, match="audit"):
        read_facts(f"[{','.join([one] * (LIMIT_FACTS + 1))}]".encode(), "f")


def test_a_fact_happened_when_it_was_sent_or_else_is_needed() -> None:
    def day(lines: str) -> date | None:
        return read_facts((HEAD + lines).encode(), "f")[0].happened_on()

    assert day("  sent_at: 2026-06-30T23:30:00Z\n  needed_by: 2026-01-01\n") == date(
        2026, 7, 1
    )  # past midnight in London
    assert day("  needed_by: 2026-01-01\n") == date(2026, 1, 1)
    assert day("  needed_by: soon\n  requested_on: 2026-02-01\n") == date(2026, 2, 1)
    assert day("") is None


@given(st.text(max_size=30))
def test_no_text_crashes_the_dates(text: str) -> None:
    for reading in (read_day, read_instant, read_span):
        reading(text)


@given(st.dates())
def test_a_day_is_read_as_it_is_written(day: date) -> None:
    assert read_day(day.isoformat()) == day
    assert read_span(day.isoformat()) == (day, day, "day")


@given(st.dates())
def test_a_month_runs_from_its_first_day_to_its_last(day: date) -> None:
    span = read_span(f"{day.year:04}-{day.month:02}")
    assert span is not None
    assert span[0].day == 1
    assert span[0] <= day <= span[1]
    assert span[2] == "month"


def test_a_date_in_the_far_corner_of_time_is_no_crash() -> None:
    assert read_instant("0001-01-01T00:00:00+14:00") is None
    assert read_instant("9999-12-31T23:59:59-14:00") is None
    assert read_instant("2026-11-23T24:00:00Z") is None


def evidence(folder: Path, claim: str, document: bytes | None = b"permitted") -> str | int:
    if document is not None:
        (folder / "p.txt").write_bytes(document)
    untyped = read_facts((HEAD + f"evidence: {claim}\n").encode(), "f")[0]
    try:
        return len(read_evidence(untyped, SCHEMAS[FactKind.TRANSFER], folder))
    except LoadError as error:
        return error.problems[0].what


DIGEST = hashlib.sha256(b"permitted").hexdigest()


@pytest.mark.parametrize(
    ("claim", "answer"),
    [
        (f"{{originator_permission: {{document: p.txt, sha256: {DIGEST}}}}}", 1),
        (f"{{onward.spoc_authority: {{document: p.txt, sha256: {DIGEST}}}}}", 1),
        (f"{{originator_permision: {{document: p.txt, sha256: {DIGEST}}}}}", "`originator_permision` is not a field of transfer"),
        (f"{{originator_permission: {{document: p.txt, sha256: {'0' * 64}}}}}", "the document is not the one that the digest names"),
        ("{originator_permission: {document: p.txt, sha256: abc}}", "this is no SHA-256 digest"),
        ("{originator_permission: {document: p.txt}}", "evidence is a document and its digest"),
        (f"{{originator_permission: {{document: ../p.txt, sha256: {DIGEST}}}}}", "the document is not beside the fact"),
        (f"{{originator_permission: {{document: /etc/passwd, sha256: {DIGEST}}}}}", "the document is not beside the fact"),
        (f"{{originator_permission: {{document: q.txt, sha256: {DIGEST}}}}}", "the document cannot be read: no such file or directory"),
        ("[x]", "`evidence` should be a mapping of fields"),
    ],
)  # fmt: skip
def test_evidence_is_the_document_that_the_digest_names(
    tmp_path: Path, claim: str, answer: str | int
) -> None:
    assert evidence(tmp_path, claim) == answer


def test_evidence_that_no_file_can_be_is_told_and_not_waited_for(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, what in (
        ("pipe", "not a regular file"),
        ("loop", "beside the fact"),
        ('"a\\0b"', "beside the fact"),
        ("a" * 5000, ""),
    ):
        claim = f"{{originator_permission: {{document: {name}, sha256: {DIGEST}}}}}"
        assert what in str(evidence(tmp_path, claim))
