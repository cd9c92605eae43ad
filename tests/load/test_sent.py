"""What may be sent, as an agreement schedules it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from isa_guard.errors import LoadError
from isa_guard.language.constraints import FREE
from isa_guard.model.agreement import Agreement
from isa_guard.model.manifest import Treatment
from isa_guard.model.schedule import CellType
from tests.load.documents import loaded, small, write

SENT = """\
format: isa-guard/fields/1
sent:
  cases:
    case_key: {type: string, regex: "[0-9a-f]{32}", required: true, meta: {treatment: pseudonymised, says: a key}}
    opened:   {type: date, required: true, min: 2018-05-01}
    outcome:  {type: string, allowed: [upheld, not upheld], nullable: true}
    count:    {type: integer, min: 0, max: 500}
    surname:  {type: string, nullable: true, meta: {treatment: suppressed}}
    share:    {type: float, max: 1}
"""
NAMES = ("case_key", "opened", "outcome", "count", "surname", "share")


def agreed(folder: Path, fields: str = SENT, **changes: Any) -> Agreement:
    write(folder, fields, "fields.yaml")
    return loaded(folder, small(fields="fields.yaml", **changes))


def test_a_schedule_is_part_of_the_agreement(tmp_path: Path) -> None:
    agreement = agreed(tmp_path)
    assert agreement.schedule("figures") is None
    schedule = agreement.schedule("cases")
    assert schedule is not None
    assert tuple(field.name for field in schedule.fields) == NAMES
    key, outcome, share = schedule.field("case_key"), schedule.field("outcome"), schedule.field("share")
    assert key is not None
    assert outcome is not None
    assert share is not None
    assert (key.type, key.required, key.nullable) == (CellType.STRING, True, False)
    assert (key.treatment, key.place.line) == (Treatment.PSEUDONYMISED, 4)
    assert (outcome.required, outcome.nullable, outcome.treatment) == (False, True, None)
    assert outcome.constraints.allowed == ("upheld", "not upheld")
    assert share.constraints.max == 1.0
    assert schedule.field("name") is None
    assert hash(schedule.fields[:1]) == hash(agreed(tmp_path).schedules[0].fields[:1])


def test_the_names_of_the_fields_are_those_that_rules_read(tmp_path: Path) -> None:
    agreement = agreed(tmp_path)
    assert [one.fields for one in agreement.categories] == [(), NAMES]
    categories = cast("tuple[dict[str, Any], ...]", agreement.constant["categories"])
    assert categories[1]["fields"] == NAMES


def test_the_digest_of_the_agreement_covers_its_schedule(tmp_path: Path) -> None:
    assert agreed(tmp_path).digest != agreed(tmp_path, SENT.replace("max: 500", "max: 501")).digest


def test_the_agreement_may_name_the_same_fields_and_no_others(tmp_path: Path) -> None:
    both: dict[str, Any] = {
        "figures": {"title": "Figures"},
        "cases": {"title": "Cases", "fields": sorted(NAMES)},
    }
    assert agreed(tmp_path, categories=both).schedule("cases")
    both["cases"]["fields"] = ["case_key", "address"]
    with pytest.raises(LoadError) as refusal:
        agreed(tmp_path, categories=both)
    (problem,) = refusal.value.problems
    assert "other fields of `cases`: address, count, opened" in problem.what
    assert (Path(problem.place.source).name, problem.place.line) == ("fields.yaml", 3)


def test_a_category_that_there_is_not_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoadError) as refusal:
        agreed(tmp_path, SENT.replace("  cases:", "  case:"))
    (problem,) = refusal.value.problems
    assert (problem.what, problem.hint, problem.place.line) == (
        "no category `case`",
        "did you mean `cases`?",
        3,
    )


@pytest.mark.parametrize(
    ("rules", "what"),
    [
        ("{type: string, empty: false}", "`empty` is not taken"),
        ("{type: string, coerce: int}", "`coerce` is not taken"),
        ("{type: string, default: a}", "`default` is not taken"),
        ("{type: string, check_with: name}", "`check_with` is not taken"),
        ("{type: string, anyof: []}", "`anyof` is not taken"),
        ("{type: string, dependencies: other}", "`dependencies` is not taken"),
        ("{type: string, lenght: 3}", "`lenght` is not taken"),
        ("{type: list}", "`list` is no type for a cell"),
        ("{type: [string, integer]}", "is no type for a cell"),
        ("{type: number}", "`number` is no type for a cell"),
        ("{type: string, meta: {treatment: hidden}}", "`hidden` is no treatment"),
        ("{type: string, meta: {treatement: clear}}", "`treatement` is not taken"),
        ("{type: float, max: 9007199254740993}", "`max` is no float"),
        ("{type: integer, min: '1'}", "`min` is no integer"),
        ("{type: boolean, max: true}", "`max` says nothing of the type `boolean`"),
        ("{type: string, regex: '.{600}'}", "too large for the columns"),
        ("{type: string, nullable: 1}", "`nullable` is true or false"),
    ],
)
def test_what_is_not_the_same_for_the_cells_of_a_file_is_refused_by_name(
    rules: str, what: str, tmp_path: Path
) -> None:
    with pytest.raises(LoadError) as refusal:
        agreed(tmp_path, f"format: isa-guard/fields/1\nsent:\n  cases:\n    one: {rules}\n")
    (problem,) = refusal.value.problems
    assert what in problem.what
    assert (problem.place.line, problem.place.column > len("    one: ")) == (4, True)


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("{}", "no field"),
        ("{one: {nullable: true}}", "no `type`"),
        ("{one: {type: string, meta: {treatment: suppressed}}}", "a field that is suppressed holds nothing"),
    ],
)
def test_a_schedule_that_could_not_be_kept_is_refused(fields: str, what: str, tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=what):
        agreed(tmp_path, f"format: isa-guard/fields/1\nsent:\n  cases: {fields}\n")


def test_a_field_without_rules_is_free(tmp_path: Path) -> None:
    agreement = agreed(tmp_path, "format: isa-guard/fields/1\nsent: {cases: {one: {type: string}}}\n")
    assert agreement.schedules[0].fields[0].constraints == FREE
