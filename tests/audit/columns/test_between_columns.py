"""Rules over logs come to the same outcomes in SQL as event by event, with the same words."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.audit.columns import sequences
from isa_guard.language.values import Value
from isa_guard.model.agreement import Versions
from isa_guard.model.log import LogEvent, LogPlace
from tests.audit.columns.comparing import agree, together, versions_of
from tests.decide.logs.test_between import FRIDAY, HOUR, PATTERNS, agreement, instants, logs


@cache
def every_pattern() -> Versions:
    return versions_of(together({name: agreement(name) for name in PATTERNS}))


@settings(max_examples=25, deadline=None)
@given(log=logs, until=st.none() | instants)
def test_every_pattern_on_a_short_log(log: list[LogEvent], until: int | None) -> None:
    agree(every_pattern(), log, until)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(log=logs, until=st.none() | instants)
def test_every_pattern_on_many_short_logs(log: list[LogEvent], until: int | None) -> None:
    agree(every_pattern(), log, until)


@pytest.mark.parametrize("seed", range(4))
def test_every_pattern_on_a_long_log_full_of_ties(seed: int) -> None:
    chance = Random(seed)
    log = []
    for line in range(1, 400):
        at = FRIDAY + chance.randrange(31) * 3 * HOUR + chance.choice((0, 0, 0, -1, 1))
        known: dict[str, tuple[Value, ...]] = {
            "action": ("shared", "shared", "disposed", "accessed"),
            "recorded": (True, True, False),
            "ref": tuple(f"r{n}" for n in range(60)),
            "dataset": ("x", "y"),
            "records": (-1, 1, 2, 3, 2**62),
            "seq": (*range(200), 2**63 - 1, -(2**63)),
        }
        values = {name: chance.choice(some) for name, some in known.items() if chance.random() < 0.95}
        log.append(LogEvent(at, LogPlace(0, line), values))
    audit = agree(every_pattern(), log)
    assert sum(bool(one.counts.met and one.counts.not_met) for one in audit.tallies) >= 10


@pytest.mark.parametrize("seed", range(6))
def test_numbers_in_many_buckets_are_put_in_order_only_where_they_must_be(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gap between two buckets, a bucket that is empty, a number twice that fills up for one left out."""
    monkeypatch.setattr(sequences, "BUCKET", 4)
    chance = Random(seed)
    numbers = [one for one in range(-30, 90) if chance.random() < 0.96 and one not in range(40, 47)]
    numbers += chance.sample(numbers, 3)
    chance.shuffle(numbers)
    log = [
        LogEvent(FRIDAY + line, LogPlace(0, line), {"seq": seq, "ref": "r", "action": "shared"})
        for line, seq in enumerate(numbers, 1)
    ]
    audit = agree(every_pattern(), log)
    gaps = [one for one in audit.tallies if one.rule.id == "test/sequence"]
    assert gaps[0].counts.not_met >= 4
    assert gaps[0].counts.met >= 100


def test_what_answers_cover_begins_and_ends_with_them() -> None:
    """Spans that touch, that lie apart and within one another; an event at each end, and a microsecond beside it."""
    day = 24 * HOUR
    known: dict[str, Value] = {"ref": "r", "dataset": "x", "recorded": True}
    answers = (
        0,
        day,
        2 * day,
        2 * day + 1,
        40 * day,
        41 * day,
        60 * day,
        60 * day + HOUR,
        80 * day,
        80 * day + 6 * HOUR + 2,
    )
    times = {
        at + off * HOUR + beside
        for at in answers
        for off in (0, 1, 2, 6, 24, 48, 72, 96)
        for beside in (-1, 0, 1)
    }
    log = [
        LogEvent(FRIDAY + at, LogPlace(0, line), {"action": "disposed", **known})
        for line, at in enumerate(answers, 1)
    ]
    log += [
        LogEvent(FRIDAY + at, LogPlace(0, line), {"action": "shared", **known})
        for line, at in enumerate(sorted(times), 100)
    ]
    audit = agree(every_pattern(), log)
    before = {one.rule.id: one.counts for one in audit.tallies if "test/before" in one.rule.id}
    assert all(
        before[f"test/{name}"].met and before[f"test/{name}"].not_met for name in ("before", "before, days")
    )
