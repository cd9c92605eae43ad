"""Every clock: what sets it off, what stops it, what pauses it, and that none stands for another."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.acts.ledger import Ledger
from isa_guard.acts.turns import refuse_turn
from isa_guard.errors import NotAuthorised, Place
from isa_guard.load.acts import Said, said
from isa_guard.model.act import Action, MatterKind
from isa_guard.review.clocks.breaches import lacking, refuse_unexplained, refuse_unfinished
from isa_guard.review.clocks.clock import Clock, Kind, State
from isa_guard.review.clocks.holdings import holding_clocks
from isa_guard.review.clocks.standing import witness_clock
from isa_guard.review.due import Due, due
from isa_guard.review.ics import as_calendar
from isa_guard.review.told import as_json, as_text
from isa_guard.uk.periods import in_london, parse_period
from tests.acts.office import Desk

BREACH = {
    "reference": "B-1", "party": "opcc", "originator": "constabulary", "nature": "a list left on a train",
    "discovered_at": "2026-11-20T10:00:00Z", "aware_at": "2026-11-20T12:00:00Z", "regime": "uk-gdpr", "risk": "risk",
}  # fmt: skip
ASKED = {"reference": "F-1", "right": "foia", "holder": "constabulary"}
HELD = {"reference": "H-1", "category": "performance", "received_on": "2026-01-15"}


def counted(desk: Desk) -> Due:
    return due(desk.ledger, desk.versions.agreements, lambda _: None, desk.now, Place("register"))


def clock(desk: Desk, kind: Kind) -> Clock:
    (found,) = [one for one in counted(desk).clocks if one.kind is kind]
    return found


def kinds(desk: Desk) -> set[Kind]:
    return {one.kind for one in counted(desk).clocks if one.matter}


def ends(one: Clock) -> str:
    assert one.end is not None
    return f"{in_london(one.end):%a %-d %b %Y %H:%M %Z}"


def test_the_hours_to_the_partner_run_from_discovery_and_those_to_the_regulator_from_awareness(
    desk: Desk,
) -> None:
    desk.act("analyst", Action.BREACH_OPENED, **BREACH)
    partner, regulator = clock(desk, Kind.BREACH_PARTNER), clock(desk, Kind.BREACH_REGULATOR)
    assert (ends(partner), partner.starts) == ("Mon 23 Nov 2026 10:00 GMT", "the breach was discovered")
    assert (ends(regulator), regulator.rule) == ("Mon 23 Nov 2026 12:00 GMT", "UK GDPR Art 33(1)")
    assert partner.party == "opcc"


@pytest.mark.parametrize(
    ("aware", "end"),
    [
        ("2025-12-24T16:30:00Z", "Sat 27 Dec 2025 16:30 GMT"),
        ("2026-04-02T17:45:00+01:00", "Sun 5 Apr 2026 17:45 BST"),
        ("2026-03-28T10:00:00Z", "Tue 31 Mar 2026 11:00 BST"),
        ("2026-10-24T10:00:00+01:00", "Tue 27 Oct 2026 09:00 GMT"),
    ],
)
def test_hours_are_elapsed_hours(desk: Desk, aware: str, end: str) -> None:
    desk.act("analyst", Action.BREACH_OPENED, **{**BREACH, "discovered_at": aware, "aware_at": aware})
    assert {ends(clock(desk, kind)) for kind in (Kind.BREACH_PARTNER, Kind.BREACH_REGULATOR)} == {end}


def test_a_breach_of_no_risk_goes_to_the_partner_and_not_to_the_regulator(desk: Desk) -> None:
    desk.act("analyst", Action.BREACH_OPENED, **{**BREACH, "risk": "unlikely"})
    assert kinds(desk) == {Kind.BREACH_PARTNER}


def test_a_breach_of_ones_own_information_owes_no_partner_a_notice(desk: Desk) -> None:
    desk.act("analyst", Action.BREACH_OPENED, **{**BREACH, "originator": "opcc"})
    assert kinds(desk) == {Kind.BREACH_REGULATOR}


def test_what_is_found_out_later_takes_the_place_of_what_was_thought(desk: Desk) -> None:
    matter = desk.act("analyst", Action.BREACH_OPENED, **{**BREACH, "risk": "unlikely"})
    desk.act(
        "dpo", Action.BREACH_UPDATED, matter, risk="high", regime="law-enforcement", facts="names were in it"
    )
    assert clock(desk, Kind.BREACH_REGULATOR).rule == "Data Protection Act 2018 s.67(1)"
    people = clock(desk, Kind.BREACH_INDIVIDUALS)
    assert (people.state(desk.now), people.end) == (State.NO_NUMBER, None)
    desk.act("dpo", Action.BREACH_UPDATED, matter, regime="intelligence", facts="and so")
    assert clock(desk, Kind.BREACH_REGULATOR).end is None


def test_telling_one_is_never_telling_another(desk: Desk) -> None:
    matter = desk.act("analyst", Action.BREACH_OPENED, **{**BREACH, "aware_at": "2026-11-21T12:00:00Z"})
    told = {"whom": "partner", "told_at": "2026-11-22T10:00:00Z", "contents": ["nature", "mitigation"]}
    desk.act("dpo", Action.BREACH_NOTIFIED, matter, **told)
    assert clock(desk, Kind.BREACH_PARTNER).state(desk.now) is State.MET
    assert clock(desk, Kind.BREACH_REGULATOR).state(desk.now) is State.RUNNING
    (breach,) = desk.ledger.matters(MatterKind.BREACH)
    assert lacking(breach, "partner") == ()
    assert lacking(breach, "regulator") == ("nature", "numbers", "contact", "consequences", "measures")


def test_a_late_notice_needs_its_reason_and_a_later_phase_does_not(desk: Desk) -> None:
    matter = desk.act("analyst", Action.BREACH_OPENED, **BREACH)
    agreement = desk.versions.agreements[-1]
    late: dict[str, Any] = {"whom": "partner", "told_at": "2026-11-24T10:00:00Z", "contents": ["nature"]}

    def refused(**more: Any) -> None:
        (breach,) = desk.ledger.matters(MatterKind.BREACH)
        refuse_unexplained(breach, agreement, said(Action.BREACH_NOTIFIED, {**late, **more}, "x"))

    with pytest.raises(NotAuthorised, match="23 November 2026 10:00 GMT"):
        refused()
    refused(delay_reason="nobody knew whom to tell")
    refused(told_at="2026-11-23T10:00:00Z")
    desk.act("dpo", Action.BREACH_NOTIFIED, matter, **{**late, "told_at": "2026-11-22T10:00:00Z"})
    refused(contents=["mitigation"], phase=2)


def test_a_breach_is_not_closed_while_somebody_must_still_be_told(desk: Desk) -> None:
    matter = desk.act("analyst", Action.BREACH_OPENED, **BREACH)
    agreement = desk.versions.agreements[-1]

    def close(**more: Any) -> None:
        (breach,) = desk.ledger.matters(MatterKind.BREACH)
        told = said(Action.BREACH_CLOSED, {"effects": "none", "remedy": "locked bags", **more}, "x")
        refuse_unfinished(breach, agreement, told)

    with pytest.raises(NotAuthorised, match="constabulary is told"):
        close(regulator_not_told="no risk")
    told = {"whom": "partner", "told_at": "2026-11-22T10:00:00Z", "contents": ["nature"]}
    desk.act("dpo", Action.BREACH_NOTIFIED, matter, **told)
    with pytest.raises(NotAuthorised, match="--regulator-not-told"):
        close()
    close(regulator_not_told="a risk to people is unlikely")


@pytest.mark.parametrize(
    ("received", "clarified", "extension", "end"),
    [
        (
            "2025-02-28",
            None,
            None,
            "Mon 31 Mar 2025",
        ),  # the Cambridgeshire reply: St Patrick's Day is no working day
        ("2025-05-01", "2025-05-09", None, "Mon 9 Jun 2025"),  # that of the NPCC
        ("2025-11-20", None, None, "Fri 19 Dec 2025"),
        ("2025-12-22", None, None, "Fri 23 Jan 2026"),
        ("2026-03-01", None, None, "Mon 30 Mar 2026"),
        ("2026-06-12", None, None, "Tue 14 Jul 2026"),  # a holiday in Scotland alone, and the twelfth of July
        ("2025-11-20", None, 20, "Thu 22 Jan 2026"),
    ],
)
def test_a_public_request_is_answered_in_twenty_working_days_of_the_act(
    desk: Desk, received: str, clarified: str | None, extension: int | None, end: str
) -> None:
    matter = desk.act("dpo", Action.ASKED, **ASKED, received_on=received)
    if clarified:
        desk.act("dpo", Action.CLARIFICATION_SOUGHT, matter, sought_on=received)
        desk.act("dpo", Action.CLARIFIED, matter, clarified_on=clarified)
    if extension:
        desk.act(
            "dpo", Action.EXTENDED, matter, told_on=received, working_days=extension, reason="public interest"
        )
    found = clock(desk, Kind.RIGHTS_ANSWER)
    assert ends(found).startswith(end)
    assert (found.calendar, found.by_day) == ("any-part-of-uk", True)


def test_a_clarification_that_is_awaited_stops_the_clock(desk: Desk) -> None:
    matter = desk.act("dpo", Action.ASKED, **ASKED, received_on="2026-10-20")
    assert clock(desk, Kind.RIGHTS_ANSWER).state(desk.now) is State.OVERDUE
    desk.act("dpo", Action.CLARIFICATION_SOUGHT, matter, sought_on="2026-10-22")
    found = clock(desk, Kind.RIGHTS_ANSWER)
    assert (found.state(desk.now), found.end) == (State.PAUSED, None)


@pytest.mark.parametrize(
    ("received", "end"),
    [
        ("2025-01-31", "Fri 28 Feb 2025"),
        ("2024-01-31", "Thu 29 Feb 2024"),
        ("2026-01-30", "Mon 2 Mar 2026"),
        ("2025-11-25", "Mon 29 Dec 2025"),
        ("2026-03-03", "Tue 7 Apr 2026"),
    ],
)
def test_a_person_is_answered_within_a_month(desk: Desk, received: str, end: str) -> None:
    desk.act("dpo", Action.ASKED, **{**ASKED, "right": "subject-access"}, received_on=received)
    assert ends(clock(desk, Kind.RIGHTS_ANSWER)).startswith(end)


def test_the_two_forties_of_a_review_are_different_clocks(desk: Desk) -> None:
    matter = desk.act("dpo", Action.ASKED, **ASKED, received_on="2025-05-09")
    desk.act(
        "dpo", Action.ANSWERED, matter, answered_on="2025-05-28", outcome="part-refused", exemptions=["s23-1"]
    )
    window = clock(desk, Kind.RIGHTS_REVIEW)
    assert ends(window).startswith("Thu 24 Jul 2025")  # in any part of the UK
    assert window.state(desk.now) is State.LAPSED  # nobody failed
    desk.act("dpo", Action.REVIEW_ASKED, matter, asked_on="2025-06-02")
    reviews = [one for one in counted(desk).clocks if one.kind is Kind.RIGHTS_REVIEW]
    assert [ends(one)[:15].strip() for one in reviews] == ["Mon 30 Jun 2025", "Tue 29 Jul 2025"]
    desk.act("dpo", Action.REVIEW_ANSWERED, matter, answered_on="2025-07-15", outcome="upheld")
    reviews = [one for one in counted(desk).clocks if one.kind is Kind.RIGHTS_REVIEW]
    assert [one.state(desk.now) for one in reviews] == [State.LATE, State.MET]


def test_information_goes_by_the_earliest_of_its_ends(desk: Desk) -> None:
    matter = desk.act("analyst", Action.RECEIVED, **HELD)
    assert ends(clock(desk, Kind.DISPOSAL)).startswith("Fri 15 Jan 2027")
    desk.act(
        "owner", Action.RETAINED, matter, no_longer_needed_on="2026-12-01", necessary=False, reason="closed"
    )
    found = clock(desk, Kind.DISPOSAL)
    assert ends(found).startswith("Tue 1 Dec 2026")
    assert "15 Jan 2027" in found.note


def test_a_term_runs_from_the_event_that_the_agreement_names(desk: Desk) -> None:
    agreement = desk.versions.agreements[-1]
    most = next(one for one in agreement.terms if one.path == "retention.at_most")
    six = replace(most, path="retention.from_closed", value=parse_period("6 years"))
    more = replace(agreement, terms=(*agreement.terms, six, replace(six, path="retention.from_created")))
    desk.act("analyst", Action.RECEIVED, **HELD, closed_on="2020-12-31", created_on="2020-01-01")
    (holding,) = desk.ledger.matters(MatterKind.HOLDING)
    (found,) = holding_clocks(holding, more)
    assert ends(found).startswith("Thu 1 Jan 2026")  # made on: the earliest of the three
    assert (
        "closed on 31 December 2020: 31 Dec 2026; also received on 15 January 2026: 15 Jan 2027" in found.note
    )


def test_a_hundredth_birthday_is_shown_by_its_year_alone(desk: Desk) -> None:
    desk.act("analyst", Action.RECEIVED, **HELD, group=1, born_on="1950-06-17", last_contact_on="2025-01-01")
    found = counted(desk)
    text = as_text(found, found.running) + as_json(found, found.running)
    assert "31 Dec 2050" in text
    assert not any(told in text for told in ("1950", "17 Jun", "06-17"))


def test_a_hold_goes_before_disposal_and_is_looked_at_again(desk: Desk) -> None:
    matter = desk.act("analyst", Action.RECEIVED, **{**HELD, "received_on": "2025-01-15"})
    assert clock(desk, Kind.DISPOSAL).state(desk.now) is State.OVERDUE
    desk.act("dpo", Action.HELD, matter, ground="litigation", look_again_on="2027-01-15", reason="a claim")
    assert clock(desk, Kind.DISPOSAL).state(desk.now) is State.PAUSED
    assert ends(clock(desk, Kind.HOLD)).startswith("Fri 15 Jan 2027")
    disposal = {"how": "secure-erase", "disposed_on": "2026-11-23", "authority": "data-protection-officer"}
    with pytest.raises(NotAuthorised, match="release the hold"):
        desk.act("analyst", Action.DISPOSED, matter, **disposal)
    desk.act("dpo", Action.HOLD_RELEASED, matter, reason="settled")
    desk.act("analyst", Action.DISPOSED, matter, **disposal)
    assert clock(desk, Kind.DISPOSAL).state(desk.now) is State.LATE


def test_police_information_is_reviewed_by_its_group_from_the_last_contact(desk: Desk) -> None:
    matter = desk.act("analyst", Action.RECEIVED, **HELD, group=3, last_contact_on="2020-06-01")
    assert ends(clock(desk, Kind.POLICE_REVIEW)).startswith("Mon 1 Jun 2026")
    desk.act("owner", Action.RETAINED, matter, necessary=True, reason="still needed")
    assert ends(clock(desk, Kind.POLICE_REVIEW)).startswith("Sun 23 Nov 2031")
    desk.wait(days=60)
    desk.act(
        "owner", Action.RETAINED, matter, necessary=True, last_contact_on="2027-01-01", reason="new contact"
    )
    assert ends(clock(desk, Kind.POLICE_REVIEW)).startswith("Thu 22 Jan 2032")


def test_training_runs_a_year_from_the_last_and_ends_when_somebody_leaves(desk: Desk) -> None:
    who = {"whose": "S-100", "post_of": "performance-analyst"}
    matter = desk.act("analyst", Action.QUALIFIED, **who, what="induction", on="2025-01-10")
    assert clock(desk, Kind.TRAINING).state(desk.now) is State.OVERDUE
    desk.act("analyst", Action.QUALIFIED, **who, what="training", on="2026-03-01")
    desk.act(
        "analyst", Action.QUALIFIED, **who, what="vetting", level="nppv2", on="2024-01-01", until="2027-01-01"
    )
    assert ends(clock(desk, Kind.TRAINING)).startswith("Mon 1 Mar 2027")
    assert ends(clock(desk, Kind.VETTING)).startswith("Fri 1 Jan 2027")
    desk.act("analyst", Action.LEFT, matter, on="2026-11-20")
    assert {Kind.TRAINING, Kind.VETTING} & kinds(desk) == set()


def test_training_binds_those_whom_the_agreement_binds(desk: Desk) -> None:
    desk.act("spoc", Action.QUALIFIED, whose="S-1", post_of="spoc-officer", what="training", on="2020-01-10")
    assert Kind.TRAINING not in kinds(desk)


def test_the_reviews_of_the_agreement_run_from_its_beginning(desk: Desk) -> None:
    found = {one.about: one for one in counted(desk).clocks if one.kind is Kind.REVIEW}
    first, yearly = found["cambridgeshire-opcc, first"], found["cambridgeshire-opcc, yearly"]
    assert ends(first).startswith("Thu 1 Nov 2018")
    assert ends(yearly).startswith("Sat 1 May 2027")
    desk.act("spoc", Action.APPOINTED, office="commissioner", on="2026-11-01")
    desk.act("spoc", Action.REVIEWED, which="yearly", on="2026-11-10", parties=["constabulary", "opcc"])
    found = {one.about: one for one in counted(desk).clocks if one.kind is Kind.REVIEW}
    assert found["cambridgeshire-opcc, yearly"].state(desk.now) is State.MET
    assert ends(found["cambridgeshire-opcc, office-holder"]).startswith("Mon 1 Feb 2027")


def test_evidence_that_was_never_given_is_overdue_and_runs_again_once_it_is(desk: Desk) -> None:
    def access_list() -> Clock:
        return next(one for one in counted(desk).clocks if one.about == "access-list")

    assert access_list().state(desk.now) is State.OVERDUE
    desk.act("spoc", Action.PROVIDED, what="access-list", on="2026-06-01", evidence="ab" * 32)
    assert ends(access_list()).startswith("Tue 1 Jun 2027")


def test_a_witness_that_does_not_come_is_overdue(desk: Desk) -> None:
    seen = datetime(2026, 11, 1, tzinfo=UTC)
    (found,) = witness_clock("example.org/isa", 7, seen, seen)
    assert found.state(desk.now) is State.OVERDUE
    assert list(witness_clock("example.org/isa", None, seen, seen)) == []


@pytest.mark.parametrize(
    ("opening", "then", "why"),
    [
        ((Action.ASKED, {**ASKED, "received_on": "2026-11-01"}), Action.CLARIFIED, "no clarification"),
        ((Action.ASKED, {**ASKED, "received_on": "2026-11-01"}), Action.REVIEW_ASKED, "not answered"),
        ((Action.RECEIVED, HELD), Action.HOLD_RELEASED, "nothing holds"),
        ((Action.RECEIVED, HELD), Action.BREACH_CLOSED, "has no place in a matter"),
    ],
)
def test_what_does_not_follow_is_refused(
    desk: Desk, opening: tuple[Action, dict[str, str]], then: Action, why: str
) -> None:
    matter = desk.act("dpo", opening[0], **opening[1])
    with pytest.raises(NotAuthorised, match=why):
        refuse_turn(Said(then, {}, {}), desk.ledger.matter(matter))


def test_what_is_over_stays_over(desk: Desk) -> None:
    matter = desk.act("analyst", Action.BREACH_OPENED, **BREACH)
    desk.act("dpo", Action.BREACH_CLOSED, matter, effects="none", remedy="locked bags")
    with pytest.raises(NotAuthorised, match="breach closed already"):
        refuse_turn(Said(Action.BREACH_NOTIFIED, {}, {}), desk.ledger.matter(matter))


def test_the_list_says_first_what_is_overdue_then_what_ends_soonest(desk: Desk) -> None:
    desk.act("analyst", Action.BREACH_OPENED, **BREACH)
    desk.act("dpo", Action.ASKED, **ASKED, received_on="2026-11-20")
    found = counted(desk)
    states = [one.state(found.now) for one in found.running]
    assert states == sorted(states, key=[State.OVERDUE, State.RUNNING, State.NO_NUMBER, State.PAUSED].index)
    running = [one.end for one in found.running if one.state(found.now) is State.RUNNING]
    assert running == sorted(running, key=lambda end: end or found.now)
    text = as_text(found, found.running)
    assert text.splitlines()[0].startswith(f"{len(found.overdue)} OVERDUE")
    assert max(map(len, text.splitlines())) <= 80
    assert "never given to the register" in text
    assert '"kind": "breach-to-partner"' in as_json(found, found.running)


def test_a_clock_that_cannot_be_counted_is_told_and_hides_no_other(desk: Desk) -> None:
    desk.act("dpo", Action.ASKED, **ASKED, received_on="2011-01-05")  # before the calendar's table
    desk.act("analyst", Action.BREACH_OPENED, **BREACH)
    found = counted(desk)
    assert [one.what.split(":")[0] for one in found.problems] == ["request F-1"]
    assert Kind.BREACH_PARTNER in {one.kind for one in found.clocks}
    assert "could not be counted" in as_text(found, found.running)


def test_two_other_calendar_programs_read_the_calendar(desk: Desk) -> None:
    desk.act("analyst", Action.BREACH_OPENED, **{**BREACH, "reference": "B, with; odd\nsigns"})
    desk.act("dpo", Action.ASKED, **ASKED, received_on="2026-11-20")
    found = counted(desk)
    content = as_calendar(found.running, found.now)
    ours = [one for one in found.running if one.end is not None]
    again = icalendar.Calendar.from_ical(content)
    events = again.walk("VEVENT")
    assert len(events) == len(ours) == len({str(one["UID"]) for one in events})
    others = vobject.readOne(content.decode()).vevent_list
    starts = [one.dtstart.value for one in others]
    for one, start in zip(ours, starts, strict=True):
        assert one.end is not None
        assert start == (in_london(one.end).date() if one.by_day else one.end)
    assert any("B, with; odd" in one.summary.value for one in others)
    assert all(isinstance(start, date) for start in starts)


def test_a_clock_keeps_its_place_in_a_calendar_when_its_end_moves(desk: Desk) -> None:
    matter = desk.act("dpo", Action.ASKED, **ASKED, received_on="2026-11-20")

    def uid() -> str:
        one = clock(desk, Kind.RIGHTS_ANSWER)
        return str(icalendar.Calendar.from_ical(as_calendar([one], desk.now)).walk("VEVENT")[0]["UID"])

    before = uid()
    desk.act("dpo", Action.ANSWERED, matter, answered_on="2026-11-21", outcome="disclosed")
    assert uid() == before


@given(st.integers(0, 10**7), st.integers(-(10**7), 10**7), st.booleans(), st.booleans())
@settings(max_examples=200)
def test_a_clock_is_overdue_exactly_where_its_end_has_passed_undone(
    length: int, after: int, paused: bool, lapses: bool
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    end = datetime.fromtimestamp(start.timestamp() + length, UTC)
    now = datetime.fromtimestamp(end.timestamp() + after, UTC)
    one = Clock(Kind.REQUEST, "R", "", "", start, "", end, "", paused=paused, lapses=lapses)
    assert (one.state(now) is State.OVERDUE) == (after > 0 and not paused and not lapses)


def test_matters_of_one_kind_are_told_apart(desk: Desk) -> None:
    first, second = (
        desk.act("analyst", Action.RECEIVED, **{**HELD, "reference": name}) for name in ("H-1", "H-2")
    )
    desk.act("dpo", Action.HELD, second, ground="inquiry", look_again_on="2027-01-15", reason="an inquiry")
    by_id = {one.id: len(one.acts) for one in desk.ledger.matters(MatterKind.HOLDING)}
    assert by_id == {first: 1, second: 2}
    assert Ledger("", ()).matters(MatterKind.HOLDING) == ()
