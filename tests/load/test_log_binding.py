"""Rules over logs are bound or refused, every fault at once and at its own line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from isa_guard.errors import LoadError
from isa_guard.load.agreement import load, load_around
from isa_guard.load.cases import ground
from isa_guard.load.packs import LOG_RULE_FORMAT, UnboundRule
from isa_guard.load.problems import shaped
from isa_guard.load.shapes import LogRuleDocument
from isa_guard.load.yaml import read_document
from isa_guard.model.log_rule import Ceiling, Expectation, LogRule, Order, Sequence, Wanted, Window

ROOT = Path(__file__).parents[2]
HEAD = f"""format: {LOG_RULE_FORMAT}
id: test/rule
title: a rule under test
why: to be tried
otherwise: refuse
seen: "{{event.ref}} {{judged.total}}"
satisfy: nothing
"""
TERMS = """
agreement:
  terms:
    limit: {short: 6 hours, notice: 2 clear days, most: 7, zone: {default: 6 hours, by-category: {figures: 7 hours}}}
"""
ANSWER = "for-each: event.action == 'shared'\nexpect: other.action == 'disposed'\norder: after\nby: [ref]\n"
COUNT = "for-each: event.action == 'shared'\nper: day\n"


def bound(text: str) -> LogRule:
    document = read_document(f"{HEAD}{text}".encode(), "rule.yaml")
    rule = UnboundRule(shaped(document, LogRuleDocument), document, (), "0" * 64)
    return load_around(rule, ground(read_document(TERMS.encode(), "cases.yaml"), "test/rule")).log_rules[0]


def test_an_expectation_is_bound() -> None:
    pattern = bound(f"{ANSWER}within: agreement.terms.limit.short\n").pattern
    assert isinstance(pattern, Expectation)
    assert (pattern.wanted, pattern.order, str(pattern.within)) == (Wanted.EXPECT, Order.AFTER, "6 hours")
    assert pattern.trigger.actions == {"shared"}
    assert pattern.answer.actions == {"disposed"}


def test_a_ceiling_and_a_sequence_are_bound() -> None:
    ceiling = bound(f"{COUNT}at-most: agreement.terms.limit.most\nsum: records\nby: [actor]\n").pattern
    assert isinstance(ceiling, Ceiling)
    assert (ceiling.at_most, ceiling.summed, ceiling.per) == (7, "records", Window.DAY)
    plain = bound(f"{COUNT}at-most: 3\n").pattern
    assert isinstance(plain, Ceiling)
    assert plain.summed is None
    sequence = bound("no-gap: seq\nby: [source]\n").pattern
    assert isinstance(sequence, Sequence)
    assert (sequence.number, sequence.trigger) == ("seq", None)


def test_what_a_rule_reads_and_shows_is_known() -> None:
    rule = bound(f"{ANSWER}within: agreement.terms.limit.short\n")
    assert rule.shows == ("ref",)
    assert "agreement.terms.limit.short" in rule.reads


def test_a_let_serves_the_condition_that_can_read_it() -> None:
    lets = "let: {mine: event.action == 'shared', six: agreement.terms.limit.short}\n"
    text = "for-each: mine\nexpect: other.action == 'disposed'\nwithin: six\norder: after\nby: [ref]\n"
    pattern = bound(lets + text).pattern
    assert isinstance(pattern, Expectation)
    assert str(pattern.within) == "6 hours"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("by: [ref]\n", "has one of `expect`, `never`, `at-most` and `no-gap`"),
        (f"{ANSWER}no-gap: seq\nwithin: agreement.terms.limit.short\n", "has one of"),
        ("expect: other.action == 'disposed'\norder: after\nby: [ref]\n", "`expect` needs `for-each`"),
        (ANSWER.replace("order: after\n", ""), "`expect` needs `order`"),
        (ANSWER.replace("by: [ref]\n", ""), "`expect` needs `by`"),
        (f"{ANSWER}within: agreement.terms.limit.short\nper: day\n", "`per` does not go with `expect`"),
        (f"{ANSWER}", "a duty without a time can never be broken"),
        (f"{ANSWER.replace('by: [ref]', 'by: [reff]')}within: agreement.terms.limit.short\n", "no field `reff`"),
        (f"{ANSWER.replace('by: [ref]', 'by: [reviewers]')}within: agreement.terms.limit.short\n", "no single value"),
        (ANSWER.replace("'disposed'", "'shared'") + "within: agreement.terms.limit.short\n", "could answer itself: shared"),
        (ANSWER.replace("other.action == 'disposed'", "other.recorded") + "within: agreement.terms.limit.short\n", "could answer itself"),
        (f"{ANSWER}within: agreement.terms.limit.notice\n", "a length of notice, not a deadline"),
        (f"{ANSWER}within: agreement.terms.limit.zone\n", "differs from one category or party to another"),
        (f"{ANSWER}within: '6'\n", "this must be period"),
        (f"{ANSWER}within: event.at\n", "event"),
        (ANSWER.replace("other.action", "event.action") + "within: agreement.terms.limit.short\n", "event"),
        (ANSWER.replace("event.action ==", "event.actoin ==") + "within: agreement.terms.limit.short\n", "actoin"),
        (f"{COUNT}at-most: -1\n", "not less than nothing"),
        (f"{COUNT}at-most: 9223372036854775807 + 1\n", "it has no value"),
        (f"{COUNT}at-most: 3\nsum: ref\n", "`ref` is no whole number"),
        (f"{COUNT}at-most: 3\nsum: nothing\n", "`nothing` is no whole number"),
        (f"{COUNT.replace('per: day', '')}at-most: 3\n", "`at-most` needs `per`"),
        ("no-gap: ref\n", "`ref` is no whole number"),
        ("no-gap: nothing\n", "`nothing` is no whole number"),
        ("no-gap: seq\norder: after\n", "`order` does not go with `no-gap`"),
        ("let: {bad: '1 +'}\nno-gap: seq\n", "rule.yaml"),
    ],
)  # fmt: skip
def test_what_is_no_rule_over_logs_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(LoadError) as caught:
        bound(text)
    assert said in str(caught.value)


def test_a_message_never_shows_who_it_was() -> None:
    text = f"{ANSWER}within: agreement.terms.limit.short\n"
    document = read_document(f"{HEAD}{text}".replace("{event.ref}", "{event.actor}").encode(), "rule.yaml")
    rule = UnboundRule(shaped(document, LogRuleDocument), document, (), "0" * 64)
    with pytest.raises(LoadError, match="would show what is private"):
        load_around(rule, ground(read_document(TERMS.encode(), "cases.yaml"), "test/rule"))


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(LoadError) as caught:
        bound(
            ANSWER.replace("event.action", "event.one")
            .replace("other.action", "other.two")
            .replace("[ref]", "[three]")
        )
    told = str(caught.value)
    assert all(word in told for word in ("one", "two", "three"))


def test_a_term_that_cannot_be_read_is_told_once_and_no_rule_is_blamed_for_it(tmp_path: Path) -> None:
    home = tmp_path / "agreement"
    shutil.copytree(ROOT / "policies" / "cambridgeshire-opcc" / "2018-05", home)
    path = home / "agreement.yaml"
    path.write_text(path.read_text("utf-8").replace("hard: 72 hours", "hard: 72 horus"), "utf-8")
    with pytest.raises(LoadError) as caught:
        load(home)
    (problem,) = caught.value.problems
    assert "'horus' is no unit" in problem.what
