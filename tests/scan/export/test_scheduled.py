"""An export held to the schedule of its agreement: columns, treatments and cells, with nobody's data in what is told."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from isa_guard.library import Export, load_agreement, look_into
from isa_guard.load.facts import read_facts
from isa_guard.load.manifest import read_manifest
from isa_guard.model.agreement import Versions
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.contents import Spot, TablePart
from isa_guard.scan.export.scheduled import Scheduled
from tests.load.documents import small, write

FIELDS = """\
format: isa-guard/fields/1
sent:
  cases:
    case_key: {type: string, regex: "[0-9a-f]{4}", required: true, meta: {treatment: pseudonymised}}
    opened: {type: date, required: true, min: 2018-05-01}
    outcome: {type: string, allowed: [upheld, not upheld], nullable: true}
    count: {type: integer, min: 0, max: 500}
    surname: {type: string, nullable: true, meta: {treatment: suppressed}}
"""
ROWS = "case_key,opened,outcome,count\n0a1f,2026-11-02,upheld,3\nb2c3,2026-11-03,,0\nffff,2018-05-01,not upheld,500\n"
COLUMNS: dict[str, Any] = {
    "case_key": {"category": "cases", "treatment": "pseudonymised"},
    "opened": {"category": "cases", "treatment": "clear"},
    "outcome": {"category": "cases", "treatment": "clear"},
    "count": {"category": "cases", "treatment": "clear"},
}


@pytest.fixture(scope="module")
def agreed(tmp_path_factory: pytest.TempPathFactory) -> Versions:
    folder = tmp_path_factory.mktemp("agreement")
    write(folder, FIELDS, "fields.yaml")
    categories = {
        "cases": {"title": "Cases"},
        "figures": {"title": "Figures"},
        "named": {"title": "Named", "fields": ["area"]},
    }
    return load_agreement(write(folder, small(fields="fields.yaml", categories=categories)))


def look(
    folder: Path, agreed: Versions, files: dict[str, str], columns: dict[str, Any] | None = None, **more: Any
) -> Export:
    """An export of these files, looked into. `more` are fields of the manifest; None leaves one out."""
    listed = []
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")
        listed.append({"path": name, "sha256": hashlib.sha256(content.encode()).hexdigest()})
    export = {"reference": "X-1", "release": "microdata", "categories": ["cases"], **more}
    document = {
        "format": "isa-guard/export/1",
        "export": {name: one for name, one in export.items() if one is not None},
        "files": listed,
        "columns": COLUMNS if columns is None else columns,
    }
    text = yaml.safe_dump(json.loads(json.dumps(document)))
    (fact,) = read_facts(text.encode(), str(folder / "export.yaml"))
    return look_into(fact, agreed, folder, None)


def seen(export: Export) -> list[Observation]:
    return [one for one in export.observations if one.seen in {Seen.UNSCHEDULED, Seen.DEPARTING}]


def outside(export: Export) -> tuple[object, object]:
    return export.fact.values["unscheduled"], export.fact.values["departing"]


def test_an_export_that_keeps_to_the_schedule_has_nothing_outside(tmp_path: Path, agreed: Versions) -> None:
    export = look(tmp_path, agreed, {"cases.csv": ROWS})
    assert outside(export) == ((), ())
    assert seen(export) == []


def test_cells_outside_are_counted_by_rule_with_the_first_places_and_never_shown(
    tmp_path: Path, agreed: Versions
) -> None:
    bad = (
        ROWS
        + "0a1f,2026-11-02,Upheld,1\n0a1f,2026-11-02,upheld ,501\n0A1F,02/11/2026,dropped,\n,2026-11-02,lost,1\n0a1f,2018-04-30,gone,7.0\n"
    )
    export = look(tmp_path, agreed, {"cases.csv": bad})
    assert outside(export) == ((), ("case_key", "count", "opened", "outcome"))
    told = {(one.column, one.what): (one.place.line, one.many, one.words) for one in seen(export)}
    assert told == {
        ("column outcome", "allowed"): (5, 5, "column outcome: 5 cells are none of the words that the schedule allows, also at 6, 7 and on"),
        ("column count", "max"): (6, 1, "column count: 1 cell is above the schedule's 500"),
        ("column count", "nullable"): (7, 1, "column count: 1 cell is blank, and the schedule has none blank"),
        ("column count", "type"): (9, 1, "column count: 1 cell is no whole number"),
        ("column case_key", "regex"): (7, 1, "column case_key: 1 cell is not of the form that the schedule gives"),
        ("column case_key", "nullable"): (8, 1, "column case_key: 1 cell is blank, and the schedule has none blank"),
        ("column opened", "type"): (7, 1, "column opened: 1 cell is no day in the form 2026-11-23"),
        ("column opened", "min"): (9, 1, "column opened: 1 cell is before the schedule's 2018-05-01"),
    }  # fmt: skip
    assert all(one.weight is Weight.STOPS for one in seen(export))
    assert not any(
        word in repr(seen(export)) for word in ("Upheld", "dropped", "lost", "gone", "0A1F", "501", "02/11")
    )


def test_a_column_that_is_in_no_schedule_is_told_at_its_place_in_the_manifest(
    tmp_path: Path, agreed: Versions
) -> None:
    columns = {**COLUMNS, "area": {"category": "cases", "treatment": "clear"}}
    export = look(tmp_path, agreed, {"cases.csv": ROWS.replace(",count", ",area")}, columns)
    assert export.fact.values["unscheduled"] == ("area",)
    (one,) = [one for one in seen(export) if one.seen is Seen.UNSCHEDULED]
    assert one.words == "column area is not in the schedule of cases"
    assert one.place.source.endswith("export.yaml")


def test_a_category_of_which_only_the_names_are_scheduled_has_no_other_column(
    tmp_path: Path, agreed: Versions
) -> None:
    columns = {name: {"category": "named", "treatment": "clear"} for name in ("area", "street")}
    files = {"areas.csv": "area,street\nnorth,long\n"}
    assert outside(look(tmp_path, agreed, files, columns, categories=["named"])) == (("street",), ())


def test_another_treatment_than_the_schedule_has_is_outside(tmp_path: Path, agreed: Versions) -> None:
    columns = {**COLUMNS, "case_key": {"category": "cases", "treatment": "clear"}}
    export = look(tmp_path, agreed, {"cases.csv": ROWS}, columns)
    assert outside(export) == (("case_key",), ())
    (one,) = seen(export)
    assert one.words == "column case_key is declared clear, and the schedule has it pseudonymised"


def test_a_suppressed_field_is_sent_blank_and_under_that_name_alone(tmp_path: Path, agreed: Versions) -> None:
    files = {"cases.csv": "case_key,opened,surname\n0a1f,2026-11-02,\n"}
    columns = {name: COLUMNS[name] for name in ("case_key", "opened")}
    blank = {**columns, "surname": {"category": "cases", "treatment": "suppressed"}}
    assert outside(look(tmp_path, agreed, files, blank)) == ((), ())
    clear = {**columns, "surname": {"category": "cases", "treatment": "clear"}}
    assert outside(look(tmp_path, agreed, files, clear)) == (("surname",), ())


def test_a_column_does_not_leave_its_schedule_by_the_name_of_another_category(
    tmp_path: Path, agreed: Versions
) -> None:
    columns = {**COLUMNS, "notes": {"category": "figures", "treatment": "clear"}}
    files = {"cases.csv": ROWS.replace(",count", ",notes")}
    export = look(tmp_path, agreed, files, columns)
    assert export.fact.values["unscheduled"] == ("notes",)
    assert "of the category figures, which the export does not name" in repr(seen(export))
    assert (
        look(tmp_path, agreed, files, columns, categories=["cases", "figures"]).fact.values["unscheduled"]
        == ()
    )


def test_a_required_field_is_a_column(tmp_path: Path, agreed: Versions) -> None:
    columns = {name: one for name, one in COLUMNS.items() if name != "opened"}
    export = look(tmp_path, agreed, {"cases.csv": "case_key,outcome,count\n0a1f,upheld,3\n"}, columns)
    assert outside(export) == ((), ("opened",))
    (one,) = seen(export)
    assert one.words == "there is no column opened, which the schedule of cases requires"


def test_a_required_field_is_a_column_of_every_table_of_its_category(
    tmp_path: Path, agreed: Versions
) -> None:
    files = {"cases.csv": ROWS, "more.csv": "case_key,outcome\n0a1f,upheld\n"}
    export = look(tmp_path, agreed, files)
    assert outside(export) == ((), ("opened",))
    assert [Path(one.place.source).name for one in seen(export)] == ["more.csv"]


def test_records_without_a_column_of_the_category_lack_what_it_requires(
    tmp_path: Path, agreed: Versions
) -> None:
    files = {"x.csv": "total\n3\n"}
    columns = {"total": {"category": "figures", "treatment": "clear"}}
    both = ["cases", "figures"]
    assert outside(look(tmp_path, agreed, files, columns, categories=both)) == ((), ("case_key", "opened"))
    assert outside(look(tmp_path, agreed, files, columns, categories=both, release="documents")) == ((), ())


def test_figures_have_no_row_of_the_schedule(tmp_path: Path, agreed: Versions) -> None:
    export = look(
        tmp_path, agreed, {"figures.csv": "area,count\nnorth,12\nsouth,many\n"}, {}, release="statistics"
    )
    assert outside(export) == ((), ())


def test_a_table_in_batches_is_counted_as_one(agreed: Versions) -> None:
    (fact,) = read_facts(_manifest().encode(), "export.yaml")
    scheduled = Scheduled(
        read_manifest(fact), agreed.agreements[0], {"categories": ("cases",), "release": "microdata"}
    )
    for row in (2, 6):
        frame = pl.DataFrame(
            {
                "case_key": ["0a1f", "x", "0a1f", "y"],
                "opened": ["2026-11-02"] * 4,
                "outcome": [None] * 4,
                "count": ["1"] * 4,
            }
        )
        scheduled.add(TablePart(Spot("cases.csv"), frame, row))
    (one,) = scheduled.seen()
    assert (one.many, one.place.line) == (4, 3)
    assert (
        one.words
        == "column case_key: 4 cells are not of the form that the schedule gives, also at 5, 7 and on"
    )


def _manifest() -> str:
    files = [{"path": "cases.csv", "sha256": "0" * 64}]
    return yaml.safe_dump(
        {"format": "isa-guard/export/1", "export": {"reference": "X"}, "files": files, "columns": COLUMNS}
    )
