"""Every format says the same audit, is read by somebody else's reader, and cannot be broken out of."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

import jsonschema
import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.load import load_mapping
from isa_guard.audit.rows.engine import RowsAudit
from isa_guard.load.agreement import load
from isa_guard.model.audit import Audit
from isa_guard.model.schemas import EVENT
from isa_guard.report.audits.results import results

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "html")
HOSTILE = "<script>alert(1)</script>\"'&%0A::error::x]]>\u009b"


def audit_of(path: Path) -> Audit:
    audit = RowsAudit(load("cambridgeshire-opcc"), NOW, 100)
    reading = read_lines(path, load_mapping("isa-guard-events", EVENT), 0)
    audit.read(reading)
    return audit.finished((reading.file_read(),), None)


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """The quarter gone wrong, with a line that cannot be read and one that says what no format may be broken by."""
    path = tmp_path_factory.mktemp("logs") / "<b>&\"'.jsonl"
    lines = (ROOT / "examples" / "quarter-in-the-logs" / "events_bad.jsonl").read_text("utf-8")
    shared = {
        "reference": "E-X", "at": "2026-09-01T10:00:00Z", "action": "shared", "ref": HOSTILE, "recipient": HOSTILE,
        "dataset": HOSTILE, "party": "opcc", "recorded": True,
    }  # fmt: skip
    path.write_text(lines + json.dumps(shared) + "\nnot json\n", "utf-8")
    return audit_of(path)


def render(name: str, audit: Audit) -> str:
    return str(import_module(f"isa_guard.report.audits.{name}").render(audit))


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_is_broken_out_of(name: str, audit: Audit) -> None:
    text = render(name, audit)
    by_programs = {"json", "sarif", "gitlab", "junit"}  # not by a terminal, nor by a browser
    assert "\u009b" not in text or name in by_programs
    assert "<script>" not in text or name not in {"html", "junit"}
    assert not any(line.startswith("::error::x") for line in text.splitlines())


def test_json_keeps_to_its_schema(audit: Audit) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "audit.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    report = json.loads(render("json", audit))
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(report)) == []
    assert report["exit_code"] == audit.exit_code == 4
    assert len(report["findings"]) == sum(one["not_met"] + one["cannot_tell"] for one in report["rules"])


def test_sarif_is_read_by_others(audit: Audit) -> None:
    log = Sarif.model_validate_json(render("sarif", audit))
    assert len(log.runs[0].results) == len(audit.findings) + len(audit.rejected)
    run = json.loads(render("sarif", audit))["runs"][0]
    assert all(one["locations"][0]["physicalLocation"]["region"]["startLine"] > 0 for one in run["results"])
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 4}]
    prints = [one["partialFingerprints"]["isaGuardFinding/v1"] for one in run["results"]]
    assert len(set(prints)) == len(prints)


def test_junit_is_read_by_others(audit: Audit) -> None:
    suites = list(JUnitXml.fromstring(render("junit", audit).encode()))
    rules, reading = suites
    assert rules.tests == len(audit.tallies)
    assert rules.failures == sum(one.counts.not_met > 0 for one in audit.tallies)
    assert (reading.tests, reading.failures) == (1, 1)


def test_gitlab_and_github_place_every_finding_on_its_line(audit: Audit) -> None:
    items = json.loads(render("gitlab", audit))
    wanted = [(one.rule_id, one.place.line) for one in results(audit)]
    assert [(one["check_name"], one["location"]["lines"]["begin"]) for one in items] == wanted
    commands = [line for line in render("github", audit).splitlines() if line.startswith("::")]
    assert len(commands) == len(wanted)
    assert all(f"line={line}," in command for command, (_, line) in zip(commands, wanted, strict=True))


def test_the_page_names_every_line_and_fetches_nothing(audit: Audit) -> None:
    page = render("html", audit)
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")
    for finding in audit.findings:
        assert f".jsonl:{finding.places[0].line} (" in page


def test_text_fits_eighty_columns_but_for_names_of_files(audit: Audit) -> None:
    for line in render("text", audit).splitlines():
        assert len(line) <= 80 or ".jsonl" in line or "sha256" in line, line
