"""Loading an agreement: every problem at once, each with its place and a hint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isa_guard.errors import LoadError, Problem
from isa_guard.language.types import INT, PERIOD, STRING, List, is_private
from isa_guard.load.agreement import Shelf, load
from isa_guard.model.facts import FactKind
from tests.load.documents import loaded, rule, small, write


def problems(folder: Path, data: dict[str, Any] | str, policies: Path | None = None) -> tuple[Problem, ...]:
    with pytest.raises(LoadError) as caught:
        loaded(folder, data, policies)
    assert all(problem.place.source and problem.what for problem in caught.value.problems)
    return caught.value.problems


def said(folder: Path, data: dict[str, Any] | str, policies: Path | None = None) -> str:
    return "\n".join(str(problem) for problem in problems(folder, data, policies))


def test_a_small_agreement_is_loaded_whole(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    assert (agreement.id, agreement.version) == ("small", "1")
    assert [party.id for party in agreement.parties] == ["north", "south"]
    assert agreement.clauses_of("own/volume")[0].number == "1"
    assert agreement.party("north") is agreement.parties[0]
    assert agreement.party("east") is None
    assert str(agreement.in_force) == "from 1 January 2026, no end stated"


def test_the_digest_covers_every_byte_of_every_file(tmp_path: Path) -> None:
    first = loaded(tmp_path / "a", small())
    same = loaded(tmp_path / "b", small())
    other = loaded(tmp_path / "c", small(title="A small agreement."))
    assert first.digest == same.digest != other.digest


def test_a_misspelt_key_gets_a_suggestion_at_its_own_line(tmp_path: Path) -> None:
    data = small()
    data["titel"] = data.pop("title")
    found = problems(tmp_path, data)
    assert {problem.what for problem in found} == {
        "the key `titel` is not known here",
        "the key `title` is missing",
    }
    misspelt = next(problem for problem in found if "titel" in problem.what)
    assert misspelt.hint == "did you mean `title`?"
    assert misspelt.place.line > 20


def test_problems_of_different_parts_are_told_together(tmp_path: Path) -> None:
    data = small(
        in_force={"from": "soon"},
        spoc={"post": "SPOC officer", "acts-for": "nort"},
        flows=[{"from": "north", "to": "west"}],
        terms={"volume": {"most": 500}, "notice": {"formal": "10 working days"}},
        rules=[rule(require="transfer.volum <= 5 && agreement.terms.volume.least > 1")],
    )
    found = said(tmp_path, data)
    for part in (
        "`soon` is no date",
        "no party `nort`",
        "no party `west`",
        "needs a calendar",
        "volum",
        "least",
    ):
        assert part in found
    assert "did you mean `north`?" in found


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"format": "isa-guard/agreement/9"}, "'isa-guard/agreement/1'"),
        ({"parties": {"north": {"name": "North", "kind": "police-force"}}}, "too short"),
        ({"in_force": {"from": "2026-01-01", "until": "2025-01-01"}}, "ends before it begins"),
        ({"in_force": {"from": "2026", "precision": "day"}}, "precision"),
        ({"in_force": {"from": "2026-13"}}, "no date"),
        ({"in_force": {"from": "2026-01-01", "until": "never"}}, "`never` is no date"),
        ({"uses": ["coverag"]}, "did you mean `coverage`?"),
        ({"clauses": {"1": {"section": "1", "says": "x", "checked-by": {}}}}, "clause 1 is not accounted for"),
        ({"clauses": {"1": {"section": "1", "says": "x", "checked-by": {"rules": ["own/volum"]}}}}, "did you mean `own/volume`?"),
        ({"clauses": {"1": {"section": "1", "says": "x", "checked-by": {"person": "spoc"}}}}, "no clause cites it"),
        ({"purposes": {"p": {"title": "P", "gateways": ["powr"], "categories": ["figure"]}}}, "no category `figure`"),
        ({"readings": {"r": {"clauses": ["9"], "question": "?", "reading": "x", "why": "y"}}}, "no clause `9`"),
        ({"readings": {"r": {"clauses": ["1"], "rules": ["own/other"], "question": "?", "reading": "x", "why": "y"}}}, "no rule `own/other` in use"),
        ({"rules": [rule(), rule(title="Again")]}, "stands twice"),
        ({"fields": "../fields.yaml"}, "not in the agreement's own folder"),
        ({"fields": "fields.yaml"}, "cannot be read"),
        ({"title": ""}, "empty"),
        ({"title": 5}, "should be text"),
        ({"flows": "all"}, "should be a list"),
        ({"spoc": "nobody"}, "should be a mapping"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, changes: dict[str, Any], what: str) -> None:
    assert what in said(tmp_path, small(**changes))


@pytest.mark.parametrize(
    ("terms", "what"),
    [
        ({"notice": {"formal": "10 working days", "calendar": "england"}}, "no calendar `england`"),
        (
            {"notice": {"formal": "10 working days", "calendar": "scotland", "count": "free"}},
            "no way of counting",
        ),
        ({"breach": {"hard": "72 hours", "absolute": "yes"}}, "true or false"),
        ({"breach": {"hard": "0 hours"}}, "0 hours"),
        ({"breach": {"hard": "72 hours", "count": "clear"}}, "clear"),
        ({"list": {"mixed": ["a", 1]}}, "no value for a term"),
        ({"list": {"nothing": None}}, "no value for a term"),
        ({"Notice": {"x": 1}}, "no name for a term"),
        ({"most": {"default": 5, "by-category": {"figurs": 6}}}, "no category `figurs`"),
        ({"most": {"default": 5, "by-party": {"north": "six"}}}, "the term is int"),
        ({"most": {"default": 5, "by-party": 6}}, "should be a mapping"),
    ],
)
def test_a_term_that_cannot_be_read_is_named(tmp_path: Path, terms: dict[str, Any], what: str) -> None:
    assert what in said(tmp_path, small(terms={"volume": {"most": 500}, **terms}))


def test_terms_are_typed_by_the_words_they_are_written_in(tmp_path: Path) -> None:
    terms = {
        "volume": {"most": 500},
        "notice": {"formal": "10 working days", "calendar": "england-and-wales", "count": "clear"},
        "channel": {"secure": ["a", "b"]},
        "soft": "as soon as practicable",
    }
    found = {term.path: term for term in loaded(tmp_path, small(terms=terms)).terms}
    assert (found["volume.most"].type, found["notice.formal"].type) == (INT, PERIOD)
    assert (found["channel.secure"].type, found["soft"].type) == (List(STRING), STRING)
    assert str(found["notice.formal"].value) == "10 clear working days"


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"needs": ["transfer.volme"]}, "did you mean `volume`?"),
        ({"needs": ["breach.party"]}, "begin with `transfer.`"),
        ({"needs": ["transfer.volume.x"]}, "goes too deep"),
        ({"needs": None}, "has(transfer.volume)"),
        ({"require": "1 +"}, "the expression ends"),
        ({"require": "transfer.volume"}, "must be bool"),
        ({"require": "(" * 3_000 + "true" + ")" * 3_000}, "deep"),
        ({"require": "(" * 10_000 + "true" + ")" * 10_000}, "8000"),
        ({"require": "9223372036854775808 > 0"}, "64"),
        ({"require": "'x'.matches('(?<=a)b')"}, "RE2"),
        ({"when": "transfer.formality == 'fromal'"}, "formal"),
        ({"seen": "{transfer.address}"}, "private"),
        ({"seen": "{transfer.volume"}, "opens or closes no hole"),
        ({"obliges": [{"do": "x", "by": "transfer.volume"}]}, "not a time"),
        ({"let": {"a": "b", "b": "a"}, "require": "a"}, ""),
        ({"otherwise": "shout"}, "should be"),
        ({"require": {"field": "transfer.volume", "at-moost": 5}}, "at-most"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named_at_its_place(
    tmp_path: Path, changes: dict[str, Any], what: str
) -> None:
    assert what in said(tmp_path, small(rules=[rule(**changes)]))


def test_a_fault_points_at_its_own_column(tmp_path: Path) -> None:
    found = problems(tmp_path, small(rules=[rule(require="transfer.volume <= 5 && transfer.volum > 1")]))
    lines = (tmp_path / "agreement.yaml").read_text().split("\n")
    place = found[0].place
    assert lines[place.line - 1][place.column - 1 :].startswith("transfer.volum >")


@pytest.mark.parametrize(
    ("simple", "volume", "met"),
    [
        ({"at-most": 500}, 500, True),
        ({"at-most": 500}, 501, False),
        ({"at-least": "agreement.terms.volume.most"}, 499, False),
        ({"is": 3}, 3, True),
        ({"is-not": 3}, 3, False),
        ({"one-of": [1, 2]}, 2, True),
        ({"none-of": [1, 2]}, 2, False),
        ({"given": True}, 1, True),
        ({"before": "agreement.terms.volume.most"}, 500, False),
        ({"after": "agreement.terms.volume.most"}, 501, True),
    ],
)
def test_a_simple_condition_is_sugar_for_the_same_syntax(
    tmp_path: Path, simple: dict[str, Any], volume: int, met: bool
) -> None:
    from isa_guard.language.exact import evaluate

    bound = loaded(tmp_path, small(rules=[rule(require={"field": "transfer.volume", **simple})])).rules[0]
    assert evaluate(bound.require, {"transfer": {"volume": volume}, "now": 0, "today": 0}) is met


def test_a_child_inherits_and_overrides_by_name(tmp_path: Path) -> None:
    write(tmp_path / "parent" / "1", small(id="parent", calendars={}))
    child = {
        "format": "isa-guard/agreement/1",
        "id": "child",
        "version": "1",
        "title": "A child",
        "in-force": {"from": "2026-02-01"},
        "inherit": "parent/1",
        "terms": {"volume": {"most": 20}},
    }
    agreement = loaded(tmp_path / "child" / "1", child, policies=tmp_path)
    assert agreement.terms[0].value == 20
    assert [clause.number for clause in agreement.clauses] == ["1"]
    assert [source.name for source in agreement.sources] == ["agreement.yaml", "parent/1/agreement.yaml"]


def test_a_problem_in_the_parent_is_told_in_the_parents_file(tmp_path: Path) -> None:
    write(tmp_path / "parent" / "1", small(id="parent", spoc={"post": "x", "acts-for": "nobody"}))
    child = {
        "format": "isa-guard/agreement/1",
        "id": "child",
        "version": "1",
        "title": "c",
        "in-force": {"from": "2026"},
        "inherit": "parent/1",
    }
    found = problems(tmp_path / "child" / "1", child, policies=tmp_path)
    assert found[0].place.source == str(tmp_path / "parent" / "1" / "agreement.yaml")


def test_inheritance_in_a_circle_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1", small(id="a", inherit="b/1"))
    write(tmp_path / "b" / "1", small(id="b", inherit="a/1"))
    assert "circle" in said(tmp_path / "a" / "1", small(id="a", inherit="b/1"), policies=tmp_path)


def test_a_long_line_of_parents_is_refused(tmp_path: Path) -> None:
    for number in range(12):
        write(tmp_path / f"p{number}" / "1", small(id=f"p{number}", inherit=f"p{number + 1}/1"))
    assert "more than 8" in said(tmp_path / "p0" / "1", small(id="p0", inherit="p1/1"), policies=tmp_path)


def test_a_parent_that_is_missing_is_named(tmp_path: Path) -> None:
    assert "no agreement `nowhere/1`" in said(tmp_path, small(inherit="nowhere/1"))


def test_an_own_calendar_is_made_from_a_shipped_one(tmp_path: Path) -> None:
    calendars = {
        "council-days": {
            "title": "The council's days",
            "based-on": "england-and-wales",
            "version": "1",
            "known-from": "2026-01-01",
            "known-until": "2026-12-31",
            "closed": [{"from": "2026-12-24", "to": "2026-12-31", "why": "closed over Christmas"}],
        }
    }
    terms = {"volume": {"most": 5}, "notice": {"formal": "10 working days", "calendar": "council-days"}}
    agreement = loaded(tmp_path, small(calendars=calendars, terms=terms))
    assert agreement.calendars[0].id == "council-days"
    for key, value, what in (
        ("based-on", "moon", "no calendar `moon`"),
        ("known-from", "soon", "no day"),
        ("known-until", "2060-01-01", "2060"),
    ):
        broken = {"council-days": {**calendars["council-days"], key: value}}
        assert what in said(tmp_path / "broken", small(calendars=broken))


def test_fields_of_its_own_are_typed_from_a_cerberus_schema(tmp_path: Path) -> None:
    fields = """
format: isa-guard/fields/1
transfer:
  ward: {type: string, allowed: [W01, W02], meta: {says: the ward}}
  name_of_patient: {type: string, meta: {private: true}}
  approved: {type: boolean}
  count: {type: integer}
  seen_on: {type: date}
  seen_at: {type: datetime}
  tags: {type: list, schema: {type: string}}
"""
    write(tmp_path, fields, "fields.yaml")
    agreement = loaded(tmp_path, small(fields="fields.yaml"))
    record = agreement.schemas[FactKind.TRANSFER]
    types = {field.name: field.type for field in record.fields}
    assert str(types["ward"]) == "one of 'W01', 'W02'"
    assert is_private(types["name_of_patient"])
    names = ("approved", "count", "seen_on", "seen_at", "tags")
    assert [str(types[name]) for name in names] == ["bool", "int", "date", "timestamp", "list of string"]
    assert "fields.yaml" in [source.name for source in agreement.sources]


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("ward: {type: strin}", "no type for a field"),
        ("ward: {meta: {says: x}}", "no `type`"),
        ("ward: {type: string, lenght: 5}", "the rule `lenght` is not taken here"),
        ("volume: {type: integer}", "a field of every transfer already"),
    ],
)
def test_a_field_schedule_that_is_wrong_is_named(tmp_path: Path, fields: str, what: str) -> None:
    write(tmp_path, f"format: isa-guard/fields/1\ntransfer:\n  {fields}\n", "fields.yaml")
    assert what in said(tmp_path, small(fields="fields.yaml"))


def dispensation(**changes: str) -> dict[str, Any]:
    one = {
        "rule": "own/volume",
        "scope": "transfer.volume < 1000",
        "reason": "an invented reason",
        "approved-by": "SPOC officer",
        "approved-on": "2026-01-10",
        "expires": "2026-12-31",
        **changes,
    }
    return {"format": "isa-guard/dispensations/1", "dispensations": {"d1": one}}


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"rule": "own/volumes"}, "did you mean `own/volume`?"),
        ({"expires": "2027-01-11"}, "at most 12 months"),
        ({"scope": "transfer.volum < 1"}, "volum"),
    ],
)
def test_a_dispensation_that_cannot_hold_is_named(tmp_path: Path, changes: dict[str, str], what: str) -> None:
    write(tmp_path, dispensation(**changes), "dispensations.yaml")
    assert what in said(tmp_path, small(dispensations="dispensations.yaml"))


def test_no_dispensation_reaches_a_rule_over_logs(tmp_path: Path) -> None:
    told = {
        "id": "own/told",
        "title": "t",
        "why": "w",
        "otherwise": "refuse",
        "seen": "s",
        "satisfy": "s",
    }
    told |= {
        "for-each": "event.action == 'shared'",
        "expect": "other.action == 'permitted'",
        "order": "before",
    }
    write(tmp_path, dispensation(rule="own/told"), "dispensations.yaml")
    agreement = small(dispensations="dispensations.yaml", log_rules=[{**told, "by": ["ref"]}])
    assert "`own/told` is a rule over logs: no dispensation reaches it" in said(tmp_path, agreement)


def test_no_dispensation_departs_from_an_absolute_term(tmp_path: Path) -> None:
    write(tmp_path, dispensation(), "dispensations.yaml")
    data = small(dispensations="dispensations.yaml", terms={"volume": {"most": 500, "absolute": True}})
    assert "absolute" in said(tmp_path, data)


def test_an_unreadable_expiry_counts_as_expired(tmp_path: Path) -> None:
    write(tmp_path, dispensation(expires="when the project ends"), "dispensations.yaml")
    assert loaded(tmp_path, small(dispensations="dispensations.yaml")).dispensations[0].expires is None


def test_an_agreement_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="did you mean `cambridgeshire-opcc`"):
        load("cambridgeshire-opc")
    with pytest.raises(LoadError, match="no agreement here"):
        load(tmp_path, Shelf((), ()))


def test_the_version_in_force_when_it_happened_is_the_one_that_judges(tmp_path: Path) -> None:
    from datetime import date

    write(tmp_path / "v1", small(version="1", in_force={"from": "2026-01-01", "until": "2026-06-30"}))
    write(tmp_path / "v2", small(version="2", in_force={"from": "2026-07-01"}))
    versions = load(tmp_path)
    assert versions.in_force(date(2026, 6, 30)).version == "1"
    assert versions.in_force(date(2026, 7, 1)).version == "2"
    assert (
        versions.in_force(date(2025, 1, 1)).version == "1"
    )  # the nearest; its own rules then say it is not in force


def test_problems_of_all_versions_are_told(tmp_path: Path) -> None:
    write(tmp_path / "v1", small(title=""))
    write(tmp_path / "v2", small(title=None))
    with pytest.raises(LoadError) as caught:
        load(tmp_path)
    assert {Path(problem.place.source).parent.name for problem in caught.value.problems} == {"v1", "v2"}


def test_a_rule_file_must_lie_where_its_name_says(tmp_path: Path) -> None:
    write(tmp_path / "rules" / "own" / "other", {"format": "isa-guard/rule/1", **rule()}, "rule.yaml")
    shelf = Shelf((tmp_path / "rules",), ())
    write(tmp_path / "a", small(uses=["own"], rules=[]))
    with pytest.raises(LoadError, match="lies in own/other"):
        load(tmp_path / "a", shelf)


def test_an_empty_pack_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "rules" / "own").mkdir(parents=True)
    write(tmp_path / "a", small(uses=["own"], rules=[]))
    with pytest.raises(LoadError, match="holds no rule"):
        load(tmp_path / "a", Shelf((tmp_path / "rules",), ()))


def test_one_folder_holds_the_versions_of_one_agreement(tmp_path: Path) -> None:
    write(tmp_path / "v1", small(version="1"))
    write(tmp_path / "v2", small(version="1"))
    with pytest.raises(LoadError, match="stands twice in the folder"):
        load(tmp_path)
    write(tmp_path / "v2", small(version="2", id="other"))
    with pytest.raises(LoadError, match="the folder holds `small`, and here `other`"):
        load(tmp_path)


@pytest.mark.parametrize(
    "text", ["-1 working days", "30 wroking days", "72h", "10workingdays", "3 fortnights"]
)
def test_a_period_that_is_none_is_told_where_it_stands(tmp_path: Path, text: str) -> None:
    terms = {"volume": {"most": 5}, "notice": {"formal": text, "calendar": "scotland"}}
    found = problems(tmp_path, small(terms=terms))
    assert [problem.code for problem in found] == ["term"]
    assert text in found[0].what
    lines = (tmp_path / "agreement.yaml").read_text().split("\n")
    assert text in lines[found[0].place.line - 1]


def test_a_pipe_in_the_place_of_a_document_is_not_waited_for(tmp_path: Path) -> None:
    import os

    write(tmp_path, small(fields="fields.yaml"))
    os.mkfifo(tmp_path / "fields.yaml")
    with pytest.raises(LoadError, match="not a regular file"):
        load(tmp_path)


def test_a_pack_that_a_term_breaks_names_the_term_and_its_place(tmp_path: Path) -> None:
    """The rule was sound when it was shipped; the term that was mistyped is in our own file."""
    terms = {"volume": {"most": 500}, "statistics": {"least-shown": "five"}}
    clauses = {
        "1": {"section": "1", "says": "s", "checked-by": {"rules": ["own/volume", "export/disclosure"]}}
    }
    told = problems(tmp_path, small(terms=terms, uses=["export"], clauses=clauses))
    (one,) = [one for one in told if one.code == "expression" and "least_shown" in one.what]
    written = next(
        n
        for n, line in enumerate((tmp_path / "agreement.yaml").read_text().splitlines(), 1)
        if "five" in line
    )
    assert (
        one.hint
        == f"the rule reads `statistics.least_shown`, written at {tmp_path / 'agreement.yaml'}:{written}:18"
    )
