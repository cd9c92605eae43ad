"""Rules over logs come to the outcomes that their words say, in whatever order the lines are read."""

from __future__ import annotations

from collections import Counter
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.decide.logs.absence import AbsenceState
from isa_guard.decide.logs.between import BetweenEvents
from isa_guard.language.values import Value
from isa_guard.load.agreement import load_around
from isa_guard.load.cases import ground
from isa_guard.load.packs import LOG_RULE_FORMAT, UnboundRule
from isa_guard.load.problems import shaped
from isa_guard.load.shapes import LogRuleDocument
from isa_guard.load.yaml import read_document
from isa_guard.model.agreement import Agreement
from isa_guard.model.log import LogEvent, LogPlace
from isa_guard.model.log_rule import LogRule, Sequence
from tests.decide.logs.oracle import Told, judged

HOUR = 3_600_000_000
# The Friday before the clocks go forward in 2026, noon; and the night on which they do.
FRIDAY = 1_774_612_800_000_000
WORDS = """
otherwise: refuse
title: a rule under test
why: to be tried
seen: "{judged.limit} {judged.found} {judged.total} {event.ref}"
satisfy: "nothing"
"""
TERMS = b"""agreement:
  terms:
    limit: {short: 6 hours, days: 2 days, working: {days: 2 working days, calendar: england-and-wales}}
"""
PATTERNS = {
    "after": "for-each: event.action == 'shared'\nexpect: other.action == 'disposed' && other.recorded\nwithin: agreement.terms.limit.short\norder: after\nby: [ref]",
    "after, days": "for-each: event.action == 'shared' && event.recorded\nexpect: other.action == 'disposed'\nwithin: agreement.terms.limit.days\norder: after\nby: [ref]",
    "before": "for-each: event.action == 'shared'\nexpect: other.action == 'disposed' && other.recorded\nwithin: agreement.terms.limit.short\norder: before\nby: [ref, dataset]",
    "before, days": "for-each: event.action != 'disposed'\nexpect: other.action == 'disposed'\nwithin: agreement.terms.limit.days\norder: before\nby: [ref]",
    "before, any": "for-each: event.action == 'shared'\nexpect: other.action == 'disposed' && other.recorded\norder: before\nby: [ref]",
    "never before": "for-each: event.action == 'shared'\nnever: other.action == 'disposed' && other.recorded\norder: before\nby: [ref]",
    "never before, days": "for-each: event.action == 'shared'\nnever: other.action == 'disposed' && other.recorded\nwithin: agreement.terms.limit.days\norder: before\nby: [ref]",
    "never after": "for-each: event.action == 'shared'\nnever: other.action == 'disposed' && other.recorded\norder: after\nby: [ref]",
    "never after, hours": "for-each: event.action == 'shared'\nnever: other.action == 'disposed' && other.recorded\nwithin: agreement.terms.limit.short\norder: after\nby: [ref]",
    "number an hour": "for-each: event.action == 'shared'\nat-most: 1\nper: hour\nby: [ref]",
    "number a day": "for-each: event.action == 'shared' && event.recorded\nat-most: 2\nper: day",
    "sum a week": "for-each: event.action == 'shared'\nat-most: 4\nsum: records\nper: week\nby: [ref]",
    "sum a month": "for-each: event.recorded\nat-most: 6\nsum: records\nper: month",
    "after, working days": "for-each: event.action == 'shared'\nexpect: other.action == 'disposed'\nwithin: agreement.terms.limit.working.days\norder: after\nby: [ref]",
    "before, working days": "for-each: event.action == 'shared'\nexpect: other.action == 'disposed'\nwithin: agreement.terms.limit.working.days\norder: before\nby: [ref]",
    "sequence": "no-gap: seq\nby: [ref]",
    "sequence of some": "for-each: event.recorded\nno-gap: seq",
}  # fmt: skip


@cache
def agreement(name: str) -> Agreement:
    text = f"format: {LOG_RULE_FORMAT}\nid: test/rule\n{PATTERNS[name]}{WORDS}"
    document = read_document(text.encode(), "rule.yaml")
    rule = UnboundRule(shaped(document, LogRuleDocument), document, (), "0" * 64)
    return load_around(rule, ground(read_document(TERMS, "cases.yaml"), "test/rule"))


def rule_of(name: str) -> LogRule:
    return agreement(name).log_rules[0]


def told(rule: LogRule, log: list[LogEvent], until: int | None) -> Counter[Told]:
    between = BetweenEvents((rule,))
    for event in log:
        between.judge(event)
    # A sequence names the later of two lines with one number: which that is depends on the order of reading.
    counting = isinstance(rule.pattern, Sequence)
    found: Counter[Told] = Counter()
    for _, one in between.settle(until):
        exactly = one.outcome.value == "cannot-tell" or not counting
        found[one.outcome.value, one.at if exactly else 0, one.place.line if exactly else 0] += 1
    counts: Counter[str] = Counter()
    for outcomes in between.tally().values():
        counts += Counter({outcome.value: number for outcome, number in outcomes.items()})
    assert counts["not-met"] + counts["cannot-tell"] == sum(found.values())
    found["met", 0, 0] += counts["met"]
    return +found


ABSENT = ""


def _often(*usual: Value) -> st.SearchStrategy[Value]:
    """One of a few values, now and then none at all: an answer must meet its question often enough to prove something."""
    return st.sampled_from([*usual, *usual, *usual, ABSENT])


values: st.SearchStrategy[dict[str, Value]] = st.fixed_dictionaries(
    {
        "action": _often("shared", "shared", "disposed", "disposed", "accessed"),
        "recorded": _often(True, True, False),
        "ref": _often("a", "a", "a", "b"),
        "dataset": _often("x", "x", "x", "y"),
        "records": _often(-1, 1, 2, 3),
        "seq": _often(*range(1, 8)),
    }
).map(lambda given: {name: value for name, value in given.items() if value != ABSENT})
# Every three hours from Friday noon to the Tuesday after, and a microsecond on either side: ends that are shut or open.
instants = st.builds(
    lambda step, beside: FRIDAY + step * 3 * HOUR + beside,
    st.integers(0, 30),
    st.sampled_from([0, 0, 0, -1, 1]),
)
logs = st.lists(st.tuples(instants, values), max_size=8).map(
    lambda given: [LogEvent(at, LogPlace(0, line + 1), v) for line, (at, v) in enumerate(given)]
)


@pytest.mark.parametrize(
    "name", [name for name in PATTERNS if "working" not in name]
)  # the oracle counts none
@settings(max_examples=300, deadline=None)
@given(log=logs, until=st.none() | instants, shuffled=st.randoms(use_true_random=False))
def test_the_outcomes_are_those_that_the_words_say(
    name: str, log: list[LogEvent], until: int | None, shuffled: Random
) -> None:
    rule = rule_of(name)
    expected = judged(rule, log, until)
    assert told(rule, log, until) == expected
    in_any_order = list(log)
    shuffled.shuffle(in_any_order)
    assert told(rule, in_any_order, until) == expected


def test_an_event_that_is_answered_is_forgotten() -> None:
    between = BetweenEvents((rule_of("after"),))
    for pair in range(1_000):
        at, ref = FRIDAY + pair * HOUR, f"r{pair}"
        between.judge(LogEvent(at, LogPlace(0, 2 * pair), {"action": "shared", "ref": ref}))
        answer: dict[str, Value] = {"action": "disposed", "recorded": True, "ref": ref}
        between.judge(LogEvent(at + 1, LogPlace(0, 2 * pair + 1), answer))
    (state,) = between.states
    assert not state.open  # type: ignore[union-attr]
    assert list(between.settle(None)) == []
    assert sum(outcomes.total() for outcomes in between.tally().values()) == 1_000


@pytest.mark.parametrize(("later", "outcome"), [(6 * HOUR, "met"), (6 * HOUR + 1, "not-met"), (0, "met")])
def test_the_last_instant_of_a_period_is_within_it(later: int, outcome: str) -> None:
    rule = rule_of("before")
    key: dict[str, Value] = {"ref": "a", "dataset": "x"}
    log = [
        LogEvent(FRIDAY - 99 * HOUR, LogPlace(0, 1), {"action": "accessed"}),
        LogEvent(FRIDAY, LogPlace(0, 2), {"action": "disposed", "recorded": True, **key}),
        LogEvent(FRIDAY + later, LogPlace(0, 3), {"action": "shared", **key}),
    ]
    assert sum(told(rule, log, None).values()) == 1
    assert {name for name, _, _ in told(rule, log, None)} == {outcome}


def test_of_what_is_in_order_the_time_and_the_place_are_kept_alone() -> None:
    between = BetweenEvents((rule_of("never before"),))
    for line in range(1_000):
        between.judge(LogEvent(FRIDAY + line, LogPlace(0, line), {"action": "shared", "ref": "a"}))
    (state,) = between.states
    assert isinstance(state, AbsenceState)
    assert not state.known.open
    # A line that comes late and belongs before half of them.
    late: dict[str, Value] = {"action": "disposed", "recorded": True, "ref": "a"}
    between.judge(LogEvent(FRIDAY + 500, LogPlace(0, 1_000), late))
    found = [one for _, one in between.settle(None)]
    assert [one.place.line for one in found] == list(range(500, 1_000))
    assert {one.shown["ref"] for one in found} == {"a"}
    assert sum(outcomes.total() for outcomes in between.tally().values()) == 1_000
