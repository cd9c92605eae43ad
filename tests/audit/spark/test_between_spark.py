"""Rules over logs come to the same outcomes on Spark as event by event: many small logs side by side in one audit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from isa_guard.audit.spark import expectations
from isa_guard.errors import Defect
from isa_guard.language.columns import Column, NotPrintable
from isa_guard.language.values import Value
from isa_guard.model.agreement import Versions
from isa_guard.model.log import LogEvent, LogPlace
from tests.audit.columns.comparing import together, versions_of
from tests.audit.spark.comparing import agree, on_spark
from tests.decide.logs.test_between import FRIDAY, HOUR, PATTERNS, agreement

pytestmark = pytest.mark.slow
FIELDS: dict[str, tuple[Value | None, ...]] = {
    "action": ("shared", "shared", "disposed", "disposed", "accessed", None),
    "recorded": (True, True, True, False, None),
    "ref": ("a", "a", "a", "b", None),
    "dataset": ("x", "x", "x", "y", None),
    "records": (-1, 1, 2, 3, (1 << 63) - 1, -(1 << 63), None),
    "seq": (*range(1, 8), (1 << 63) - 1, -(1 << 63), None),
}

COUNTED: dict[str, Value] = {"action": "shared", "recorded": True, "records": 3}


def small_logs(seed: int, many: int) -> list[LogEvent]:
    """Logs of at most eight events each, kept apart by their key; what has no key is common to all."""
    chance = Random(seed)
    log: list[LogEvent] = []
    for number in range(many):
        for _ in range(chance.randint(1, 8)):
            values = {name: chance.choice(some) for name, some in FIELDS.items()}
            ref = values["ref"]
            if isinstance(ref, str):
                values["ref"] = f"{ref}{number}"
            at = FRIDAY + chance.randint(0, 30) * 3 * HOUR + chance.choice((0, 0, 0, -1, 1))
            place = LogPlace(chance.randrange(3), len(log) + 1)
            log.append(LogEvent(at, place, {name: v for name, v in values.items() if v is not None}))
    return sorted(log, key=lambda event: event.place)


def patterns(*names: str) -> Versions:
    return versions_of(together({name: agreement(name) for name in names or PATTERNS}))


def test_every_pattern_on_many_small_logs(session: Any) -> None:
    audit, in_python = agree(session, patterns(), small_logs(1, 120))
    assert in_python == ()
    assert all(one.counts.cannot_tell for one in audit.tallies)


def test_every_pattern_where_little_is_unknown_of_the_ends(session: Any) -> None:
    months = [LogEvent(FRIDAY - n * 24 * HOUR, LogPlace(9, n), dict(COUNTED)) for n in (40, 75, 75, 75)]
    earlier = [event._replace(place=LogPlace(9, n)) for n, event in enumerate(months)]
    audit, in_python = agree(session, patterns(), [*small_logs(10, 120), *earlier], FRIDAY + 120 * HOUR)
    assert in_python == ()
    seen = {one.rule.id: one.counts for one in audit.tallies}
    assert len(seen) == len(PATTERNS)
    assert all(counts.met and counts.not_met and counts.cannot_tell for counts in seen.values()), seen


def test_each_event_is_judged_by_the_version_in_force_on_its_day(session: Any) -> None:
    (one,) = patterns("after, days", "sum a week", "sequence").agreements
    day = date(2026, 3, 29)
    older = replace(one, version="older", in_force=replace(one.in_force, start=day - timedelta(days=90)))
    newer = replace(one, version="newer", in_force=replace(one.in_force, start=day))
    audit, _ = agree(session, versions_of(older, newer), small_logs(2, 50))
    assert all(tally.counts.looked_at for tally in audit.tallies)


@pytest.mark.parametrize("side", ["=", ">"])
@pytest.mark.parametrize("name", ["after", "never before, days"])
def test_a_wrong_text_is_a_defect(
    name: str, side: str, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = expectations.ExpectationOnSpark._outcome

    def wrong(self: Any, span: Any) -> str:
        return right(self, span).replace("<=", side)

    monkeypatch.setattr(expectations.ExpectationOnSpark, "_outcome", wrong)
    with pytest.raises(Defect, match=r"the two readings of .* disagree"):
        on_spark(session, patterns(name), small_logs(3, 60))


def test_a_rule_that_cannot_be_printed_is_judged_event_by_event(
    session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Column:
        raise NotPrintable("anything")

    monkeypatch.setattr("isa_guard.language.columns.Printer.of", refuse)
    some = ("before", "sum a month", "sequence of some")
    _, in_python = agree(session, patterns(*some), small_logs(4, 40))
    assert set(in_python) == {f"test/{name}" for name in some}
