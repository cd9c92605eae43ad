"""Rules over logs come to the same outcomes in SQL as event by event, with the same words."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
@settings(max_examples=300, deadline=None)
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
