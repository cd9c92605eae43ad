"""Rules, logs and followers for tests of following."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TextIO

from isa_guard.audit.follow.follower import Follower
from isa_guard.audit.follow.identity import id_of
from isa_guard.audit.follow.outbox import Outbox
from isa_guard.audit.follow.state import State
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.load import load_mapping
from isa_guard.audit.mapping.mapping import LogMapping
from isa_guard.audit.rows.engine import RowsAudit
from isa_guard.language.values import Value, from_datetime, to_datetime
from isa_guard.load.agreement import load_around
from isa_guard.load.cases import ground
from isa_guard.load.packs import LOG_RULE_FORMAT, UnboundRule
from isa_guard.load.problems import shaped
from isa_guard.load.shapes import LogRuleDocument
from isa_guard.load.yaml import read_document
from isa_guard.model.agreement import Agreement, Versions
from isa_guard.model.facts import FactKind
from tests.decide.logs.test_between import FRIDAY, HOUR, PATTERNS, TERMS, WORDS

MORE = {
    "never after, days": "for-each: event.action == 'shared'\nnever: other.action == 'disposed' && other.recorded\nwithin: agreement.terms.limit.days\norder: after\nby: [ref, dataset]",
}  # fmt: skip
LONG_AFTER = datetime(2027, 9, 1, tzinfo=UTC)


def _one(name: str, pattern: str) -> Agreement:
    text = f"format: {LOG_RULE_FORMAT}\nid: test/rule\n{pattern}{WORDS}"
    document = read_document(text.encode(), "rule.yaml")
    rule = UnboundRule(shaped(document, LogRuleDocument), document, (), "0" * 64)
    return load_around(rule, ground(read_document(TERMS, "cases.yaml"), "test/rule"))


@cache
def agreement(*, sequences: bool = True) -> Agreement:
    """One agreement with every pattern of rule."""
    every = {**PATTERNS, **MORE}
    made = {
        name: _one(name, pattern) for name, pattern in every.items() if sequences or "sequence" not in name
    }
    rules = [
        replace(one.log_rules[0], id=f"test/{name}", digest=f"digest of {name}") for name, one in made.items()
    ]
    return replace(next(iter(made.values())), log_rules=tuple(rules))


@cache
def versions(*, sequences: bool = True, several: bool = False) -> Versions:
    """The agreement, or two versions of it that change on the Sunday."""
    one = agreement(sequences=sequences)
    if not several:
        return Versions((one,))
    first = replace(one.in_force, start=date(2020, 1, 1), until=date(2026, 3, 28))
    second = replace(one.in_force, start=date(2026, 3, 29), until=None)
    return Versions((replace(one, in_force=first), replace(one, in_force=second, version="2")))


@cache
def mapping() -> LogMapping:
    return load_mapping("isa-guard-events", agreement().schemas[FactKind.EVENT])


def line(at: int, **values: Value) -> str:
    """A line of a log."""
    when = to_datetime(at).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return json.dumps({"at": when, "source": "s", "reference": "r", **values}) + "\n"


def follower(
    state: Path,
    logs: Sequence[Path],
    out: TextIO,
    *,
    held: Versions | None = None,
    lateness: int = HOUR,
    now: datetime = LONG_AFTER,
) -> Follower:
    """A follower of JSONL logs; the state must be closed by the caller."""
    kept = State(state)
    named = [(str(log), mapping()) for log in logs]
    try:
        outbox = Outbox(kept, out, None)
        return Follower(
            kept, held or versions(), named, outbox, lambda: now, lateness, lambda one: one.fault.value
        )
    except BaseException:
        kept.close()
        raise


def run(follower: Follower) -> None:
    """Read all there is."""
    while follower.step():
        pass


def standing(text: str) -> set[str]:
    """The ids of the findings on events that were told and not withdrawn; every change must make sense."""
    found: set[str] = set()
    for number, written in enumerate(text.splitlines(), 1):
        entry = json.loads(written)
        assert entry["serial"] == number
        if entry["type"] == "finding":
            assert entry["id"] not in found, "a finding is told once"
            found.add(entry["id"])
        elif entry["type"] == "withdrawn":
            found.remove(entry["id"])
    return found


def in_bulk(logs: Sequence[Path], held: Versions, until: int, now: datetime = LONG_AFTER) -> set[str]:
    """The ids of the findings of an audit of the whole logs."""
    rows = RowsAudit(held, now, 1_000_000)
    readings = [read_lines(log, mapping(), index) for index, log in enumerate(logs)]
    for reading in readings:
        rows.read(reading)
    audit = rows.finished(tuple(reading.file_read() for reading in readings), until)
    found = [id_of(one, [str(log) for log in logs]) for one in audit.findings]
    assert len(set(found)) == len(found)
    return set(found)


def until(lateness: int, now: datetime = LONG_AFTER) -> int:
    return from_datetime(now) - lateness


__all__ = ["FRIDAY", "HOUR"]
