"""The Spark engine gives the audit that the rows engine gives, and says so where it cannot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from isa_guard.audit.columns import again
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.load import load_mapping
from isa_guard.audit.spark.engine import SparkAudit
from isa_guard.errors import Defect, UsageError
from isa_guard.language.columns import Column
from isa_guard.language.values import Value
from isa_guard.model.facts import FactKind
from isa_guard.model.log import Blank, Fault, LogEvent, LogPlace, Rejected
from tests.audit.columns.comparing import NOW, Line
from tests.audit.columns.shipped import DAY, random_log, shipped
from tests.audit.columns.test_engine import HOSTILE
from tests.audit.spark.comparing import agree, on_spark

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "quarter-in-the-logs").glob("*.jsonl"))
STEPS = ("access-granted", "trained", "permitted", "accessed", "shared", "refused", "shared")


def examples() -> list[Line]:
    event = shipped().agreements[-1].schemas[FactKind.EVENT]
    mapping = load_mapping("isa-guard-events", event)
    return [line for n, path in enumerate(EXAMPLES) for line in read_lines(path, mapping, n)]


def hostile(file: int) -> list[LogEvent]:
    log = []
    for n, value in enumerate((*HOSTILE, ":w0", ":isa_p1", "`", "\r", "\x7f", "\x85")):
        held: dict[str, Value] = dict.fromkeys(
            ("ref", "dataset", "actor", "recipient", "purpose", "party", "source"), value
        )
        for step, action in enumerate(STEPS):
            at = 20_500 * DAY + step
            values: dict[str, Value] = {"action": action, "at": at, "reference": "E", "seq": step, **held}
            log.append(LogEvent(at, LogPlace(file, 10 * n + step), values))
    return log


@pytest.mark.slow
def test_the_shipped_agreement_on_the_shipped_logs_on_random_ones_and_on_hostile_values(session: Any) -> None:
    versions = shipped()
    shown = examples()
    assert len(EXAMPLES) == 2
    assert sum(isinstance(line, LogEvent) for line in shown) >= 40
    chance = [
        event._replace(place=LogPlace(2 + event.place.file, event.place.line))
        for event in random_log(versions.agreements[-1], 1, 600)
    ]
    bad = [Rejected(LogPlace(5, n), Fault.TIME, "ts") for n in range(5)]
    audit, in_python = agree(session, versions, [*shown, *chance, *hostile(4), *bad, Blank(LogPlace(5, 9))])
    assert in_python == ()
    seen = [one for one in audit.tallies if one.counts.met and one.counts.not_met and one.counts.cannot_tell]
    assert len(seen) >= len(audit.tallies) * 2 // 3


@pytest.mark.slow
def test_a_log_without_an_event(session: Any) -> None:
    audit, _ = agree(session, shipped(), [Rejected(LogPlace(0, 1), Fault.TIME, "ts")])
    assert audit.begin is None


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["0", "1"])
def test_a_wrong_text_of_a_rule_about_events_is_a_defect(
    wrong: str, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = random_log(shipped().agreements[0], 7, 100)
    monkeypatch.setattr(again, "outcome_column", lambda *_: Column(f"CAST({wrong} AS TINYINT)", ()))
    with pytest.raises(Defect, match=r"the two readings of .* disagree"):
        on_spark(session, shipped(), log)


@pytest.mark.slow
def test_an_event_that_spark_does_not_read_is_a_defect(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with SparkAudit(shipped(), NOW, 1, session=session) as audit:
        audit.read(random_log(shipped().agreements[0], 7, 3))
        audit.events.taken += 1
        with pytest.raises(Defect, match="4 events were written, and Spark reads 3"):
            audit.finished((), None)


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(UsageError, match=r"isa-guard\[spark\]"):
        SparkAudit(shipped(), NOW, 1)


def test_without_java_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(UsageError, match=r"Java 17"):
        SparkAudit(shipped(), NOW, 1)
    monkeypatch.delenv("JAVA_HOME")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match=r"Java 17"):
        SparkAudit(shipped(), NOW, 1)


def test_a_cluster_needs_a_folder_that_it_can_read() -> None:
    with pytest.raises(UsageError, match="a folder that its executors can read"):
        SparkAudit(shipped(), NOW, 1, master="spark://127.0.0.1:7077")
