"""Every format says the same decision; none can be broken out of; none says more than it should."""

from __future__ import annotations

import contextlib
import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from junitparser import JUnitXml
from sarif_pydantic import Sarif

from isa_guard.decide.decide import decide
from isa_guard.decide.verdict import stopping
from isa_guard.errors import Place, Problem
from isa_guard.load.facts import read_facts, type_fact
from isa_guard.report import html, text
from isa_guard.report.results import results
from isa_guard.report.run import Run
from tests.load.documents import loaded, rule, small

ROOT = Path(__file__).parents[2]
FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "html")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>\"'&%0A::error::x]]>\u0001\u009b"


def render(name: str, run: Run) -> str:
    found: str = import_module(f"isa_guard.report.{name}").render(run)
    return found


@pytest.fixture(scope="module")
def run() -> Run:
    """The examples: permitted, refused, referred, in order and not; and one file that could not be read."""
    from isa_guard.library import decide_fact, load_agreement, load_fact

    versions = load_agreement("cambridgeshire-opcc")
    with contextlib.chdir(ROOT):
        paths = sorted(path.relative_to(ROOT) for path in ROOT.glob("examples/*/*.yaml"))
        decisions = [decide_fact(load_fact(path, versions), versions, now=NOW) for path in paths]
    return Run(
        tuple(decisions),
        (Problem("cannot be read: no such file", Place("gone.yaml"), "look again", "unreadable"),),
    )


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Text from outside wherever text from outside can come."""
    folder = tmp_path_factory.mktemp("hostile")
    says = {
        "1": {
            "section": "1",
            "says": HOSTILE.replace("\u0001", "").replace("\u009b", ""),
            "checked-by": {"rules": ["own/volume"]},
        }
    }
    hostile_rule = rule(
        title="]]> <b>title</b> %0A", seen='{transfer.purpose} "seen" <i>', needs=["transfer.volume"]
    )
    agreement = loaded(folder, small(clauses=says, rules=[hostile_rule]))
    lines = {
        "reference": HOSTILE.replace("\u0001", "").replace("\u009b", "\u0085") + "\n::error::planted",
        "purpose": "a\n::error::planted",
        "volume": 501,
    }
    raw = json.dumps({"format": "isa-guard/transfer/1", "transfer": lines}).encode()
    fact = type_fact(read_facts(raw, "<&>\"',:%.yaml")[0], agreement.schemas)
    problem = Problem(f"bad {HOSTILE}", Place("a,b:c%\n::error::planted", 1, 1), HOSTILE, "x")
    return Run((decide(agreement, fact, now=NOW),), (problem,))


@pytest.mark.parametrize("name", FORMATS)
def test_every_finding_that_stops_is_in_every_format(run: Run, name: str) -> None:
    report = render(name, run)
    for decision in run.decisions:
        for finding in decision.findings:
            if stopping(finding):
                assert finding.rule.id in report or finding.rule.id.split("/")[1] in report
                assert finding.clauses[0].number in report


@pytest.mark.parametrize("name", FORMATS)
def test_what_could_not_be_read_is_in_every_format(run: Run, name: str) -> None:
    assert "gone.yaml" in render(name, run)


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_checked_is_told_as_no_permission(name: str) -> None:
    report = render(name, Run((), ()))
    assert Run((), ()).exit_code == 4
    assert "PERMITTED" not in report
    assert (
        '"exit_code": 4' in report
        or '"exitCode": 4' in report
        or "no fact was found" in report.lower()
        or report == "[]\n"
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_the_same_every_time(run: Run, name: str) -> None:
    assert render(name, run) == render(name, run)


@pytest.mark.parametrize("name", FORMATS)
def test_no_private_value_is_in_any_format(name: str) -> None:
    from isa_guard.library import decide_fact, load_agreement

    versions = load_agreement("cambridgeshire-opcc")
    secret = "planted.person@cambs.police.uk"
    text_ = (
        "format: isa-guard/transfer/1\ntransfer:\n  reference: T-9\n  channel: secure-mail\n  transport_evidence: false\n"
        f"  address: {secret}\n  treatment_reason: {secret}\n  special_consideration: {secret}\n"
    )
    fact = type_fact(
        read_facts(text_.encode(), "f")[0], versions.agreements[0].schemas, (), versions.agreements[0].version
    )
    report = render(name, Run((decide_fact(fact, versions, now=NOW),), ()))
    assert "planted" not in report
    assert "cambs.police.uk" in report or name in {
        "junit",
        "sarif",
        "github",
        "gitlab",
        "text",
        "html",
        "json",
    }


def test_json_keeps_to_its_published_schema(run: Run, hostile: Run) -> None:
    schema = json.loads((ROOT / "docs" / "schemas" / "decision.json").read_text())
    validator = jsonschema.Draft202012Validator(schema)
    for one in (run, hostile, Run((), ())):
        data = json.loads(render("json", one))
        assert list(validator.iter_errors(data)) == []
        assert data["exit_code"] == one.exit_code
    broken = json.loads(render("json", run))
    broken["decisions"][0]["verdict"] = "perhaps"
    assert list(validator.iter_errors(broken))


def test_json_says_all_of_every_finding(run: Run) -> None:
    data = json.loads(render("json", run))
    for shown, decision in zip(data["decisions"], run.decisions, strict=True):
        assert shown["verdict"] == decision.verdict
        assert [one["outcome"] for one in shown["findings"]] == [one.outcome for one in decision.findings]


def test_sarif_is_read_by_others(run: Run, hostile: Run) -> None:
    for one in (run, hostile, Run((), ())):
        log = Sarif.model_validate_json(render("sarif", one))
        found = log.runs[0].results or []
        assert len(found) == len(results(one))
    sarif: dict[str, Any] = json.loads(render("sarif", run))["runs"][0]
    for result in sarif["results"]:
        assert sarif["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        region = result["locations"][0]["physicalLocation"].get("region", {"startLine": 1})
        assert region["startLine"] >= 1
    assert sarif["invocations"][0]["exitCode"] == run.exit_code
    assert {"error", "warning"} <= {result["level"] for result in sarif["results"]}


def test_a_fingerprint_survives_reformatting(tmp_path: Path) -> None:
    agreement = loaded(tmp_path, small())
    prints = []
    for raw in (
        b"format: isa-guard/transfer/1\ntransfer:\n  reference: T-1\n  volume: 501\n",
        b'{"format": "isa-guard/transfer/1",\n\n"transfer": {"volume": 501, "reference": "T-1"}}',
    ):
        fact = type_fact(read_facts(raw, "f")[0], agreement.schemas)
        prints.append(results(Run((decide(agreement, fact, now=NOW),), ()))[0].fingerprint)
    assert prints[0] == prints[1]


def test_junit_is_read_by_others_and_counts_right(run: Run, hostile: Run) -> None:
    for one in (run, hostile, Run((), ())):
        suites = list(JUnitXml.fromstring(render("junit", one).encode()))
        assert suites
        for suite in suites:
            cases = list(suite)
            assert suite.tests == len(cases)
            assert suite.failures == sum(
                any(type(r).__name__ == "Failure" for r in case.result) for case in cases
            )
            assert suite.errors == sum(
                any(type(r).__name__ == "Error" for r in case.result) for case in cases
            )
            assert suite.skipped == sum(
                any(type(r).__name__ == "Skipped" for r in case.result) for case in cases
            )


def test_junit_fails_where_the_gate_is_shut(run: Run) -> None:
    root = ET.fromstring(render("junit", run))
    for suite, decision in zip(root, run.decisions, strict=False):
        shut = int(suite.attrib["failures"]) + int(suite.attrib["errors"])
        assert (shut > 0) is (decision.verdict not in {"permit", "permit-with-obligations"})


def test_no_text_begins_a_workflow_command_of_its_own(hostile: Run) -> None:
    lines = render("github", hostile).splitlines()
    commands = [line for line in lines if line.startswith("::")]
    assert len(commands) == len(results(hostile))
    for line in commands:
        assert re.fullmatch(r"::(error|warning|notice) file=[^,\n]*(,[a-z]+=[^,\n]*)*::.*", line)


def test_gitlab_has_what_it_asks_for_and_unique_fingerprints(run: Run, hostile: Run) -> None:
    for one in (run, hostile):
        items = json.loads(render("gitlab", one))
        assert len({item["fingerprint"] for item in items}) == len(items) == len(results(one))
        for item in items:
            assert set(item) == {"description", "check_name", "fingerprint", "severity", "location"}
            assert item["severity"] in {"info", "minor", "major", "critical", "blocker"}
            assert item["location"]["lines"]["begin"] >= 1


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.crossed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)


def test_the_page_stands_alone_and_is_well_formed(run: Run, hostile: Run) -> None:
    for one in (run, hostile, Run((), ())):
        page = Page()
        page.feed(render("html", one))
        assert (page.open, page.crossed) == ([], [])
        assert {tag for tag, _ in page.tags} <= {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "h3", "h4", "p", "strong", "br", "article", "dl", "dt", "dd", "ul", "li", "code", "footer", "details", "summary"}  # fmt: skip
        assert not any({"src", "href", "style", "onclick"} & set(attributes) for _, attributes in page.tags)
        levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_the_page_allows_its_own_style_and_nothing_else(run: Run) -> None:
    import base64
    import hashlib

    report = render("html", run)
    style = re.search("<style>(.*?)</style>", report, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in report
    assert style[1] == html.STYLE


def test_the_words_fit_eighty_columns(run: Run) -> None:
    assert max(map(len, text.render(run).splitlines())) <= 80


def test_the_words_say_how_many_of_each(run: Run) -> None:
    report = text.render(run)
    assert f"{len(run.decisions)} decisions" in report
    assert "could not be read" in report


def test_the_strictest_exit_code_wins() -> None:
    from unittest.mock import Mock

    from isa_guard.model.decision import Verdict

    def code(*verdicts: Verdict, problems: int = 0) -> int:
        made = tuple(Mock(verdict=verdict) for verdict in verdicts)
        return Run(made, tuple(Mock() for _ in range(problems))).exit_code

    assert code(Verdict.PERMIT, Verdict.PERMIT_WITH_OBLIGATIONS) == 0
    assert code(Verdict.PERMIT, Verdict.REFER) == 3
    assert code(Verdict.REFER, Verdict.REFUSE) == 1
    assert code(Verdict.NOT_COVERED, Verdict.REFER) == 1
    assert code(Verdict.REFUSE, problems=1) == 4
    assert code() == 4
