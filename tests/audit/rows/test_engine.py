"""The rows engine: each event under the version in force on its day, dispensations seen, what is tolerated tolerated."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from isa_guard.audit.rows.engine import RowsAudit
from isa_guard.language.outcome import Outcome
from isa_guard.language.values import Value, from_datetime
from isa_guard.load.agreement import load
from isa_guard.model.agreement import Versions
from isa_guard.model.audit import Audit, Counts
from isa_guard.model.log import Blank, Fault, FileRead, LogEvent, LogPlace, Rejected

ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
Fields = dict[str, Value]


def event(line: int, at: str, **values: Value) -> LogEvent:
    instant = from_datetime(datetime.fromisoformat(at))
    given: Fields = {"reference": f"E-{line}", "source": "test", "at": instant, **values}
    return LogEvent(instant, LogPlace(0, line), given)


def audited(versions: Versions, lines: list[LogEvent | Rejected | Blank], limit: int = 100) -> Audit:
    audit = RowsAudit(versions, NOW, limit)
    audit.read(lines)
    events = sum(isinstance(line, LogEvent) for line in lines)
    rejected = sum(isinstance(line, Rejected) for line in lines)
    file = FileRead("test", "test", "0" * 64, 1, len(lines), events, rejected, len(lines) - events - rejected)
    return audit.finished((file,), None)


def counts(audit: Audit, rule: str) -> Counts:
    (tally,) = [one for one in audit.tallies if one.rule.id == rule]
    return tally.counts


def test_a_ceiling_counts_by_account_and_day_of_london() -> None:
    read: Fields = {"action": "accessed", "category": "discharge-summary", "party": "council"}
    audit = audited(
        load("example-hospital-discharge"),
        [
            event(1, "2026-06-10T08:00:00+00:00", actor="a", records=150, **read),
            event(2, "2026-06-10T22:30:00+00:00", actor="a", records=50, **read),
            event(3, "2026-06-10T23:00:00+00:00", actor="a", records=150, **read),  # the next day in London
            event(4, "2026-06-10T09:00:00+00:00", actor="b", records=201, **read),
            event(5, "2026-06-10T10:00:00+00:00", actor="c", **read),
        ],
    )
    assert counts(audit, "discharge/volume") == Counts(2, 1, 1)
    found = {one.outcome: one for one in audit.findings if one.rule.id == "discharge/volume"}
    assert found[Outcome.NOT_MET].seen == "201 records read by one account on Wed 10 Jun 2026"
    assert found[Outcome.CANNOT_TELL].missing == ("event.records",)
    assert counts(audit, "discharge/hours") == Counts(3, 2, 0)


def test_terms_that_differ_by_category_hold_for_each_event() -> None:
    held: Fields = {"action": "held", "party": "council", "medium": "electronic"}
    lines: list[LogEvent | Rejected | Blank] = [
        event(1, "2026-10-14T09:00:00+00:00", category="equipment", received_on=20_009, **held),
        event(2, "2026-10-14T09:00:00+00:00", category="discharge-summary", received_on=20_009, **held),
    ]
    audit = audited(load("example-hospital-discharge"), lines)
    assert counts(audit, "retention/term") == Counts(1, 1, 0)
    (finding,) = [one for one in audit.findings if one.outcome is Outcome.NOT_MET]
    assert finding.places == (LogPlace(0, 1),)
    assert "13 Oct 2024" in finding.seen


def version(folder: Path, name: str, begins: str, until: str, hours: int) -> None:
    source = (ROOT / "policies" / "cambridgeshire-opcc" / "2018-05" / "agreement.yaml").read_text("utf-8")
    text = source.replace('version: "2018-05"', f'version: "{name}"').replace(
        "hard: 72 hours", f"hard: {hours} hours"
    )
    text = text.replace("{from: 2018-05, precision: month}", f"{{from: {begins}, until: {until}}}")
    assert text.count(f'version: "{name}"') == text.count(f"from: {begins}") == 1
    (folder / name).mkdir(parents=True)
    (folder / name / "agreement.yaml").write_text(text, "utf-8")


def test_each_event_is_judged_by_the_version_in_force_and_answered_by_any(tmp_path: Path) -> None:
    version(tmp_path, "first", "2018-05-01", "2026-06-30", 72)
    version(tmp_path, "second", "2026-07-01", "2030-12-31", 24)
    versions = load(tmp_path)
    lines: list[LogEvent | Rejected | Blank] = [
        event(1, "2026-06-30T20:00:00+00:00", action="breach-discovered", ref="old"),
        event(2, "2026-07-02T20:00:00+00:00", action="breach-notified", ref="old"),
        event(3, "2026-07-03T08:00:00+00:00", action="breach-discovered", ref="new"),
        event(4, "2026-07-05T08:00:00+00:00", action="breach-notified", ref="new"),
        event(5, "2026-06-30T23:30:00+00:00", action="breach-discovered", ref="that night"),  # July in London
        event(6, "2026-07-02T08:00:00+00:00", action="breach-notified", ref="that night"),
    ]
    audit = audited(versions, lines)
    told = {one.agreement.version: one.counts for one in audit.tallies if one.rule.id == "audit/breach-told"}
    assert told == {"first": Counts(1, 0, 0), "second": Counts(0, 2, 0)}


def test_a_dispensation_that_was_live_on_the_day_allows_a_departure_and_is_counted(tmp_path: Path) -> None:
    home = tmp_path / "agreement"
    shutil.copytree(ROOT / "policies" / "cambridgeshire-opcc" / "2018-05", home)
    with (home / "agreement.yaml").open("a", encoding="utf-8") as file:
        file.write("\ndispensations: dispensations.yaml\n")
    (home / "dispensations.yaml").write_text(
        """format: isa-guard/dispensations/1
dispensations:
  old-paper:
    rule: retention/paper-disposal
    scope: has(event.party) && event.party == 'opcc'
    reason: the shredder is being mended
    approved-by: SPOC officer
    approved-on: "2026-06-01"
    expires: "2026-06-30"
""",
        "utf-8",
    )
    gone: Fields = {"action": "disposed", "medium": "paper", "method": "recycling", "received_on": 20_600}
    lines: list[LogEvent | Rejected | Blank] = [
        event(1, "2026-06-15T09:00:00+00:00", party="opcc", **gone),
        event(2, "2026-07-15T09:00:00+00:00", party="opcc", **gone),
        event(3, "2026-06-15T09:00:00+00:00", party="constabulary", **gone),
    ]
    audit = audited(load(home), lines)
    assert counts(audit, "retention/paper-disposal") == Counts(0, 3, 0, 1)
    dispensed = [one.places[0].line for one in audit.findings if one.dispensed == "old-paper"]
    assert dispensed == [1]
    assert audit.exit_code == 1
    alone = audited(load(home), lines[:1])
    assert counts(alone, "retention/paper-disposal") == Counts(0, 1, 0, 1)


@pytest.mark.parametrize(("tolerated", "code"), [(None, 4), (1, 4), (2, 0)])
def test_lines_that_cannot_be_read_are_exit_4_unless_the_agreement_tolerates_as_many(
    tolerated: int | None, code: int, tmp_path: Path
) -> None:
    home = tmp_path / "agreement"
    shutil.copytree(ROOT / "policies" / "cambridgeshire-opcc" / "2018-05", home)
    if tolerated is not None:
        path = home / "agreement.yaml"
        text = path.read_text("utf-8")
        path.write_text(
            text.replace("\nterms:\n", f"\nterms:\n  audit: {{rejected-at-most: {tolerated}}}\n"), "utf-8"
        )
    lines: list[LogEvent | Rejected | Blank] = [
        event(1, "2026-06-15T09:00:00+00:00", action="refused", recorded=True, reason_given=True),
        Rejected(LogPlace(0, 2), Fault.BROKEN, ""),
        Rejected(LogPlace(0, 3), Fault.TIME, "at"),
        Blank(LogPlace(0, 4)),
    ]
    audit = audited(load(home), lines)
    assert (audit.audited, audit.refused) == (1, 2)
    assert audit.exit_code == code


def test_findings_beyond_the_limit_are_counted_and_not_kept() -> None:
    lines: list[LogEvent | Rejected | Blank] = [
        event(n, f"2026-06-15T09:00:{n:02}+00:00", action="refused", recorded=True, reason_given=False)
        for n in range(1, 31)
    ]
    audit = audited(load("cambridgeshire-opcc"), lines, limit=4)
    assert counts(audit, "log/refusal-reason") == Counts(0, 30, 0)
    assert [one.places[0].line for one in audit.findings] == [1, 2, 3, 4]
    assert audit.exit_code == 3


def test_what_cannot_be_told_is_counted_beyond_the_limit_as_well() -> None:
    lines: list[LogEvent | Rejected | Blank] = [
        event(n, f"2026-06-15T09:00:{n:02}+00:00", action="refused", recorded=True) for n in range(1, 31)
    ]
    audit = audited(load("cambridgeshire-opcc"), lines, limit=4)
    assert counts(audit, "log/refusal-reason") == Counts(0, 0, 30)
    found = [one for one in audit.findings if one.rule.id == "log/refusal-reason"]
    assert [one.places[0].line for one in found] == [1, 2, 3, 4]
    assert {one.missing for one in found} == {("event.reason_given",)}
