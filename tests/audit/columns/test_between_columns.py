"""Rules over logs come to the same outcomes in SQL as event by event, with the same words."""

from __future__ import annotations

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from isa_guard.model.agreement import Versions
from isa_guard.model.log import LogEvent
from tests.audit.columns.comparing import agree, together, versions_of
from tests.decide.logs.test_between import PATTERNS, agreement, instants, logs


@cache
def every_pattern() -> Versions:
    return versions_of(together({name: agreement(name) for name in PATTERNS}))


@settings(max_examples=100, deadline=None)
@given(log=logs, until=st.none() | instants)
def test_every_pattern_on_a_short_log(log: list[LogEvent], until: int | None) -> None:
    agree(every_pattern(), log, until)
