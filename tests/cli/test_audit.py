"""`isa-guard audit`: every line accounted for, the exit code as the findings are, the audit recorded and found again."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.calls import AS_OF, EXAMPLES, Answer, call

if TYPE_CHECKING:
    from collections.abc import Sequence

Capture = pytest.CaptureFixture[str]
GOOD = EXAMPLES / "quarter-in-the-logs" / "events.jsonl"
BAD = EXAMPLES / "quarter-in-the-logs" / "events_bad.jsonl"
HOW = ("-a", "cambridgeshire-opcc", "-m", "isa-guard-events", *AS_OF)


def audited(capsys: Capture, *arguments: str | Path, stdin: bytes = b"") -> Answer:
    return call(capsys, "audit", *arguments, *HOW, stdin=stdin)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def log(tmp_path: Path, lines: Sequence[bytes], name: str = "log.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(b"".join(lines))
    return path


def test_a_log_in_order_is_exit_0_and_one_with_departures_exit_1(capsys: Capture) -> None:
    assert audited(capsys, GOOD).code == 0
    answer = audited(capsys, BAD)
    assert answer.code == 1
    assert answer.out.startswith("NOT IN ORDER  21 events")


def test_every_departure_of_the_story_is_found_with_its_line(capsys: Capture) -> None:
    report = json.loads(audited(capsys, BAD, "-f", "json").out)
    events = [json.loads(line) for line in lines_of(BAD)]
    found = {(one["rule"], events[one["lines"][0]["line"] - 1]["action"]) for one in report["findings"]}
    assert found == {
        ("audit/breach-told", "breach-discovered"),
        ("audit/gaps", "authorised"),
        ("audit/left", "accessed"),
        ("audit/onward-authorised", "shared"),
        ("audit/permitted", "shared"),
        ("audit/purpose", "used"),
        ("audit/refused", "shared"),
        ("audit/trained", "accessed"),
        ("log/recorded", "shared"),
        ("owner/purpose-limitation", "used"),
        ("retention/electronic-disposal", "disposed"),
    }
    assert {one["outcome"] for one in report["findings"]} == {"not-met"}
    tallied = sum(rule["not_met"] for rule in report["rules"])
    assert tallied == len(report["findings"])


def test_a_duty_whose_time_still_runs_cannot_be_told_yet(capsys: Capture, tmp_path: Path) -> None:
    until_the_breach = log(tmp_path, lines_of(GOOD)[:16])
    answer = audited(capsys, until_the_breach)
    assert answer.code == 3
    assert "not due yet where the log ends" in answer.out
    later = audited(capsys, until_the_breach, "--until", "2026-10-01T00:00:00Z")
    assert later.code == 1
    # The hours run out on the morning of the 17th: a day is meant to its end.
    assert (
        "72 hours"
        not in audited(capsys, until_the_breach, "--until", "2026-08-16").out.split("Cannot be told")[0]
    )
    assert audited(capsys, until_the_breach, "--until", "2026-08-17").code == 1


@pytest.mark.parametrize("form", ["json", "sarif", "gitlab"])
def test_a_rejected_line_is_exit_4_in_every_format_and_no_value_of_it_is_shown(
    form: str, capsys: Capture, tmp_path: Path
) -> None:
    secret = b'{"reference":"E-X","at":"2026-07-01T00:00:00Z","action":"accessed","actor":"SECRET","actor":"SECRET"}\n'
    path = log(tmp_path, [*lines_of(GOOD), secret, b"\n", b"SECRET\n"])
    rejects = tmp_path / "rejects.jsonl"
    answer = audited(capsys, path, "-f", form, "--rejects", rejects)
    assert answer.code == 4
    assert "SECRET" not in answer.out + answer.err + rejects.read_text()
    json.loads(answer.out)
    told = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert [(one["line"], one["fault"]) for one in told] == [(21, "duplicate-key"), (23, "broken")]


def test_lines_are_events_rejected_or_blank(capsys: Capture, tmp_path: Path) -> None:
    path = log(tmp_path, [b"\n", *lines_of(GOOD), b"{\n"])
    report = json.loads(audited(capsys, path, "-f", "json").out)
    (file,) = report["files"]
    assert (file["lines"], file["audited"], file["rejected"], file["blank"]) == (22, 20, 1, 1)
    assert file["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert file["octets"] == path.stat().st_size


def test_files_in_any_order_and_packing_and_number_give_the_same(capsys: Capture, tmp_path: Path) -> None:
    whole = json.loads(audited(capsys, BAD, "-f", "json").out)
    lines = lines_of(BAD)
    log(tmp_path, lines[11:], "a.jsonl")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"".join(lines[:11]), mtime=0))
    parts = json.loads(audited(capsys, tmp_path / "*.jsonl*", "-f", "json").out)
    assert parts["rules"] == whole["rules"]
    key = ("rule", "outcome", "at", "seen")
    assert sorted(tuple(one[k] for k in key) for one in parts["findings"]) == sorted(
        tuple(one[k] for k in key) for one in whole["findings"]
    )


def test_standard_input_is_a_log_too(capsys: Capture) -> None:
    answer = audited(capsys, "-", stdin=GOOD.read_bytes())
    assert answer.code == 0
    assert "standard input" in answer.out


def test_an_empty_log_proves_nothing(capsys: Capture, tmp_path: Path) -> None:
    answer = audited(capsys, log(tmp_path, []))
    assert answer.code == 4
    assert "NOTHING WAS AUDITED" in answer.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name the logs"),
        ((GOOD,), "which agreement"),
        ((GOOD, "-a", "cambridgeshire-opcc"), "no log map was given"),
        ((GOOD, "-a", "cambridgeshire-opcc", "-m", "x=isa-guard-events"), "no log map was given"),
        (("nothing-*.jsonl", "-a", "cambridgeshire-opcc", "-m", "isa-guard-events"), "nothing"),
        ((GOOD, "-a", "cambridgeshire-opcc", "-m", "isa-guard-event"), "isa-guard-events"),
        ((GOOD, *HOW, "--record"), "--record needs a register"),
        ((GOOD, *HOW, "--until", "2026"), "--until 2026 is no day or time"),
        ((GOOD, *HOW, "--master", "spark://localhost:7077"), "go with --engine spark"),
        ((GOOD, *HOW, "--engine", "spark", "--shared", "nowhere"), "is no folder"),
        (("", *HOW), "a log's name is empty"),
        (("/dev/zero", *HOW), "this is a device, which has no end"),
    ],
)
def test_a_call_that_makes_no_sense_is_told_so(
    arguments: tuple[str | Path, ...],
    said: str,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = call(capsys, "audit", *arguments)
    assert answer.code in {2, 4}
    assert answer.out == ""
    assert said in answer.err


def test_a_report_never_takes_the_place_of_a_log(capsys: Capture, tmp_path: Path) -> None:
    path = log(tmp_path, lines_of(GOOD))
    assert audited(capsys, path, "-f", f"json={path}").code == 2
    assert path.read_bytes() == GOOD.read_bytes()


def test_of_many_findings_some_are_listed_and_all_are_counted(capsys: Capture, tmp_path: Path) -> None:
    use = next(one for one in map(json.loads, lines_of(BAD)) if one["action"] == "used")
    many = [json.dumps({**use, "seq": 1_000 + n, "reference": f"R-{n}"}).encode() + b"\n" for n in range(50)]
    path = log(tmp_path, [*lines_of(BAD), *many])
    report = json.loads(audited(capsys, path, "-f", "json", "--list", "7").out)
    rule = next(one for one in report["rules"] if one["rule"] == "audit/purpose")
    assert rule["not_met"] == 51
    assert sum(one["rule"] == "audit/purpose" for one in report["findings"]) == 7
    assert "and 46 more not met" in audited(capsys, path).out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "gitlab", "html"])
def test_no_format_shows_who_did_it(form: str, capsys: Capture) -> None:
    answer = audited(capsys, BAD, "-f", form)
    assert answer.code == 1
    assert answer.out
    assert "staff-" not in answer.out


def test_a_map_is_proposed_and_tried(capsys: Capture, tmp_path: Path) -> None:
    sample = EXAMPLES / "logs" / "records-system-csv" / "access.csv"
    proposed = call(capsys, "audit", "map", "--infer", sample)
    assert proposed.code == 0
    assert "TODO" in proposed.out
    own = tmp_path / "own.yaml"
    own.write_text(proposed.out)
    tried = call(capsys, "audit", "map", "--check", own, sample)
    assert tried.code == 0, tried.err
    assert "48 lines = 48 events + 0 rejected + 0 blank" in tried.out
    worse = tmp_path / "worse.csv"
    worse.write_bytes(sample.read_bytes() + b"half a line\n")
    again = call(capsys, "audit", "map", "--check", own, worse)
    assert again.code == 4
    assert "48 events + 1 rejected" in again.out
    assert f"first on line {len(worse.read_bytes().splitlines())}" in again.out
    assert call(capsys, "audit", "map", sample).code == 2


@pytest.mark.parametrize("path", [GOOD, BAD], ids=lambda path: path.stem)
def test_both_engines_say_the_same(path: Path, capsys: Capture) -> None:
    rows = json.loads(audited(capsys, path, "-f", "json", "--engine", "rows").out)
    columns = json.loads(audited(capsys, path, "-f", "json", "--engine", "duckdb").out)
    assert (rows["tool"].pop("engine"), columns["tool"].pop("engine")) == ("rows", "duckdb")
    assert columns == rows


def test_what_each_rule_costs_is_told(capsys: Capture) -> None:
    answer = call(capsys, "explain", "--cost", BAD, "-m", "isa-guard-events")
    assert answer.code == 0, answer.err
    lines = answer.out.splitlines()
    assert lines[-1].startswith("21 events, 24 rules")
    outcomes = {line.split()[0]: int(line.split()[1]) for line in lines[1:-1]}
    assert len(outcomes) == 24
    assert (outcomes["audit/breach-told"], outcomes["audit/trained"], outcomes["review/first"]) == (2, 5, 0)


def test_what_is_kept_of_a_log_goes_with_the_engine_that_keeps_it(capsys: Capture, tmp_path: Path) -> None:
    refused = audited(capsys, BAD, "--kept", tmp_path / "kept")
    assert refused.code == 2
    assert "--kept goes with --engine duckdb" in refused.err
    columns = ("--engine", "duckdb", "--kept", tmp_path / "kept")
    first = audited(capsys, BAD, *columns)
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert audited(capsys, BAD, *columns) == first
    assert first.code == 1
