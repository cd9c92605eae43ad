"""An audit of a million events: both engines beside DuckDB merely reading the same file.

The log is made from a seed and is in order but for what is planted in it, each thing against one rule alone; so what
an audit must find is known beforehand, and every engine is held to it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from isa_guard.audit.columns.engine import ColumnsAudit
from isa_guard.audit.lines.reading import read_lines
from isa_guard.audit.mapping.load import load_mapping
from isa_guard.audit.rows.engine import RowsAudit
from isa_guard.load.agreement import load
from isa_guard.model.audit import Audit
from isa_guard.model.facts import FactKind

EVENTS = 1_000_000
NOW = datetime(2026, 11, 23, tzinfo=UTC)
START = datetime(2024, 1, 1, tzinfo=UTC)
ACTORS, DATASETS = 500, 20
WAYS = ("read", "rows", "duckdb")
PLANTED = {
    "audit/need-to-know": 41,
    "audit/purpose": 37,
    "audit/trained": 29,
    "audit/left": 23,
    "audit/permitted": 31,
    "audit/breach-told": 7,
    "audit/gaps": 13,
    "log/recorded": 19,
}
Event = dict[str, Any]


def events(many: int) -> Iterator[Event]:
    """The log: what makes the work of two years lawful first, then that work, and what is planted among it."""
    chance = Random(2026)
    yield from _foundation()
    planted = [rule for rule, number in PLANTED.items() for _ in range(number) if rule != "audit/gaps"]
    where = sorted(chance.sample(range(many * 3 // 4, many * 9 // 10), len(planted)))
    chance.shuffle(planted)
    plan = dict(zip(where, planted, strict=True))
    for number in range(many):
        at = START + timedelta(days=2, microseconds=number * 700 * 86_400_000_000 // many)
        if number in plan:
            yield from _wrong(plan[number], number, at)
        if number % 100 == 7:
            yield _event("permitted", at, ref=f"S{number}")
            yield _event("shared", at, ref=f"S{number}", recipient="constabulary", recorded=True)
        else:
            purpose = chance.randrange(3)
            yield _access(at, f"u{chance.randrange(ACTORS)}", chance.randrange(DATASETS), f"p{purpose}")


def _foundation() -> Iterator[Event]:
    for dataset in range(DATASETS):
        for purpose in range(3):
            yield _event(
                "received",
                START,
                dataset=f"d{dataset}",
                purpose=f"p{purpose}",
                ref=f"R{dataset}",
                recorded=True,
            )
        yield _event("disposed", START + timedelta(days=1), dataset=f"d{dataset}", ref=f"R{dataset}")
    for actor in range(ACTORS):
        yield _event("trained", START, actor=f"u{actor}")
        yield _event("trained", START + timedelta(days=360), actor=f"u{actor}")
        for dataset in range(DATASETS):
            yield _event("access-granted", START, actor=f"u{actor}", dataset=f"d{dataset}")


def _wrong(rule: str, number: int, at: datetime) -> Iterator[Event]:
    """Events that one rule alone is against."""
    known: Event = {"actor": f"x{number}", "dataset": "d0"}
    ready = [_event("trained", at, actor=known["actor"]), _event("access-granted", at, **known)]
    match rule:
        case "audit/need-to-know":
            yield from (ready[0], _access(at, known["actor"], 0, "p0"))
        case "audit/trained":
            yield from (ready[1], _access(at, known["actor"], 0, "p0"))
        case "audit/purpose":
            yield from (*ready, _access(at, known["actor"], 0, f"other {number}"))
        case "audit/left":
            yield from (*ready, _event("access-ended", at, **known), _access(at, known["actor"], 0, "p0"))
        case "audit/permitted":
            yield _event("shared", at, ref=f"W{number}", recipient="constabulary", recorded=True)
        case "log/recorded":
            yield _event("permitted", at, ref=f"W{number}")
            yield _event("shared", at, ref=f"W{number}", recipient="constabulary", recorded=False)
        case "audit/breach-told":
            yield _event("breach-discovered", at, ref=f"B{number}")
        case _:
            raise AssertionError(rule)


def _access(at: datetime, actor: str, dataset: int, purpose: str) -> Event:
    more = {"purpose": purpose, "shared_for": purpose, "origin": "10.1.2.3", "records": 1}
    reason = "asked for by the panel on the monthly return"
    return _event("accessed", at, actor=actor, dataset=f"d{dataset}", justification=reason, **more)


def _event(action: str, at: datetime, **more: Any) -> Event:
    return {"action": action, "at": at, "source": "records", "party": "opcc", **more}


def write(path: Path, many: int) -> int:
    """Write the log, numbered, with numbers left out; answer how many events it has."""
    gaps = {many // 2 + 1_000 * n for n in range(PLANTED["audit/gaps"])}
    written = 0
    with path.open("w", encoding="utf-8") as file:
        number = 0
        for event in events(many):
            number += 2 if number in gaps else 1
            written += 1
            at = event["at"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            file.write(json.dumps({**event, "at": at, "seq": number, "reference": f"E{number}"}) + "\n")
    return written


def read(path: Path) -> int:
    """What DuckDB takes to read every column of the file, and do nothing with it."""
    import duckdb

    kinds = dict.fromkeys(
        [
            "reference",
            "action",
            "at",
            "source",
            "party",
            "actor",
            "dataset",
            "ref",
            "purpose",
            "shared_for",
            "origin",
            "justification",
            "recipient",
        ],
        "VARCHAR",
    ) | {"seq": "BIGINT", "records": "BIGINT", "recorded": "BOOLEAN"}
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in kinds.items())
    texts = ", ".join(f'max("{name}")' for name in kinds)
    found = (
        duckdb.connect()
        .execute(
            f"SELECT count(*), {texts} FROM read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"
        )
        .fetchone()
    )
    assert found is not None
    return int(found[0])


def audit(path: Path, way: str) -> Audit:
    versions = load("cambridgeshire-opcc")
    mapping = load_mapping("isa-guard-events", versions.agreements[-1].schemas[FactKind.EVENT])
    if way == "duckdb":
        with ColumnsAudit(versions, NOW, 1_000) as columns:
            return columns.finished((columns.read_file(path, mapping, 0),), None)
    rows = RowsAudit(versions, NOW, 1_000)
    reading = read_lines(path, mapping, 0)
    rows.read(reading)
    return rows.finished((reading.file_read(),), None)


def hold(found: Audit) -> None:
    """Every departure that was planted, and no other."""
    departures = Counter({one.rule.id: one.counts.not_met for one in found.tallies})
    assert +departures == PLANTED, +departures
    assert Counter(one.rule.id for one in found.findings if one.outcome.value == "not-met") == PLANTED


def child(way: str, path: Path) -> None:
    if way == "read":
        read(path)
    else:
        hold(audit(path, way))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1_024}))


def measured(way: str, path: Path, runs: int) -> dict[str, float]:
    """The run that took least time of the processor, in a process of its own."""
    call = [sys.executable, "-m", "benchmarks.audit", way, str(path)]
    found = [
        json.loads(subprocess.run(call, check=True, capture_output=True, text=True).stdout)
        for _ in range(runs)
    ]
    return dict(min(found, key=lambda one: float(one["cpu"])))


def run(many: int = EVENTS) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.jsonl"
        written = write(path, many)
        figures = {way: measured(way, path, 1 if way == "rows" else 3) for way in WAYS}
        octets = path.stat().st_size
    floor = figures["read"]["cpu"]
    names = {"read": "DuckDB, reading alone", "rows": "isa-guard, rows", "duckdb": "isa-guard, duckdb"}
    lines = [
        "## An audit",
        "",
        f"{written:,} events, {octets / 1e6:,.0f} MB of JSON lines, 24 rules of the Cambridgeshire agreement, "
        f"{sum(PLANTED.values())} departures planted against {len(PLANTED)} of them: every engine found just these.",
        "",
        "| engine | CPU s | us an event | x reading alone | most memory, MiB |",
        "|---|---:|---:|---:|---:|",
    ]
    for way, one in figures.items():
        each = one["cpu"] / written * 1e6
        lines.append(
            f"| {names[way]} | {one['cpu']:.1f} | {each:.1f} | {one['cpu'] / floor:.1f} | {one['peak']:,.0f} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        child(sys.argv[1], Path(sys.argv[2]))
    else:
        print(run(int(sys.argv[1]) if sys.argv[1:] else EVENTS))
