"""A log with planted, counted departures, from a seed: so what an audit must find is known beforehand.

It is in order but for what is planted in it, each thing against one rule alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import msgspec

START = datetime(2024, 1, 1, tzinfo=UTC)
ACTORS, DATASETS = 500, 20
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
TEXTS = [
    "reference", "action", "at", "source", "party", "actor", "dataset", "ref", "purpose", "shared_for", "origin", "justification",
    "recipient",
]  # fmt: skip
KINDS = dict.fromkeys(TEXTS, "VARCHAR") | {"seq": "BIGINT", "records": "BIGINT", "recorded": "BOOLEAN"}
Event = dict[str, Any]


class Form(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


MAPS = {
    Form.CSV: b'format: isa-guard/log-map/1\nid: bench\ntitle: t\nreads: csv\nas-event: true\nnulls: [""]\ntime: {of: line.at}\n',
    Form.PARQUET: b"format: isa-guard/log-map/1\nid: bench\ntitle: t\nreads: parquet\nas-event: true\n"
    b"columns: {at: {type: int}}\ntime: {of: line.at, format: unix-us}\n",
}


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


def write(folder: Path, many: int) -> int:
    """Write the log in every form, numbered, with numbers left out; answer how many events it has."""
    gaps = {many // 2 + 1_000 * n for n in range(PLANTED["audit/gaps"])}
    encode = msgspec.json.Encoder().encode
    written = number = 0
    with (folder / f"log.{Form.JSONL}").open("wb") as file:
        for event in events(many):
            number += 2 if number in gaps else 1
            written += 1
            at = event["at"].isoformat(timespec="microseconds").replace("+00:00", "Z")
            file.write(encode({**event, "at": at, "seq": number, "reference": f"E{number}"}))
            file.write(b"\n")
    cells = ", ".join(f'"{name}"' for name in KINDS)
    source = f"FROM {read_by(Form.JSONL, folder)}"
    duckdb.sql(f"COPY (SELECT {cells} {source}) TO '{folder}/log.csv' (HEADER, QUOTE '')")
    instant = cells.replace('"at"', 'CAST("at" AS TIMESTAMPTZ) AS "at"')
    duckdb.sql(
        f"COPY (SELECT {instant} {source}) TO '{folder}/log.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
    return written


def read_by(form: Form, folder: Path) -> str:
    """The table function by which DuckDB reads the log, its columns typed."""
    path = f"{folder}/log.{form}"
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in KINDS.items())
    match form:
        case Form.JSONL:
            return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"
        case Form.CSV:
            return f"read_csv('{path}', header = true, auto_detect = false, delim = ',', columns = {{{columns}}})"
        case Form.PARQUET:
            return f"read_parquet('{path}')"
