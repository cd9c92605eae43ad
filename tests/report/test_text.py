"""The report that a SPOC officer reads."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

from inline_snapshot import snapshot

from isa_guard.errors import Place, Problem
from isa_guard.library import decide_fact, load_agreement, load_fact
from isa_guard.report import text
from isa_guard.report.run import Run
from tests.decide.test_decide import NOW, dispensation, fact
from tests.load.documents import loaded, rule, small, write

ROOT = Path(__file__).parents[2]


def shown(path: str, manner: text.Manner | None = None) -> str:
    versions = load_agreement("cambridgeshire-opcc")
    with contextlib.chdir(ROOT):
        decision = decide_fact(
            load_fact(path, versions), versions, now=datetime(2026, 11, 23, 12, tzinfo=UTC)
        )
    return text.render(Run((decision,), ()), manner)


def test_what_is_permitted_says_so_and_what_it_obliges_to() -> None:
    assert shown("examples/monthly-performance/transfer.yaml") == snapshot(
        """\
PERMITTED, with obligations  transfer T-2026-0101
  under cambridgeshire-opcc 2018-05, as at Mon 23 Nov 2026 12:00 GMT

What must be done
    by the end of Tue 23 Nov 2027   dispose of the recipient's copy (clause 5.9)

45 rules: 23 met, 22 not applicable
"""
    )


def test_a_breach_told_too_late_names_the_minute_by_which_it_was_due() -> None:
    report = shown("examples/breach-over-a-weekend/breach_bad.yaml")
    assert report.startswith("NOT IN ORDER  breach B-2026-0008\n")
    assert "tell the originating party by Tue 27 Oct 2026 09:00 GMT" in report


def test_all_that_would_have_to_be_given_is_one_list() -> None:
    asked = (
        shown("examples/monthly-performance/transfer_bad.yaml").split("What to ask for\n")[1].split("\n\n")[0]
    )
    assert asked == snapshot(
        """\
    storage.named_accounts          every account that can reach it belongs to
                                    one named person"""
    )


def test_a_dispensation_is_always_shown(tmp_path: Path) -> None:
    from isa_guard.decide.decide import decide

    write(tmp_path, dispensation(), "dispensations.yaml")
    agreement = loaded(tmp_path, small(dispensations="dispensations.yaml"))
    report = text.render(Run((decide(agreement, fact(agreement, "  volume: 501\n"), now=NOW),), ()))
    assert report == snapshot(
        """\
PERMITTED, with obligations  transfer T-1
  under small 1, as at Mon 23 Nov 2026 09:00 GMT

Departed from under a dispensation
  x Not too many records
    clause 1    At most 500 records.
    seen        501 records
    to satisfy  send at most 500
    dispensed   d1, by SPOC officer, until 2026-11-23: an invented reason
    where       f:4:11
    rule        own/volume

1 rule: 1 not met
"""
    )


def test_what_cannot_be_worked_out_says_why(tmp_path: Path) -> None:
    from isa_guard.decide.decide import decide

    agreement = loaded(tmp_path, small(rules=[rule(require="transfer.volume / 0 == 1")]))
    report = text.render(Run((decide(agreement, fact(agreement, "  volume: 1\n"), now=NOW),), ()))
    assert "needs       division by zero" in report
    assert "What to ask for" not in report


def test_an_obligation_without_a_time_says_so(tmp_path: Path) -> None:
    from isa_guard.decide.decide import decide

    agreement = loaded(tmp_path, small(rules=[rule(obliges=[{"do": "tell the partner"}])]))
    report = text.render(Run((decide(agreement, fact(agreement, "  volume: 1\n"), now=NOW),), (), (7,)))
    assert "no time stated                  tell the partner (clause 1)" in report
    assert report.endswith("1 rule: 1 met\nrecorded as 7\n")


def test_problems_come_with_their_place_and_a_hint() -> None:
    problem = Problem(
        "`transfer.volume` should be a whole number of at most 64 bits", Place("t.yaml", 4, 11), "write 12"
    )
    assert text.render(Run((), (problem, problem))) == snapshot(
        """\
COULD NOT BE READ: 2 problems
  t.yaml:4:11
    `transfer.volume` should be a whole number of at most 64 bits
    hint  write 12
  t.yaml:4:11
    `transfer.volume` should be a whole number of at most 64 bits
    hint  write 12
"""
    )


def test_nothing_is_told_as_nothing() -> None:
    assert text.render(Run((), ())) == "NOTHING WAS CHECKED: no fact was found.\n"


def test_colour_and_the_long_form_are_manners_of_the_same_report() -> None:
    path = "examples/monthly-performance/transfer_bad.yaml"
    plain, painted = shown(path), shown(path, text.Manner(paint=text.in_colour))
    assert painted.replace("\x1b[31;1m", "").replace("\x1b[0m", "") == plain
    long = shown(path, text.Manner(met=text.all_met))
    assert set(plain.splitlines()) < set(long.splitlines())
    assert text.in_colour("x", "") == "x"
