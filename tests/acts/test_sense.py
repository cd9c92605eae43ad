"""What an act says must be able to be: a record can never be taken out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from isa_guard.errors import LoadError, NotAuthorised
from isa_guard.model.act import Action

if TYPE_CHECKING:
    from tests.acts.office import Desk

BREACH = {
    "reference": "B-1", "party": "opcc", "originator": "constabulary", "nature": "a list left on a train",
    "discovered_at": "2026-11-20T10:00:00Z",
}  # fmt: skip
ASKED = {"reference": "F-1", "right": "foia", "holder": "constabulary", "received_on": "2026-11-02"}
SIGNED = {"clause": "1.2", "outcome": "met", "from": "2026-01-01", "to": "2026-11-01"}


@pytest.mark.parametrize(
    ("who", "action", "said", "why"),
    [
        ("analyst", Action.BREACH_OPENED, {**BREACH, "party": "nobody"}, "`party` names nothing"),
        ("analyst", Action.BREACH_OPENED, {**BREACH, "categories": ["gossip"]}, "`categories` names nothing"),
        ("analyst", Action.BREACH_OPENED, {**BREACH, "people": -5}, "`people` cannot be -5"),
        ("analyst", Action.BREACH_OPENED, {**BREACH, "discovered_at": "2026-11-23T12:00:01Z"}, "still to come"),
        ("dpo", Action.ASKED, {**ASKED, "received_on": "2099-01-01"}, "still to come"),
        ("dpo", Action.PROVIDED, {"what": "gossip", "on": "2026-01-01", "evidence": "ab" * 32}, "`what` names nothing"),
        ("dpo", Action.PROVIDED, {"what": "access-list", "on": "2026-01-01", "evidence": "xyz"}, "no SHA-256"),
        ("auditor", Action.SIGNED_OFF, {**SIGNED, "clause": "99.99"}, "`clause` names nothing"),
        ("auditor", Action.SIGNED_OFF, {**SIGNED, "from": "2026-11-02"}, "`from` comes after `to`"),
        ("analyst", Action.RECEIVED, {"reference": "H", "category": "performance", "received_on": "2026-01-01", "group": 5}, "`group` cannot be 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_it_is_signed(
    desk: Desk, who: str, action: Action, said: dict[str, Any], why: str
) -> None:
    with pytest.raises(LoadError, match=why):
        desk.act(who, action, **said)
    assert desk.ledger.acts == ()


def test_every_fault_is_told_at_once(desk: Desk) -> None:
    with pytest.raises(LoadError) as refused:
        desk.act("analyst", Action.BREACH_OPENED, **{**BREACH, "party": "x", "originator": "y", "people": -1})
    assert len(refused.value.problems) == 3


def test_nothing_is_answered_before_it_was_asked(desk: Desk) -> None:
    matter = desk.act("dpo", Action.ASKED, **ASKED)
    with pytest.raises(LoadError, match="comes before `received_on`"):
        desk.act("dpo", Action.ANSWERED, matter, answered_on="2026-11-01", outcome="disclosed")
    desk.act("dpo", Action.ANSWERED, matter, answered_on="2026-11-02", outcome="disclosed")


def test_an_approval_begins_today_at_the_earliest(desk: Desk) -> None:
    request = desk.request(
        "analyst", "format: isa-guard/transfer/1\nagreement: x\ntransfer: {reference: R-1}\n"
    )
    with pytest.raises(LoadError, match="`until` is past"):
        desk.act("spoc", Action.APPROVED, request, until="2026-11-22")
    desk.act("spoc", Action.APPROVED, request, until="2026-11-23")


def test_a_reference_that_is_taken_is_not_given_twice(desk: Desk) -> None:
    desk.act("analyst", Action.BREACH_OPENED, **BREACH)
    with pytest.raises(NotAuthorised, match="of this reference already"):
        desk.act("dpo", Action.BREACH_OPENED, **BREACH)
    desk.act("dpo", Action.BREACH_OPENED, **{**BREACH, "reference": "B-2"})
    desk.act("dpo", Action.ASKED, **{**ASKED, "reference": "B-1"})
