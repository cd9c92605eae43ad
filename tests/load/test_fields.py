"""The extra fields of an agreement: what their schedule says is held wherever a fact is read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cerberus import Validator
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.errors import LoadError
from isa_guard.language.constraints import Constraints, broken, whole
from isa_guard.library import load_agreement, load_fact
from isa_guard.load.cases import read_agreement_cases
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.model.agreement import Agreement
from tests.load.documents import loaded, small, write

HEAD = "format: isa-guard/fields/1\n"
WARD = '{type: string, regex: "^W[0-9]{2}$", meta: {says: the ward, private: true}}'


def held(folder: Path, fields: str, kind: str = "transfer") -> Agreement:
    """An agreement with these extra fields."""
    write(folder, f"{HEAD}{kind}:\n  {fields}\n", "fields.yaml")
    return loaded(folder, small(fields="fields.yaml"))


def refused(agreement: Agreement, written: str, kind: str = "transfer") -> LoadError:
    """What is said of a fact with this field."""
    text = f"format: isa-guard/{kind}/1\n{kind}:\n  reference: T-1\n  {written}\n"
    with pytest.raises(LoadError) as refusal:
        type_fact(read_facts(text.encode(), "fact.yaml")[0], agreement.schemas)
    return refusal.value


def taken(agreement: Agreement, written: str, kind: str = "transfer") -> bool:
    text = f"format: isa-guard/{kind}/1\n{kind}:\n  reference: T-1\n  {written}\n"
    return bool(type_fact(read_facts(text.encode(), "fact.yaml")[0], agreement.schemas))


def test_a_value_outside_the_schedule_is_a_problem_at_its_place_and_is_not_repeated(tmp_path: Path) -> None:
    error = refused(held(tmp_path, f"ward: {WARD}"), "ward: X99")
    (problem,) = error.problems
    assert (problem.place.line, problem.place.column, problem.code) == (4, 9, "field")
    assert "`transfer.ward`" in problem.what
    assert "`regex`" in problem.what
    assert problem.hint == "the ward"
    assert "X99" not in str(error)


@pytest.mark.parametrize("ward", ["W07", "W99"])
def test_a_value_that_keeps_to_the_schedule_is_read(ward: str, tmp_path: Path) -> None:
    assert taken(held(tmp_path, f"ward: {WARD}"), f"ward: {ward}")


@pytest.mark.parametrize(
    ("fields", "good", "bad", "rule"),
    [
        ("n: {type: integer, min: 1, max: 5}", "n: 5", "n: 6", "max"),
        ("n: {type: integer, min: 1, max: 5}", "n: 1", "n: 0", "min"),
        ("n: {type: integer, allowed: [1, 3]}", "n: 3", "n: 2", "allowed"),
        ("n: {type: integer, forbidden: [0]}", "n: 1", "n: 0", "forbidden"),
        ("s: {type: string, minlength: 2}", "s: ab", "s: a", "minlength"),
        ("s: {type: string, maxlength: 2}", "s: é😀", "s: abc", "maxlength"),
        ("s: {type: string, forbidden: [all]}", "s: one", "s: all", "forbidden"),
        ("s: {type: string, regex: 'a|b'}", "s: b", "s: ax", "regex"),
        ("d: {type: date, min: 2026-01-01}", "d: 2026-01-01", "d: 2025-12-31", "min"),
        ("t: {type: datetime, max: 2026-01-01T00:00:00Z}", "t: 2026-01-01T01:00:00+01:00", "t: 2026-01-01T00:00:01Z", "max"),
        ("l: {type: list, maxlength: 1, schema: {type: string}}", "l: [a]", "l: [a, b]", "maxlength"),
        ("l: {type: list, schema: {type: integer, max: 3}}", "l: [1, 3]", "l: [1, 4]", "max"),
    ],
)  # fmt: skip
def test_each_rule_is_held(fields: str, good: str, bad: str, rule: str, tmp_path: Path) -> None:
    agreement = held(tmp_path, fields)
    assert taken(agreement, good)
    assert f"`{rule}`" in str(refused(agreement, bad))


def test_a_required_field_is_missed(tmp_path: Path) -> None:
    agreement = held(tmp_path, "ward: {type: string, required: true}")
    assert "`ward` is missing" in str(refused(agreement, "volume: 1"))


@pytest.mark.parametrize("kind", ["transfer", "export", "breach", "disclosure"])
def test_every_kind_of_fact_that_is_decided_is_held(kind: str, tmp_path: Path) -> None:
    assert "`regex`" in str(refused(held(tmp_path, f"ward: {WARD}", kind), "ward: X99", kind))


def test_the_library_and_the_cases_of_an_agreement_are_held(tmp_path: Path) -> None:
    agreement = held(tmp_path, f"ward: {WARD}")
    fact = "format: isa-guard/transfer/1\ntransfer: {reference: T-1, ward: X99}\n"
    (tmp_path / "fact.yaml").write_text(fact)
    with pytest.raises(LoadError, match="`regex`"):
        load_fact(tmp_path / "fact.yaml", load_agreement(tmp_path))
    cases = "format: isa-guard/agreement-cases/1\nnow: 2026-02-01T09:00:00Z\nfacts: {one: {transfer: {volume: 5}}}\n"
    cases += "cases: {one: [{name: a ward, given: {ward: X99}, expect: permit}]}\n"
    (tmp_path / "cases.yaml").write_text(cases)
    with pytest.raises(LoadError, match="`regex`"):
        read_agreement_cases(tmp_path / "cases.yaml", agreement)


@pytest.mark.parametrize(
    ("rules", "rule"),
    [
        ("{type: string, regex: a}", "regex"),
        ("{type: string, minlength: 1}", "minlength"),
        ("{type: integer, max: 3}", "max"),
        ("{type: integer, allowed: [1]}", "allowed"),
        ("{type: boolean, required: true}", "required"),
        ("{type: list, schema: {type: string, regex: a}}", "regex"),
    ],
)
def test_an_event_takes_no_rule_that_a_log_of_millions_would_not_be_held_to(
    rules: str, rule: str, tmp_path: Path
) -> None:
    with pytest.raises(LoadError) as refusal:
        held(tmp_path, f"desk: {rules}", "event")
    (problem,) = refusal.value.problems
    assert problem.what == f"the rule `{rule}` is not taken for an event, of which a log holds millions"
    assert problem.place.line == 3
    agreement = held(tmp_path, "desk: {type: string, allowed: [north, south]}", "event")
    assert "not one of its words" in str(refused(agreement, "desk: east", "event"))


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ("{type: string, nullable: true}", "`nullable` is not taken"),
        ("{type: string, coerce: int}", "`coerce` is not taken"),
        ("{type: string, default: a}", "`default` is not taken"),
        ("{type: string, min: a}", "`min` says nothing of the type `string`"),
        ("{type: integer, regex: a}", "`regex` says nothing of the type `integer`"),
        ("{type: integer, max: 1.5}", "`max` is no integer"),
        ("{type: integer, max: true}", "`max` is no integer"),
        ("{type: integer, min: 3, max: 2}", "nothing could be so"),
        ("{type: string, minlength: 3, maxlength: 2}", "nothing could be so"),
        ("{type: string, minlength: -1}", "a number of characters"),
        ("{type: date, min: soon}", "`min` is no date"),
        ("{type: datetime, max: 2026-01-01}", "`max` is no datetime"),
        ("{type: string, allowed: []}", "a list of at least one"),
        ("{type: string, allowed: [1]}", "this is no string"),
        ("{type: list, allowed: [a]}", "`allowed` says nothing of the type `list`"),
        ("{type: list, schema: [a]}", "`schema` is that of one entry"),
        ("{type: string, regex: '(?=a)'}", "look-ahead is not part of RE2"),
        ("{type: string, regex: 'a)(b'}", "a bracket is closed that was not opened"),
        ("{type: string, regex: '[0-9]+[[:alpha:]]'}", "`[:alpha:]` in a pattern is not read alike"),
        ("{type: string, regex: '\\d+'}", "`\\d` in a pattern is not read alike everywhere"),
        ("{type: string, regex: 'a(?i)b'}", "cerberus does not read this pattern"),
        ("{type: string, regex: 7}", "`regex` is a pattern"),
        ("{type: string, required: maybe}", "`required` is true or false"),
        ("{type: string, meta: {privat: true}}", "`privat` is not taken"),
        ("{type: string, meta: private}", "`meta` is a mapping"),
    ],
)  # fmt: skip
def test_what_cannot_be_held_to_is_refused_by_name_at_its_place(
    rules: str, what: str, tmp_path: Path
) -> None:
    with pytest.raises(LoadError) as refusal:
        held(tmp_path, f"field: {rules}")
    (problem,) = refusal.value.problems
    assert what in problem.what
    assert problem.place.line == 3
    assert problem.place.column > len("  field: ")


def test_a_doubled_backslash_is_no_class_of_digits() -> None:
    assert list(broken(r"a\d", Constraints(regex=whole(r"a\\d")))) == []


@given(
    st.one_of(st.integers(-9, 9), st.sampled_from(["", "a", "b", "ab", "a\n", "abc", "é"])),
    st.fixed_dictionaries(
        {},
        optional={
            "min": st.integers(-9, 9),
            "max": st.integers(-9, 9),
            "minlength": st.integers(0, 3),
            "maxlength": st.integers(0, 3),
            "regex": st.sampled_from(["a", "a|b", ".*", "[^a]+", "(?:ab)?c?"]),
            "allowed": st.lists(st.sampled_from(["a", "ab", 0, 3]), min_size=1, max_size=3),
            "forbidden": st.lists(st.sampled_from(["a", "ab", 0, 3]), min_size=1, max_size=3),
        },
    ),
)
@settings(max_examples=400, deadline=None)
def test_a_value_breaks_the_rules_that_cerberus_says_it_breaks(value: Any, rules: dict[str, Any]) -> None:
    own = dict(rules)
    if "regex" in own:
        own["regex"] = rf"(?:{own['regex']})\Z"
    validator = Validator({"field": own})
    validator.validate({"field": value}, normalize=False)
    said = {error.rule for error in validator._errors}
    if value == "":  # an empty text, which no fact holds, is passed over
        return
    ours: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in rules.items()}
    if "regex" in ours:
        ours["regex"] = whole(rules["regex"])
    found = set(broken(value, Constraints(**ours)))
    assert {rule.value for rule in found} == said


def test_the_ward_of_the_shipped_agreement_is_held_on_every_day() -> None:
    versions = load_agreement("example-hospital-discharge")
    agreement = versions.in_force(date(2026, 11, 23))
    assert "W9" not in str(refused(agreement, "ward: W9"))
