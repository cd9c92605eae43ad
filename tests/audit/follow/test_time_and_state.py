"""Deadlines that pass with the clock, lines that come late, and what the state keeps, from whom."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from isa_guard.audit.follow.follower import Follower
from isa_guard.audit.follow.outbox import Outbox
from isa_guard.audit.follow.state import State
from isa_guard.errors import LoadError, UsageError
from isa_guard.language.values import to_datetime
from isa_guard.model.agreement import Versions
from isa_guard.model.log_rule import LogRule
from tests.audit.follow.making import agreement, follower, line, mapping, run, versions
from tests.decide.logs.test_between import FRIDAY, HOUR

NOON = to_datetime(FRIDAY)


def only(*names: str) -> Versions:
    """The agreement with some of its rules."""
    rules = tuple(rule for rule in agreement().log_rules if rule.id.removeprefix("test/") in names)
    return Versions((replace(agreement(), log_rules=rules),))


class Watched:
    """A log that is followed under a clock of our own."""

    def __init__(self, folder: Path, held: Versions, lateness: int = HOUR) -> None:
        self.log = folder / "log"
        self.log.touch()
        self.now: datetime = NOON
        self.out = StringIO()
        state = State(folder / "state")
        named = [(str(self.log), mapping())]
        outbox = Outbox(state, self.out, None)
        self.follower = Follower(
            state, held, named, outbox, lambda: self.now, lateness, lambda one: one.fault
        )
        self.read_to = 0

    def at(self, hours: float, *lines: str) -> list[dict[str, Any]]:
        """What is told when lines are written and read so long after noon."""
        self.now = NOON + timedelta(hours=hours)
        with self.log.open("a") as log:
            log.writelines(lines)
        run(self.follower)
        entries = [json.loads(one) for one in self.out.getvalue()[self.read_to :].splitlines()]
        self.read_to = len(self.out.getvalue())
        return entries


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    made = Watched(tmp_path, only("after"))
    yield made
    made.follower.close()


def shared(hour: float, ref: str = "a", **more: Any) -> str:
    return line(FRIDAY + int(hour * HOUR), action="shared", ref=ref, **more)


def disposed(hour: float, ref: str = "a", **more: Any) -> str:
    return line(FRIDAY + int(hour * HOUR), action="disposed", ref=ref, recorded=True, **more)


def test_a_deadline_passes_although_nobody_writes(watched: Watched) -> None:
    assert watched.at(0, shared(0)) == []
    assert watched.at(7) == []  # six hours and the lateness: the watermark is at the deadline, not behind it
    (told,) = watched.at(7.001)
    assert (told["type"], told["outcome"], told["rule"]) == ("finding", "not-met", "test/after")
    assert told["seen"].startswith("Fri 27 Mar 2026 18:00")
    assert watched.at(900) == []


def test_an_answer_in_time_that_comes_late_withdraws_what_was_told(watched: Watched) -> None:
    watched.at(0, shared(0))
    (told,) = watched.at(8)
    late, withdrawn = watched.at(9, disposed(5))
    assert (late["type"], late["line"]) == ("late", 2)
    assert (withdrawn["type"], withdrawn["id"], withdrawn["now"]) == ("withdrawn", told["id"], "met")
    assert watched.follower.late == 1
    assert watched.follower.standing.exit_code() == 0


def test_an_answer_out_of_time_changes_nothing(watched: Watched) -> None:
    watched.at(0, shared(0))
    assert len(watched.at(8)) == 1
    assert watched.at(9, disposed(9)) == []
    assert watched.follower.standing.exit_code() == 1


def test_an_event_of_the_future_does_not_bring_deadlines_about(watched: Watched) -> None:
    assert watched.at(0, shared(0), shared(24 * 365, "b")) == []
    assert watched.at(1, disposed(0.5)) == []


def test_nothing_is_told_of_an_event_before_the_watermark_has_passed_it(tmp_path: Path) -> None:
    watched = Watched(tmp_path, only("before, any"))
    assert watched.at(0, shared(0)) == []
    assert watched.at(0.5, disposed(-0.1)) == []  # on time, although behind in the file
    assert watched.at(5) == []
    (told,) = watched.at(6, shared(-2))[1:]
    assert told["outcome"] == "not-met"
    watched.follower.close()


def test_a_ceiling_is_told_as_soon_as_it_is_exceeded_and_once(tmp_path: Path) -> None:
    watched = Watched(tmp_path, only("number an hour"))
    assert watched.at(0.1, shared(0)) == []
    (told,) = watched.at(0.2, shared(0.1))
    assert told["outcome"] == "not-met"
    assert watched.at(0.3, shared(0.2), shared(0.25)) == []
    assert watched.at(30) == []
    watched.follower.close()


def test_a_sum_that_cannot_be_told_is_told_when_its_window_has_passed(tmp_path: Path) -> None:
    watched = Watched(tmp_path, only("sum a week"))
    assert watched.at(1, shared(0), shared(1, records=2)) == []
    assert watched.at(40) == []
    (told,) = watched.at(90)
    assert (told["outcome"], told["missing"]) == ("cannot-tell", ["event.records"])
    watched.follower.close()


def test_a_gap_is_told_when_the_watermark_has_passed_it_and_withdrawn_when_it_is_filled(
    tmp_path: Path,
) -> None:
    watched = Watched(tmp_path, only("sequence"))
    assert watched.at(1, shared(0, seq=1), shared(1, seq=4)) == []
    (gap,) = watched.at(3)
    assert [one["line"] for one in gap["lines"]] == [2, 1]
    late, gone, smaller = watched.at(3, shared(0, seq=3))
    assert (late["type"], gone["id"], smaller["lines"][0]["line"]) == ("late", gap["id"], 3)
    assert [one["type"] for one in watched.at(3, shared(0, seq=2))] == ["late", "withdrawn"]
    (twice,) = watched.at(3, shared(3, seq=2))
    assert twice["lines"][0]["line"] == 5
    watched.follower.close()


def test_the_state_is_private_and_names_nobody(tmp_path: Path) -> None:
    rule = agreement().log_rules[0]
    assert isinstance(rule, LogRule)
    by_actor = replace(rule, pattern=replace(rule.pattern, by=("actor",)))
    watched = Watched(tmp_path, Versions((replace(agreement(), log_rules=(by_actor,)),)))
    watched.at(1, shared(0, actor="Ada Lovelace"))
    watched.at(1, line(FRIDAY, action="disposed", recorded=True, actor="Ada Lovelace"))
    state = tmp_path / "state"
    assert state.stat().st_mode & 0o777 == 0o600
    watched.follower.close()
    assert b"Lovelace" not in state.read_bytes()
    assert not list(tmp_path.glob("state-*"))


def test_a_state_that_others_may_read_is_refused(tmp_path: Path) -> None:
    State(tmp_path / "state").close()
    (tmp_path / "state").chmod(0o644)
    with pytest.raises(LoadError, match="chmod 600"):
        State(tmp_path / "state")


def test_a_state_is_held_by_one_follower(tmp_path: Path) -> None:
    held = State(tmp_path / "state")
    with pytest.raises(UsageError, match="another process"):
        State(tmp_path / "state")
    held.close()
    State(tmp_path / "state").close()


def test_what_is_no_state_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("something else, and long enough to be looked at " * 20)
    (tmp_path / "state").chmod(0o600)
    with pytest.raises(LoadError, match="cannot be used"):
        State(tmp_path / "state")
    other = sqlite3.connect(tmp_path / "other")
    other.execute("CREATE TABLE meta (name TEXT, value)")
    other.close()
    (tmp_path / "other").chmod(0o600)
    with pytest.raises(LoadError, match="another format"):
        State(tmp_path / "other")
    with pytest.raises(UsageError, match="cannot be kept"):
        State(tmp_path / "nowhere" / "state")


def test_another_agreement_is_refused_with_a_hint(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(shared(0))
    follower(tmp_path / "state", [log], StringIO()).close()
    changed = Versions((replace(agreement(), digest="another"),))
    with pytest.raises(UsageError, match="begin a new state"):
        follower(tmp_path / "state", [log], StringIO(), held=changed)
    with pytest.raises(UsageError, match="number of versions"):
        follower(tmp_path / "state", [log], StringIO(), held=versions(several=True))


def test_of_many_answered_events_nothing_stays_open(tmp_path: Path) -> None:
    watched = Watched(tmp_path, only("after"), lateness=0)
    for day in range(20):
        pairs = [shared(day * 24 + number / 60, f"{day} {number}") for number in range(50)]
        pairs += [disposed(day * 24 + 1 + number / 60, f"{day} {number}") for number in range(50)]
        assert watched.at(day * 24 + 3, *pairs) == []
    assert watched.follower.state.run("SELECT count(*) FROM opened").fetchone() == (0,)
    watched.follower.close()
