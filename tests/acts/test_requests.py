"""Requests: who may ask and decide, in which turn, and what an approval covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.acts.naming import matter_named
from isa_guard.acts.requests import State, fact_of, granted, state_of
from isa_guard.acts.scope import AT_MOST, SAME, WITHIN, outside
from isa_guard.errors import LoadError, NotAuthorised
from isa_guard.language.outcome import Outcome
from isa_guard.model.act import Action, MatterKind
from isa_guard.register.faults import Damage, RegisterBroken
from isa_guard.register.stores.store import Shelf
from isa_guard.register.verify import verify
from tests.acts.office import Desk, person_of
from tests.register.making import signer

if TYPE_CHECKING:
    from isa_guard.language.values import Value
    from isa_guard.model.decision import Finding

ASKED = """\
format: isa-guard/transfer/1
agreement: cambridgeshire-opcc
transfer: {reference: R-1, from: constabulary, to: opcc, originator: constabulary, purpose: hold-to-account,
  categories: [performance], volume: 100, marking: OFFICIAL-SENSITIVE, originator_permission: true}
"""
SENT = ASKED.replace("reference: R-1", "reference: T-1, request: R-1, request_approved: true")
APPROVAL = "requests/approved"


def finding(desk: Desk, text: str, rule: str = APPROVAL) -> Finding:
    return next(one for one in desk.decided(text).findings if one.rule.id == rule)


def approved(desk: Desk, until: str = "2026-12-31") -> str:
    request = desk.request("analyst", ASKED)
    desk.answer("spoc", Action.APPROVED, request, until=until, reason="the purpose is plain")
    return request


def test_what_lies_within_an_approval_is_evidenced_by_it(desk: Desk) -> None:
    request = approved(desk)
    found = finding(desk, SENT)
    assert found.outcome is Outcome.MET
    (evidence,) = desk.decided(SENT).fact.evidence
    approval = desk.ledger.matter(request).latest.act
    assert (evidence.field, evidence.kind, evidence.digest) == (
        "transfer.request_approved",
        "record",
        approval.document,
    )


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (("volume: 100", "volume: 101"), "volume"),
        (("[performance]", "[performance, complaints]"), "categories"),
        (("hold-to-account", "monitor-complaints"), "purpose"),
        (("to: opcc", "to: constabulary"), "to"),
        (("marking: OFFICIAL-SENSITIVE", "marking: OFFICIAL"), "marking"),
        (("volume: 100", "volume: 100, fields: [ward]"), "fields"),
        (("volume: 100", "volume: 100, special_category: true"), "special_category"),
        (("volume: 100", "volume: 100, onward: {country: FR}"), "onward.country"),
        (("volume: 100", "volume: 100, recipients: [{post: Analyst}]"), "recipients"),
    ],
)
def test_one_field_outside_it_is_not(desk: Desk, change: tuple[str, str], field: str) -> None:
    approved(desk)
    found = finding(desk, SENT.replace(*change))
    assert found.outcome is Outcome.CANNOT_TELL
    assert found.cause == f"beyond what was asked: {field}"


def test_without_an_approval_nothing_supports_the_claim(desk: Desk) -> None:
    assert finding(desk, SENT).cause == "the register has no request of this name"
    request = desk.request("analyst", ASKED)
    assert finding(desk, SENT).outcome is Outcome.CANNOT_TELL
    desk.answer("spoc", Action.REFUSED, request, reason="not for this purpose")
    assert finding(desk, SENT).cause == "the request is refused"


def test_an_approval_ends_with_its_last_day(desk: Desk) -> None:
    approved(desk, until="2026-11-24")
    desk.wait(days=1)
    assert finding(desk, SENT).outcome is Outcome.MET
    desk.wait(days=1)
    assert finding(desk, SENT).cause == "it held until 24 November 2026"
    # What was sent in time stays evidenced.
    in_time = SENT.replace("volume: 100", "volume: 100, sent_at: 2026-11-24T09:00:00Z")
    assert finding(desk, in_time).outcome is Outcome.MET


def test_an_approval_that_was_revoked_or_withdrawn_supports_nothing(desk: Desk) -> None:
    request = approved(desk)
    approval = desk.ledger.matter(request).latest.act.id
    desk.answer("deputy", Action.REVOKED, request, revokes=approval, reason="in error")
    assert finding(desk, SENT).outcome is Outcome.CANNOT_TELL


def test_a_revocation_without_a_word_of_what_takes_all_back_that_was_given_before(desk: Desk) -> None:
    request = approved(desk)
    permission = {"field": "transfer.originator_permission", "until": "2026-12-31"}
    desk.answer("owner", Action.PERMITTED, request, **permission)
    desk.answer("deputy", Action.REVOKED, request, reason="in error")
    assert granted(desk.ledger.matter(request)) == ()
    assert finding(desk, SENT).outcome is Outcome.CANNOT_TELL
    desk.answer("owner", Action.PERMITTED, request, **permission)
    assert [one.field for one in granted(desk.ledger.matter(request))] == ["transfer.originator_permission"]


def test_a_revocation_that_takes_nothing_back_is_refused(desk: Desk) -> None:
    """It would be read as if it had, while the approval went on to count."""
    request = desk.request("analyst", ASKED)
    with pytest.raises(NotAuthorised, match="nothing was given"):
        desk.answer("deputy", Action.REVOKED, request, reason="in error")
    desk.answer("spoc", Action.APPROVED, request, until="2026-12-31")
    approval = desk.ledger.matter(request).latest.act.id
    for wrong in (request, f"{approval[:-1]}x", "approval"):
        with pytest.raises(NotAuthorised, match=f"revokes nothing.* is {approval}"):
            desk.answer("deputy", Action.REVOKED, request, revokes=wrong, reason="in error")
    assert finding(desk, SENT).outcome is Outcome.MET


def test_a_withdrawn_request_is_over(desk: Desk) -> None:
    request = approved(desk)
    assert desk.answer("analyst", Action.WITHDRAWN, request) is State.WITHDRAWN
    assert finding(desk, SENT).cause == "the request is withdrawn"
    with pytest.raises(NotAuthorised, match="withdrawn already: approved cannot follow"):
        desk.answer("spoc", Action.APPROVED, request, until="2026-12-31")


def test_nobody_approves_their_own_request(desk: Desk) -> None:
    request = desk.request("spoc", ASKED)
    with pytest.raises(NotAuthorised, match="their own"):
        desk.answer("spoc", Action.APPROVED, request, until="2026-12-31")
    assert desk.answer("deputy", Action.APPROVED, request, until="2026-12-31") is State.APPROVED


@pytest.mark.parametrize(
    ("who", "why"),
    [("analyst", "office of spoc"), ("owner", "office of spoc"), ("stranger-spoc", "acts for constabulary")],
)
def test_only_the_single_point_of_contact_decides(desk: Desk, who: str, why: str) -> None:
    request = desk.request("spoc", ASKED)
    with pytest.raises(NotAuthorised, match=why):
        desk.answer(who, Action.APPROVED, request, until="2026-12-31")


def test_a_refusal_without_a_reason_is_none(desk: Desk) -> None:
    request = desk.request("analyst", ASKED)
    with pytest.raises(LoadError, match="`reason` is missing"):
        desk.answer("spoc", Action.REFUSED, request)


def test_the_owner_alone_gives_the_originators_permission(desk: Desk) -> None:
    request = desk.request("analyst", ASKED)
    rule = "markings/originator-permission"
    given = {"field": "transfer.originator_permission", "until": "2026-12-31"}
    assert finding(desk, SENT, rule).outcome is Outcome.CANNOT_TELL
    with pytest.raises(NotAuthorised, match="office of owner"):
        desk.answer("spoc", Action.PERMITTED, request, **given)
    desk.answer("opcc-owner", Action.PERMITTED, request, **given)
    assert finding(desk, SENT, rule).cause == "the information is not opcc's"
    desk.answer("owner", Action.PERMITTED, request, **given)
    assert finding(desk, SENT, rule).outcome is Outcome.MET


def test_an_act_by_another_key_than_the_persons_breaks_the_register(desk: Desk) -> None:
    request = desk.request("analyst", ASKED)
    desk.act("spoc", Action.APPROVED, request, signer("deputy"), until="2026-12-31")
    with pytest.raises(RegisterBroken) as broken:
        verify(desk.made.store, desk.made.trust)
    assert broken.value.damage is Damage.SIGNATURE
    assert broken.value.index == 2


def test_the_key_of_the_register_is_no_persons_key(desk: Desk) -> None:
    request = desk.request("analyst", ASKED)
    desk.act("spoc", Action.APPROVED, request, signer("record"), until="2026-12-31")
    with pytest.raises(RegisterBroken, match="not signed by the person"):
        verify(desk.made.store, desk.made.trust)


def test_no_word_of_an_act_stands_in_the_register(desk: Desk) -> None:
    request = desk.request("analyst", ASKED.replace("R-1", "R-SECRET"))
    desk.answer("spoc", Action.RETURNED, request, reason="WORDS-THAT-COULD-NAME-SOMEBODY")
    log = b"".join(desk.made.store.entries())
    assert b"WORDS-THAT" not in log
    assert b"R-SECRET" not in log
    assert desk.ledger.matter(request).latest.words == {"reason": "WORDS-THAT-COULD-NAME-SOMEBODY"}


def test_an_erased_document_leaves_the_act_and_its_signature(desk: Desk) -> None:
    request = approved(desk)
    for one in desk.ledger.matter(request).acts:
        assert desk.made.store.erase(one.act.document)
    (left,) = desk.ledger.matters(MatterKind.REQUEST)
    assert (state_of(left), left.reference) == (State.APPROVED, request)
    assert verify(desk.made.store, desk.made.trust).size == 3


def test_what_was_asked_and_is_erased_supports_nothing_any_more(desk: Desk) -> None:
    request = approved(desk)
    desk.made.store.erase(fact_of(desk.ledger.matter(request)))
    assert "erased" in finding(desk, SENT).cause


def test_an_altered_document_is_told(desk: Desk) -> None:
    request = approved(desk)
    digest = desk.ledger.matter(request).latest.act.document
    content = desk.made.store.blob(Shelf.CASES, digest)
    assert content is not None
    segment = next((desk.made.folder / "cases").glob("*.seg"))
    segment.write_bytes(segment.read_bytes().replace(b"2026-12-31", b"2027-12-31"))
    with pytest.raises(Exception, match=r"altered|digest|another"):
        _ = desk.ledger


def test_a_second_copy_of_an_act_counts_once(desk: Desk) -> None:
    request = approved(desk)
    again = next(one for one in desk.ledger.acts if one.act.action is Action.APPROVED)
    from isa_guard.acts.ledger import read_ledger
    from isa_guard.register.records.act_event import ActEvent, signed

    event = signed(again.act, signer("spoc"))
    assert isinstance(event, ActEvent)
    desk.appender().append_event(event)
    assert len(read_ledger(desk.made.store, desk.made.trust).matter(request).acts) == 2


def test_somebody_who_acted_meanwhile_is_not_overruled_unseen(desk: Desk) -> None:
    from isa_guard.acts.acting import prepared
    from isa_guard.load.acts import said
    from isa_guard.register.records.act_event import signed

    request = desk.request("analyst", ASKED)
    agreement, ledger = desk.versions.agreements[-1], desk.ledger
    seen = desk.appender().size
    told = said(Action.APPROVED, {"until": "2026-12-31"}, "invented")
    made = prepared(told, person_of("spoc"), agreement, ledger, ledger.matter(request), desk.now, desk.random)
    desk.answer("deputy", Action.REFUSED, request, reason="not for this purpose")
    with pytest.raises(NotAuthorised, match="meanwhile"):
        desk.appender().append_act(signed(made.act, signer("spoc")), made.document, agreement, seen)
    assert state_of(desk.ledger.matter(request)) is State.REFUSED


def test_a_request_is_named_by_its_reference_or_its_id(desk: Desk) -> None:
    request = desk.request("analyst", ASKED)
    for name in ("R-1", request, request[:12]):
        assert matter_named(desk.ledger, MatterKind.REQUEST, name).id == request
    for name in ("R-2", "", request[:7]):
        with pytest.raises(NotAuthorised, match="no request has this name"):
            matter_named(desk.ledger, MatterKind.REQUEST, name)


FIELDS = st.fixed_dictionaries(
    {},
    optional={
        **{name: st.sampled_from(["a", "b"]) for name in SAME},
        **{name: st.lists(st.sampled_from(["x", "y", "z"]), max_size=2).map(tuple) for name in WITHIN},
        **{name: st.integers(0, 3) for name in AT_MOST},
    },
)


@given(FIELDS)
def test_what_was_asked_covers_itself(asked: dict[str, Value]) -> None:
    assert outside(asked, asked) == ()


@given(FIELDS, FIELDS)
def test_a_transfer_lies_outside_in_each_field_that_lies_outside_alone(
    asked: dict[str, Value], sent: dict[str, Value]
) -> None:
    alone = {name for name in sent if outside(asked, {name: sent[name]})}
    assert set(outside(asked, sent)) == alone
