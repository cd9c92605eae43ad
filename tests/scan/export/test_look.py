"""What an export's files are, held to what its manifest says; nobody's data in what is told."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from isa_guard.errors import LoadError
from isa_guard.library import Export, load_agreement, look_into
from isa_guard.load.facts import read_facts
from isa_guard.load.packs import shipped
from isa_guard.model.observation import Observation, Seen, Weight
from isa_guard.scan.contents import Spot, TablePart
from isa_guard.scan.export import through
from isa_guard.scan.export.limits import limits_of
from isa_guard.scan.readers import ReadLimits, read_contents

AGREEMENT = load_agreement("cambridgeshire-opcc")
NINO, NHS = "AB123456C", "401 023 2137"  # invented; the second has the check digit of an NHS number
CASES = "case_key,area,outcome\nBCDF-GHJ,north,upheld\nKMPQ-RTV,south,closed\nWXBC-DFG,east,closed\n"
COLUMNS: dict[str, Any] = {
    "case_key": {"category": "complaints", "treatment": "pseudonymised", "role": "key"},
    "area": {"category": "complaints", "treatment": "clear"},
    "outcome": {"category": "complaints", "treatment": "clear"},
}


def look(
    folder: Path, files: dict[str, str | bytes], columns: dict[str, Any] | None = None, **more: Any
) -> Export:
    """An export of these files, looked into. `more` are fields of the manifest; `files_` replaces its list of files."""
    listed = []
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
        listed.append({"path": name, "sha256": hashlib.sha256(data).hexdigest()})
    listed = more.pop("files_", listed)
    export = {"reference": "X-1", "release": "microdata", "marking": "OFFICIAL", **more}
    document = {
        "format": "isa-guard/export/1",
        "export": export,
        "files": listed,
        "columns": COLUMNS if columns is None else columns,
    }
    (fact,) = read_facts(
        yaml.safe_dump(json.loads(json.dumps(document))).encode(), str(folder / "export.yaml")
    )
    return look_into(fact, AGREEMENT, folder, None)


def seen(export: Export, kind: Seen) -> list[Observation]:
    return [one for one in export.observations if one.seen is kind]


def test_an_export_that_is_what_it_says_has_nothing_found(tmp_path: Path) -> None:
    export = look(tmp_path, {"cases.csv": CASES})
    assert export.problems == ()
    assert export.observations == ()
    values = export.fact.values
    assert all(
        values[name] == ()
        for name in ("changed", "undeclared", "lacking", "filled", "identifiers", "doubtful")
    )
    assert values["marked_formerly"] is False
    assert "marked" not in values
    assert values["fields"] == ("area", "case_key", "outcome")


def test_an_identifier_in_a_column_that_declares_none_is_found_where_it_stands(tmp_path: Path) -> None:
    export = look(tmp_path, {"cases.csv": CASES.replace("south", f"lives with NI number {NINO}")})
    assert export.fact.values["identifiers"] == ("national-insurance-number",)
    (one,) = seen(export, Seen.IDENTIFIER)
    assert (one.weight, one.column, one.place.line) == (Weight.STOPS, "column area", 3)
    assert one.shape == "AA999999A"
    assert NINO not in repr(export.observations) + repr(export.fact.values)


def test_what_a_clear_column_is_declared_to_hold_may_stand_there(tmp_path: Path) -> None:
    content = f"nhs_number,area\n{NHS},north\n"
    columns = {
        "nhs_number": {"category": "c", "treatment": "clear", "holds": ["nhs-number"]},
        "area": COLUMNS["area"],
    }
    export = look(tmp_path, {"a.csv": content}, columns)
    assert export.fact.values["identifiers"] == ()
    assert [one.weight for one in seen(export, Seen.IDENTIFIER)] == [Weight.ALLOWED]
    columns["nhs_number"] = {"category": "c", "treatment": "pseudonymised"}
    assert look(tmp_path, {"a.csv": content}, columns).fact.values["identifiers"] == ("nhs-number",)


def test_a_column_more_and_a_column_less_are_told_and_a_heading_is_never_repeated(tmp_path: Path) -> None:
    export = look(tmp_path, {"cases.csv": CASES.replace("outcome\n", "Ms Example\n", 1)})
    assert export.fact.values["undeclared"] == ("column 3 of file 1",)
    assert export.fact.values["lacking"] == ("outcome",)
    assert "Example" not in repr(export.observations)


def test_a_suppressed_column_that_is_filled_is_told(tmp_path: Path) -> None:
    columns = {**COLUMNS, "outcome": {"category": "complaints", "treatment": "suppressed"}}
    export = look(tmp_path, {"cases.csv": CASES}, columns)
    assert export.fact.values["filled"] == ("outcome",)
    emptied = CASES.replace("upheld", "").replace("closed", "")
    assert look(tmp_path, {"cases.csv": emptied}, columns).fact.values["filled"] == ()


def test_another_file_than_the_declared_one_is_told(tmp_path: Path) -> None:
    files = [{"path": "cases.csv", "sha256": "0" * 64}]
    assert look(tmp_path, {"cases.csv": CASES}, files_=files).fact.values["changed"] == ("cases.csv",)


def test_a_file_that_is_missing_or_of_another_length_is_told(tmp_path: Path) -> None:
    digest = hashlib.sha256(CASES.encode()).hexdigest()
    for files in (
        [{"path": "gone.csv", "sha256": digest}],
        [{"path": "cases.csv", "sha256": digest, "rows": 4}],
    ):
        export = look(tmp_path, {"cases.csv": CASES}, files_=files)
        assert export.fact.values["changed"] == (files[0]["path"],)
    whole = [{"path": "cases.csv", "sha256": digest, "rows": 3}]
    assert look(tmp_path, {"cases.csv": CASES}, files_=whole).fact.values["changed"] == ()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text(CASES)
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "cases.csv").symlink_to(outside)
    files = [{"path": "cases.csv", "sha256": hashlib.sha256(CASES.encode()).hexdigest()}]
    export = look(folder, {}, files_=files)
    assert export.fact.values["changed"] == ("cases.csv",)
    assert any("leads out" in one.words for one in seen(export, Seen.FILE))


@pytest.mark.parametrize(
    ("text", "marked", "formerly"),
    [
        ("OFFICIAL-SENSITIVE\n\nNotes of the panel.\n", "OFFICIAL-SENSITIVE", False),
        ("SECRET\nand\nOFFICIAL\n", "SECRET", False),
        ("RESTRICTED\n", None, True),
        ("The official line is that nothing is secret.\n", None, False),
    ],
)
def test_the_highest_marking_inside_is_found(
    text: str, marked: str | None, formerly: bool, tmp_path: Path
) -> None:
    values = look(tmp_path, {"note.txt": text}, {}, release="documents").fact.values
    assert values.get("marked") == marked
    assert values["marked_formerly"] is formerly


def test_a_marking_in_a_cell_is_found_at_its_row(tmp_path: Path) -> None:
    export = look(tmp_path, {"cases.csv": CASES.replace("south", "OFFICIAL-SENSITIVE")})
    assert export.fact.values["marked"] == "OFFICIAL-SENSITIVE"
    assert [one.place.line for one in seen(export, Seen.MARKING)] == [3]


def test_what_cannot_be_read_is_a_problem_and_never_a_pass(tmp_path: Path) -> None:
    export = look(tmp_path, {"a.bin": b"\x00\x01\x02\xff" * 100}, {}, release="documents")
    assert export.problems
    assert all(one.code == "unread" for one in export.problems)
    assert export.fact.values["unread"] == len(export.problems)


FIGURES = "Group,Officers,Staff,Total\nA,12,14,26\nB,30,20,50\nTotal,42,34,76\n"


def test_figures_that_give_nobody_away_pass(tmp_path: Path) -> None:
    values = look(tmp_path, {"t.csv": FIGURES}, {}, release="statistics").fact.values
    assert (values["disclosures"], values["weigh"]) == ((), ())


def test_a_small_count_and_one_that_follows_from_its_totals_are_told(tmp_path: Path) -> None:
    small = FIGURES.replace("12,14,26", "3,23,26").replace("B,30,20", "B,39,11")
    assert look(tmp_path, {"t.csv": small}, {}, release="statistics").fact.values["disclosures"] == (
        "threshold",
    )
    withheld = FIGURES.replace("12,14,26", "c,23,26").replace("B,30,20", "B,39,11")
    export = look(tmp_path, {"t.csv": withheld}, {}, release="statistics")
    assert "suppression" in export.fact.values["disclosures"]  # type: ignore[operator]
    told = [one for one in seen(export, Seen.DISCLOSURE) if one.weight is not Weight.ALLOWED]
    assert {one.place.line for one in told} == {2}


def test_figures_in_which_no_table_is_made_out_are_weighed_by_a_person(tmp_path: Path) -> None:
    values = look(tmp_path, {"t.csv": "a,b\nx,y\n"}, {}, release="statistics").fact.values
    assert values["weigh"] == ("could-not-be-checked",)


def test_a_claim_of_anonymity_without_quasi_identifiers_cannot_be_checked(tmp_path: Path) -> None:
    values = look(tmp_path, {"cases.csv": CASES}, treatment="anonymised").fact.values
    assert values["weigh"] == ("could-not-be-checked",)


def test_records_that_single_somebody_out_are_not_anonymous(tmp_path: Path) -> None:
    columns = {**COLUMNS, "area": {**COLUMNS["area"], "role": "quasi-identifier"}}
    values = look(tmp_path, {"cases.csv": CASES}, columns, treatment="anonymised").fact.values
    assert "k-anonymity" in values["disclosures"]  # type: ignore[operator]


@pytest.mark.parametrize("content", ["", "\n", "case_key,area,outcome\n"])
def test_nothing_found_in_nothing_is_no_pass(content: str, tmp_path: Path) -> None:
    export = look(tmp_path, {"cases.csv": content})
    assert any("no file of the export has a row" in one.what for one in export.problems)
    export = look(tmp_path, {"note.txt": ""}, {}, release="documents")
    assert [one.what for one in export.problems] == ["nothing stands in this file"]


def test_what_a_member_of_an_archive_is_called_is_not_told(tmp_path: Path) -> None:
    """A name in a file may be a person's."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("Jo Example.txt", f"National Insurance number {NINO}\n")
    export = look(tmp_path, {"all.zip": packed.getvalue()}, {}, release="documents")
    assert "national-insurance-number" in export.fact.values["identifiers"]  # type: ignore[operator]
    assert "Jo Example" not in repr(export.observations) + repr(export.problems) + repr(export.fact.values)


def test_a_claim_is_checked_over_all_batches_of_a_long_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five alike in the whole table, one in each batch of ten rows: alike enough, if the whole is looked at."""
    rows = "".join(f"{place},{('x', 'y')[turn % 2]}\n" for turn in range(6) for place in range(10))
    columns = {
        "area": {"category": "c", "treatment": "anonymised", "role": "quasi-identifier"},
        "outcome": {"category": "c", "treatment": "anonymised", "role": "sensitive"},
    }
    right = read_contents
    monkeypatch.setattr(through, "read_contents", lambda path: right(path, ReadLimits(rows=10)))
    export = look(tmp_path, {"a.csv": "area,outcome\n" + rows}, columns, treatment="anonymised")
    assert export.fact.values["disclosures"] == ()
    alone = look(tmp_path, {"a.csv": "area,outcome\n" + rows + "77,x\n"}, columns, treatment="anonymised")
    assert "k-anonymity" in alone.fact.values["disclosures"]  # type: ignore[operator]


@pytest.mark.parametrize("role", ["key", "other"])
def test_a_pseudonym_that_is_a_plain_digest_is_told(role: str, tmp_path: Path) -> None:
    rows = "".join(
        f"{hashlib.sha256(str(4_000_000_000 + 11 * n).encode()).hexdigest()},north\n" for n in range(30)
    )
    columns = {"case_key": {**COLUMNS["case_key"], "role": role}, "area": COLUMNS["area"]}
    export = look(tmp_path, {"a.csv": "case_key,area\n" + rows}, columns, treatment="pseudonymised")
    assert "reversible-key" in (*export.fact.values["weigh"], *export.fact.values["disclosures"])  # type: ignore[misc]


def test_a_row_after_a_cell_of_several_lines_is_told_at_its_own_line(tmp_path: Path) -> None:
    content = f'case_key,area,outcome\nBCDF-GHJ,north,"up\nheld\n"\nKMPQ-RTV,NI number {NINO},closed\n'
    export = look(tmp_path, {"cases.csv": content})
    assert [one.place.line for one in seen(export, Seen.IDENTIFIER)] == [5]
    marked = look(tmp_path, {"cases.csv": content.replace(f"NI number {NINO}", "OFFICIAL-SENSITIVE")})
    assert [one.place.line for one in seen(marked, Seen.MARKING)] == [5]


@pytest.mark.parametrize("path", ["folder", "pipe", "a" * 999])
def test_what_is_no_plain_file_is_told_and_not_waited_for(path: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    export = look(tmp_path, {}, {}, files_=[{"path": path, "sha256": "0" * 64}], release="documents")
    assert export.fact.values["changed"] == (path,)


def test_a_marking_with_characters_that_nobody_sees_is_put_to_a_person(tmp_path: Path) -> None:
    """It may be any marking: SECRET with a hidden character is not OFFICIAL-SENSITIVE."""
    for text in ("SEC\u200bRET\n", "\u0405ECRET\n", "OFFICIAL-\u200bSENSITIVE\n", "T\u00adO\u00adP SECRET\n"):
        export = look(tmp_path, {"note.txt": text}, {}, release="documents", marking="OFFICIAL-SENSITIVE")
        assert [one.what for one in export.problems] == [
            "a protective marking holds characters that nobody sees, or letters of another alphabet"
        ]
        cell = look(tmp_path, {"cases.csv": CASES.replace("south", text.strip())})
        assert [one.what for one in cell.problems] == [
            "a protective marking holds characters that nobody sees, or letters of another alphabet"
        ]


def test_a_claim_about_one_column_is_a_claim(tmp_path: Path) -> None:
    """Nothing is said of the whole, and one column is called anonymised: nobody said what is known to others."""
    columns = {**COLUMNS, "area": {"category": "complaints", "treatment": "anonymised"}}
    assert look(tmp_path, {"cases.csv": CASES}, columns).fact.values["weigh"] == ("could-not-be-checked",)


def test_a_heading_that_is_an_identifier_is_told_once(tmp_path: Path) -> None:
    export = look(tmp_path, {"cases.csv": CASES.replace("outcome\n", f"NI number {NINO}\n", 1)})
    (one,) = seen(export, Seen.IDENTIFIER)
    assert (one.place.line, one.many) == (1, 1)
    assert NINO not in repr(export.observations)


def test_two_tables_in_one_place_are_two_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import polars as pl

    spot = Spot("cases.csv")
    parts = [
        TablePart(spot, pl.DataFrame({"area": ["north"]}), 2),
        TablePart(spot, pl.DataFrame({"outcome": [NINO]}), 9),
    ]
    monkeypatch.setattr(through, "read_contents", lambda path: iter(parts))
    columns = {
        name: {"category": "c", "treatment": "anonymised", "role": "quasi-identifier"}
        for name in ("area", "outcome")
    }
    export = look(tmp_path, {"cases.csv": CASES}, columns)
    assert [one.place.line for one in seen(export, Seen.IDENTIFIER)] == [9]
    assert "k-anonymity" in export.fact.values["disclosures"]  # type: ignore[operator]


def test_a_file_that_changes_while_it_is_read_is_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = read_contents

    def changing(path: Path) -> Any:
        yield from right(path)
        path.write_text(CASES + "more,south,closed\n")

    monkeypatch.setattr(through, "read_contents", changing)
    export = look(tmp_path, {"cases.csv": CASES})
    assert export.fact.values["changed"] == ("cases.csv",)
    assert any("while it was read" in one.words for one in seen(export, Seen.FILE))


@pytest.mark.parametrize(
    ("term", "said"),
    [
        ("least-shown: 0", "least_shown"),
        ("{zeros: hidden, least-shown: 5}", "zeros"),
        ("{alike: 0, least-shown: 5}", "alike"),
        ("{fewer-than: 5, least-shown: 5}", "fewer_than"),
    ],
)
def test_a_number_that_makes_no_sense_is_the_terms_fault(term: str, said: str, tmp_path: Path) -> None:
    source = shipped("policies") / "cambridgeshire-opcc" / "2018-05"
    shutil.copytree(source, tmp_path / "agreement")
    text = (tmp_path / "agreement" / "agreement.yaml").read_text()
    braced = term if term.startswith("{") else f"{{{term}}}"
    (tmp_path / "agreement" / "agreement.yaml").write_text(
        text.replace("statistics: {least-shown: 5}", f"statistics: {braced}")
    )
    agreement = load_agreement(tmp_path / "agreement").agreements[-1]
    with pytest.raises(LoadError, match=f"`statistics.{said}` says nothing") as caught:
        limits_of(agreement)
    assert caught.value.problems[0].place.source.endswith("agreement.yaml")
