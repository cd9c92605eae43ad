"""Exports on the command line: begun, looked into, decided, recorded and decided again; never a value in what is printed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml

from tests.cli.calls import AS_OF, EXAMPLES, ROOT, Answer, call

if TYPE_CHECKING:
    from collections.abc import Sequence

Capture = pytest.CaptureFixture[str]
STORY = EXAMPLES / "complaints-extract"
VALUE = "AB123456C"


def checked(capsys: Capture, *arguments: str | Path) -> Answer:
    return call(capsys, "check", *arguments, *AS_OF)


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab", "html"])
def test_no_report_shows_a_value_of_a_file(form: str, capsys: Capture) -> None:
    answer = checked(capsys, STORY / "export_bad.yaml", "-f", form)
    assert answer.code == 1
    assert "National Insurance number" in answer.out
    assert VALUE not in answer.out + answer.err
    assert "complainant rang" not in answer.out + answer.err


def test_what_was_seen_stands_at_its_own_line_in_sarif(capsys: Capture) -> None:
    run = json.loads(checked(capsys, STORY / "export_bad.yaml", "-f", "sarif").out)["runs"][0]
    places = {
        one["ruleId"]: one["locations"][0]["physicalLocation"]
        for one in run["results"]
        if one["ruleId"].startswith("seen/")
    }
    found = places["seen/identifier/national-insurance-number"]
    assert found["artifactLocation"]["uri"].endswith("cases_bad.csv")
    assert found["region"] == {"startLine": 6}
    assert {one["id"] for one in run["tool"]["driver"]["rules"]} >= places.keys()


def test_the_report_for_programs_keeps_to_its_schema(capsys: Capture) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "decision.json").read_text())
    report = json.loads(checked(capsys, STORY, "-f", "json").out)
    jsonschema.validate(report, schema)
    assert [bool(one["observations"]) for one in report["decisions"]] == [False, True]


def test_a_manifest_keeps_to_the_published_schema() -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "export.json").read_text())
    manifest = yaml.safe_load((STORY / "export.yaml").read_text())
    jsonschema.validate(manifest, schema)
    manifest["export"]["identifiers"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(manifest, schema)


def test_a_file_that_changed_after_it_was_declared_is_refused(tmp_path: Path, capsys: Capture) -> None:
    folder = shutil.copytree(STORY, tmp_path / "x")
    (folder / "cases.csv").write_text((folder / "cases.csv").read_text().replace("upheld", "not upheld"))
    answer = checked(capsys, folder / "export.yaml")
    assert answer.code == 1
    assert "export/files" in answer.out


def test_a_file_that_cannot_be_read_is_no_pass(tmp_path: Path, capsys: Capture) -> None:
    folder = shutil.copytree(STORY, tmp_path / "x")
    bad = b"\x00\x01\x02\xff" * 50
    (folder / "more.bin").write_bytes(bad)
    text = (folder / "export.yaml").read_text()
    more = f"  - {{path: more.bin, sha256: {hashlib.sha256(bad).hexdigest()}}}\ncolumns:"
    (folder / "export.yaml").write_text(text.replace("columns:", more))
    answer = checked(capsys, folder / "export.yaml")
    assert answer.code == 4
    assert "more.bin" in answer.out
    assert answer.out.startswith("REFER to a person")  # and no permit stands in the record


def test_a_manifest_cannot_say_of_itself_that_nothing_was_found(tmp_path: Path, capsys: Capture) -> None:
    folder = shutil.copytree(STORY, tmp_path / "x")
    bad = folder / "export_bad.yaml"
    bad.write_text(
        bad.read_text().replace("  marking: OFFICIAL\n", "  marking: OFFICIAL\n  identifiers: []\n")
    )
    answer = checked(capsys, bad)
    assert answer.code == 4
    assert "is never written" in answer.out


def test_a_recorded_export_is_decided_again_without_its_files(tmp_path: Path, capsys: Capture) -> None:
    folder = shutil.copytree(STORY, tmp_path / "x")
    (tmp_path / "pass").write_text("an invented passphrase of the tests\n")
    (tmp_path / "pass").chmod(0o600)
    secret = ("--passphrase-file", tmp_path / "pass")
    where = ("--register", tmp_path / "register", "--key", tmp_path / "keys")
    assert call(capsys, "keys", "new", tmp_path / "keys", *secret).code == 0
    made = call(
        capsys,
        "register",
        "init",
        tmp_path / "register",
        "--origin",
        "x.example/y",
        "--key",
        tmp_path / "keys",
        *secret,
    )
    assert made.code == 0
    assert checked(capsys, folder / "export_bad.yaml", "--record", *where, *secret).code == 1
    shutil.rmtree(folder)
    again = call(capsys, "register", "replay", "--all", *where)
    assert again.code == 0, again.out + again.err
    held = [path for path in (tmp_path / "register").rglob("*") if path.is_file()]
    assert held
    assert not any(VALUE.encode() in path.read_bytes() for path in held)


def test_scan_tells_what_is_where_and_leaves_with_its_code(capsys: Capture) -> None:
    answer = call(capsys, "scan", STORY / "cases_bad.csv")
    assert answer.code == 1
    assert answer.out.startswith("IDENTIFIERS FOUND\n")
    assert "cases_bad.csv:6" in answer.out
    assert VALUE not in answer.out
    assert call(capsys, "scan", STORY / "cases.csv").code == 0
    data = json.loads(call(capsys, "scan", STORY / "cases_bad.csv", "-f", "json").out)
    assert [one["what"] for one in data["observations"]] == [
        "national-insurance-number",
        "OFFICIAL-SENSITIVE",
    ]


@pytest.mark.parametrize("arguments", [(), ("gone.csv",)])
def test_scan_of_nothing_is_wrong_usage(arguments: Sequence[str], capsys: Capture) -> None:
    assert call(capsys, "scan", *arguments).code == 2


def test_scan_says_what_it_could_not_read(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "a.bin").write_bytes(b"\x00\x01\xff" * 99)
    answer = call(capsys, "scan", tmp_path / "a.bin")
    assert answer.code == 4
    assert "could not be read" in answer.out


def test_a_manifest_that_is_begun_needs_only_what_a_person_must_say(tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "cases.csv").write_bytes((STORY / "cases.csv").read_bytes())
    assert (
        call(capsys, "new", "export", tmp_path, "-a", "cambridgeshire-opcc", "--reference", "X-9").code == 0
    )
    text = (tmp_path / "export.yaml").read_text()
    said = {
        "from": "constabulary",
        "to": "opcc",
        "purpose": "monitor-complaints",
        "release": "microdata",
        "personal": "true",
    }
    for name, value in (said | {"treatment": "pseudonymised"}).items():
        text = re.sub(rf"^  {name}: TODO", f"  {name}: {value}", text, flags=re.MULTILINE)
    text = text.replace("[TODO]", "[complaints]").replace(
        "category: TODO, treatment: TODO", "category: complaints, treatment: clear"
    )
    (tmp_path / "export.yaml").write_text(text)
    answer = checked(capsys, tmp_path / "export.yaml")
    assert answer.code == 0, answer.out
    again = call(capsys, "new", "export", tmp_path, "-a", "cambridgeshire-opcc", "--reference", "X-9")
    assert again.code == 2


def test_a_folder_may_hold_data_that_are_written_as_facts_are(tmp_path: Path, capsys: Capture) -> None:
    """A file of an export is no fact that could not be read; one that no manifest declares is."""
    data = json.dumps(
        [{"case_key": "BCDF-GHJ", "received": "2026-07", "area": "north", "outcome": "upheld"}]
    ).encode()
    manifest = (STORY / "export.yaml").read_text()
    manifest = re.sub(
        r"path: cases.csv, sha256: [0-9a-f]+, rows: 24",
        f"path: cases.json, sha256: {hashlib.sha256(data).hexdigest()}",
        manifest,
    )
    (tmp_path / "export.yaml").write_text(manifest)
    (tmp_path / "cases.json").write_bytes(data)
    answer = checked(capsys, tmp_path)
    assert answer.code == 0, answer.out
    (tmp_path / "more.json").write_bytes(data)
    answer = checked(capsys, tmp_path)
    assert answer.code == 4
    assert "more.json" in answer.out
    assert checked(capsys, tmp_path / "cases.json").code == 4


def figures(folder: Path, name: str, officers: int) -> Path:
    """A manifest of a small table about the same people each time."""
    folder.mkdir(exist_ok=True)
    text = (
        f"Group,Officers,Staff,Total\nOne,{officers},23,{officers + 23}\nTwo,17,19,36\n"
        f"Total,{officers + 17},42,{officers + 59}\n"
    )
    (folder / f"{name}.csv").write_text(text)
    manifest = yaml.safe_load((EXAMPLES / "small-counts" / "export.yaml").read_text())
    manifest["files"] = [{"path": f"{name}.csv", "sha256": hashlib.sha256(text.encode()).hexdigest()}]
    manifest["export"] |= {"reference": f"X-{name}", "population": "staff of the unit, 31 March 2026"}
    path = folder / f"{name}.yaml"
    path.write_text(yaml.safe_dump(manifest))
    return path


def test_a_release_that_was_let_go_is_held_against_the_next_about_the_same_people(
    tmp_path: Path, capsys: Capture
) -> None:
    kept = ("--releases", tmp_path / "kept")
    first = checked(capsys, figures(tmp_path, "first", 21), *kept)
    assert first.code == 0
    assert "not compared" not in first.out
    second = checked(capsys, figures(tmp_path, "second", 22), *kept)
    assert second.code == 1
    assert "(the earlier release X-first)" in " ".join(second.out.split())
    # What was refused is not kept, and what was let go may be checked again.
    assert len((tmp_path / "kept" / "releases.jsonl").read_text().splitlines()) == 1
    assert checked(capsys, tmp_path / "first.yaml", *kept).code == 0


def test_figures_that_were_compared_with_nothing_say_so(tmp_path: Path, capsys: Capture) -> None:
    assert "not compared with earlier releases" in checked(capsys, figures(tmp_path, "one", 21)).out


def test_kept_releases_that_were_altered_stop_the_gate(tmp_path: Path, capsys: Capture) -> None:
    kept = tmp_path / "kept"
    manifest = figures(tmp_path, "first", 21)
    assert checked(capsys, manifest, "--releases", kept).code == 0
    lines = kept / "releases.jsonl"
    lines.write_text(lines.read_text().replace('"count",21', '"count",81'))
    answer = checked(capsys, manifest, "--releases", kept)
    assert answer.code == 5
    assert "not as it was kept" in answer.err
