"""The annual review: nothing left out, counted right, drawn again by anybody, and told when it was altered."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_guard.acts.asked import asked_for
from isa_guard.acts.requests import fact_of
from isa_guard.errors import EvidenceError, Place, UsageError
from isa_guard.model.act import Action, MatterKind
from isa_guard.model.audit import Counts
from isa_guard.register.faults import RegisterBroken
from isa_guard.review.due import due
from isa_guard.review.pack import assurance, html
from isa_guard.review.pack.assurance import controls
from isa_guard.review.pack.changes import changes
from isa_guard.review.pack.clauses import Answer, tally
from isa_guard.review.pack.folder import MANIFEST, check, files_of, write
from isa_guard.review.pack.gather import Decided, Period, gather
from isa_guard.review.pack.notices import Notice, notices
from isa_guard.review.pack.pack import Pack, acts_for, open_questions, pack
from isa_guard.review.pack.sample import draw
from isa_guard.review.pack.tables import as_json, tables, written
from tests.register.making import NOON, decided

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from isa_guard.language.values import Value
    from isa_guard.model.act import Matter
    from tests.acts.office import Desk

YEAR = Period(NOON - timedelta(days=1), NOON + timedelta(days=120, hours=6))
FACTS = [
    "purpose: hold-to-account, formality: formal, requested_on: 2026-11-02, needed_by: 2026-11-23",
    "purpose: hold-to-account, formality: formal, requested_on: 2026-11-20, needed_by: 2026-11-23",
    "from: constabulary, to: opcc, purpose: no-such-purpose",
]


def filled(desk: Desk) -> None:
    """Six decisions, an act of most kinds, some of it badly."""
    for number in range(6):
        desk.made.append(decided(FACTS[number % 3], reference=f"T-{number}"))
        desk.wait(days=20)
    matter = desk.act("analyst", Action.BREACH_OPENED, reference="B-1", party="opcc", originator="constabulary",
                      discovered_at="2026-11-24T10:00:00Z", nature="WORDS-OF-A-BREACH")  # fmt: skip
    desk.act("dpo", Action.BREACH_NOTIFIED, matter, whom="partner", told_at="2026-12-24T10:00:00Z",
             contents=["nature"], delay_reason="WORDS-OF-A-DELAY")  # fmt: skip
    desk.act("analyst", Action.RECEIVED, reference="H-1", category="performance", received_on="2026-11-24")
    desk.act("analyst", Action.QUALIFIED, whose="S-100", post_of="analyst", what="training", on="2026-03-01")
    desk.act(
        "spoc",
        Action.DISPENSED,
        rule="requests/notice",
        scope="true",
        until="2027-06-30",
        reason="WORDS-OF-A-REASON",
    )
    desk.act(
        "auditor",
        Action.SIGNED_OFF,
        clause="1.2",
        outcome="met",
        **{"from": "2026-11-01", "to": "2027-03-23"},
    )
    desk.wait(days=1)


def made(desk: Desk, period: Period = YEAR, size: int = 3, seed: str = "a seed") -> Pack:
    gathered = gather(desk.made.store, desk.made.trust, period)
    ledger = desk.ledger
    clocks = due(ledger, desk.versions.agreements, lambda _: None, period.end, Place("register"))
    return pack(desk.versions, gathered, ledger, clocks, seed, size, None)


def test_every_clause_is_in_it_with_what_its_rules_came_to(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    assert [one.clause for one in of.clauses] == list(desk.versions.agreements[-1].clauses)
    assert sum(tally(of.clauses).values()) == len(of.clauses)
    # Counted once more, straight from the decisions that were recorded.
    counted: Counter[tuple[str, str]] = Counter()
    for number in range(6):
        for finding in decided(FACTS[number % 3], reference=f"T-{number}").findings:
            counted[finding.rule.id, finding.outcome.value] += 1
    for rule, counts in of.counts.items():
        assert counts == Counts(
            counted[rule, "met"], counted[rule, "not-met"], counted[rule, "cannot-tell"], 0
        ), rule
    for one in of.clauses:
        assert one.counts.met == sum(counted[rule, "met"] for rule in one.rules)


def test_a_clause_is_kept_only_where_something_shows_it(desk: Desk) -> None:
    filled(desk)
    answers = {one.clause.number: one.answer for one in made(desk).clauses}
    assert answers["1.2"] is Answer.KEPT  # signed off by the auditor
    assert answers["1.4"] is Answer.OPEN  # nobody has looked
    assert answers["1.6"] is Answer.NOT_KEPT  # its evidence was never given
    assert answers["4.21"] is Answer.NOT_KEPT  # notice was too short


def test_a_period_is_signed_off_once_it_is_over_and_nothing_else_of_later_counts(desk: Desk) -> None:
    desk.wait(days=10)
    period = Period(NOON - timedelta(days=1), NOON + timedelta(days=5))
    said = {"from": "2026-11-22", "to": "2026-11-28"}
    desk.act("auditor", Action.SIGNED_OFF, clause="1.2", outcome="met", **said)
    desk.act("analyst", Action.RECEIVED, reference="H-2", category="performance", received_on="2026-12-01")
    acts = acts_for(desk.ledger, period)
    assert [one.act.action for one in acts.acts] == [Action.SIGNED_OFF]
    assert acts_for(desk.ledger, YEAR) == desk.ledger
    gathered = gather(desk.made.store, desk.made.trust, period)
    clocks = due(acts, desk.versions.agreements, lambda _: None, period.end, Place("register"))
    of = pack(desk.versions, gathered, acts, clocks, "a seed", 3, None)
    answers = {one.clause.number: one.answer for one in of.clauses}
    assert (answers["1.2"], answers["1.4"]) == (Answer.KEPT, Answer.OPEN)
    assert not of.matters(MatterKind.HOLDING)


def test_what_was_replaced_is_not_held_against_anybody(desk: Desk) -> None:
    (bad,) = desk.made.append(decided(FACTS[1]))
    appender = desk.appender()
    appender.supersede(bad.id, decided(FACTS[0]))
    assert made(desk).counts["requests/notice"] == Counts(met=1)


def test_only_what_was_recorded_in_the_period_is_counted(desk: Desk) -> None:
    filled(desk)
    first = made(desk, Period(NOON, NOON + timedelta(days=30)))
    second = made(desk, Period(NOON + timedelta(days=30), NOON + timedelta(days=300)))
    assert (len(first.gathered.decided), len(second.gathered.decided)) == (2, 4)
    assert (first.gathered.first, first.gathered.last, second.gathered.first) == (0, 1, 2)


def test_of_a_broken_register_there_is_no_review(desk: Desk) -> None:
    filled(desk)
    segment = next((desk.made.folder / "journal").glob("*.seg"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(bytes(content))
    with pytest.raises(RegisterBroken):
        made(desk)


def one(number: int) -> Decided:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return Decided(
        number, f"id-{number}", moment, "transfer", "permit", "a", "1", "", (), (), (), (), (), 0, "", ""
    )


@given(
    st.sets(st.integers(0, 500), min_size=1, max_size=40),
    st.integers(0, 10),
    st.text(max_size=5),
    st.randoms(),
)
def test_a_sample_is_drawn_again_by_its_seed_whatever_the_order(
    numbers: set[int], size: int, seed: str, chance: random.Random
) -> None:
    every = [one(number) for number in sorted(numbers)]
    shuffled = chance.sample(every, len(every))
    drawn = draw(every, size, seed)
    assert draw(shuffled, size, seed) == drawn
    assert len(drawn.drawn) == min(size, len(every))
    # Taking out a record that was not drawn changes nothing.
    others = [each for each in every if each not in drawn.drawn]
    if others:
        assert draw([each for each in every if each != others[0]], size, seed).drawn == drawn.drawn


def test_another_seed_draws_another_sample() -> None:
    every = [one(number) for number in range(200)]
    samples = {draw(every, 5, str(seed)).drawn for seed in range(10)}
    assert len(samples) == 10
    often = Counter(each.index for seed in range(400) for each in draw(every, 50, str(seed)).drawn)
    assert len(often) == 200
    assert max(often.values()) < 2 * min(
        often.values()
    )  # each has the same chance: a hundred of four hundred


def test_the_page_stands_alone_and_says_no_word_of_an_act(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    for text in (html.render(of), assurance.render(of), as_json(of), *tables(of).values()):
        assert "WORDS-OF" not in text
        assert "S-100" not in text
        assert not any(mark in text for mark in ("<script", "src=", "@import", "<link"))
    page = html.render(of)
    assert page.count("<svg") == page.count("</svg>") == 3
    assert "12 of" in page or "clauses were not kept" in page
    assert all(each.clause.number in page for each in of.clauses)


def test_the_notice_of_requests_is_counted_in_the_agreed_calendar(desk: Desk) -> None:
    asked = (
        "format: isa-guard/transfer/1\nagreement: cambridgeshire-opcc\ntransfer: {reference: %s, formality: formal,"
        " requested_on: 2025-12-23, needed_by: %s}\n"
    )
    for name, day in (("R-1", "2026-01-05"), ("R-2", "2026-01-09"), ("R-3", "2025-12-01")):
        desk.request("analyst", asked % (name, day))
    of, agreement = made(desk), desk.versions.agreements[-1]
    requests = of.matters(MatterKind.REQUEST)

    def read(request: Matter) -> Mapping[str, Value] | None:
        return asked_for(desk.made.store, request, agreement)

    # Six working days and ten, by the England and Wales calendar; who needs it before asking gives no notice to count.
    assert notices(requests, agreement, read) == (Notice("R-1", 6, 10), Notice("R-2", 10, 10))
    page = html.render(replace(of, notices=notices(requests, agreement, read)))
    assert "Notice of formal requests in working days, of 10 agreed: R-1 6 too little; R-2 10 enough" in page
    desk.made.store.erase(fact_of(requests[0]))
    assert [each.reference for each in notices(requests, agreement, read)] == ["R-2"]


def test_open_questions_are_those_that_nobody_signed(desk: Desk) -> None:
    filled(desk)
    numbers = {each.clause.number for each in open_questions(made(desk))}
    assert "1.4" in numbers
    assert "1.2" not in numbers


def test_every_rule_belongs_to_one_control(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    agreement = of.agreement
    assert sum(each.rules for each in controls(of)) == len(agreement.rules) + len(agreement.log_rules)
    total = Counts()
    for each in controls(of):
        total = total.plus(each.counts)
    assert total.met == sum(each.met for each in of.counts.values())
    by_title = {each.title: each for each in controls(of)}
    assert by_title["Breaches are told in time"].missed == 1
    assert by_title["Breaches are told in time"].rating == "with exceptions"


def test_a_family_without_a_control_gets_one_of_its_own(desk: Desk) -> None:
    of = made(desk)
    rule = replace(of.agreement.rules[0], id="novel/rule")
    of = replace(of, agreement=replace(of.agreement, rules=(*of.agreement.rules, rule)))
    assert controls(of)[-1].title == "Rules of the family novel"


def test_the_tables_are_read_again_and_no_cell_is_a_formula(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    rows = list(csv.DictReader(io.StringIO(tables(of)["decisions.csv"])))
    assert [row["decision"] for row in rows] == [each.verdict for each in of.gathered.decided]
    clauses = list(csv.DictReader(io.StringIO(tables(of)["clauses.csv"])))
    assert [row["clause"] for row in clauses] == [each.clause.number for each in of.clauses]
    (agreement,) = csv.DictReader(io.StringIO(tables(of)["agreements-register.csv"]))
    assert agreement["reference"] == "cambridgeshire-opcc"
    assert written(("a",), [("=1+1",), ("fine",)]).splitlines() == ["a", "'=1+1", "fine"]


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_table_gives_back_what_it_was_given(rows: list[tuple[str, str]]) -> None:
    again = list(csv.reader(io.StringIO(written(("a", "b"), rows), newline="")))[1:]
    assert len(again) == len(rows)
    for given_row, read in zip(rows, again, strict=True):
        assert [cell.removeprefix("'") if cell[:1] == "'" and cell[1:] == was else cell for cell, was in zip(read, given_row, strict=True)] == list(given_row)  # fmt: skip


def test_a_folder_that_was_altered_is_told(desk: Desk, tmp_path: Path) -> None:
    filled(desk)
    of = made(desk)
    files = files_of(of, {"1.json": b"{}"}, {})
    folder = tmp_path / "review"
    write(folder, of, files)
    earlier, number = check(folder)
    assert (earlier.size, number) == (of.gathered.register.size, len(files))
    with pytest.raises(UsageError, match="there already"):
        write(folder, of, files)
    for change, why in (
        (lambda: (folder / "index.html").write_text("x"), "was altered"),
        (lambda: (folder / "more.txt").write_text("x"), "not listed"),
        ((folder / "sample" / "1.json").unlink, "missing"),
        (lambda: (folder / MANIFEST).write_text("[]"), "is no review"),
    ):
        copy = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        change()
        with pytest.raises(EvidenceError, match=why):
            check(folder)
        (folder / "more.txt").unlink(missing_ok=True)
        for path, content in copy.items():
            path.write_bytes(content)
    check(folder)


def test_the_review_for_programs_says_what_the_page_says(desk: Desk) -> None:
    filled(desk)
    of = made(desk)
    told = json.loads(as_json(of))
    assert sum(told["decisions"].values()) == 6
    assert told["clauses"] == {each.clause.number: each.answer.value for each in of.clauses}
    assert told["deadlines"]["overdue"] == len(of.due.overdue)
    assert told["sample"]["records"] == [each.index for each in of.sample.drawn]


def test_what_changed_between_versions_is_told_and_nothing_else(desk: Desk) -> None:
    before = desk.versions.agreements[-1]
    assert changes(before, before) == ()
    clause = replace(before.clauses[0], says="Something else.")
    after = replace(before, clauses=(clause, *before.clauses[2:]), terms=before.terms[1:])
    found = {(each.kind, each.name): each.words for each in changes(before, after)}
    assert set(found) == {
        ("clause", before.clauses[0].number), ("clause", before.clauses[1].number), ("term", before.terms[0].path),
    }  # fmt: skip
    assert "and is Something else." in found["clause", before.clauses[0].number]
