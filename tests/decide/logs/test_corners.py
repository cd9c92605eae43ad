"""What happens seldom in a log and must come out right all the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from isa_guard.decide.logs.between import BetweenEvents, every_event
from isa_guard.decide.logs.each import always
from isa_guard.decide.logs.grading import grade_log_rule
from isa_guard.language.outcome import Outcome
from isa_guard.load.agreement import load
from isa_guard.load.log_cases import read_log_rule_cases
from isa_guard.load.packs import RULE_FILE, read_rule
from isa_guard.model.log import LogEvent, LogPlace
from tests.decide.logs.test_between import FRIDAY, HOUR, rule_of

if TYPE_CHECKING:
    from pathlib import Path

    from isa_guard.decide.grading import Grade
    from isa_guard.decide.logs.judgement import Judgement
    from isa_guard.language.values import Value
    from isa_guard.model.log_rule import LogRule

LATE = 4_000_000_000_000_000  # in 2096, which no calendar of working days knows


def judged(rule: LogRule, *events: tuple[int, dict[str, Value]]) -> list[Judgement]:
    between = BetweenEvents((rule,))
    for line, (at, values) in enumerate(events, 1):
        between.judge(LogEvent(at, LogPlace(0, line), values))
    return [one for _, one in between.settle(None)]


def test_a_time_that_no_calendar_can_count_cannot_be_told() -> None:
    shared: dict[str, Value] = {"action": "shared", "ref": "a"}
    disposed: dict[str, Value] = {"action": "disposed", "ref": "a", "recorded": True}
    for name in ("after, working days", "before, working days"):
        first, second = (shared, disposed) if name.startswith("after") else (disposed, shared)
        (one,) = judged(rule_of(name), (LATE, first), (LATE + HOUR, second))
        assert one.outcome is Outcome.CANNOT_TELL
        assert one.cause == "the time allowed cannot be counted from there"


def test_of_a_full_window_some_lines_are_shown_and_all_counted() -> None:
    events: list[tuple[int, dict[str, Value]]] = [
        (FRIDAY + n, {"action": "shared", "recorded": True}) for n in range(30)
    ]
    (one,) = judged(rule_of("number a day"), *events)
    assert one.total == 30
    assert len(one.others) == 19


def test_the_choosers_that_choose_all() -> None:
    rule = load("cambridgeshire-opcc").agreements[0].rules[0]
    assert always(rule)
    assert every_event(LogEvent(FRIDAY, LogPlace(0, 1), {}))


def test_nothing_was_judged_where_nothing_was_read() -> None:
    assert list(BetweenEvents((rule_of("after"),)).settle(None)) == []


RULE = """format: isa-guard/log-rule/1
id: test/rule
title: a rule under test
why: to be tried
otherwise: refuse
seen: "{judged.total}"
satisfy: nothing
"""


def graded(folder: Path, rule: str, cases: str) -> Grade:
    (folder / RULE_FILE).write_text(RULE + rule, "utf-8")
    (folder / "cases.yaml").write_text(f"format: isa-guard/log-cases/1\ncases:\n{cases}", "utf-8")
    unbound, _ = read_rule(folder / RULE_FILE, "rule.yaml")
    return grade_log_rule(read_log_rule_cases(folder, unbound))


def test_the_cases_of_a_ceiling_are_graded_and_what_none_notices_is_named(tmp_path: Path) -> None:
    grade = graded(
        tmp_path,
        "for-each: event.action == 'shared'\nat-most: 1\nsum: records\nper: day\nby: [actor]\n",
        "  - name: too many\n    events: [{at: 2026-01-05T09:00:00Z, action: shared, actor: a, records: 2}]\n"
        "    expect: {not-met: 1}\n"
        "  - name: expected wrongly\n    events: [{at: 2026-01-05T09:00:00Z, action: shared, actor: a, records: 1}]\n"
        "    expect: {}\n",
    )
    (failed,) = grade.failed
    assert (failed.expected, failed.got) == ("nothing judged", "1 met")
    assert grade.unseen == (Outcome.CANNOT_TELL,)
    assert {"by: without actor", "per hour", "per week", "per month"} <= set(grade.survivors)
    assert "at-most became 2" not in grade.survivors
    assert "counts events, not the sum" not in grade.survivors


def test_the_cases_of_a_plain_ceiling_and_of_a_sequence_are_graded(tmp_path: Path) -> None:
    one = "  - name: one\n    events: [{at: 2026-01-05T09:00:00Z, action: shared, seq: 1, records: 4}]\n    expect: {met: 1}\n"
    plain = graded(tmp_path, "for-each: event.action == 'shared'\nat-most: 1\nper: day\n", one)
    assert "counts events, not the sum" not in plain.survivors
    assert plain.failed == ()
    sequence = graded(tmp_path, "no-gap: seq\n", one)
    assert (sequence.mutants, sequence.failed) == (0, ())
    # A wrong that the checker refuses, as a difference of texts, needs no case.
    joined = graded(
        tmp_path,
        "for-each: event.ref + 'a' == 'ba'\nat-most: 1\nper: day\n",
        one.replace("{met: 1}", "{cannot-tell: 1}"),
    )
    assert joined.failed == ()
    assert not any("became -" in wrong for wrong in joined.survivors)
    some = graded(tmp_path, "for-each: event.action != 'shared' || event.records > 3\nno-gap: seq\n", one)
    assert some.mutants > 0
