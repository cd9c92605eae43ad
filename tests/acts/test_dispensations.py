"""Dispensations in the register: given by one, confirmed by another, for a time, always shown, and replayed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from isa_guard.acts.dispensations import Departed
from isa_guard.decide.decide import decide
from isa_guard.errors import LoadError, NotAuthorised
from isa_guard.library import typed
from isa_guard.load.facts import read_facts
from isa_guard.model.act import Action, MatterKind
from isa_guard.register.replay import Replay, replay_all

if TYPE_CHECKING:
    from isa_guard.model.decision import Decision, Finding
    from tests.acts.office import Desk

GIVEN = {
    "rule": "requests/notice",
    "scope": "transfer.purpose == 'hold-to-account'",
    "until": "2027-03-31",
    "reason": "a date set by a court",
}
FACT = """\
format: isa-guard/transfer/1
agreement: cambridgeshire-opcc
transfer: {reference: T-1, purpose: hold-to-account, formality: formal, requested_on: 2026-11-20, needed_by: 2026-11-24}
"""


def decided(desk: Desk, text: str = FACT) -> Decision:
    (untyped,) = read_facts(text.encode(), "invented.yaml")
    fact = typed(untyped, desk.versions, desk.made.folder, desk.now.date())
    agreement = Departed(desk.ledger).agreement(desk.versions.version(fact.version))
    return decide(agreement, fact, now=desk.now)


def notice(decision: Decision) -> Finding:
    return next(one for one in decision.findings if one.rule.id == "requests/notice")


def given(desk: Desk, *, confirm: bool = True) -> str:
    matter = desk.act("spoc", Action.DISPENSED, **GIVEN)
    if confirm:
        desk.act("dpo", Action.CONFIRMED, matter)
    return matter


def test_a_dispensation_holds_once_a_second_person_confirms_it(desk: Desk) -> None:
    matter = given(desk, confirm=False)
    assert notice(decided(desk)).dispensation is None
    with pytest.raises(NotAuthorised, match="another person"):
        desk.act("spoc", Action.CONFIRMED, matter)
    desk.act("dpo", Action.CONFIRMED, matter)
    found = notice(decided(desk)).dispensation
    assert found is not None
    assert (found.id, found.approved_by, found.reason) == (
        matter,
        "spoc-officer of constabulary",
        GIVEN["reason"],
    )


def test_it_departs_from_its_own_rule_in_its_own_scope_until_its_day(desk: Desk) -> None:
    given(desk)
    assert notice(decided(desk, FACT.replace("hold-to-account", "public-enquiries"))).dispensation is None
    assert notice(decided(desk, FACT.replace("purpose: hold-to-account, ", ""))).dispensation is None
    desk.wait(days=128)  # 31 March
    assert notice(decided(desk)).dispensation is not None
    assert "ended" not in notice(decided(desk)).seen
    desk.wait(days=1)
    assert notice(decided(desk)).dispensation is None
    assert notice(decided(desk)).seen.endswith("a dispensation from this ended on Wed 31 Mar 2027")
    assert "ended" not in notice(decided(desk, FACT.replace("hold-to-account", "public-enquiries"))).seen


def test_it_can_be_revoked(desk: Desk) -> None:
    matter = given(desk)
    desk.act("spoc", Action.REVOKED, matter, reason="settled")
    assert notice(decided(desk)).dispensation is None
    (departure,) = desk.ledger.matters(MatterKind.DISPENSATION)
    assert departure.last(Action.REVOKED) is not None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"until": "2027-11-24"}, "at most 12 months"),
        ({"until": "2026-11-22"}, "`until` is past"),
        ({"rule": "no/such-rule"}, "no rule of this name"),
        ({"rule": "audit/disposed"}, "no rule of this name"),
        ({"rule": "breach/notice", "scope": "true"}, "absolute"),
        ({"scope": "transfer.colour == 'red'"}, "no condition on a transfer"),
        ({"scope": "transfer.volume"}, "no condition on a transfer"),
    ],
)
def test_what_no_dispensation_can_be_is_refused(desk: Desk, change: dict[str, Any], why: str) -> None:
    with pytest.raises((NotAuthorised, LoadError), match=why):
        desk.act("spoc", Action.DISPENSED, **{**GIVEN, **change})


def test_a_decision_under_a_dispensation_replays_also_when_that_is_over(desk: Desk) -> None:
    matter = given(desk)
    desk.made.append(decided(desk))
    desk.act("spoc", Action.REVOKED, matter, reason="settled")
    desk.made.append(decided(desk))
    stood = Departed(desk.ledger).named
    came = [one.came_out for one in replay_all(desk.made.store, desk.made.trust, stood)]
    assert came == [Replay.EVENT, Replay.EVENT, Replay.SAME, Replay.EVENT, Replay.SAME]


def test_an_erased_dispensation_departs_from_nothing_in_silence(desk: Desk) -> None:
    given(desk)
    desk.made.store.erase(desk.ledger.acts[0].act.document)
    with pytest.raises(LoadError, match="erased"):
        decided(desk)
