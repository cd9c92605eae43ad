"""`isa-guard audit --follow` as it is called."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from isa_guard.cli.follow import _line, period_of
from isa_guard.errors import UsageError
from tests.cli.calls import EXAMPLES, Answer, call

BAD = EXAMPLES / "quarter-in-the-logs" / "events_bad.jsonl"
GOOD = EXAMPLES / "quarter-in-the-logs" / "events.jsonl"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in list(os.environ):
        if name.startswith("ISA_GUARD_"):
            monkeypatch.delenv(name)


def followed(capsys: Capture, *arguments: str | Path) -> Answer:
    common = ("-a", "cambridgeshire-opcc", "-m", "isa-guard-events", "--follow", "--once")
    return call(capsys, "audit", *common, "--as-of", "2026-11-23", *arguments)


def test_the_quarter_gone_wrong_gives_the_findings_of_its_audit(capsys: Capture) -> None:
    first = followed(capsys, BAD, "--state", "state")
    entries = [json.loads(one) for one in first.out.splitlines()]
    in_bulk = call(
        capsys,
        "audit",
        BAD,
        "-a",
        "cambridgeshire-opcc",
        "-m",
        "isa-guard-events",
        "--as-of",
        "2026-11-23",
        "-f",
        "json",
    )
    found = json.loads(in_bulk.out)["findings"]
    assert sorted((one["rule"], one["lines"][0]["line"], one["seen"]) for one in entries) == sorted(
        (one["rule"], one["lines"][0]["line"], one["seen"]) for one in found
    )
    assert (first.code, in_bulk.code) == (1, 1)
    again = followed(capsys, BAD, "--state", "state")
    assert (again.code, again.out) == (1, "")


def test_the_quarter_in_order_is_in_order(capsys: Capture) -> None:
    answer = followed(capsys, GOOD, "--state", "state")
    assert (answer.code, answer.out) == (0, "")
    assert "0 not met" in answer.err


def test_an_empty_log_is_nothing_audited(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "log").touch()
    assert followed(capsys, "log", "--state", "state").code == 4


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ([GOOD], "--state FILE"),
        (["-", "--state", "s"], "only files can be followed"),
        ([GOOD, "--state", "s", "--lateness", "soon"], "--lateness soon"),
        ([GOOD, "--state", "s", "--lateness", "2 months"], "minutes, hours, days or weeks"),
        ([GOOD, "--state", "/nowhere/s"], "cannot be kept"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(capsys: Capture, more: list[str | Path], said: str) -> None:
    answer = followed(capsys, *more)
    assert answer.code == 2
    assert said in answer.err


def test_a_lateness_is_a_stretch_of_time() -> None:
    assert period_of("90 minutes") == 90 * 60_000_000
    assert period_of("2 days") == 48 * 3_600_000_000
    with pytest.raises(UsageError):
        period_of("10 working days")


def test_every_entry_is_one_line_for_people() -> None:
    place = {"file": "log", "line": 7}
    lines = {
        "finding": "log:7: not-met: T. s",
        "withdrawn": "log:7: withdrawn, now met: r",
        "rejected": "log:7: the line is wrong",
        "late": "log:7: late, of then",
        "log": "log:7: s",
        "turned": "log:7: the log goes on as log;2",
    }
    more = {"outcome": "not-met", "title": "T", "seen": "s", "needs": "", "now": "met", "rule": "r"}
    more |= {"why": "is wrong", "at": "then", "next": "log;2"}
    for kind, text in lines.items():
        where: dict[str, object] = {"lines": [place]} if kind in {"finding", "withdrawn"} else dict(place)
        assert _line({"type": kind, **where, **more}) == text
    assert _line({"type": "missing", "file": "log"}) == "log: there is no such file any more"
