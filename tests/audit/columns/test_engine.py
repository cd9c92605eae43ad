"""The columns engine gives the audit that the rows engine gives, and says so where it cannot."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from isa_guard.audit.columns import again, expectations
from isa_guard.audit.columns.database import DatabaseFailed
from isa_guard.audit.columns.engine import ColumnsAudit
from isa_guard.errors import Defect, UsageError
from isa_guard.language.columns import Column, NotPrintable
from isa_guard.language.outcome import Outcome
from isa_guard.language.types import INT, Record
from isa_guard.language.values import Value
from isa_guard.model.agreement import Versions
from isa_guard.model.facts import FactKind
from isa_guard.model.log import Blank, Fault, LogEvent, LogPlace, Rejected
from isa_guard.model.rule import Dispensation
from tests.audit.columns.comparing import NOW, agree, by_columns, versions_of
from tests.audit.columns.shipped import DAY, random_log, shipped

NAMES = ("cambridgeshire-opcc", "example-care-framework", "example-hospital-discharge")


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", NAMES)
def test_the_shipped_agreements_on_random_logs(name: str, seed: int) -> None:
    versions = shipped(name)
    audit = agree(versions, random_log(versions.agreements[-1], seed, 600))
    seen = {
        one.rule.id
        for one in audit.tallies
        if one.counts.met and one.counts.not_met and one.counts.cannot_tell
    }
    assert len(seen) >= len(audit.tallies) * 2 // 3, seen


def test_each_event_is_judged_by_the_version_in_force_on_its_day() -> None:
    (one,) = shipped().agreements
    log = random_log(one, 9, 800, days=60, begins=20_510)
    middle = date(1970, 1, 1) + timedelta(days=20_540)
    older = replace(one, version="older", in_force=replace(one.in_force, start=middle - timedelta(days=20)))
    newer = replace(one, version="newer", in_force=replace(one.in_force, start=middle))
    audit = agree(versions_of(older, newer), log)
    assert all(
        sum(t.counts.looked_at for t in audit.tallies if t.agreement is part) for part in (older, newer)
    )


def test_what_is_rejected_or_blank_is_no_event() -> None:
    bad = [Rejected(LogPlace(0, n), Fault.TIME, "ts") for n in range(5)]
    audit = agree(shipped(), [*bad, Blank(LogPlace(0, 9))], limit=3)
    assert audit.rejected == tuple(bad[:3])
    assert audit.begin is None


def test_the_log_may_be_whole_beyond_its_last_event() -> None:
    log = random_log(shipped().agreements[0], 4, 200)
    end = max(event.at for event in log)
    for until in (0, end + 3 * DAY, end + 9_000 * DAY):
        agree(shipped(), log, until)


def test_only_the_first_findings_of_each_rule_and_outcome_are_kept() -> None:
    log = random_log(shipped().agreements[0], 5, 400)
    everything, some = by_columns(shipped(), log), by_columns(shipped(), log, limit=2)
    assert [one.counts for one in some.tallies] == [one.counts for one in everything.tallies]
    for tally in some.tallies:
        for outcome in (Outcome.NOT_MET, Outcome.CANNOT_TELL):
            kept = [one for one in some.findings if (one.rule, one.outcome) == (tally.rule, outcome)]
            every = [one for one in everything.findings if (one.rule, one.outcome) == (tally.rule, outcome)]
            assert len(kept) == min(2, len(every))
            assert all(one in every for one in kept)


def test_a_dispensation_frees_here_as_there() -> None:
    (one,) = shipped().agreements
    log = random_log(one, 6, 300)
    rule = next(rule for rule in one.rules if rule.id == "log/recorded")
    assert rule.when is not None
    days = (date(2000, 1, 1), date(2090, 1, 1))
    freed = Dispensation("D-1", rule.id, rule.when, "to be tried", "spoc", days[0], days[1], rule.place)
    audit = agree(versions_of(replace(one, dispensations=(freed,))), log)
    tally = next(one for one in audit.tallies if one.rule is rule)
    assert tally.counts.dispensed == tally.counts.not_met > 0


@pytest.mark.parametrize("wrong", ["0", "1", "2"])
def test_a_wrong_text_of_a_rule_about_events_is_a_defect(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log = random_log(shipped().agreements[0], 7, 200)
    monkeypatch.setattr(again, "outcome_column", lambda *_: Column(f"CAST({wrong} AS TINYINT)", ()))
    with pytest.raises(Defect, match=r"the two readings of .* disagree"):
        by_columns(shipped(), log)


@pytest.mark.parametrize("side", ["=", ">"])
def test_a_wrong_text_of_a_rule_over_logs_is_a_defect(side: str, monkeypatch: pytest.MonkeyPatch) -> None:
    log = random_log(shipped().agreements[0], 8, 300)
    right = expectations.ExpectationInColumns._outcome

    def wrong(self: Any, span: Any) -> str:
        return right(self, span).replace("<=", side)

    monkeypatch.setattr(expectations.ExpectationInColumns, "_outcome", wrong)
    with pytest.raises(Defect, match=r"the two readings of .* disagree"):
        by_columns(shipped(), log)


def test_a_rule_that_cannot_be_printed_is_judged_event_by_event(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> Column:
        raise NotPrintable("anything")

    log = random_log(shipped().agreements[0], 3, 300)
    monkeypatch.setattr(again, "outcome_column", refuse)
    monkeypatch.setattr("isa_guard.language.columns.Printer.of", refuse)
    agree(shipped(), log)
    with ColumnsAudit(shipped(), NOW, 10) as audit:
        audit.read(log)
        audit.finished((), None)
        (one,) = shipped().agreements
        printable = {rule.id for rule in one.rules if rule.on is FactKind.EVENT} | {
            r.id for r in one.log_rules
        }
        assert set(audit.by_rows) == printable


HOSTILE = (
    "", "'", "''); DROP TABLE events; --", '"', "\\", "a\0b", "\0", "$w0", "$isa_p1", "{0}", "%s", "\n", "\u2028", "\ufeff",
    "x" * 100_000, "é", "e\u0301", "😀", "null", "NULL", "[]", "true", "1",
)  # fmt: skip


def test_hostile_values_stay_values() -> None:
    at, log = 20_500 * DAY, []
    for n, value in enumerate(HOSTILE):
        fields = ("ref", "dataset", "actor", "recipient", "purpose", "party", "source")
        held = dict.fromkeys(fields, value)
        for step, action in enumerate(
            ("access-granted", "trained", "permitted", "accessed", "shared", "refused", "shared")
        ):
            when = at + step
            values: dict[str, Value] = {"action": action, "at": when, "reference": "E", "seq": step, **held}
            log.append(LogEvent(when, LogPlace(0, 10 * n + step), values))
    audit = agree(shipped(), log)
    refused = next(one for one in audit.tallies if one.rule.id == "audit/refused")
    assert (refused.counts.met, refused.counts.not_met) == (len(HOSTILE), len(HOSTILE))
    gaps = next(one for one in audit.tallies if one.rule.id == "audit/gaps")
    assert (gaps.counts.met, gaps.counts.not_met) == (7 * len(HOSTILE), 0)


def test_two_versions_that_type_a_field_differently_are_refused() -> None:
    (one,) = shipped().agreements
    event = one.schemas[FactKind.EVENT]
    fields = tuple(replace(field, type=INT) if field.name == "purpose" else field for field in event.fields)
    other = replace(one, schemas={**one.schemas, FactKind.EVENT: Record("event", fields)})
    with pytest.raises(NotPrintable, match=r"event\.purpose, which has two types,"):
        ColumnsAudit(Versions((one, other)), NOW, 1)


def test_without_duckdb_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"isa-guard\[audit\]"):
        ColumnsAudit(shipped(), NOW, 1)


def test_nothing_is_left_behind_and_nothing_else_may_be_read() -> None:
    with ColumnsAudit(shipped(), NOW, 1) as audit:
        audit.read(random_log(shipped().agreements[0], 1, 5))
        folder = audit.database.folder
        assert folder.stat().st_mode & 0o77 == 0
        audit.finished((), None)
        for refused in ("SELECT * FROM read_text('/etc/hostname')", "SET threads = 1", "INSTALL httpfs"):
            with pytest.raises(Exception, match=r"[Pp]ermission|disabled|locked"):
                audit.database.connection.execute(refused)
    assert not folder.exists()


def test_too_little_memory_is_told_in_words_and_a_refused_statement_is_a_defect() -> None:
    with ColumnsAudit(shipped(), NOW, 1) as audit:
        for kind, raised in (("OutOfMemoryException", DatabaseFailed), ("ParserException", Defect)):
            error = getattr(duckdb, kind)("anything that stands in an event")
            with pytest.raises(raised) as told, audit.database.failing():
                raise error
            assert "anything" not in str(told.value)
